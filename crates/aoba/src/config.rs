//! `aoba.toml` in the data folder: every setting has a working default.

use std::path::Path;

use anyhow::Context as _;
use lake::LakeConfig;
use serde::Deserialize;

/// All settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Loading.
    pub(crate) ingest: IngestConfig,
    /// Tables.
    pub(crate) lake: LakeConfig,
    /// Days and hours.
    pub(crate) time: TimeConfig,
}

/// Loading.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IngestConfig {
    /// The longest line that is read; a longer one is quarantined.
    pub(crate) line_bytes_max: usize,
    /// Base addresses that mean this hospital's own server in references.
    pub(crate) own_bases: Vec<String>,
}

impl Default for IngestConfig {
    fn default() -> Self {
        Self { line_bytes_max: 64 << 20, own_bases: Vec::new() }
    }
}

/// Days and hours.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TimeConfig {
    /// The zone in which days begin and dates without an offset are read.
    pub(crate) zone: String,
}

impl Default for TimeConfig {
    fn default() -> Self {
        Self { zone: "Asia/Tokyo".to_owned() }
    }
}

impl Config {
    /// Reads `aoba.toml`; a folder without one runs on defaults.
    pub(crate) fn read(home: &Path) -> anyhow::Result<Self> {
        let path = home.join("aoba.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(error).context(format!("cannot read {}", path.display())),
        };
        toml::from_str(&text).with_context(|| format!("{} has a mistake", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("aoba.toml"), "[ingest]\nline_byte_max = 3\n").unwrap();
        let error = format!("{:#}", Config::read(folder.path()).unwrap_err());
        assert!(error.contains("line_byte_max"), "{error}");
    }

    #[test]
    fn a_folder_without_settings_runs_on_defaults() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::read(folder.path()).unwrap().time.zone, "Asia/Tokyo");
    }
}

//! `aoba.toml` in the data folder: every setting has a working default.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use lake::LakeConfig;
use lake::events::CohortConfig;
use lake::storage::Credentials;
use ledger::{LedgerConfig, Password};
use serde::Deserialize;
use vocab::date::Zone;

use crate::audit::places::CheckpointPlace;
use crate::cli::AskArgs;

/// All settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Loading.
    pub(crate) ingest: IngestConfig,
    /// The ledger and the identity store.
    pub(crate) ledger: LedgerConfig,
    /// Tables.
    pub(crate) lake: LakeConfig,
    /// Fetching records from servers.
    pub(crate) pull: PullConfig,
    /// Days and hours.
    pub(crate) time: TimeConfig,
    /// Cohorts.
    pub(crate) cohort: CohortConfig,
    /// Who did what.
    pub(crate) audit: AuditConfig,
    /// Signing in to the portal.
    pub(crate) sign_in: SignInConfig,
}

/// Who did what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AuditConfig {
    /// Where checkpoints are sent: folders, `syslog`, `syslog://host:port`.
    pub(crate) checkpoints_to: Vec<CheckpointPlace>,
}

/// Signing in to the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SignInConfig {
    /// Whether nobody is shown anything before the first administrator has joined.
    pub(crate) required: bool,
    /// How much memory a password takes: the more, the slower whoever stole it can guess.
    pub(crate) password_memory_kib: u32,
}

impl Default for SignInConfig {
    fn default() -> Self {
        Self { required: false, password_memory_kib: ledger::PASSWORD_MEMORY_KIB }
    }
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

/// Fetching records from servers.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PullConfig {
    /// How often a request is made again before the pull fails.
    pub(crate) retries_max: u32,
    /// How long a server may be silent.
    pub(crate) idle_seconds_max: u64,
    /// How long a server may prepare an export.
    pub(crate) wait_minutes_max: u32,
    /// How long a pull waits for another process to end writing.
    pub(crate) writer_minutes_max: u32,
    /// What `aoba serve` fetches by itself.
    pub(crate) scheduled: Vec<ScheduledPull>,
}

impl Default for PullConfig {
    fn default() -> Self {
        Self {
            retries_max: 5,
            idle_seconds_max: 300,
            wait_minutes_max: 24 * 60,
            writer_minutes_max: 60,
            scheduled: Vec::new(),
        }
    }
}

/// What is fetched again and again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduledPull {
    /// Its name, unlike any other's.
    pub(crate) name: String,
    /// The address of the FHIR server.
    pub(crate) url: String,
    /// How much later the next one begins than the one before.
    pub(crate) every_minutes: u32,
    /// What is asked, and how one is let in.
    #[serde(flatten)]
    pub(crate) ask: AskArgs,
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

impl TimeConfig {
    /// The zone of that name.
    pub(crate) fn zone(&self) -> anyhow::Result<Zone> {
        let name = &self.zone;
        if name == "Asia/Tokyo" {
            return Ok(Zone::tokyo());
        }
        Zone::named(name).with_context(|| format!("time.zone in aoba.toml: {name:?}"))
    }
}

impl Config {
    /// Reads `aoba.toml`; a folder without one runs on defaults.
    pub(crate) fn read(home: &Path) -> anyhow::Result<Self> {
        let path = home.join("aoba.toml");
        let mut config: Self = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                anyhow!("{} has a mistake in {}", path.display(), told(&error, &text))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(error).context(format!("cannot read {}", path.display())),
        };
        let password = |name: &str| std::env::var(name).ok().map(Password::new);
        config.ledger.password = password("AOBA_LEDGER_PASSWORD");
        config.ledger.identity_password = password("AOBA_IDENTITY_PASSWORD");
        config.lake.store.credentials = from_environment();
        if let Some(file) = &config.lake.store.credentials_file {
            config.lake.store.credentials_file = Some(home.join(file));
        }
        Ok(config)
    }
}

/// A mistake in the settings by its line, without the line itself: somebody may have written a
/// password there.
fn told(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
    let words = error.message().split('"').step_by(2).collect::<Vec<_>>().join("\"…\"");
    format!("line {line}: {words}")
}

/// The key for an object store, by the names that all tools of such stores use.
fn from_environment() -> Option<Credentials> {
    let given = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(Credentials {
        key_id: given("AWS_ACCESS_KEY_ID")?,
        secret: given("AWS_SECRET_ACCESS_KEY")?,
        token: given("AWS_SESSION_TOKEN"),
    })
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
    fn a_pull_of_the_settings_is_read_and_a_misspelt_word_of_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let read = |rest: &str| {
            let text = format!(
                "[[pull.scheduled]]\nname = \"night\"\nurl = \"https://fhir.example.jp/r4\"\n\
                 every_minutes = 1440\n{rest}"
            );
            std::fs::write(folder.path().join("aoba.toml"), text).unwrap();
            Config::read(folder.path()).map(|config| config.pull.scheduled)
        };
        let pulls = read("types = [\"Patient\"]\nby = \"search\"\nsource = \"east\"").unwrap();
        let ask = &pulls.first().unwrap().ask;
        assert_eq!(
            (ask.types.as_slice(), ask.source.as_deref()),
            (&["Patient".to_owned()][..], Some("east"))
        );
        let error = format!("{:#}", read("token_fill = \"x\"").unwrap_err());
        assert!(error.contains("token_fill"), "{error}");
        let error = format!("{:#}", read("by = \"guess\"").unwrap_err());
        assert!(error.contains("guess"), "{error}");
    }

    #[test]
    fn a_place_for_checkpoints_is_read_and_one_that_is_none_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let read = |places: &str| {
            let text = format!("[audit]\ncheckpoints_to = [{places}]\n");
            std::fs::write(folder.path().join("aoba.toml"), text).unwrap();
            Config::read(folder.path()).map(|config| config.audit.checkpoints_to)
        };
        let places = read("\"/mnt/worm\", \"syslog\"").unwrap();
        assert_eq!(places.last(), Some(&CheckpointPlace::LocalLog));
        let error = format!("{:#}", read("\"| sh\", \"https://example.jp/x\"").unwrap_err());
        assert!(error.contains("line 2") && error.contains("a folder, syslog"), "{error}");
    }

    #[test]
    fn a_password_in_the_wrong_place_is_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        for text in [
            "[time]\nzone = \"UTC\"\n[ledger]\npassword = \"secret\"\n",
            "ledger = \"postgres://aoba:secret@db.example/aoba\"\n",
            "[ledger]\nurl = [\"postgres://aoba:secret@db.example/aoba\"]\n",
            "[ledger]\nurl = postgres://aoba:secret@db.example/aoba\n",
        ] {
            std::fs::write(folder.path().join("aoba.toml"), text).unwrap();
            let error = format!("{:#?}", Config::read(folder.path()).unwrap_err());
            assert!(!error.contains("secret") && error.contains("line "), "{error}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[time]\nzone = \"UTC\"\n\n[ledger]\nurls = 3\n";
        std::fs::write(folder.path().join("aoba.toml"), text).unwrap();
        let error = format!("{:#}", Config::read(folder.path()).unwrap_err());
        assert!(error.contains("line 5: unknown field `urls`"), "{error}");
    }

    #[test]
    fn an_object_store_is_named_with_its_file_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[lake]\nurl = \"s3://aoba/lake\"\n[lake.store]\nendpoint = \"https://s3.example.jp\"\n\
                    credentials_file = \"../key\"\n";
        std::fs::write(folder.path().join("aoba.toml"), text).unwrap();
        let lake = Config::read(folder.path()).unwrap().lake;
        assert_eq!(lake.url.as_deref(), Some("s3://aoba/lake"));
        assert_eq!(lake.store.credentials_file, Some(folder.path().join("../key")));
        assert!(!lake.store.allow_http);
    }

    #[test]
    fn a_folder_without_settings_runs_on_defaults() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::read(folder.path()).unwrap().time.zone, "Asia/Tokyo");
    }
}

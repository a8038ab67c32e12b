//! How an object store is reached: its address, its limits, and the key that lets us in.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{StorageError, Trouble, at};

/// Where the object store is that `lake.url` names a bucket of, and how patient we are with it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// The server's address; Amazon's own in this region when not given.
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
    /// Whether the server may be spoken to without TLS.
    pub allow_http: bool,
    /// The file that holds the key; the environment does when not given.
    pub credentials_file: Option<PathBuf>,
    /// How often a request is made again before the command fails.
    pub retries_max: usize,
    /// How long requests are made again, from the first one on.
    pub retry_seconds_max: u64,
    /// How long the server may take for one answer.
    pub answer_seconds_max: u64,
    /// The key as the environment has it; a file that is named goes before it.
    #[serde(skip)]
    pub credentials: Option<Credentials>,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: "us-east-1".to_owned(),
            allow_http: false,
            credentials_file: None,
            retries_max: 10,
            retry_seconds_max: 180,
            answer_seconds_max: 60,
            credentials: None,
        }
    }
}

/// What lets us into an object store.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name of the key.
    pub key_id: String,
    /// The key.
    pub secret: String,
    /// What goes with a key that is only lent.
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Nobody but the file's owner may have any of these.
const OTHERS: u32 = 0o077;

impl Credentials {
    /// Reads a key from a file of the form that the tools of such stores share: the section
    /// `default`, or no section at all.
    ///
    /// # Errors
    /// When the file cannot be read, others can read it, or it holds no key.
    pub fn read(path: &Path) -> Result<Self, StorageError> {
        let mode = fs::metadata(path).map_err(at("read", path))?.permissions().mode();
        let wrong = |trouble, said: String| {
            let source = io::Error::other(said);
            StorageError { act: "read", path: path.to_owned(), trouble, source }
        };
        if mode & OTHERS != 0 {
            let said = format!("mode {:04o}", mode & 0o7777);
            return Err(wrong(Trouble::KeyExposed, said));
        }
        let text = fs::read_to_string(path).map_err(at("read", path))?;
        Self::parse(&text).map_err(|missing| {
            wrong(Trouble::NotAKey, format!("{missing} is missing in its section [default]"))
        })
    }

    /// What is missing where it is not a key.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (mut key_id, mut secret, mut token) = (None, None, None);
        let mut is_ours = true;
        for line in text.lines().map(str::trim) {
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                is_ours = section.trim() == "default";
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|_| is_ours) else { continue };
            let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            match name.trim() {
                "aws_access_key_id" => key_id = value,
                "aws_secret_access_key" => secret = value,
                "aws_session_token" => token = value,
                _ => {}
            }
        }
        Ok(Self {
            key_id: key_id.ok_or("aws_access_key_id")?,
            secret: secret.ok_or("aws_secret_access_key")?,
            token,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, mode: u32) -> Result<Credentials, StorageError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Credentials::read(&path)
    }

    #[test]
    fn a_key_is_read_from_the_file_that_the_tools_share() {
        let text = "# ours\n[other]\naws_access_key_id = no\n[default]\naws_access_key_id=AK\n\
                    aws_secret_access_key = a+b/c=\nregion = x\n";
        let (key_id, secret) = ("AK".to_owned(), "a+b/c=".to_owned());
        let expect = Credentials { key_id, secret, token: None };
        assert_eq!(written(text, 0o600).unwrap(), expect);
        let bare = "aws_access_key_id=AK\naws_secret_access_key=a+b/c=\naws_session_token=t\n";
        let expect = Credentials { token: Some("t".to_owned()), ..expect };
        assert_eq!(written(bare, 0o400).unwrap(), expect);
        assert_eq!(format!("{expect:?}"), "Credentials(..)");
    }

    #[test]
    fn a_file_that_others_can_read_or_that_holds_no_key_is_refused() {
        let whole = "aws_access_key_id=AK\naws_secret_access_key=s\n";
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let error = written(whole, mode).unwrap_err();
            assert_eq!(error.trouble, Trouble::KeyExposed, "{mode:o}");
        }
        for text in
            ["", "aws_access_key_id=AK\n", "[other]\naws_access_key_id=AK\naws_secret_access_key=s"]
        {
            let error = written(text, 0o600).unwrap_err();
            assert_eq!(error.trouble, Trouble::NotAKey);
            assert!(!error.to_string().contains("AK"), "{error}");
        }
    }
}

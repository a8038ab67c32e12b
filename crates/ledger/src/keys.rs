//! The two secrets of a house and what is derived from them.
//!
//! `home.key` makes patient numbers and hides identifiers; losing it means that no later load can
//! find the patients of an earlier one. `identity.key` seals names; losing it loses the names.
//! Neither is ever made anew beside an existing ledger.

use std::fs;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::LedgerError;
use crate::files;

/// How long a secret is.
const KEY_BYTES: usize = 32;

/// A secret of the house.
#[derive(Clone)]
pub(crate) struct Secret([u8; KEY_BYTES]);

impl Secret {
    /// Another secret for one use, from which this one cannot be told.
    pub(crate) fn derive(&self, purpose: &str) -> Self {
        Self(self.mac(&[purpose.as_bytes()]))
    }

    /// A keyed hash of parts, each with its length, so that no two lists of parts run together.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; KEY_BYTES] {
        // A key of any length is taken, so the fallback is never used.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; KEY_BYTES];
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// A keyed hash of 64 bits, as it stands in an index.
    pub(crate) fn blind(&self, parts: &[&[u8]]) -> i64 {
        i64::from_le_bytes(head(&self.mac(parts)))
    }

    /// What may be stored to recognise the secret by.
    pub(crate) fn fingerprint(&self) -> String {
        let check: [u8; 8] = head(&self.derive("aoba fingerprint").0);
        check.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The first half, for functions that take 16 bytes.
    pub(crate) fn half(&self) -> [u8; 16] {
        head(&self.0)
    }
}

/// The first bytes of a hash.
fn head<const LONG: usize, const SHORT: usize>(bytes: &[u8; LONG]) -> [u8; SHORT] {
    let mut short = [0; SHORT];
    for (to, from) in short.iter_mut().zip(bytes) {
        *to = *from;
    }
    short
}

/// Where the key files lie.
#[derive(Clone, Debug)]
pub(crate) struct KeyFiles {
    pub(crate) folder: PathBuf,
    pub(crate) home: PathBuf,
    pub(crate) identity: PathBuf,
}

impl KeyFiles {
    pub(crate) fn of(home: &Path) -> Self {
        let folder = home.join("keys");
        Self { home: folder.join("home.key"), identity: folder.join("identity.key"), folder }
    }
}

/// Reads a secret; makes it only where the house is new.
pub(crate) fn read_or_make(path: &Path, house_exists: bool) -> Result<Secret, LedgerError> {
    if !path.exists() {
        if house_exists {
            return Err(LedgerError::KeyMissing { path: path.to_owned() });
        }
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| LedgerError::NoRandomness)?;
        files::replace(path, &bytes)?;
    }
    let bytes = fs::read(path).map_err(files::failed("read", path))?;
    let bytes = bytes.try_into().map_err(|_| LedgerError::KeyDamaged { path: path.to_owned() })?;
    Ok(Secret(bytes))
}

#[cfg(test)]
impl Secret {
    pub(crate) fn for_tests(byte: u8) -> Self {
        Self([byte; KEY_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_never_beside_a_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home.key");
        let missing = read_or_make(&path, true);
        assert!(matches!(missing, Err(LedgerError::KeyMissing { .. })));
        let made = read_or_make(&path, false).unwrap();
        assert_eq!(made.bytes(), read_or_make(&path, true).unwrap().bytes());
        assert_eq!(files::mode(&path).unwrap(), 0o600);
        fs::write(&path, b"short").unwrap();
        assert!(matches!(read_or_make(&path, true), Err(LedgerError::KeyDamaged { .. })));
    }

    #[test]
    fn parts_do_not_run_together() {
        let secret = Secret::for_tests(1);
        assert_ne!(secret.blind(&[b"ab", b"c"]), secret.blind(&[b"a", b"bc"]));
        assert_ne!(secret.derive("a").bytes(), secret.derive("b").bytes());
    }
}

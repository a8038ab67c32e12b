//! Sealing one record so that it opens only in its own place.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::error::LedgerError;
use crate::keys::Secret;

/// How long an XChaCha20 nonce is: long enough to be drawn at random for ever.
const NONCE_BYTES: usize = 24;

/// Where a record stands; it is bound into the seal, so records cannot be swapped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordPlace {
    /// `Patient` or the resource's type.
    pub(crate) kind: String,
    /// The patient's number, or a keyed hash of the resource's key.
    pub(crate) owner: i64,
}

/// A sealed record.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) nonce: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// Seals and opens.
#[derive(Clone)]
pub(crate) struct Sealer {
    key: Secret,
}

impl Sealer {
    pub(crate) fn new(key: &Secret) -> Self {
        Self { key: key.clone() }
    }

    pub(crate) fn seal(
        &self,
        place: &RecordPlace,
        version: i64,
        text: &[u8],
    ) -> Result<Sealed, LedgerError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| LedgerError::NoRandomness)?;
        let aad = bound(place, version);
        let bytes = self
            .cipher(version)
            .encrypt(&XNonce::from(nonce), Payload { msg: text, aad: &aad })
            .map_err(|_| LedgerError::SealBroken)?;
        Ok(Sealed { nonce: nonce.to_vec(), bytes })
    }

    pub(crate) fn open(
        &self,
        place: &RecordPlace,
        version: i64,
        sealed: &Sealed,
    ) -> Result<Vec<u8>, LedgerError> {
        let nonce: [u8; NONCE_BYTES] =
            sealed.nonce.as_slice().try_into().map_err(|_| LedgerError::SealBroken)?;
        let aad = bound(place, version);
        self.cipher(version)
            .decrypt(&XNonce::from(nonce), Payload { msg: &sealed.bytes, aad: &aad })
            .map_err(|_| LedgerError::SealBroken)
    }

    /// Each version has a key of its own, so that one key can be retired.
    fn cipher(&self, version: i64) -> XChaCha20Poly1305 {
        let key = self.key.derive(&format!("seal {version}"));
        XChaCha20Poly1305::new(key.bytes().into())
    }
}

fn bound(place: &RecordPlace, version: i64) -> Vec<u8> {
    let mut bytes = version.to_le_bytes().to_vec();
    bytes.extend(place.owner.to_le_bytes());
    bytes.extend(place.kind.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(owner: i64) -> RecordPlace {
        RecordPlace { kind: "Patient".to_owned(), owner }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_place_only(text in prop::collection::vec(any::<u8>(), 0..80)) {
            let sealer = Sealer::new(&Secret::for_tests(3));
            let sealed = sealer.seal(&place(1), 1, &text).unwrap();
            prop_assert_eq!(sealer.open(&place(1), 1, &sealed).unwrap(), text);
            prop_assert!(sealer.open(&place(2), 1, &sealed).is_err());
            prop_assert!(sealer.open(&place(1), 2, &sealed).is_err());
            let other = Sealer::new(&Secret::for_tests(4));
            prop_assert!(other.open(&place(1), 1, &sealed).is_err());
        }

        #[test]
        fn a_changed_byte_never_opens(at in 0_usize..30, bit in 0_u8..8) {
            let sealer = Sealer::new(&Secret::for_tests(3));
            let mut sealed = sealer.seal(&place(1), 1, b"some fourteen.").unwrap();
            sealed.bytes[at] ^= 1 << bit;
            prop_assert!(sealer.open(&place(1), 1, &sealed).is_err());
        }
    }
}

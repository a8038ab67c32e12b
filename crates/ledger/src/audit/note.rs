//! Checkpoints as signed notes: what the tree of the audit was at one moment, in words that can
//! leave the machine and be checked by anybody who has the public key.
//!
//! ```text
//! aoba/5f0c1be79d2a4466
//! 1200
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — aoba/5f0c1be79d2a4466 Az3grl…
//! ```
//!
//! # Source
//! C2SP signed-note and tlog-checkpoint: origin, size, root in base64; a signature line holds the
//! first four bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key) and an Ed25519 signature.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use vocab::Text;

use super::proof::TreeHead;
use super::tree::TreeHash;
use crate::keys::Secret;

/// The sign for Ed25519 in keys of notes.
const ED25519_KIND: u8 = 1;
/// Longer notes are not read.
const NOTE_BYTES_MAX: usize = 64 << 10;

/// What signs the checkpoints of a home.
pub(crate) struct Signer {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// What checks them: the house's name for its audit, and an Ed25519 public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: [u8; 32],
}

/// Why a note is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteFault {
    /// It is not a signed note, or holds something else than a checkpoint.
    Malformed,
    /// This key has not signed it.
    NotSigned,
    /// It is of another house's audit.
    AnotherHouses,
}

impl Signer {
    /// The signer of a home, from its key; none where the library cannot sign.
    pub(crate) fn of(home_key: &Secret) -> Option<Self> {
        let seed = home_key.derive("aoba audit checkpoint");
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.bytes()).ok()?;
        let key: [u8; 32] = pair.public_key().as_ref().try_into().ok()?;
        let print = TreeHash(Sha256::digest(key).into()).to_string();
        let name = format!("aoba/{}", print.get(..16)?);
        Some(Self { pair, public: PublicKey { name, key } })
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A checkpoint of a tree.
    pub(crate) fn checkpoint(&self, tree: TreeHead) -> String {
        self.note(&format!("{}\n{}\n", tree.size, tree.root.to_base64()))
    }

    /// A note of these lines under the house's name; each ends with a line feed.
    pub(crate) fn note(&self, lines: &str) -> String {
        let PublicKey { name, .. } = &self.public;
        let text = format!("{name}\n{lines}");
        let signature = self.pair.sign(text.as_bytes());
        let line = STANDARD.encode([&self.public.id()[..], signature.as_ref()].concat());
        format!("{text}\n— {name} {line}\n")
    }
}

impl PublicKey {
    /// The house's name for its audit, which is that of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let hasher = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519_KIND]);
        let [a, b, c, d, ..]: [u8; 32] = hasher.chain_update(self.key).finalize().into();
        [a, b, c, d]
    }

    /// The tree that a checkpoint names, once it is known to be of this house and signed.
    ///
    /// # Errors
    /// [`NoteFault`]: the note is not to be believed.
    pub fn checkpoint(&self, note: &str) -> Result<TreeHead, NoteFault> {
        let lines = self.open(note)?;
        let mut lines = lines.split('\n');
        let (size, root) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
        let number: u64 = size.parse().map_err(|_| NoteFault::Malformed)?;
        let root = TreeHash::from_base64(root).ok_or(NoteFault::Malformed)?;
        // The last line ends with a line feed, and a number is written in one way.
        match lines.next() == Some("") && lines.next().is_none() && number.to_string() == size {
            true => Ok(TreeHead { size: number, root }),
            false => Err(NoteFault::Malformed),
        }
    }

    /// The lines after the name of a note that this key has signed.
    pub(crate) fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteFault> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteFault::Malformed);
        }
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteFault::Malformed)?;
        // The text ends with its own line feed; the empty line is the other one.
        let text = note.get(..=text.len()).ok_or(NoteFault::Malformed)?;
        let (name, lines) = text.split_once('\n').ok_or(NoteFault::Malformed)?;
        let signatures = signatures.strip_suffix('\n').ok_or(NoteFault::Malformed)?;
        let is_signed = signatures.split('\n').any(|line| self.signed(text, line));
        match (is_signed, name == self.name) {
            (true, true) => Ok(lines),
            (_, false) => Err(NoteFault::AnotherHouses),
            (false, true) => Err(NoteFault::NotSigned),
        }
    }

    fn signed(&self, text: &str, line: &str) -> bool {
        let signature = line.strip_prefix("— ").and_then(|line| line.split_once(' '));
        let Some((name, signature)) = signature else { return false };
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let Some((id, signature)) = signature.split_at_checked(4) else { return false };
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        name == self.name && id == self.id() && key.verify(text.as_bytes(), signature).is_ok()
    }
}

/// `name+id+key`, as the form of signed notes writes a key.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = STANDARD.encode([&[ED25519_KIND], &self.key[..]].concat());
        write!(f, "{}+{id:08x}+{key}", self.name)
    }
}

/// Says that a text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a public key as `aoba audit key` prints it")]
pub struct NotAKey;

impl FromStr for PublicKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut parts = text.trim().splitn(3, '+');
        let mut part = || parts.next().ok_or(NotAKey);
        let (name, id, key) = (part()?, part()?, part()?);
        let key = STANDARD.decode(key).map_err(|_| NotAKey)?;
        let (kind, key) = key.split_first().ok_or(NotAKey)?;
        let key = key.try_into().map_err(|_| NotAKey)?;
        let key = Self { name: name.to_owned(), key };
        let id_fits = format!("{:08x}", u32::from_be_bytes(key.id())) == id;
        let name_fits = !name.is_empty() && !name.contains(char::is_whitespace);
        if *kind == ED25519_KIND && id_fits && name_fits { Ok(key) } else { Err(NotAKey) }
    }
}

impl NoteFault {
    /// What is wrong with the note.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Malformed => Text {
                ja: "チェックポイントの形式ではありません",
                en: "it is not a checkpoint",
            },
            Self::NotSigned => Text {
                ja: "この鍵による署名がありません",
                en: "it is not signed by this key",
            },
            Self::AnotherHouses => Text {
                ja: "別の施設の監査記録のものです",
                en: "it is of another house's audit",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(byte: u8) -> Signer {
        Signer::of(&Secret::for_tests(byte)).unwrap()
    }

    fn head() -> TreeHead {
        TreeHead { size: 1_200, root: TreeHash::leaf(b"row") }
    }

    #[test]
    fn a_checkpoint_is_read_back_with_the_printed_key() {
        let signer = signer(7);
        let note = signer.checkpoint(head());
        let key: PublicKey = signer.public().to_string().parse().unwrap();
        assert_eq!(key.checkpoint(&note), Ok(head()));
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[..2], [key.name(), "1200"]);
        assert!(lines[4].starts_with(&format!("— {} ", key.name())), "{note}");
    }

    #[test]
    fn a_changed_note_is_not_believed_whatever_byte_it_is() {
        let signer = signer(7);
        let note = signer.checkpoint(head());
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let read = signer.public().checkpoint(&changed);
            assert!(read.is_err(), "byte {at}: {changed}");
        }
        assert!(signer.public().checkpoint(&note[..note.len() - 1]).is_err());
        assert!(signer.public().checkpoint("").is_err());
    }

    #[test]
    fn another_key_has_not_signed_it_even_under_the_same_name() {
        let (ours, other) = (signer(7), signer(8));
        let note = ours.checkpoint(head());
        assert_eq!(other.public().checkpoint(&note), Err(NoteFault::AnotherHouses));
        let forged = PublicKey { name: ours.public().name.clone(), key: other.public().key };
        assert_eq!(forged.checkpoint(&note), Err(NoteFault::NotSigned));
        let another = ours.note("export\n");
        assert_eq!(ours.public().checkpoint(&another), Err(NoteFault::Malformed));
        assert_eq!(ours.public().open(&another), Ok("export\n"));
    }

    #[test]
    fn a_witness_may_sign_beside_us() {
        let (ours, witness) = (signer(7), signer(8));
        let note = ours.checkpoint(head());
        let line = witness.checkpoint(head()).lines().last().unwrap().to_owned();
        assert_eq!(ours.public().checkpoint(&format!("{note}{line}\n")), Ok(head()));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = signer(7).public().to_string();
        for wrong in ["", "aoba", "aoba+1+2", &key[1..], &key[..key.len() - 4]] {
            assert_eq!(wrong.parse::<PublicKey>(), Err(NotAKey), "{wrong}");
        }
    }
}

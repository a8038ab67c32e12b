//! The bytes of a row and their hash.
//!
//! # Source
//! The leading zero byte marks a leaf as in RFC 6962 §2.1: the same hashes are the leaves of the
//! tree.

use super::AuditRow;
use super::tree::TreeHash;

/// The hash before the first row.
pub(crate) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash a row must have, in hexadecimal.
pub(super) fn hash(row: &AuditRow) -> String {
    leaf(row).to_string()
}

/// The hash a row must have, as a leaf of the tree.
pub(super) fn leaf(row: &AuditRow) -> TreeHash {
    TreeHash::leaf(&canonical(row))
}

/// The row as bytes: each field with its length before it, absence told from emptiness, so that
/// two different rows never have the same bytes.
fn canonical(row: &AuditRow) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256 + row.detail.len());
    bytes.extend(row.seq.to_le_bytes());
    bytes.extend(row.at.as_microsecond().to_le_bytes());
    for text in [&row.actor, &row.act, &row.object, &row.detail, &row.prev_hash] {
        put(&mut bytes, Some(text));
    }
    put(&mut bytes, row.purpose.as_deref());
    put(&mut bytes, row.study.as_deref());
    bytes
}

fn put(bytes: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => bytes.push(0),
        Some(text) => {
            bytes.push(1);
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn rows()(
            seq in 1_i64..3,
            at in 0_i64..2,
            texts in prop::array::uniform5("[ab]{0,2}"),
            purpose in prop::option::of("[ab]{0,1}"),
            study in prop::option::of("[ab]{0,1}"),
        ) -> AuditRow {
            let [actor, act, object, detail, prev_hash] = texts;
            let at = Timestamp::from_microsecond(at).unwrap();
            let hash = String::new();
            AuditRow { seq, at, actor, act, object, purpose, study, detail, prev_hash, hash }
        }
    }

    proptest! {
        #[test]
        fn rows_have_the_same_bytes_only_when_they_are_the_same(a in rows(), b in rows()) {
            prop_assert_eq!(canonical(&a) == canonical(&b), a == b);
        }

        #[test]
        fn moving_a_letter_to_the_next_field_changes_the_hash(a in "[a-z]{1,8}", b in "[a-z]{0,8}") {
            let row = |actor: String, act: String| AuditRow {
                seq: 1, at: Timestamp::UNIX_EPOCH, actor, act,
                object: String::new(), purpose: None, study: None,
                detail: String::new(), prev_hash: GENESIS.to_owned(), hash: String::new(),
            };
            let (kept, moved) = a.split_at(a.len() - 1);
            let other = row(kept.to_owned(), format!("{moved}{b}"));
            prop_assert_ne!(hash(&row(a.clone(), b)), hash(&other));
        }
    }
}

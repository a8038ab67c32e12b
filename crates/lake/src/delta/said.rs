//! What a version of a table says, as one digest.
//!
//! The ledger keeps it from the day the version was written. A log whose bytes changed so that it
//! names other files, other deleted rows, other bounds or other columns is found when the table is
//! opened, whichever files of the log were read to open it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{DataFile, Deleted, TableAt};

/// Which way of computing it this is; a digest of another is not compared.
const WAY: &str = "1:";

impl TableAt {
    /// The digest of everything that decides what is read of this version.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let metadata = serde_json::to_value(self.state.metadata()).unwrap_or_default();
        let columns = metadata.get("schemaString").and_then(serde_json::Value::as_str);
        put(&mut hash, columns.unwrap_or_default());
        let kept: BTreeMap<&String, &String> =
            self.state.metadata().configuration().iter().collect();
        for (name, value) in kept {
            put(&mut hash, name);
            put(&mut hash, value);
        }
        hash.update((self.files.len() as u64).to_le_bytes());
        self.files.iter().for_each(|file| put_file(&mut hash, file));
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{WAY}{hex}")
    }
}

/// Whether a digest was computed in the way this program computes it.
pub(crate) fn is_comparable(digest: &str) -> bool {
    digest.starts_with(WAY)
}

/// A text with its length before it, so that no two texts run together.
fn put(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

fn put_file(hash: &mut Sha256, file: &DataFile) {
    put(hash, &file.path);
    hash.update(file.size_bytes.to_le_bytes());
    hash.update(file.rows.to_le_bytes());
    match file.patients {
        None => hash.update([0]),
        Some((first, last)) => {
            hash.update([1]);
            hash.update(first.to_le_bytes());
            hash.update(last.to_le_bytes());
        }
    }
    // As numbers: the same rows may be written in several ways.
    hash.update(file.deleted.as_ref().map_or(0, Deleted::count).to_le_bytes());
    for row in file.deleted.iter().flat_map(|deleted| deleted.rows()) {
        hash.update(row.to_le_bytes());
    }
}

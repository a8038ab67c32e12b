//! A digest of a table's rows as they are answered, whatever their order.

use arrow_array::RecordBatch;
use lake::file::{Effort, FileError, Format, TableFile};
use lake::{Reader, ReaderError};
use sha2::{Digest as _, Sha256};

/// What is not counted: which load wrote a row differs where a load was killed and repeated.
const LOAD: &str = "load";

/// So many rows are written at a time: memory that was used just now is used again.
const ROWS: usize = 256;

/// Asks for every row of a table, and adds up what each says.
///
/// # Cost
/// Reads the table whole.
pub(crate) async fn of(reader: &Reader, table: &str) -> Result<String, ReaderError> {
    let schema = reader.columns(table).await?;
    let columns: Vec<String> = schema
        .iter()
        .flat_map(|schema| schema.fields())
        .filter(|field| field.name() != LOAD)
        .map(|field| format!("\"{}\"", field.name()))
        .collect();
    let question = format!("select {} from {table}", columns.join(", "));
    let mut stream = reader.stream(&question).await?;
    let mut sum = Sum::default();
    while let Some(batch) = stream.next().await? {
        for first in (0..batch.num_rows()).step_by(ROWS) {
            let rows = batch.slice(first, ROWS.min(batch.num_rows() - first));
            let text = text(&rows).map_err(|e| ReaderError::Failed { message: e.to_string() })?;
            let rows = text.split(|byte| *byte == b'\n').filter(|row| !row.is_empty());
            rows.for_each(|row| sum.add(row));
        }
    }
    Ok(sum.hex())
}

/// Rows as JSON, one a line.
fn text(batch: &RecordBatch) -> Result<Vec<u8>, FileError> {
    let schema = batch.schema();
    let mut file = TableFile::create(Vec::new(), Format::Ndjson, Effort::Small, &schema)?;
    file.write(batch)?;
    file.finish()
}

/// A sum over hashes of rows: the same for the same rows in any order, each as often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Four numbers, each added up by itself; what runs over is left out.
    parts: [u64; 4],
    rows: u64,
}

impl Sum {
    pub(crate) fn add(&mut self, row: &[u8]) {
        let hash: [u8; 32] = Sha256::digest(row).into();
        let (words, _) = hash.as_chunks::<8>();
        for (part, word) in self.parts.iter_mut().zip(words) {
            *part = part.wrapping_add(u64::from_le_bytes(*word));
        }
        self.rows += 1;
    }

    pub(crate) fn hex(&self) -> String {
        let mut hash = Sha256::new();
        self.parts.iter().for_each(|part| hash.update(part.to_le_bytes()));
        hash.update(self.rows.to_le_bytes());
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&str]) -> String {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row.as_bytes()));
        sum.hex()
    }

    #[test]
    fn the_order_of_rows_does_not_count_and_how_often_they_stand_does() {
        assert_eq!(sum(&["a", "b"]), sum(&["b", "a"]));
        assert_ne!(sum(&["a", "b"]), sum(&["a", "b", "b"]));
        assert_ne!(sum(&["a", "b"]), sum(&["a", "c"]));
        assert_ne!(sum(&[]), sum(&[""]));
    }
}

//! One record as it was received, for who may see its row: tables leave the bytes of documents in
//! the landing, and this is the way to them.
//!
//! The row is found through the gate first, so a record can be had under a permit exactly where
//! its row can. Of the file only that one resource is given.

use std::io::{BufRead as _, BufReader, Read as _};

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, RecordBatch};
use datafusion::logical_expr::{ident, lit};
use ledger::MissingRight;
use serde_json::Value;
use vocab::LandingId;

use super::{Reader, ReaderError};
use crate::landing::Landing;
use crate::storage;
use crate::tables::{FILE, LINE, RESOURCE_KEY, SOURCE};

/// The largest file that is read whole because it is one document, in bytes as unpacked.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

/// Which record is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The table its row is in.
    pub table: &'a str,
    /// The system that sent it.
    pub source: &'a str,
    /// Its key there.
    pub key: &'a str,
}

/// Where a record lies.
struct Place {
    file: LandingId,
    line: usize,
}

impl Reader {
    /// A resource as it was received.
    ///
    /// # Nulls
    /// Absent when no such row may be seen, and when the file it came from is not kept here.
    ///
    /// # Errors
    /// When the permit gives no rows, or the table or the file cannot be read.
    ///
    /// # Cost
    /// Unpacks the file up to the record.
    pub async fn received(&self, wanted: Wanted<'_>) -> Result<Option<Value>, ReaderError> {
        if !self.permit.may_see_rows() {
            let (actor, purpose) = (self.permit.actor().clone(), self.permit.purpose());
            return Err(ReaderError::Refused(MissingRight::Rows { actor, purpose }));
        }
        let Some(place) = self.place(wanted).await? else { return Ok(None) };
        let landing = self.landing.clone();
        let (table, key) = (wanted.table.to_owned(), wanted.key.to_owned());
        let read = move || match landing.holds(place.file).map_err(std::io::Error::other)? {
            true => find(&landing, &place, &table, &key),
            false => Ok(None),
        };
        let failed = |message: String| ReaderError::Failed { message };
        match tokio::task::spawn_blocking(read).await {
            Ok(found) => found.map_err(|error| match storage::told(&error) {
                Some(told) => ReaderError::Storage(told),
                None => failed(error.to_string()),
            }),
            Err(died) => Err(failed(died.to_string())),
        }
    }

    async fn place(&self, wanted: Wanted<'_>) -> Result<Option<Place>, ReaderError> {
        let rows = self.scans.session.table(["aoba", "fhir", wanted.table].join(".")).await?;
        let is_it =
            ident(RESOURCE_KEY).eq(lit(wanted.key)).and(ident(SOURCE).eq(lit(wanted.source)));
        let answer =
            rows.filter(is_it)?.select(vec![ident(FILE), ident(LINE)])?.limit(0, Some(1))?;
        let answer = answer.collect().await?;
        Ok(answer.iter().find(|batch| batch.num_rows() > 0).and_then(place))
    }
}

fn place(batch: &RecordBatch) -> Option<Place> {
    let file = arrow::compute::cast(batch.column(0), &arrow_schema::DataType::Utf8).ok()?;
    let line = batch.column(1).as_primitive_opt::<Int64Type>()?;
    let file =
        file.as_string_opt::<i32>().filter(|file| file.is_valid(0))?.value(0).parse().ok()?;
    Some(Place { file, line: usize::try_from(line.value(0)).ok()? })
}

/// Looks on the line first; where the file is one document, among its entries.
fn find(
    landing: &Landing,
    place: &Place,
    table: &str,
    key: &str,
) -> std::io::Result<Option<Value>> {
    let open = || landing.read(place.file).map_err(std::io::Error::other);
    let line = BufReader::new(open()?).lines().nth(place.line.saturating_sub(1)).transpose()?;
    let on_its_line = line.and_then(|line| serde_json::from_str(&line).ok());
    if let Some(found) = on_its_line.and_then(|value| resource(value, place.line, table, key)) {
        return Ok(Some(found));
    }
    let mut text = Vec::new();
    open()?.take(DOCUMENT_BYTES_MAX).read_to_end(&mut text)?;
    let document = serde_json::from_slice(&text).ok();
    Ok(document.and_then(|value| resource(value, place.line, table, key)))
}

/// The resource itself, or the one it stands among in a Bundle; nothing that has another name.
fn resource(mut value: Value, entry: usize, table: &str, key: &str) -> Option<Value> {
    if is_it(&value, table, key) {
        return Some(value);
    }
    let entries = value.get_mut("entry")?.as_array_mut()?;
    let inside = |entry: &mut Value| entry.get_mut("resource").map(Value::take);
    let at_its_place = entries.get_mut(entry.saturating_sub(1)).and_then(inside);
    at_its_place
        .filter(|resource| is_it(resource, table, key))
        .or_else(|| entries.iter_mut().filter_map(inside).find(|it| is_it(it, table, key)))
}

fn is_it(value: &Value, table: &str, key: &str) -> bool {
    let kind = value.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    let named = value.get("id").and_then(Value::as_str) == Some(key);
    named && kind.to_lowercase() == table.replace('_', "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_record_of_that_name_is_taken_out_of_a_file() {
        let note = |id: &str| json!({ "resourceType": "DocumentReference", "id": id });
        let bundle = json!({ "resourceType": "Bundle", "entry": [
            { "resource": note("a") }, { "resource": note("b") }, { "fullUrl": "urn:x" },
        ] });
        let take = |entry, key| resource(bundle.clone(), entry, "document_reference", key);
        assert_eq!(take(2, "b"), Some(note("b")));
        assert_eq!(take(1, "b"), Some(note("b")), "entries were counted otherwise");
        assert_eq!(take(1, "c"), None);
        assert_eq!(resource(note("a"), 1, "document_reference", "a"), Some(note("a")));
        assert_eq!(resource(note("a"), 1, "observation", "a"), None);
    }
}

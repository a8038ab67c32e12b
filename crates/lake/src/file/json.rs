//! Rows as JSON text, and lists as JSON inside other text.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::error::ArrowError;
use arrow::json::writer::{LineDelimited, WriterBuilder};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::Format;

/// One object a line, every column present.
pub(super) fn lines(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut text = Vec::new();
    let builder = WriterBuilder::new().with_explicit_nulls(true);
    let mut writer = builder.build::<_, LineDelimited>(&mut text);
    writer.write(batch)?;
    writer.finish()?;
    drop(writer);
    Ok(text)
}

/// Writes text as it is, or with commas between the objects of an array.
pub(super) fn append(
    out: &mut impl Write,
    format: Format,
    is_first: bool,
    text: &[u8],
) -> io::Result<()> {
    if format != Format::Json {
        return out.write_all(text);
    }
    let mut is_first = is_first;
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        out.write_all(if is_first { b"\n" } else { b",\n" })?;
        out.write_all(line)?;
        is_first = false;
    }
    Ok(())
}

/// The same batch with every list written as a JSON array, for formats without lists.
pub(crate) fn lists_as_text(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let is_list = |field: &Field| field.data_type().is_nested();
    if !schema.fields().iter().any(|field| is_list(field)) {
        return Ok(batch.clone());
    }
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        if is_list(field) {
            fields.push(Arc::new(Field::new(field.name(), DataType::Utf8, true)));
            columns.push(Arc::new(list_text(column)?));
        } else {
            fields.push(Arc::clone(field));
            columns.push(Arc::clone(column));
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn list_text(column: &ArrayRef) -> Result<StringArray, ArrowError> {
    let field = Field::new("v", column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field]));
    let text = lines(&RecordBatch::try_new(schema, vec![Arc::clone(column)])?)?;
    let objects = text.split(|byte| *byte == b'\n').take(column.len());
    let values = objects.enumerate().map(|(row, object)| {
        let inside = object.strip_prefix(b"{\"v\":")?.strip_suffix(b"}")?;
        (!column.is_null(row)).then(|| String::from_utf8_lossy(inside).into_owned())
    });
    Ok(values.collect())
}

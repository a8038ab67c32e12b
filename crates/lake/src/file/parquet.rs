//! Parquet by row groups: a batch becomes a complete row group on whatever thread has it, and one
//! appender strings the groups together.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;

use super::tuning::{self, Effort};

/// A complete row group, not yet in a file.
pub struct EncodedGroup {
    chunks: Vec<ArrowColumnChunk>,
    rows: u64,
}

impl EncodedGroup {
    /// How many rows the group holds.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

/// Encodes one batch as one row group, with the encodings that suit its values.
///
/// # Errors
/// When a column's type has no form in Parquet.
pub(crate) fn encode(batch: &RecordBatch, effort: Effort) -> Result<EncodedGroup, ParquetError> {
    let properties = tuning::properties(batch, effort)?;
    let chunks = encode_with(batch, properties)?;
    Ok(EncodedGroup { chunks, rows: batch.num_rows() as u64 })
}

/// Encodes one batch with given properties.
pub(super) fn encode_with(
    batch: &RecordBatch,
    properties: WriterPropertiesPtr,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let schema = batch.schema();
    let nowhere = open(io::sink(), &schema, properties)?;
    let factory = ArrowRowGroupWriterFactory::new(&nowhere, Arc::clone(&schema));
    let mut writers = factory.create_column_writers(0)?;
    let mut next = writers.iter_mut();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        for leaf in compute_leaves(field, column)? {
            let writer = next.next().ok_or_else(|| too_few(field.name()))?;
            writer.write(&leaf)?;
        }
    }
    writers.into_iter().map(|writer| writer.close()).collect()
}

fn too_few(column: &str) -> ParquetError {
    ParquetError::General(format!("the schema has no place for column {column:?}"))
}

fn open<W: Write + Send>(
    out: W,
    schema: &SchemaRef,
    properties: WriterPropertiesPtr,
) -> Result<SerializedFileWriter<W>, ParquetError> {
    let root = ArrowSchemaConverter::new().convert(schema)?.root_schema_ptr();
    SerializedFileWriter::new(out, root, properties)
}

/// A Parquet file being written.
pub struct ParquetFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
}

impl<W: Write + Send> ParquetFile<W> {
    /// Begins a file of this schema.
    ///
    /// # Errors
    /// When the schema has no form in Parquet, or the output refuses.
    pub fn create(out: W, schema: &SchemaRef) -> Result<Self, ParquetError> {
        Ok(Self { writer: open(out, schema, tuning::file_properties())? })
    }

    /// Appends a group; groups stand in the order of the calls.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn append(&mut self, group: EncodedGroup) -> Result<(), ParquetError> {
        let mut row_group = self.writer.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
        Ok(())
    }

    /// How large the file is so far.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.writer.bytes_written() as u64
    }

    /// Writes the footer and gives the output back.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn finish(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

//! One table as one file: Parquet, Arrow, CSV or JSON, encoded on many threads, written by one.
//!
//! A worker calls [`Encoder::encode`] on a batch and gets an [`EncodedPart`]; whoever owns the
//! [`TableFile`] appends the parts in order. The same batches give the same bytes.

mod json;
pub(crate) mod parquet;
mod tuning;

use std::fmt;
use std::io::Write;
use std::str::FromStr;
use std::sync::Arc;

use arrow::csv;
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

pub use self::parquet::{EncodedGroup, ParquetFile};
#[cfg(test)]
pub(crate) use json::lists_as_text;
pub use tuning::Effort;

/// How a table is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet, Zstandard.
    Parquet,
    /// Arrow IPC file.
    Arrow,
    /// Comma-separated values with one header line; lists as JSON.
    Csv,
    /// One JSON object a line, every column present.
    Ndjson,
    /// One JSON array of objects, every column present.
    Json,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        match word {
            "parquet" => Ok(Self::Parquet),
            "arrow" => Ok(Self::Arrow),
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            "json" => Ok(Self::Json),
            _ => Err(UnknownFormat(word.to_owned())),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
        })
    }
}

/// Says that a word names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a format: say parquet, arrow, csv, ndjson or json")]
pub struct UnknownFormat(String);

/// What can go wrong while a table file is written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The rows do not fit the format.
    #[error("cannot write these rows as {format}: {source}")]
    Arrow {
        /// The format asked for.
        format: Format,
        /// What is wrong with the rows, or the system's answer.
        source: ArrowError,
    },
    /// The Parquet writer failed, mostly because the system refused to write.
    #[error("cannot write the Parquet file: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// The output would not be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}

/// Encodes batches, on as many threads as there are.
#[derive(Clone, Copy, Debug)]
pub struct Encoder {
    format: Format,
    effort: Effort,
}

/// A batch ready to be appended.
pub struct EncodedPart(Part);

enum Part {
    Group(EncodedGroup),
    Batch(RecordBatch),
    Text(Vec<u8>),
}

impl Encoder {
    /// Prepares to encode; all batches of one file have one schema.
    #[must_use]
    pub fn new(format: Format, effort: Effort) -> Self {
        Self { format, effort }
    }

    /// Turns one batch into one part; a Parquet part is one row group.
    ///
    /// # Errors
    /// When a column's type has no form in the format.
    pub fn encode(&self, batch: &RecordBatch) -> Result<EncodedPart, FileError> {
        let part = match self.format {
            Format::Parquet => Part::Group(parquet::encode(batch, self.effort)?),
            Format::Arrow => Part::Batch(batch.clone()),
            Format::Csv => Part::Text(self.csv(batch).map_err(|source| self.wrong(source))?),
            Format::Ndjson | Format::Json => {
                Part::Text(json::lines(batch).map_err(|source| self.wrong(source))?)
            }
        };
        Ok(EncodedPart(part))
    }

    fn wrong(&self, source: ArrowError) -> FileError {
        FileError::Arrow { format: self.format, source }
    }

    fn csv(&self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        let mut text = Vec::new();
        let mut writer = csv::WriterBuilder::new().with_header(false).build(&mut text);
        writer.write(&json::lists_as_text(batch)?)?;
        drop(writer);
        Ok(text)
    }
}

/// A file being written, in any format.
pub struct TableFile<W: Write + Send> {
    encoder: Encoder,
    out: Out<W>,
    rows: u64,
}

enum Out<W: Write + Send> {
    Parquet(Box<ParquetFile<W>>),
    Arrow(Box<FileWriter<W>>),
    Text(W),
}

impl<W: Write + Send> TableFile<W> {
    /// Begins a file of this schema.
    ///
    /// # Errors
    /// When the schema has no form in the format, or the output refuses.
    pub fn create(
        mut out: W,
        format: Format,
        effort: Effort,
        schema: &SchemaRef,
    ) -> Result<Self, FileError> {
        let encoder = Encoder::new(format, effort);
        let out = match format {
            Format::Parquet => Out::Parquet(Box::new(ParquetFile::create(out, schema)?)),
            Format::Arrow => {
                let writer = FileWriter::try_new(out, schema);
                Out::Arrow(Box::new(writer.map_err(|source| encoder.wrong(source))?))
            }
            Format::Csv => {
                let mut writer = csv::Writer::new(&mut out);
                let header = json::lists_as_text(&RecordBatch::new_empty(Arc::clone(schema)));
                header
                    .and_then(|header| writer.write(&header))
                    .map_err(|source| encoder.wrong(source))?;
                drop(writer);
                Out::Text(out)
            }
            Format::Ndjson => Out::Text(out),
            Format::Json => {
                out.write_all(b"[")?;
                Out::Text(out)
            }
        };
        Ok(Self { encoder, out, rows: 0 })
    }

    /// What workers encode with.
    #[must_use]
    pub fn encoder(&self) -> Encoder {
        self.encoder
    }

    /// Appends a part; parts stand in the order of the calls.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn append(&mut self, part: EncodedPart) -> Result<(), FileError> {
        match (&mut self.out, part.0) {
            (Out::Parquet(file), Part::Group(group)) => {
                self.rows += group.rows();
                file.append(group)?;
            }
            (Out::Arrow(file), Part::Batch(batch)) => {
                self.rows += batch.num_rows() as u64;
                file.write(&batch).map_err(|source| self.encoder.wrong(source))?;
            }
            (Out::Text(out), Part::Text(text)) => {
                json::append(out, self.encoder.format, self.rows == 0, &text)?;
                self.rows += u64::from(!text.is_empty());
            }
            _ => return Err(self.encoder.wrong(other_format())),
        }
        Ok(())
    }

    /// Encodes and appends in one step.
    ///
    /// # Errors
    /// As [`Encoder::encode`] and [`TableFile::append`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), FileError> {
        let part = self.encoder.encode(batch)?;
        self.append(part)
    }

    /// Ends the file and gives the output back, flushed.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn finish(self) -> Result<W, FileError> {
        let mut out = match self.out {
            Out::Parquet(file) => file.finish()?,
            Out::Arrow(file) => file.into_inner().map_err(|source| self.encoder.wrong(source))?,
            Out::Text(mut out) => {
                if self.encoder.format == Format::Json {
                    out.write_all(if self.rows == 0 { b"]\n" } else { b"\n]\n" })?;
                }
                out
            }
        };
        out.flush()?;
        Ok(out)
    }
}

fn other_format() -> ArrowError {
    ArrowError::InvalidArgumentError("a part encoded for another format".to_owned())
}

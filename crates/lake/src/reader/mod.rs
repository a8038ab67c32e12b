//! A reader: one permitted look at one snapshot. Holding it proves that the look was recorded and
//! that people who may not be seen are already gone.

mod code;
mod codings;
mod counts;
mod error;
mod functions;
mod numbers;
mod profile;
mod query;
mod scan;
mod session;
mod tally;

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use datafusion::prelude::SessionContext;
use ledger::{MissingRight, Permit};
use vocab::SnapshotId;

pub use code::{CodeLook, CodeProfile, PersonLook};
pub use codings::{CodeCount, Codings};
pub use counts::TableCount;
pub use error::ReaderError;
pub use numbers::Numbers;
pub use profile::{ColumnLook, ColumnProfile, Look, TableProfile};
pub use query::SqlStream;
pub use tally::Tally;

use crate::gate::GatedTable;
use crate::house::LakeConfig;

/// Answers questions about one snapshot under one permit.
pub struct Reader {
    permit: Permit,
    snapshot: Option<SnapshotId>,
    tables: Vec<Table>,
    session: SessionContext,
    limits: Limits,
}

/// What a query may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    rows_max: usize,
    memory_bytes_max: usize,
    time_max: Duration,
}

struct Table {
    name: String,
    day: Option<String>,
    columns: SchemaRef,
}

/// The whole answer to a question.
#[derive(Clone, Debug)]
pub struct SqlAnswer {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows, in order where the question asked for one.
    pub batches: Vec<RecordBatch>,
}

impl SqlAnswer {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

impl Reader {
    pub(crate) fn new(
        permit: Permit,
        snapshot: Option<SnapshotId>,
        gated: Vec<(String, Option<String>, Arc<GatedTable>)>,
        config: &LakeConfig,
    ) -> Result<Self, ReaderError> {
        use datafusion::datasource::TableProvider as _;
        let tables = gated
            .iter()
            .map(|(name, day, gate)| Table {
                name: name.clone(),
                day: day.clone(),
                columns: gate.schema(),
            })
            .collect();
        let session = session::open(gated, config)?;
        let limits = Limits {
            rows_max: config.query_rows_max,
            memory_bytes_max: config.query_memory_bytes_max,
            time_max: Duration::from_secs(config.query_seconds_max),
        };
        Ok(Self { permit, snapshot, tables, session, limits })
    }

    /// The snapshot looked at; none before the first load.
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotId> {
        self.snapshot
    }

    /// The permit of this look.
    #[must_use]
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The names of the tables, in order.
    #[must_use]
    pub fn table_names(&self) -> Vec<&str> {
        self.tables.iter().map(|table| table.name.as_str()).collect()
    }

    /// The columns of a table with their types; none when there is no such table.
    #[must_use]
    pub fn columns(&self, table: &str) -> Option<SchemaRef> {
        self.tables.iter().find(|known| known.name == table).map(|known| Arc::clone(&known.columns))
    }

    /// Answers one question in SQL, whole.
    ///
    /// # Errors
    /// When the text is not one question, names what is not there, or its answer passes a limit.
    pub async fn sql(&self, text: &str) -> Result<SqlAnswer, ReaderError> {
        let mut stream = self.stream(text).await?;
        let schema = stream.schema();
        let mut batches = Vec::new();
        let mut bytes = 0;
        while let Some(batch) = stream.next().await? {
            bytes += batch.get_array_memory_size();
            if bytes > self.limits.memory_bytes_max {
                return Err(ReaderError::TooMuchMemory { bytes_max: self.limits.memory_bytes_max });
            }
            batches.push(batch);
        }
        Ok(SqlAnswer { schema, batches })
    }

    /// Answers one question in SQL, batch by batch; dropping the stream stops the work.
    ///
    /// # Errors
    /// As [`Reader::sql`].
    pub async fn stream(&self, text: &str) -> Result<SqlStream, ReaderError> {
        if !self.permit.may_see_rows() {
            let (actor, purpose) = (self.permit.actor().clone(), self.permit.purpose());
            return Err(ReaderError::Refused(MissingRight::Rows { actor, purpose }));
        }
        query::run(self, text).await
    }

    /// Every table's rows, resources, patients and time span, as this permit sees them.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn table_counts(&self) -> Result<Vec<TableCount>, ReaderError> {
        let mut counts = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            counts.push(counts::count(self, table).await?);
        }
        Ok(counts)
    }
}

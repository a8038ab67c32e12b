//! A reader: one permitted look at one snapshot. Holding it proves that the look was recorded and
//! that people who may not be seen are already gone.

mod answer;
mod aside;
mod code;
mod codings;
mod cohort;
mod cohort_results;
mod counts;
mod error;
mod functions;
mod numbers;
mod people;
mod profile;
mod query;
mod received;
mod scan;
mod scripted;
mod session;
mod tables;
mod tally;

use std::sync::Arc;

use arrow_schema::SchemaRef;
use datafusion::common::DataFusionError;
use jiff::civil::Date;
use ledger::{MissingRight, Permit, Snapshot};
use tokio::task::JoinSet;
use vocab::SnapshotId;

pub use answer::{Answer, Row, SqlAnswer};
pub use code::{CodeLook, CodeProfile, PersonLook};
pub use codings::{CodeCount, Codings};
pub use cohort::{CohortAnswer, CohortCounts, CohortQuestion, Engine, Explained};
pub use cohort_results::{CohortOverlap, CohortResults};
pub use counts::TableCount;
pub use error::ReaderError;
pub use numbers::Numbers;
pub use profile::{ColumnLook, ColumnProfile, Look, TableProfile};
pub use query::SqlStream;
pub use received::Wanted;
pub use tally::Tally;

pub(crate) use people::{AtOnce, Together};
pub(crate) use scan::Scans;
pub(crate) use session::{FileEnds, file_ends};
pub(crate) use tables::{SnapshotTables, cannot_open};

use crate::events::{CohortConfig, Publishing};
use crate::house::Inner;
use crate::index::Usable;
use crate::landing::Landing;

/// Answers questions about one snapshot under one permit.
pub struct Reader {
    permit: Permit,
    snapshot: Option<SnapshotId>,
    scans: Scans,
    landing: Landing,
    /// The index that may stand for the tables, once it was found, and for which settings.
    index: tokio::sync::Mutex<Option<(CohortConfig, Arc<Usable>)>>,
}

/// A question of the program's own, with values bound to its names.
pub type Question = (&'static str, Vec<(&'static str, Parameter)>);

/// A value bound to a name in a question: `$patient` in the text, `("patient", …)` beside it.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(String),
    /// A day.
    Day(Date),
}

impl Reader {
    pub(crate) fn new(
        permit: Permit,
        snapshot: Option<Snapshot>,
        tables: Arc<SnapshotTables>,
        (house, publishing): (&Inner, &Arc<Publishing>),
    ) -> Result<Self, ReaderError> {
        let is_of_one = permit.person().is_some();
        let scans = Scans::new((snapshot.as_ref(), tables), (house, publishing), is_of_one)?;
        let landing = house.landing.clone();
        let (snapshot, index) =
            (snapshot.map(|snapshot| snapshot.id), tokio::sync::Mutex::default());
        Ok(Self { permit, snapshot, scans, landing, index })
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
        self.scans.tables.names().collect()
    }

    /// The columns of a table with their types; none when there is no such table.
    ///
    /// # Errors
    /// When the table cannot be opened, or does not declare whom it is about.
    pub async fn columns(&self, table: &str) -> Result<Option<SchemaRef>, ReaderError> {
        self.scans.columns(table).await
    }

    /// Answers one question in SQL, whole.
    ///
    /// # Errors
    /// When the text is not one question, names what is not there, or its answer passes a limit.
    pub async fn sql(&self, text: &str) -> Result<SqlAnswer, ReaderError> {
        self.whole(text, &[]).await
    }

    /// Answers a question of the program's own, with values bound to its names.
    ///
    /// A bound value is a value whatever it holds; it is never read as SQL.
    ///
    /// # Errors
    /// As [`Reader::sql`], and when a name of the question has no value.
    pub async fn ask(
        &self,
        question: &str,
        values: &[(&str, Parameter)],
    ) -> Result<Answer, ReaderError> {
        let answer = self.whole(question, values).await?;
        Answer::plain(&answer).map_err(|error| ReaderError::from(DataFusionError::from(error)))
    }

    /// Answers several questions of the program's own side by side; the answers stand in their
    /// order.
    ///
    /// # Errors
    /// As [`Reader::ask`]; the other questions are given up.
    pub async fn ask_all<const N: usize>(
        self: &Arc<Self>,
        questions: [Question; N],
    ) -> Result<[Answer; N], ReaderError> {
        let mut answers = std::array::from_fn(|_| Answer::default());
        let mut asked = JoinSet::new();
        for (at, (question, values)) in questions.into_iter().enumerate() {
            let reader = Arc::clone(self);
            asked.spawn(async move { (at, reader.ask(question, &values).await) });
        }
        while let Some(ended) = asked.join_next().await {
            let (at, answer) = ended.map_err(|died| DataFusionError::External(Box::new(died)))?;
            if let Some(place) = answers.get_mut(at) {
                *place = answer?;
            }
        }
        Ok(answers)
    }

    async fn whole(
        &self,
        text: &str,
        values: &[(&str, Parameter)],
    ) -> Result<SqlAnswer, ReaderError> {
        let mut stream = self.rows(text, values).await?;
        let schema = stream.schema();
        let mut batches = Vec::new();
        let mut bytes = 0;
        while let Some(batch) = stream.next().await? {
            bytes += batch.get_array_memory_size();
            if bytes > self.scans.limits.memory_bytes_max {
                return Err(ReaderError::TooMuchMemory {
                    bytes_max: self.scans.limits.memory_bytes_max,
                });
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
        self.rows(text, &[]).await
    }

    /// Answers a question of the program's own batch by batch, with values bound to its names.
    ///
    /// # Errors
    /// As [`Reader::ask`].
    pub async fn rows(
        &self,
        text: &str,
        values: &[(&str, Parameter)],
    ) -> Result<SqlStream, ReaderError> {
        if !self.permit.may_see_rows() {
            let (actor, purpose) = (self.permit.actor().clone(), self.permit.purpose());
            return Err(ReaderError::Refused(MissingRight::Rows { actor, purpose }));
        }
        query::run(self, text, values).await
    }

    /// Every table's rows, resources, patients and time span, as this permit sees them.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn table_counts(&self) -> Result<Vec<TableCount>, ReaderError> {
        let tables = self.scans.tables.all().await?;
        let mut counts = Vec::with_capacity(tables.len());
        for table in tables {
            counts.push(counts::count(self, table).await?);
        }
        Ok(counts)
    }
}

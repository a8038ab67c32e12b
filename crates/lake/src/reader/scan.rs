//! Rows of one table as they pass the gate, for counting inside the house.

use std::time::Duration;

use arrow_array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{Expr, ident};
use futures::StreamExt as _;
use tokio::time::Instant;

use super::{Reader, ReaderError};

/// Gated rows as they come, within the reader's time.
pub(super) struct Rows {
    inner: SendableRecordBatchStream,
    until: Instant,
    time_max: Duration,
}

impl Rows {
    pub(super) fn new(inner: SendableRecordBatchStream, time_max: Duration) -> Self {
        Self { inner, until: Instant::now() + time_max, time_max }
    }

    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>, ReaderError> {
        let late = |_| ReaderError::TooSlow { seconds_max: self.time_max.as_secs() };
        let batch = tokio::time::timeout_at(self.until, self.inner.next()).await.map_err(late)?;
        Ok(batch.transpose()?)
    }
}

impl Reader {
    /// These columns of a table, each once, of the rows for which the test holds.
    ///
    /// What is counted from them leaves the house through disclosure control only, so the right
    /// to rows is not asked for.
    pub(super) async fn scan(
        &self,
        table: &str,
        columns: &[String],
        test: Option<Expr>,
    ) -> Result<Rows, ReaderError> {
        let mut names: Vec<&str> = Vec::with_capacity(columns.len());
        for name in columns {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let mut rows = self.session.table(["aoba", "fhir", table].join(".")).await?;
        if let Some(test) = test {
            rows = rows.filter(test)?;
        }
        let rows = rows.select(names.into_iter().map(ident).collect::<Vec<_>>())?;
        Ok(Rows::new(rows.execute_stream().await?, self.limits.time_max))
    }
}

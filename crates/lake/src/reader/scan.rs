//! The tables of a snapshot as they pass the gate, and their rows for counting inside the house.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{Expr, ident};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;
use futures::StreamExt as _;
use ledger::Snapshot;
use tokio::time::Instant;
use vocab::date::Zone;

use super::ReaderError;
use super::session::{self, Opening};
use super::tables::SnapshotTables;
use crate::events::{EventsOf, Mapper, Publishing, Source, Wanted};
use crate::house::Inner;

/// The gated tables of a snapshot, the engine that scans them, and what they are as events.
pub(crate) struct Scans {
    pub(super) tables: Arc<SnapshotTables>,
    pub(super) session: SessionContext,
    pub(super) limits: Limits,
    /// The tables whose rows are events.
    pub(super) sources: Vec<Source>,
    /// The zone of their times.
    pub(super) zone: Zone,
    /// The local day of the snapshot: nothing that it holds happened later.
    pub(super) day: i64,
}

/// What a query may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) rows_max: usize,
    pub(super) memory_bytes_max: usize,
    pub(super) time_max: Duration,
}

/// Gated rows as they come, within the reader's time.
pub(super) struct Rows {
    inner: SendableRecordBatchStream,
    until: Instant,
    time_max: Duration,
}

impl Rows {
    fn new(inner: SendableRecordBatchStream, time_max: Duration) -> Self {
        Self { inner, until: Instant::now() + time_max, time_max }
    }

    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>, ReaderError> {
        let late = |_| ReaderError::TooSlow { seconds_max: self.time_max.as_secs() };
        let batch = tokio::time::timeout_at(self.until, self.inner.next()).await.map_err(late)?;
        Ok(batch.transpose()?)
    }
}

impl Scans {
    /// Opens the engine on the tables of a snapshot.
    pub(crate) fn new(
        (snapshot, tables): (Option<&Snapshot>, Arc<SnapshotTables>),
        (house, publishing): (&Inner, &Arc<Publishing>),
        is_of_one: bool,
    ) -> Result<Self, ReaderError> {
        let config = &house.config;
        let published = published(publishing, &tables);
        let zone = publishing.zone.clone();
        let sources = published.iter().flat_map(|(_, sources)| sources).cloned().collect();
        let ends = Arc::clone(&house.ends);
        let (tables_of, home) = (Arc::clone(&tables), house.home.as_path());
        let opening = Opening { tables: tables_of, published, config, home, ends, is_of_one };
        let session = session::open(opening)?;
        let limits = Limits {
            rows_max: config.query_rows_max,
            memory_bytes_max: config.query_memory_bytes_max,
            time_max: Duration::from_secs(config.query_seconds_max),
        };
        let day = snapshot.map_or(0, |snapshot| {
            zone.wall_second(snapshot.created.as_second()).div_euclid(24 * 3_600)
        });
        Ok(Self { tables, session, limits, sources, zone, day })
    }

    /// The columns of a table with their types; none when there is no such table.
    pub(super) async fn columns(&self, table: &str) -> Result<Option<SchemaRef>, ReaderError> {
        Ok(self.tables.get(table).await?.map(|table| table.columns()))
    }

    /// These columns of a table, each once, of the rows for which the test holds.
    ///
    /// What is counted from them leaves the house through disclosure control only, so the right
    /// to rows is not asked for.
    pub(super) async fn rows(
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

    /// The rows of a table that become events, with the columns these need.
    pub(super) async fn of_source(
        &self,
        source: &Source,
        filters: &[Expr],
        wanted: Wanted,
    ) -> Result<Rows, ReaderError> {
        let plan = source.scan(&self.session.state(), filters, wanted).await?;
        let rows = execute_stream(plan, self.session.task_ctx())?;
        Ok(Rows::new(rows, self.limits.time_max))
    }
}

/// The tables of events of each slice, of those tables that the snapshot has.
fn published(
    publishing: &Arc<Publishing>,
    tables: &Arc<SnapshotTables>,
) -> Vec<(String, Vec<Source>)> {
    let source = |of: &'static EventsOf| {
        let mapper = Mapper::new(of, Arc::clone(publishing));
        tables.has(of.table).then(|| Source { mapper, tables: Arc::clone(tables) })
    };
    let of_slice = |(slice, of): &(&str, &'static [EventsOf])| {
        (format!("{slice}_events"), of.iter().filter_map(source).collect())
    };
    publishing.slices.iter().map(of_slice).collect()
}

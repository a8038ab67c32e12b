//! The tables of one snapshot behind the gate.
//!
//! Each is opened when it is first asked for: there are many, most questions are about one, and
//! opening all takes longer than the answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::SchemaProvider;
use datafusion::common::DataFusionError;
use datafusion::datasource::TableProvider;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use ledger::{Aliases, Snapshot};
use tokio::sync::OnceCell;

use crate::delta::TableError;
use crate::events::EventsTable;
use crate::gate::{GatedTable, Seen};
use crate::house::Lake;

/// The tables of a snapshot, of each its version, and whom a permit lets through.
pub(crate) struct SnapshotTables {
    lake: Lake,
    seen: Seen,
    tables: BTreeMap<String, (u64, OnceCell<Arc<Table>>)>,
}

/// A table that was opened.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// The column of its day, where it has one.
    pub(crate) day: Option<String>,
    pub(crate) gated: Arc<GatedTable>,
}

impl Table {
    pub(crate) fn columns(&self) -> SchemaRef {
        self.gated.schema()
    }
}

impl SnapshotTables {
    /// Those of a snapshot; none before the first load.
    pub(crate) fn new(lake: Lake, snapshot: Option<&Snapshot>, seen: Seen) -> Self {
        let tables = snapshot.iter().flat_map(|snapshot| &snapshot.tables);
        let tables = tables.map(|table| {
            (table.table.clone(), (table.delta_version.unsigned_abs(), OnceCell::new()))
        });
        Self { lake, seen, tables: tables.collect() }
    }

    /// Which numbers are shown as another one of the same person.
    pub(crate) fn aliases(&self) -> &Aliases {
        self.seen.aliases()
    }

    /// The lake in which they lie.
    pub(super) fn lake(&self) -> &Lake {
        &self.lake
    }

    /// Their names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// One table; none when there is no such table.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<&Arc<Table>>, TableError> {
        let Some((version, opened)) = self.tables.get(name) else { return Ok(None) };
        opened.get_or_try_init(|| self.open(name, *version)).await.map(Some)
    }

    /// All of them, opened side by side.
    pub(crate) async fn all(&self) -> Result<Vec<&Arc<Table>>, TableError> {
        let opening: Vec<_> = self.names().map(|name| self.get(name)).collect();
        let opened = stream::iter(opening).buffered(self.lake.inner.tables.at_once());
        opened.try_filter_map(async |table| Ok(table)).try_collect().await
    }

    async fn open(&self, name: &str, version: u64) -> Result<Arc<Table>, TableError> {
        // Somebody may have been erased since this look began.
        self.lake.notice_erasures();
        let opened = self.lake.open_at(name, version).await?;
        let gated = Arc::new(GatedTable::new(&opened, &self.seen)?);
        Ok(Arc::new(Table { name: name.to_owned(), day: opened.day, gated }))
    }
}

/// What SQL can name: the tables, and the events of each slice.
pub(super) struct Names {
    pub(super) tables: Arc<SnapshotTables>,
    pub(super) events: BTreeMap<String, Arc<EventsTable>>,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

#[async_trait]
impl SchemaProvider for Names {
    fn table_names(&self) -> Vec<String> {
        let events = self.events.keys().map(String::as_str);
        self.tables.names().chain(events).map(str::to_owned).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        if let Some(events) = self.events.get(name) {
            return Ok(Some(Arc::<EventsTable>::clone(events)));
        }
        let table = self.tables.get(name).await.map_err(cannot_open)?;
        Ok(table.map(|table| Arc::<GatedTable>::clone(&table.gated) as _))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.has(name) || self.events.contains_key(name)
    }
}

/// As the engine hands it on; [`super::ReaderError`] finds it again.
pub(crate) fn cannot_open(error: TableError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

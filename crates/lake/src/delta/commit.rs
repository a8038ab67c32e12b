//! Commits to a table's log: one version for each load, nothing ever cleaned away.

use std::collections::HashMap;

use arrow_schema::ArrowError;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, Remove, StructType, new_metadata};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaResult, DeltaTableError};
use serde_json::{Value, json};

use super::{ABOUT, DAY, DEFINITION, DataFile, Deleted, ORDER, TableAt, TableError, Tables, delta};
use crate::tables::{PATIENT_ID, TableSpec};

/// How the log tells of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Rows came, some may have gone.
    Load,
    /// The table was made anew.
    Rebuild,
    /// The same rows in other files.
    Optimize,
    /// The table was brought back to what the ledger says.
    Heal,
    /// Somebody's rows went.
    Erase,
}

/// What a commit changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) add: Vec<DataFile>,
    pub(crate) remove: Vec<DataFile>,
}

/// Why and when a commit is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion {
    pub(crate) mode: Mode,
    /// Milliseconds since 1970.
    pub(crate) at_ms: i64,
}

impl Tables {
    /// Makes a table with its first files; gives it as it then is.
    pub(crate) async fn create(
        &self,
        spec: &TableSpec,
        add: &[DataFile],
        at_ms: i64,
    ) -> Result<TableAt, TableError> {
        let table = spec.name.as_str();
        let columns = columns(spec).map_err(|source| arrow(table, source))?;
        let log = self.log(table)?.log_store();
        let created = CreateBuilder::new()
            .with_log_store(log)
            .with_table_name(table)
            .with_comment(&spec.description)
            .with_columns(columns.fields().cloned())
            .with_configuration(configuration(spec).into_iter().map(|(k, v)| (k, Some(v))))
            .with_raise_if_key_not_exists(false)
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_actions(add.iter().map(|file| added(file, at_ms, true)))
            .with_commit_properties(properties())
            .await
            .map_err(|source| delta(table, source))?;
        let state = created.snapshot().map_err(|source| delta(table, source))?.clone();
        let made = self.with_files(table, (state, created.log_store()), add.to_vec());
        self.sync_commit(table, made.version).await?;
        Ok(made)
    }

    /// Commits a change on top of the version `at` was opened at; gives the table as it then is.
    ///
    /// Another writer's commit in between is refused: nothing is retried.
    pub(crate) async fn commit(
        &self,
        at: &TableAt,
        spec: Option<&TableSpec>,
        change: &Change,
        occasion: Occasion,
    ) -> Result<TableAt, TableError> {
        let Occasion { mode, at_ms } = occasion;
        let table = at.name.as_str();
        let mut actions = Vec::new();
        let marks = change.add.iter().any(|file| file.deleted.is_some());
        let begins = marks && !marks_rows(&at.state);
        if begins {
            actions.push(marking().map_err(|source| delta(table, source))?);
        }
        let is_new = |spec: &&TableSpec| at.definition_hash.as_ref() != Some(&spec.definition_hash);
        if let Some(spec) = spec.filter(is_new) {
            let mut kept = configuration(spec);
            if begins || marks_rows(&at.state) {
                kept.insert(MARKS_ROWS.to_owned(), "true".to_owned());
            }
            let metadata =
                columns(spec).map_err(|source| arrow(table, source)).and_then(|columns| {
                    new_metadata(&columns, Vec::<String>::new(), kept)
                        .map_err(|source| delta(table, DeltaTableError::from(source)))
                })?;
            actions.push(Action::Metadata(metadata));
        } else if begins {
            actions.push(described_as_marking(&at.state).map_err(|source| delta(table, source))?);
        }
        // Who follows the log for changes is told that these are none.
        let changes = mode != Mode::Optimize;
        actions.extend(change.remove.iter().map(|file| removed(file, at_ms, changes)));
        actions.extend(change.add.iter().map(|file| added(file, at_ms, changes)));
        let word = match mode {
            Mode::Load => "load",
            Mode::Rebuild => "rebuild",
            Mode::Optimize => "optimize",
            Mode::Heal => "heal",
            Mode::Erase => "erase",
        };
        let operation = DeltaOperation::Write {
            mode: if change.remove.is_empty() { SaveMode::Append } else { SaveMode::Overwrite },
            partition_by: None,
            predicate: None,
        };
        let properties = properties().with_metadata([("aoba".to_owned(), json!(word))]);
        let done: DeltaResult<_> = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(&at.state), at.log.clone(), operation)
            .await;
        let done = done.map_err(|source| delta(table, source))?;
        self.sync_commit(table, done.version()).await?;
        // As they were asked for: what the log says is compared with it whenever it is read.
        let stay = at.files.iter().filter(|file| !change.remove.contains(file));
        let files = stay.chain(&change.add).cloned().collect();
        Ok(self.with_files(table, (done.snapshot(), at.log.clone()), files))
    }

    async fn sync_commit(&self, table: &str, version: u64) -> Result<(), TableError> {
        self.sync(table, &format!("_delta_log/{version:020}.json")).await
    }
}

/// The property without which nobody may mark rows as deleted.
const MARKS_ROWS: &str = "delta.enableDeletionVectors";

/// Whether rows of the table's files may be marked as deleted.
fn marks_rows(state: &DeltaTableState) -> bool {
    state.metadata().configuration().get(MARKS_ROWS).is_some_and(|word| word == "true")
}

/// Says that whoever reads the table must know deleted rows. Of what the older version of the
/// protocol implies, no column here has an invariant, so that is not named.
fn marking() -> DeltaResult<Action> {
    let protocol = json!({ "protocol": {
        "minReaderVersion": 3,
        "minWriterVersion": 7,
        "readerFeatures": ["deletionVectors"],
        "writerFeatures": ["deletionVectors", "appendOnly"],
    } });
    serde_json::from_value(protocol).map_err(|error| unmade(&error))
}

/// The table's description, saying that rows may be marked.
fn described_as_marking(state: &DeltaTableState) -> DeltaResult<Action> {
    let mut metadata = serde_json::to_value(state.metadata()).map_err(|error| unmade(&error))?;
    if let Some(kept) = metadata.get_mut("configuration").and_then(Value::as_object_mut) {
        kept.insert(MARKS_ROWS.to_owned(), json!("true"));
    }
    serde_json::from_value(json!({ "metaData": metadata })).map_err(|error| unmade(&error))
}

fn unmade(error: &serde_json::Error) -> DeltaTableError {
    DeltaTableError::generic(error.to_string())
}

fn properties() -> CommitProperties {
    CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false))
}

fn columns(spec: &TableSpec) -> Result<StructType, ArrowError> {
    (&spec.commented_schema()).try_into_kernel()
}

fn arrow(table: &str, source: ArrowError) -> TableError {
    delta(table, DeltaTableError::Arrow { source })
}

/// What is kept with the table. The two times keep other programs' clean-ups from removing files
/// that an older snapshot still names.
fn configuration(spec: &TableSpec) -> HashMap<String, String> {
    let mut kept = HashMap::from([
        ("delta.enableExpiredLogCleanup".to_owned(), "false".to_owned()),
        ("delta.logRetentionDuration".to_owned(), "interval 36500 days".to_owned()),
        ("delta.deletedFileRetentionDuration".to_owned(), "interval 36500 days".to_owned()),
        (ABOUT.to_owned(), spec.about.to_words()),
        (DEFINITION.to_owned(), spec.definition_hash.clone()),
    ]);
    kept.extend(spec.day.clone().map(|day| (DAY.to_owned(), day)));
    kept.extend(spec.order.clone().map(|column| (ORDER.to_owned(), column)));
    kept
}

fn added(file: &DataFile, at_ms: i64, data_change: bool) -> Action {
    let (min, max) = file.patients.unzip();
    let bound =
        |value: Option<i64>| value.map_or_else(|| json!({}), |id| json!({ PATIENT_ID: id }));
    let stats = json!({
        "numRecords": file.rows_stored(),
        "minValues": bound(min),
        "maxValues": bound(max),
        "nullCount": {},
        // Bounds are those of the file, deleted rows among them.
        "tightBounds": file.deleted.is_none(),
    });
    Action::Add(Add {
        path: file.path.clone(),
        size: i64::try_from(file.size_bytes).unwrap_or(i64::MAX),
        modification_time: at_ms,
        data_change,
        stats: Some(stats.to_string()),
        deletion_vector: file.deleted.as_ref().map(Deleted::to_descriptor),
        ..Add::default()
    })
}

fn removed(file: &DataFile, at_ms: i64, data_change: bool) -> Action {
    Action::Remove(Remove {
        path: file.path.clone(),
        data_change,
        deletion_timestamp: Some(at_ms),
        extended_file_metadata: Some(true),
        partition_values: Some(HashMap::new()),
        size: i64::try_from(file.size_bytes).ok(),
        deletion_vector: file.deleted.as_ref().map(Deleted::to_descriptor),
        ..Remove::default()
    })
}

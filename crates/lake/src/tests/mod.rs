//! The lake as its users meet it: a home in a temporary folder, loads, looks, crashes. Every test is
//! there twice: with the lake in a folder, and with the lake in a bucket of an object store.

mod broken;
mod files;
mod in_a_bucket;
mod on_a_folder;
#[path = "../../../ledger/tests/server/mod.rs"]
mod server;
#[path = "../../../../xtask/teststore/near/mod.rs"]
mod store;
mod troubles;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, TimestampMicrosecondArray};
use arrow_array::{Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::Timestamp;
use ledger::{Clock, Ledger, LedgerConfig, NewLoad, OptOut};
use tempfile::TempDir;
use vocab::{Actor, LandingId, PatientId, PurposeOfUse, SnapshotId};

use crate::landing::Landing;
use crate::storage::{Credentials, StoreConfig};
use crate::tables::{About, TableSpec, instant, system_fields};
use crate::writer::{FaultPoint, LoadMode, OldRow, ReportParts};
use crate::{Lake, LakeConfig, LakeError, Reader, ReaderError};

/// One made-up observation: whose, its key, its line, its code, its value.
#[derive(Clone, Copy)]
struct Row(Option<i64>, &'static str, i64, &'static str, f64);

/// Hanako is 7, and has the highest value of all.
const ROWS: [Row; 6] = [
    Row(Some(3), "a", 1, "718-7", 12.5),
    Row(Some(3), "b", 2, "718-7", 11.0),
    Row(Some(5), "c", 3, "4548-4", 6.1),
    Row(Some(7), "d", 4, "4548-4", 99.0),
    Row(Some(7), "e", 5, "only-hanako", 1.0),
    Row(None, "f", 6, "nobody", 0.5),
];

const FOLDER: bool = false;
const BUCKET: bool = true;

/// A home whose lake lies in a folder or in a bucket: two types, so that a test can be written once
/// and be there for both.
struct House<const IN_A_BUCKET: bool> {
    folder: TempDir,
    ledger: Ledger,
    lake: Lake,
    actor: Actor,
    place: Place,
}

/// Where the lake of one test lies.
#[derive(Clone)]
struct Place {
    /// None: in the home.
    url: Option<String>,
    store: StoreConfig,
    /// The folders in which the tables and the landing lie as files.
    tables: PathBuf,
    landing: PathBuf,
}

impl Place {
    /// A place of its own; in a folder, said aloud, where there is no object store.
    fn new(in_a_bucket: bool, home: &Path) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let Some(server) = in_a_bucket.then(store::Server::get).flatten() else {
            let (tables, landing) = (home.join("lake"), home.join("landing"));
            return Self { url: None, store: StoreConfig::default(), tables, landing };
        };
        let bucket = format!("house-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let objects = server.make_bucket(&bucket).join("hospital/lake");
        Self {
            url: Some(format!("s3://{bucket}/hospital/lake")),
            store: let_in(server.endpoint()),
            landing: objects.join("_landing"),
            tables: objects,
        }
    }

    fn config(&self, config: &LakeConfig) -> LakeConfig {
        LakeConfig { url: self.url.clone(), store: self.store.clone(), ..config.clone() }
    }
}

/// The settings by which the store of the tests is reached.
fn let_in(endpoint: String) -> StoreConfig {
    let key = |text: &str| text.to_owned();
    let (key_id, secret) = (key(store::KEY_ID), key(store::SECRET));
    StoreConfig {
        endpoint: Some(endpoint),
        allow_http: true,
        credentials: Some(Credentials { key_id, secret, token: None }),
        ..StoreConfig::default()
    }
}

/// A landing alone, and the folder in which its files lie.
fn landing_in(in_a_bucket: bool, home: &Path) -> (Landing, PathBuf) {
    let place = Place::new(in_a_bucket, home);
    let bucket = place
        .url
        .as_ref()
        .map(|url| crate::storage::Bucket::open(&url.parse().unwrap(), &place.store).unwrap());
    (Landing::open_in(home, bucket).unwrap(), place.landing)
}

impl<const IN_A_BUCKET: bool> House<IN_A_BUCKET> {
    async fn new() -> Self {
        Self::with(LakeConfig { threads: 2, ..LakeConfig::default() }).await
    }

    async fn with(config: LakeConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(IN_A_BUCKET, folder.path());
        Self::at(folder, place, config).await
    }

    async fn at(folder: TempDir, place: Place, config: LakeConfig) -> Self {
        let actor = Actor::new("local:test").unwrap();
        let clock = Clock::new(|| Timestamp::from_second(1_790_000_000).unwrap());
        let databases = match server::wanted() {
            Some(databases) => LedgerConfig {
                url: Some(databases.url),
                identity_url: Some(databases.identity_url),
                password_file: Some(databases.password_file),
                ..LedgerConfig::default()
            },
            None => LedgerConfig::default(),
        };
        let ledger = Ledger::open_in(folder.path(), &databases, clock, &actor).await.unwrap();
        let lake = Lake::open(folder.path(), place.config(&config), ledger.clone()).unwrap();
        Self { folder, ledger, lake, actor, place }
    }

    /// The same home as a program started later finds it.
    fn reopened(&self) -> Lake {
        let config = self.place.config(&LakeConfig::default());
        Lake::open(self.folder.path(), config, self.ledger.clone()).unwrap()
    }

    async fn load(&self, file: u8, rows: &[Row]) -> Result<SnapshotId, LakeError> {
        self.load_with(FaultPoint::default(), LoadMode::Add, file, rows, &[]).await
    }

    #[expect(clippy::too_many_arguments, reason = "a test says everything about its load at once")]
    async fn load_with(
        &self,
        faults: FaultPoint,
        mode: LoadMode,
        file: u8,
        rows: &[Row],
        old: &[OldRow],
    ) -> Result<SnapshotId, LakeError> {
        let mut writer = self.lake.writer_with("test", faults).await?;
        let new = NewLoad {
            source: "hospital".to_owned(),
            command: "test".to_owned(),
            actor: self.actor.clone(),
        };
        let load = self.ledger.loads().begin(writer.lease(), new).await.unwrap();
        let keys = self.ledger.patient_keys().await.unwrap();
        let source: Arc<str> = Arc::from("hospital");
        let mut filling = writer.begin(load, mode, &[observation(), organization()]).await?;
        filling.push("observation", batch(rows), LandingId([file; 32]), &source).await?;
        let clinic = [Row(None, "clinic", i64::from(file), "clinic", 0.0)];
        filling.push("organization", batch(&clinic), LandingId([file; 32]), &source).await?;
        filling.supersede(old.iter().cloned());
        let (files, quarantine, warnings) = (Vec::new(), Vec::new(), Vec::new());
        filling.commit(ReportParts { files, quarantine, warnings, keys }).await
    }

    async fn reader(&self, purpose: PurposeOfUse) -> Reader {
        self.reader_at(purpose, None).await.unwrap()
    }

    async fn reader_at(
        &self,
        purpose: PurposeOfUse,
        snapshot: Option<SnapshotId>,
    ) -> Result<Reader, ReaderError> {
        let permit = self.ledger.permit(&self.actor, purpose, None, "sql", "00").await.unwrap();
        self.lake.reader(permit, snapshot).await
    }

    async fn opt_out(&self, patient: i64) {
        let wish = OptOut {
            patient: PatientId::from_stored(patient).unwrap(),
            purposes: vec![PurposeOfUse::Research],
            reason: "letter".to_owned(),
            by: self.actor.clone(),
        };
        self.ledger.consents().opt_out(wish).await.unwrap();
    }

    /// The answer for research as text, one line a row.
    async fn ask(&self, sql: &str) -> Vec<String> {
        answer(&self.reader(PurposeOfUse::Research).await, sql).await
    }
}

async fn answer(reader: &Reader, sql: &str) -> Vec<String> {
    let answer = reader.sql(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    lines(&answer.batches)
}

fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in batches {
        let mut text = Vec::new();
        let mut writer = arrow::csv::WriterBuilder::new().with_header(false).build(&mut text);
        writer.write(&crate::file::lists_as_text(batch).unwrap()).unwrap();
        drop(writer);
        lines.extend(String::from_utf8(text).unwrap().lines().map(str::to_owned));
    }
    lines
}

fn observation() -> TableSpec {
    spec("observation", About::PatientKey)
}

fn organization() -> TableSpec {
    spec("organization", About::NotAboutPeople { why: "places".to_owned() })
}

fn spec(name: &str, about: About) -> TableSpec {
    let mut fields = system_fields();
    fields.extend(view_fields());
    TableSpec {
        name: name.to_owned(),
        about,
        schema: Arc::new(Schema::new(fields)),
        description: "Made-up measurements".to_owned(),
        columns: BTreeMap::from([("code".to_owned(), "What was measured".to_owned())]),
        definition_hash: "1".to_owned(),
        day: Some("effective_day".to_owned()),
        order: None,
    }
}

fn view_fields() -> Vec<Field> {
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    vec![
        Field::new("code", DataType::Utf8, true),
        Field::new("value", DataType::Float64, true),
        Field::new("effective_day", DataType::Date32, true),
        Field::new("tags", DataType::List(item), true),
    ]
}

/// Rows as the flattening gives them: without source, load and file.
fn batch(rows: &[Row]) -> RecordBatch {
    let mut fields: Vec<Field> = vec![
        Field::new("patient_id", DataType::Int64, true),
        Field::new("resource_key", DataType::Utf8, false),
        Field::new("version", DataType::Utf8, true),
        Field::new("last_updated", instant(), true),
        Field::new("line", DataType::Int64, false),
    ];
    fields.extend(view_fields());
    let mut tags = ListBuilder::new(StringBuilder::new());
    rows.iter().for_each(|row| tags.append_value([Some(row.3), None]));
    let days = rows.iter().map(|row| i32::try_from(20_000 + row.2).unwrap());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1))),
        Arc::new(rows.iter().map(|_| Some("1")).collect::<StringArray>()),
        Arc::new(TimestampMicrosecondArray::from(vec![None; rows.len()]).with_timezone("UTC")),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.3))),
        Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.4))),
        Arc::new(Date32Array::from_iter_values(days)),
        Arc::new(tags.finish()),
    ];
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    RecordBatch::try_new(schema, columns).unwrap()
}

//! A house in a temporary folder with a clock that ticks once a question, and tests of opening it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use ledger::{AuditFilter, Clock, Ledger, LedgerConfig, LedgerError, OptOut, Permit, Recorded};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use vocab::{Actor, Locale, PatientId, PurposeOfUse};

use crate::server::{self, Databases};

/// A ledger in a folder that vanishes with it.
pub(crate) struct House {
    folder: tempfile::TempDir,
    pub(crate) ledger: Ledger,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::at(ticking(), server::wanted()).await
    }

    /// A house with a clock of the test's own, and its ledger in files or in these databases.
    pub(crate) async fn at(clock: Clock, databases: Option<Databases>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        if let Some(databases) = databases {
            settle(&home, &databases);
        }
        let ledger = Ledger::open_in(&home, &config(&home), clock, &maker()).await.unwrap();
        Self { folder, ledger }
    }

    pub(crate) fn is_on_server(&self) -> bool {
        config(&self.home()).url.is_some()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    pub(crate) async fn permit(&self, purpose: PurposeOfUse) -> Result<Permit, LedgerError> {
        self.ledger.permit(&maker(), purpose, None, "sql", "select 1").await
    }

    /// Opts a patient out of everything that can be refused.
    pub(crate) async fn opt_out(&self, patient: PatientId) -> Recorded {
        let purposes = PurposeOfUse::SECONDARY.to_vec();
        let wish = OptOut { patient, purposes, reason: "letter".to_owned(), by: maker() };
        self.ledger.consents().opt_out(wish).await.unwrap()
    }

    /// What this person did, in order.
    pub(crate) async fn acts(&self, actor: &Actor) -> Vec<String> {
        let filter = AuditFilter { actor: Some(actor.clone()), ..AuditFilter::default() };
        let rows = self.ledger.audit().rows(&filter).await.unwrap();
        rows.into_iter().map(|row| row.act).collect()
    }

    /// Changes the database behind the ledger's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        let script = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        if self.is_on_server() {
            script.execute(&mut self.connected().await).await.unwrap();
        } else {
            let options = SqliteConnectOptions::new().filename(self.path("ledger.db"));
            let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
            script.execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        }
    }

    /// A connection to the ledger's server beside the ledger's own.
    pub(crate) async fn connected(&self) -> PgConnection {
        let config = config(&self.home());
        let options: PgConnectOptions = config.url.unwrap().parse().unwrap();
        let password = fs::read_to_string(config.password_file.unwrap()).unwrap();
        options.password(password.trim()).connect().await.unwrap()
    }

    /// Waits until nobody holds a lease: a server hears a moment later that a holder has ended.
    pub(crate) async fn until_free(&self) {
        if !self.is_on_server() {
            return;
        }
        let mut conn = self.connected().await;
        let sql = "select count(*) from pg_locks where locktype = 'advisory'
            and database = (select oid from pg_database where datname = current_database())
            and classid in (1634689655, 1634689648)";
        let mut tries = 6_000;
        while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut conn).await.unwrap() > 0 {
            assert!(tries > 0, "a lease is held by somebody who has ended");
            tries -= 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Every byte of every file in the home; and, of a ledger on a server, of the database's own.
    pub(crate) async fn bytes(&self) -> Vec<u8> {
        let mut folders = vec![self.home()];
        if self.is_on_server() {
            let mut conn = self.connected().await;
            sqlx::raw_sql("checkpoint").execute(&mut conn).await.unwrap();
            let sql = "select current_setting('data_directory') || '/base/' || oid
                from pg_database where datname = current_database()";
            let folder: String = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
            folders.push(folder.into());
        }
        let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let files = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        files.flat_map(|path| fs::read(path).unwrap()).collect()
    }
}

/// Notes beside a home where its ledger is, so that it is opened there again, by other processes too.
pub(crate) fn settle(home: &Path, databases: &Databases) {
    let Databases { url, identity_url, password_file } = databases;
    let lines = [url, identity_url, password_file.to_str().unwrap()].join("\n");
    fs::write(home.with_file_name("settings"), lines).unwrap();
}

/// Where a home's ledger is: in files where nothing was noted.
pub(crate) fn config(home: &Path) -> LedgerConfig {
    let text = fs::read_to_string(home.with_file_name("settings")).unwrap_or_default();
    let mut lines = text.lines().map(str::to_owned);
    LedgerConfig {
        url: lines.next(),
        identity_url: lines.next(),
        password_file: lines.next().map(PathBuf::from),
        ..LedgerConfig::default()
    }
}

pub(crate) async fn open(home: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open_in(home, &config(home), ticking(), &maker()).await
}

pub(crate) fn maker() -> Actor {
    Actor::new("local:maker").unwrap()
}

/// A clock that is one second later each time it is asked.
pub(crate) fn ticking() -> Clock {
    let second = Arc::new(AtomicI64::new(1_800_000_000));
    Clock::new(move || Timestamp::from_second(second.fetch_add(1, Ordering::SeqCst)).unwrap())
}

#[tokio::test]
async fn a_new_house_is_private_and_well() {
    let house = House::new().await;
    let files = ["keys/home.key", "keys/identity.key", "ledger.db", "identity.db", "ledger.db-wal"];
    for name in &files[..if house.is_on_server() { 2 } else { 5 }] {
        let mode = fs::metadata(house.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    let mode = fs::metadata(house.path("keys")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    assert!(house.ledger.doctor().await.unwrap().iter().all(|found| found.well));
}

#[tokio::test]
async fn the_doctor_sees_a_key_that_others_can_read() {
    let house = House::new().await;
    let key = house.path("keys/home.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let ill: Vec<_> = house.ledger.doctor().await.unwrap();
    let ill: Vec<_> = ill.iter().filter(|found| !found.well).collect();
    assert_eq!(ill.len(), 1);
    assert!(ill[0].say(Locale::En).contains("chmod 600"), "{}", ill[0].say(Locale::En));
    assert!(ill[0].say(Locale::Ja).contains("home.key"));
}

#[tokio::test]
async fn a_house_opened_again_is_the_same_house() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let again = open(&house.home()).await.unwrap();
    let same = again.patient_keys().await.unwrap();
    assert_eq!(keys.patient_id("hospital", "1"), same.patient_id("hospital", "1"));
    // The second opening gives nobody new rights.
    let before = house.ledger.people().grants().await.unwrap();
    let other = Actor::new("local:other").unwrap();
    let home = house.home();
    Ledger::open_in(&home, &config(&home), ticking(), &other).await.unwrap();
    assert_eq!(house.ledger.people().grants().await.unwrap(), before);
}

#[tokio::test]
async fn a_missing_key_is_said_and_never_made_anew() {
    for name in ["keys/home.key", "keys/identity.key"] {
        let house = House::new().await;
        let kept = fs::read(house.path(name)).unwrap();
        fs::remove_file(house.path(name)).unwrap();
        let refused = open(&house.home()).await.err().unwrap();
        assert!(matches!(refused, LedgerError::KeyMissing { .. }), "{refused}");
        assert!(refused.say(Locale::Ja).contains("バックアップ"));
        assert!(!house.path(name).exists());
        fs::write(house.path(name), kept).unwrap();
        open(&house.home()).await.unwrap();
    }
}

#[tokio::test]
async fn another_houses_key_is_refused() {
    let (ours, theirs) = (House::new().await, House::new().await);
    fs::copy(theirs.path("keys/home.key"), ours.path("keys/home.key")).unwrap();
    let refused = open(&ours.home()).await.err().unwrap();
    let seen = match refused {
        LedgerError::WrongKey { .. } => !ours.is_on_server(),
        LedgerError::AnotherHomes { .. } => ours.is_on_server(),
        _ => false,
    };
    assert!(seen, "{refused}");
}

#[tokio::test]
async fn a_home_that_is_a_file_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::write(&path, "a file").unwrap();
    let refused = open(&path).await.err().unwrap();
    assert!(refused.say(Locale::En).contains("taken"), "{}", refused.say(Locale::En));
}

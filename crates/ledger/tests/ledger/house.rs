//! A house in a temporary folder with a clock that ticks once a question, and tests of opening it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use ledger::{AuditFilter, Clock, Ledger, LedgerError, OptOut, Permit, Recorded};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use vocab::{Actor, Locale, PatientId, PurposeOfUse};

/// A ledger in a folder that vanishes with it.
pub(crate) struct House {
    folder: tempfile::TempDir,
    pub(crate) ledger: Ledger,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = open(&folder.path().join("home")).await.unwrap();
        Self { folder, ledger }
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
    pub(crate) async fn tamper(&self, sql: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.path("ledger.db"));
        let pool = SqlitePool::connect_with(options).await.unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Every byte of every file in the home.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.home()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).flat_map(|path| fs::read(path).unwrap()).collect()
    }
}

pub(crate) async fn open(folder: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(folder, ticking(), &maker()).await
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
    for name in ["keys/home.key", "keys/identity.key", "ledger.db", "identity.db", "ledger.db-wal"]
    {
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
    Ledger::open(&house.home(), ticking(), &other).await.unwrap();
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
    assert!(matches!(refused, LedgerError::WrongKey { .. }), "{refused}");
}

#[tokio::test]
async fn a_home_that_is_a_file_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::write(&path, "a file").unwrap();
    let refused = open(&path).await.err().unwrap();
    assert!(refused.say(Locale::En).contains("taken"), "{}", refused.say(Locale::En));
}

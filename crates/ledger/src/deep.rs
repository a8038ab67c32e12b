//! The doctor's second look: what the database's own check cannot see. And a look at a home that
//! does not open.
//!
//! SQLite's check compares indexes with tables. What stands in neither (the text of the schema,
//! which values are covered at all) is compared with what this program makes; sealed bytes are
//! opened.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Row};
use vocab::Locale;

use crate::doctor::{Check, Diagnosis, integrity};
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::keys::{self, KeyFiles};
use crate::migrate::{self, Step};
use crate::store::Pool;
use crate::{cover, files};

/// The database files and the steps that make them.
pub(crate) const FILES: [(&str, &[Step]); 2] =
    [("ledger.db", migrate::LEDGER), ("identity.db", migrate::IDENTITY)];

impl Ledger {
    /// Looks at what [`Ledger::doctor`] leaves out because it takes longer.
    ///
    /// # Errors
    /// When something cannot be looked at; what is found wrong is a diagnosis, not an error.
    ///
    /// # Cost
    /// Opens every sealed record.
    pub async fn doctor_deep(&self) -> Result<Vec<Diagnosis>, LedgerError> {
        let mut found = Vec::new();
        for ((file, steps), pool) in FILES.into_iter().zip([self.pool(), self.identities()]) {
            let Some(pool) = pool.file() else { continue };
            let mut faults = shape_faults(pool, steps).await?;
            faults.extend(cover::faults(pool).await?);
            faults.extend(head_fault(&self.home().join(file)));
            let well = faults.is_empty();
            found.push(Diagnosis { well, check: Check::Shape { file, faults } });
        }
        let (records, broken) = self.identity().open_all().await?;
        found.push(Diagnosis { well: broken == 0, check: Check::Sealed { records, broken } });
        // Keys are compared with their fingerprints whenever a home is opened.
        let paths = KeyFiles::of(self.home());
        for path in [paths.home, paths.identity] {
            found.push(Diagnosis { well: true, check: Check::Key { path, fault: None } });
        }
        Ok(found)
    }
}

/// What differs between a database and a new one made by the same steps.
async fn shape_faults(pool: &SqlitePool, steps: &[Step]) -> Result<Vec<String>, LedgerError> {
    let new = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(SqliteConnectOptions::new().in_memory(true))
        .await
        .doing("make a database to compare with")?;
    migrate::run(&Pool::Sqlite(new.clone()), steps, 0).await?;
    let (wanted, here) = (shape(&new).await?, shape(pool).await?);
    new.close().await;
    let missing = wanted.iter().filter(|part| !here.contains(part));
    let other = here.iter().filter(|part| !wanted.contains(part));
    let told = |word: &str, part: &[String; 4]| format!("{} {} is {word}", part[0], part[1]);
    let missing = missing.map(|part| told("not as it was made", part));
    Ok(missing.chain(other.map(|part| told("not one of ours", part))).collect())
}

/// Type, name, table and text of each part of a database, but for covers.
async fn shape(pool: &SqlitePool) -> Result<Vec<[String; 4]>, LedgerError> {
    let rows = sqlx::query(include_str!("../sql/sqlite/shape.sql")).fetch_all(pool).await;
    let read =
        |row: &SqliteRow| Ok([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?]);
    rows.and_then(|rows| rows.iter().map(read).collect()).doing("look at its parts")
}

/// Looks at a home that does not open: each database and each key by itself.
pub async fn look_at(home: &Path) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for (file, _) in FILES {
        let faults = match alone(&home.join(file)).await {
            Ok(faults) => faults,
            Err(error) => vec![error.cause()],
        };
        found.push(Diagnosis { well: faults.is_empty(), check: Check::Integrity { file, faults } });
    }
    let paths = KeyFiles::of(home);
    for (name, path) in [("home.key", paths.home), ("identity.key", paths.identity)] {
        let fault = key_fault(home, name, &path).await;
        found.push(Diagnosis { well: fault.is_none(), check: Check::Key { path, fault } });
    }
    found
}

/// What the database says of itself, opened without changing it.
async fn alone(path: &Path) -> Result<Vec<String>, LedgerError> {
    std::fs::metadata(path).map_err(files::failed("look at", path))?;
    let mut faults = integrity(&Pool::Sqlite(read_only(path).await?)).await?;
    faults.extend(head_fault(path));
    Ok(faults)
}

async fn read_only(path: &Path) -> Result<SqlitePool, LedgerError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.doing("open it")
}

/// What is wrong with a key file, as far as it can be told.
async fn key_fault(home: &Path, name: &str, path: &Path) -> Option<String> {
    let key = match keys::read_or_make(path, true) {
        Ok(key) => key,
        Err(error) => return Some(error.to_string()),
    };
    let pool = read_only(&home.join("ledger.db")).await.ok()?;
    let known: Option<String> = sqlx::query_scalar(include_str!("../sql/store/fact.sql"))
        .bind(name)
        .fetch_optional(&pool)
        .await
        .ok()?;
    let other = known.is_some_and(|print| print != key.fingerprint());
    other.then(|| "it is not the one this home was made with".to_owned())
}

/// The parts of a database file's first hundred bytes that never change: where, and what.
///
/// # Source
/// "Database File Format", §1.3, sqlite.org.
const HEAD: [(Range<usize>, &[u8]); 4] = [
    (0..16, b"SQLite format 3\0"),
    // No bytes are kept at the end of a page.
    (20..24, &[0, 64, 32, 32]),
    // The form of the schema; no cache asked for, no vacuum by steps.
    (44..56, &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]),
    // UTF-8; nothing of a user's; kept for later.
    (
        56..92,
        &[
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0,
        ],
    ),
];

/// What is wrong with a database file's first bytes, which its own check does not look at.
fn head_fault(path: &Path) -> Option<String> {
    let mut head = [0; 100];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    if let Err(error) = read {
        return Some(error.to_string());
    }
    // Killed before the first checkpoint: all that was written stands in the write-ahead log.
    let unsettled = is_of_nothing_yet(&head) && has_wal(path);
    let is_other = |place: &Range<usize>, known: &[u8]| head.get(place.clone()) != Some(known);
    let other = HEAD.iter().find(|(place, known)| is_other(place, known));
    if let Some((place, _)) = other.filter(|_| !unsettled) {
        return Some(format!("byte {} of its head is not as written", place.start));
    }
    // How it is written and how it is read are the same; the count of changes stands twice.
    let same = head[18] == head[19] && head[24..28] == head[92..96];
    (!same).then(|| "what stands twice in its head differs".to_owned())
}

/// Whether these are the first bytes of a database in which nothing stands yet: neither the form of
/// its schema nor the encoding of its texts is known. One changed bit makes no such head of another.
fn is_of_nothing_yet(head: &[u8; 100]) -> bool {
    let begins_well =
        HEAD.iter().take(2).all(|(place, known)| head.get(place.clone()) == Some(known));
    begins_well && head[40..92].iter().all(|byte| *byte == 0)
}

/// Whether a write-ahead log with something in it stands beside a database file.
fn has_wal(path: &Path) -> bool {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    std::fs::metadata(wal).is_ok_and(|found| found.len() > WAL_HEAD_BYTES)
}

/// A write-ahead log's own head.
const WAL_HEAD_BYTES: u64 = 32;

/// A digest of every row of both databases, read without changing them: two homes with one digest
/// hold the same.
///
/// # Errors
/// When a database cannot be read.
pub async fn contents(home: &Path) -> Result<String, LedgerError> {
    let mut hash = Sha256::new();
    for (file, _) in FILES {
        let pool = read_only(&home.join(file)).await?;
        for (table, columns) in columns(&pool).await? {
            let values: Vec<String> =
                columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            let question =
                format!("select {} from \"{table}\" order by 1", values.join(" || ',' || "));
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(question))
                .fetch_all(&pool)
                .await
                .doing("read its rows")?;
            for text in [file, table.as_str()].into_iter().chain(rows.iter().map(String::as_str)) {
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Every table of a database with its columns, by name.
pub(crate) async fn columns(pool: &SqlitePool) -> Result<Vec<(String, Vec<String>)>, LedgerError> {
    let rows = sqlx::query(include_str!("../sql/sqlite/all_columns.sql")).fetch_all(pool).await;
    let rows = rows.doing("look at its parts")?;
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for row in &rows {
        let (table, column): (String, String) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("look at its parts")?;
        match found.last_mut().filter(|(last, _)| *last == table) {
            Some((_, columns)) => columns.push(column),
            None => found.push((table, vec![column])),
        }
    }
    Ok(found)
}

/// What was found, and what to do where it is not well.
pub(crate) fn say(check: &Check, locale: Locale) -> String {
    let en = locale == Locale::En;
    match check {
        Check::Shape { file, faults } => match (faults.first(), en) {
            (None, true) => format!("{file} is made as this program makes it"),
            (None, false) => format!("{file}の構造はこのプログラムの定義どおりです"),
            (Some(fault), true) => format!("{file} is damaged ({fault}); restore a backup"),
            (Some(fault), false) => {
                format!("{file}が壊れています({fault})。バックアップから復元してください")
            }
        },
        Check::Sealed { records, broken } => match (*broken, en) {
            (0, true) => format!("identity.db: all {records} sealed records open"),
            (0, false) => format!("identity.db: 封をした記録{records}件をすべて開けます"),
            (n, true) => {
                format!(
                    "identity.db: {n} of {records} sealed records do not open; restore a backup"
                )
            }
            (n, false) => format!(
                "identity.db: 封をした記録{records}件のうち{n}件を開けません。バックアップから復元してください"
            ),
        },
        Check::Key { path, fault } => {
            let path = path.display();
            match (fault, en) {
                (None, true) => format!("{path} is this home's key"),
                (None, false) => format!("{path}はこのデータフォルダーの鍵です"),
                (Some(fault), true) => {
                    format!("{path}: {fault}; put the right one back from the backup of the keys")
                }
                (Some(fault), false) => {
                    format!("{path}: {fault}。鍵のバックアップから正しい鍵を戻してください")
                }
            }
        }
        _ => String::new(),
    }
}

//! A home as an earlier program left it: for trying what happens to it in this one.
//!
//! Steps only add, so a database of an earlier shape is made by its own steps, and filled with what
//! it can hold of today's.

use std::fmt;
use std::path::Path;

use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::error::{Doing, LedgerError};
use crate::migrate::{self, Step};
use crate::store::Pool;
use crate::{deep, files};

/// A shape that a database file has had before today's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The file in the home.
    pub file: &'static str,
    /// The number of its last step.
    pub last_step: i64,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after step {}", self.file, self.last_step)
    }
}

/// All shapes that the files of a home have had before today's.
#[must_use]
pub fn earlier_shapes() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for (file, steps) in deep::FILES {
        let earlier = steps.split_last().map_or(&[][..], |(_, earlier)| earlier);
        shapes.extend(earlier.iter().map(|step| Shape { file, last_step: step.number }));
    }
    shapes
}

/// Takes a database of a home at rest back to an earlier shape. What that shape cannot hold is
/// gone, so this is for copies of homes only.
///
/// # Errors
/// When the home cannot be read or written.
pub async fn take_back(home: &Path, shape: Shape) -> Result<(), LedgerError> {
    let old = home.join(shape.file);
    let new = home.join(format!("{}.earlier", shape.file));
    files::make_file(&new)?;
    fill(&new, &old, shape).await?;
    for ending in ["wal", "shm"] {
        let beside = home.join(format!("{}-{ending}", shape.file));
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(files::failed("remove", &beside)(error));
            }
            _ => {}
        }
    }
    std::fs::rename(&new, &old).map_err(files::failed("write", &old))
}

async fn fill(new: &Path, old: &Path, shape: Shape) -> Result<(), LedgerError> {
    let options = SqliteConnectOptions::new().filename(new).foreign_keys(false);
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.doing("open it")?;
    let all =
        deep::FILES.iter().find(|(file, _)| *file == shape.file).map_or(&[][..], |(_, all)| all);
    let steps: Vec<Step> =
        all.iter().filter(|step| step.number <= shape.last_step).copied().collect();
    migrate::run(&Pool::Sqlite(pool.clone()), &steps, 0).await?;
    copy_rows(&pool, old).await?;
    pool.close().await;
    Ok(())
}

async fn copy_rows(pool: &SqlitePool, old: &Path) -> Result<(), LedgerError> {
    let failed = "take a ledger back";
    sqlx::query(include_str!("../sql/sqlite/attach.sql"))
        .bind(old.to_string_lossy().into_owned())
        .execute(pool)
        .await
        .doing(failed)?;
    for (table, columns) in deep::columns(pool).await? {
        if table == "migration" {
            continue;
        }
        // Its own steps may have put rows there.
        let empty = format!("delete from {table}");
        sqlx::query(AssertSqlSafe(empty)).execute(pool).await.doing(failed)?;
        let columns = columns.join(", ");
        let copy = format!("insert into {table} ({columns}) select {columns} from later.{table}");
        sqlx::query(AssertSqlSafe(copy)).execute(pool).await.doing(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use vocab::{Actor, PurposeOfUse};

    use super::*;
    use crate::{Clock, Ledger, OptOut};

    async fn open(home: &Path) -> Result<Ledger, LedgerError> {
        let maker = Actor::new("local:maker").unwrap();
        Ledger::open(home, Clock::of_the_machine(), &maker).await
    }

    async fn lived_in(home: &Path) -> u64 {
        let ledger = open(home).await.unwrap();
        let patient = ledger.patient_keys().await.unwrap().learn("hospital", "1", []);
        let by = Actor::new("local:maker").unwrap();
        let purposes = vec![PurposeOfUse::Research];
        let wish = OptOut { patient, purposes, reason: "letter".to_owned(), by };
        ledger.consents().opt_out(wish).await.unwrap();
        let rows = ledger.audit().verify().await.unwrap().rows;
        ledger.close().await;
        rows
    }

    /// Numbers of steps in a database file, and how many tables it has.
    async fn parts(path: &Path) -> (Vec<i64>, i64) {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let steps = sqlx::query_scalar("select number from migration order by number")
            .fetch_all(&pool)
            .await
            .unwrap();
        let tables = sqlx::query_scalar("select count(*) from sqlite_schema where type = 'table'")
            .fetch_one(&pool)
            .await
            .unwrap();
        pool.close().await;
        (steps, tables)
    }

    #[tokio::test]
    async fn a_ledger_of_each_earlier_shape_is_brought_to_todays_and_kept_as_it_was() {
        let shapes = earlier_shapes();
        assert!(shapes.len() >= 7, "{shapes:?}");
        for shape in shapes {
            let folder = tempfile::tempdir().unwrap();
            let home = folder.path().join("home");
            let rows = lived_in(&home).await;
            take_back(&home, shape).await.unwrap();
            let before = parts(&home.join(shape.file)).await;
            assert_eq!(before.0.last(), Some(&shape.last_step));
            let ledger = open(&home).await.unwrap();
            let verdict = ledger.audit().verify().await.unwrap();
            assert_eq!((verdict.rows, verdict.first_broken), (rows, None), "{shape}");
            assert_eq!(ledger.consents().epoch().await.unwrap(), 1, "{shape}");
            let found = [ledger.doctor().await.unwrap(), ledger.doctor_deep().await.unwrap()];
            assert!(found.iter().flatten().all(|found| found.well), "{shape}: {found:?}");
            ledger.close().await;
            let name = format!("before-upgrade/step-{:04}-{}", shape.last_step, shape.file);
            let kept = home.join(name);
            assert_eq!(parts(&kept).await, before);
            assert_eq!(files::mode(&kept).unwrap(), files::FILE_MODE);
            let folder = home.join("before-upgrade");
            assert_eq!(files::mode(&folder).unwrap(), files::FOLDER_MODE);
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
            // The copy serves: with it the earlier program goes on.
            std::fs::copy(&kept, home.join(shape.file)).unwrap();
            assert_eq!(parts(&home.join(shape.file)).await, before);
        }
    }

    #[tokio::test]
    async fn a_ledger_of_todays_shape_and_a_new_one_leave_no_copy() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        lived_in(&home).await;
        open(&home).await.unwrap().close().await;
        assert!(!home.join("before-upgrade").exists());
    }

    #[tokio::test]
    async fn a_damaged_ledger_is_not_upgraded() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        lived_in(&home).await;
        take_back(&home, Shape { file: "ledger.db", last_step: 5 }).await.unwrap();
        let path = home.join("ledger.db");
        let mut bytes = std::fs::read(&path).unwrap();
        let whole = bytes.clone();
        // The head of a page of rows.
        let last = bytes.len() - 4096;
        bytes[last..last + 8].fill(0x55);
        std::fs::write(&path, &bytes).unwrap();
        let refused = open(&home).await.err().unwrap();
        assert!(refused.to_string().contains("ledger.db"), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap().len(), whole.len(), "nothing was changed");
        std::fs::write(&path, &whole).unwrap();
        open(&home).await.unwrap();
    }
}

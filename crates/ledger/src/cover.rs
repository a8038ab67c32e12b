//! Every value stands twice in a database file, so that a changed byte is found.
//!
//! SQLite keeps no checksum of its pages, but its check of a file compares each index with its
//! table. A column that stands in some index is thus safe: a byte that changes in one of the two
//! places no longer fits the other. Columns that no question needs an index for get one here, the
//! *cover* of their table. The audit is bound by its own chain, and sealed bytes by their seal.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use crate::error::{Doing, LedgerError};
use crate::store::Pool;

/// Tables and columns that prove themselves.
const BOUND_OTHERWISE: [(&str, &[&str]); 2] =
    [("audit", &[]), ("identity_record", &["nonce", "sealed"])];

/// The columns of one table that stand in no index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bare {
    table: String,
    columns: Vec<String>,
}

/// Gives each table the cover it lacks.
///
/// # Cost
/// One question where nothing is lacking. A cover that is made reads its table once.
pub(crate) async fn ensure(pool: &Pool) -> Result<(), LedgerError> {
    // A server keeps checksums of its pages, or its owner chose that it does not.
    let Some(pool) = pool.file() else { return Ok(()) };
    if bare(pool).await?.is_empty() {
        return Ok(());
    }
    let begin = include_str!("../sql/sqlite/begin_write.sql");
    let mut tx = pool.begin_with(begin).await.doing("begin to write")?;
    for Bare { table, columns } in bare(&mut *tx).await? {
        let covers = covers(&mut *tx).await?;
        let number = covers.iter().filter(|cover| cover.table == table).count();
        let cover = Cover { name: name_of(&table, number), table, columns, sql: String::new() };
        sqlx::query(AssertSqlSafe(cover.statement()))
            .execute(&mut *tx)
            .await
            .doing("cover its tables")?;
    }
    tx.commit().await.doing("cover its tables")
}

/// What is wrong with the covers: a column without one, or one that says other than it does.
pub(crate) async fn faults(pool: &SqlitePool) -> Result<Vec<String>, LedgerError> {
    let mut faults = Vec::new();
    for Bare { table, columns } in bare(pool).await? {
        faults.push(format!("table {table}: {} stand in no index", columns.join(", ")));
    }
    for cover in covers(pool).await? {
        if cover.sql != cover.statement() {
            faults.push(format!("index {}: it is not as this program makes it", cover.name));
        }
    }
    Ok(faults)
}

/// An index that is only there so that values stand twice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cover {
    name: String,
    table: String,
    columns: Vec<String>,
    /// What the file says made it.
    sql: String,
}

impl Cover {
    /// What makes it. The names are those of our own steps.
    fn statement(&self) -> String {
        format!("CREATE INDEX {} on {} ({})", self.name, self.table, self.columns.join(", "))
    }
}

/// A table that gained columns later has several.
fn name_of(table: &str, number: usize) -> String {
    match number {
        0 => format!("cover_{table}"),
        number => format!("cover_{table}_{number}"),
    }
}

async fn bare<'e>(
    on: impl sqlx::Executor<'e, Database = sqlx::Sqlite>,
) -> Result<Vec<Bare>, LedgerError> {
    let rows = sqlx::query(include_str!("../sql/sqlite/uncovered.sql"))
        .fetch_all(on)
        .await
        .doing("look at its indexes")?;
    let mut found: Vec<Bare> = Vec::new();
    for row in &rows {
        let (table, column) = (text(row, "table_name")?, text(row, "column_name")?);
        let bound = BOUND_OTHERWISE.iter().find(|(name, _)| *name == table);
        if bound
            .is_some_and(|(_, columns)| columns.is_empty() || columns.contains(&column.as_str()))
        {
            continue;
        }
        match found.last_mut().filter(|last| last.table == table) {
            Some(last) => last.columns.push(column),
            None => found.push(Bare { table, columns: vec![column] }),
        }
    }
    Ok(found)
}

async fn covers<'e>(
    on: impl sqlx::Executor<'e, Database = sqlx::Sqlite>,
) -> Result<Vec<Cover>, LedgerError> {
    let rows = sqlx::query(include_str!("../sql/sqlite/covers.sql"))
        .fetch_all(on)
        .await
        .doing("look at its indexes")?;
    let mut found: Vec<Cover> = Vec::new();
    for row in &rows {
        let (name, column) = (text(row, "index_name")?, text(row, "column_name")?);
        match found.last_mut().filter(|last| last.name == name) {
            Some(last) => last.columns.push(column),
            None => found.push(Cover {
                name,
                table: text(row, "table_name")?,
                columns: vec![column],
                sql: text(row, "sql")?,
            }),
        }
    }
    Ok(found)
}

fn text(row: &SqliteRow, column: &str) -> Result<String, LedgerError> {
    row.try_get(column).doing("look at its indexes")
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::store::Place;

    async fn open(folder: &tempfile::TempDir) -> Pool {
        Pool::open(&Place::File(folder.path().join("some.db"))).await.unwrap()
    }

    async fn run(pool: &Pool, sql: &'static str) {
        sqlx::raw_sql(sql).execute(pool.file().unwrap()).await.unwrap();
    }

    #[tokio::test]
    async fn a_column_that_stands_once_gets_a_cover_and_a_later_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let pool = open(&folder).await;
        run(&pool, "create table pet (id bigint primary key, name text, born bigint)").await;
        run(&pool, "create table audit (seq bigint primary key, act text)").await;
        ensure(&pool).await.unwrap();
        let names = |covers: Vec<Cover>| {
            covers.into_iter().map(|cover| (cover.name, cover.columns)).collect::<Vec<_>>()
        };
        let both = vec!["name".to_owned(), "born".to_owned()];
        let first = ("cover_pet".to_owned(), both);
        assert_eq!(
            names(covers(pool.file().unwrap()).await.unwrap()),
            std::slice::from_ref(&first)
        );
        run(&pool, "alter table pet add fur text").await;
        assert_eq!(
            faults(pool.file().unwrap()).await.unwrap(),
            ["table pet: fur stand in no index"]
        );
        ensure(&pool).await.unwrap();
        let second = ("cover_pet_1".to_owned(), vec!["fur".to_owned()]);
        assert_eq!(names(covers(pool.file().unwrap()).await.unwrap()), [first, second]);
        assert_eq!(faults(pool.file().unwrap()).await.unwrap(), [""; 0]);
        // On one connection: another may still believe that the old one is there.
        run(&pool, "drop index cover_pet; create index cover_pet on pet (born, name)").await;
        assert_eq!(
            faults(pool.file().unwrap()).await.unwrap(),
            [""; 0],
            "another order covers as well"
        );
    }
}

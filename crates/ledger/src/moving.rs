//! Moving a ledger out of its files into PostgreSQL.
//!
//! Everything else stands still meanwhile: the writer's lease is held, and both files are locked
//! against writing. Rows are copied as they are, in the order in which they were added; then each
//! table is counted on both sides and the copied audit is verified against the head kept outside.
//! Only then is the copy committed, the identities first. Last the old ledger notes where it went:
//! from then on it is not opened any more, so that nobody goes on writing to it by mistake.

use serde::Serialize;
use serde_json::json;
use vocab::Actor;

use crate::audit::{self, Act, Against, AuditHead};
use crate::error::{Doing, LedgerError, counted};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::migrate;
use crate::open::{self, MOVED, Stands};
use crate::store::{LedgerConfig, Place, Pool, Row, Tx, Value, ask, ask_with, insert_all};

/// How many rows are copied at a time.
const PAGE_ROWS: i64 = 2_000;

/// A ledger that was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Where the ledger is now.
    pub ledger: String,
    /// Where the identities are now.
    pub identities: String,
    /// How many tables were copied.
    pub tables: u64,
    /// How many rows these have.
    pub rows: u64,
    /// The newest row of the audit, which tells of the move.
    pub head: AuditHead,
}

/// One table as SQLite declares it.
struct Table {
    name: String,
    /// Names and types.
    columns: Vec<(String, Kind)>,
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Text,
    Truth,
    Bytes,
}

impl Ledger {
    /// Moves this ledger from its files to where these settings say. The settings of the home must
    /// then say so too; this value of the ledger is of no more use.
    ///
    /// # Errors
    /// When the ledger is not in files, the other place is not empty or cannot be reached, or what
    /// came over is not what is here. Then nothing was moved.
    pub async fn move_to(
        &self,
        lease: &WriterLease,
        to: &LedgerConfig,
        by: &Actor,
    ) -> Result<Moved, LedgerError> {
        let [place, _] = self.places();
        let (ledger, identities) = to.places(self.home())?;
        if place.file().is_none() || ledger.file().is_some() {
            return Err(LedgerError::NotMovable { place: place.to_string() });
        }
        // Whether they can be reached and are fit, before anything is locked.
        Stands::on_servers([&ledger, &identities]).await?;
        let now_us = self.now_us();
        let mut from = self.pool().begin().await?;
        lease.check(&mut from).await?;
        let mut names_from = self.identities().begin().await?;
        let (to_pool, mut to) = begin(&ledger, migrate::LEDGER, now_us).await?;
        let (_, mut names_to) = begin(&identities, migrate::IDENTITY, now_us).await?;

        let (tables, rows) = copy(&mut from, &mut to).await?;
        let (names_tables, names_rows) = copy(&mut names_from, &mut names_to).await?;
        let against = Against { key: &self.checkpoints().key()?, outside: &[] };
        let verdict = audit::walk(&mut to, self.head().read()?, against).await?;
        if verdict.first_broken.is_some() || verdict.head != audit::newest(&mut from).await? {
            return Err(LedgerError::CopyBroken);
        }
        let (tables, rows) = (tables + names_tables, rows + names_rows);
        let detail = json!({ "tables": tables, "rows": rows });
        let act = Act::new(by, "ledger.moved", "home").with(detail);
        let head = audit::append(&mut to, now_us, &act).await?;

        names_to.commit().await?;
        to.commit().await?;
        note(&mut from, &ledger).await?;
        from.commit().await?;
        self.head().advance(&to_pool, head.clone()).await?;
        let (ledger, identities) = (ledger.to_string(), identities.to_string());
        Ok(Moved { ledger, identities, tables, rows, head })
    }
}

/// Makes the tables, and begins to write into them.
async fn begin(
    place: &Place,
    steps: &[migrate::Step],
    now_us: i64,
) -> Result<(Pool, Tx), LedgerError> {
    let pool = Pool::open(place).await?;
    migrate::run(&pool, steps, now_us).await?;
    let mut tx = pool.begin().await?;
    let patience = ask(include_str!("../sql/postgres/take_time.sql"));
    patience.done(&mut tx).await.doing("begin to copy")?;
    open::refuse_if_known(&mut tx, place).await?;
    Ok((pool, tx))
}

/// Copies every table; tells how many there are and how many rows they have.
async fn copy(from: &mut Tx, to: &mut Tx) -> Result<(u64, u64), LedgerError> {
    let tables = tables(from).await?;
    // A step may have put rows there; the last tables refer to the first.
    for table in tables.iter().rev() {
        let clear = table.named(include_str!("../sql/store/clear.sql"));
        ask_with(clear, Vec::new()).done(&mut *to).await.doing("make room for a table")?;
    }
    let mut rows = 0;
    for table in &tables {
        copy_table(table, from, to).await?;
        let (here, there) = (table.count(from).await?, table.count(to).await?);
        if here != there {
            let table = table.name.clone();
            return Err(LedgerError::CopyDiffers { table, rows: here, copied: there });
        }
        rows += here;
    }
    Ok((tables.len() as u64, rows))
}

async fn copy_table(table: &Table, from: &mut Tx, to: &mut Tx) -> Result<(), LedgerError> {
    let width = table.columns.len();
    let into = table.named(include_str!("../sql/store/copy_into.sql"));
    let mut last = i64::MIN;
    loop {
        let page = table.named(include_str!("../sql/store/copy_page.sql"));
        let page = ask_with(page, vec![last.into(), PAGE_ROWS.into()]);
        let rows = page.rows(&mut *from).await.doing("read a table")?;
        let Some(newest) = rows.last() else { return Ok(()) };
        last = newest.try_get(0).doing("read a table")?;
        let rows: Vec<Vec<Value>> = (rows.iter())
            .map(|row| table.values(row))
            .collect::<Result<_, _>>()
            .doing("read a table")?;
        insert_all(to, &into, width, &rows, |values, row| {
            for value in row {
                values.push(value.clone());
            }
        })
        .await?;
    }
}

/// Every table but that of the steps, each after those it refers to.
async fn tables(from: &mut Tx) -> Result<Vec<Table>, LedgerError> {
    let names: Vec<String> = ask(include_str!("../sql/sqlite/tables.sql"))
        .values(&mut *from)
        .await
        .doing("list its tables")?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let rows = ask(include_str!("../sql/sqlite/columns.sql"))
            .bind(&name)
            .rows(&mut *from)
            .await
            .doing("list a table's columns")?;
        let mut columns = Vec::with_capacity(rows.len());
        for row in rows {
            let (column, kind): (String, String) =
                (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("list a table's columns")?;
            columns.push((column, Kind::of(&kind)?));
        }
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

impl Table {
    /// A question with this table's name and columns in their places.
    fn named(&self, sql: &str) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let columns = columns.join(", ");
        sql.replace("-- columns", &format!(", {columns}"))
            .replace("-- into", &format!("\"{}\" ({columns})", self.name))
            .replace("-- table", &format!("\"{}\"", self.name))
    }

    /// A row's values; the first column is the row's own number in the file.
    fn values(&self, row: &Row) -> Result<Vec<Value>, sqlx::Error> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (at, (_, kind)) in (1_usize..).zip(&self.columns) {
            values.push(match kind {
                Kind::Number => Value::Number(row.try_get(at)?),
                Kind::Text => row.try_get::<Option<String>, _>(at)?.into(),
                Kind::Truth => Value::Truth(row.try_get(at)?),
                Kind::Bytes => Value::Bytes(row.try_get(at)?),
            });
        }
        Ok(values)
    }

    async fn count(&self, tx: &mut Tx) -> Result<u64, LedgerError> {
        let count = self.named(include_str!("../sql/store/count.sql"));
        let count: i64 =
            ask_with(count, Vec::new()).value(tx).await.doing("count a table's rows")?;
        counted("a count of rows", count)
    }
}

impl Kind {
    fn of(declared: &str) -> Result<Self, LedgerError> {
        match declared {
            "bigint" => Ok(Self::Number),
            "text" => Ok(Self::Text),
            "boolean" => Ok(Self::Truth),
            "bytea" => Ok(Self::Bytes),
            other => {
                Err(LedgerError::Damaged { what: "a type of column", found: other.to_owned() })
            }
        }
    }
}

/// The old ledger notes where it went.
async fn note(from: &mut Tx, to: &Place) -> Result<(), LedgerError> {
    ask(include_str!("../sql/store/set_fact.sql"))
        .bind(MOVED)
        .bind(to.to_string())
        .done(from)
        .await
        .doing("note where it was moved to")
        .map(drop)
}

//! The database of the ledger and that of the identities, and how transactions begin and end.
//!
//! Each is a SQLite file or a schema of a PostgreSQL server. Questions are the same for both and
//! stand in `sql/`; what only one of them takes is in `sql/sqlite` and `sql/postgres`, and in the
//! two modules of these names. What both promise: a transaction that writes is the only one that
//! does, from its first statement on; one that reads sees one moment.

mod again;
mod ask;
mod many;
mod place;
mod postgres;
mod sqlite;

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{Postgres, Sqlite, Transaction};

use crate::error::{Doing, LedgerError};

pub(crate) use again::{Tries, is_busy, is_denied, is_full, is_lost, is_nowhere, is_turned_away};
pub(crate) use ask::{Ask, On, Row, Value, ask, ask_with};
pub(crate) use many::{delete_listed, insert_all};
pub use place::{AddressFault, LedgerConfig, Password};
pub(crate) use place::{Place, Server};
pub(crate) use postgres::{Held, VERSION_MIN, look};

/// How long a statement waits for another writer, and a caller for a connection.
const WAIT: std::time::Duration = std::time::Duration::from_secs(30);
/// How many connections one process holds to one database.
const CONNECTIONS_MAX: u32 = 4;

/// The connections to one database.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction; one that is dropped was never there.
#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Pool {
    /// Opens a database, making the file where there is none.
    pub(crate) async fn open(place: &Place) -> Result<Self, LedgerError> {
        match place {
            Place::File(path) => sqlite::open(path).await.map(Self::Sqlite),
            Place::Server(server) => postgres::open(server).await.map(Self::Postgres),
        }
    }

    /// Begins to write: nobody else does from now on, so that nothing read in the transaction can
    /// be out of date when it is written.
    pub(crate) async fn begin(&self) -> Result<Tx, LedgerError> {
        match self {
            Self::Sqlite(pool) => sqlite::begin(pool).await.map(Tx::Sqlite),
            Self::Postgres(pool) => postgres::begin(pool).await.map(Tx::Postgres),
        }
        .doing("begin to write")
    }

    /// Begins to read: all that is read is as of one moment.
    pub(crate) async fn begin_read(&self) -> Result<Tx, LedgerError> {
        match self {
            Self::Sqlite(pool) => pool.begin().await.map(Tx::Sqlite),
            Self::Postgres(pool) => postgres::begin_read(pool).await.map(Tx::Postgres),
        }
        .doing("begin to read")
    }

    /// Writes what may be written twice: where the connection is lost, it is written again.
    pub(crate) async fn write<T, F>(&self, act: impl Fn(Tx) -> F) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<(Tx, T), LedgerError>>,
    {
        let mut tries = Tries::default();
        loop {
            match self.written(&act).await {
                Err(error) if tries.again(&error).await => {}
                done => return done,
            }
        }
    }

    async fn written<T, F>(&self, act: &impl Fn(Tx) -> F) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<(Tx, T), LedgerError>>,
    {
        let (tx, value) = act(self.begin().await?).await?;
        tx.commit().await?;
        Ok(value)
    }

    /// Reads in one transaction; where the connection is lost, all of it is read again.
    pub(crate) async fn read<T, F>(&self, look: impl Fn(Tx) -> F) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<T, LedgerError>>,
    {
        let mut tries = Tries::default();
        loop {
            let seen = match self.begin_read().await {
                Ok(tx) => look(tx).await,
                Err(error) => Err(error),
            };
            match seen {
                Err(error) if tries.again(&error).await => {}
                seen => return seen,
            }
        }
    }

    /// Writes the database anew, so that no byte of what was deleted is left in its files; false
    /// where somebody reads just now, so that the log beside the file could not be emptied.
    pub(crate) async fn write_anew(&self) -> Result<bool, LedgerError> {
        if !self.is_server() {
            let vacuum = ask(include_str!("../../sql/sqlite/vacuum.sql"));
            vacuum.done(self).await.doing("write its database anew")?;
            let emptied = ask(include_str!("../../sql/sqlite/checkpoint.sql"));
            let busy: i64 = emptied.value(self).await.doing("empty its log")?;
            return Ok(busy == 0);
        }
        let tables: Vec<String> = ask(include_str!("../../sql/postgres/tables.sql"))
            .values(self)
            .await
            .doing("list its tables")?;
        for table in tables {
            let sql = include_str!("../../sql/postgres/vacuum.sql");
            let sql = sql.replace("-- table", &format!("\"{table}\""));
            ask_with(sql, Vec::new()).done(self).await.doing("write a table anew")?;
        }
        Ok(true)
    }

    /// The connections to a file; none where this is a schema of a server.
    pub(crate) fn file(&self) -> Option<&SqlitePool> {
        match self {
            Self::Sqlite(pool) => Some(pool),
            Self::Postgres(_) => None,
        }
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Whether this is a schema of a PostgreSQL server.
    pub(crate) fn is_server(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<(), LedgerError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .doing("commit")
    }

    /// Runs a step of the migrations.
    pub(crate) async fn run(&mut self, sql: &'static str) -> Result<(), LedgerError> {
        let script = sqlx::raw_sql(sql);
        match self {
            Self::Sqlite(tx) => script.execute(&mut **tx).await.map(drop),
            Self::Postgres(tx) => script.execute(&mut **tx).await.map(drop),
        }
        .doing("apply a migration")
    }

    /// After the steps: what the two databases would otherwise do differently.
    pub(crate) async fn align(&mut self) -> Result<(), LedgerError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) => self.run(include_str!("../../sql/postgres/collate.sql")).await,
        }
    }
}

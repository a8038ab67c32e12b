//! A database as a file of the home.

use std::path::Path;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Sqlite, Transaction};

use super::{CONNECTIONS_MAX, WAIT};
use crate::error::{Doing, LedgerError};
use crate::files;

/// Opens a database file, making it where there is none.
///
/// `FULL` because an audit row that was acknowledged must outlive a power cut.
pub(super) async fn open(path: &Path) -> Result<SqlitePool, LedgerError> {
    files::make_file(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(WAIT)
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(WAIT)
        .connect_with(options)
        .await
        .doing("open its database")
}

/// Takes the file's one write lock with the transaction's first statement.
pub(super) async fn begin(pool: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    pool.begin_with(include_str!("../../sql/sqlite/begin_write.sql")).await
}

//! The two database files and how transactions begin and end.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, SqliteConnection, Transaction};

use crate::error::{Doing, LedgerError};
use crate::files;

/// A transaction that has the right to write from its first statement on.
pub(crate) type Tx = Transaction<'static, Sqlite>;
/// What SQL runs on.
pub(crate) type Conn = SqliteConnection;

/// How long a statement waits for another writer, and a caller for a connection.
const WAIT: Duration = Duration::from_secs(30);
/// How many connections one process holds to one file.
const CONNECTIONS_MAX: u32 = 4;

/// Opens a database file, making it where there is none.
///
/// `FULL` because an audit row that was acknowledged must outlive a power cut.
pub(crate) async fn open(path: &Path) -> Result<SqlitePool, LedgerError> {
    files::make_file(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(WAIT);
    SqlitePoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(WAIT)
        .connect_with(options)
        .await
        .doing("open its database")
}

/// Begins to write: takes the database's one write lock now, so that nothing read in the
/// transaction can be out of date when it is written.
pub(crate) async fn begin(pool: &SqlitePool) -> Result<Tx, LedgerError> {
    pool.begin_with(include_str!("../sql/store/begin_write.sql")).await.doing("begin to write")
}

//! Many rows in few statements.

use sqlx::Sqlite;
use sqlx::query_builder::{QueryBuilder, Separated};

use crate::error::{Doing, LedgerError};
use crate::store::Conn;

/// How many values one statement may carry; SQLite's own limit is 32,766.
const VALUES_MAX: usize = 16_000;

/// One row's place in a statement.
pub(crate) type Row<'a> = Separated<'a, Sqlite, &'static str>;

/// Inserts all rows with a statement whose text has `-- rows` where the values go; tells how many
/// rows were added or changed.
pub(crate) async fn insert_all<T>(
    conn: &mut Conn,
    sql: &'static str,
    width: usize,
    rows: &[T],
    mut put: impl FnMut(Row<'_>, &T),
) -> Result<u64, LedgerError> {
    let (before, after) = sql.split_once("-- rows").unwrap_or((sql, ""));
    let mut touched = 0;
    for chunk in rows.chunks((VALUES_MAX / width.max(1)).max(1)) {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        query.push_values(chunk, &mut put);
        query.push(after);
        let done = query.build().execute(&mut *conn).await.doing("insert rows")?;
        touched += done.rows_affected();
    }
    Ok(touched)
}

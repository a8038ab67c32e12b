//! One question: its text, the values bound to it, and the rows that come back, the same whichever
//! database answers.

use sqlx::database::HasStatementCache;
use sqlx::postgres::PgRow;
use sqlx::query::Query;
use sqlx::sqlite::SqliteRow;
use sqlx::{
    AssertSqlSafe, ColumnIndex, Database, Decode, Encode, Postgres, Row as _, SqlSafeStr as _,
    SqlStr, Sqlite, Type,
};

use super::again::Tries;
use super::{Pool, Tx};

/// A question about to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    sql: SqlStr,
    values: Vec<Value>,
    /// Whether the database keeps what it prepared for the next time.
    kept: bool,
}

/// A value of one of the four types that the ledger stores.
#[derive(Clone)]
pub(crate) enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Truth(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

/// A row of either database.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Where a question is asked: by itself, or in a transaction.
pub(crate) enum On<'a> {
    Pool(&'a Pool),
    Tx(&'a mut Tx),
}

/// What can be read from a row of both databases.
pub(crate) trait Stored:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

/// What names a column in rows of both databases.
pub(crate) trait Column: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> {}

/// A question out of a file, to be bound and asked.
pub(crate) fn ask(sql: &'static str) -> Ask {
    Ask { sql: sql.into_sql_str(), values: Vec::new(), kept: true }
}

/// A question that was put together of texts of ours: as long as its list of values, so that it is
/// not worth keeping.
pub(crate) fn ask_with(sql: String, values: Vec<Value>) -> Ask {
    Ask { sql: AssertSqlSafe(sql).into_sql_str(), values, kept: false }
}

impl Ask {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Every row of the answer.
    pub(crate) async fn rows<'a>(self, on: impl Into<On<'a>>) -> Result<Vec<Row>, sqlx::Error> {
        let pool = match on.into() {
            On::Tx(Tx::Sqlite(tx)) => {
                return self.query::<Sqlite>().fetch_all(&mut **tx).await.map(Row::of_sqlite);
            }
            On::Tx(Tx::Postgres(tx)) => {
                return self.query::<Postgres>().fetch_all(&mut **tx).await.map(Row::of_postgres);
            }
            On::Pool(Pool::Sqlite(pool)) => {
                return self.query::<Sqlite>().fetch_all(pool).await.map(Row::of_sqlite);
            }
            On::Pool(Pool::Postgres(pool)) => pool,
        };
        let mut tries = Tries::default();
        loop {
            match self.clone().query::<Postgres>().fetch_all(pool).await {
                Err(error) if tries.after(&error).await => {}
                rows => return rows.map(Row::of_postgres),
            }
        }
    }

    /// How many rows it added, changed or took away. Asked of a pool, it may be done twice.
    pub(crate) async fn done<'a>(self, on: impl Into<On<'a>>) -> Result<u64, sqlx::Error> {
        let pool = match on.into() {
            On::Tx(Tx::Sqlite(tx)) => {
                return Ok(self.query::<Sqlite>().execute(&mut **tx).await?.rows_affected());
            }
            On::Tx(Tx::Postgres(tx)) => {
                return Ok(self.query::<Postgres>().execute(&mut **tx).await?.rows_affected());
            }
            On::Pool(Pool::Sqlite(pool)) => {
                return Ok(self.query::<Sqlite>().execute(pool).await?.rows_affected());
            }
            On::Pool(Pool::Postgres(pool)) => pool,
        };
        let mut tries = Tries::default();
        loop {
            match self.clone().query::<Postgres>().execute(pool).await {
                Err(error) if tries.after(&error).await => {}
                done => return done.map(|done| done.rows_affected()),
            }
        }
    }

    /// The one row of the answer, where there is any.
    pub(crate) async fn row<'a>(self, on: impl Into<On<'a>>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(on).await?.into_iter().next())
    }

    /// The first column of each row.
    pub(crate) async fn values<'a, T: Stored>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<Vec<T>, sqlx::Error> {
        self.rows(on).await?.iter().map(|row| row.try_get(0)).collect()
    }

    /// The first column of the one row, where there is any.
    pub(crate) async fn value_if_any<'a, T: Stored>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<Option<T>, sqlx::Error> {
        self.row(on).await?.map(|row| row.try_get(0)).transpose()
    }

    /// The first column of the one row that there must be.
    pub(crate) async fn value<'a, T: Stored>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<T, sqlx::Error> {
        self.value_if_any(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    fn query<DB>(self) -> Query<'static, DB, DB::Arguments>
    where
        DB: Database + HasStatementCache,
        Option<i64>: for<'q> Encode<'q, DB> + Type<DB>,
        Option<String>: for<'q> Encode<'q, DB> + Type<DB>,
        Option<bool>: for<'q> Encode<'q, DB> + Type<DB>,
        Option<Vec<u8>>: for<'q> Encode<'q, DB> + Type<DB>,
    {
        let mut query: Query<'static, DB, DB::Arguments> = sqlx::query(self.sql);
        for value in self.values {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Truth(truth) => query.bind(truth),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query.persistent(self.kept)
    }
}

impl Row {
    /// A column by name or place.
    pub(crate) fn try_get<T: Stored, C: Column>(&self, column: C) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    fn of_sqlite(rows: Vec<SqliteRow>) -> Vec<Self> {
        rows.into_iter().map(Self::Sqlite).collect()
    }

    fn of_postgres(rows: Vec<PgRow>) -> Vec<Self> {
        rows.into_iter().map(Self::Postgres).collect()
    }
}

impl<T> Stored for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>> Column for T {}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Self::Tx(tx)
    }
}

/// Values are of patients and people: they are never printed.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value(..)")
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(Some(truth))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(storable(text)))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(storable))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map(str::to_owned).into()
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<&Option<String>> for Value {
    fn from(text: &Option<String>) -> Self {
        text.clone().into()
    }
}

/// PostgreSQL keeps every character but NUL; both databases keep the sign for it instead.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{2400}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_nul_is_kept_with_its_sign() {
        let kept = |value: Value| match value {
            Value::Text(text) => text,
            _ => None,
        };
        assert_eq!(kept("a\0b".into()).as_deref(), Some("a\u{2400}b"));
        assert_eq!(kept("花子".into()).as_deref(), Some("花子"));
        assert_eq!(kept(None::<&str>.into()), None);
        assert_eq!(format!("{:?}", Value::from("花子")), "Value(..)");
    }
}

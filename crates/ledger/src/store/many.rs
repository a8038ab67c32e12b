//! Many rows in few statements.

use super::{Tx, Value, ask_with};
use crate::error::{Doing, LedgerError};

/// How many values one statement may carry; SQLite's own limit is 32,766, PostgreSQL's 65,535.
const VALUES_MAX: usize = 16_000;

/// The values of rows, one after the other.
#[derive(Default)]
pub(crate) struct Values(Vec<Value>);

impl Values {
    pub(crate) fn push(&mut self, value: impl Into<Value>) -> &mut Self {
        self.0.push(value.into());
        self
    }
}

/// Inserts all rows with a statement whose text has `-- rows` where the values go; tells how many
/// rows were added or changed.
pub(crate) async fn insert_all<T>(
    tx: &mut Tx,
    sql: &str,
    width: usize,
    rows: &[T],
    put: impl Fn(&mut Values, &T),
) -> Result<u64, LedgerError> {
    let (before, after) = sql.split_once("-- rows").unwrap_or((sql, ""));
    let mut touched = 0;
    for chunk in rows.chunks((VALUES_MAX / width.max(1)).max(1)) {
        let mut values = Values(Vec::with_capacity(chunk.len() * width));
        chunk.iter().for_each(|row| put(&mut values, row));
        let mut marks = Marks::of(tx);
        let each: Vec<String> = chunk.iter().map(|_| format!("({})", marks.some(width))).collect();
        let text = format!("{before}values {}{after}", each.join(", "));
        touched += ask_with(text, values.0).done(&mut *tx).await.doing("insert rows")?;
    }
    Ok(touched)
}

/// Deletes what a list names, with a statement that has `-- listed` where the list goes and ends
/// where one more value does.
pub(crate) async fn delete_listed(
    tx: &mut Tx,
    sql: &str,
    listed: &[i64],
    last: &str,
) -> Result<u64, LedgerError> {
    let (before, after) = sql.split_once("-- listed").unwrap_or((sql, ""));
    let mut deleted = 0;
    for chunk in listed.chunks(VALUES_MAX) {
        let mut marks = Marks::of(tx);
        let text = format!("{before}{}{after}{}", marks.some(chunk.len()), marks.some(1));
        let mut values: Vec<Value> = chunk.iter().map(|number| (*number).into()).collect();
        values.push(last.into());
        deleted += ask_with(text, values).done(&mut *tx).await.doing("delete rows")?;
    }
    Ok(deleted)
}

/// Marks for values: `?` for SQLite, which searches its whole list for each `$1`; `$1`, `$2`… for
/// PostgreSQL, which knows no other.
struct Marks {
    numbered: bool,
    last: usize,
}

impl Marks {
    fn of(tx: &Tx) -> Self {
        Self { numbered: matches!(tx, Tx::Postgres(_)), last: 0 }
    }

    /// The next so many, with commas between.
    fn some(&mut self, count: usize) -> String {
        let mut marks = Vec::with_capacity(count);
        for _ in 0..count {
            self.last += 1;
            marks.push(if self.numbered { format!("${}", self.last) } else { "?".to_owned() });
        }
        marks.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_on_where_they_are_numbered() {
        let mut marks = Marks { numbered: true, last: 0 };
        assert_eq!((marks.some(2), marks.some(1)), ("$1, $2".to_owned(), "$3".to_owned()));
        let mut marks = Marks { numbered: false, last: 0 };
        assert_eq!((marks.some(2), marks.some(1)), ("?, ?".to_owned(), "?".to_owned()));
    }
}

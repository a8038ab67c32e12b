//! What each table holds, counted through the gate.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array as _, RecordBatch};
use datafusion::functions::string::expr_fn::concat;
use datafusion::functions_aggregate::expr_fn::{self, count_distinct, max, min};
use datafusion::logical_expr::{ident, lit};
use jiff::civil::Date;
use vocab::RawCount;

use super::{Reader, ReaderError, Table};
use crate::tables::{PATIENT_ID, RESOURCE_KEY, SOURCE};

/// What one table holds, as one permit sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCount {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: RawCount,
    /// The resources these come from.
    pub resources: RawCount,
    /// The people these are about.
    pub patients: RawCount,
    /// The first day, in tables that have one.
    pub first_day: Option<Date>,
    /// The last day.
    pub last_day: Option<Date>,
}

pub(super) async fn count(reader: &Reader, table: &Table) -> Result<TableCount, ReaderError> {
    let rows = reader.session.table(["aoba", "fhir", table.name.as_str()].join(".")).await?;
    let resource = concat(vec![ident(SOURCE), lit(" "), ident(RESOURCE_KEY)]);
    let mut questions = vec![
        expr_fn::count(lit(1_i64)).alias("rows"),
        count_distinct(resource).alias("resources"),
        count_distinct(ident(PATIENT_ID)).alias("patients"),
    ];
    if let Some(day) = &table.day {
        questions.push(min(ident(day.as_str())).alias("first_day"));
        questions.push(max(ident(day.as_str())).alias("last_day"));
    }
    let answer = rows.aggregate(Vec::new(), questions)?.collect().await?;
    let answer = answer.into_iter().find(|batch| batch.num_rows() > 0);
    let number = |name: &str| RawCount::new(answer.as_ref().map_or(0, |a| number(a, name)));
    Ok(TableCount {
        name: table.name.clone(),
        rows: number("rows"),
        resources: number("resources"),
        patients: number("patients"),
        first_day: answer.as_ref().and_then(|answer| day(answer, "first_day")),
        last_day: answer.as_ref().and_then(|answer| day(answer, "last_day")),
    })
}

fn number(answer: &RecordBatch, name: &str) -> u64 {
    let column = answer.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.and_then(|column| column.iter().next().flatten()).unwrap_or_default().unsigned_abs()
}

fn day(answer: &RecordBatch, name: &str) -> Option<Date> {
    let column = answer.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
    let days = column.is_valid(0).then(|| column.iter().next().flatten()).flatten()?;
    day_after_1970(days)
}

/// A day as tables store it.
pub(super) fn day_after_1970(days: i32) -> Option<Date> {
    Date::new(1970, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// A day as tables store it; none for a day no table can hold.
pub(super) fn days_since_1970(day: Date) -> Option<i32> {
    day.since(Date::new(1970, 1, 1).ok()?).ok().map(|span| span.get_days())
}

//! What each table holds, counted through the gate.

use std::collections::{BTreeMap, HashSet};

use arrow::compute::{cast, max, min};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_schema::DataType;
use datafusion::catalog::TableProvider as _;
use datafusion::common::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;
use jiff::civil::Date;
use tokio::task::JoinSet;
use vocab::RawCount;

use super::tables::Table;
use super::{Reader, ReaderError};
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

/// Counts in one pass, however large the table is: rows lie by person and those of a resource lie
/// together, so memory holds the people and nothing else.
pub(super) async fn count(reader: &Reader, table: &Table) -> Result<TableCount, ReaderError> {
    let session = &reader.scans.session;
    let gated = &table.gated;
    let wanted = [PATIENT_ID, SOURCE, RESOURCE_KEY].into_iter().chain(table.day.as_deref());
    let schema = gated.schema();
    let columns: Result<Vec<_>, _> = wanted.map(|name| schema.index_of(name)).collect();
    let columns = columns.map_err(DataFusionError::from)?;
    // The gate's own plan: what an optimizer may put above it does not keep the order of rows.
    let plan = gated.scan(&session.state(), Some(&columns), &[], None).await?;
    let mut counting = JoinSet::new();
    for partition in 0..plan.properties().partitioning.partition_count() {
        let rows = plan.execute(partition, session.task_ctx())?;
        counting.spawn(async move { (partition, Part::count(rows).await) });
    }
    let mut parts = BTreeMap::new();
    while let Some(counted) = counting.join_next().await {
        let (partition, part) =
            counted.map_err(|died| DataFusionError::External(Box::new(died)))?;
        parts.insert(partition, part?);
    }
    let whole = parts.into_values().fold(Part::default(), Part::followed_by);
    let (first_day, last_day) = whole.days.unzip();
    Ok(TableCount {
        name: table.name.clone(),
        rows: RawCount::new(whole.rows),
        resources: RawCount::new(whole.resources),
        patients: RawCount::new(whole.patients.len() as u64),
        first_day: first_day.and_then(day_after_1970),
        last_day: last_day.and_then(day_after_1970),
    })
}

/// What some rows that lie one after the other hold.
#[derive(Debug, Default)]
struct Part {
    rows: u64,
    /// The resources the rows come from.
    resources: u64,
    patients: HashSet<i64>,
    /// The first and the last day, in days since 1970.
    days: Option<(i32, i32)>,
    /// The resources of the first and the last row: source and key.
    first: Option<(String, String)>,
    last: Option<(String, String)>,
}

impl Part {
    async fn count(mut rows: SendableRecordBatchStream) -> Result<Self, DataFusionError> {
        let mut part = Self::default();
        while let Some(batch) = rows.next().await {
            part.add(&batch?)?;
        }
        Ok(part)
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<(), DataFusionError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows() as u64;
        let mut last = None;
        for patient in batch.column(0).as_primitive::<Int64Type>().iter().flatten() {
            if last != Some(patient) {
                self.patients.insert(patient);
                last = Some(patient);
            }
        }
        let texts = |column| cast(batch.column(column), &DataType::Utf8);
        let (sources, keys) = (texts(1)?, texts(2)?);
        let (sources, keys) = (sources.as_string::<i32>(), keys.as_string::<i32>());
        let mut before = self.last.as_ref().map(|(source, key)| (source.as_str(), key.as_str()));
        for row in 0..batch.num_rows() {
            let now = (sources.value(row), keys.value(row));
            self.resources += u64::from(before != Some(now));
            before = Some(now);
        }
        let owned = |(source, key): (&str, &str)| (source.to_owned(), key.to_owned());
        let last = before.map(owned);
        if self.first.is_none() {
            self.first = Some(owned((sources.value(0), keys.value(0))));
        }
        self.last = last;
        if let Some(days) = batch.columns().get(3).map(|days| days.as_primitive::<Date32Type>()) {
            self.days = earliest_and_latest(self.days, min(days).zip(max(days)));
        }
        Ok(())
    }

    /// The same with the rows that follow. A resource may lie on both sides of a seam.
    fn followed_by(self, next: Self) -> Self {
        if self.rows == 0 {
            return next;
        }
        let is_split = next.first.is_some() && self.last == next.first;
        let (mut patients, more) = (self.patients, next.patients);
        patients.extend(more);
        Self {
            rows: self.rows + next.rows,
            resources: self.resources + next.resources - u64::from(is_split),
            patients,
            days: earliest_and_latest(self.days, next.days),
            first: self.first,
            last: next.last.or(self.last),
        }
    }
}

/// The stretch of days that two stretches lie in.
fn earliest_and_latest(one: Option<(i32, i32)>, other: Option<(i32, i32)>) -> Option<(i32, i32)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
        (one, other) => one.or(other),
    }
}

/// A day as tables store it.
pub(super) fn day_after_1970(days: i32) -> Option<Date> {
    Date::new(1970, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// A day as tables store it; none for a day no table can hold.
pub(super) fn days_since_1970(day: Date) -> Option<i32> {
    day.since(Date::new(1970, 1, 1).ok()?).ok().map(|span| span.get_days())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, Int64Array, StringArray};

    use super::*;

    fn part(rows: &[(i64, &str, i32)]) -> Part {
        let mut part = Part::default();
        // Each row comes as a batch of its own.
        for (patient, key, day) in rows {
            let columns: [(&str, ArrayRef); 4] = [
                ("patient_id", Arc::new(Int64Array::from(vec![Some(*patient)]))),
                ("source", Arc::new(StringArray::from(vec!["hospital"]))),
                ("resource_key", Arc::new(StringArray::from(vec![*key]))),
                ("day", Arc::new(Date32Array::from(vec![(*day > 0).then_some(*day)]))),
            ];
            part.add(&RecordBatch::try_from_iter(columns).unwrap()).unwrap();
        }
        part
    }

    #[test]
    fn a_resource_on_both_sides_of_a_seam_is_counted_once() {
        let rows = [(1, "a", 5), (1, "a", 0), (1, "b", 9), (2, "c", 0), (2, "c", 3), (2, "c", 4)];
        for seam in 0..=rows.len() {
            let (one, other) = rows.split_at(seam);
            let whole = part(one).followed_by(part(other));
            assert_eq!((whole.rows, whole.resources, whole.patients.len()), (6, 3, 2), "{seam}");
            assert_eq!(whole.days, Some((3, 9)));
            let empty = Part::default().followed_by(whole).followed_by(Part::default());
            assert_eq!((empty.rows, empty.resources), (6, 3));
            assert_eq!(empty.last.unwrap().1, "c");
        }
    }
}

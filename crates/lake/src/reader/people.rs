//! People with all their events, some at a time: what cohort definitions are asked of.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::compute::filter_record_batch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::ArrowError;
use cohort::eval::Patient;
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::physical_plan::execute_stream;
use vocab::PatientId;

use super::scan::Rows;
use super::{Reader, ReaderError};
use crate::events::{DataDays, EventBatch, Records, Source, Wanted};
use crate::tables::PATIENT_ID;

/// The table that says who somebody is.
const PATIENT: &str = "patient";
/// So many people are read at once,
const PEOPLE_MAX: usize = 512;
/// with so many events; fewer people where they have more.
const EVENTS_MAX: usize = 1_000_000;

/// The people whom a permit lets through, in order of their numbers.
pub(super) struct People<'a> {
    reader: &'a Reader,
    /// The numbers of those who have a record of their own.
    numbers: Vec<i64>,
    /// How many of these have been read.
    read: usize,
    /// How many are read next.
    step: usize,
    has_ended: bool,
}

/// Some people, by their numbers.
type Met = BTreeMap<i64, Patient>;

impl Reader {
    /// The people whom the permit lets through. What is counted of them leaves the house through
    /// disclosure control only, so the right to rows is not asked for.
    pub(super) async fn people_events(&self) -> Result<People<'_>, ReaderError> {
        let mut numbers = Vec::new();
        if self.tables.has(PATIENT) {
            let mut rows = self.scan(PATIENT, &[PATIENT_ID.to_owned()], None).await?;
            while let Some(batch) = rows.next().await? {
                numbers.extend(batch.column(0).as_primitive::<Int64Type>().iter().flatten());
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(People { reader: self, numbers, read: 0, step: PEOPLE_MAX, has_ended: false })
    }

    /// The first and the last day of each kind of events. Reads when events were, and nothing else.
    pub(super) async fn data_days(&self) -> Result<DataDays, ReaderError> {
        let mut days = DataDays { last: self.day, ..DataDays::default() };
        for source in &self.events.sources {
            let mut rows = self.gated(source, &[], Wanted::Times).await?;
            while let Some(batch) = rows.next().await? {
                for (kind, of) in source.mapper.map(&batch).map_err(failed)?.days() {
                    days.take(kind, of);
                }
            }
        }
        Ok(days)
    }

    async fn gated(
        &self,
        source: &Source,
        filters: &[Expr],
        wanted: Wanted,
    ) -> Result<Rows, ReaderError> {
        let plan = source.scan(&self.session.state(), filters, wanted).await?;
        let rows = execute_stream(plan, self.session.task_ctx())?;
        Ok(Rows::new(rows, self.limits.time_max))
    }
}

impl People<'_> {
    /// How many have been read, and how many there are, of those with a record of their own.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.read as u64, self.numbers.len() as u64)
    }

    /// The next people with all their events; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Patient>>, ReaderError> {
        while !self.has_ended {
            let (end, range) = self.range();
            match self.within(&range).await? {
                None if self.step > 1 => self.step = self.step.div_ceil(2),
                None => return Err(ReaderError::TooManyEvents { events_max: EVENTS_MAX }),
                Some(people) => {
                    self.read = end;
                    self.has_ended = end == self.numbers.len();
                    return Ok(Some(people.into_values().collect()));
                }
            }
        }
        Ok(None)
    }

    /// The numbers of the next people. All ranges together are all numbers: somebody may have
    /// events and no record of their own.
    fn range(&self) -> (usize, RangeInclusive<i64>) {
        let end = self.numbers.len().min(self.read + self.step);
        let first = self.numbers.get(self.read).filter(|_| self.read > 0);
        let after = self.numbers.get(end);
        (end, first.copied().unwrap_or(0)..=after.map_or(i64::MAX, |after| after - 1))
    }

    /// The people of a range; none where they have too many events.
    async fn within(&self, range: &RangeInclusive<i64>) -> Result<Option<Met>, ReaderError> {
        let filters = [
            ident(PATIENT_ID).gt_eq(lit(*range.start())),
            ident(PATIENT_ID).lt_eq(lit(*range.end())),
        ];
        let (mut met, mut count) = (Met::new(), 0);
        for source in &self.reader.events.sources {
            let mut rows = self.reader.gated(source, &filters, Wanted::All).await?;
            while let Some(batch) = rows.next().await? {
                let of_range = of_range(&batch, range).map_err(failed)?;
                let events = source.mapper.map(&of_range).map_err(failed)?;
                count += events.len();
                if count > EVENTS_MAX {
                    return Ok(None);
                }
                give(&events, &mut met);
            }
        }
        self.records(&filters, range, &mut met).await?;
        Ok(Some(met))
    }

    /// Sex and birth, of the first of a person's records that tells them.
    async fn records(
        &self,
        filters: &[Expr; 2],
        range: &RangeInclusive<i64>,
        met: &mut Met,
    ) -> Result<(), ReaderError> {
        let Some(schema) = self.reader.columns(PATIENT).await? else { return Ok(()) };
        let columns = Records::columns(&schema);
        let [from, to] = filters.clone();
        let mut rows = self.reader.scan(PATIENT, &columns, Some(from.and(to))).await?;
        let mut told = Vec::new();
        while let Some(batch) = rows.next().await? {
            let records = Records(&of_range(&batch, range).map_err(failed)?);
            told.extend(records.told(&self.reader.events.zone).map_err(failed)?);
        }
        told.sort_by(|one, other| one.place.cmp(&other.place));
        for record in told {
            if let Some(patient) = of(met, record.patient) {
                patient.sex = patient.sex.or(record.sex);
                patient.birth = patient.birth.or(record.birth);
            }
        }
        Ok(())
    }
}

/// Hands out events to the people whose they are.
fn give(events: &EventBatch, met: &mut Met) {
    for at in 0..events.len() {
        if let Some(patient) = of(met, events.patient.value(at)) {
            patient.events.push(Arc::new(events.event(at)));
        }
    }
}

/// The person of a number; none where nobody can have it.
fn of(met: &mut Met, number: i64) -> Option<&mut Patient> {
    let id = PatientId::from_stored(number)?;
    Some(met.entry(number).or_insert_with(|| Patient::new(id)))
}

/// The rows of a range: what a file holds beside it came with its page.
fn of_range(batch: &RecordBatch, range: &RangeInclusive<i64>) -> Result<RecordBatch, ArrowError> {
    let patients = batch.column_by_name(PATIENT_ID);
    let patients = patients.and_then(|column| column.as_primitive_opt::<Int64Type>());
    let Some(patients) = patients else { return Ok(batch.slice(0, 0)) };
    let within = |number: Option<i64>| number.is_some_and(|number| range.contains(&number));
    let within: BooleanArray = patients.iter().map(|number| Some(within(number))).collect();
    filter_record_batch(batch, &within)
}

fn failed(error: ArrowError) -> ReaderError {
    ReaderError::from(DataFusionError::from(error))
}

#[cfg(test)]
impl Reader {
    /// Everybody's number and how many events they have.
    pub(crate) async fn everybody(&self) -> Vec<(i64, usize)> {
        let mut people = self.people_events().await.unwrap();
        let mut everybody = Vec::new();
        while let Some(some) = people.next().await.unwrap() {
            everybody.extend(some.iter().map(|one| (one.id.get(), one.events.len())));
        }
        everybody
    }
}

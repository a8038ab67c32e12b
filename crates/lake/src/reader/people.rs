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
use vocab::PatientId;

use super::{ReaderError, Scans};
use crate::events::{DataDays, EventBatch, Record, Records, Wanted};
use crate::tables::PATIENT_ID;

/// The table that says who somebody is.
const PATIENT: &str = "patient";
/// How many people are read at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtOnce {
    /// So many,
    pub(crate) people_max: usize,
    /// with so many events; fewer people where they have more.
    pub(crate) events_max: usize,
}

impl AtOnce {
    /// As many as may be held as what definitions are asked of.
    pub(super) const WHOLE: Self = Self { people_max: 512, events_max: 1_000_000 };
}

/// The people whom a gate lets through, in order of their numbers.
pub(crate) struct People<'a> {
    scans: &'a Scans,
    /// The numbers of those who have a record of their own.
    numbers: Vec<i64>,
    /// How many of these have been read.
    read: usize,
    /// How many are read next.
    step: usize,
    at_once: AtOnce,
    has_ended: bool,
}

/// Some people whose numbers follow one another: what their tables tell.
pub(crate) struct Together {
    /// Their events, in no order.
    pub(crate) events: Vec<EventBatch>,
    /// Their records; of a person with several, in the order in which they are believed.
    pub(crate) records: Vec<Record>,
}

/// Some people, by their numbers.
type Met = BTreeMap<i64, Patient>;

impl Scans {
    /// The people whom the gate lets through. What is counted of them leaves the house through
    /// disclosure control only, so the right to rows is not asked for.
    pub(crate) async fn people(&self, at_once: AtOnce) -> Result<People<'_>, ReaderError> {
        let mut numbers = Vec::new();
        if self.tables.has(PATIENT) {
            let mut rows = self.rows(PATIENT, &[PATIENT_ID.to_owned()], None).await?;
            while let Some(batch) = rows.next().await? {
                numbers.extend(batch.column(0).as_primitive::<Int64Type>().iter().flatten());
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        let step = at_once.people_max;
        Ok(People { scans: self, numbers, read: 0, step, at_once, has_ended: false })
    }

    /// The first and the last day of each kind of events. Reads when events were, and nothing else.
    pub(super) async fn data_days(&self) -> Result<DataDays, ReaderError> {
        let mut days = DataDays::until(self.day);
        for source in &self.sources {
            let mut rows = self.of_source(source, &[], Wanted::Times).await?;
            while let Some(batch) = rows.next().await? {
                for (kind, of) in source.mapper.map(&batch).map_err(failed)?.days() {
                    days.take(kind, of);
                }
            }
        }
        Ok(days)
    }
}

impl People<'_> {
    /// How many have been read, and how many there are, of those with a record of their own.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.read as u64, self.numbers.len() as u64)
    }

    /// The next people with all their events; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Patient>>, ReaderError> {
        let together = self.together().await?;
        Ok(together.map(|together| together.patients().into_values().collect()))
    }

    /// What the tables tell of the next people; none at the end.
    pub(crate) async fn together(&mut self) -> Result<Option<Together>, ReaderError> {
        while !self.has_ended {
            let (end, range) = self.range();
            match self.within(&range).await? {
                None if self.step > 1 => self.step = self.step.div_ceil(2),
                None => {
                    let events_max = self.at_once.events_max;
                    return Err(ReaderError::TooManyEvents { events_max });
                }
                Some(together) => {
                    self.read = end;
                    self.has_ended = end == self.numbers.len();
                    return Ok(Some(together));
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
    async fn within(&self, range: &RangeInclusive<i64>) -> Result<Option<Together>, ReaderError> {
        let filters = [
            ident(PATIENT_ID).gt_eq(lit(*range.start())),
            ident(PATIENT_ID).lt_eq(lit(*range.end())),
        ];
        let (mut events, mut count) = (Vec::new(), 0);
        for source in &self.scans.sources {
            let mut rows = self.scans.of_source(source, &filters, Wanted::All).await?;
            while let Some(batch) = rows.next().await? {
                let of_range = of_range(&batch, range).map_err(failed)?;
                let mapped = source.mapper.map(&of_range).map_err(failed)?;
                count += mapped.len();
                if count > self.at_once.events_max {
                    return Ok(None);
                }
                events.push(mapped);
            }
        }
        Ok(Some(Together { events, records: self.records(&filters, range).await? }))
    }

    async fn records(
        &self,
        filters: &[Expr; 2],
        range: &RangeInclusive<i64>,
    ) -> Result<Vec<Record>, ReaderError> {
        let Some(schema) = self.scans.columns(PATIENT).await? else { return Ok(Vec::new()) };
        let columns = Records::columns(&schema);
        let [from, to] = filters.clone();
        let mut rows = self.scans.rows(PATIENT, &columns, Some(from.and(to))).await?;
        let mut told = Vec::new();
        while let Some(batch) = rows.next().await? {
            let records = Records(&of_range(&batch, range).map_err(failed)?);
            told.extend(records.told(&self.scans.zone).map_err(failed)?);
        }
        told.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(told)
    }
}

impl Together {
    /// Whole people, by their numbers.
    fn patients(&self) -> Met {
        let mut met = Met::new();
        for events in &self.events {
            give(events, &mut met);
        }
        for record in &self.records {
            if let Some(patient) = of(&mut met, record.patient) {
                patient.sex = patient.sex.or(record.sex);
                patient.birth = patient.birth.or(record.birth);
            }
        }
        met
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
impl super::Reader {
    /// Everybody's number and how many events they have.
    pub(crate) async fn everybody(&self) -> Vec<(i64, usize)> {
        let mut people = self.scans.people(AtOnce::WHOLE).await.unwrap();
        let mut everybody = Vec::new();
        while let Some(some) = people.next().await.unwrap() {
            everybody.extend(some.iter().map(|one| (one.id.get(), one.events.len())));
        }
        everybody
    }
}

//! People with all their events, some at a time: what cohort definitions are asked of.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use arrow::compute::filter_record_batch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::ArrowError;
use cohort::eval::Patient;
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, ident, lit};
use tokio::task::JoinSet;
use vocab::PatientId;

use super::{ReaderError, Scans};
use crate::events::{DataDays, EventBatch, Mapper, Record, Records, Source, Wanted};
use crate::gate::{self, ByPatient};
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
    /// What is read from front to back of each source, where it can be.
    in_order: Vec<Option<InOrder>>,
    /// Who has several numbers, by the one shown: they are asked for by name.
    apart: Vec<i64>,
}

/// A source, read in the order of people.
struct InOrder {
    mapper: Mapper,
    rows: ByPatient,
}

/// So many events are too many.
struct TooMany;

/// Some people whose numbers follow one another: what their tables tell.
pub(crate) struct Together {
    /// Their events, in no order.
    pub(crate) events: Vec<EventBatch>,
    /// Their records; of a person with several, in the order in which they are believed.
    pub(crate) records: Vec<Record>,
}

/// A source and the events that were read of it.
type Read = (Option<InOrder>, Vec<EventBatch>);

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
        let mut in_order = Vec::new();
        for source in &self.sources {
            in_order.push(self.in_order(source).await?);
        }
        let several = self.tables.aliases().renamed().map(|(_, shown)| shown.get());
        let apart: BTreeSet<i64> = several.collect();
        Ok(People {
            scans: self,
            numbers,
            read: 0,
            step: at_once.people_max,
            at_once,
            has_ended: false,
            in_order,
            apart: apart.into_iter().collect(),
        })
    }

    async fn in_order(&self, source: &Source) -> Result<Option<InOrder>, ReaderError> {
        let mapper = &source.mapper;
        let Some(table) = self.tables.get(mapper.table()).await? else { return Ok(None) };
        let columns = mapper.names().into_iter().map(|name| {
            let has_few_words = mapper.has_few_words(&name);
            gate::Wanted { name, has_few_words }
        });
        let rows = table.gated.by_patient(columns.collect());
        Ok(rows.map(|rows| InOrder { mapper: mapper.clone(), rows }))
    }

    async fn records(
        &self,
        filters: &[Expr; 2],
        range: &RangeInclusive<i64>,
    ) -> Result<Vec<Record>, ReaderError> {
        let Some(schema) = self.columns(PATIENT).await? else { return Ok(Vec::new()) };
        let columns = Records::columns(&schema);
        let [from, to] = filters.clone();
        let mut rows = self.rows(PATIENT, &columns, Some(from.and(to))).await?;
        let mut told = Vec::new();
        while let Some(batch) = rows.next().await? {
            let batch = of_numbers(&batch, |number| range.contains(&number)).map_err(failed)?;
            let records = Records(&batch);
            told.extend(records.told(&self.zone).map_err(failed)?);
        }
        told.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(told)
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
    async fn within(
        &mut self,
        range: &RangeInclusive<i64>,
    ) -> Result<Option<Together>, ReaderError> {
        let filters = [
            ident(PATIENT_ID).gt_eq(lit(*range.start())),
            ident(PATIENT_ID).lt_eq(lit(*range.end())),
        ];
        let first = self.apart.partition_point(|number| number < range.start());
        let apart = self.apart.iter().skip(first).take_while(|number| range.contains(number));
        let apart: Vec<i64> = apart.copied().collect();
        let by_name = [ident(PATIENT_ID).in_list(apart.iter().copied().map(lit).collect(), false)];
        let count = Arc::new(AtomicUsize::new(0));
        // What was read so far of those in order is lost with an error.
        let in_order = std::mem::take(&mut self.in_order);
        let (scans, events_max) = (self.scans, self.at_once.events_max);
        let sources = scans.sources.len();
        let reading = read_in_order((in_order, sources), *range.end(), (&count, events_max));
        let until = scans.limits.time_max;
        let read = tokio::time::timeout(until, reading).await;
        let late = |_| ReaderError::TooSlow { seconds_max: until.as_secs() };
        let Ok(read) = read.map_err(late)?? else { return Ok(None) };
        let mut events = Vec::new();
        for (source, (in_order, of_source)) in scans.sources.iter().zip(read) {
            let is_in_order = in_order.is_some();
            self.in_order.push(in_order);
            events.extend(of_source);
            if is_in_order && apart.is_empty() {
                continue;
            }
            let filters = if is_in_order { &by_name[..] } else { &filters[..] };
            let within = |number: i64| match is_in_order {
                true => apart.binary_search(&number).is_ok(),
                false => range.contains(&number),
            };
            let mut rows = scans.of_source(source, filters, Wanted::All).await?;
            while let Some(batch) = rows.next().await? {
                let batch = of_numbers(&batch, within).map_err(failed)?;
                let mapped = source.mapper.map(&batch).map_err(failed)?;
                if count.fetch_add(mapped.len(), Relaxed) + mapped.len() > events_max {
                    self.in_order.clear();
                    return Ok(None);
                }
                events.push(mapped);
            }
        }
        Ok(Some(Together { events, records: scans.records(&filters, range).await? }))
    }
}

/// The events of people up to a number of the sources that are read in order, side by side.
async fn read_in_order(
    (in_order, sources): (Vec<Option<InOrder>>, usize),
    last: i64,
    (count, events_max): (&Arc<AtomicUsize>, usize),
) -> Result<Result<Vec<Read>, TooMany>, ReaderError> {
    let mut reading = JoinSet::new();
    let mut read: Vec<Read> = Vec::new();
    read.resize_with(sources, Default::default);
    for (place, one) in in_order.into_iter().enumerate() {
        let Some(mut one) = one else { continue };
        let count = Arc::clone(count);
        reading.spawn(async move {
            let mut events = Vec::new();
            while let Some(batch) = one.rows.next(last).await? {
                let mapped = one.mapper.map(&batch)?;
                if count.fetch_add(mapped.len(), Relaxed) + mapped.len() > events_max {
                    return Ok(Err(TooMany));
                }
                events.push(mapped);
            }
            Ok::<_, DataFusionError>(Ok((place, one, events)))
        });
    }
    while let Some(done) = reading.join_next().await {
        let done = done.map_err(|died| DataFusionError::ExecutionJoin(Box::new(died)))?;
        let Ok((place, one, events)) = done? else { return Ok(Err(TooMany)) };
        if let Some(to) = read.get_mut(place) {
            *to = (Some(one), events);
        }
    }
    Ok(Ok(read))
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
        let number = events.patient.get(at).copied().unwrap_or(-1);
        if let Some(patient) = of(met, number) {
            patient.events.push(Arc::new(events.event(at)));
        }
    }
}

/// The person of a number; none where nobody can have it.
fn of(met: &mut Met, number: i64) -> Option<&mut Patient> {
    let id = PatientId::from_stored(number)?;
    Some(met.entry(number).or_insert_with(|| Patient::new(id)))
}

/// The rows of some numbers: what a file holds beside them came with its page.
fn of_numbers(batch: &RecordBatch, are: impl Fn(i64) -> bool) -> Result<RecordBatch, ArrowError> {
    let patients = batch.column_by_name(PATIENT_ID);
    let patients = patients.and_then(|column| column.as_primitive_opt::<Int64Type>());
    let Some(patients) = patients else { return Ok(batch.slice(0, 0)) };
    let within = |number: Option<i64>| Some(number.is_some_and(&are));
    let within: BooleanArray = patients.iter().map(within).collect();
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

//! Makes the runs of a shard of its rows, column by column: each column of the shard is put into the
//! order of the runs, written run by run, and let go.
#![expect(
    clippy::cast_possible_truncation,
    reason = "a shard has at most 2^24 rows and 4,096 patients, which the builder keeps"
)]

use super::events::{Concepts, Event, events_of};
use super::rows::{NO_TIME, Rows, Sparse};
use crate::dictionary::Concept;
use crate::event::NumberField;
use crate::format::{column, decimal, tag, varint, wide};

/// Rows of a patient, on average, from which on the outermost values of each are kept.
const OUTERMOST_ROWS_MIN: usize = 2;
const SECONDS_PER_DAY: i64 = 86_400;

/// A run as it was written into the shard's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EncodedRun {
    /// Its place in the shard's concepts.
    pub(crate) concept: u32,
    /// Where its bytes begin, and how many they are.
    pub(crate) from: usize,
    pub(crate) length: u32,
    pub(crate) events: u32,
    pub(crate) patients: u32,
}

/// A shard ready to be written.
#[derive(Debug)]
pub(crate) struct EncodedShard {
    pub(crate) first_patient: u32,
    pub(crate) patients: u32,
    pub(crate) events: u64,
    /// The first and the last day of any start.
    pub(crate) span: Option<(i64, i64)>,
    pub(crate) concepts: Vec<Concept>,
    pub(crate) runs: Vec<EncodedRun>,
    pub(crate) bytes: Vec<u8>,
}

/// Lists as long as a shard, which are used again for the next one.
#[derive(Default)]
pub(crate) struct Scratch {
    events: Vec<Event>,
    places: Vec<u32>,
    columns: Columns,
}

/// Columns in the order of the runs.
#[derive(Default)]
struct Columns {
    patients: Vec<u16>,
    integers: Vec<i64>,
    numbers: Vec<f64>,
    starts: Vec<(i64, u32)>,
    ends: Vec<(i64, u32)>,
}

/// Makes the runs of a shard.
pub(crate) fn encode(rows: &Rows, scratch: &mut Scratch) -> EncodedShard {
    let Scratch { events, places, columns } = scratch;
    let mut concepts = Concepts::default();
    events_of(rows, &mut concepts, events);
    let order = Order::of(events, concepts.concepts.len(), places);
    let whose = Whose::of(rows, &order, &mut columns.patients);
    let parts = parts_of(rows, (&order, &whose), columns);
    let mut shard = EncodedShard {
        first_patient: rows.first_patient,
        patients: rows.patients,
        events: events.len() as u64,
        span: span(rows),
        concepts: concepts.concepts,
        runs: Vec::with_capacity(order.bounds.len()),
        bytes: Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum()),
    };
    let patients = whose.bounds.windows(2);
    for (concept, (bounds, patients)) in order.bounds.windows(2).zip(patients).enumerate() {
        let from = shard.bytes.len();
        parts.iter().for_each(|part| shard.bytes.extend_from_slice(part.run(concept)));
        let count = |bounds: &[usize]| bounds.last().zip(bounds.first()).map_or(0, |(b, a)| b - a);
        shard.runs.push(EncodedRun {
            concept: concept as u32,
            from,
            length: (shard.bytes.len() - from) as u32,
            events: count(bounds) as u32,
            patients: count(patients) as u32,
        });
    }
    shard
}

fn span(rows: &Rows) -> Option<(i64, i64)> {
    let seconds = rows.start.iter().filter(|time| time.1 > 0).map(|time| time.0);
    let span = seconds.fold(None, |span, second| match span {
        None => Some((second, second)),
        Some((first, last)) => Some((second.min(first), second.max(last))),
    });
    let day = |second: i64| second.div_euclid(SECONDS_PER_DAY);
    span.map(|(first, last)| (day(first), day(last)))
}

/// The order of the runs: concept by concept, and within each as events are.
struct Order<'a> {
    events: &'a [Event],
    /// Where each event goes.
    places: &'a [u32],
    /// Where each concept begins, and the end.
    bounds: Vec<usize>,
}

impl<'a> Order<'a> {
    fn of(events: &'a [Event], concepts: usize, places: &'a mut Vec<u32>) -> Self {
        let mut bounds = vec![0_usize; concepts + 1];
        for event in events {
            if let Some(count) = bounds.get_mut(wide(event.concept) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for bound in &mut bounds {
            sum += *bound;
            *bound = sum;
        }
        let mut next = bounds.clone();
        let place = |event: &Event| {
            let next = next.get_mut(wide(event.concept));
            next.map_or(0, |next| std::mem::replace(next, *next + 1) as u32)
        };
        places.clear();
        places.extend(events.iter().map(place));
        Self { events, places, bounds }
    }

    /// What the events have, in this order. Read from front to back and written to where each run
    /// has come to: both stay close to the processor, as reading run by run would not.
    fn sorted<T: Copy + Default>(&self, of: impl Fn(&Event) -> T, to: &mut Vec<T>) {
        // Every place is written.
        to.resize(self.events.len(), T::default());
        for (event, &place) in self.events.iter().zip(self.places) {
            if let Some(to) = to.get_mut(wide(place)) {
                *to = of(event);
            }
        }
    }
}

/// What each run has of something, by bounds.
fn runs<'v, T>(values: &'v [T], bounds: &'v [usize]) -> impl Iterator<Item = &'v [T]> {
    bounds.windows(2).map(|of| match of {
        &[from, to] => values.get(from..to).unwrap_or_default(),
        _ => &[],
    })
}

/// The patients of all runs.
#[derive(Default)]
struct Whose {
    /// Gaps between patients, and how many events each has.
    gaps: Vec<i64>,
    counts: Vec<i64>,
    /// Where the patients of each run begin, and the end.
    bounds: Vec<usize>,
}

impl Whose {
    fn of(rows: &Rows, order: &Order<'_>, patients: &mut Vec<u16>) -> Self {
        let patient = |event: &Event| rows.patient.get(wide(event.row)).copied().unwrap_or(0);
        order.sorted(patient, patients);
        let mut whose = Self { bounds: vec![0], ..Self::default() };
        for run in runs(patients, &order.bounds) {
            let mut next = 0;
            for of in run.chunk_by(|a, b| a == b) {
                let this = of.first().map_or(0, |patient| i64::from(*patient));
                whose.gaps.push(this - next);
                whose.counts.push(of.len() as i64);
                next = this + 1;
            }
            whose.bounds.push(whose.gaps.len());
        }
        whose
    }
}

/// A column of all runs, each with its head.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    /// Where the column of each run ends.
    ends: Vec<usize>,
}

impl Part {
    /// The column of each run; runs in which all values are 0 have none.
    fn integers(head: (u8, Option<u32>), values: &[i64], bounds: &[usize]) -> Self {
        let (mut part, mut payload) = (Self::default(), Vec::new());
        for values in runs(values, bounds) {
            part.put_integers(head, values, &mut payload);
            part.ends.push(part.bytes.len());
        }
        part
    }

    /// The same of decimals; runs that have no finite one have none.
    fn decimals(head: (u8, Option<u32>), values: &[f64], bounds: &[usize]) -> Self {
        let (mut part, mut payload) = (Self::default(), Vec::new());
        for values in runs(values, bounds) {
            part.put_decimals(head, values, &mut payload);
            part.ends.push(part.bytes.len());
        }
        part
    }

    fn put_integers(&mut self, head: (u8, Option<u32>), values: &[i64], payload: &mut Vec<u8>) {
        if values.iter().any(|&value| value != 0) {
            payload.clear();
            column::write(values, payload);
            self.put(head, payload);
        }
    }

    fn put_decimals(&mut self, head: (u8, Option<u32>), values: &[f64], payload: &mut Vec<u8>) {
        if values.iter().any(|value| value.is_finite()) {
            payload.clear();
            decimal::write(values, payload);
            self.put(head, payload);
        }
    }

    /// Appends a column with its head.
    fn put(&mut self, (tag, name): (u8, Option<u32>), payload: &[u8]) {
        self.bytes.push(tag);
        if let Some(name) = name {
            varint::write(u64::from(name), &mut self.bytes);
        }
        varint::write(payload.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(payload);
    }

    fn run(&self, number: usize) -> &[u8] {
        let end = |number: usize| self.ends.get(number).copied().unwrap_or(0);
        let from = number.checked_sub(1).map_or(0, end);
        self.bytes.get(from..end(number)).unwrap_or_default()
    }
}

/// The columns of a shard, in the order in which a run has them.
fn parts_of(rows: &Rows, (order, whose): (&Order<'_>, &Whose), columns: &mut Columns) -> Vec<Part> {
    let mut parts = vec![
        Part::integers((tag::PATIENT, None), &whose.gaps, &whose.bounds),
        Part::integers((tag::ROWS, None), &whose.counts, &whose.bounds),
    ];
    times(rows, order, columns, &mut parts);
    let values = &mut columns.integers;
    let mut integers = |tag: u8, of: &dyn Fn(&Event) -> u32| {
        order.sorted(|event| i64::from(of(event)), values);
        parts.push(Part::integers((tag, None), values, &order.bounds));
    };
    integers(tag::TIE, &|event| event.tie);
    integers(tag::VISIT, &|event| event.visit);
    integers(tag::ORDER, &|event| event.order);
    for (number, column) in rows.words.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
        let word = |event: &Event| column.get(wide(event.row)).unwrap_or(0);
        integers(tag::WORDS + number as u8, &word);
    }
    if !rows.flags.is_empty() {
        let flags = |event: &Event| u32::from(rows.flags.get(wide(event.row)).unwrap_or(0));
        integers(tag::FLAGS, &flags);
    }
    for (number, column) in rows.numbers.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
        let values = &mut columns.numbers;
        order.sorted(|event| column.get(wide(event.row)).unwrap_or(decimal::NONE), values);
        let head = (tag::NUMBERS + number as u8, None);
        parts.push(Part::decimals(head, values, &order.bounds));
        if number == NumberField::Value.place() {
            outermost(values, order, whose, &mut parts);
        }
    }
    named(rows, order, columns, &mut parts);
    parts
}

/// Start and end. What has no time takes the place of the row before it, which costs least.
fn times(rows: &Rows, order: &Order<'_>, columns: &mut Columns, parts: &mut Vec<Part>) {
    let Columns { starts, ends, integers, .. } = columns;
    let mut push = |tag: u8, times: &[(i64, u32)], of: fn((i64, u32)) -> i64| {
        integers.clear();
        integers.extend(times.iter().map(|time| of(*time)));
        parts.push(Part::integers((tag, None), integers, &order.bounds));
    };
    let length = |(_, length): (i64, u32)| i64::from(length);
    let start = |event: &Event| rows.start.get(wide(event.row)).copied().unwrap_or(NO_TIME);
    order.sorted(start, starts);
    // As the reader will see it: an event without a start stands where the one before it did.
    leave_gaps_alike(starts, &order.bounds);
    push(tag::START_DAY, starts, |(second, _)| second.div_euclid(SECONDS_PER_DAY));
    push(tag::START_SECOND, starts, |(second, _)| second.rem_euclid(SECONDS_PER_DAY));
    push(tag::START_LENGTH, starts, length);
    if rows.end.is_empty() {
        return;
    }
    order.sorted(|event| rows.end.get(wide(event.row)).unwrap_or(NO_TIME), ends);
    for ((end, _), (start, _)) in ends.iter_mut().zip(&*starts) {
        *end -= start;
    }
    leave_gaps_alike(ends, &order.bounds);
    push(tag::END, ends, |(after, _)| after);
    push(tag::END_LENGTH, ends, length);
}

/// Gives what has no time in a run the number of the row before it.
fn leave_gaps_alike(times: &mut [(i64, u32)], bounds: &[usize]) {
    let mut rest = times;
    for of in bounds.windows(2) {
        let &[from, to] = of else { continue };
        let (run, after) = rest.split_at_mut((to - from).min(rest.len()));
        let mut last = 0;
        for (number, length) in run {
            last = if *length == 0 { last } else { *number };
            *number = last;
        }
        rest = after;
    }
}

/// The least and the largest of each patient's values, in runs that have enough of each.
fn outermost(values: &[f64], order: &Order<'_>, whose: &Whose, parts: &mut Vec<Part>) {
    for (tag, of) in [(tag::LEAST, f64::min as fn(f64, f64) -> f64), (tag::LARGEST, f64::max)] {
        let (mut part, mut payload, mut found) = (Part::default(), Vec::new(), Vec::new());
        let counts = runs(&whose.counts, &whose.bounds);
        for (mut rest, counts) in runs(values, &order.bounds).zip(counts) {
            if rest.len() >= counts.len() * OUTERMOST_ROWS_MIN {
                found.clear();
                found.extend(counts.iter().map(|&count| {
                    let count = usize::try_from(count).unwrap_or(0).min(rest.len());
                    let (this, after) = rest.split_at(count);
                    rest = after;
                    let finite = this.iter().copied().filter(|value| value.is_finite());
                    finite.reduce(of).unwrap_or(decimal::NONE)
                }));
                part.put_decimals((tag, None), &found, &mut payload);
            }
            part.ends.push(part.bytes.len());
        }
        parts.push(part);
    }
}

/// What events have under names of their own: of each name a column of words, and one of numbers with
/// their units.
fn named(rows: &Rows, order: &Order<'_>, columns: &mut Columns, parts: &mut Vec<Part>) {
    let Columns { integers, numbers, .. } = columns;
    for of in &rows.named {
        let mut words = |tag: u8, column: &Sparse<u32>, parts: &mut Vec<Part>| {
            let word = |event: &Event| i64::from(column.get(wide(event.row)).unwrap_or(0));
            order.sorted(word, integers);
            parts.push(Part::integers((tag, Some(of.name)), integers, &order.bounds));
        };
        if !of.codes.is_empty() {
            words(tag::ATTRIBUTE_WORD, &of.codes, parts);
        }
        if of.numbers.is_empty() {
            continue;
        }
        let number = |event: &Event| of.numbers.get(wide(event.row)).unwrap_or(decimal::NONE);
        order.sorted(number, numbers);
        let head = (tag::ATTRIBUTE_NUMBER, Some(of.name));
        parts.push(Part::decimals(head, numbers, &order.bounds));
        words(tag::ATTRIBUTE_UNIT, &of.units, parts);
    }
}

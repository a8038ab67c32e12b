//! Makes the runs of a shard of its rows.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a shard has at most 2^24 rows and 4,096 patients, which the builder keeps"
)]

use std::collections::HashMap;

use super::rows::{NO_TIME, NamedValue, Rows};
use crate::dictionary::Concept;
use crate::event::NumberField;
use crate::format::{column, decimal, tag, varint, wide};

/// Rows of a patient, on average, from which on the outermost values of each are kept.
const OUTERMOST_ROWS_MIN: usize = 2;

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

/// An event: the row that tells of it, and what only the whole patient tells.
#[derive(Clone, Copy, Debug, Default)]
struct Event {
    row: u32,
    concept: u32,
    tie: u32,
    visit: u32,
    order: u32,
}

/// What sorts the rows of a patient: kind, start, end; see decision 0050.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: u32,
    earliest: i64,
    latest: i64,
    end: i64,
    end_latest: i64,
}

impl Place {
    fn of(rows: &Rows, row: usize) -> Self {
        let start = rows.start.get(row).copied().unwrap_or(NO_TIME);
        let end = rows.end.get(row).unwrap_or(NO_TIME);
        let stretch = |(from, seconds): (i64, u32)| match seconds {
            0 => (i64::MAX, i64::MAX),
            _ => (from, from + i64::from(seconds)),
        };
        let ((earliest, latest), (end, end_latest)) = (stretch(start), stretch(end));
        let kind = rows.kind.get(row).copied().unwrap_or(0);
        Self { kind, earliest, latest, end, end_latest }
    }
}

impl Place {
    /// Whether two rows are of one kind and start alike.
    fn starts_as(&self, other: &Self) -> bool {
        let start = |place: &Self| (place.kind, place.earliest, place.latest);
        start(self) == start(other)
    }
}

/// Makes the runs of a shard.
pub(crate) fn encode(rows: &Rows) -> EncodedShard {
    let mut concepts = Concepts::default();
    let events = events_of(rows, &mut concepts);
    let (sorted, bounds) = by_concept(&events, concepts.concepts.len());
    let mut shard = EncodedShard {
        first_patient: rows.first_patient,
        patients: rows.patients,
        events: events.len() as u64,
        span: span(rows),
        concepts: concepts.concepts,
        runs: Vec::with_capacity(bounds.len()),
        bytes: Vec::with_capacity(events.len() * 10),
    };
    let mut scratch = Scratch::default();
    for (concept, bounds) in bounds.windows(2).enumerate() {
        let (&[from, to], from_byte) = (bounds, shard.bytes.len()) else { continue };
        let run = sorted.get(from..to).unwrap_or_default();
        let patients = write_run(rows, run, &mut scratch, &mut shard.bytes);
        shard.runs.push(EncodedRun {
            concept: concept as u32,
            from: from_byte,
            length: (shard.bytes.len() - from_byte) as u32,
            events: run.len() as u32,
            patients,
        });
    }
    shard
}

/// The events in the order of patients, kinds and times.
fn events_of(rows: &Rows, concepts: &mut Concepts) -> Vec<Event> {
    let mut events = Vec::with_capacity(rows.len());
    let mut places: Vec<(Place, u32)> = Vec::new();
    let (mut codes, mut keys) = (Vec::new(), Vec::new());
    let mut visits = Numbers::default();
    let mut orders = Numbers::default();
    let patient = |row: &u32| rows.patient.get(wide(*row)).copied().unwrap_or(0);
    let mut by_patient: Vec<u32> = (0..rows.len() as u32).collect();
    if !rows.patient.is_sorted() {
        by_patient.sort_by_key(patient);
    }
    for of_patient in by_patient.chunk_by(|a, b| patient(a) == patient(b)) {
        places.clear();
        places.extend(of_patient.iter().map(|&row| (Place::of(rows, wide(row)), row)));
        places.sort_unstable_by(|(a, at), (b, bt)| {
            let source = |row: &u32| rows.source.get(wide(*row));
            a.cmp(b).then_with(|| source(at).cmp(source(bt))).then(at.cmp(bt))
        });
        visits.clear();
        orders.clear();
        let source = |row: u32| rows.source.get(wide(row));
        let same = |a: &(Place, u32), b: &(Place, u32)| a.0 == b.0 && source(a.1) == source(b.1);
        for at_once in places.chunk_by(|a, b| a.0.starts_as(&b.0)) {
            // What starts at once is told apart by its key, also where it is joined to an episode
            // that ends as another event does.
            keys.clear();
            if at_once.len() > 1 {
                keys.extend(at_once.iter().map(|(_, row)| source(*row)));
                keys.sort_unstable();
                keys.dedup();
            }
            for event in at_once.chunk_by(same) {
                let Some(&(place, row)) = event.first() else { continue };
                codes.clear();
                codes.extend(event.iter().filter_map(|(_, row)| {
                    rows.code.get(wide(*row)).and_then(|code| code.checked_sub(1))
                }));
                let tie = keys.binary_search(&source(row)).unwrap_or(0) as u32;
                let concept = concepts.number(place.kind, &mut codes);
                let visit = visits.number(rows.visit.get(wide(row)));
                let order = orders.number(rows.order.get(wide(row)));
                events.push(Event { row, concept, tie, visit, order });
            }
        }
    }
    events
}

/// Concepts of the shard, in the order in which they were met.
#[derive(Default)]
struct Concepts {
    concepts: Vec<Concept>,
    numbers: HashMap<Concept, u32>,
    /// By code + 1, for events with one code: the last kind met with it, and the concept.
    single: Vec<(u32, u32)>,
}

impl Concepts {
    fn number(&mut self, kind: u32, codes: &mut Vec<u32>) -> u32 {
        if codes.len() <= 1 {
            let place = codes.first().map_or(0, |code| wide(*code) + 1);
            if self.single.len() <= place {
                self.single.resize(place + 1, (u32::MAX, 0));
            }
            if let Some((of, concept)) = self.single.get(place)
                && *of == kind
            {
                return *concept;
            }
            let concept = self.find(kind, codes);
            if let Some(to) = self.single.get_mut(place) {
                *to = (kind, concept);
            }
            return concept;
        }
        codes.sort_unstable();
        codes.dedup();
        self.find(kind, codes)
    }

    fn find(&mut self, kind: u32, codes: &[u32]) -> u32 {
        let concept = Concept { kind, codes: codes.to_vec() };
        if let Some(&number) = self.numbers.get(&concept) {
            return number;
        }
        let number = self.concepts.len() as u32;
        self.concepts.push(concept.clone());
        self.numbers.insert(concept, number);
        number
    }
}

/// Numbers for the visits or orders of a patient; 0 is none.
#[derive(Default)]
struct Numbers {
    numbers: HashMap<Box<[u8]>, u32>,
    last: (Vec<u8>, u32),
}

impl Numbers {
    fn clear(&mut self) {
        self.numbers.clear();
        self.last = (Vec::new(), 0);
    }

    fn number(&mut self, key: &[u8]) -> u32 {
        if key.is_empty() {
            return 0;
        }
        if self.last.0 == key {
            return self.last.1;
        }
        let next = self.numbers.len() as u32 + 1;
        let number = match self.numbers.get(key) {
            Some(&number) => number,
            None => *self.numbers.entry(key.into()).or_insert(next),
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(key);
        self.last.1 = number;
        number
    }
}

/// The events sorted by concept, in the order they had, and where each concept begins.
fn by_concept(events: &[Event], concepts: usize) -> (Vec<Event>, Vec<usize>) {
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
    let mut sorted = vec![Event::default(); events.len()];
    for event in events {
        if let Some(place) = next.get_mut(wide(event.concept)) {
            if let Some(to) = sorted.get_mut(*place) {
                *to = *event;
            }
            *place += 1;
        }
    }
    (sorted, bounds)
}

fn span(rows: &Rows) -> Option<(i64, i64)> {
    let days = rows.start.iter().filter(|time| time.1 > 0).map(|time| time.0.div_euclid(86_400));
    days.fold(None, |span, day| match span {
        None => Some((day, day)),
        Some((first, last)) => Some((first.min(day), last.max(day))),
    })
}

/// Buffers that are used again.
#[derive(Default)]
struct Scratch {
    values: Vec<i64>,
    numbers: Vec<f64>,
    payload: Vec<u8>,
}

impl Scratch {
    /// Writes the values at hand as a column; none if all are `nothing`.
    fn column(&mut self, tag: u8, nothing: i64, out: &mut Vec<u8>) {
        if self.values.iter().any(|&value| value != nothing) {
            self.payload.clear();
            column::write(&self.values, &mut self.payload);
            put(tag, None, &self.payload, out);
        }
    }

    fn decimals(&mut self, tag: u8, name: Option<u32>, out: &mut Vec<u8>) {
        if self.numbers.iter().any(|value| value.is_finite()) {
            self.payload.clear();
            decimal::write(&self.numbers, &mut self.payload);
            put(tag, name, &self.payload, out);
        }
    }
}

/// Appends a column with its head.
fn put(tag: u8, name: Option<u32>, payload: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    if let Some(name) = name {
        varint::write(u64::from(name), out);
    }
    varint::write(payload.len() as u64, out);
    out.extend_from_slice(payload);
}

/// Writes a run and says how many patients it has.
fn write_run(rows: &Rows, run: &[Event], scratch: &mut Scratch, out: &mut Vec<u8>) -> u32 {
    let patient = |event: &Event| rows.patient.get(wide(event.row)).copied().unwrap_or(0);
    let mut counts = Vec::new();
    let mut next = 0;
    scratch.values.clear();
    for events in run.chunk_by(|a, b| patient(a) == patient(b)) {
        let this = events.first().map_or(0, |event| i64::from(patient(event)));
        scratch.values.push(this - next);
        next = this + 1;
        counts.push(events.len() as i64);
    }
    let patients = counts.len() as u32;
    scratch.column(tag::PATIENT, 0, out);
    scratch.values.clone_from(&counts);
    scratch.column(tag::ROWS, 0, out);
    write_times(rows, run, scratch, out);
    for (tag, of) in [
        (tag::TIE, (|event| event.tie) as fn(&Event) -> u32),
        (tag::VISIT, |event| event.visit),
        (tag::ORDER, |event| event.order),
    ] {
        scratch.values.clear();
        scratch.values.extend(run.iter().map(|event| i64::from(of(event))));
        scratch.column(tag, 0, out);
    }
    for (number, column) in rows.words.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
        let word = |event: &Event| i64::from(column.get(wide(event.row)).unwrap_or(0));
        scratch.values.clear();
        scratch.values.extend(run.iter().map(word));
        scratch.column(tag::WORDS + number as u8, 0, out);
    }
    if !rows.flags.is_empty() {
        let flags = |event: &Event| i64::from(rows.flags.get(wide(event.row)).unwrap_or(0));
        scratch.values.clear();
        scratch.values.extend(run.iter().map(flags));
        scratch.column(tag::FLAGS, 0, out);
    }
    for (number, column) in rows.numbers.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
        let number_of = |event: &Event| column.get(wide(event.row)).unwrap_or(decimal::NONE);
        scratch.numbers.clear();
        scratch.numbers.extend(run.iter().map(number_of));
        scratch.decimals(tag::NUMBERS + number as u8, None, out);
        let is_value = number == NumberField::Value.place();
        if is_value && run.len() >= counts.len() * OUTERMOST_ROWS_MIN {
            write_outermost(&counts, scratch, out);
        }
    }
    if !rows.named.is_empty() {
        write_named(rows, run, scratch, out);
    }
    patients
}

/// Writes the least and the largest of each patient's values, which are at hand.
fn write_outermost(counts: &[i64], scratch: &mut Scratch, out: &mut Vec<u8>) {
    let values = std::mem::take(&mut scratch.numbers);
    if !values.iter().any(|value| value.is_finite()) {
        return;
    }
    for (tag, of) in [(tag::LEAST, f64::min as fn(f64, f64) -> f64), (tag::LARGEST, f64::max)] {
        let mut rest = values.as_slice();
        scratch.numbers.clear();
        for &count in counts {
            let (this, after) = rest.split_at((count as usize).min(rest.len()));
            let finite = this.iter().copied().filter(|value| value.is_finite());
            scratch.numbers.push(finite.reduce(of).unwrap_or(decimal::NONE));
            rest = after;
        }
        scratch.decimals(tag, None, out);
    }
}

/// Writes start and end. What has no time takes the place of the row before it, which costs least.
fn write_times(rows: &Rows, run: &[Event], scratch: &mut Scratch, out: &mut Vec<u8>) {
    let start = |event: &Event| rows.start.get(wide(event.row)).copied().unwrap_or(NO_TIME);
    let end = |event: &Event| rows.end.get(wide(event.row)).unwrap_or(NO_TIME);
    let part = |scratch: &mut Scratch, of: fn(i64) -> i64| {
        let mut last = 0;
        scratch.values.clear();
        scratch.values.extend(run.iter().map(start).map(|(second, length)| {
            last = if length == 0 { last } else { of(second) };
            last
        }));
    };
    part(scratch, |second| second.div_euclid(86_400));
    scratch.column(tag::START_DAY, 0, out);
    part(scratch, |second| second.rem_euclid(86_400));
    scratch.column(tag::START_SECOND, 0, out);
    scratch.values.clear();
    scratch.values.extend(run.iter().map(|event| i64::from(start(event).1)));
    scratch.column(tag::START_LENGTH, 0, out);
    if rows.end.is_empty() {
        return;
    }
    let mut last = 0;
    let mut day = 0;
    scratch.values.clear();
    for event in run {
        let ((second, length), (ends, is_there)) = (start(event), end(event));
        // As the reader will see it: an event without a start stands where the one before it did.
        day = if length == 0 { day } else { second };
        last = if is_there == 0 { last } else { ends - day };
        scratch.values.push(last);
    }
    scratch.column(tag::END, 0, out);
    scratch.values.clear();
    scratch.values.extend(run.iter().map(|event| i64::from(end(event).1)));
    scratch.column(tag::END_LENGTH, 0, out);
}

/// Writes the attributes that any event of a run has.
fn write_named(rows: &Rows, run: &[Event], scratch: &mut Scratch, out: &mut Vec<u8>) {
    let of = |event: &Event| {
        let row = event.row;
        let from = rows.named.partition_point(|named| named.row < row);
        rows.named.iter().skip(from).take_while(move |named| named.row == row)
    };
    let is_word = |value: &NamedValue| matches!(value, NamedValue::Code(_));
    let mut names: Vec<(u32, bool)> = run
        .iter()
        .flat_map(|event| of(event).map(|named| (named.name, is_word(&named.value))))
        .collect();
    names.sort_unstable();
    names.dedup();
    for (name, words) in names {
        let value = |event: &Event| {
            of(event).find(|named| named.name == name && is_word(&named.value) == words)
        };
        scratch.values.clear();
        scratch.numbers.clear();
        for event in run {
            let (word, number) = match value(event).map(|named| named.value) {
                Some(NamedValue::Code(code)) => (code, decimal::NONE),
                Some(NamedValue::Number(number, unit)) => (unit, number),
                None => (0, decimal::NONE),
            };
            scratch.values.push(i64::from(word));
            scratch.numbers.push(number);
        }
        if !words {
            scratch.decimals(tag::ATTRIBUTE_NUMBER, Some(name), out);
        }
        if scratch.values.iter().any(|&value| value != 0) {
            scratch.payload.clear();
            column::write(&scratch.values, &mut scratch.payload);
            let tag = if words { tag::ATTRIBUTE_WORD } else { tag::ATTRIBUTE_UNIT };
            put(tag, Some(name), &scratch.payload, out);
        }
    }
}

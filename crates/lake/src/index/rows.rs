//! Events of people whose numbers follow one another, as the index takes them: people, and rows in
//! columns, one for each code.

use std::collections::{BTreeMap, HashMap};

use arrow_array::{Array as _, Float64Array, Int32Array, Int64Array, StringArray};
use cohort::ast::Kind;
use cohort::eval::{Patient, Stretch, kind_word};
use timeline::build::person_of;
use timeline::event::{
    self, Attribute, Batch, Codes, EVERY_KIND, LAST_DAY, NOTHING, Person, Texts, Times, Words,
    coverage_of,
};
use vocab::PatientId;

use super::ends::Days;
use crate::events::{AttributeValue, Coding, EventBatch, GOES_ON, Met};
use crate::reader::Together;

/// What a person's records say, and when the house had to do with them.
pub(super) struct Known {
    /// Without events.
    record: Patient,
    met: Met,
}

impl Known {
    pub(super) fn person(&self) -> Person {
        person_of(&self.record)
    }
}

/// The people of a group, by their numbers.
pub(super) fn people(of: &Together) -> BTreeMap<i64, Known> {
    let mut people: BTreeMap<i64, Known> = BTreeMap::new();
    for events in &of.events {
        let mut from = 0;
        // Rows lie by patient.
        for rows in events.patient.values().chunk_by(|one, other| one == other) {
            let to = from + rows.len();
            let of_person = std::mem::replace(&mut from, to)..to;
            let known = rows.first().and_then(|number| known(&mut people, *number));
            let Some(known) = known else { continue };
            for at in of_person {
                if let Some(kind) = met_by(events.kind.value(at)) {
                    known.met.take(&kind, (events.start_of(at), events.last_of(at)));
                }
            }
        }
    }
    for record in &of.records {
        let Some(Known { record: known, .. }) = known(&mut people, record.patient) else {
            continue;
        };
        known.sex = known.sex.or(record.sex);
        known.birth = known.birth.or(record.birth);
    }
    people
}

fn known(people: &mut BTreeMap<i64, Known>, number: i64) -> Option<&mut Known> {
    let id = PatientId::from_stored(number)?;
    let nothing = || Known { record: Patient::new(id), met: Met::default() };
    Some(people.entry(number).or_insert_with(nothing))
}

/// The kind of an event that says when a house had to do with somebody.
fn met_by(kind: &str) -> Option<Kind> {
    [Kind::Visit, Kind::Death].into_iter().find(|known| kind_word(known) == kind)
}

/// Takes the days of the events of a group.
pub(super) fn days(of: &Together) -> Days<'_> {
    let mut days = Days::default();
    for events in &of.events {
        for at in 0..events.len() {
            if let Some(day) = events.start_of(at).and_then(Stretch::known_day) {
                days.take(events.kind.value(at), events.patient.value(at), day);
            }
        }
    }
    days
}

/// Calls with the coverage of people: of each who was met, a row.
pub(super) fn with_coverage<T>(
    people: &BTreeMap<i64, Known>,
    days_after_last_visit: u32,
    with: impl FnOnce(&Batch<'_>) -> T,
) -> T {
    let (mut patient, mut first, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for Known { record, met } in people.values() {
        let Some((from, to)) = met.days(days_after_last_visit.into()) else { continue };
        let to = if to == GOES_ON { LAST_DAY } else { to.min(LAST_DAY) };
        if from <= to {
            patient.push(record.id);
            first.push(from * 86_400);
            last.push(to * 86_400);
        }
    }
    let count = patient.len();
    let (keys, nothing) = (vec![0; count], vec![NOTHING; count]);
    let (ends, seconds) = (vec![0; count], vec![86_400; count]);
    with(&Batch {
        patient: &patient,
        kind: Words { keys: &keys, words: &[&coverage_of(EVERY_KIND)] },
        code: Codes { keys: &nothing, codes: &[] },
        start: Times { earliest: &first, seconds: &seconds },
        last: Some(Times { earliest: &last, seconds: &seconds }),
        source_key: Texts { ends: &ends, bytes: &[] },
        visit: None,
        order: None,
        codes: [None; 5],
        unit: None,
        dose_unit: None,
        numbers: [None; 5],
        suspected: None,
        main: None,
        attributes: &[],
    })
}

/// Places of a batch's events among its rows: one row for each code, one for an event without.
struct Spread {
    /// The event of each row.
    events: Vec<usize>,
    /// The code of each row.
    codes: Vec<Option<usize>>,
}

impl Spread {
    fn of(events: &EventBatch) -> Self {
        let mut spread = Self { events: Vec::new(), codes: Vec::new() };
        for event in 0..events.len() {
            let codes = events.codes_of(event);
            if codes.is_empty() {
                spread.events.push(event);
                spread.codes.push(None);
            }
            for code in codes {
                spread.events.push(event);
                spread.codes.push(Some(code));
            }
        }
        spread
    }

    fn words<'a>(&self, column: &'a StringArray) -> Keyed<&'a str> {
        Keyed::of(self.events.iter().map(|&at| column.is_valid(at).then(|| column.value(at))))
    }

    /// Words as codes without a system.
    fn plain<'a>(&self, column: &'a StringArray) -> Keyed<(&'a str, &'a str)> {
        let words =
            self.events.iter().map(|&at| column.is_valid(at).then(|| ("", column.value(at))));
        Keyed::of(words)
    }

    fn coded<'a>(&self, coding: &'a Coding) -> Keyed<(&'a str, &'a str)> {
        Keyed::of(self.events.iter().map(|&at| coded(coding, at)))
    }

    fn texts(&self, column: &StringArray) -> (Vec<u32>, Vec<u8>) {
        let (mut ends, mut bytes) = (Vec::with_capacity(self.events.len()), Vec::new());
        for &at in &self.events {
            if column.is_valid(at) {
                bytes.extend_from_slice(column.value(at).as_bytes());
            }
            ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
        (ends, bytes)
    }

    fn numbers(&self, column: &Float64Array) -> Option<Vec<f64>> {
        if column.null_count() == column.len() {
            return None;
        }
        let number = |&at: &usize| if column.is_valid(at) { column.value(at) } else { f64::NAN };
        Some(self.events.iter().map(number).collect())
    }

    fn times(&self, first: &Int64Array, seconds: &Int32Array) -> (Vec<i64>, Vec<u32>) {
        let time = |&at: &usize| match first.is_valid(at) {
            true => (first.value(at), u32::try_from(seconds.value(at)).unwrap_or_default()),
            false => (0, 0),
        };
        self.events.iter().map(time).unzip()
    }

    fn flags(&self, of: &[bool]) -> Vec<bool> {
        self.events.iter().map(|&at| of.get(at).copied().unwrap_or_default()).collect()
    }
}

fn coded(coding: &Coding, at: usize) -> Option<(&str, &str)> {
    let system = if coding.system.is_valid(at) { coding.system.value(at) } else { "" };
    coding.code.is_valid(at).then(|| (system, coding.code.value(at)))
}

/// Things of a column, each once, and a key for each row.
struct Keyed<T> {
    keys: Vec<u32>,
    things: Vec<T>,
}

impl<T: Copy + Eq + std::hash::Hash> Keyed<T> {
    fn of(rows: impl Iterator<Item = Option<T>>) -> Self {
        let (mut known, mut keyed) =
            (HashMap::new(), Self { keys: Vec::new(), things: Vec::new() });
        let mut last: Option<(T, u32)> = None;
        for row in rows {
            let key = row.map_or(NOTHING, |thing| match last {
                Some((before, key)) if before == thing => key,
                _ => {
                    let next = u32::try_from(keyed.things.len()).unwrap_or(NOTHING);
                    let key = *known.entry(thing).or_insert(next);
                    if key == next {
                        keyed.things.push(thing);
                    }
                    last = Some((thing, key));
                    key
                }
            });
            keyed.keys.push(key);
        }
        keyed
    }

    /// None where no row has anything.
    fn some(&self) -> Option<&Self> {
        (!self.things.is_empty()).then_some(self)
    }
}

impl Keyed<&str> {
    fn as_words(&self) -> Words<'_> {
        Words { keys: &self.keys, words: &self.things }
    }
}

impl Keyed<(&str, &str)> {
    fn as_codes(&self) -> Codes<'_> {
        Codes { keys: &self.keys, codes: &self.things }
    }
}

/// Calls with the rows of a batch.
pub(super) fn with_rows<T>(events: &EventBatch, with: impl FnOnce(&Batch<'_>) -> T) -> T {
    let spread = Spread::of(events);
    let patient: Vec<PatientId> = spread
        .events
        .iter()
        .map(|&at| events.patient.value(at))
        // No number below zero passes the gate; and no person is known by this one.
        .map(|number| PatientId::from_stored(number).unwrap_or(PatientId::from_hash(u64::MAX)))
        .collect();
    let code = Keyed::of(spread.codes.iter().map(|code| coded(&events.codes, (*code)?)));
    let (start, last) = (
        spread.times(&events.start, &events.start_seconds),
        spread.times(&events.last, &events.last_seconds),
    );
    let [source, visit, order] =
        [&events.source_key, &events.visit, &events.order].map(|column| spread.texts(column));
    let codes = [
        spread.coded(&events.department),
        spread.plain(&events.ward),
        spread.coded(&events.coded_value),
        spread.coded(&events.route),
        spread.plain(&events.visit_kind),
    ];
    let numbers = [
        &events.value,
        &events.lower_limit,
        &events.upper_limit,
        &events.dose,
        &events.days_supply,
    ]
    .map(|column| spread.numbers(column));
    let kind = spread.words(&events.kind);
    let [unit, dose_unit] = [&events.unit, &events.dose_unit].map(|column| spread.words(column));
    let [suspected, main] = [&events.suspected, &events.main].map(|of| spread.flags(of));
    let attributes = attributes(events, &spread);
    with(&Batch {
        patient: &patient,
        kind: kind.as_words(),
        code: code.as_codes(),
        start: times(&start),
        last: Some(times(&last)),
        source_key: texts(&source),
        visit: Some(texts(&visit)),
        order: Some(texts(&order)),
        codes: codes.each_ref().map(|keyed| keyed.some().map(Keyed::as_codes)),
        unit: unit.some().map(Keyed::as_words),
        dose_unit: dose_unit.some().map(Keyed::as_words),
        numbers: numbers.each_ref().map(Option::as_deref),
        suspected: Some(&suspected),
        main: Some(&main),
        attributes: &attributes,
    })
}

fn times((earliest, seconds): &(Vec<i64>, Vec<u32>)) -> Times<'_> {
    Times { earliest, seconds }
}

fn texts((ends, bytes): &(Vec<u32>, Vec<u8>)) -> Texts<'_> {
    Texts { ends, bytes }
}

/// What stands under names of its own, by rows.
fn attributes<'a>(events: &'a EventBatch, spread: &Spread) -> Vec<Attribute<'a>> {
    if events.attributes.is_empty() {
        return Vec::new();
    }
    let rows = spread.events.iter().enumerate();
    let all = rows.flat_map(|(row, &event)| {
        events.attributes_of(event).map(move |(name, AttributeValue::Code(system, code))| {
            Attribute {
                row,
                name,
                value: event::AttributeValue::Code(system.as_deref().unwrap_or_default(), code),
            }
        })
    });
    all.collect()
}

//! Events of people whose numbers follow one another, as the index takes them: people, and rows in
//! columns.

use std::collections::BTreeMap;
use std::ops::Range;

use cohort::ast::Kind;
use cohort::eval::{Patient, kind_word};
use timeline::build::person_of;
use timeline::event::{
    Attribute, AttributeValues, Batch, CodeSets, Codes, EVERY_KIND, LAST_DAY, Person, Texts, Times,
    Words, coverage_of,
};
use vocab::PatientId;

use super::ends::Days;
use crate::events::{self, Coding, EventBatch, GOES_ON, Keyed, Met, Spans};
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
        let kinds: Vec<Option<Kind>> = events.kind.things.iter().map(|kind| met_by(kind)).collect();
        for (number, of_person) in runs(events) {
            let Some(known) = known(&mut people, number) else { continue };
            for at in of_person {
                let kind = events.kind.key(at).and_then(|kind| kinds.get(kind)?.as_ref());
                if let Some(kind) = kind {
                    known.met.take(kind, (events.start.at(at), events.last.at(at)));
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

/// Whose events follow one another: rows lie by patient.
fn runs(events: &EventBatch) -> impl Iterator<Item = (i64, Range<usize>)> {
    let mut from = 0;
    events.patient.chunk_by(|one, other| one == other).filter_map(move |rows| {
        let to = from + rows.len();
        Some((*rows.first()?, std::mem::replace(&mut from, to)..to))
    })
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
        for (person, of_person) in runs(events) {
            events.days_of(of_person, &mut |kind, of_kind| days.take(kind, person, of_kind));
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
    let keys = vec![0; count];
    let (ends, seconds) = (vec![0; count], vec![86_400; count]);
    with(&Batch {
        patient: &patient,
        kind: Words { keys: &keys, words: &[&coverage_of(EVERY_KIND)] },
        code_sets: CodeSets { keys: &[], ends: &[], codes: &[] },
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

/// Words of a column, each as text.
fn texts_of(column: &Keyed<String>) -> Vec<&str> {
    column.things.iter().map(String::as_str).collect()
}

/// The same as codes without a system.
fn words_of(column: &Keyed<String>) -> Vec<(&str, &str)> {
    column.things.iter().map(|word| ("", word.as_str())).collect()
}

/// Codes of a column, each as system and code.
fn pairs_of<'a>(codes: impl IntoIterator<Item = &'a Coding>) -> Vec<(&'a str, &'a str)> {
    let pair = |of: &'a Coding| (of.system.as_deref().unwrap_or_default(), of.code.as_ref());
    codes.into_iter().map(pair).collect()
}

/// Calls with the rows of a batch, one for each event.
pub(super) fn with_rows<T>(events: &EventBatch, with: impl FnOnce(&Batch<'_>) -> T) -> T {
    // No number below zero passes the gate; and no person is known by this one.
    let nobody = PatientId::from_hash(u64::MAX);
    let patient: Vec<PatientId> =
        events.patient.iter().map(|of| PatientId::from_stored(*of).unwrap_or(nobody)).collect();
    let sets = pairs_of(&events.codes.codes);
    let [department, coded_value, route] =
        [&events.department, &events.coded_value, &events.route].map(|of| pairs_of(&of.things));
    let (ward, visit_kind) = (words_of(&events.ward), words_of(&events.visit_kind));
    let [units, dose_units] = [&events.unit, &events.dose_unit].map(texts_of);
    let of = events.attributes.iter();
    let named: Vec<_> = of.map(|(_, column)| pairs_of(&column.things)).collect();
    let attributes: Vec<Attribute<'_>> = events
        .attributes
        .iter()
        .zip(&named)
        .map(|((name, column), codes)| {
            let values = AttributeValues::Codes(Codes { keys: &column.keys, codes });
            Attribute { name, values }
        })
        .collect();
    with(&Batch {
        patient: &patient,
        kind: Words { keys: &events.kind.keys, words: &events.kind.things },
        code_sets: CodeSets { keys: &events.codes.keys, ends: &events.codes.ends, codes: &sets },
        start: times(&events.start),
        last: Some(times(&events.last)),
        source_key: texts(&events.source_key),
        visit: some(&events.visit),
        order: some(&events.order),
        codes: [
            codes(&events.department.keys, &department),
            codes(&events.ward.keys, &ward),
            codes(&events.coded_value.keys, &coded_value),
            codes(&events.route.keys, &route),
            codes(&events.visit_kind.keys, &visit_kind),
        ],
        unit: units_of(&events.unit.keys, &units),
        dose_unit: units_of(&events.dose_unit.keys, &dose_units),
        numbers: [
            &events.value,
            &events.lower_limit,
            &events.upper_limit,
            &events.dose,
            &events.days_supply,
        ]
        .map(|of| (!of.all.is_empty()).then_some(of.all.as_slice())),
        suspected: (!events.suspected.is_empty()).then_some(events.suspected.as_slice()),
        main: (!events.main.is_empty()).then_some(events.main.as_slice()),
        attributes: &attributes,
    })
}

fn codes<'a>(keys: &'a [u32], codes: &'a [(&'a str, &'a str)]) -> Option<Codes<'a>> {
    (!keys.is_empty()).then_some(Codes { keys, codes })
}

fn units_of<'a>(keys: &'a [u32], words: &'a [&'a str]) -> Option<Words<'a>> {
    (!keys.is_empty()).then_some(Words { keys, words })
}

fn times(of: &Spans) -> Times<'_> {
    Times { earliest: &of.first, seconds: &of.seconds }
}

fn texts(of: &events::Texts) -> Texts<'_> {
    Texts { ends: &of.ends, bytes: of.all.as_bytes() }
}

fn some(of: &events::Texts) -> Option<Texts<'_>> {
    (!of.ends.is_empty()).then(|| texts(of))
}

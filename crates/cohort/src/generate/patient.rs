//! Patients by chance, around the boundaries of a definition's constants.

use std::sync::Arc;

use serde_json::Value as Json;
use vocab::PatientId;

use crate::ast::{CohortDefinition, Kind, Name, Rank, Records};
use crate::eval::{
    Coded, Measured, Patient, PatientEvent, SECONDS_PER_DAY, Sex, Stretch, civil, day_from,
    days_of, is_of_kind,
};

use super::Choices;

/// The day around which lives are made: 2020-01-01.
pub(super) const BASE: i64 = 18_262;

/// Kinds, with codes and units of their values.
type Row = (Kind, &'static [&'static str], &'static [&'static str]);

const KINDS: &[Row] = &[
    (Kind::Visit, &[], &[]),
    (Kind::Diagnosis, &["d1", "d2", "d19", "h", "h11", "x"], &[]),
    (Kind::Lab, &["g1", "g2"], &["mg/dL", "mmol/L", "g/L", ""]),
    (Kind::Lab, &["a1", "a2"], &["%", "mmol/mol", "%{JDS}", ""]),
    (Kind::Lab, &["c1"], &["mg/dL", "umol/L"]),
    (Kind::Lab, &["t1", "x"], &["U/L", "nkat/L", ""]),
    (Kind::DrugOrder, &["m1", "m2"], &["mg", "g"]),
    (Kind::DrugAdmin, &["m1"], &["mg"]),
    (Kind::Dispensing, &["m2"], &["mg"]),
    (Kind::Vital, &["w1"], &["kg", "g"]),
    (Kind::Procedure, &[], &[]),
];

/// The concept sets of [`super::setting`], with codes that they hold.
const HELD: &[(&str, &[&str])] = &[
    ("dm", &["d1", "d2"]),
    ("heart", &["h11", "h"]),
    ("glu", &["g1", "g2"]),
    ("a1c", &["a1", "a2"]),
    ("crea", &["c1"]),
    ("alt", &["t1"]),
    ("met", &["m1", "m2"]),
    ("body", &["w1"]),
];

/// A kind of event, and the codes of it that are looked for; none where any is.
type Wanted = (Row, Vec<&'static str>);

/// What a definition looks for and compares with: records, values, and distances and days in time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constants {
    /// What the ways in look for.
    entries: Vec<Wanted>,
    records: Vec<Wanted>,
    values: Vec<f64>,
    /// Distances in seconds.
    distances: Vec<i64>,
    days: Vec<i64>,
}

impl Constants {
    /// All constants of a definition.
    #[must_use]
    pub fn of(definition: &CohortDefinition) -> Self {
        let mut constants = Self::default();
        if let Ok(entry) = serde_json::to_value(&definition.entry) {
            constants.collect(&entry);
            constants.entries.clone_from(&constants.records);
        }
        if let Ok(tree) = serde_json::to_value(definition) {
            constants.collect(&tree);
        }
        constants
    }

    fn collect(&mut self, tree: &Json) {
        match tree {
            Json::Object(fields) => {
                let count = fields.get("count").and_then(Json::as_i64);
                let unit = fields.get("unit").and_then(Json::as_str).and_then(seconds_of);
                if let (Some(count), Some(unit)) = (count, unit) {
                    self.distances.push(count.saturating_mul(unit));
                }
                self.values.extend(fields.get("value").and_then(Json::as_f64));
                self.records.extend(fields.get("records").and_then(looked_for));
                fields.values().for_each(|field| self.collect(field));
            }
            Json::Array(parts) => parts.iter().for_each(|part| self.collect(part)),
            Json::String(text) => {
                let date = crate::ast::LocalDate::parse(text).ok();
                self.days.extend(date.map(|date| i64::from(date.days())));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

/// The rows of events that a source asks for, with the codes that its concept sets hold.
fn looked_for(records: &Json) -> Option<Wanted> {
    let records: Records = serde_json::from_value(records.clone()).ok()?;
    let held = |name: &Name| HELD.iter().find(|(set, _)| *set == name.as_str());
    let codes: Vec<&str> = records
        .codes
        .iter()
        .filter_map(held)
        .flat_map(|(_, codes)| codes.iter().copied())
        .collect();
    let fits = |(kind, known, _): &&Row| {
        is_of_kind(kind, &records.kind) && codes.first().is_none_or(|code| known.contains(code))
    };
    Some((KINDS.iter().find(fits)?.clone(), codes))
}

fn seconds_of(unit: &str) -> Option<i64> {
    Some(match unit {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => SECONDS_PER_DAY,
        "week" => 7 * SECONDS_PER_DAY,
        "month" => 30 * SECONDS_PER_DAY,
        "year" => 365 * SECONDS_PER_DAY,
        _ => return None,
    })
}

/// Makes patients numbered from 1.
pub fn patients(choices: &mut Choices, constants: &Constants, count: u32) -> Vec<Patient> {
    let numbers = 1..=i64::from(count);
    numbers
        .filter_map(PatientId::from_stored)
        .map(|id| Living { choices: &mut *choices, constants }.patient(id))
        .collect()
}

struct Living<'a> {
    choices: &'a mut Choices,
    constants: &'a Constants,
}

impl Living<'_> {
    fn patient(&mut self, id: PatientId) -> Patient {
        let mut patient = Patient::new(id);
        let sexes = [Some(Sex::Male), Some(Sex::Female), Some(Sex::Male), Some(Sex::Other), None];
        patient.sex = self.choices.pick(Some(Sex::Female), &sexes);
        patient.birth = self.birth();
        let count = self.choices.below(14) + 1;
        for place in 0..count {
            let event = self.event(place);
            patient.events.push(Arc::new(event));
        }
        if self.choices.one_in(5) {
            let death = PatientEvent::new(Kind::Death, "death");
            let at = self.stretch();
            patient.events.push(Arc::new(death.at(at)));
        }
        for kind in [Kind::Visit, Kind::Lab, Kind::DrugOrder, Kind::Diagnosis] {
            if self.choices.one_in(2) {
                let (a, b) = (self.day(), self.day());
                let mut days = vec![(a.min(b), a.max(b))];
                if self.choices.one_in(3) {
                    days.push((a.max(b) + 1, a.max(b) + 400));
                }
                patient.coverage.insert(kind, days);
            }
        }
        patient
    }

    /// So long before a day around the base that an age is about to be completed.
    fn birth(&mut self) -> Option<Stretch> {
        if self.choices.one_in(9) {
            return None;
        }
        let years = i64::from(self.choices.pick(59, &[17, 18, 40, 65, 0]));
        let (year, month, day) = civil(self.day());
        let day = day_from(year - years, month, day.min(28)) + self.step();
        Some(match self.choices.below(8) {
            6 => month_of(day),
            7 => year_of(day),
            _ => Stretch::day(day),
        })
    }

    fn step(&mut self) -> i64 {
        self.choices.pick(0, &[-1, 1])
    }

    /// A second around the base, moved by the definition's own distances.
    fn second(&mut self) -> i64 {
        let days = &self.constants.days;
        let base = match days.split_first() {
            Some((first, others)) if self.choices.one_in(3) => self.choices.pick(*first, others),
            _ => BASE + i64::from(self.choices.below(60)),
        };
        let hour = i64::from(self.choices.pick(9, &[0, 12, 23])) * 3600;
        let mut second = base * SECONDS_PER_DAY + hour;
        for _ in 0..self.choices.below(3) {
            let Some((first, others)) = self.constants.distances.split_first() else { break };
            let distance = self.choices.pick(*first, others);
            second += if self.choices.one_in(2) { -distance } else { distance };
        }
        second + self.step() * self.choices.pick(0, &[SECONDS_PER_DAY, 1, 3600])
    }

    fn day(&mut self) -> i64 {
        self.second().div_euclid(SECONDS_PER_DAY)
    }

    /// A moment, mostly known to the day or better.
    fn stretch(&mut self) -> Stretch {
        let second = self.second();
        let day = second.div_euclid(SECONDS_PER_DAY);
        match self.choices.below(32) {
            8..=15 => Stretch::second(second),
            16 => {
                let minute = second.div_euclid(60) * 60;
                Stretch::new(minute, minute + 59).unwrap_or(Stretch::second(minute))
            }
            17 | 18 => month_of(day),
            19 => year_of(day),
            _ => Stretch::day(day),
        }
    }

    fn event(&mut self, place: u32) -> PatientEvent {
        let ((kind, codes, units), looked_for) = self.row(place);
        let mut event = PatientEvent::new(kind, &format!("k{place:02}"));
        if !self.choices.one_in(40) {
            event = event.at(self.stretch());
        }
        self.last(&mut event);
        if let Some((first, others)) = looked_for.split_first() {
            event.codes.push(Coded::of("aoba", self.choices.pick(*first, others)));
        } else if let Some((first, others)) = codes.split_first() {
            event.codes.push(Coded::of("aoba", self.choices.pick(*first, others)));
            if self.choices.one_in(8) {
                event.codes.push(Coded::of("aoba", self.choices.pick(*first, others)));
            }
        }
        self.measure(&mut event, units);
        self.describe(&mut event);
        event
    }

    /// Mostly what the definition looks for, with codes that it looks for; sometimes anything.
    fn row(&mut self, place: u32) -> Wanted {
        if let Some((first, others)) = self.constants.entries.split_first()
            && place < 2
        {
            return self.choices.pick(first.clone(), others);
        }
        if let Some((first, others)) = self.constants.records.split_first()
            && !self.choices.one_in(3)
        {
            return self.choices.pick(first.clone(), others);
        }
        (self.choices.pick((Kind::Visit, &[], &[]), KINDS), Vec::new())
    }

    /// A stay lasts, or goes on.
    fn last(&mut self, event: &mut PatientEvent) {
        let Some(start) = event.start else { return };
        match self.choices.below(6) {
            4 => {
                let days = i64::from(self.choices.below(40));
                let last = start.last_day() + days;
                event.last = Some(Stretch::days(last, last + self.choices.pick(0, &[0, 0, 3])));
            }
            5 => event.last = None,
            _ => {}
        }
    }

    fn measure(&mut self, event: &mut PatientEvent, units: &[&str]) {
        let Some((first, others)) = units.split_first() else { return };
        if self.choices.one_in(8) {
            return;
        }
        let unit = self.choices.pick(*first, others);
        let unit = Some(unit.to_owned()).filter(|unit| !unit.is_empty());
        let value = self.value();
        if matches!(event.kind, Kind::Lab | Kind::Vital) {
            event.value = Some(Measured { value, unit });
            event.upper_limit = self.choices.one_in(2).then_some(40.0);
            event.lower_limit = self.choices.one_in(2).then_some(10.0);
        } else {
            event.dose = Some(Measured { value, unit });
            let supply = self.choices.pick(30.0, &[7.0, 0.5, 90.0]);
            event.days_supply = (!self.choices.one_in(3)).then_some(supply);
        }
    }

    /// One of the definition's own numbers, or one beside it.
    fn value(&mut self) -> f64 {
        let value = match self.constants.values.split_first() {
            Some((first, others)) => self.choices.pick(*first, others),
            None => 100.0,
        };
        let tenth = self.choices.pick(0.0, &[-0.1, 0.1, 1.0]);
        let scale = self.choices.pick(1.0, &[1.0, 1.0, 10.0]);
        (value + tenth) * scale
    }

    fn describe(&mut self, event: &mut PatientEvent) {
        let mut some = |first: &str, second: &str| {
            let word = self.choices.pick(first, &[second]).to_owned();
            self.choices.one_in(2).then_some(word)
        };
        event.visit = some("a", "b");
        event.order = some("a", "b");
        event.ward = some("a", "b").map(|ward| Coded::word(&ward));
        event.department = some("a", "b").map(|department| Coded::word(&department));
        event.route = some("oral", "iv").map(|route| Coded::word(&route));
        event.visit_kind = some("inpatient", "outpatient").map(|kind| Coded::word(&kind));
        event.coded_value = some("a", "b").map(|value| Coded::word(&value));
        let answer = some("a", "b").map(|answer| Coded::word(&answer));
        event.attributes.extend(answer.map(|answer| (Name("answer".to_owned()), answer)));
        event.suspected = self.choices.one_in(6);
        event.rank = self.choices.one_in(4).then_some(Rank::Main);
    }
}

fn month_of(day: i64) -> Stretch {
    let (year, month, _) = civil(day);
    Stretch::days(day_from(year, month, 1), day_from(year, month, days_of(year, month)))
}

fn year_of(day: i64) -> Stretch {
    let (year, ..) = civil(day);
    Stretch::days(day_from(year, 1, 1), day_from(year, 12, 31))
}

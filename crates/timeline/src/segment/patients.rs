//! Whole patients of a shard, as the evaluator of `cohort` takes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cohort::ast::{Kind, Name, Rank};
use cohort::eval::{
    Coded, Days, Measured, Patient, PatientEvent, Stretch, day_of, kind_of, kind_word,
};

#[cfg(test)]
use super::RunPlace;
use super::{Run, Segment};
use crate::Error;
use crate::answer::Seen;
use crate::event::{BirthDate, CodeField, DOSE_UNIT, EVERY_KIND, NumberField, Sex, UNIT};
use crate::format::{Damage, tag};

/// Which patients of a shard, by their place in it.
pub(crate) type Wanted<'a> = &'a dyn Fn(usize) -> bool;

impl Segment {
    /// The wanted patients of a shard, with their events of some kinds and all coverage, by place.
    ///
    /// A source key is not kept: the one given orders and tells apart as the true one did. So do
    /// visits and orders within a patient.
    pub(crate) fn patients_of(
        &self,
        shard: u32,
        wanted: Wanted<'_>,
        kinds: &dyn Fn(&Kind) -> bool,
        seen: Option<&Seen>,
    ) -> Result<Vec<(u32, Patient)>, Error> {
        let Some(of) = self.shard(shard) else { return Ok(Vec::new()) };
        let count = crate::format::wide(of.patients);
        let mut patients: Vec<Option<Patient>> = Vec::with_capacity(count);
        for place in 0..of.patients {
            let is_wanted = wanted(crate::format::wide(place));
            let person = self.person(of.first_patient + place).filter(|_| is_wanted);
            patients.push(person.map(|person| {
                let mut patient = Patient::new(person.id);
                patient.sex = sex_of(person.sex);
                patient.birth = person.birth.map(BirthDate::stretch);
                patient.coverage =
                    self.declared().map(|kind| (kind, Vec::new())).collect::<BTreeMap<_, _>>();
                patient
            }));
        }
        for concept in 0..self.concepts() {
            let Some((word, codes)) = self.concept(concept) else { continue };
            let covered = word.strip_prefix("coverage ");
            let Some(kind) = kind_of(covered.unwrap_or(word)) else { continue };
            if covered.is_none() && !kinds(&kind) {
                continue;
            }
            let Some(place) = self.find(concept, shard) else { continue };
            let codes: Vec<Coded> = codes.filter_map(|code| self.coded(code)).collect();
            let run = self.run(&place)?;
            let events = self.events_of(&run, (&kind, &codes), (count, wanted));
            let events = events.map_err(|damage| self.damaged_run(&place, damage))?;
            for (patient, event) in events {
                let Some(Some(patient)) = patients.get_mut(patient) else { continue };
                if covered.is_none() {
                    patient.events.push(Arc::new(event));
                } else if let Some(days) = patient.coverage.get_mut(&kind) {
                    days.extend(days_of(&event));
                }
            }
        }
        if let Some(seen) = seen {
            patients.iter_mut().flatten().for_each(|patient| declare(patient, seen));
        }
        let places = (0..of.patients).zip(patients);
        Ok(places.filter_map(|(place, patient)| Some((place, patient?))).collect())
    }

    /// A code; one without a system is a word.
    pub(crate) fn coded(&self, number: u32) -> Option<Coded> {
        let (system, code) = self.code(number)?;
        let system = (!system.is_empty()).then(|| system.to_owned());
        Some(Coded { system, code: code.to_owned() })
    }

    /// The kinds whose coverage is declared.
    pub(crate) fn declared(&self) -> impl Iterator<Item = Kind> + '_ {
        let words = self.section(crate::format::Section::Kinds).chunks_exact(4);
        let words = words.filter_map(|word| crate::format::u32_at(word, 0).ok());
        words.filter_map(|word| self.word(word)).filter_map(kind_of)
    }

    /// All events of a run whose patients are wanted.
    fn events_of(
        &self,
        run: &Run<'_>,
        (kind, codes): (&Kind, &[Coded]),
        (patients, wanted): (usize, Wanted<'_>),
    ) -> Result<Vec<(usize, PatientEvent)>, Damage> {
        let fields = Fields::read(self, run)?;
        let mut events = Vec::new();
        run.each_patient(patients, |patient, from, to| {
            if wanted(patient) {
                for row in from..to {
                    events.push((patient, fields.event(kind, codes, row)?));
                }
            }
            Ok(())
        })?;
        Ok(events)
    }

    /// Checks that a run can be read whole.
    #[cfg(test)]
    pub(crate) fn read_through(&self, place: &RunPlace) -> Result<(), Error> {
        let run = self.run(place)?;
        let read = self.events_of(&run, (&Kind::Lab, &[]), (usize::MAX, &|_| true));
        read.map(|_| ()).map_err(|damage| self.damaged_run(place, damage))
    }
}

fn sex_of(sex: Sex) -> Option<cohort::eval::Sex> {
    match sex {
        Sex::Unknown => None,
        Sex::Male => Some(cohort::eval::Sex::Male),
        Sex::Female => Some(cohort::eval::Sex::Female),
        Sex::Other => Some(cohort::eval::Sex::Other),
    }
}

/// Says of each of these kinds where its events could have been seen of a patient.
fn declare(patient: &mut Patient, seen: &Seen) {
    let of_every = |(kind, _): &(&Kind, &Vec<Days>)| kind_word(kind) == EVERY_KIND;
    let met = patient.coverage.iter().find(of_every).map(|(_, days)| days.clone());
    patient.coverage.retain(|kind, _| kind_word(kind) != EVERY_KIND);
    for (kind, (first, last)) in seen {
        let days = met.iter().flatten().map(|(from, to)| (*from.max(first), *to.min(last)));
        let days = days.filter(|(from, to)| from <= to);
        patient.coverage.insert(kind.clone(), days.collect());
    }
}

fn days_of(event: &PatientEvent) -> Option<Days> {
    let (first, last) = (event.start?, event.last?);
    Some((day_of(first.first_second()), day_of(last.first_second())))
}

/// All columns of a run, unpacked.
struct Fields<'a> {
    segment: &'a Segment,
    times: [Vec<i64>; 5],
    tie: Vec<i64>,
    visit: Vec<i64>,
    order: Vec<i64>,
    codes: [Vec<i64>; 5],
    units: [Vec<i64>; 2],
    flags: Vec<i64>,
    numbers: [Option<Vec<f64>>; 5],
    named: Vec<(Name, Named)>,
}

enum Named {
    Codes(Vec<i64>),
    Numbers(Vec<f64>, Option<Vec<i64>>),
}

impl<'a> Fields<'a> {
    fn read(segment: &'a Segment, run: &Run<'_>) -> Result<Self, Damage> {
        let column = |tag: u8| {
            let mut values = Vec::new();
            run.events_column(tag)?.read_all(&mut values)?;
            Ok(values)
        };
        let times =
            [tag::START_DAY, tag::START_SECOND, tag::START_LENGTH, tag::END, tag::END_LENGTH];
        let [day, second, length, end, end_length] = times;
        let mut named = Vec::new();
        for (tag, word) in run.attributes() {
            let Some(name) = segment.word(word).and_then(|name| Name::new(name).ok()) else {
                continue;
            };
            let words = |tag: u8| -> Result<Option<Vec<i64>>, Damage> {
                let Some(column) = run.attribute_words(tag, word)? else { return Ok(None) };
                let mut values = Vec::new();
                column.read_all(&mut values)?;
                Ok(Some(values))
            };
            match tag {
                tag::ATTRIBUTE_WORD => {
                    named.push((name, Named::Codes(words(tag)?.unwrap_or_default())));
                }
                tag::ATTRIBUTE_NUMBER => {
                    let numbers = run.attribute_numbers(word)?;
                    let numbers = numbers.map(|of| of.read_all()).transpose()?.unwrap_or_default();
                    named.push((name, Named::Numbers(numbers, words(tag::ATTRIBUTE_UNIT)?)));
                }
                _ => {}
            }
        }
        let mut codes = [const { Vec::new() }; 5];
        for (to, field) in codes.iter_mut().zip(CodeField::ALL) {
            run.words(field.place())?.read_all(to)?;
        }
        let mut numbers = [const { None }; 5];
        for (to, field) in numbers.iter_mut().zip(NumberField::ALL) {
            *to = run.numbers(field.place())?.map(|of| of.read_all()).transpose()?;
        }
        let mut units = [Vec::new(), Vec::new()];
        for (to, place) in units.iter_mut().zip([UNIT, DOSE_UNIT]) {
            run.words(place)?.read_all(to)?;
        }
        Ok(Self {
            segment,
            times: [
                column(day)?,
                column(second)?,
                column(length)?,
                column(end)?,
                column(end_length)?,
            ],
            tie: column(tag::TIE)?,
            visit: column(tag::VISIT)?,
            order: column(tag::ORDER)?,
            codes,
            units,
            flags: column(tag::FLAGS)?,
            numbers,
            named,
        })
    }

    fn event(&self, kind: &Kind, codes: &[Coded], row: usize) -> Result<PatientEvent, Damage> {
        let at = |values: &[i64]| values.get(row).copied().ok_or(Damage::Short);
        let number = |values: &Option<Vec<f64>>| {
            let value = values.as_ref().and_then(|values| values.get(row)).copied();
            value.filter(|value| value.is_finite())
        };
        let code = |number: i64| {
            u32::try_from(number - 1).ok().and_then(|number| self.segment.coded(number))
        };
        let word = |number: i64| {
            let word = u32::try_from(number).ok().filter(|&word| word > 0);
            word.and_then(|word| self.segment.word(word)).map(str::to_owned)
        };
        let local = |letter: char, number: i64| (number > 0).then(|| format!("{letter}{number}"));
        let mut event = PatientEvent::new(kind.clone(), &format!("{:010}", at(&self.tie)?));
        let [day, second, length, end, end_length] = &self.times;
        let first = at(day)?.saturating_mul(86_400).saturating_add(at(second)?);
        event.start = Stretch::new(first, first.saturating_add(at(length)? - 1));
        let last = first.saturating_add(at(end)?);
        event.last = Stretch::new(last, last.saturating_add(at(end_length)? - 1));
        event.codes = codes.to_vec();
        event.visit = local('v', at(&self.visit)?);
        event.order = local('o', at(&self.order)?);
        let [department, ward, coded_value, route, visit_kind] = &self.codes;
        event.department = code(at(department)?);
        event.ward = code(at(ward)?);
        event.coded_value = code(at(coded_value)?);
        event.route = code(at(route)?);
        event.visit_kind = code(at(visit_kind)?);
        let [value, low, high, dose, supply] = &self.numbers;
        let [unit, dose_unit] = &self.units;
        let (unit, dose_unit) = (word(at(unit)?), word(at(dose_unit)?));
        event.value = number(value).map(|value| Measured { value, unit });
        event.lower_limit = number(low);
        event.upper_limit = number(high);
        event.dose = number(dose).map(|value| Measured { value, unit: dose_unit });
        event.days_supply = number(supply);
        let flags = at(&self.flags)?;
        event.suspected = flags & 1 == 1;
        event.rank = (flags & 2 == 2).then_some(Rank::Main);
        for (name, of) in &self.named {
            match of {
                Named::Codes(values) => {
                    event.attributes.extend(code(at(values)?).map(|code| (name.clone(), code)));
                }
                Named::Numbers(values, units) => {
                    let unit = units.as_ref().map_or(Ok(0), |units| at(units)).map(word)?;
                    let value = values.get(row).copied().filter(|value| value.is_finite());
                    let value = value.map(|value| (name.clone(), Measured { value, unit }));
                    event.numbers.extend(value);
                }
            }
        }
        Ok(event)
    }
}

//! The slow obvious evaluator gives the periods of Circe's documented meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use vocab::PatientId;

use super::super::Imported;
use super::super::meaning::{Answers, Person, Published, Vocabulary, compare};
use super::{bring, published};
use crate::ast::Kind;
use crate::eval::{
    Coded, Codes, Hierarchies, Measured, Patient, PatientEvent, SECONDS_PER_DAY, Sex, Stretch,
    World, answer,
};

pub(super) struct Evaluator;

fn omop(concept: i64) -> Coded {
    Coded::of("omop", &concept.to_string())
}

fn number(value: f64) -> Measured {
    Measured { value, unit: None }
}

fn event(published: Published) -> PatientEvent {
    let mut event = PatientEvent::new(published.kind, &published.source_key);
    event.start = Some(Stretch::day(published.start));
    event.last = published.last.map(Stretch::day);
    event.codes = vec![omop(published.code)];
    event.visit = published.visit;
    event.coded_value = published.coded_value.map(omop);
    event.route = published.route.map(omop);
    event.days_supply = published.days_supply;
    event.numbers =
        published.numbers.into_iter().map(|(name, value)| (name, number(value))).collect();
    event.attributes =
        published.attributes.into_iter().map(|(name, concept)| (name, omop(concept))).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
    let members = published.members.map_or(1, |members| members as u32);
    event.members = members;
    event
}

fn patient(person: &Person) -> Patient {
    let mut patient = Patient::new(PatientId::from_hash(1));
    patient.sex = match person.gender {
        8507 => Some(Sex::Male),
        8532 => Some(Sex::Female),
        _ => Some(Sex::Other),
    };
    let (year, month, day) = person.birth;
    let birth = crate::ast::LocalDate::new(year, month, day).unwrap();
    patient.birth = Some(Stretch::day(i64::from(birth.days())));
    patient.events = person.published().into_iter().map(|one| Arc::new(event(one))).collect();
    patient.coverage = BTreeMap::from([(Kind::Visit, person.periods.clone())]);
    patient
}

impl Answers for Evaluator {
    fn periods(
        &self,
        imported: &Imported,
        vocabulary: &Vocabulary,
        person: &Person,
    ) -> Vec<(i64, i64)> {
        let mut hierarchies = Hierarchies::default();
        hierarchies.hold("omop");
        for (concept, parent) in vocabulary.pairs() {
            hierarchies.below("omop", &concept.to_string(), &parent.to_string());
        }
        hierarchies.hold_maps("omop");
        for (concept, to) in vocabulary.maps() {
            hierarchies.map("omop", &concept.to_string(), &to.to_string());
        }
        let mut world = World::of_data((0, 40_000));
        for set in &imported.concept_sets {
            world.codes.insert(set.name.clone(), Codes::new(set, &hierarchies).unwrap());
        }
        let answers = answer(&imported.definition, &world, &[patient(person)]).unwrap();
        let periods = answers.patients.iter().flat_map(|answer| &answer.periods);
        periods
            .map(|(period, _)| {
                let first = period.index.first_second().div_euclid(SECONDS_PER_DAY);
                (first, period.ending.second.div_euclid(SECONDS_PER_DAY))
            })
            .collect()
    }
}

#[test]
fn the_evaluator_gives_the_periods_of_circes_documented_meaning() {
    let Some(definitions) = published() else { return };
    let seeds = std::env::var("CIRCE_PEOPLE").ok().and_then(|many| many.parse().ok()).unwrap_or(6);
    let (mut people, mut members, mut differ) = (0, 0, 0);
    for (id, json) in &definitions {
        let imported = bring(json).unwrap();
        let report = compare(json, &imported, 0..seeds, &Evaluator);
        people += report.people;
        members += report.members;
        differ += report.differ.len();
        for (seed, expected, given) in report.differ.iter().take(2) {
            println!("{id} seed {seed}: expected {expected:?}, given {given:?}");
        }
    }
    println!("{people} people asked, {members} in a cohort, {differ} differ");
    assert!(members > people / 4, "{members} of {people}");
    assert_eq!(differ, 0);
}

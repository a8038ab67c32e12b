//! The SQL of a definition says what the evaluator says: of the specification's tables, and of
//! definitions and patients made by chance.

use cohort::ast::{CohortDefinition, Name};
use cohort::eval::{
    self, Answer, Candidate, Chosen, Ending, Interval, Patient, Stretch, Told, Truth, When, World,
    kind_word,
};
use cohort::generate::{Choices, Constants, Recorder, definition, patients, setting, widened};
use cohort::spec::{Case, Setting};

use super::super::ReaderError;
use super::answer;

/// Every so many-th table of the specification is asked: all of them take minutes.
const EVERY: usize = 9;

const DEFINITIONS: u64 = 16;
const DEFINITION_CHOICES: usize = 600;
const PATIENTS: u32 = 160;
const PATIENT_CHOICES: usize = 80_000;

/// What an answer says, with events by their names.
#[derive(Debug, PartialEq)]
struct Bare {
    candidates: Vec<BareCandidate>,
    periods: Vec<BarePeriod>,
}

/// Entry, index, end, how many are joined, and what is told.
type BarePeriod = (String, Stretch, Ending, usize, Vec<(Name, Says)>);

#[derive(Debug, PartialEq)]
struct BareCandidate {
    entry: String,
    index: Option<Stretch>,
    dropped: Option<eval::Dropped>,
    rules: Option<Vec<Truth>>,
    ending: Option<Ending>,
}

#[derive(Debug, PartialEq)]
enum Says {
    Number(Option<f64>, Option<String>),
    Moment(When),
    Code(Option<String>),
    Truth(Truth),
    Event(String, Option<i64>),
    Measure(Vec<Interval>),
}

fn name_of(event: &eval::PatientEvent) -> String {
    format!("{} {}", kind_word(&event.kind), event.source_key)
}

fn name_of_chosen(chosen: &Chosen) -> String {
    match chosen {
        Chosen::Found(member) => format!("{} {:?}", name_of(&member.event), member.event.start),
        Chosen::Absent => "absent".to_owned(),
        Chosen::Unknown => "unknown".to_owned(),
    }
}

fn says(told: &Told) -> Says {
    match told {
        Told::Number(number, unit) => Says::Number(*number, unit.clone()),
        Told::Moment(when) => Says::Moment(*when),
        Told::Code(code) => Says::Code(code.as_ref().map(eval::Coded::written)),
        Told::Truth(truth) => Says::Truth(*truth),
        Told::Event(chosen) => Says::Event(name_of_chosen(chosen), None),
        Told::Outcome(chosen, days) => Says::Event(name_of_chosen(chosen), *days),
        Told::Measure(intervals) => Says::Measure(intervals.clone()),
    }
}

fn bare(answer: &Answer) -> Vec<Bare> {
    let candidate = |of: &Candidate| BareCandidate {
        entry: name_of(&of.way.entry.event),
        // What is not known to the day is no index.
        index: of.way.index.filter(|index| index.known_day().is_some()),
        dropped: of.dropped,
        rules: of.rules.clone(),
        ending: of.ending,
    };
    let patient = |of: &eval::PatientAnswer| Bare {
        candidates: of.candidates.iter().map(candidate).collect(),
        periods: of
            .periods
            .iter()
            .map(|(period, told)| {
                let told = told.iter().map(|(name, told)| (name.clone(), says(told))).collect();
                let entry = name_of(&period.way.entry.event);
                (entry, period.index, period.ending, period.joined, told)
            })
            .collect(),
    };
    answer.patients.iter().map(patient).collect()
}

/// Asks both engines; what the evaluator says, where SQL can say it.
fn compare(
    case: &str,
    definition: &CohortDefinition,
    world: &World<'_>,
    people: &[Patient],
) -> Option<Answer> {
    let expected = eval::answer(definition, world, people);
    let found = answer(definition, world, people);
    match (found, expected) {
        (Ok(found), Ok(expected)) => {
            let (found, wanted) = (bare(&found), bare(&expected));
            assert_eq!(found.len(), wanted.len(), "{case}");
            for (found, wanted) in found.iter().zip(&wanted) {
                assert_eq!(found, wanted, "{case}\n{}", text(definition));
            }
            Some(expected)
        }
        (Err(ReaderError::Cohort(found)), Err(expected)) => {
            assert_eq!(found.to_string(), expected.to_string(), "{case}");
            None
        }
        (Err(ReaderError::NotInSql(_)), _) => None,
        (Err(error), Ok(_)) => panic!("{case}: {error}\n{}", text(definition)),
        (_, Err(refused)) => panic!("{case}: not refused as {refused}\n{}", text(definition)),
    }
}

fn text(definition: &CohortDefinition) -> String {
    let definition = cohort::ast::Definition::Cohort(Box::new(definition.clone()));
    cohort::text::format(&definition)
}

/// All tables of the specification.
fn cases() -> Vec<(String, Case)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../cohort/spec");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let (mut shared, mut all) = (Setting::default(), Vec::new());
    for file in files {
        let markdown = std::fs::read_to_string(&file).unwrap();
        let (setting, cases) = cohort::spec::read(&markdown, &shared).unwrap();
        (shared.codes, shared.hierarchies) = (setting.codes, setting.hierarchies);
        let named = |case: Case| (format!("{}:{}", file.display(), case.line), case);
        all.extend(cases.into_iter().map(named));
    }
    all
}

fn compare_tables(every: usize) -> usize {
    let mut compared = 0;
    for (name, case) in cases().iter().step_by(every) {
        let Ok(world) = case.setting.world() else { continue };
        let answer = compare(name, &case.definition, &world, &case.setting.patients);
        compared += usize::from(answer.is_some());
    }
    compared
}

fn compare_generated(seeds: std::ops::Range<u64>) -> Recorder {
    let setting = setting().unwrap();
    let world = setting.world().unwrap();
    let mut recorder = Recorder::default();
    for seed in seeds {
        let made = definition(&mut Choices::from_seed(seed, DEFINITION_CHOICES));
        let mut choices = Choices::from_seed(seed ^ 0x5bd1_e995_9e37_79b9, PATIENT_CHOICES);
        let people = patients(&mut choices, &Constants::of(&made), PATIENTS);
        for (form, definition) in [widened(&made), made].iter().enumerate() {
            let case = format!("seed {seed}, form {form}");
            if let Some(answer) = compare(&case, definition, &world, &people) {
                recorder.note(&answer);
            }
        }
    }
    recorder
}

/// How many definitions are made; with `AOBA_LONG`, as many as it says, and every table is asked.
fn definitions() -> Option<u64> {
    std::env::var("AOBA_LONG").ok().and_then(|number| number.parse().ok())
}

#[test]
fn the_specification_holds_of_the_sql() {
    let every = if definitions().is_some() { 1 } else { EVERY };
    let compared = compare_tables(every);
    assert!(compared > 550 / every, "only {compared} were compared");
}

#[test]
fn the_sql_and_the_evaluator_agree() {
    let recorder = compare_generated(0..definitions().unwrap_or(DEFINITIONS));
    println!("{recorder}");
    assert!(recorder.definitions > DEFINITIONS, "{recorder}");
    assert!(recorder.holds.min(recorder.fails).min(recorder.unknown) > 100, "{recorder}");
}

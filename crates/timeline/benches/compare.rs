//! One case: a definition and patients by chance, asked of the index and of `cohort`'s evaluator.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cohort::ast::{CohortDefinition, Kind};
use cohort::eval::{
    Answer, Chosen, Patient, PatientAnswer, PatientEvent, Told, World, answer_without, attrition,
    kind_word,
};
use cohort::generate::{Choices, Constants, Recorder, asked, definition, patients, widened};
use cohort::spec::Setting;
use timeline::answer::{Asked, Effort, Memory, Period, Question};
use timeline::build::{Options, PatientRows, person_of};
use timeline::timeline::{Becomes, Draft, Timeline};

const DEFINITION_CHOICES: usize = 600;
const PATIENT_CHOICES: usize = 2400;
const PATIENTS: u32 = 6;
static GO_ON: AtomicBool = AtomicBool::new(false);

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compared {
    pub(crate) recorder: Recorder,
    pub(crate) rules: u64,
    /// Rules that the index itself asked the evaluator.
    pub(crate) unplanned: u64,
}

impl std::ops::AddAssign for Compared {
    fn add_assign(&mut self, other: Self) {
        self.recorder += other.recorder;
        self.rules += other.rules;
        self.unplanned += other.unplanned;
    }
}

/// Compares everything of a case.
pub(crate) fn case(
    seed: u64,
    setting: &Setting,
    folder: &Path,
    compared: &mut Compared,
) -> Result<(), String> {
    let made = definition(&mut Choices::from_seed(seed, DEFINITION_CHOICES));
    let constants = Constants::of(&made);
    let mut choices = Choices::from_seed(seed ^ 0x5bd1_e995_9e37_79b9, PATIENT_CHOICES);
    let patients = patients(&mut choices, &constants, PATIENTS);
    let wide = widened(&made);
    let everybody = asked(&CohortDefinition { steps: made.steps.clone(), ..wide.clone() });
    let forms = [asked(&made), asked(&wide), everybody, made];
    all_of(&forms, (setting, patients), (seed, folder), compared)
}

/// Compares several definitions over the same patients.
pub(crate) fn all_of(
    forms: &[CohortDefinition],
    (setting, mut patients): (&Setting, Vec<Patient>),
    (seed, folder): (u64, &Path),
    compared: &mut Compared,
) -> Result<(), String> {
    patients.sort_by_key(|patient| patient.id);
    declare(&mut patients);
    write(folder, &patients, seed);
    let timeline = Timeline::open(folder).map_err(|error| error.to_string())?;
    let Ok(world) = setting.world() else { return Ok(()) };
    for (form, definition) in forms.iter().enumerate() {
        let asking = Asking { timeline: &timeline, world: &world, patients: &patients, seed };
        asking.compare(definition, compared).map_err(|what| {
            let text = cohort::ast::Definition::Cohort(Box::new(definition.clone()));
            format!("seed {seed}, form {form}: {what}\n{}", cohort::text::format(&text))
        })?;
    }
    Ok(())
}

/// In an index, coverage is declared for everybody or for nobody.
fn declare(patients: &mut [Patient]) {
    let kinds = patients.iter().flat_map(|patient| patient.coverage.keys().cloned());
    let kinds: BTreeSet<Kind> = kinds.collect();
    for patient in patients {
        for kind in &kinds {
            patient.coverage.entry(kind.clone()).or_default();
        }
    }
}

/// Writes patients; of every second case the last half as a change after others.
fn write(folder: &Path, patients: &[Patient], seed: u64) {
    let declared = patients.iter().flat_map(|patient| patient.coverage.keys());
    let declared: BTreeSet<&str> = declared.map(kind_word).collect();
    let declared: Vec<String> = declared.into_iter().map(str::to_owned).collect();
    let segment = |becomes: Becomes, patients: &[Patient]| {
        let options = Options {
            threads: 1,
            declared: declared.clone(),
            shard_patients: 2,
            stamp: Vec::new(),
        };
        let persons = patients.iter().map(person_of).collect();
        let mut draft = Draft::begin(folder, becomes, persons, options).expect("a draft");
        let mut rows = PatientRows::default();
        patients.iter().for_each(|patient| rows.push(patient));
        rows.with_batch(|batch| draft.push(batch)).expect("rows");
        draft.finish().expect("a segment");
    };
    if seed.is_multiple_of(2) {
        segment(Becomes::Base, patients);
        return;
    }
    let (before, after) = patients.split_at(patients.len() / 2);
    let mut old: Vec<Patient> = before.to_vec();
    // What the changed patients were before: somebody else's life.
    old.extend(after.iter().zip(before).map(|(patient, other)| Patient {
        events: other.events.clone(),
        coverage: other.coverage.clone(),
        ..patient.clone()
    }));
    segment(Becomes::Base, &old);
    segment(Becomes::Change, after);
}

/// A case being asked.
struct Asking<'a> {
    timeline: &'a Timeline,
    world: &'a World<'a>,
    patients: &'a [Patient],
    seed: u64,
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}\n   index {found:?}\n  cohort {expected:?}"))
}

impl Asking<'_> {
    fn compare(
        &self,
        definition: &CohortDefinition,
        compared: &mut Compared,
    ) -> Result<(), String> {
        let rules = cohort::eval::rules(definition).count();
        // Somebody is excluded, and a rule switched off, in some cases.
        let excluded: Vec<_> = match self.seed % 5 {
            0 => self.patients.iter().take(1).map(|patient| patient.id).collect(),
            _ => Vec::new(),
        };
        let off: BTreeSet<usize> = match self.seed % 3 {
            0 if rules > 1 => BTreeSet::from([1]),
            _ => BTreeSet::new(),
        };
        let seen = self.patients.iter().filter(|patient| !excluded.contains(&patient.id));
        let seen: Vec<Patient> = seen.cloned().collect();
        let shown = self.timeline.shown(&excluded);
        let (memory, threads) =
            (Memory::new(1 << 20), 1 + usize::from(!self.seed.is_multiple_of(2)));
        let effort = Effort { threads, memory: &memory, cancelled: &GO_ON };
        // Samples and matching come after what an index asks of every patient alone.
        let all = CohortDefinition { sample: None, matched: None, ..definition.clone() };
        let expected = match answer_without(&all, self.world, &seen, &off) {
            Ok(expected) => expected,
            Err(refused) => {
                let question =
                    Question { definition: &all, world: self.world, edition: b"", seen: None };
                let found = self.timeline.tell(question, &shown, effort, &off);
                let found = found.map(|_| ()).map_err(|error| error.to_string());
                return same("refused", &found, &Err(refused.to_string()));
            }
        };
        compared.recorder.note(&expected);
        let question = Question { definition: &all, world: self.world, edition: b"", seen: None };
        let answer = self.timeline.ask(question, &shown, effort).map_err(|e| e.to_string())?;
        compared.rules += rules as u64;
        compared.unplanned += answer.unplanned as u64;
        same("rules", &answer.asked(), &asked_of(&expected))?;
        same("attrition", &answer.attrition(&off), &attrition(&all, &expected, &off))?;
        same("periods", &answer.periods(&off), &periods_of(&expected))?;
        let again = self.timeline.ask(question, &shown, effort).map_err(|e| e.to_string())?;
        same("remembered rules", &again.asked(), &asked_of(&expected))?;
        self.compare_edited(&all, &expected, effort, &shown)?;
        if self.seed.is_multiple_of(8) && !definition.outputs.is_empty() {
            let question = Question { definition, ..question };
            let told = self.timeline.tell(question, &shown, effort, &off);
            let told: Vec<PatientAnswer> =
                told.map_err(|e| e.to_string())?.iter().map(bare).collect();
            let expected =
                answer_without(definition, self.world, &seen, &off).map_err(|e| e.to_string())?;
            let with_periods = expected.patients.iter().filter(|of| !of.periods.is_empty());
            same("told", &told, &with_periods.map(bare).collect())?;
        }
        Ok(())
    }

    /// The last rule is changed, and the others are remembered.
    fn compare_edited(
        &self,
        definition: &CohortDefinition,
        before: &Answer,
        effort: Effort<'_>,
        shown: &timeline::timeline::Shown,
    ) -> Result<(), String> {
        use cohort::ast::{Condition, Step};
        let mut edited = definition.clone();
        let last = edited.steps.iter_mut().rev().find_map(|clause| match &mut clause.says {
            Step::Rule(rule) => Some(rule),
            Step::Let(_) => None,
        });
        let Some(last) = last else { return Ok(()) };
        last.when = Condition::Not(Box::new(last.when.clone()));
        let question =
            Question { definition: &edited, world: self.world, edition: b"", seen: None };
        let answer = self.timeline.ask(question, shown, effort).map_err(|e| e.to_string())?;
        let mut expected = asked_of(before);
        for asked in &mut expected {
            asked.rules.iter_mut().next_back().into_iter().for_each(|says| *says = says.not());
        }
        same("rules after an edit", &answer.asked(), &expected)
    }
}

fn asked_of(answer: &Answer) -> Vec<Asked> {
    let mut all = Vec::new();
    for patient in &answer.patients {
        for candidate in &patient.candidates {
            let (index, ending) = (candidate.way.index, candidate.ending);
            if let (Some(rules), Some(index), Some(ending)) = (&candidate.rules, index, ending) {
                all.push(Asked { patient: patient.id, index, ending, rules: rules.clone() });
            }
        }
    }
    all
}

fn periods_of(answer: &Answer) -> Vec<Period> {
    let mut all = Vec::new();
    for patient in &answer.patients {
        all.extend(patient.periods.iter().map(|(period, _)| Period {
            patient: patient.id,
            index: period.index,
            ending: period.ending,
        }));
    }
    all
}

/// What is told, without what an index does not keep: keys, and the names of visits and orders.
fn bare(of: &PatientAnswer) -> PatientAnswer {
    let mut bare = of.clone();
    bare.candidates.clear();
    for (period, told) in &mut bare.periods {
        plain(&mut period.way.entry.event);
        for (_, told) in told {
            if let Told::Event(Chosen::Found(member)) | Told::Outcome(Chosen::Found(member), _) =
                told
            {
                plain(&mut member.event);
            }
        }
    }
    bare
}

fn plain(event: &mut Arc<PatientEvent>) {
    let event = Arc::make_mut(event);
    event.source_key.clear();
    (event.visit, event.order) = (None, None);
    event.codes.sort();
    event.codes.dedup();
}

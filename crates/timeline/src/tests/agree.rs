//! Three-valued agreement with the evaluator of `cohort`: the same candidates lost at the same
//! places, the same periods, whoever is excluded, from whatever segments, on however many threads.

use std::collections::{BTreeMap, BTreeSet};

use cohort::ast::{CohortDefinition, ConceptSet, Definition, Kind, Name};
use cohort::eval::{Codes, Hierarchies, Patient, World, answer_without, attrition, day_of};
use proptest::prelude::*;

use super::people::{DAY, patients};
use super::{GO_ON, ask, ask_seen, small, write, write_persons};
use crate::answer::{Effort, Memory, Question, Seen};
use crate::build::{Options, person_of};
use crate::event::{EVERY_KIND, LAST_DAY};
use crate::timeline::{Becomes, Timeline};

const SETS: [&str; 3] = [
    "codes dx version 1\ninclude aoba c0\ninclude aoba c1\n",
    "codes hba1c version 1\nquantity hba1c\ninclude aoba c2\ninclude aoba c3 unit %{JDS}\n",
    "codes any_code version 1\ninclude aoba c*\nexclude aoba c5\n",
];

const ENTRIES: [&str; 9] = [
    "entry first diagnosis in dx ever",
    "entry all lab in hba1c ever with value >= 6.5 %",
    "entry last of\n a: diagnosis in any_code ever,\n b: drug in any_code ever,\n c: lab ever",
    "entry nth(2) drug ever",
    "entry first in life visit ever",
    "entry all diagnosis confirmed or suspected main ever",
    "entry first lab in [2022-01-10, 2022-02-10] with value within [2 %, 9 %]",
    "entry all (diagnosis in dx ever or lab in hba1c ever)",
    "entry first visit ever with kind is \"k0\" | \"k1\"",
];

const BEFORE_STEPS: [&str; 5] = [
    "",
    "washout 20d",
    "washout 1mo",
    "index = entry + 3d",
    "index = first lab in hba1c in [entry, ever]",
];

const STEPS: [&str; 28] = [
    "require \"r1\" any diagnosis in dx in [ever, index]",
    "exclude \"r2\" any drug in any_code in [index - 30d, index - 1d]",
    "require \"r3\" at least 2 lab in hba1c in [index - 1mo, index + 1mo]",
    "require \"r4\" at least 2 different days of lab in [index, ever]",
    "exclude \"r5\" exactly 1 visit overlapping [index - 10d, index + 10d]",
    "require \"r6\" age at index >= 18",
    "require \"r7\" sex is \"female\"",
    "require \"r8\" observed visit in [index - 20d, index]",
    "require \"r9\" observed lab | visit in [index - 5d, index + 5d]",
    "require \"r10\" (first lab in hba1c in [index - 60d, index]).value < 9 %",
    "exclude \"r11\" found first diagnosis suspected in [ever, ever]",
    "require \"r12\" (last visit ever).end not before index",
    "require \"r13\" at most 1 different visits of lab in [index - 20d, index + 20d]",
    "exclude \"r14\" any lab in (index - 48h, index + 48h]",
    "require \"r15\" known (any drug in [entry, entry.end])",
    "require \"r16\" days from birth to index > 6000",
    "require \"r17\" at least 2 of (any drug in [ever, index], any lab in [index, ever], not any visit in [index, ever])",
    "require \"r18\" at least 2 different days spanning 5d of lab ever",
    "exclude \"r19\" any lab in hba1c in [index, exit] with value >= 2 * upper_limit",
    "let x = all lab in hba1c ever\n require \"r20\" any x in [index, index + 20d]",
    "let y = first in life diagnosis in dx in [index - 20d, index]\n require \"r21\" found y else true",
    "require \"r22\" count of (visit in [index - 30d, index]) >= 1",
    "exclude \"r23\" any death in [index, index + 30d]",
    "require \"r24\" death after index + 3d",
    "require \"r25\" any episodes gap 10d of (visit ever) wholly in [ever, coverage.end]",
    "require \"r26\" any diagnosis ending in [index, ever]",
    "require \"r27\" mean of value as % of (lab in hba1c ever) > 3 %",
    "require \"r28\" any lab in [index, ever] with department is \"aoba|d1\"",
];

const AFTER: [&str; 8] = [
    "",
    "exit at index + 30d",
    "exit at first of (first visit in [index, ever]).end, index + 2mo\n censor at death",
    "follow_up 10d",
    "keep first",
    "keep last",
    "episodes gap 20d",
    "exit at index + 12h\n keep nth(2)",
];

fn definition(
    entry: usize,
    before: usize,
    steps: &BTreeSet<usize>,
    after: usize,
) -> CohortDefinition {
    let mut text = "cohort x version 1\n uses codes dx version 1\n uses codes hba1c version 1\n \
                    uses codes any_code version 1\n calendar [2022-01-05, 2022-02-20]\n"
        .to_owned();
    let of = [ENTRIES[entry], BEFORE_STEPS[before]];
    let steps = steps.iter().map(|&step| STEPS[step]);
    for line in of.into_iter().chain(steps).chain([AFTER[after]]) {
        text.push_str(&format!(" {line}\n"));
    }
    // Not every concept set is used by every one of them: that is not what is tried here.
    let used = |name: &str| text.matches(name).count() > 1;
    let text: String = text
        .lines()
        .filter(|line| {
            line.trim()
                .strip_prefix("uses codes ")
                .is_none_or(|rest| used(rest.trim_end_matches(" version 1")))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    match cohort::text::parse(&text) {
        Ok(parsed) => match parsed.definition {
            Definition::Cohort(cohort) => *cohort,
            Definition::Study(_) => panic!("no study"),
        },
        Err(problems) => panic!("{text}\n{problems:#?}"),
    }
}

fn sets() -> Vec<ConceptSet> {
    SETS.iter().map(|text| cohort::text::parse_codes(text).unwrap()).collect()
}

fn world<'a>(sets: &'a [ConceptSet], hierarchies: &'a Hierarchies, data: (i64, i64)) -> World<'a> {
    let codes: BTreeMap<Name, Codes<'a>> =
        sets.iter().map(|set| (set.name.clone(), Codes::new(set, hierarchies).unwrap())).collect();
    World { codes, ..World::of_data(data) }
}

#[test]
fn every_definition_of_this_test_is_a_definition() {
    for entry in 0..ENTRIES.len() {
        for before in 0..BEFORE_STEPS.len() {
            definition(entry, before, &BTreeSet::new(), 0);
        }
    }
    for step in 0..STEPS.len() {
        definition(0, 0, &BTreeSet::from([step]), 0);
    }
    for after in 0..AFTER.len() {
        definition(0, 0, &BTreeSet::new(), after);
    }
}

/// Compares one definition; says how many candidates were compared.
fn compare(
    timeline: &Timeline,
    patients: &[Patient],
    definition: &CohortDefinition,
    of: (&BTreeSet<usize>, &[vocab::PatientId]),
) -> Result<usize, TestCaseError> {
    compare_seen((timeline, None), patients, definition, of)
}

/// The same where coverage is that of every kind, cut to the days of each.
fn compare_seen(
    (timeline, days): (&Timeline, Option<&Seen>),
    patients: &[Patient],
    definition: &CohortDefinition,
    (off, excluded): (&BTreeSet<usize>, &[vocab::PatientId]),
) -> Result<usize, TestCaseError> {
    let (sets, hierarchies) = (sets(), Hierarchies::default());
    let world = world(&sets, &hierarchies, timeline.span());
    let seen: Vec<Patient> =
        patients.iter().filter(|patient| !excluded.contains(&patient.id)).cloned().collect();
    let expected = answer_without(definition, &world, &seen, off).unwrap();
    let shown = timeline.shown(excluded);
    prop_assert_eq!(shown.count(), seen.len() as u64);
    let answer = ask_seen((timeline, days), (definition, &world), &shown, 1).unwrap();
    let table = attrition(definition, &expected, off);
    prop_assert_eq!(answer.attrition(off), table.clone());
    let periods: Vec<_> = expected
        .patients
        .iter()
        .flat_map(|patient| patient.periods.iter().map(|(period, _)| (patient.id, period)))
        .map(|(id, period)| (id, period.index, period.ending))
        .collect();
    let found: Vec<_> = answer
        .periods(off)
        .iter()
        .map(|period| (period.patient, period.index, period.ending))
        .collect();
    prop_assert_eq!(&found, &periods);
    let (people, count) = answer.count(off);
    prop_assert_eq!(count.get(), periods.len() as u64);
    let distinct: BTreeSet<_> = periods.iter().map(|period| period.0).collect();
    prop_assert_eq!(people.get(), distinct.len() as u64);
    // Who is excluded is nowhere.
    prop_assert!(found.iter().all(|period| !excluded.contains(&period.0)));
    let threads = ask_seen((timeline, days), (definition, &world), &shown, 4).unwrap();
    let question = Question { definition, world: &world, edition: b"", seen: days };
    let memory = Memory::new(0);
    let effort = Effort { threads: 1, memory: &memory, cancelled: &GO_ON };
    let told = timeline.tell(question, &shown, effort, off).unwrap();
    let told: usize = told.iter().map(|patient| patient.periods.len()).sum();
    prop_assert_eq!(told, periods.len());
    prop_assert_eq!(threads.attrition(off), table);
    prop_assert_eq!(threads.periods(off), answer.periods(off));
    Ok(expected.patients.iter().map(|patient| patient.candidates.len()).sum())
}

fn subset(bits: u32, count: usize) -> BTreeSet<usize> {
    (0..count).filter(|place| bits & (1 << place) != 0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_index_says_what_the_evaluator_says(
        patients in patients(12),
        entry in 0..ENTRIES.len(), before in 0..BEFORE_STEPS.len(), after in 0..AFTER.len(),
        steps in prop::collection::btree_set(0..STEPS.len(), 0..5),
        off in 0_u32..8, excluded in any::<u32>(), exclude_some in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Becomes::Base, &patients);
        let timeline = Timeline::open(folder.path()).unwrap();
        let definition = definition(entry, before, &steps, after);
        let off: BTreeSet<usize> = subset(off, 3).into_iter().filter(|rule| *rule < steps.len()).collect();
        let excluded: Vec<_> = if exclude_some {
            subset(excluded, patients.len()).iter().map(|place| patients[*place].id).collect()
        } else {
            Vec::new()
        };
        compare(&timeline, &patients, &definition, (&off, &excluded))?;
    }

    #[test]
    fn coverage_of_every_kind_is_cut_to_the_days_of_each(
        mut patients in patients(12),
        entry in 0..ENTRIES.len(), before in 0..BEFORE_STEPS.len(), after in 0..AFTER.len(),
        steps in prop::collection::btree_set(0..STEPS.len(), 0..5),
        visits in (0_i64..40, 0_i64..40), labs in (0_i64..40, 0_i64..40), goes_on in any::<bool>(),
    ) {
        let days = |(from, long): (i64, i64)| (DAY + from, DAY + from + long);
        let days: Seen = [(Kind::Visit, days(visits)), (Kind::Lab, days(labs))].into();
        let every = Kind::Other(Name::new(EVERY_KIND).unwrap());
        for patient in &mut patients {
            let mut met = patient.coverage.remove(&Kind::Visit).unwrap();
            if goes_on && let Some(last) = met.last_mut() {
                last.1 = LAST_DAY;
            }
            patient.coverage = [(every.clone(), met)].into();
        }
        let folder = tempfile::tempdir().unwrap();
        let persons = patients.iter().map(person_of).collect();
        let options = Options { declared: vec![EVERY_KIND.to_owned()], ..small() };
        write_persons(folder.path(), Becomes::Base, persons, &patients, options);
        let timeline = Timeline::open(folder.path()).unwrap();
        for patient in &mut patients {
            let met = std::mem::take(&mut patient.coverage).remove(&every).unwrap();
            for (kind, (first, last)) in &days {
                let cut = met.iter().map(|(from, to)| (*from.max(first), *to.min(last)));
                let cut = cut.filter(|(from, to)| from <= to).collect();
                patient.coverage.insert(kind.clone(), cut);
            }
        }
        let definition = definition(entry, before, &steps, after);
        compare_seen((&timeline, Some(&days)), &patients, &definition, (&BTreeSet::new(), &[]))?;
    }

    #[test]
    fn a_changed_index_says_what_the_evaluator_says(
        before in patients(8), after in patients(10), changed in any::<u32>(),
        entry in 0..ENTRIES.len(),
        steps in prop::collection::btree_set(0..STEPS.len(), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Becomes::Base, &before);
        let mut now: BTreeMap<_, Patient> = before.iter().map(|p| (p.id, p.clone())).collect();
        let changed: Vec<Patient> =
            subset(changed, after.len()).iter().map(|place| after[*place].clone()).collect();
        now.extend(changed.iter().map(|patient| (patient.id, patient.clone())));
        let persons = changed.iter().map(person_of).collect();
        write_persons(folder.path(), Becomes::Change, persons, &changed, small());
        let timeline = Timeline::open(folder.path()).unwrap();
        let now: Vec<Patient> = now.into_values().collect();
        let definition = definition(entry, 0, &steps, 0);
        compare(&timeline, &now, &definition, (&BTreeSet::new(), &[]))?;
    }

    #[test]
    fn what_is_remembered_changes_no_answer(
        patients in patients(10),
        entry in 0..ENTRIES.len(),
        edits in prop::collection::vec(prop::collection::btree_set(0..STEPS.len(), 0..4), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Becomes::Base, &patients);
        let timeline = Timeline::open(folder.path()).unwrap();
        let (sets, hierarchies) = (sets(), Hierarchies::default());
        let world = world(&sets, &hierarchies, timeline.span());
        let shown = timeline.shown(&[]);
        let memory = Memory::new(1 << 20);
        for steps in edits {
            let definition = definition(entry, 0, &steps, 0);
            let fresh = ask(&timeline, (&definition, &world), &shown, 1).unwrap();
            let question = Question { definition: &definition, world: &world, edition: b"", seen: None };
            let effort = Effort { threads: 1, memory: &memory, cancelled: &GO_ON };
            for _ in 0..2 {
                let remembered = timeline.ask(question, &shown, effort).unwrap();
                prop_assert_eq!(remembered.attrition(&BTreeSet::new()), fresh.attrition(&BTreeSet::new()));
            }
        }
    }
}

#[test]
fn most_of_what_is_asked_has_a_plan() {
    let mut unplanned = Vec::new();
    for step in 0..STEPS.len() {
        let definition = definition(0, 0, &BTreeSet::from([step]), 0);
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Becomes::Base, &[]);
        let timeline = Timeline::open(folder.path()).unwrap();
        let (sets, hierarchies) = (sets(), Hierarchies::default());
        let world = world(&sets, &hierarchies, timeline.span());
        let shown = timeline.shown(&[]);
        if ask(&timeline, (&definition, &world), &shown, 1).unwrap().unplanned > 0 {
            unplanned.push(step + 1);
        }
    }
    assert_eq!(unplanned, [0_usize; 0]);
}

#[test]
fn the_library_has_a_plan() {
    let parse = |(_, text): &(&str, &str)| cohort::text::parse_codes(text).unwrap();
    let sets: Vec<ConceptSet> = cohort::library::CODES.iter().map(parse).collect();
    let hierarchies = Hierarchies::default();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &[]);
    let timeline = Timeline::open(folder.path()).unwrap();
    let world = world(&sets, &hierarchies, timeline.span());
    let shown = timeline.shown(&[]);
    for (name, text) in cohort::library::DEFINITIONS {
        let Definition::Cohort(definition) = cohort::text::parse(text).unwrap().definition else {
            continue;
        };
        let answer = ask(&timeline, (&definition, &world), &shown, 1).unwrap();
        assert_eq!(answer.unplanned, 0, "{name}");
    }
}

#[test]
fn a_memory_never_holds_more_than_it_may() {
    let memory = Memory::new(4_000);
    let folder = tempfile::tempdir().unwrap();
    let patients: Vec<Patient> =
        (1..40).map(|id| Patient::new(vocab::PatientId::from_hash(id))).collect();
    write(folder.path(), Becomes::Base, &patients);
    let timeline = Timeline::open(folder.path()).unwrap();
    let (sets, hierarchies) = (sets(), Hierarchies::default());
    let world = world(&sets, &hierarchies, (0, 1));
    let shown = timeline.shown(&[]);
    let effort = Effort { threads: 1, memory: &memory, cancelled: &GO_ON };
    for entry in 0..ENTRIES.len() {
        let definition = definition(entry, 0, &BTreeSet::from([entry]), 0);
        let question =
            Question { definition: &definition, world: &world, edition: b"", seen: None };
        timeline.ask(question, &shown, effort).unwrap();
        assert!(memory.bytes() <= 4_000, "{}", memory.bytes());
    }
}

#[test]
fn who_is_excluded_is_not_explained_either() {
    let id = vocab::PatientId::from_hash(1);
    let mut patient = Patient::new(id);
    let dx = cohort::eval::PatientEvent::new(cohort::ast::Kind::Diagnosis, "k");
    let mut dx = dx.at(cohort::eval::Stretch::day(19_010));
    dx.codes.push(cohort::eval::Coded::of("aoba", "c0"));
    patient.events.push(std::sync::Arc::new(dx));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, std::slice::from_ref(&patient));
    let timeline = Timeline::open(folder.path()).unwrap();
    let (sets, hierarchies) = (sets(), Hierarchies::default());
    let world = world(&sets, &hierarchies, timeline.span());
    let definition = definition(0, 0, &BTreeSet::new(), 0);
    let question = Question { definition: &definition, world: &world, edition: b"", seen: None };
    let explained = timeline.explain(question, &timeline.shown(&[]), id).unwrap().unwrap();
    assert_eq!(explained.candidates.len(), 1);
    assert_eq!(timeline.explain(question, &timeline.shown(&[id]), id).unwrap(), None);
}

#[test]
fn a_cancelled_question_ends() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Becomes::Base, &[Patient::new(vocab::PatientId::from_hash(1))]);
    let timeline = Timeline::open(folder.path()).unwrap();
    let (sets, hierarchies) = (sets(), Hierarchies::default());
    let world = world(&sets, &hierarchies, (0, day_of(0)));
    let definition = definition(0, 0, &BTreeSet::new(), 0);
    let cancelled = std::sync::atomic::AtomicBool::new(true);
    let memory = Memory::new(0);
    let question = Question { definition: &definition, world: &world, edition: b"", seen: None };
    let effort = Effort { threads: 2, memory: &memory, cancelled: &cancelled };
    let asked = timeline.ask(question, &timeline.shown(&[]), effort);
    assert!(matches!(asked, Err(crate::Error::Cancelled)));
}

//! What holds of every definition and every patient.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::ast::{
    Clause, CohortDefinition, Condition, Count, Definition, RuleKind, Share, Step, Window,
};
use crate::eval::{Answer, Patient, answer, answer_without, attrition, keeps, rules};
use crate::generate::{Choices, Constants, Recorder, definition, patients, setting, widened};
use crate::spec::Setting;

const CHOICES: usize = 600;

/// A definition and patients from choices.
fn made(of_definition: Vec<u32>, of_patients: Vec<u32>) -> (CohortDefinition, Vec<Patient>) {
    let definition = definition(&mut Choices::new(of_definition));
    let constants = Constants::of(&definition);
    (definition, patients(&mut Choices::new(of_patients), &constants, 6))
}

fn asked(definition: &CohortDefinition, setting: &Setting, patients: &[Patient]) -> Answer {
    answer(definition, &setting.world().unwrap(), patients).unwrap()
}

fn choices() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(any::<u32>(), 0..CHOICES)
}

/// Every condition of the rules, to be changed.
fn for_rules(definition: &mut CohortDefinition, change: impl Fn(Condition) -> Condition) {
    for clause in &mut definition.steps {
        if let Step::Rule(rule) = &mut clause.says {
            rule.when = change(rule.when.clone());
        }
    }
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

proptest! {
    // `PROPTEST_CASES` asks for more; a fourth of it is enough, for each case has six patients.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn generated_definitions_are_definitions(choices in choices()) {
        let made = definition(&mut Choices::new(choices));
        let written = Definition::Cohort(Box::new(made));
        let text = crate::text::format(&written);
        match crate::text::parse(&text) {
            Ok(parsed) => prop_assert_eq!(parsed.definition, written, "{}", text),
            Err(problems) => prop_assert!(false, "{:?}\n{}", problems, text),
        }
    }

    #[test]
    fn the_order_of_patients_and_events_makes_no_difference(
        of_definition in choices(), of_patients in choices()
    ) {
        let (definition, mut patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let first = asked(&definition, &setting, &patients);
        patients.reverse();
        for patient in &mut patients {
            patient.events.reverse();
        }
        prop_assert_eq!(asked(&definition, &setting, &patients), first);
    }

    #[test]
    fn patients_are_answered_one_by_one(of_definition in choices(), of_patients in choices()) {
        let (mut definition, patients) = made(of_definition, of_patients);
        definition.sample = None;
        let setting = setting().unwrap();
        let together = asked(&definition, &setting, &patients);
        for (patient, answer) in patients.iter().zip(together.patients) {
            let alone = asked(&definition, &setting, std::slice::from_ref(patient));
            prop_assert_eq!(alone.patients, vec![answer]);
        }
    }

    #[test]
    fn excluding_is_requiring_that_it_is_not(
        of_definition in choices(), of_patients in choices()
    ) {
        let (definition, patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let mut other = definition.clone();
        for clause in &mut other.steps {
            if let Step::Rule(rule) = &mut clause.says
                && rule.kind == RuleKind::Exclude
            {
                rule.kind = RuleKind::Require;
                rule.when = not(rule.when.clone());
            }
        }
        let periods = |answer: Answer| -> Vec<_> {
            answer.patients.into_iter().map(|patient| patient.periods).collect()
        };
        let (first, second) =
            (asked(&definition, &setting, &patients), asked(&other, &setting, &patients));
        prop_assert_eq!(periods(first), periods(second));
    }

    #[test]
    fn de_morgan_holds(of_definition in choices(), of_patients in choices()) {
        let (mut definition, patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let pair = |condition: Condition| vec![condition.clone(), not(condition), Condition::Truth(true)];
        let of = |share, conditions| Condition::Of { share, conditions };
        let mut other = definition.clone();
        for_rules(&mut definition, |when| not(of(Share::All, pair(when))));
        for_rules(&mut other, |when| {
            of(Share::Any, pair(when).into_iter().map(not).collect())
        });
        prop_assert_eq!(
            asked(&definition, &setting, &patients), asked(&other, &setting, &patients)
        );
    }

    #[test]
    fn not_not_changes_nothing_and_known_is_known(
        of_definition in choices(), of_patients in choices()
    ) {
        let (definition, patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let first = asked(&definition, &setting, &patients);
        let mut twice = definition.clone();
        for_rules(&mut twice, |when| not(not(when)));
        prop_assert_eq!(asked(&twice, &setting, &patients), first);
        let mut known = definition;
        for_rules(&mut known, |when| {
            let known = |when| Condition::Known(crate::ast::Scalar::Condition(Box::new(when)));
            known(known(when))
        });
        for patient in asked(&known, &setting, &patients).patients {
            for candidate in patient.candidates {
                let truths = candidate.rules.unwrap_or_default();
                prop_assert!(truths.iter().all(|says| *says == crate::eval::Truth::True));
            }
        }
    }

    /// A rule `any x in [a, b]` that is true stays true where the window is `ever`, and one that
    /// is false of `ever` is false of every window.
    #[test]
    fn a_wider_window_finds_no_less(of_definition in choices(), of_patients in choices()) {
        let (definition, patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let mut wide = definition.clone();
        let mut is_plain = Vec::new();
        for clause in &mut wide.steps {
            if let Step::Rule(rule) = &mut clause.says {
                let widened = match &mut rule.when {
                    Condition::Has { count: Count::AtLeast(_), of, spanning: None, .. } => {
                        of.window = Some(Window::ever());
                        true
                    }
                    _ => false,
                };
                is_plain.push(widened);
            }
        }
        let narrow = asked(&definition, &setting, &patients);
        let wide = asked(&wide, &setting, &patients);
        for (narrow, wide) in narrow.patients.iter().zip(&wide.patients) {
            for (narrow, wide) in narrow.candidates.iter().zip(&wide.candidates) {
                let says = narrow.rules.iter().flatten().zip(wide.rules.iter().flatten());
                for ((narrow, wide), is_plain) in says.zip(&is_plain) {
                    prop_assert!(!is_plain || narrow <= wide, "{:?} {:?}", narrow, wide);
                }
            }
        }
    }

    #[test]
    fn a_rule_switched_off_is_as_if_it_were_not_written(
        of_definition in choices(), of_patients in choices(), place in 0..4_usize
    ) {
        let (definition, patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let Some(place) = place.checked_rem(rules(&definition).count()) else { return Ok(()) };
        let off = BTreeSet::from([place]);
        let without = answer_without(&definition, &setting.world().unwrap(), &patients, &off).unwrap();
        let mut fewer = definition.clone();
        let mut rule = 0;
        fewer.steps.retain(|clause: &Clause<Step>| {
            let is_rule = matches!(clause.says, Step::Rule(_));
            rule += usize::from(is_rule);
            !is_rule || rule != place + 1
        });
        // What only that rule used is still declared.
        let fewer = asked(&fewer, &setting, &patients);
        for (without, fewer) in without.patients.iter().zip(&fewer.patients) {
            prop_assert_eq!(&without.periods, &fewer.periods);
        }
        let mut unsampled = definition.clone();
        unsampled.sample = None;
        let full = asked(&unsampled, &setting, &patients);
        let table = attrition(&unsampled, &full, &BTreeSet::new());
        let counted: u64 = answer_without(&unsampled, &setting.world().unwrap(), &patients, &off)
            .unwrap().patients.iter().map(|patient| patient.periods.len() as u64).sum();
        let row = table.rules.iter().find(|row| row.place == place).unwrap();
        prop_assert_eq!(row.costs.periods_without.get(), counted);
    }

    #[test]
    fn attrition_adds_up(of_definition in choices(), of_patients in choices()) {
        let (mut definition, patients) = made(of_definition, of_patients);
        definition.sample = None;
        let setting = setting().unwrap();
        let answer = asked(&definition, &setting, &patients);
        let table = attrition(&definition, &answer, &BTreeSet::new());
        let dropped: u64 = table.dropped.values().map(|tally| tally.candidates.get()).sum();
        prop_assert_eq!(dropped + table.kept.candidates.get(), table.entered.candidates.get());
        let mut left = table.asked.candidates.get();
        for row in &table.rules {
            let all = [&row.holds, &row.fails, &row.unknown];
            let sum: u64 = all.iter().map(|tally| tally.candidates.get()).sum();
            prop_assert_eq!(sum, table.asked.candidates.get());
            prop_assert!(row.left.candidates.get() <= left);
            left = row.left.candidates.get();
        }
        for patient in &answer.patients {
            for candidate in patient.candidates.iter().filter(|c| c.dropped.is_none()) {
                let says = rules(&definition).zip(candidate.rules.iter().flatten());
                prop_assert!(says.into_iter().all(|(rule, says)| keeps(rule.kind, *says)));
            }
            for (period, _) in &patient.periods {
                prop_assert!(period.index.first_second() <= period.ending.second);
            }
        }
    }

    #[test]
    fn a_sample_is_part_of_the_whole_and_grows(
        of_definition in choices(), of_patients in choices(), size in 1..6_u32, seed in 0..9_u32
    ) {
        let (mut definition, patients) = made(of_definition, of_patients);
        let setting = setting().unwrap();
        let mut people = |patients_asked: Option<u32>| -> BTreeSet<i64> {
            definition.sample = patients_asked.map(|patients| Clause {
                comments: crate::ast::Comments::default(),
                says: crate::ast::Sample { patients, seed },
            });
            let answer = asked(&definition, &setting, &patients);
            let with = answer.patients.iter().filter(|patient| !patient.periods.is_empty());
            with.map(|patient| patient.id.get()).collect()
        };
        let (all, some, more) = (people(None), people(Some(size)), people(Some(size + 1)));
        prop_assert_eq!(some.len(), all.len().min(size as usize));
        prop_assert!(some.is_subset(&more) && more.is_subset(&all));
    }

    #[test]
    fn an_explanation_says_what_the_answer_says(
        of_definition in choices(), of_patients in choices()
    ) {
        let (mut definition, patients) = made(of_definition, of_patients);
        definition.sample = None;
        let setting = setting().unwrap();
        let world = setting.world().unwrap();
        let others = crate::eval::others(&definition, &world, &patients).unwrap();
        for answer in asked(&definition, &setting, &patients).patients {
            let patient = patients.iter().find(|patient| patient.id == answer.id).unwrap();
            let explained = crate::eval::explain(&definition, &world, &others, patient).unwrap();
            prop_assert_eq!(explained.candidates.len(), answer.candidates.len());
            for ((candidate, reasons), said) in explained.candidates.iter().zip(&answer.candidates) {
                prop_assert_eq!(candidate, said);
                let says: Vec<_> = reasons.iter().map(|reason| reason.says).collect();
                prop_assert_eq!(says, said.rules.clone().unwrap_or_default());
            }
        }
    }
}

/// Generated cases are worth comparing: rules divide, values are known, windows hold something.
#[test]
fn generated_cases_really_compare() {
    let setting = setting().unwrap();
    let world = setting.world().unwrap();
    let (mut narrow, mut wide) = (Recorder::default(), Recorder::default());
    for seed in 0..200 {
        let made = definition(&mut Choices::from_seed(seed, CHOICES));
        let constants = Constants::of(&made);
        let people = patients(&mut Choices::from_seed(seed + 1_000_000, 6000), &constants, 16);
        narrow.note(&answer(&made, &world, &people).unwrap());
        wide.note(&answer(&widened(&made), &world, &people).unwrap());
    }
    println!("as made: {narrow}\nwidened: {wide}");
    assert!(narrow.with_periods * 3 >= narrow.definitions, "as made: {narrow}");
    assert!(wide.with_periods * 4 >= wide.definitions * 3, "widened: {wide}");
    assert!(wide.divided * 4 >= wide.definitions, "widened: {wide}");
    assert!(wide.known_values * 5 >= wide.unknown_values, "widened: {wide}");
    assert!(
        wide.holds.min(wide.fails).min(wide.unknown) * 20 >= wide.holds.max(wide.fails),
        "{wide}"
    );
}

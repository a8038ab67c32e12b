//! What can be said of a script without an engine; that it says what the evaluator says is tested
//! where an engine is.

use std::collections::{BTreeMap, BTreeSet};

use super::{NotSaid, RELATIONS, Script, conversions, script};
use crate::ast::CohortDefinition;
use crate::eval::tests::tables::cases;
use crate::generate::{Choices, definition, setting, widened};
use crate::units::Conversion;

/// Names after `from` and `join`, of which a query reads.
fn read(select: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = select.split_whitespace().collect();
    let mut names = BTreeSet::new();
    for three in words.windows(3) {
        // `is not distinct from` reads nothing.
        if let [before, "from" | "join", name] = three
            && *before != "distinct"
            && !name.starts_with('(')
        {
            names.insert(name.trim_end_matches(')'));
        }
    }
    names
}

fn check_order(script: &Script) {
    let mut known: BTreeSet<&str> = RELATIONS.iter().map(|relation| relation.name).collect();
    // What a step calls its own rows so far.
    known.insert("run");
    for step in &script.steps {
        for name in read(&step.select) {
            assert!(known.contains(name), "{} reads {name}", step.name);
        }
        assert!(known.insert(&step.name), "{} is written twice", step.name);
    }
    let told = script.outputs.iter().map(|told| told.step.as_str());
    let asked = script.rules.iter().map(String::as_str).chain(told);
    for name in asked.chain([script.candidates.as_str(), script.periods.as_str()]) {
        assert!(known.contains(name), "{name} is no step");
    }
}

fn generated(seeds: std::ops::Range<u64>) -> impl Iterator<Item = CohortDefinition> {
    seeds.map(|seed| definition(&mut Choices::from_seed(seed, 600)))
}

/// Every step reads what is published or stands before it, and every table is either said or
/// refused as the evaluator refuses it, but for what SQL cannot say.
#[test]
fn the_tables_are_said_but_for_matching() {
    let (mut said, mut not_in_sql) = (0, BTreeMap::new());
    for (file, case) in cases() {
        let Ok(world) = case.setting.world() else { continue };
        match script(&case.definition, &world) {
            Ok(script) => {
                check_order(&script);
                said += 1;
            }
            Err(NotSaid::NotInSql { clause, .. }) => *not_in_sql.entry(clause).or_insert(0) += 1,
            Err(NotSaid::Refused(refused)) => {
                let said = crate::spec::Expect::Refused(refused.to_string());
                assert!(case.accepts(&said), "{file}:{}: {refused}", case.line);
            }
        }
    }
    assert!(said >= 600, "only {said} are said");
    assert_eq!(not_in_sql.keys().copied().collect::<Vec<_>>(), ["matched"]);
}

#[test]
fn all_generated_definitions_are_said() {
    let setting = setting().unwrap();
    let world = setting.world().unwrap();
    for made in generated(0..60).flat_map(|made| [widened(&made), made]) {
        check_order(&script(&made, &world).unwrap());
    }
}

#[test]
fn a_definition_has_one_text() {
    let setting = setting().unwrap();
    let world = setting.world().unwrap();
    for made in generated(0..40) {
        let texts = [(); 2].map(|()| script(&made, &world).map(|script| script.to_string()));
        assert_eq!(texts[0], texts[1]);
    }
}

/// What does not depend on the event at hand is not asked of each.
#[test]
fn an_expression_is_asked_in_the_outermost_scope_it_depends_on() {
    let text = "cohort x version 1\n  uses codes dm version 1\n  entry all visit ever\n  require \
                \"a\" any diagnosis in dm ever with ((any lab in [index - 30d, index]) and this \
                after birth)\n";
    let parsed = crate::text::parse(text).unwrap();
    let crate::ast::Definition::Cohort(made) = parsed.definition else { panic!("a study") };
    let setting = setting().unwrap();
    let script = script(&made, &setting.world().unwrap()).unwrap();
    let of = |says: &str| {
        let step = script.steps.iter().find(|step| step.says == says);
        let step = step.unwrap_or_else(|| panic!("no step says {says}\n{script}"));
        step.select.split(',').next().unwrap_or_default().to_owned()
    };
    assert!(of("birth").ends_with(".patient_id"), "{}", of("birth"));
    let counted = of("any lab in [index - 30d, index]");
    assert!(counted.ends_with(".candidate"), "{counted}");
}

/// The table of conversions does what the steps of a conversion do, to the last bit.
#[test]
fn the_numbers_of_a_conversion_do_what_its_steps_do() {
    let units =
        ["%", "%{JDS}", "mmol/mol", "mg/dL", "g/L", "umol/L", "mmol/L", "Cel", "[degF]", "K"];
    let quantities = [None, Some(crate::ast::Quantity::HbA1c), Some(crate::ast::Quantity::Glucose)];
    let mut compared = 0;
    for (from, to) in units.iter().flat_map(|from| units.iter().map(move |to| (from, to))) {
        for way in quantities.iter().filter_map(|of| Conversion::new(Some(from), Some(to), *of)) {
            let [times_a, by_a, times_b, by_b, plus_a, plus_b, times_c, by_c] = way.numbers();
            for value in [0.1, 1.0, 6.5, 37.0, 126.3] {
                let says =
                    (value * times_a / by_a * times_b / by_b + plus_a + plus_b) * times_c / by_c;
                assert_eq!(says.to_bits(), way.apply(value).to_bits(), "{value} {from} {to}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "only {compared} were compared");
}

#[test]
fn a_script_asks_for_the_conversions_it_needs() {
    let text = "cohort x version 1\n  uses codes a1c version 1\n  entry all visit ever\n  require \"a\" \
                any lab in a1c ever with value >= 48 mmol/mol\n";
    let parsed = crate::text::parse(text).unwrap();
    let crate::ast::Definition::Cohort(made) = parsed.definition else { panic!("a study") };
    let setting = setting().unwrap();
    let world = setting.world().unwrap();
    let script = script(&made, &world).unwrap();
    let recorded = BTreeSet::from(["%".to_owned(), "mg".to_owned()]);
    let rows = conversions(&script, &world, &recorded);
    let has = |from: &str| {
        rows.iter().any(|(unit, to, of, _)| unit == from && to == "mmol/mol" && *of == "hba1c")
    };
    assert!(has("%") && has("%{JDS}") && !has("mg") && !has(""), "{rows:?}");
}

//! What holds for every definition.

mod diffs;
mod generate;
mod library;
mod lints;
mod schema;
mod words;

use proptest::prelude::*;

use crate::ast::Definition;
use crate::json;
use crate::text::{self, format, format_codes, parse, parse_codes};

use generate::Generator;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..400)
}

/// The same bytes with one of them another; nothing stays nothing.
fn with_another(bytes: &[u8], at: prop::sample::Index, other: u8) -> Vec<u8> {
    let mut changed = bytes.to_owned();
    if !changed.is_empty() {
        changed[at.index(bytes.len())] = other;
    }
    changed
}

fn definition(bytes: &[u8]) -> Definition {
    Generator::new(bytes).definition()
}

proptest! {
    #[test]
    fn a_definition_is_read_as_it_was_written(bytes in bytes()) {
        let definition = definition(&bytes);
        let written = format(&definition);
        let read = parse(&written).map_err(|problems| format!("{written}\n{problems:#?}"));
        let read = read.map_err(TestCaseError::fail)?.definition;
        prop_assert_eq!(&read, &definition, "{}", written);
        prop_assert_eq!(format(&read), written);
    }

    #[test]
    fn json_says_the_same(bytes in bytes()) {
        let definition = definition(&bytes);
        let json = json::write(&definition);
        let read = json::read(&json).map_err(|problems| TestCaseError::fail(format!("{problems:#?}")))?;
        prop_assert_eq!(read.definition, definition);
        let set = Generator::new(&bytes).concept_set();
        prop_assert_eq!(json::read_codes(&json::write_codes(&set)).unwrap(), set);
    }

    #[test]
    fn a_concept_set_is_read_as_it_was_written(bytes in bytes()) {
        let set = Generator::new(&bytes).concept_set();
        let written = format_codes(&set);
        let read = parse_codes(&written).map_err(|problems| format!("{written}\n{problems:#?}"));
        let read = read.map_err(TestCaseError::fail)?;
        prop_assert_eq!(&read, &set, "{}", written);
        prop_assert_eq!(format_codes(&read), written);
    }

    #[test]
    fn what_is_read_from_any_layout_is_a_fixpoint(
        bytes in bytes(),
        places in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..4), 0..20),
    ) {
        // Comments and new lines between words, wherever they fall.
        let mut text = format(&definition(&bytes));
        for (place, what) in places {
            let spaces: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).collect();
            let at = *place.get(&spaces);
            text.insert_str(at, ["\n", "\t ", " # x\n", "\n# y\n"][what]);
        }
        if let Ok(parsed) = parse(&text) {
            let once = format(&parsed.definition);
            let again = parse(&once).map_err(|e| format!("{once}\n{e:#?}")).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&again.definition, &parsed.definition);
            prop_assert_eq!(format(&again.definition), once);
        }
    }

    #[test]
    fn no_text_makes_it_fail_and_every_problem_has_a_place(text in "\\PC{0,200}") {
        for problem in parse(&text).err().into_iter().flatten() {
            prop_assert!(problem.at.is_some());
        }
        let _ = parse_codes(&text);
    }
}

#[test]
fn every_limit_is_told_with_a_place() {
    let told = |text: &str| parse(text).unwrap_err()[0].to_string();
    let rules: String =
        (0..=text::RULES_MAX).map(|n| format!("  require \"{n}\" true\n")).collect();
    let head = "cohort big version 1\n  entry first death\n";
    assert!(told(&format!("{head}{rules}")).starts_with("10003:3: there are more rules"));
    let deep = format!("{head}  require \"x\" {}true{}\n", "(".repeat(5000), ")".repeat(5000));
    assert!(told(&deep).contains("nested too deeply: > 32"));
    let long = format!("{head}# {}", "x".repeat(text::TEXT_BYTES_MAX));
    assert!(told(&long).starts_with("1:1: the text is too long"));
    let codes: String = (0..=text::CODES_MAX).map(|n| format!("include atc A{n}\n")).collect();
    let problem = &parse_codes(&format!("codes x version 1\n{codes}")).unwrap_err()[0];
    assert!(problem.to_string().starts_with("200002:1: there are more codes"), "{problem}");
}

#[test]
fn ten_thousand_rules_and_two_hundred_thousand_codes_are_answered() {
    let rules: String = (0..text::RULES_MAX).map(|n| format!("  require \"{n}\" true\n")).collect();
    let text = format!("cohort big version 1\n\n  entry first death\n{rules}");
    assert_eq!(format(&parse(&text).unwrap().definition), text);
    let codes: String = (0..text::CODES_MAX).map(|n| format!("include atc A{n}\n")).collect();
    let text = format!("codes x version 1\n\n{codes}");
    assert_eq!(format_codes(&parse_codes(&text).unwrap()), text);
}

//! Every published definition is imported, or what cannot be said is named.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Feature, export};
use super::{bring, published};
use crate::ast::Definition;
use crate::lint::{Facts, Level, check};
use crate::text::{format, format_codes, parse, parse_codes};

#[test]
fn every_published_definition_is_read_and_imported_or_says_what_is_missing() {
    let Some(definitions) = published() else { return };
    assert_eq!(definitions.len(), 733);
    let mut imported = 0;
    let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut assumed: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, json) in &definitions {
        match bring(json) {
            Ok(found) => {
                imported += 1;
                each_once(&found.assumed, &mut assumed);
            }
            Err(features) => {
                assert!(!features.is_empty() && features.iter().all(|f| f.path.starts_with('$')));
                features.iter().for_each(|feature| println!("{id}: {feature}"));
                each_once(&features, &mut missing);
            }
        }
    }
    println!("{imported} of {} are imported", definitions.len());
    missing.iter().for_each(|(what, count)| println!("  missing {count}: {what}"));
    assumed.iter().for_each(|(what, count)| println!("  assumed {count}: {what}"));
    assert_eq!(imported, definitions.len());
}

fn each_once(features: &[Feature], counts: &mut BTreeMap<&'static str, usize>) {
    let whats: BTreeSet<_> = features.iter().map(|feature| feature.what).collect();
    whats.into_iter().for_each(|what| *counts.entry(what).or_default() += 1);
}

#[test]
fn every_imported_definition_is_read_again_from_its_text_and_can_be_answered() {
    let Some(definitions) = published() else { return };
    let mut errors = BTreeMap::new();
    for (id, json) in &definitions {
        let found = bring(json).unwrap();
        let definition = Definition::Cohort(Box::new(found.definition));
        let text = format(&definition);
        let parsed = parse(&text).unwrap_or_else(|problems| panic!("{id}: {problems:?}\n{text}"));
        assert_eq!(parsed.definition, definition, "{id}\n{text}");
        let findings = check(&definition, &parsed.places, &Facts::default());
        for finding in findings.iter().filter(|finding| finding.code.level() == Level::Error) {
            println!("{id}: {}", finding.say(vocab::Locale::En));
            *errors.entry(finding.code).or_insert(0) += 1;
        }
        for set in found.concept_sets {
            let text = format_codes(&set);
            let parsed = parse_codes(&text).unwrap_or_else(|problems| panic!("{id}: {problems:?}"));
            assert_eq!(parsed, set, "{id}");
        }
    }
    println!("{errors:?}");
    assert!(errors.is_empty());
}

#[test]
fn every_imported_definition_comes_back_the_same_through_circe() {
    let Some(definitions) = published() else { return };
    let (mut refused, mut differ) = (Vec::new(), Vec::new());
    let mut exported = 0;
    for (id, json) in &definitions {
        let found = bring(json).unwrap();
        match export(&found.definition, &found.concept_sets) {
            Err(features) => refused.push(format!("{id}: {}", features[0])),
            Ok(circe) => {
                exported += 1;
                let again = bring(&circe.json).unwrap();
                let is_same = again.definition == found.definition
                    && again.concept_sets == found.concept_sets;
                if !is_same {
                    let text = |of| format(&Definition::Cohort(Box::new(of)));
                    differ.push((*id, text(found.definition), text(again.definition)));
                }
            }
        }
    }
    for (id, went, came) in &differ {
        let lines = went.lines().zip(came.lines()).find(|(went, came)| went != came);
        println!("{id}: {lines:?}");
    }
    println!("{exported} of {} come back through Circe", definitions.len());
    refused.iter().for_each(|line| println!("  {line}"));
    assert!(refused.is_empty());
    assert!(differ.is_empty(), "{} come back as others", differ.len());
}

//! The published phenotypes that come with the program, and the codes that they look for.

use std::collections::BTreeMap;

use cohort::ast::{
    Branch, CohortDefinition, ConceptSet, Definition, Kind, Name, Node, Source, UseKind,
};
use cohort::eval::kind_word;
use cohort::library;

/// Results that definitions compare: concept set, unit, a usual value.
const RESULTS: [(&str, &str, f64); 12] = [
    ("creatinine", "mg/dL", 0.9),
    ("alt", "U/L", 25.0),
    ("alp", "U/L", 80.0),
    ("bilirubin", "mg/dL", 0.9),
    ("white_cells", "10*9/L", 6.0),
    ("platelets", "10*9/L", 220.0),
    ("glucose", "mg/dL", 110.0),
    ("neutrophils", "10*9/L", 3.5),
    ("hba1c", "%", 6.0),
    ("body_temperature", "Cel", 36.8),
    ("lactate", "mmol/L", 1.3),
    ("glucose_fasting", "mg/dL", 100.0),
];

/// A code that a definition looks for.
#[derive(Clone, Debug)]
pub(crate) struct Planted {
    /// The kind of its events.
    pub(crate) kind: String,
    pub(crate) system: String,
    pub(crate) code: String,
    /// Unit and usual value, and its place among the most frequent, where it is a result.
    pub(crate) result: Option<(usize, &'static str, f64)>,
}

/// The concept sets.
pub(crate) fn sets() -> Vec<ConceptSet> {
    let parse = |(_, text): &(&str, &str)| cohort::text::parse_codes(text).expect("a concept set");
    library::CODES.iter().map(parse).collect()
}

/// The cohorts.
pub(crate) fn definitions() -> Vec<CohortDefinition> {
    let parse =
        |(_, text): &(&str, &str)| cohort::text::parse(text).expect("a definition").definition;
    let cohort = |definition| match definition {
        Definition::Cohort(cohort) => Some(*cohort),
        Definition::Study(_) => None,
    };
    library::DEFINITIONS.iter().map(parse).filter_map(cohort).collect()
}

/// What the library looks for.
pub(crate) fn planted() -> Vec<Planted> {
    let mut kinds: BTreeMap<Name, Kind> = BTreeMap::new();
    for definition in &definitions() {
        let mut note = |node: Node<'_>| {
            if let Node::Set(set) = node
                && let Source::Records(records) = &set.from
            {
                for name in &records.codes {
                    kinds.entry(name.clone()).or_insert_with(|| records.kind.clone());
                }
            }
        };
        let entries = definition.entry.says.alternatives.iter();
        entries.for_each(|way| Node::Set(&way.of).walk(&mut note));
        let lets = definition.before.iter().map(|clause| &clause.says);
        lets.for_each(|value| Node::of(value).walk(&mut note));
        for clause in &definition.steps {
            match &clause.says {
                cohort::ast::Step::Let(value) => Node::of(value).walk(&mut note),
                cohort::ast::Step::Rule(rule) => Node::Condition(&rule.when).walk(&mut note),
            }
        }
        debug_assert!(definition.heading.uses.iter().all(|of| of.says.kind != UseKind::List));
    }
    let mut planted = Vec::new();
    for set in &sets() {
        let Some(kind) = kinds.get(&set.name) else { continue };
        let kind = if *kind == Kind::Drug { "drug_order" } else { kind_word(kind) };
        let result = RESULTS.iter().position(|(name, ..)| *name == set.name.as_str());
        for (line, include) in set.include.iter().enumerate() {
            // The first line of a result is the one that is in use.
            let result = result.filter(|_| line == 0).and_then(|place| {
                RESULTS.get(place).map(|(_, unit, usual)| (place, *unit, *usual))
            });
            let ends: &[&str] =
                if include.says.branch == Branch::Prefix { &["0", "1", "9"] } else { &[""] };
            let ends = if result.is_some() { &ends[..1] } else { ends };
            planted.extend(ends.iter().map(|end| Planted {
                kind: kind.to_owned(),
                system: include.says.system.clone(),
                code: format!("{}{end}", include.says.code),
                result,
            }));
        }
    }
    planted
}

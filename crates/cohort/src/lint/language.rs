//! Windows, units, uses, titles.

use std::collections::HashMap;

use vocab::Locale;

use crate::ast::{
    CohortDefinition, Condition, EventSet, Heading, Name, Node, OneOf, Output, Source, Step, Title,
    UseKind, Value,
};
use crate::text::Part;
use crate::units::{self, Own, Trouble};

use super::{LintCode, Linter, parts_of, used};

impl Linter<'_> {
    /// Everything used is declared (the parser sees to that); is everything declared used?
    pub(super) fn uses(&mut self, heading: &Heading, named: &[(UseKind, &Name)]) {
        self.title(Part::Heading, &heading.title);
        for (at, line) in heading.uses.iter().enumerate() {
            let line = &line.says;
            if !named.contains(&(line.kind, &line.name)) {
                self.tell(Part::Use(at), LintCode::UseIdle, used(line.kind, &line.name));
            }
            let facts = self.facts.codes.get(&line.name).filter(|_| line.kind == UseKind::Codes);
            match facts {
                Some(facts) if facts.codes == 0 => {
                    self.tell(Part::Use(at), LintCode::EmptyCodes, line.name.as_str());
                }
                Some(facts) if facts.retired > 0 => {
                    let detail = format!("{} {}/{}", line.name, facts.retired, facts.codes);
                    self.tell(Part::Use(at), LintCode::RetiredCodes, detail);
                }
                _ => {}
            }
        }
    }

    pub(super) fn title(&mut self, part: Part, title: &Title) {
        if title.en.is_some() != title.ja.is_some() {
            let one = title.get(Locale::En).unwrap_or_default();
            self.tell(part, LintCode::TitleOneLanguage, format!("\"{one}\""));
        }
    }

    /// Sets in rules, values and outputs say their window, unless what they are made of does.
    pub(super) fn windows(&mut self, cohort: &CohortDefinition) {
        for (part, node) in parts_of(cohort) {
            let is_entry = matches!(part, Part::Alternative(_));
            let mut missing = Vec::new();
            match node {
                // The calendar is the window of a way in.
                Node::Set(set) if is_entry => {
                    set.with.iter().for_each(|with| sets_of(Node::Condition(with), &mut missing));
                }
                node => sets_of(node, &mut missing),
            }
            for set in missing {
                self.tell(part, LintCode::WindowMissing, crate::text::format_set(set));
            }
        }
    }

    pub(super) fn units(&mut self, cohort: &CohortDefinition) {
        let mut names: HashMap<Name, Own> = HashMap::new();
        for (part, node) in parts_of(cohort) {
            self.units_in(part, node, &names);
            if let Some(Value::Number(name, number)) = value_at(cohort, part) {
                names.insert(name.clone(), units::own_unit(number, &names));
            }
        }
    }

    pub(super) fn units_in(&mut self, part: Part, node: Node<'_>, names: &HashMap<Name, Own>) {
        for trouble in units::check(node, names) {
            match trouble {
                Trouble::Missing => self.tell(part, LintCode::UnitMissing, ""),
                Trouble::Differ(one, other) => {
                    self.tell(part, LintCode::UnitsDiffer, format!("{one} ≠ {other}"));
                }
                Trouble::Unknown(unit) => self.tell(part, LintCode::UnknownUnit, unit.as_str()),
            }
        }
    }
}

/// What is named in expressions.
pub(super) fn named_in<'a>(parts: &[(Part, Node<'a>)]) -> Vec<(UseKind, &'a Name)> {
    let mut named = Vec::new();
    for (_, node) in parts {
        node.walk(&mut |node| match node {
            Node::Set(set) => match &set.from {
                Source::Records(records) => {
                    named.extend(records.codes.iter().map(|name| (UseKind::Codes, name)));
                }
                Source::Cohort(name) => named.push((UseKind::Cohort, name)),
                Source::List(name) => named.push((UseKind::List, name)),
                _ => {}
            },
            Node::Condition(Condition::Code { one_of: OneOf::Codes(names), .. }) => {
                named.extend(names.iter().map(|name| (UseKind::Codes, name)));
            }
            _ => {}
        });
    }
    named
}

fn value_at(cohort: &CohortDefinition, part: Part) -> Option<&Value> {
    match part {
        Part::Before(at) => cohort.before.get(at).map(|clause| &clause.says),
        Part::Step(at) => match cohort.steps.get(at).map(|clause| &clause.says) {
            Some(Step::Let(value)) => Some(value),
            _ => None,
        },
        Part::Output(at) => match cohort.outputs.get(at).map(|clause| &clause.says) {
            Some(Output::Variable { value, .. }) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Sets without a window whose parts have none either.
fn sets_of<'a>(node: Node<'a>, missing: &mut Vec<&'a EventSet>) {
    if let Node::Set(set) = node {
        let is_windowed = set.window.is_some()
            || match &set.from {
                Source::Named(_) => true,
                Source::Records(_) | Source::Cohort(_) | Source::List(_) => false,
                // What a set is made of may say it.
                Source::AnyOf(sets) => sets.iter().all(has_window),
                Source::Take(take) => has_window(&take.of),
                Source::Episodes(episodes) => has_window(&episodes.of),
                Source::Era(era) => has_window(&era.of),
            };
        if !is_windowed {
            missing.push(set);
        }
        // A window outside is one for everything inside.
        if let Some(with) = &set.with {
            sets_of(Node::Condition(with), missing);
        }
        return;
    }
    node.parts(&mut |part| sets_of(part, missing));
}

fn has_window(set: &EventSet) -> bool {
    set.window.is_some() || matches!(set.from, Source::Named(_))
}

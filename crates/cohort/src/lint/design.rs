//! Rules that do nothing, "none" without coverage, exits, prevalent users.

use crate::ast::{
    Anchor, Bound, Choice, CohortDefinition, Comparison, Condition, Count, EventSet, Kind, Limit,
    Name, Node, Number, Output, Rule, RuleKind, Share, Source, Step,
};
use crate::text::Part;

use super::{LintCode, Linter};

impl Linter<'_> {
    /// Rules that repeat or contradict one another.
    pub(super) fn rules(&mut self, cohort: &CohortDefinition) {
        let mut earlier: Vec<(bool, &Condition)> = Vec::new();
        for (at, rule) in rules_of(cohort) {
            let part = Part::Step(at);
            self.title(part, &rule.title);
            // What must hold: the condition, or its opposite.
            let mut wanted = rule.kind == RuleKind::Require;
            let mut when = &rule.when;
            while let Condition::Not(denied) = when {
                (wanted, when) = (!wanted, denied);
            }
            let always = always(when);
            let said = earlier.iter().find(|(_, known)| *known == when).map(|(wanted, _)| *wanted);
            if always == Some(!wanted) || said == Some(!wanted) {
                self.tell(part, LintCode::NobodyLeft, "");
            } else if always == Some(wanted) || said == Some(wanted) {
                self.tell(part, LintCode::RuleIdle, "");
            }
            earlier.push((wanted, when));
        }
    }

    pub(super) fn design(&mut self, cohort: &CohortDefinition) {
        if cohort.exit.is_none() {
            self.tell(Part::Heading, LintCode::ExitMissing, "");
        }
        self.none_rules(cohort);
        self.prevalent(cohort);
        self.outcomes(cohort);
    }

    /// "None" needs that it could have been seen.
    fn none_rules(&mut self, cohort: &CohortDefinition) {
        let mut observed: Vec<&Kind> = Vec::new();
        for (at, rule) in rules_of(cohort).filter(|(_, rule)| rule.kind == RuleKind::Require) {
            Node::Condition(&rule.when).walk(&mut |node| {
                if let Node::Condition(Condition::Observed { kinds, .. }) = node {
                    observed.extend(kinds);
                }
            });
            let undeclared = |kind: &&Kind| {
                self.facts.covered.as_ref().is_some_and(|covered| !covered.contains(*kind))
            };
            let missing: Vec<String> = match &rule.when {
                Condition::Observed { kinds, .. } => {
                    kinds.iter().filter(undeclared).map(crate::text::kind).collect()
                }
                _ => Vec::new(),
            };
            for kind in missing {
                self.tell(Part::Step(at), LintCode::CoverageUndeclared, kind);
            }
        }
        let is_seen = |kind: &Kind| {
            let is_drug = matches!(kind, Kind::DrugOrder | Kind::DrugAdmin | Kind::Dispensing);
            observed.contains(&kind) || (is_drug && observed.contains(&&Kind::Drug))
        };
        for (at, rule) in rules_of(cohort) {
            let mut none = Vec::new();
            none_of(&rule.when, rule.kind == RuleKind::Exclude, &mut none);
            let mut kinds: Vec<String> = Vec::new();
            for set in none {
                kinds.extend(
                    kinds_of(set).into_iter().filter(|kind| !is_seen(kind)).map(crate::text::kind),
                );
            }
            kinds.sort();
            kinds.dedup();
            if !kinds.is_empty() {
                self.tell(Part::Step(at), LintCode::NoneUnobserved, kinds.join(" | "));
            }
        }
        if cohort.entry.says.choose == Choice::FirstInLife {
            let mut kinds: Vec<String> = Vec::new();
            for alternative in &cohort.entry.says.alternatives {
                let unseen = kinds_of(&alternative.of).into_iter().filter(|kind| !is_seen(kind));
                kinds.extend(unseen.map(crate::text::kind));
            }
            if !kinds.is_empty() {
                self.tell(Part::Entry, LintCode::NoneUnobserved, kinds.join(" | "));
            }
        }
    }

    /// New users: those who enter with a drug, and may have had it before.
    fn prevalent(&mut self, cohort: &CohortDefinition) {
        let entry = &cohort.entry.says;
        if entry.choose == Choice::FirstInLife || cohort.washout.is_some() {
            return;
        }
        for (at, alternative) in entry.alternatives.iter().enumerate() {
            let drugs = codes_of(&alternative.of, is_drug);
            let is_excluded =
                !drugs.is_empty() && drugs.iter().all(|drug| is_excluded_before(cohort, drug));
            if has_kind(&alternative.of, is_drug) && !is_excluded {
                self.tell(Part::Alternative(at), LintCode::PrevalentUsers, "");
            }
        }
    }

    /// Outcomes that people may have had before.
    fn outcomes(&mut self, cohort: &CohortDefinition) {
        for (at, output) in cohort.outputs.iter().enumerate() {
            let Output::Outcome { name, of, .. } = &output.says else { continue };
            let rules: Vec<&Rule> = rules_of(cohort).map(|(_, rule)| rule).collect();
            if !is_death(of) && !is_ruled_out(of, &rules) {
                self.tell(Part::Output(at), LintCode::OutcomeBefore, name.as_str());
            }
        }
    }
}

fn rules_of(cohort: &CohortDefinition) -> impl Iterator<Item = (usize, &Rule)> {
    cohort.steps.iter().enumerate().filter_map(|(at, step)| match &step.says {
        Step::Rule(rule) => Some((at, rule)),
        Step::Let(_) => None,
    })
}

/// What a condition always is, as far as its text tells.
fn always(condition: &Condition) -> Option<bool> {
    match condition {
        Condition::Truth(truth) => Some(*truth),
        Condition::Has { count: Count::AtLeast(0), spanning: None, .. } => Some(true),
        Condition::Within { low, high, .. } => {
            let (Limit::Closed(low) | Limit::Open(low)) = &**low;
            let (Limit::Closed(high) | Limit::Open(high)) = &**high;
            match (low, high) {
                (
                    Number::Literal { value: low, unit: low_unit },
                    Number::Literal { value: high, unit: high_unit },
                ) if low_unit == high_unit && low.get() > high.get() => Some(false),
                _ => None,
            }
        }
        Condition::Compare {
            left,
            is: Comparison::Less | Comparison::Greater | Comparison::NotEqual,
            right,
        } if left == right => Some(false),
        Condition::Of { share, conditions } => of_always(*share, conditions),
        _ => None,
    }
}

fn of_always(share: Share, conditions: &[Condition]) -> Option<bool> {
    let parts: Vec<Option<bool>> = conditions.iter().map(always).collect();
    let count = u32::try_from(conditions.len()).unwrap_or(u32::MAX);
    match share {
        Share::All if parts.contains(&Some(false)) => Some(false),
        Share::Any if parts.contains(&Some(true)) => Some(true),
        Share::None if parts.contains(&Some(true)) => Some(false),
        Share::AtLeast(0) => Some(true),
        Share::AtLeast(k) | Share::Exactly(k) if k > count => Some(false),
        Share::AtMost(k) if k >= count => Some(true),
        _ => None,
    }
}

/// The sets of which none may be there for the condition to be what is wanted.
fn none_of<'a>(condition: &'a Condition, is_denied: bool, none: &mut Vec<&'a EventSet>) {
    match condition {
        Condition::Has { count, of, .. } => {
            let is_none = match count {
                Count::AtLeast(_) => is_denied,
                Count::AtMost(_) | Count::Exactly(0) => !is_denied,
                Count::Exactly(_) => false,
            };
            if is_none {
                none.push(of);
            }
        }
        Condition::Not(denied) => none_of(denied, !is_denied, none),
        Condition::Of { share, conditions } => {
            let is_denied = if *share == Share::None { !is_denied } else { is_denied };
            conditions.iter().for_each(|part| none_of(part, is_denied, none));
        }
        Condition::Else(known, _) => none_of(known, is_denied, none),
        _ => {}
    }
}

fn kinds_of(set: &EventSet) -> Vec<&Kind> {
    let mut kinds = Vec::new();
    sources(set, &mut |source| {
        if let Source::Records(records) = source {
            kinds.push(&records.kind);
        }
    });
    kinds
}

/// Visits where the events of a set come from, not what its filters look at.
fn sources<'a>(set: &'a EventSet, visit: &mut dyn FnMut(&'a Source)) {
    visit(&set.from);
    match &set.from {
        Source::AnyOf(sets) => sets.iter().for_each(|set| sources(set, visit)),
        Source::Take(take) => sources(&take.of, visit),
        Source::Episodes(episodes) => sources(&episodes.of, visit),
        Source::Era(era) => sources(&era.of, visit),
        Source::Records(_) | Source::Cohort(_) | Source::List(_) | Source::Named(_) => {}
    }
}

fn is_drug(kind: &Kind) -> bool {
    matches!(kind, Kind::Drug | Kind::DrugOrder | Kind::DrugAdmin | Kind::Dispensing)
}

fn has_kind(set: &EventSet, wanted: fn(&Kind) -> bool) -> bool {
    kinds_of(set).into_iter().any(wanted)
}

fn is_death(set: &EventSet) -> bool {
    kinds_of(set) == [&Kind::Death]
}

fn codes_of(set: &EventSet, wanted: fn(&Kind) -> bool) -> Vec<&Name> {
    let mut codes = Vec::new();
    sources(set, &mut |source| {
        if let Source::Records(records) = source
            && wanted(&records.kind)
        {
            codes.extend(&records.codes);
        }
    });
    codes
}

fn is_excluded_before(cohort: &CohortDefinition, drug: &Name) -> bool {
    rules_of(cohort).any(|(_, rule)| {
        let mut none = Vec::new();
        none_of(&rule.when, rule.kind == RuleKind::Exclude, &mut none);
        none.iter().any(|set| reaches_back(set) && codes_of(set, is_drug).contains(&drug))
    })
}

/// Whether a rule drops those who had what a set holds before the index.
pub(super) fn is_ruled_out(outcome: &EventSet, rules: &[&Rule]) -> bool {
    let mut wanted = Vec::new();
    sources(outcome, &mut |source| wanted.push(source));
    let names = |source: &Source| match source {
        Source::Records(records) => records.codes.clone(),
        Source::Cohort(name) | Source::List(name) | Source::Named(name) => vec![name.clone()],
        _ => Vec::new(),
    };
    let wanted: Vec<Name> = wanted.into_iter().flat_map(names).collect();
    let mut ruled_out = Vec::new();
    for rule in rules {
        let mut none = Vec::new();
        none_of(&rule.when, rule.kind == RuleKind::Exclude, &mut none);
        for set in none.into_iter().filter(|set| reaches_back(set)) {
            sources(set, &mut |source| ruled_out.extend(names(source)));
        }
    }
    wanted.iter().all(|name| ruled_out.contains(name))
}

/// Whether a window has days before the index.
fn reaches_back(set: &EventSet) -> bool {
    let Some(window) = &set.window else { return true };
    match window.from.moment() {
        None => true,
        Some(from) => {
            let is_back = from.offset.is_some_and(|offset| offset.count < 0);
            is_back || !matches!(from.anchor, Anchor::Index) || matches!(window.from, Bound::Ever)
        }
    }
}

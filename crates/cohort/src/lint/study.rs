//! Studies.

use std::collections::HashMap;

use crate::ast::{
    Anchor, Condition, Moment, Name, Node, Population, Step, StudyDefinition, UseKind,
};
use crate::text::Part;

use super::design::is_ruled_out;
use super::language::named_in;
use super::{LintCode, Linter};

impl Linter<'_> {
    pub(super) fn study(&mut self, study: &StudyDefinition) {
        let mut parts: Vec<(Part, Node<'_>)> = Vec::new();
        for (part, arm) in [(Part::Target, &study.target), (Part::Comparator, &study.comparator)] {
            parts.extend(arm.says.only.iter().map(|only| (part, Node::Condition(only))));
        }
        for (at, rule) in study.rules.iter().enumerate() {
            parts.push((Part::Step(at), Node::Condition(&rule.says.rule.when)));
            self.title(Part::Step(at), &rule.says.rule.title);
        }
        for (at, outcome) in study.outcomes.iter().enumerate() {
            parts.push((Part::Output(at), Node::Set(&outcome.says.of)));
        }
        for (part, node) in &parts {
            self.units_in(*part, *node, &HashMap::new());
        }
        let mut named = named_in(&parts);
        named.push((UseKind::Cohort, &study.target.says.cohort));
        named.push((UseKind::Cohort, &study.comparator.says.cohort));
        if let Some(covariates) = &study.covariates {
            named.extend(covariates.says.except.iter().map(|name| (UseKind::Codes, name)));
        }
        named.extend(study.negative_controls.iter().map(|of| (UseKind::Codes, &of.says)));
        self.uses(&study.heading, &named);
        self.arms(study);
        self.study_outcomes(study);
        self.covariates(study);
    }

    fn arms(&mut self, study: &StudyDefinition) {
        let (target, comparator) = (&study.target.says, &study.comparator.says);
        if target == comparator {
            self.tell(Part::Comparator, LintCode::ArmsAlike, "");
        }
        for (at, rule) in study.rules.iter().enumerate() {
            if rule.says.from != Population::Both {
                self.tell(Part::Step(at), LintCode::Asymmetric, "");
            }
        }
        if target.only.is_some() != comparator.only.is_some() {
            self.tell(Part::Comparator, LintCode::Asymmetric, "where");
        }
        if target.cohort != comparator.cohort
            && !self.chosen_alike(&target.cohort, &comparator.cohort)
        {
            let detail = format!("{} ≠ {}", target.cohort, comparator.cohort);
            self.tell(Part::Comparator, LintCode::Asymmetric, detail);
        }
    }

    /// Whether two cohorts ask the same of their people, but for how they enter.
    fn chosen_alike(&self, one: &Name, other: &Name) -> bool {
        let rules = |name: &Name| {
            let cohort = self.facts.cohorts.get(name)?;
            let rules = cohort.steps.iter().filter_map(|step| match &step.says {
                Step::Rule(rule) => Some((rule.kind, &rule.when)),
                Step::Let(_) => None,
            });
            let calendar = cohort.calendar.as_ref().map(|clause| clause.says);
            let washout = cohort.washout.as_ref().map(|clause| clause.says);
            Some((rules.collect::<Vec<(_, &Condition)>>(), calendar, washout))
        };
        match (rules(one), rules(other)) {
            (Some(one), Some(other)) => one == other,
            // What is not at hand cannot be told to be alike.
            _ => false,
        }
    }

    fn study_outcomes(&mut self, study: &StudyDefinition) {
        let rules: Vec<_> = study
            .rules
            .iter()
            .filter(|rule| rule.says.from == Population::Both)
            .map(|rule| &rule.says.rule)
            .collect();
        for (at, outcome) in study.outcomes.iter().enumerate() {
            let is_death = crate::text::format_set(&outcome.says.of) == "death";
            if !is_death && !is_ruled_out(&outcome.says.of, &rules) {
                self.tell(Part::Output(at), LintCode::OutcomeBefore, outcome.says.name.as_str());
            }
            self.title(Part::Output(at), &outcome.says.title);
        }
    }

    fn covariates(&mut self, study: &StudyDefinition) {
        let Some(covariates) = &study.covariates else { return };
        let is_ahead = |moment: &Moment| {
            let goes_on = moment.offset.is_some_and(|offset| offset.count > 0);
            match moment.anchor {
                Anchor::Index => goes_on,
                Anchor::Birth | Anchor::CoverageStart | Anchor::StudyStart => false,
                _ => true,
            }
        };
        if is_ahead(&covariates.says.to) {
            self.tell(Part::Covariates, LintCode::CovariatesAhead, "");
        }
    }
}

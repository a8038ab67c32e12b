//! Studies.

use crate::ast::{
    Arm, Clause, Covariates, Heading, Name, Population, StudyDefinition, StudyOutcome, StudyRule,
    UseKind, Window,
};
use crate::problem::ProblemCode;
use crate::text::RULES_MAX;

use super::{Parser, Part, Phase, Taken, Type};

#[derive(Default)]
struct Draft {
    heading: Option<Heading>,
    target: Option<Clause<Arm>>,
    comparator: Option<Clause<Arm>>,
    rules: Vec<Clause<StudyRule>>,
    outcomes: Vec<Clause<StudyOutcome>>,
    covariates: Option<Clause<Covariates>>,
    negative_controls: Option<Clause<Name>>,
}

impl Parser<'_> {
    pub(super) fn study(&mut self, heading: Option<Heading>) -> Option<StudyDefinition> {
        self.phase = Phase::AfterEntry;
        let mut draft = Draft { heading, ..Draft::default() };
        let mut rank = 0;
        while !self.is_end() {
            let from = self.at;
            if self.study_clause(&mut draft, &mut rank).is_err() {
                self.at += usize::from(self.at == from);
                self.recover();
            }
        }
        let end = self.comments_left();
        let missing = [
            (draft.target.is_none(), "target"),
            (draft.comparator.is_none(), "comparator"),
            (draft.outcomes.is_empty(), "outcome"),
        ];
        if self.problems.is_empty() {
            let at = self.place();
            for (_, clause) in missing.iter().filter(|(is_missing, _)| *is_missing) {
                self.tell(at, ProblemCode::ClauseMissing, *clause);
            }
        }
        Some(StudyDefinition {
            heading: draft.heading?,
            target: draft.target?,
            comparator: draft.comparator?,
            rules: draft.rules,
            outcomes: draft.outcomes,
            covariates: draft.covariates,
            negative_controls: draft.negative_controls,
            end,
        })
    }

    fn study_clause(&mut self, draft: &mut Draft, rank: &mut u8) -> Taken<()> {
        let (from, at) = (self.at, self.place());
        let word = self.clause_word(rank)?;
        if matches!(word.as_str(), "source" | "uses") {
            return self.top(&word, draft.heading.as_mut());
        }
        self.at += 1;
        match word.as_str() {
            "target" | "comparator" => {
                let is_target = word == "target";
                self.places.0.insert(if is_target { Part::Target } else { Part::Comparator }, at);
                let arm = self.arm()?;
                let clause = self.finish(from, arm);
                let slot = if is_target { &mut draft.target } else { &mut draft.comparator };
                self.once(slot, at, clause);
            }
            "require" | "exclude" => {
                self.places.0.insert(Part::Step(draft.rules.len()), at);
                let population = self.population()?;
                let rule = self.rule(&word)?;
                let clause = self.finish(from, StudyRule { from: population, rule });
                draft.rules.push(clause);
                if draft.rules.len() == RULES_MAX + 1 {
                    self.tell(at, ProblemCode::TooManyRules, format!("> {RULES_MAX}"));
                }
            }
            "outcome" => {
                self.places.0.insert(Part::Output(draft.outcomes.len()), at);
                let outcome = self.study_outcome()?;
                let clause = self.finish(from, outcome);
                draft.outcomes.push(clause);
            }
            "covariates" => {
                self.places.0.insert(Part::Covariates, at);
                let covariates = self.covariates()?;
                let clause = self.finish(from, covariates);
                self.once(&mut draft.covariates, at, clause);
            }
            "negative_controls" => {
                self.places.0.insert(Part::NegativeControls, at);
                let name = self.used(UseKind::Codes)?;
                let clause = self.finish(from, name);
                self.once(&mut draft.negative_controls, at, clause);
            }
            _ => {
                self.at = from;
                return self.unexpected("cohort NAME …");
            }
        }
        Ok(())
    }

    fn arm(&mut self) -> Taken<Arm> {
        self.must_sign("=")?;
        self.must("cohort")?;
        let cohort = self.used(UseKind::Cohort)?;
        let only = if self.takes("where") { Some(self.condition()?) } else { None };
        Ok(Arm { cohort, only })
    }

    fn population(&mut self) -> Taken<Population> {
        if !self.takes("from") {
            return Ok(Population::Both);
        }
        if self.takes("target") {
            Ok(Population::Target)
        } else if self.takes("comparator") {
            Ok(Population::Comparator)
        } else {
            self.unexpected("target, comparator")
        }
    }

    fn study_outcome(&mut self) -> Taken<StudyOutcome> {
        let at = self.place();
        let name = self.name()?;
        let title = self.title();
        self.must_sign("=")?;
        let select = self.must_select()?;
        let set_at = self.place();
        let of = self.set()?;
        if of.window.is_some() {
            self.tell(set_at, ProblemCode::WrongType, "→ at risk [from, to]");
        }
        self.must("at")?;
        self.must("risk")?;
        let (from, to) = self.bounds()?;
        self.bind(&name, at, Type::Event, true);
        let at_risk = Window { from, to, ..Window::ever() };
        Ok(StudyOutcome { title, name, select, of, at_risk })
    }

    fn covariates(&mut self) -> Taken<Covariates> {
        self.must("in")?;
        self.must_sign("[")?;
        let from = self.moment()?;
        self.must_sign(",")?;
        let to = self.moment()?;
        self.must_sign("]")?;
        let has_exceptions = self.takes("except");
        let except = if has_exceptions {
            self.piped(|parser| parser.used(UseKind::Codes))?
        } else {
            Vec::new()
        };
        Ok(Covariates { from, to, except })
    }
}

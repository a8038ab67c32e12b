//! Brings a definition of our language back to Circe, where Circe can say it.
//!
//! Every part is found by trying what Circe could say: a candidate counts only where its import is
//! the very part that stands in the definition. So nothing is exported with another meaning.

mod around;
mod event;

use serde_json::{Value, json};

use super::domain::Domain;
use super::expression::EndStrategy;
use super::import::around::Index;
use super::import::exit::{Way, entry_end};
use super::import::{Feature, Importer, around as import_around, say};
use crate::ast::{
    Alternative, Anchor, Bound, Branch, Choice, CohortDefinition, ConceptSet, Condition, Event,
    Include, Keep, Moment, Remark, RuleKind, Selection, Source, Span, Step, Supply, TimeUnit,
};

/// A definition as Circe JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The expression.
    pub json: Value,
    /// What is the same only under a condition that is told.
    pub assumed: Vec<Feature>,
}

/// Brings a definition and the concept sets it uses to Circe.
///
/// # Errors
/// All parts that Circe cannot say, by their place in the definition.
pub fn export(
    definition: &CohortDefinition,
    concept_sets: &[ConceptSet],
) -> Result<Exported, Vec<Feature>> {
    let mut exporter = Exporter {
        importer: Importer::of_sets(concept_sets),
        sets: concept_sets.to_vec(),
        refused: Vec::new(),
    };
    let json = exporter.expression(definition);
    if exporter.refused.is_empty() {
        Ok(Exported { json, assumed: exporter.importer.assumed })
    } else {
        Err(exporter.refused)
    }
}

struct Exporter {
    importer: Importer,
    sets: Vec<ConceptSet>,
    refused: Vec<Feature>,
}

/// Days before and after the entry that must be observed.
type Observed = (i32, i32);

impl Exporter {
    fn refuse(&mut self, place: &str, what: &'static str) {
        self.refused.push(Feature { path: place.to_owned(), what });
    }

    fn expression(&mut self, definition: &CohortDefinition) -> Value {
        self.refuse_clauses(definition);
        let sets: Vec<Value> = self
            .sets
            .clone()
            .iter()
            .enumerate()
            .map(|(id, set)| self.concept_set(id, set))
            .collect();
        let mut criteria = Vec::new();
        let mut ways = Vec::new();
        let mut all_visits = true;
        let mut observed: Option<Observed> = None;
        for (at, way) in definition.entry.says.alternatives.iter().enumerate() {
            let place = format!("entry, way {}", at + 1);
            let Some((json, domain, days)) = self.way(way, &place) else { continue };
            if *observed.get_or_insert(days) != days {
                self.refuse(&place, "ways in that must be observed for different times");
            }
            all_visits &= import_around::has_visit(domain);
            ways.push(Way { name: way.of.name.clone(), ends: domain.ends });
            criteria.push(json);
        }
        let (prior, post) = observed.unwrap_or((0, 0));
        let index = Index {
            event: Event::Entry,
            start: Moment::at(Anchor::Index),
            end: entry_end(&ways),
            period: (Anchor::CoverageStart, Anchor::CoverageEnd),
            observed: (prior, post),
            has_visit: all_visits,
        };
        let rules = self.rules(definition, &index);
        let primary_limit = match definition.entry.says.choose {
            Choice::All => "All",
            Choice::Last => "Last",
            _ => "First",
        };
        let limit = match definition.keep.as_ref().map(|clause| clause.says) {
            None => "All",
            Some(Keep::Last) => "Last",
            Some(_) => "First",
        };
        let mut json = json!({
            "cdmVersionRange": ">=5.0.0",
            "PrimaryCriteria": {
                "CriteriaList": criteria,
                "ObservationWindow": {"PriorDays": prior, "PostDays": post},
                "PrimaryCriteriaLimit": {"Type": primary_limit}
            },
            "ConceptSets": sets,
            "QualifiedLimit": {"Type": "First"},
            "ExpressionLimit": {"Type": limit},
            "InclusionRules": rules,
            "CensoringCriteria": self.censoring(definition),
            "CollapseSettings": {"CollapseType": "ERA", "EraPad": self.pad(definition)},
            "CensorWindow": {}
        });
        if let Some(strategy) = self.end_strategy(definition, &ways) {
            json["EndStrategy"] = strategy;
        }
        if let Some(title) = &definition.heading.title.en {
            json["Title"] = json!(title);
        }
        json
    }

    fn refuse_clauses(&mut self, definition: &CohortDefinition) {
        let absent = [
            (
                "calendar",
                definition.calendar.is_some(),
                "a calendar for the index; write a condition on the entry's day",
            ),
            ("let", !definition.before.is_empty(), "names before the entry"),
            (
                "index",
                definition.index.is_some(),
                "an index that is not the start of the entry event",
            ),
            (
                "washout",
                definition.washout.is_some(),
                "a washout; write a rule that excludes earlier events",
            ),
            ("follow_up", definition.follow_up.is_some(), "a follow-up counted to the exit"),
            ("sample", definition.sample.is_some(), "a sample"),
            ("matched", definition.matched.is_some(), "matching"),
            ("outputs", !definition.outputs.is_empty(), "variables, outcomes, strata and measures"),
        ];
        for (place, is_there, what) in absent {
            if is_there {
                self.refuse(place, what);
            }
        }
        if !matches!(definition.entry.says.choose, Choice::All | Choice::First | Choice::Last) {
            self.refuse("entry", "the n-th event, and the first in life before other conditions");
        }
        if let Some(Keep::Nth(_)) = definition.keep.as_ref().map(|clause| clause.says) {
            self.refuse("keep", "the n-th period");
        }
    }

    fn pad(&mut self, definition: &CohortDefinition) -> u32 {
        match definition.episodes.as_ref().map(|clause| clause.says) {
            Some(Span { count, unit: TimeUnit::Day }) => count,
            Some(_) => {
                self.refuse("episodes", "a gap that is not in days");
                0
            }
            None => {
                self.refuse(
                    "episodes",
                    "periods that overlap and stay apart; write `episodes gap 0d`",
                );
                0
            }
        }
    }

    fn concept_set(&mut self, id: usize, set: &ConceptSet) -> Value {
        let place = format!("codes {}", set.name);
        let mut items = Vec::new();
        let lines = set.include.iter().map(|line| (line, false));
        for (clause, out) in lines.chain(set.exclude.iter().map(|line| (line, true))) {
            let line: &Include = &clause.says;
            let Some(concept) = line.code.parse::<i64>().ok().filter(|_| line.system == say::OMOP)
            else {
                self.refuse(&place, "codes that are no OMOP concepts");
                break;
            };
            if line.branch == Branch::Prefix {
                self.refuse(&place, "codes by their prefix");
            }
            let source =
                clause.comments.after.as_ref().and_then(|after| after.as_str().rsplit_once(' '));
            let (vocabulary, code) = source.unwrap_or_default();
            items.push(json!({
                "concept": {
                    "CONCEPT_ID": concept,
                    "CONCEPT_NAME": line.display.en.clone().unwrap_or_default(),
                    "CONCEPT_CODE": code,
                    "VOCABULARY_ID": vocabulary
                },
                "isExcluded": out,
                "includeDescendants": line.branch == Branch::Descendants,
                "includeMapped": line.mapped
            }));
        }
        let name = set.title.en.clone().unwrap_or_else(|| set.name.as_str().to_owned());
        json!({"id": id, "name": name, "expression": {"items": items}})
    }

    /// A way in: the criterion, its domain, and the days that must be observed around it.
    fn way(
        &mut self,
        way: &Alternative,
        place: &str,
    ) -> Option<(Value, &'static Domain, Observed)> {
        let (mut found, rest) = self.events(&way.of, true, place)?;
        let mut rest = rest.into_iter();
        let days = rest.next().as_ref().and_then(observed_days);
        let Some(days) = days.filter(|_| way.of.window.is_none()) else {
            self.refuse(place, "an entry without `observed visit in [this - …, this]`");
            return None;
        };
        let groups: Vec<Condition> = rest.collect();
        self.add_group(&mut found, (&way.of, groups), true, place);
        let domain = found.domain;
        Some((found.json(), domain, days))
    }

    fn rules(&mut self, definition: &CohortDefinition, index: &Index) -> Vec<Value> {
        let mut rules = Vec::new();
        for (at, clause) in definition.steps.iter().enumerate() {
            let place = format!("step {}", at + 1);
            let Step::Rule(rule) = &clause.says else {
                self.refuse(&place, "a name for something between rules");
                continue;
            };
            if rule.kind == RuleKind::Exclude {
                self.refuse(&place, "`exclude`; write `require` with `no …`");
                continue;
            }
            let Some(group) = self.group(&rule.when, index, true, &place) else { continue };
            let lines: Vec<&str> = clause.comments.before.iter().map(Remark::as_str).collect();
            let name = rule.title.en.clone().unwrap_or_default();
            let mut json = json!({"name": name, "expression": group});
            if !lines.is_empty() {
                json["description"] = json!(lines.join("\n"));
            }
            rules.push(json);
        }
        rules
    }

    fn censoring(&mut self, definition: &CohortDefinition) -> Vec<Value> {
        let mut criteria = Vec::new();
        let moments = definition.censor.as_ref().map_or(&[][..], |clause| &clause.says[..]);
        for (at, moment) in moments.iter().enumerate() {
            let place = format!("censor, moment {}", at + 1);
            let Moment {
                anchor: Anchor::Start(Event::Select(Selection::First, set)),
                offset: None,
            } = moment
            else {
                self.refuse(&place, "a censoring moment that is not the start of a first event");
                continue;
            };
            let from_index = set.window.as_ref().is_some_and(|window| {
                window.from == Bound::Closed(Moment::at(Anchor::Index)) && window.to == Bound::Ever
            });
            if !from_index {
                self.refuse(&place, "a censoring event in a window other than [index, ever]");
                continue;
            }
            let Some((mut found, mut rest)) = self.events(set, true, &place) else { continue };
            let this = say::start_of(Event::This);
            if rest.first() == Some(&say::observed(this.clone(), this)) {
                rest.remove(0);
            }
            self.add_group(&mut found, (set, rest), true, &place);
            criteria.push(found.json());
        }
        criteria
    }

    fn end_strategy(&mut self, definition: &CohortDefinition, ways: &[Way]) -> Option<Value> {
        let moments = &definition.exit.as_ref()?.says;
        let may_skip = definition.keep.is_some() || definition.censor.is_some();
        let mut candidates = Vec::new();
        for days in moments.iter().map(|moment| moment.offset.map_or(0, |offset| offset.count)) {
            candidates.push(EndStrategy::DateOffset { from_end: false, offset: days });
            for offset in [days, days.saturating_sub(1)] {
                candidates.push(EndStrategy::DateOffset { from_end: true, offset });
            }
        }
        if let [Moment { anchor: Anchor::End(Event::Select(Selection::First, set)), offset }] =
            &moments[..]
        {
            let offset = offset.map_or(0, |offset| offset.count);
            let found = match &set.from {
                Source::Episodes(episodes) => Some((episodes.gap.count, None)),
                Source::Era(era) => match era.supply {
                    Supply::Fixed(span) => Some((era.gap.count, Some(span.count))),
                    _ => None,
                },
                _ => None,
            };
            if let Some((gap, supply)) = found {
                for id in 0..self.sets.len() {
                    candidates.push(EndStrategy::CustomEra {
                        drug_codeset_id: i64::try_from(id).unwrap_or(0),
                        gap_days: i32::try_from(gap).unwrap_or(0).saturating_sub(offset),
                        offset,
                        days_supply_override: supply
                            .map(|days| i32::try_from(days).unwrap_or(1).saturating_sub(1)),
                    });
                }
            }
        }
        let found = candidates.into_iter().find(|strategy| {
            self.tries(|importer| importer.exit(Some(strategy), ways, may_skip))
                .is_some_and(|exit| exit == *moments)
        });
        match found {
            Some(EndStrategy::DateOffset { from_end, offset }) => {
                let field = if from_end { "EndDate" } else { "StartDate" };
                Some(json!({"DateOffset": {"DateField": field, "Offset": offset}}))
            }
            Some(EndStrategy::CustomEra {
                drug_codeset_id,
                gap_days,
                offset,
                days_supply_override,
            }) => {
                let mut era = json!({"DrugCodesetId": drug_codeset_id, "GapDays": gap_days, "Offset": offset});
                if let Some(days) = days_supply_override {
                    era["DaysSupplyOverride"] = json!(days);
                }
                Some(json!({"CustomEra": era}))
            }
            None => {
                self.refuse("exit", "an exit other than days from the entry event or a drug era");
                None
            }
        }
    }

    /// What the import says to a candidate; nothing where it says something is missing.
    fn tries<T>(&mut self, ask: impl FnOnce(&mut Importer) -> T) -> Option<T> {
        let (before, assumed) = (self.importer.missing.len(), self.importer.assumed.clone());
        let answer = ask(&mut self.importer);
        let failed = self.importer.missing.len() > before;
        self.importer.missing.truncate(before);
        if failed {
            self.importer.assumed = assumed;
        }
        (!failed).then_some(answer)
    }
}

/// The days of `observed visit in [this - 365d, this + 0d]`.
fn observed_days(condition: &Condition) -> Option<Observed> {
    let Condition::Observed { from: Bound::Closed(from), to: Bound::Closed(to), .. } = condition
    else {
        return None;
    };
    let days = |moment: &Moment| moment.offset.map_or(0, |offset| offset.count);
    let (prior, post) = (days(from).checked_neg()?, days(to));
    let this = say::start_of(Event::This);
    let again = say::observed(say::later(this.clone(), -prior), say::later(this, post));
    (*condition == again && prior >= 0 && post >= 0).then_some((prior, post))
}

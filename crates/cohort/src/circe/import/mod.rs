//! Brings a Circe expression into our language, or says exactly what cannot be said.

pub(super) mod around;
pub(super) mod event;
pub(super) mod exit;
pub(super) mod say;
pub(super) mod sets;

use crate::ast::{
    Alternative, Anchor, Choice, Clause, CohortDefinition, Comments, ConceptSet, Definition, Entry,
    Event, Heading, Keep, Moment, Name, Remark, Rule, RuleKind, Span, Step, TimeUnit, Title,
    Version,
};
use crate::text;
use around::{Index, unwrapped};
use exit::Way;
use sets::{Sets, titled};

use super::expression::{CohortExpression, CriteriaGroup, ResultLimit};

/// Something in a Circe expression, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct Feature {
    /// Where it stands.
    pub path: String,
    /// What it is.
    pub what: &'static str,
}

/// What an imported definition is called; Circe knows no name.
#[derive(Clone, Debug)]
pub struct Naming {
    /// Its name.
    pub name: Name,
    /// Its version.
    pub version: Version,
    /// What people call it.
    pub title: Title,
    /// Where it was published.
    pub sources: Vec<String>,
}

/// A definition in our language.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The definition.
    pub definition: CohortDefinition,
    /// Its concept sets, also those it does not use, in the order of Circe; then lists of concepts
    /// that stood in criteria.
    pub concept_sets: Vec<ConceptSet>,
    /// What is the same only under a condition that is told.
    pub assumed: Vec<Feature>,
}

/// Brings an expression into our language.
///
/// # Errors
/// All features our language cannot say, by their path.
pub fn import(expression: &CohortExpression, naming: Naming) -> Result<Imported, Vec<Feature>> {
    let mut importer = Importer {
        sets: Sets::new(&expression.concept_sets),
        names: Names::default(),
        concept_sets: expression.concept_sets.clone(),
        missing: Vec::new(),
        assumed: Vec::new(),
    };
    let definition = importer.definition(expression, naming);
    if importer.missing.is_empty() && !is_read_again(&definition) {
        importer.missing("$", TOO_MUCH);
    }
    if importer.missing.is_empty() {
        let concept_sets = importer.sets.sets;
        Ok(Imported { definition, concept_sets, assumed: importer.assumed })
    } else {
        Err(importer.missing)
    }
}

pub(super) struct Importer {
    pub(super) sets: Sets,
    names: Names,
    concept_sets: Vec<super::expression::ConceptSet>,
    pub(super) missing: Vec<Feature>,
    pub(super) assumed: Vec<Feature>,
}

/// Names for events: `a` to `z`, then `a1`.
#[derive(Default)]
struct Names(u32);

impl Names {
    fn fresh(&mut self) -> Name {
        let letter = char::from(b'a' + u8::try_from(self.0 % 26).unwrap_or(0));
        let round = self.0 / 26;
        self.0 += 1;
        Name(if round == 0 { letter.to_string() } else { format!("{letter}{round}") })
    }
}

/// Whether the text of a definition says it: one that is nested too deep, or too long, cannot be
/// kept.
fn is_read_again(definition: &CohortDefinition) -> bool {
    let definition = Definition::Cohort(Box::new(definition.clone()));
    text::parse(&text::format(&definition)).is_ok_and(|read| read.definition == definition)
}

const TOO_MUCH: &str = "more nesting, rules or text than a definition may have";
const EMPTY_SET: &str = "a concept set that is not there or includes nothing";

impl Importer {
    /// One that knows concept sets by their place, to say again what an expression would become.
    pub(super) fn of_sets(sets: &[ConceptSet]) -> Self {
        Self {
            sets: Sets::holding(sets),
            names: Names::default(),
            concept_sets: Vec::new(),
            missing: Vec::new(),
            assumed: Vec::new(),
        }
    }

    fn missing(&mut self, path: &str, what: &'static str) {
        self.missing.push(Feature { path: path.to_owned(), what });
    }

    fn assume(&mut self, path: &str, what: &'static str) {
        let feature = Feature { path: path.to_owned(), what };
        if !self.assumed.contains(&feature) {
            self.assumed.push(feature);
        }
    }

    /// The concept set with this id.
    fn set_by_id(&mut self, id: i64, path: &str) -> Option<Name> {
        let name = self.sets.by_id(id);
        if name.is_none() {
            self.missing(path, EMPTY_SET);
        }
        name
    }

    /// The concepts of a set that needs no vocabulary to be known.
    fn plain_set(&mut self, id: i64, path: &str) -> Option<Vec<i64>> {
        let set = self.concept_sets.iter().find(|set| set.id == id);
        let plain = set
            .filter(|set| set.items.iter().all(|item| !item.is_excluded && !item.include_mapped));
        let ids = plain.map(|set| set.items.iter().map(|item| item.concept.id).collect());
        if ids.is_none() {
            self.missing(path, EMPTY_SET);
        }
        ids
    }

    fn definition(&mut self, expression: &CohortExpression, naming: Naming) -> CohortDefinition {
        let plan = Plan::of(expression);
        let (alternatives, ways) = self.entry(expression, &plan);
        let mut steps = Vec::new();
        let index = Index {
            event: Event::Entry,
            start: Moment::at(Anchor::Index),
            end: exit::entry_end(&ways),
            period: (Anchor::CoverageStart, Anchor::CoverageEnd),
            observed: (
                expression.primary.prior_days.try_into().unwrap_or(i32::MAX),
                expression.primary.post_days.try_into().unwrap_or(i32::MAX),
            ),
            has_visit: expression.primary.criteria.iter().all(|c| around::has_visit(c.domain)),
        };
        if let (Some(group), false) = (&expression.additional, plan.additional_in_entry) {
            let title = Title { en: Some(ADDITIONAL.to_owned()), ja: None };
            steps.push(self.rule((group, "$.AdditionalCriteria"), title, "", &index));
        }
        for (at, rule) in expression.inclusion_rules.iter().enumerate() {
            let path = format!("$.InclusionRules[{at}].expression");
            let mut title = titled(&rule.name);
            if title.en.is_none() {
                title.en = Some(format!("rule {}", at + 1));
            }
            let group = (&rule.expression, path.as_str());
            steps.push(self.rule(group, title, &rule.description, &index));
        }
        if expression.censor_window != super::range::Period::default() {
            self.missing("$.CensorWindow", "periods cut to a window of the calendar");
        }
        let may_skip = plan.keep.is_some() || !expression.censoring.is_empty();
        let exit = self.exit(expression.end_strategy.as_ref(), &ways, may_skip);
        let censor = self.censor(&expression.censoring);
        let entry = Entry { choose: plan.choose, alternatives };
        CohortDefinition {
            heading: self.heading(naming),
            calendar: None,
            before: Vec::new(),
            entry: clause(entry),
            index: None,
            washout: None,
            steps,
            exit: (!exit.is_empty()).then(|| clause(exit)),
            censor: (!censor.is_empty()).then(|| clause(censor)),
            follow_up: None,
            keep: plan.keep.map(clause),
            // Circe joins periods that overlap whatever the pad.
            episodes: Some(clause(Span { count: expression.era_pad, unit: TimeUnit::Day })),
            sample: None,
            matched: None,
            outputs: Vec::new(),
            end: Vec::new(),
        }
    }

    fn heading(&self, naming: Naming) -> Heading {
        Heading {
            comments: Comments::default(),
            name: naming.name,
            version: naming.version,
            title: naming.title,
            sources: naming.sources.into_iter().map(clause).collect(),
            uses: self.sets.uses(),
        }
    }

    fn rule(
        &mut self,
        (group, path): (&CriteriaGroup, &str),
        title: Title,
        description: &str,
        index: &Index,
    ) -> Clause<Step> {
        let when = unwrapped(self.group(group, path, index, true));
        let lines = description.lines().filter_map(|line| titled(line).en);
        let before = lines.filter_map(|line| Remark::new(&line).ok()).collect();
        Clause {
            comments: Comments { before, after: None },
            says: Step::Rule(Rule { kind: RuleKind::Require, title, when }),
        }
    }

    fn entry(
        &mut self,
        expression: &CohortExpression,
        plan: &Plan,
    ) -> (Vec<Alternative>, Vec<Way>) {
        let mut alternatives = Vec::new();
        let mut ways = Vec::new();
        let primary = &expression.primary;
        let differ = primary.criteria.windows(2).any(|two| match two {
            [one, other] => one.domain.ends != other.domain.ends,
            _ => false,
        });
        for (at, criterion) in primary.criteria.iter().enumerate() {
            let path = format!("$.PrimaryCriteria.CriteriaList[{at}].{}", criterion.domain.name);
            let (mut set, mut conditions) = self.events(criterion, &path, true);
            let ends = criterion.domain.ends;
            if differ {
                set.name.get_or_insert_with(|| self.names.fresh());
            }
            let this = say::start_of(Event::This);
            let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
            conditions.push(say::observed(
                say::later(this.clone(), -days(primary.prior_days)),
                say::later(this, days(primary.post_days)),
            ));
            let inner = criterion.correlated.as_deref();
            let inner = inner.map(|group| (group, format!("{path}.CorrelatedCriteria")));
            let more = expression.additional.as_ref().filter(|_| plan.additional_in_entry);
            let more = more.map(|group| (group, String::from("$.AdditionalCriteria")));
            let groups: Vec<_> = inner.into_iter().chain(more).collect();
            if !groups.is_empty() {
                let name = set.name.get_or_insert_with(|| self.names.fresh()).clone();
                let around = Index::named(&name, criterion.domain);
                conditions.push(self.groups(&groups, &around));
            }
            set.with = say::all(conditions);
            ways.push(Way { name: set.name.clone(), ends });
            alternatives.push(Alternative { comments: Comments::default(), of: set });
        }
        (alternatives, ways)
    }
}

/// The title of the rule that additional criteria become.
pub(super) const ADDITIONAL: &str = "additional criteria";

fn clause<T>(says: T) -> Clause<T> {
    Clause { comments: Comments::default(), says }
}

/// Where the three limits of Circe go: to the entry, or after the rules.
struct Plan {
    choose: Choice,
    additional_in_entry: bool,
    keep: Option<Keep>,
}

impl Plan {
    fn of(expression: &CohortExpression) -> Self {
        let none = Self { choose: Choice::All, additional_in_entry: false, keep: None };
        let first = choice(expression.primary.limit);
        if first != Choice::All {
            // One event is left, so that later limits have nothing to choose from.
            return Self { choose: first, ..none };
        }
        let has_rules = !expression.inclusion_rules.is_empty();
        let last = expression.expression_limit;
        let Some(additional) = &expression.additional else {
            return match has_rules {
                true => Self { keep: keep(last), ..none },
                false => Self { choose: choice(last), ..none },
            };
        };
        let qualified = expression.qualified_limit;
        if choice(qualified) == Choice::All {
            return Self { keep: keep(last), ..none };
        }
        if additional.is_empty() {
            return Self { choose: choice(qualified), ..none };
        }
        if has_rules {
            Self { choose: choice(qualified), additional_in_entry: true, keep: None }
        } else {
            Self { keep: keep(qualified), ..none }
        }
    }
}

fn choice(limit: ResultLimit) -> Choice {
    match limit {
        ResultLimit::All => Choice::All,
        ResultLimit::First => Choice::First,
        ResultLimit::Last => Choice::Last,
    }
}

fn keep(limit: ResultLimit) -> Option<Keep> {
    match limit {
        ResultLimit::All => None,
        ResultLimit::First => Some(Keep::First),
        ResultLimit::Last => Some(Keep::Last),
    }
}

//! The steps of a definition as lines of a page, with who is left after each.

use std::collections::BTreeSet;

use cohort::ast::{CohortDefinition, Definition, RuleKind, Step, Title};
use cohort::lint::Finding;
use cohort::text::Part;
use cohort::words;
use desk::{Bar, Page, Part as BarPart, Tone};
use disclosure::{Counted, Released};

use crate::cohorts::answer::Answer;
use crate::cohorts::draft::Draft;
use crate::cohorts::edit;

/// One step.
#[derive(Debug)]
pub(crate) struct StepLine {
    /// Its place among the steps.
    pub(crate) place: usize,
    /// Its place among the rules; none for a name that is given.
    pub(crate) rule: Option<usize>,
    /// Its number, from 1.
    pub(crate) number: String,
    pub(crate) excludes: bool,
    pub(crate) title: String,
    pub(crate) says: String,
    pub(crate) is_off: bool,
    /// Who is left after it.
    pub(crate) left: Option<String>,
    /// Who is gone with it, of those told.
    pub(crate) lost: String,
    /// Of whom it is not known.
    pub(crate) unknown: Option<String>,
    /// How many more there would be without it.
    pub(crate) costs: Option<String>,
    pub(crate) bar: Option<Bar>,
    pub(crate) findings: Vec<String>,
    /// As the text says it.
    pub(crate) text: String,
    pub(crate) is_first: bool,
    pub(crate) is_last: bool,
}

/// The steps in order.
pub(crate) fn lines(
    page: &Page,
    draft: &Draft,
    (answer, off): (Option<&Answer>, &BTreeSet<usize>),
) -> Vec<StepLine> {
    let Some(definition) = draft.definition() else { return Vec::new() };
    let rules = edit::rule_places(definition);
    let said = untitled(draft, definition, page);
    let mut before = answer.map(Answer::before_rules);
    let whole = before.and_then(Released::number).unwrap_or(0);
    let last = definition.steps.len().saturating_sub(1);
    let mut lines = Vec::new();
    for (place, step) in definition.steps.iter().enumerate() {
        let rule = rules.iter().position(|one| *one == place);
        let (title, excludes) = match &step.says {
            Step::Rule(rule) => {
                (rule.title.get(page.locale()).unwrap_or_default(), rule.kind == RuleKind::Exclude)
            }
            Step::Let(_) => ("", false),
        };
        let is_off = rule.is_some_and(|rule| off.contains(&rule));
        let row = rule.and_then(|rule| answer?.rule(rule)).filter(|_| !is_off);
        let left = row.and_then(|row| Some(answer?.tell(row.left)));
        let people = |released: Released| page.released(released, Counted::People);
        let unknown = row.and_then(|row| Some(answer?.tell(row.unknown)));
        let costs = row.and_then(|row| Some(answer?.told(row.costs.patients)));
        let told = |released: Option<Released>| {
            released.filter(|one| one.number().is_some_and(|number| number > 0)).map(people)
        };
        lines.push(StepLine {
            place,
            rule,
            number: rule.map(|rule| (rule + 1).to_string()).unwrap_or_default(),
            excludes,
            title: title.to_owned(),
            says: said.get(place).cloned().unwrap_or_default(),
            is_off,
            left: left.map(people),
            lost: lost(page, before, left),
            unknown: told(unknown),
            costs: told(costs),
            bar: left.and_then(|left| bar(left, before, whole)),
            findings: findings(draft, page, |part| part == Part::Step(place)),
            text: edit::step_text(draft, place),
            is_first: place == 0,
            is_last: place == last,
        });
        before = left.or(before);
    }
    lines
}

/// What may deceive in these parts, with what to do.
pub(crate) fn findings(draft: &Draft, page: &Page, of: impl Fn(Part) -> bool) -> Vec<String> {
    let found = draft.findings.iter().filter(|found| of(found.part));
    let placeless = found.map(|found| Finding { at: None, ..found.clone() });
    placeless.map(|found| capital(&found.say(page.locale()))).collect()
}

/// Each step as a sentence without its title, which stands above it.
fn untitled(draft: &Draft, definition: &CohortDefinition, page: &Page) -> Vec<String> {
    let mut bare = definition.clone();
    for step in &mut bare.steps {
        if let Step::Rule(rule) = &mut step.says {
            rule.title = Title::default();
        }
    }
    let steps = bare.steps.len();
    let said = words::say(&Definition::Cohort(Box::new(bare)), page.locale(), &draft.used.titles);
    let of = |place: usize| {
        let sentence = said.iter().find(|one| one.part == Part::Step(place));
        let text = sentence.map(|one| one.text.as_str()).unwrap_or_default();
        let is_rule =
            definition.steps.get(place).is_some_and(|step| matches!(step.says, Step::Rule(_)));
        match text.split_once(": ") {
            Some((_, says)) if is_rule => capital(says),
            _ => text.to_owned(),
        }
    };
    (0..steps).map(of).collect()
}

/// A sentence as one begins.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The difference of two numbers that are both told.
fn lost(page: &Page, before: Option<Released>, left: Option<Released>) -> String {
    let number = |released: Option<Released>| released.and_then(Released::number);
    match (number(before), number(left)) {
        (Some(before), Some(left)) if before > left => ["−", &page.number(before - left)].concat(),
        (Some(_), Some(_)) => "±0".to_owned(),
        _ => String::new(),
    }
}

/// Who is left, and lighter who was there before the rule, of all that came to the rules.
fn bar(left: Released, before: Option<Released>, whole: u64) -> Option<Bar> {
    let left = left.number()?;
    let before = before.and_then(Released::number).unwrap_or(left);
    let parts = [
        BarPart { amount: left, tone: Tone::Data },
        BarPart { amount: before.saturating_sub(left), tone: Tone::Light },
        BarPart { amount: whole.saturating_sub(before.max(left)), tone: Tone::Rest },
    ];
    (whole > 0).then(|| Bar::parts(&parts).thin())
}

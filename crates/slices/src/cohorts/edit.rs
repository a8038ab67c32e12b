//! Changes of a definition that a page makes: a rule more, less, elsewhere, or in other words.
//!
//! The text is the one thing that is edited: a change is made in it and read again, so that no
//! page can make what the language cannot say.

use cohort::ast::{Clause, CohortDefinition, Definition, Hash, Name, Step, Use, UseKind, Version};
use cohort::text::{self, Part};

use super::draft::Draft;

/// The parts that may follow the steps, in the order of the text.
const AFTER_STEPS: [Part; 8] = [
    Part::Exit,
    Part::Censor,
    Part::FollowUp,
    Part::Keep,
    Part::Episodes,
    Part::Sample,
    Part::Matched,
    Part::Output(0),
];

/// A concept set as a definition names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedSet {
    pub(crate) name: Name,
    pub(crate) version: Version,
    pub(crate) hash: Hash,
}

/// The definition without one of its steps and without the concept sets that only it named.
pub(crate) fn removed(definition: &CohortDefinition, place: usize) -> String {
    let mut definition = definition.clone();
    if place < definition.steps.len() {
        definition.steps.remove(place);
    }
    without_idle(definition)
}

/// The definition with a step one place earlier or later.
pub(crate) fn moved(definition: &CohortDefinition, place: usize, down: bool) -> String {
    let mut definition = definition.clone();
    let other = if down { place.checked_add(1) } else { place.checked_sub(1) };
    if let Some(other) = other.filter(|other| (*other).max(place) < definition.steps.len()) {
        definition.steps.swap(place, other);
    }
    written(definition)
}

/// The text with these lines as one more step, after all others, using these concept sets too.
pub(crate) fn added(draft: &Draft, set: Option<&NamedSet>, lines: &str) -> String {
    let Some(definition) = draft.definition() else { return draft.text.clone() };
    let canonical = written(with_use(definition.clone(), set));
    let Ok(parsed) = text::parse(&canonical) else { return draft.text.clone() };
    let at = AFTER_STEPS.into_iter().find_map(|part| parsed.places.of(part));
    inserted(&canonical, at.map(|at| at.line), lines)
}

/// The text with other lines in the place of one step.
pub(crate) fn reworded(draft: &Draft, place: usize, lines: &str) -> String {
    let Some((from, to)) = lines_of(draft, place) else { return draft.text.clone() };
    let all: Vec<&str> = draft.text.lines().collect();
    let before = all.iter().take(from).copied();
    let after = all.iter().skip(to).copied();
    joined(before.chain(lines.lines()).chain(after))
}

/// The text of one step, as it stands in the definition.
pub(crate) fn step_text(draft: &Draft, place: usize) -> String {
    let Some((from, to)) = lines_of(draft, place) else { return String::new() };
    let lines = draft.text.lines().skip(from).take(to - from);
    let lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    let margin = |line: &&str| line.len() - line.trim_start().len();
    let least = lines.iter().map(margin).min().unwrap_or(0);
    let cut = lines.iter().map(|line| line.get(least..).unwrap_or_default());
    cut.collect::<Vec<_>>().join("\n")
}

/// The lines of a step, from 0, the last not included.
fn lines_of(draft: &Draft, place: usize) -> Option<(usize, usize)> {
    let line = |part| draft.place(part).and_then(|at| usize::try_from(at.line).ok());
    let from = line(Part::Step(place))?.checked_sub(1)?;
    let steps = draft.definition()?.steps.len();
    let later = (place + 1..steps).map(Part::Step).chain(AFTER_STEPS);
    let next = later.into_iter().find_map(line).and_then(|line| line.checked_sub(1));
    let to = next.unwrap_or_else(|| draft.text.lines().count());
    // What stands above the next clause as a remark is that clause's.
    let all: Vec<&str> = draft.text.lines().collect();
    let is_its = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let mut end = to;
    while end > from + 1 && all.get(end - 1).is_some_and(|line| is_its(line)) {
        end -= 1;
    }
    Some((from, end))
}

/// A definition whose first event is this.
pub(crate) fn begun((name, en, ja): (&Name, &str, &str), set: &NamedSet, entry: &str) -> String {
    let (en, ja) = (quoted(en), quoted(ja));
    let NamedSet { name: codes, version, hash } = set;
    format!(
        "cohort {name} version 1 {en} ja {ja}\n  uses codes {codes} version {version} \
         sha256:{}\n\n  entry {entry}\n  exit at coverage.end\n",
        hash.as_str()
    )
}

/// A title as the text writes it.
pub(crate) fn quoted(title: &str) -> String {
    let plain: String = title.chars().filter(|letter| !letter.is_control()).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

fn with_use(mut definition: CohortDefinition, set: Option<&NamedSet>) -> CohortDefinition {
    let Some(set) = set else { return definition };
    let uses = &mut definition.heading.uses;
    let is_known = |one: &Clause<Use>| one.says.kind == UseKind::Codes && one.says.name == set.name;
    if !uses.iter().any(is_known) {
        let (name, version) = (set.name.clone(), set.version.clone());
        let says = Use { kind: UseKind::Codes, name, version, hash: Some(set.hash.clone()) };
        uses.push(Clause { comments: cohort::ast::Comments::default(), says });
    }
    definition
}

/// Leaves out the concept sets that nothing names any more.
fn without_idle(mut definition: CohortDefinition) -> String {
    let mut bare = definition.clone();
    bare.heading.uses.clear();
    let text = written(bare);
    let words: std::collections::BTreeSet<&str> =
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    let uses = &mut definition.heading.uses;
    uses.retain(|one| one.says.kind != UseKind::Codes || words.contains(one.says.name.as_str()));
    written(definition)
}

fn written(definition: CohortDefinition) -> String {
    text::format(&Definition::Cohort(Box::new(definition)))
}

/// A text with lines before one of its lines, from 1, or at its end.
fn inserted(text: &str, line: Option<u32>, lines: &str) -> String {
    let all: Vec<&str> = text.lines().collect();
    let line =
        line.and_then(|line| usize::try_from(line).ok()).and_then(|line| line.checked_sub(1));
    let at = line.unwrap_or(all.len()).min(all.len());
    let (before, after) = all.split_at(at);
    joined(before.iter().copied().chain(lines.lines()).chain(after.iter().copied()))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The places of the rules among the steps.
pub(crate) fn rule_places(definition: &CohortDefinition) -> Vec<usize> {
    let steps = definition.steps.iter().enumerate();
    steps.filter(|(_, step)| matches!(step.says, Step::Rule(_))).map(|(place, _)| place).collect()
}

//! Conditions on the future.

use std::collections::BTreeSet;

use vocab::Locale;

use crate::ast::{
    Anchor, Bound, CohortDefinition, Condition, Event, EventSet, Moment, Name, Node, Source, Step,
    Value, Window,
};
use crate::text::Part;

use super::{LintCode, Linter};

impl Linter<'_> {
    /// Rules and ways in that look past the index.
    pub(super) fn future(&mut self, cohort: &CohortDefinition) {
        let mut ahead: BTreeSet<&Name> = BTreeSet::new();
        for clause in &cohort.before {
            remember(&clause.says, &mut ahead);
        }
        for (at, alternative) in cohort.entry.says.alternatives.iter().enumerate() {
            let with = alternative.of.with.as_deref();
            if with.is_some_and(|with| looks_ahead(Node::Condition(with), &ahead, true)) {
                self.tell(Part::Alternative(at), LintCode::LooksAhead, "");
            }
        }
        for (at, step) in cohort.steps.iter().enumerate() {
            match &step.says {
                Step::Let(value) => remember(value, &mut ahead),
                Step::Rule(rule) => {
                    if looks_ahead(Node::Condition(&rule.when), &ahead, false) {
                        let title = rule.title.get(Locale::En);
                        let title = title.map(|title| format!("\"{title}\"")).unwrap_or_default();
                        self.tell(Part::Step(at), LintCode::LooksAhead, title);
                    }
                }
            }
        }
    }
}

fn remember<'a>(value: &'a Value, ahead: &mut BTreeSet<&'a Name>) {
    let (Value::Events(name, _)
    | Value::Event(name, _)
    | Value::Number(name, _)
    | Value::Moment(name, _)
    | Value::Code(name, _)
    | Value::Condition(name, _)) = value;
    if looks_ahead(Node::of(value), ahead, false) {
        ahead.insert(name);
    }
}

/// Whether an answer depends on what happens after the index. `at_entry`: what is at hand is the
/// entry event itself, so that a step forward from it is one too.
fn looks_ahead(node: Node<'_>, ahead: &BTreeSet<&Name>, at_entry: bool) -> bool {
    let mut found = false;
    node.walk(&mut |part| {
        found |= match part {
            Node::Set(set) => set_ahead(set, ahead, at_entry),
            Node::Event(Event::Named(name)) => ahead.contains(name),
            Node::Number(crate::ast::Number::Named(name)) => ahead.contains(name),
            Node::Code(crate::ast::Code::Named(name)) => ahead.contains(name),
            Node::Condition(Condition::Named(name)) => ahead.contains(name),
            Node::Condition(Condition::Observed { to, .. }) => bound_ahead(to, at_entry),
            Node::Moment(Moment { anchor: Anchor::Named(name), .. }) => ahead.contains(name),
            Node::Moment(Moment { anchor: Anchor::Exit | Anchor::Death, .. }) => true,
            _ => false,
        };
    });
    found
}

fn set_ahead(set: &EventSet, ahead: &BTreeSet<&Name>, at_entry: bool) -> bool {
    match (&set.window, &set.from) {
        (Some(window), _) => window_ahead(window, at_entry),
        (None, Source::Named(name)) => ahead.contains(name),
        // Its parts are asked on their own.
        _ => false,
    }
}

fn window_ahead(window: &Window, at_entry: bool) -> bool {
    bound_ahead(&window.to, at_entry)
}

fn bound_ahead(to: &Bound, at_entry: bool) -> bool {
    let Some(moment) = to.moment() else { return true };
    let goes_on = moment.offset.is_some_and(|offset| offset.count > 0);
    match &moment.anchor {
        Anchor::Index | Anchor::Start(Event::Entry) => goes_on,
        Anchor::Exit | Anchor::CoverageEnd | Anchor::CoverageEndOf(_) => true,
        Anchor::StudyEnd | Anchor::Death => true,
        Anchor::IntervalStart | Anchor::IntervalEnd => true,
        // From the entry event forward; from another event, that one's window decides.
        Anchor::Start(_) | Anchor::End(_) => at_entry && goes_on,
        Anchor::Latest(moments) => {
            moments.iter().any(|moment| bound_ahead(&Bound::Closed(moment.clone()), at_entry))
        }
        Anchor::Earliest(moments) => {
            moments.iter().all(|moment| bound_ahead(&Bound::Closed(moment.clone()), at_entry))
        }
        Anchor::Else(known, other) => [known, other]
            .iter()
            .any(|moment| bound_ahead(&Bound::Closed(Moment::clone(moment)), at_entry)),
        Anchor::Birth | Anchor::Date(_) | Anchor::StudyStart => false,
        Anchor::CoverageStart | Anchor::CoverageStartOf(_) => false,
        Anchor::Named(_) => false,
    }
}

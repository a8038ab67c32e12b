//! Sets of events and single events.

use crate::ast::{
    Certainty, Event, EventSet, Rank, Records, Selection, Source, Span, Supply, TakeFrom,
};

use super::doc::Doc;
use super::expression::{Room, condition, moment, time_unit, window};
use super::{kind, piped};

pub(crate) fn set(set: &EventSet) -> Doc {
    let mut parts = Vec::new();
    if let Some(name) = &set.name {
        parts.push(format!("{name}: ").into());
    }
    parts.push(source(&set.from));
    if let Some(when) = &set.window {
        parts.push(Doc::Row(vec![Doc::Line, window(when)]).indent());
    }
    if let Some(with) = &set.with {
        let with = condition(with, Room::Tight);
        parts.push(Doc::Row(vec![Doc::Line, "with ".into(), with]).indent());
    }
    Doc::Row(parts).group()
}

fn source(source: &Source) -> Doc {
    match source {
        Source::Records(of) => records(of).into(),
        Source::Cohort(name) => format!("cohort {name}").into(),
        Source::List(name) => format!("list {name}").into(),
        Source::Named(name) => name.as_str().into(),
        Source::AnyOf(sets) => Doc::list("(", sets.iter().map(set).collect(), " or", ")"),
        Source::Take(take) => {
            let word = match take.from {
                TakeFrom::First => "first",
                TakeFrom::Last => "last",
            };
            of_set(&format!("{word} {}", take.count), &take.of)
        }
        Source::Episodes(episodes) => {
            of_set(&format!("episodes gap {}", span(episodes.gap)), &episodes.of)
        }
        Source::Era(era) => {
            let supply = supply(era.supply, era.carry);
            of_set(&format!("era gap {} {supply}", span(era.gap)), &era.of)
        }
    }
}

pub(crate) fn records(records: &Records) -> String {
    let mut written = kind(&records.kind);
    match records.certainty {
        Certainty::Confirmed => {}
        Certainty::Suspected => written.push_str(" suspected"),
        Certainty::Either => written.push_str(" confirmed or suspected"),
    }
    match records.rank {
        None => {}
        Some(Rank::Main) => written.push_str(" main"),
        Some(Rank::Other) => written.push_str(" other"),
    }
    if !records.codes.is_empty() {
        written.push_str(" in ");
        written.push_str(&piped(&records.codes));
    }
    written
}

/// `WORD of (SET)`
pub(crate) fn of_set(word: &str, of: &EventSet) -> Doc {
    Doc::list(&format!("{word} of ("), vec![set(of)], "", ")")
}

/// `30d`
pub(crate) fn span(span: Span) -> String {
    format!("{}{}", span.count, time_unit(span.unit))
}

pub(crate) fn supply(supply: Supply, carry: bool) -> String {
    let supply = match supply {
        Supply::Recorded => "supply recorded".to_owned(),
        Supply::RecordedElse(other) => format!("supply recorded else {}", span(other)),
        Supply::Fixed(fixed) => format!("supply {}", span(fixed)),
    };
    if carry { supply + " carry" } else { supply }
}

/// An event where a whole expression stands.
pub(crate) fn event(event: &Event) -> Doc {
    match event {
        Event::This => "this".into(),
        Event::Entry => "entry".into(),
        Event::Named(name) => name.as_str().into(),
        Event::Select(which, of) => Doc::Row(vec![selection(which), " ".into(), set(of)]),
    }
}

/// An event inside an expression.
pub(crate) fn event_argument(of: &Event) -> Doc {
    match of {
        Event::Select(..) => Doc::Row(vec!["(".into(), event(of), ")".into()]),
        of => event(of),
    }
}

pub(crate) fn selection(selection: &Selection) -> Doc {
    match selection {
        Selection::First => "first".into(),
        Selection::Last => "last".into(),
        Selection::Nth(nth) => format!("nth({nth})").into(),
        Selection::FirstInLife => "first in life".into(),
        Selection::Highest => "highest".into(),
        Selection::Lowest => "lowest".into(),
        Selection::Nearest(to) => Doc::Row(vec!["nearest to (".into(), moment(to), ")".into()]),
    }
}

//! One event: which step tells it, and how it stands beside a row.

use crate::ast::{Event, Name, Node, Value};
use crate::eval::Refused;

use super::expression::member;
use super::row::Row;
use super::writer::{At, Bound, Keyed, Said, Writer, text};

/// A step with an event for each key: the columns of a member and, unless it is always there,
/// `state` (1 found, 0 absent, 2 unknown; no row is absent).
#[derive(Clone, Debug)]
pub(super) struct ChosenBy {
    pub(super) of: Keyed,
    pub(super) always: bool,
}

/// An event beside a row.
pub(super) struct Seen {
    pub(super) alias: String,
    pub(super) state: String,
}

impl Seen {
    /// Whether it is there.
    pub(super) fn is_found(&self) -> String {
        format!("{} = 1", self.state)
    }
}

impl Writer<'_> {
    /// The step of an event.
    pub(super) fn event(&mut self, at: At, event: &Event) -> Said<ChosenBy> {
        let place = self.hoisted(at, Node::Event(event))?;
        match event {
            Event::This | Event::Entry => self.at_hand(place),
            Event::Named(name) => self.event_named(at, name),
            Event::Select(selection, set) => {
                let of = self.select(place, selection, set)?;
                Ok(ChosenBy { of, always: false })
            }
        }
    }

    /// The event that a scope has.
    fn at_hand(&self, at: At) -> Said<ChosenBy> {
        let step = self.scope(at.scope)?.relation.clone();
        Ok(ChosenBy { of: Keyed { step, scope: at.scope }, always: true })
    }

    fn event_named(&mut self, at: At, name: &Name) -> Said<ChosenBy> {
        if let Some(depth) = self.enclosing(at, name) {
            let scope = self.chain(at.scope).get(depth).map_or(at.scope, |(id, _)| *id);
            return self.at_hand(At { scope, ..at });
        }
        if let (Some(came), Ok(depth)) = (self.came_by(name), self.candidate_depth(at, "entry")) {
            let scope = self.chain(at.scope).get(depth).map_or(at.scope, |(id, _)| *id);
            return self.entered_by(At { scope, ..at }, name, &came);
        }
        match self.named(at, name)? {
            (Bound::Value(Value::Event(_, event)), inner) => self.event(inner, event),
            (Bound::Outcome(select, of), inner) => {
                let event = Event::Select(select.clone(), Box::new(of.clone()));
                self.event(inner, &event)
            }
            _ => Err(Refused::unbound(name).into()),
        }
    }

    /// The entry event, where it came by this alternative.
    fn entered_by(&mut self, at: At, name: &Name, came: &str) -> Said<ChosenBy> {
        let says = text(Node::Event(&Event::Named(name.clone())));
        if let Some(of) = self.known("way", at, &says) {
            return Ok(ChosenBy { of, always: false });
        }
        let (key, relation) = (self.key(at.scope), self.scope(at.scope)?.relation.clone());
        let select = format!(
            "select x.{key}, 1 as state, {}\nfrom {relation} as x\nwhere x.{came}",
            member("x")
        );
        let of = Keyed { step: self.step("way", &says, select), scope: at.scope };
        self.keep("way", at, &says, &of);
        Ok(ChosenBy { of, always: false })
    }

    /// Puts an event beside a row.
    pub(super) fn beside(&self, row: &mut Row, chosen: &ChosenBy) -> Seen {
        let alias = self.join(row, &chosen.of);
        let state =
            if chosen.always { "1".to_owned() } else { format!("coalesce({alias}.state, 0)") };
        Seen { alias, state }
    }
}

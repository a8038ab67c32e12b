//! Sets: which events of the source are members, for certain or perhaps.

use crate::ast::{Bound, EventSet, Node, Relation, Window};

use super::expression::{day, member, numbered, order, sure};
use super::row::Row;
use super::writer::{At, Is, Keyed, Said, Scope, Writer, text};

impl Writer<'_> {
    /// The step with the members of a set: key, the columns of a member, `certain`.
    pub(super) fn set(&mut self, at: At, set: &EventSet) -> Said<Keyed> {
        self.set_in(at, set, set.window.as_ref())
    }

    /// A set in another window than its own.
    pub(super) fn set_in(
        &mut self,
        at: At,
        set: &EventSet,
        window: Option<&Window>,
    ) -> Said<Keyed> {
        let at = self.hoisted_set(at, set, window)?;
        let mut says = EventSet { window: window.cloned(), ..set.clone() };
        if says.with.is_none() {
            says.name = None;
        }
        let says = text(Node::Set(&says));
        if let Some(known) = self.known("set", at, &says) {
            return Ok(known);
        }
        let source = self.source(at, &set.from)?;
        let window = window.filter(|window| **window != ever_as(window));
        let keyed = match (&set.with, window) {
            (None, None) => source,
            (None, Some(window)) => {
                let asked = self.asked(at, &source, Some(window))?;
                let key = self.key(at.scope);
                let select = format!(
                    "select m.{key}, {}, coalesce(m.belongs, false) as certain\nfrom ({asked}) as \
                     m\nwhere m.belongs is not false",
                    member("m")
                );
                Keyed { step: self.step("set", &says, select), scope: at.scope }
            }
            (Some(_), window) => self.filtered(at, set, &source, window)?,
        };
        self.keep("set", at, &says, &keyed);
        Ok(keyed)
    }

    /// Each event of a source, at each place where the set is asked, with `belongs`: whether it is
    /// a member as far as source and window say.
    fn asked(&mut self, at: At, source: &Keyed, window: Option<&Window>) -> Said<String> {
        let mut row = self.row(at.scope)?;
        let lies = match window {
            Some(window) => self.lies(&mut row, at, "m", window)?,
            None => "true".to_owned(),
        };
        let (keys, key) = (self.keys(at.scope, "x"), self.key(source.scope));
        Ok(format!(
            "select {keys}, {}, (case when m.certain then true end) and {lies} as belongs\nfrom \
             {}\njoin {} as m on m.{key} = x.{key}",
            member("m"),
            row.from(),
            source.step
        ))
    }

    /// The members for which `with` holds: the scope of them is opened, and it is asked there.
    fn filtered(
        &mut self,
        at: At,
        set: &EventSet,
        source: &Keyed,
        window: Option<&Window>,
    ) -> Said<Keyed> {
        let asked = self.asked(at, source, window)?;
        let says = text(Node::Set(set));
        let (key, fresh) = (self.key(at.scope), self.fresh_key("member"));
        let number = numbered("", &format!("m.{key}, {}", order("m")));
        let select = format!(
            "select {number} as {fresh}, m.*\nfrom ({asked}) as m\nwhere m.belongs is not false"
        );
        let relation = self.step("asked", &format!("each event of {says}"), select);
        let scope = Scope {
            around: Some(at.scope),
            relation,
            key: fresh,
            is: Is::Member,
            name: set.name.clone(),
        };
        let inner = At { scope: self.open(scope), ..at };
        let mut row = self.row(inner.scope)?;
        let holds = match &set.with {
            Some(with) => self.condition(&mut row, inner, with)?,
            None => "true".to_owned(),
        };
        let select = format!(
            "select m.{key}, {}, coalesce(m.belongs, false) as certain\nfrom (select x.{key}, {}, \
             x.belongs and {holds} as belongs\nfrom {}) as m\nwhere m.belongs is not false",
            member("m"),
            member("x"),
            row.from()
        );
        Ok(Keyed { step: self.step("set", &says, select), scope: at.scope })
    }

    /// Whether an event, by its alias, lies in a window.
    pub(super) fn lies(
        &mut self,
        row: &mut Row,
        at: At,
        event: &str,
        window: &Window,
    ) -> Said<String> {
        let fine = window.counts_seconds();
        let from = self.side(row, at, &window.from, fine)?;
        let to = self.side(row, at, &window.to, fine)?;
        let start = Range::of(event, ("start_low", "start_high"), fine);
        let last = Range::of(event, ("last_low", "last_high"), fine);
        let within =
            |time: &Range| format!("({} and {})", from.admits_from(time), to.admits_to(time));
        Ok(match window.relation {
            Relation::Starts => within(&start),
            Relation::Ends => within(&last),
            Relation::Wholly => format!("({} and {})", within(&start), within(&last)),
            Relation::Overlaps => {
                let reaches = match &from.range {
                    None => "true".to_owned(),
                    Some(range) => format!(
                        "(case when {event}.start_low is not null and {event}.last_low is null \
                         then case when {} is not null then true end else {} end)",
                        range.low,
                        from.admits_from(&last)
                    ),
                };
                format!("({reaches} and {})", to.admits_to(&start))
            }
        })
    }

    fn side(&mut self, row: &mut Row, at: At, bound: &Bound, fine: bool) -> Said<Side> {
        let Some(moment) = bound.moment() else { return Ok(Side { range: None, closed: true }) };
        let of = self.moment(at, moment)?;
        let alias = self.join(row, &of);
        let range = Range::of(&alias, ("low", "high"), fine);
        Ok(Side { range: Some(range), closed: matches!(bound, Bound::Closed(_)) })
    }
}

/// The same window without bounds.
fn ever_as(window: &Window) -> Window {
    Window { relation: window.relation, ..Window::ever() }
}

/// The days or seconds that something may be.
pub(super) struct Range {
    pub(super) low: String,
    pub(super) high: String,
}

impl Range {
    pub(super) fn of(alias: &str, (low, high): (&str, &str), fine: bool) -> Self {
        let (low, high) = (format!("{alias}.{low}"), format!("{alias}.{high}"));
        if fine { Self { low, high } } else { Self { low: day(&low), high: day(&high) } }
    }

    pub(super) fn before(&self, other: &Self) -> String {
        let holds = format!("{} < {}", self.high, other.low);
        sure(&holds, &format!("{} >= {}", self.low, other.high))
    }

    pub(super) fn not_after(&self, other: &Self) -> String {
        format!("(not {})", other.before(self))
    }

    pub(super) fn same(&self, other: &Self) -> String {
        let one = format!(
            "{} = {} and {} = {} and {} = {}",
            self.low, self.high, self.low, other.low, self.high, other.high
        );
        let apart = format!("{} < {} or {} < {}", self.high, other.low, other.high, self.low);
        sure(&one, &apart)
    }
}

/// A side of a window; without a range it has no bound.
struct Side {
    range: Option<Range>,
    closed: bool,
}

impl Side {
    fn admits_from(&self, time: &Range) -> String {
        match &self.range {
            None => "true".to_owned(),
            Some(range) if self.closed => range.not_after(time),
            Some(range) => range.before(time),
        }
    }

    fn admits_to(&self, time: &Range) -> String {
        match &self.range {
            None => "true".to_owned(),
            Some(range) if self.closed => time.not_after(range),
            Some(range) => time.before(range),
        }
    }
}

//! Choosing one event of a set.

use crate::ast::{Event, EventSet, Moment, Node, NumberField, Quantity, Selection};

use super::expression::{day, finite, member, numbered, order, order_back, quoted};
use super::inputs::quantity_word;
use super::row::Row;
use super::writer::{At, Keyed, Said, Writer, text};

impl Writer<'_> {
    /// The step of one certain member of a set: key, `state`, the columns of a member.
    pub(super) fn select(&mut self, at: At, selection: &Selection, set: &EventSet) -> Said<Keyed> {
        let says = text(Node::Event(&Event::Select(selection.clone(), Box::new(set.clone()))));
        if let Some(known) = self.known("event", at, &says) {
            return Ok(known);
        }
        let keyed = match selection {
            Selection::FirstInLife => self.first_in_life(at, set, &says)?,
            Selection::First => self.nth(at, set, 1, &says)?,
            Selection::Nth(nth) => self.nth(at, set, *nth, &says)?,
            Selection::Last => {
                let of = self.set(at, set)?;
                let picked = picked(&of.step, &self.key(of.scope), &order_back("m"), 1);
                self.chosen(&of, &picked, &says)?
            }
            Selection::Highest => self.extreme(at, set, "desc", &says)?,
            Selection::Lowest => self.extreme(at, set, "asc", &says)?,
            Selection::Nearest(moment) => self.nearest(at, set, moment, &says)?,
        };
        self.keep("event", at, &says, &keyed);
        Ok(keyed)
    }

    fn nth(&mut self, at: At, set: &EventSet, nth: u32, says: &str) -> Said<Keyed> {
        let of = self.set(at, set)?;
        let picked = picked(&of.step, &self.key(of.scope), &order("m"), nth);
        self.chosen(&of, &picked, says)
    }

    /// Absent where no member is picked; unknown where there are uncertain members only.
    fn chosen(&mut self, of: &Keyed, picked: &str, says: &str) -> Said<Keyed> {
        let key = self.key(of.scope);
        let select = format!(
            "select a.{key}, case when p.{key} is not null then 1 when a.sure then 0 else 2 end as \
             state, {}\nfrom (select m.{key}, bool_or(m.certain) as sure\nfrom {} as m\ngroup by \
             m.{key}) as a\nleft join ({picked}) as p on p.{key} = a.{key}",
            member("p"),
            of.step
        );
        Ok(Keyed { step: self.step("event", says, select), scope: of.scope })
    }

    /// The first of those with the best value.
    fn extreme(&mut self, at: At, set: &EventSet, best: &str, says: &str) -> Said<Keyed> {
        let of = self.set(at, set)?;
        let mut row = Row::of(&of.step);
        let value = self.normal_value(&mut row, "x");
        let key = self.key(of.scope);
        let valued = format!(
            "select x.{key}, {}, x.certain, {value} as number\nfrom {}",
            member("x"),
            row.from()
        );
        let valued = self.step("valued", says, valued);
        let number = numbered(&format!("m.{key}"), &format!("m.number {best}, {}", order("m")));
        let picked = format!(
            "select m.{key}, {}\nfrom (select m.*, {number} as n\nfrom {valued} as m\nwhere \
             m.certain and m.number is not null) as m\nwhere m.n = 1",
            member("m")
        );
        self.chosen(&of, &picked, says)
    }

    /// The value of a member in the normal unit of its quantity, or as recorded.
    fn normal_value(&mut self, row: &mut Row, alias: &str) -> String {
        let measured: Vec<Quantity> =
            self.world.codes.values().filter_map(|codes| codes.quantity()).collect();
        let events = self.events();
        let recorded = row.beside(&events, &format!("@.event_id = {alias}.event_id"));
        let plain = finite(&format!("{recorded}.value"));
        if measured.is_empty() {
            return plain;
        }
        let mut units = String::new();
        for quantity in measured {
            let unit = crate::units::normal_unit(quantity);
            self.asks(Some(unit), Some(quantity));
            units.push_str(&format!(" when '{}' then {}", quantity_word(quantity), quoted(unit)));
        }
        let asked = format!("case {alias}.quantity{units} end");
        let normal = self.read_asking(row, alias, &NumberField::Value, &asked);
        format!("case when {alias}.quantity is null then {plain} else {normal} end")
    }

    /// The first of those that start nearest to a moment.
    fn nearest(&mut self, at: At, set: &EventSet, to: &Moment, says: &str) -> Said<Keyed> {
        let of = self.set(at, set)?;
        let moment = self.moment(at, to)?;
        let mut row = self.row(at.scope)?;
        let to_alias = self.join(&mut row, &moment);
        let (start, to) = if to.is_fine() {
            ("m.start_low".to_owned(), format!("{to_alias}.low"))
        } else {
            (day("m.start_low"), day(&format!("{to_alias}.low")))
        };
        let (key, set_key) = (self.key(at.scope), self.key(of.scope));
        let measured = format!(
            "select x.{key}, {}, m.certain, abs({start} - {to}) as distance\nfrom {}\njoin {} as m \
             on m.{set_key} = x.{set_key}",
            member("m"),
            row.from(),
            of.step
        );
        let measured = self.step("distance", says, measured);
        let number = numbered(&format!("m.{key}"), &format!("m.distance, {}", order("m")));
        let picked = format!(
            "select m.{key}, {}\nfrom (select m.*, {number} as n\nfrom {measured} as m\nwhere \
             m.certain and m.distance is not null) as m\nwhere m.n = 1",
            member("m")
        );
        self.chosen(&Keyed { step: measured, scope: at.scope }, &picked, says)
    }

    /// The first of the set without its window, where that one lies in the window.
    fn first_in_life(&mut self, at: At, set: &EventSet, says: &str) -> Said<Keyed> {
        let all = self.set_in(at, set, None)?;
        let picked = picked(&all.step, &self.key(all.scope), &order("m"), 1);
        let first = self.chosen(&all, &picked, says)?;
        let Some(window) = &set.window else { return Ok(first) };
        let mut row = self.row(at.scope)?;
        let alias = self.join(&mut row, &first);
        let lies = self.lies(&mut row, at, &alias, window)?;
        let key = self.key(at.scope);
        let lying = format!(
            "select x.{key}, coalesce({alias}.state, 0) as state, {lies} as lies\nfrom {}",
            row.from()
        );
        let lying = self.step("lying", says, lying);
        let first_key = self.key(first.scope);
        let relation = self.scope(at.scope)?.relation.clone();
        let select = format!(
            "select x.{key}, case when l.state <> 1 then l.state when l.lies then 1 when not \
             l.lies then 0 else 2 end as state, {}\nfrom {relation} as x\njoin {lying} as l on \
             l.{key} = x.{key}\nleft join {} as f on f.{first_key} = x.{first_key} and l.state = 1 \
             and l.lies",
            member("f"),
            first.step
        );
        Ok(Keyed { step: self.step("event", says, select), scope: at.scope })
    }
}

/// The certain member at a place in an order.
fn picked(step: &str, key: &str, order: &str, nth: u32) -> String {
    let number = numbered(&format!("m.{key}"), order);
    format!(
        "select m.{key}, {}\nfrom (select m.*, {number} as n\nfrom {step} as m\nwhere m.certain) as \
         m\nwhere m.n = {nth}",
        member("m")
    )
}

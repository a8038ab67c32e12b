//! Events joined to episodes: gaps and islands.

use crate::ast::Episodes;
use crate::eval::offset;

use super::calendar::{seconds, shifted_days};
use super::expression::{BEFORE, UNTIL, day, member, numbered, order};
use super::writer::{At, Keyed, Said, Writer};

/// Later than every time: the end of what goes on.
pub(super) const FOR_EVER: &str = "9000000000000000";

impl Writer<'_> {
    /// Members in order joined to episodes.
    ///
    /// What an episode reaches is what any member before reaches: one that ended too early for a
    /// member ended too early for all after it.
    pub(super) fn episodes(&mut self, at: At, episodes: &Episodes) -> Said<Keyed> {
        let of = self.set(at, &episodes.of)?;
        let key = self.key(of.scope);
        let over = format!("partition by m.{key} order by {}", order("m"));
        let reached = format!(
            "select m.*, max(coalesce(m.last_high, {FOR_EVER})) over ({over} {BEFORE}) as \
             reached\nfrom {} as m\nwhere m.certain and m.start_low is not null",
            of.step
        );
        let gap = episodes.gap;
        let (reached, joins) = if gap.unit.is_finer_than_a_day() {
            let long = seconds(offset(gap));
            (reached, format!("m.start_low <= m.reached + 1 + {long}"))
        } else {
            // What goes on is left out of the calendar.
            let ended = format!("case when q.reached < {FOR_EVER} then q.reached end");
            let moved = shifted_days(&reached, &[("reach", day(&ended))], gap);
            (moved, format!("(m.reached = {FOR_EVER} or {} <= m.reach_to)", day("m.start_low")))
        };
        let says = format!("episodes of {}", of.step);
        let reached = self.step("reached", &says, reached);
        let islands = island(&reached, &key, &joins, &over);
        let ends = format!(
            "select m.{key}, m.island, count(*) as many, case when count(m.last_low) = count(*) then \
             max(m.last_low) end as low, case when count(m.last_low) = count(*) then \
             max(m.last_high) end as high\nfrom ({islands}) as m\ngroup by m.{key}, m.island"
        );
        let select = firsts(&key, (&islands, &ends), ["e.low", "e.high"]);
        Ok(Keyed { step: self.step("episodes", &says, select), scope: of.scope })
    }
}

/// A query with the number of the island of each member, where a condition joins it to those
/// before.
pub(super) fn island(step: &str, key: &str, joins: &str, over: &str) -> String {
    format!(
        "select m.{key}, {}, cast(sum(case when {joins} then 0 else 1 end) over ({over} {UNTIL}) as \
         bigint) as island\nfrom {step} as m",
        member("m")
    )
}

/// A query for the first member of each island, which lasts as its ends say and counts all.
pub(super) fn firsts(key: &str, (islands, ends): (&str, &str), [low, high]: [&str; 2]) -> String {
    let number = numbered(&format!("m.{key}, m.island"), &order("m"));
    let columns = member("m")
        .replace("m.last_low", &format!("{low} as last_low"))
        .replace("m.last_high", &format!("{high} as last_high"))
        .replace("m.members", "cast(e.many as bigint) as members");
    format!(
        "select m.{key}, {columns}, true as certain\nfrom (select m.*, {number} as n\nfrom \
         ({islands}) as m) as m\njoin ({ends}) as e on e.{key} = m.{key} and e.island = \
         m.island\nwhere m.n = 1"
    )
}

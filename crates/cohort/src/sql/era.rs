//! Exposures laid out over the days that they cover, joined to eras, and the share of days covered.

use crate::ast::{Era, EventSet, Supply, Window};
use crate::eval::offset;

use super::calendar::{days_begun, months, shifted_days, shifted_months};
use super::episode::{FOR_EVER, firsts};
use super::expression::{BEFORE, UNTIL, day, member, numbered, order, with};
use super::row::Row;
use super::writer::{At, Keyed, Said, Writer};

/// The most days that one supply lasts: ten thousand years.
const SUPPLY_DAYS_MAX: &str = "3652500e0";

impl Writer<'_> {
    /// Exposures joined to eras.
    pub(super) fn eras(&mut self, at: At, era: &Era) -> Said<Keyed> {
        let laid = self.laid_out(at, &era.of, era.supply, era.carry)?;
        let key = self.key(laid.scope);
        let over = format!("partition by m.{key} order by {}", order("m"));
        let reached = format!(
            "select m.*, max(coalesce(m.last_day, {FOR_EVER})) over ({over} {BEFORE}) as \
             reached\nfrom {} as m",
            laid.step
        );
        let ended = format!("case when q.reached < {FOR_EVER} then q.reached end");
        let moved = shifted_days(&reached, &[("reach", ended)], era.gap);
        let says = format!("era of {}", laid.step);
        let reached = self.step("reached", &says, moved);
        let joins = format!(
            "m.reached is not null and (m.waits or m.reached = {FOR_EVER} or m.first_day <= \
             m.reach_to)"
        );
        let islands = format!(
            "select m.{key}, {}, m.last_day, cast(sum(case when {joins} then 0 else 1 end) over \
             ({over} {UNTIL}) as bigint) as island\nfrom {reached} as m",
            member("m")
        );
        let ends = format!(
            "select m.{key}, m.island, count(*) as many, case when count(m.last_day) = count(*) then \
             max(m.last_day) * 86400 + 86399 end as last_second\nfrom ({islands}) as m\ngroup by \
             m.{key}, m.island"
        );
        let select = firsts(&key, (&islands, &ends), ["e.last_second"; 2]);
        Ok(Keyed { step: self.step("era", &says, select), scope: laid.scope })
    }

    /// A step with the certain members that start: the columns of a member, `first_day`, `last_day`
    /// (null where it goes on), `waits` (for what is left of those before).
    fn laid_out(&mut self, at: At, set: &EventSet, supply: Supply, carry: bool) -> Said<Keyed> {
        let of = self.set(at, set)?;
        let key = self.key(of.scope);
        let mut row = Row::of(&of.step);
        let recorded = self.recorded(&mut row, "x");
        let supplied = format!("{recorded}.days_supply");
        // Days are rounded up; a fraction of a day is a day.
        let recorded = format!(
            "case when abs({supplied}) <= {:e} then cast(least(greatest(ceil({supplied}), 1e0), \
             {SUPPLY_DAYS_MAX}) as bigint) end",
            f64::MAX
        );
        let own = day("x.start_low");
        let start = format!(
            "select x.{key}, {}, {own} as own, {recorded} as recorded, {} - {own} + 1 as \
             lasts\nfrom {}\nwhere x.certain and x.start_low is not null",
            member("x"),
            day("x.last_high"),
            row.from()
        );
        let says = format!("{} laid out", of.step);
        let select = match carried_months(supply).filter(|_| carry) {
            Some((months, recorded)) => {
                let number = numbered(&format!("m.{key}"), &order("m"));
                let exposures = format!("select m.*, {number} as n\nfrom ({start}) as m");
                let exposures = self.step("exposures", &says, exposures);
                one_by_one(&exposures, &key, months, recorded)
            }
            None if carry => carried(&lasting(&start, supply), &key),
            None => format!(
                "select m.{key}, {}, m.own as first_day, m.own + m.days - 1 as last_day, false as \
                 waits\nfrom ({}) as m",
                member("m"),
                lasting(&start, supply)
            ),
        };
        Ok(Keyed { step: self.step("laid", &says, select), scope: of.scope })
    }

    /// The share of the days of a window on which exposures lie.
    pub(super) fn covered(
        &mut self,
        row: &mut Row,
        at: At,
        (of, supply, carry): (&EventSet, Supply, bool),
        window: &Window,
    ) -> Said<String> {
        if window.counts_seconds() {
            return Ok(super::expression::NO_NUMBER.to_owned());
        }
        let laid = self.laid_out(at, of, supply, carry)?;
        let mut inner = self.row(at.scope)?;
        let (first, last) = self.days_of(&mut inner, at, &window.from, &window.to)?;
        let key = self.key(at.scope);
        let laid_key = self.key(laid.scope);
        let keys = self.keys(at.scope, "x");
        let days =
            format!("select {keys}, {first} as first, {last} as last\nfrom {}", inner.from());
        let days = self.step("days", "days of the window", days);
        let clipped = format!(
            "select d.{key}, greatest(d.first, l.first_day) as low, least(d.last, coalesce(l.last_day, \
             d.last)) as high\nfrom {days} as d\njoin {} as l on l.{laid_key} = d.{laid_key}\nwhere \
             d.first is not null and d.last is not null",
            laid.step
        );
        let over = format!("partition by c.{key} order by c.low, c.high");
        let reached = format!(
            "select c.{key}, c.low, c.high, max(c.high) over ({over} {BEFORE}) as reached\nfrom \
             ({clipped}) as c\nwhere c.low <= c.high"
        );
        let counted = format!(
            "select c.{key}, sum(case when c.reached is null or c.reached < c.low then c.high - c.low \
             + 1 when c.reached < c.high then c.high - c.reached else 0 end) as covered\nfrom \
             ({reached}) as c\ngroup by c.{key}"
        );
        let select = format!(
            "select d.{key}, case when d.last - d.first + 1 >= 1 then cast(coalesce(c.covered, 0) as \
             double) / cast(d.last - d.first + 1 as double) end as number\nfrom {days} as d\nleft \
             join ({counted}) as c on c.{key} = d.{key}"
        );
        let says = "the share of days covered";
        let share = Keyed { step: self.step("covered", says, select), scope: at.scope };
        Ok(format!("{}.number", self.join(row, &share)))
    }
}

/// A query with `days` more: how many days each exposure covers from the day it starts; null where
/// it goes on.
fn lasting(start: &str, supply: Supply) -> String {
    let (recorded, span) = match supply {
        Supply::Recorded => {
            let days = format!("coalesce(q.recorded, {})", at_least_one("q.lasts"));
            return with(start, &[("days".to_owned(), days)]);
        }
        Supply::RecordedElse(span) => (true, span),
        Supply::Fixed(span) => (false, span),
    };
    let says = |days: &str| [("days".to_owned(), supplied(recorded, days))];
    match months(offset(span)) {
        Some(months) => {
            let moved = shifted_months(start, &[("supply", "q.own".to_owned())], months);
            with(&moved, &says("(q.supply_to - q.own)"))
        }
        None => with(start, &says(&days_begun(span).to_string())),
    }
}

/// The months of a supply that is in months or years, and whether what is recorded goes before it.
fn carried_months(supply: Supply) -> Option<(i64, bool)> {
    match supply {
        Supply::Recorded => None,
        Supply::RecordedElse(span) => Some((months(offset(span))?, true)),
        Supply::Fixed(span) => Some((months(offset(span))?, false)),
    }
}

fn at_least_one(days: &str) -> String {
    format!("case when {days} < 1 then 1 else {days} end")
}

fn supplied(recorded: bool, days: &str) -> String {
    let days = at_least_one(days);
    if recorded { format!("coalesce(q.recorded, {days})") } else { days }
}

/// Earlier than every exposure.
const LONG_AGO: &str = "cast(-4000000 as bigint)";

/// Exposures moved to the day after those before have run out, one after another: how long a month
/// is depends on where the one before has ended.
fn one_by_one(exposures: &str, key: &str, months: i64, recorded: bool) -> String {
    let next = format!(
        "select e.{key}, e.n, e.recorded, case when e.own > r.last_day then e.own else r.last_day + 1 \
         end as first_day\nfrom run as r\njoin {exposures} as e on e.{key} = r.{key} and e.n = r.n + 1"
    );
    let moved = shifted_months(&next, &[("supply", "q.first_day".to_owned())], months);
    let days = supplied(recorded, "(q.supply_to - q.first_day)");
    format!(
        "with recursive run as (select e.{key}, cast(0 as bigint) as n, {LONG_AGO} as first_day, \
         {LONG_AGO} as last_day\nfrom {exposures} as e\nwhere e.n = 1\nunion all\nselect q.{key}, q.n, \
         q.first_day, q.first_day + {days} - 1 as last_day\nfrom ({moved}) as q)\nselect e.{key}, {}, \
         r.first_day, r.last_day, r.first_day > e.own as waits\nfrom {exposures} as e\njoin run as r \
         on r.{key} = e.{key} and r.n = e.n",
        member("e")
    )
}

/// Exposures moved to the day after those before have run out.
///
/// Where each takes `days`, the first free day after the n-th is the latest, over all before it, of
/// its own first day and all days from there: the sum of all days and the latest of `own` less the
/// sum before it. After one that goes on for ever, nothing moves.
fn carried(lasting: &str, key: &str) -> String {
    let over = format!("partition by m.{key} order by {}", order("m"));
    let summed = format!(
        "select m.*, coalesce(cast(sum(m.days) over ({over} {BEFORE}) as bigint), 0) as before, \
         coalesce(bool_or(m.days is null) over ({over} {BEFORE}), false) as for_ever\nfrom \
         ({lasting}) as m"
    );
    let latest = format!(
        "select m.*, max(m.own - m.before) over ({over} {UNTIL}) as latest\nfrom ({summed}) as m"
    );
    format!(
        "select m.{key}, {}, case when m.for_ever then m.own else m.latest + m.before end as \
         first_day, case when m.for_ever then m.own else m.latest + m.before end + m.days - 1 as \
         last_day, not m.for_ever and m.latest + m.before > m.own as waits\nfrom ({latest}) as m",
        member("m")
    )
}

//! What is calculated from the numbers of a set, in its order.

use crate::ast::{EventSet, Node, Number, NumberField, Statistic, TimeUnit, Unit};
use crate::eval::statistic::seconds;

use super::expression::{UNTIL, floor, member, numbered, order};
use super::row::Row;
use super::writer::{At, Keyed, Said, Writer, text};

impl Writer<'_> {
    /// A step with a statistic: key, `number`.
    pub(super) fn statistic(
        &mut self,
        at: At,
        (statistic, field, unit): (Statistic, &NumberField, Option<&str>),
        set: &EventSet,
    ) -> Said<Keyed> {
        let of = self.set(at, set)?;
        let at = At { scope: of.scope, ..at };
        let says = text(Node::Number(&Number::Statistic {
            statistic,
            field: field.clone(),
            unit: unit.and_then(|unit| Unit::new(unit).ok()),
            of: Box::new(set.clone()),
        }));
        if let Some(known) = self.known("statistic", at, &says) {
            return Ok(known);
        }
        let mut row = Row::of(&of.step);
        let number = self.read(&mut row, "x", field, unit);
        let key = self.key(of.scope);
        let read = format!(
            "select x.{key}, {}, case when x.certain then {number} end as number\nfrom {}",
            member("x"),
            row.from()
        );
        let read = self.step("read", &says, read);
        let select = match statistic {
            Statistic::Slope(unit) => slope(&read, &key, unit),
            Statistic::Median => median(&read, &key),
            Statistic::Highest | Statistic::Lowest => {
                let which = if statistic == Statistic::Highest { "max" } else { "min" };
                format!(
                    "select m.{key}, {which}(m.number) as number\nfrom {read} as m\ngroup by m.{key}"
                )
            }
            Statistic::Sum => format!(
                "select a.{key}, case when a.complete then s.number end as number\nfrom (select \
                 m.{key}, bool_and(m.number is not null) as complete\nfrom {read} as m\ngroup by \
                 m.{key}) as a\nleft join ({}) as s on s.{key} = a.{key}",
                last(&read, &key, "m.added")
            ),
            Statistic::Mean => last(&read, &key, "m.added / m.many"),
            Statistic::Change => {
                last(&read, &key, "case when m.many > 1 then m.number - m.first_number end")
            }
            Statistic::Ratio => last(
                &read,
                &key,
                "case when m.many > 1 then m.number / nullif(m.first_number, 0e0) end",
            ),
        };
        let keyed = Keyed { step: self.step("statistic", &says, select), scope: of.scope };
        self.keep("statistic", at, &says, &keyed);
        Ok(keyed)
    }
}

/// Of the last number of each key, with what was added up to it in order: a query.
fn last(read: &str, key: &str, says: &str) -> String {
    let over = format!("partition by m.{key} order by {}", order("m"));
    let number = numbered(&format!("m.{key}"), &order("m"));
    format!(
        "select m.{key}, {says} as number\nfrom (select m.{key}, m.number, sum(m.number) over ({over} \
         {UNTIL}) as added, first_value(m.number) over ({over} {UNTIL}) as first_number, {number} \
         as n, count(*) over (partition by m.{key}) as many\nfrom {read} as m\nwhere m.number is \
         not null) as m\nwhere m.n = m.many"
    )
}

fn median(read: &str, key: &str) -> String {
    let number = numbered(&format!("m.{key}"), "m.number");
    let (lower, upper) = (floor("m.many + 1", 2), floor("m.many + 2", 2));
    format!(
        "select m.{key}, sum(m.number) / count(*) as number\nfrom (select m.{key}, m.number, \
         {number} as n, count(*) over (partition by m.{key}) as many\nfrom {read} as m\nwhere \
         m.number is not null) as m\nwhere m.n = {lower} or m.n = {upper}\ngroup by m.{key}"
    )
}

/// The least-squares slope: the times counted from the first, both means subtracted.
fn slope(read: &str, key: &str, unit: TimeUnit) -> String {
    let over = format!("partition by m.{key} order by {}", order("m"));
    let timed = format!(
        "select m.{key}, m.number, {}, cast(m.start_low - first_value(m.start_low) over ({over} \
         {UNTIL}) as double) / {:e} as after\nfrom {read} as m\nwhere m.number is not null and \
         m.start_low is not null",
        super::expression::place("m"),
        seconds(unit)
    );
    let number = numbered(&format!("m.{key}"), &order("m"));
    // Sums in order are those up to the last.
    let added = format!(
        "select m.*, sum(m.after) over ({over} {UNTIL}) as afters, sum(m.number) over ({over} \
         {UNTIL}) as numbers, {number} as n, count(*) over (partition by m.{key}) as many\nfrom \
         ({timed}) as m"
    );
    let means = format!(
        "select m.{key}, m.afters / m.many as mean_after, m.numbers / m.many as mean_number, m.many \
         \nfrom ({added}) as m\nwhere m.n = m.many"
    );
    let centred = format!(
        "select m.*, a.many, m.after - a.mean_after as off_after, m.number - a.mean_number as \
         off_number\nfrom ({timed}) as m\njoin ({means}) as a on a.{key} = m.{key}"
    );
    format!(
        "select m.{key}, case when m.under > 0e0 then m.over_it / m.under end as number\nfrom \
         (select m.{key}, m.many, sum(m.off_after * m.off_number) over ({over} {UNTIL}) as over_it, \
         sum(m.off_after * m.off_after) over ({over} {UNTIL}) as under, {number} as n\nfrom \
         ({centred}) as m) as m\nwhere m.n = m.many"
    )
}

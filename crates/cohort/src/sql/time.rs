//! Numbers of time: ages, years, and the time between two moments.

use crate::ast::{Moment, TimeUnit};

use super::calendar::{civil, days_of};
use super::expression::{NO_NUMBER, day, floor};
use super::writer::{At, Said, Writer};

impl Writer<'_> {
    /// The query of an age: key, `number`.
    pub(super) fn age(&mut self, at: At, moment: &Moment, unit: TimeUnit) -> Said<String> {
        let of = self.moment(at, moment)?;
        let mut row = self.row(at.scope)?;
        let then = self.join(&mut row, &of);
        let person = row.beside("person", "@.patient_id = x.patient_id");
        let key = self.key(at.scope);
        let days = format!(
            "select x.{key}, {} as b1, {} as b2, {} as a1, {} as a2\nfrom {}",
            day(&format!("{person}.birth_low")),
            day(&format!("{person}.birth_high")),
            day(&format!("{then}.low")),
            day(&format!("{then}.high")),
            row.from()
        );
        let (inner, youngest, oldest) = match unit {
            TimeUnit::Year | TimeUnit::Month => {
                let inner = civil(&days, &named(&["b1", "b2", "a1", "a2"]));
                let months = |from: &str, to: &str| match unit {
                    TimeUnit::Year => floor(&completed(from, to), 12),
                    _ => completed(from, to),
                };
                (inner, months("b2", "a1"), months("b1", "a2"))
            }
            TimeUnit::Week => (days, floor("q.a1 - q.b2", 7), floor("q.a2 - q.b1", 7)),
            TimeUnit::Day => (days, "q.a1 - q.b2".to_owned(), "q.a2 - q.b1".to_owned()),
            TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second => {
                return Ok(format!("select q.{key}, {NO_NUMBER} as number\nfrom ({days}) as q"));
            }
        };
        // On any of the days it may be, not before any day of birth.
        Ok(format!(
            "select q.{key}, cast(case when q.a1 >= q.b2 and {youngest} = {oldest} then {youngest} \
             end as double) as number\nfrom ({inner}) as q"
        ))
    }

    /// The query of a calendar year: key, `number`.
    pub(super) fn year(&mut self, at: At, moment: &Moment) -> Said<String> {
        let of = self.moment(at, moment)?;
        let mut row = self.row(at.scope)?;
        let then = self.join(&mut row, &of);
        let key = self.key(at.scope);
        let days = format!(
            "select x.{key}, {} as a1, {} as a2\nfrom {}",
            day(&format!("{then}.low")),
            day(&format!("{then}.high")),
            row.from()
        );
        Ok(format!(
            "select q.{key}, cast(case when q.a1_y = q.a2_y then q.a1_y end as double) as \
             number\nfrom ({}) as q",
            civil(&days, &named(&["a1", "a2"]))
        ))
    }

    /// The query of the time from one moment to another: key, `number`.
    pub(super) fn between(
        &mut self,
        at: At,
        from: &Moment,
        to: &Moment,
        unit: TimeUnit,
    ) -> Said<String> {
        let (from, to) = (self.moment(at, from)?, self.moment(at, to)?);
        let mut row = self.row(at.scope)?;
        let (from, to) = (self.join(&mut row, &from), self.join(&mut row, &to));
        let key = self.key(at.scope);
        let grain = |second: String| {
            if unit.is_finer_than_a_day() { second } else { day(&second) }
        };
        let ends = format!(
            "select x.{key}, {} as f1, {} as f2, {} as t1, {} as t2\nfrom {}",
            grain(format!("{from}.low")),
            grain(format!("{from}.high")),
            grain(format!("{to}.low")),
            grain(format!("{to}.high")),
            row.from()
        );
        let in_months = matches!(unit, TimeUnit::Month | TimeUnit::Year);
        let inner = if in_months { civil(&ends, &named(&["f1", "f2", "t1", "t2"])) } else { ends };
        let apart = |from: &str, to: &str| {
            if !in_months {
                return format!("q.{to} - q.{from}");
            }
            let whole = |from: &str, to: &str| match unit {
                TimeUnit::Year => floor(&completed(from, to), 12),
                _ => completed(from, to),
            };
            format!(
                "case when q.{to} < q.{from} then -({}) else {} end",
                whole(to, from),
                whole(from, to)
            )
        };
        let divisor = match unit {
            TimeUnit::Week => "7e0",
            TimeUnit::Hour => "3600e0",
            TimeUnit::Minute => "60e0",
            TimeUnit::Second | TimeUnit::Day | TimeUnit::Month | TimeUnit::Year => "1e0",
        };
        Ok(format!(
            "select q.{key}, case when q.least = q.most then cast(q.least as double) / {divisor} end \
             as number\nfrom (select q.{key}, {} as least, {} as most\nfrom ({inner}) as q) as q",
            apart("f2", "t1"),
            apart("f1", "t2")
        ))
    }
}

fn named<'n>(names: &[&'n str]) -> Vec<(&'n str, String)> {
    names.iter().map(|name| (*name, format!("q.{name}"))).collect()
}

/// The calendar months completed from one day to another that is not before it, of columns that
/// [`civil`] has made.
fn completed(from: &str, to: &str) -> String {
    let last = days_of(&format!("q.{to}_y"), &format!("q.{to}_m"));
    format!(
        "((q.{to}_y - q.{from}_y) * 12 + q.{to}_m - q.{from}_m - case when q.{from}_d > q.{to}_d and \
         {last} > q.{to}_d then 1 else 0 end)"
    )
}

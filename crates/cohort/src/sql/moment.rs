//! Moments: a step with `state` (1 known, 0 absent, 2 unknown), `low` and `high`.

use crate::ast::{Anchor, Event, Moment, Name, Node, Value};
use crate::eval::Refused;

use super::calendar::shifted_seconds;
use super::expression::{NO_TIME, day, last_second};
use super::row::Row;
use super::writer::{At, Bound, Is, Keyed, Said, Writer, text};

/// What a moment is: state, first second, last second.
struct Parts {
    state: String,
    low: String,
    high: String,
}

impl Parts {
    /// Known where its time is, else unknown.
    fn recorded(low: String, high: String) -> Self {
        Self { state: format!("case when {low} is null then 2 else 1 end"), low, high }
    }

    /// Known where its time is, else absent.
    fn there(low: String, high: String) -> Self {
        Self { state: format!("case when {low} is null then 0 else 1 end"), low, high }
    }

    /// Of a step of another moment.
    fn of(alias: &str) -> Self {
        Self {
            state: format!("coalesce({alias}.state, 0)"),
            low: format!("{alias}.low"),
            high: format!("{alias}.high"),
        }
    }

    fn days(first: i64, last: i64) -> Self {
        let (low, high) = (first * 86_400, last * 86_400 + 86_399);
        Self { state: "1".to_owned(), low: low.to_string(), high: high.to_string() }
    }
}

impl Writer<'_> {
    /// The step of a moment.
    pub(super) fn moment(&mut self, at: At, moment: &Moment) -> Said<Keyed> {
        let at = self.hoisted(at, Node::Moment(moment))?;
        let says = text(Node::Moment(moment));
        if let Some(known) = self.known("moment", at, &says) {
            return Ok(known);
        }
        let mut row = self.row(at.scope)?;
        let parts = self.anchor(&mut row, at, &moment.anchor)?;
        let key = self.key(at.scope);
        let Parts { state, low, high } = parts;
        let mut select = format!(
            "select x.{key}, {state} as state, cast({low} as bigint) as low, cast({high} as \
             bigint) as high\nfrom {}",
            row.from()
        );
        if let Some(offset) = moment.offset {
            let ends = [("low", "q.low".to_owned()), ("high", "q.high".to_owned())];
            select = format!(
                "select q.{key}, q.state, q.low_to as low, case when q.high_to < q.low_to then \
                 q.low_to else q.high_to end as high\nfrom ({}) as q",
                shifted_seconds(&select, &ends, offset)
            );
        }
        let keyed = Keyed { step: self.step("moment", &says, select), scope: at.scope };
        self.keep("moment", at, &says, &keyed);
        Ok(keyed)
    }

    fn anchor(&mut self, row: &mut Row, at: At, anchor: &Anchor) -> Said<Parts> {
        Ok(match anchor {
            Anchor::Index => {
                if self.scope(at.scope)?.is == Is::Entered {
                    return Err(Refused::NotHere("index").into());
                }
                Parts::recorded("x.index_low".to_owned(), "x.index_high".to_owned())
            }
            Anchor::Exit => {
                let second = self.exit_second(row, at)?;
                Parts::recorded(second.clone(), second)
            }
            Anchor::Start(event) => self.end_of(row, at, event, ("start_low", "start_high"))?,
            Anchor::End(event) => self.end_of(row, at, event, ("last_low", "last_high"))?,
            Anchor::Birth => {
                let person = row.beside("person", "@.patient_id = x.patient_id");
                Parts::recorded(format!("{person}.birth_low"), format!("{person}.birth_high"))
            }
            Anchor::Death => {
                let deaths = self.deaths();
                let death = row.beside(&deaths, "@.patient_id = x.patient_id");
                Parts {
                    state: format!(
                        "case when {death}.patient_id is null then 0 when {death}.start_low is \
                         null then 2 else 1 end"
                    ),
                    low: format!("{death}.start_low"),
                    high: format!("{death}.start_high"),
                }
            }
            Anchor::StudyStart => {
                let (first, _) = self.calendar()?;
                Parts::days(first, first)
            }
            Anchor::StudyEnd => {
                let (_, last) = self.calendar()?;
                Parts::days(last, last)
            }
            Anchor::CoverageStart => self.side_of_coverage(row, at, "first_day")?,
            Anchor::CoverageEnd => self.side_of_coverage(row, at, "last_day")?,
            Anchor::CoverageStartOf(event) => self.coverage_around(row, at, event, "first_day")?,
            Anchor::CoverageEndOf(event) => self.coverage_around(row, at, event, "last_day")?,
            Anchor::IntervalStart => whole_day("x.first_day"),
            Anchor::IntervalEnd => whole_day("x.last_day"),
            Anchor::Date(date) => Parts::days(date.days().into(), date.days().into()),
            Anchor::Named(name) => {
                let of = self.moment_named(at, name)?;
                Parts::of(&self.join(row, &of))
            }
            Anchor::Earliest(moments) => self.outermost(row, at, moments, "least")?,
            Anchor::Latest(moments) => self.outermost(row, at, moments, "greatest")?,
            Anchor::Else(known, other) => {
                let (known, other) = (self.moment(at, known)?, self.moment(at, other)?);
                let (a, b) = (self.join(row, &known), self.join(row, &other));
                let is = format!("{} = {}", day(&format!("{a}.low")), day(&format!("{a}.high")));
                let chosen = |column: &str| {
                    format!("case when {is} then {a}.{column} else {b}.{column} end")
                };
                Parts {
                    state: format!("case when {is} then 1 else coalesce({b}.state, 0) end"),
                    low: chosen("low"),
                    high: chosen("high"),
                }
            }
        })
    }

    fn moment_named(&mut self, at: At, name: &Name) -> Said<Keyed> {
        match self.named(at, name)? {
            (Bound::Value(Value::Moment(_, moment)), inner) => self.moment(inner, moment),
            _ => Err(Refused::unbound(name).into()),
        }
    }

    fn end_of(
        &mut self,
        row: &mut Row,
        at: At,
        event: &Event,
        (low, high): (&str, &str),
    ) -> Said<Parts> {
        let chosen = self.event(at, event)?;
        let seen = self.beside(row, &chosen);
        let (low, high) = (format!("{}.{low}", seen.alias), format!("{}.{high}", seen.alias));
        let state = format!(
            "case when {state} = 1 and {low} is null then 2 else {state} end",
            state = seen.state
        );
        Ok(Parts { state, low, high })
    }

    /// The earliest or latest of those that are there.
    fn outermost(&mut self, row: &mut Row, at: At, moments: &[Moment], which: &str) -> Said<Parts> {
        let mut aliases = Vec::new();
        for moment in moments {
            let of = self.moment(at, moment)?;
            aliases.push(self.join(row, &of));
        }
        let any = |state: u8| {
            let is = aliases.iter().map(|alias| format!("coalesce({alias}.state, 0) = {state}"));
            is.collect::<Vec<_>>().join(" or ")
        };
        let of = |column: &str| {
            let all = aliases.iter().map(|alias| format!("{alias}.{column}"));
            format!("{which}({})", all.collect::<Vec<_>>().join(", "))
        };
        if aliases.is_empty() {
            let nothing = || NO_TIME.to_owned();
            return Ok(Parts { state: "0".to_owned(), low: nothing(), high: nothing() });
        }
        let state = format!("case when {} then 1 when {} then 2 else 0 end", any(1), any(2));
        Ok(Parts { state, low: of("low"), high: of("high") })
    }

    /// First and last day of the calendar.
    pub(super) fn calendar(&self) -> Said<(i64, i64)> {
        let clause = self.definition.calendar.as_ref().ok_or(Refused::NotHere("study"))?;
        Ok((i64::from(clause.says.0.days()), i64::from(clause.says.1.days())))
    }

    /// A side of the stretch of coverage that holds the index.
    fn side_of_coverage(&mut self, row: &mut Row, at: At, side: &str) -> Said<Parts> {
        if self.scope(at.scope)?.is == Is::Entered {
            return Err(Refused::NotHere("coverage").into());
        }
        let stretch = self.coverage_of_index(row);
        let day = format!("{stretch}.{side}");
        Ok(Parts::there(format!("{day} * 86400"), last_second(&day)))
    }

    fn coverage_around(&mut self, row: &mut Row, at: At, event: &Event, side: &str) -> Said<Parts> {
        let of = self.coverage_of_event(at, event)?;
        let around = self.join(row, &of);
        let day = format!("case when {around}.state = 1 then {around}.{side} end");
        Ok(Parts {
            state: format!("coalesce({around}.state, 0)"),
            low: format!("({day}) * 86400"),
            high: last_second(&day),
        })
    }
}

fn whole_day(day: &str) -> Parts {
    Parts { state: "1".to_owned(), low: format!("{day} * 86400"), high: last_second(day) }
}

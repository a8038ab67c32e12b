//! Counting: over certain members, and over certain and uncertain ones.

use crate::ast::{Condition, Count, Counted, EventSet, Node, Span};
use crate::eval::offset;

use super::calendar::{seconds, shifted_days};
use super::expression::day;
use super::row::Row;
use super::writer::{At, Keyed, Said, Writer, text};

/// When the first and the last of the members counted start, the certain ones and all.
const ENDS: &str = ", min(case when c.sure and c.counts then c.start_low end) as certain_first, \
                    max(case when c.sure and c.counts then c.start_low end) as certain_last, \
                    min(case when c.counts then c.start_low end) as all_first, \
                    max(case when c.counts then c.start_low end) as all_last";

impl Writer<'_> {
    /// A step with the counts of a set: key, `low`, `high`, `unsure` (a member is not certain), and
    /// where a span is asked `certain_spans` and `all_span`.
    pub(super) fn counts(
        &mut self,
        at: At,
        counted: &Counted,
        set: &EventSet,
        spanning: Option<Span>,
    ) -> Said<Keyed> {
        let of = self.set(at, set)?;
        let at = At { scope: of.scope, ..at };
        let says = text(Node::Condition(&Condition::Has {
            count: Count::AtLeast(1),
            counted: counted.clone(),
            of: Box::new(set.clone()),
            spanning,
        }));
        if let Some(known) = self.known("count", at, &says) {
            return Ok(known);
        }
        let key = self.key(of.scope);
        let counting = self.counting(&of, counted)?;
        let (low, high) = match counted {
            Counted::Events => ("sum(case when c.sure then 1 else 0 end)", "count(*)"),
            _ => (
                "count(distinct case when c.sure then c.counts_as end)",
                "count(distinct c.counts_as) + sum(case when c.alone then 1 else 0 end)",
            ),
        };
        let ends = if spanning.is_some() { ENDS } else { "" };
        let select = format!(
            "select c.{key}, {low} as low, {high} as high, bool_or(not c.sure) as unsure{ends}\nfrom \
             ({counting}) as c\ngroup by c.{key}"
        );
        let select = match spanning {
            None => select,
            Some(span) => spans(&select, &key, span),
        };
        let keyed = Keyed { step: self.step("count", &says, select), scope: of.scope };
        self.keep("count", at, &says, &keyed);
        Ok(keyed)
    }

    /// The members of a set with what they count as: key, `start_low`, `sure` (it counts for
    /// certain), `counts` (it counts at all), `counts_as`, `alone` (as one of its own).
    fn counting(&mut self, of: &Keyed, counted: &Counted) -> Said<String> {
        let key = self.key(of.scope);
        let mut row = Row::of(&of.step);
        let (counts_as, sure, alone) = match counted {
            Counted::Events => ("true".to_owned(), "x.certain".to_owned(), "false".to_owned()),
            Counted::Days => {
                let (low, high) = (day("x.start_low"), day("x.start_high"));
                let known = format!("coalesce({low} = {high}, false)");
                let as_day = format!("case when {low} = {high} then {low} end");
                (as_day, format!("x.certain and {known}"), format!("not {known}"))
            }
            Counted::Visits => {
                let visit = self.visit_of(&mut row, "x");
                (visit, "x.certain".to_owned(), "false".to_owned())
            }
            Counted::Distinct(field) => {
                let codes = self.held_codes(&mut row, "x", field);
                (codes, "x.certain".to_owned(), "false".to_owned())
            }
        };
        let counts = match counted {
            Counted::Events | Counted::Days => "true".to_owned(),
            Counted::Visits | Counted::Distinct(_) => format!("{counts_as} is not null"),
        };
        Ok(format!(
            "select x.{key}, x.start_low, {sure} as sure, {counts} as counts, {counts_as} as \
             counts_as, {alone} as alone\nfrom {}",
            row.from()
        ))
    }
}

/// Whether the last of the members counted starts at least so long after the first.
fn spans(select: &str, key: &str, span: Span) -> String {
    if span.unit.is_finer_than_a_day() {
        let long = seconds(offset(span));
        return format!(
            "select c.{key}, c.low, c.high, c.unsure, c.certain_last >= c.certain_first + {long} as \
             certain_spans, c.all_last >= c.all_first + {long} as all_span\nfrom ({select}) as c"
        );
    }
    let firsts = [("certain", day("q.certain_first")), ("all", day("q.all_first"))];
    let moved = shifted_days(select, &firsts, span);
    format!(
        "select c.{key}, c.low, c.high, c.unsure, {} >= c.certain_to as certain_spans, {} >= \
         c.all_to as all_span\nfrom ({moved}) as c",
        day("c.certain_last"),
        day("c.all_last")
    )
}

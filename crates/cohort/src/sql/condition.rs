//! Conditions: an SQL truth, in which null is unknown. `and`, `or` and `not` of SQL are Kleene's.

use crate::ast::{
    Comparison, Condition, Count, Event, Limit, Moment, Name, Node, Number, Same, Scalar, Share,
    TimeOrder, Value,
};
use crate::eval::Refused;
use crate::units::{Own, together};

use super::expression::{day, same_event, sure};
use super::row::Row;
use super::set::Range;
use super::writer::{At, Bound, Keyed, Said, Writer, text};

impl Writer<'_> {
    /// A condition of a row of its scope.
    pub(super) fn condition(
        &mut self,
        row: &mut Row,
        at: At,
        condition: &Condition,
    ) -> Said<String> {
        Ok(match condition {
            Condition::Truth(truth) => truth.to_string(),
            Condition::Named(name) => self.condition_named(row, at, name)?,
            Condition::Found(event) => {
                let chosen = self.event(at, event)?;
                let seen = self.beside(row, &chosen);
                format!("(case {} when 1 then true when 0 then false end)", seen.state)
            }
            Condition::Has { count, counted, of, spanning } => {
                let counts = self.counts(at, counted, of, *spanning)?;
                let alias = self.join(row, &counts);
                let low = format!("coalesce({alias}.low, 0)");
                let enough = holds(*count, &low, &format!("coalesce({alias}.high, 0)"));
                match spanning {
                    None => enough,
                    Some(_) => {
                        let spans = sure(
                            &format!("coalesce({alias}.certain_spans, false)"),
                            &format!("not coalesce({alias}.all_span, false)"),
                        );
                        format!("({enough} and {spans})")
                    }
                }
            }
            Condition::Compare { left, is, right } => {
                let asked = self.common(&[left, right]);
                self.compare(row, at, (left, *is, right), &asked)?
            }
            Condition::Within { number, low, high } => self.within(row, at, number, (low, high))?,
            Condition::Order { left, is, right } => self.order_of(row, at, (left, *is, right))?,
            Condition::Code { code, one_of } => self.is_one_of(row, at, code, one_of)?,
            Condition::Same { what, left, right } => self.share(row, at, *what, (left, right))?,
            Condition::Observed { kinds, from, to } => self.observed(row, at, kinds, (from, to))?,
            Condition::Known(scalar) => self.is_known(row, at, scalar)?,
            Condition::Else(known, other) => {
                let known = self.condition(row, at, known)?;
                format!("coalesce({known}, {})", self.condition(row, at, other)?)
            }
            Condition::Of { share, conditions } => self.share_of(row, at, *share, conditions)?,
            Condition::Not(denied) => format!("(not {})", self.condition(row, at, denied)?),
        })
    }

    /// A step with the truth of a condition: key, `truth`.
    pub(super) fn truth(&mut self, at: At, condition: &Condition) -> Said<Keyed> {
        let at = self.hoisted(at, Node::Condition(condition))?;
        let says = text(Node::Condition(condition));
        if let Some(known) = self.known("truth", at, &says) {
            return Ok(known);
        }
        let mut row = self.row(at.scope)?;
        let truth = self.condition(&mut row, at, condition)?;
        let key = self.key(at.scope);
        let select = format!("select x.{key}, {truth} as truth\nfrom {}", row.from());
        let keyed = Keyed { step: self.step("truth", &says, select), scope: at.scope };
        self.keep("truth", at, &says, &keyed);
        Ok(keyed)
    }

    /// The truth of a condition as one word, from a step of its own.
    pub(super) fn truth_beside(
        &mut self,
        row: &mut Row,
        at: At,
        condition: &Condition,
    ) -> Said<String> {
        let of = self.truth(at, condition)?;
        Ok(format!("{}.truth", self.join(row, &of)))
    }

    fn condition_named(&mut self, row: &mut Row, at: At, name: &Name) -> Said<String> {
        match self.named(at, name)? {
            (Bound::Value(Value::Condition(_, condition)), inner) => {
                self.truth_beside(row, inner, condition)
            }
            _ => Err(Refused::unbound(name).into()),
        }
    }

    fn share_of(
        &mut self,
        row: &mut Row,
        at: At,
        share: Share,
        conditions: &[Condition],
    ) -> Said<String> {
        let joined = match share {
            Share::All => Some(" and "),
            Share::Any | Share::None => Some(" or "),
            Share::AtLeast(_) | Share::AtMost(_) | Share::Exactly(_) => None,
        };
        let mut parts = Vec::new();
        for condition in conditions {
            parts.push(match joined {
                Some(_) => self.condition(row, at, condition)?,
                None => self.truth_beside(row, at, condition)?,
            });
        }
        let Some(joined) = joined else {
            let sum = |is: &str| {
                let one =
                    parts.iter().map(|part| format!("case when {part} {is} then 1 else 0 end"));
                format!("({})", one.collect::<Vec<_>>().join(" + "))
            };
            let count = match share {
                Share::AtMost(most) => Count::AtMost(most),
                Share::Exactly(exactly) => Count::Exactly(exactly),
                Share::AtLeast(least) => Count::AtLeast(least),
                Share::All | Share::Any | Share::None => Count::AtLeast(0),
            };
            return Ok(holds(count, &sum("is true"), &sum("is not false")));
        };
        let empty = (if share == Share::Any { "false" } else { "true" }).to_owned();
        if parts.is_empty() {
            return Ok(empty);
        }
        let all = format!("({})", parts.join(joined));
        Ok(if share == Share::None { format!("(not {all})") } else { all })
    }

    /// The unit that several numbers are asked for in: none is that they have none, or any.
    pub(super) fn common(&self, parts: &[&Number]) -> Option<String> {
        match together(parts.iter().map(|part| crate::units::own_unit(part, &self.own))) {
            Own::Unit(unit) => Some(unit.as_str().to_owned()),
            Own::Bare | Own::Free => None,
        }
    }

    fn compare(
        &mut self,
        row: &mut Row,
        at: At,
        (left, is, right): (&Number, Comparison, &Number),
        asked: &Option<String>,
    ) -> Said<String> {
        let left = self.number(row, at, left, asked.as_deref())?;
        let right = self.number(row, at, right, asked.as_deref())?;
        let sign = match is {
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::AtLeast => ">=",
            Comparison::Greater => ">",
        };
        Ok(format!("({left} {sign} {right})"))
    }

    fn within(
        &mut self,
        row: &mut Row,
        at: At,
        number: &Number,
        (low, high): (&Limit, &Limit),
    ) -> Said<String> {
        let ((above, from), (below, to)) = (low.above(), high.below());
        let asked = self.common(&[number, from, to]);
        let above = self.compare(row, at, (number, above, from), &asked)?;
        let below = self.compare(row, at, (number, below, to), &asked)?;
        Ok(format!("({above} and {below})"))
    }

    fn order_of(
        &mut self,
        row: &mut Row,
        at: At,
        (left, is, right): (&Moment, TimeOrder, &Moment),
    ) -> Said<String> {
        let fine = left.is_fine() || right.is_fine();
        let (left, right) = (self.moment(at, left)?, self.moment(at, right)?);
        let left = Range::of(&self.join(row, &left), ("low", "high"), fine);
        let right = Range::of(&self.join(row, &right), ("low", "high"), fine);
        Ok(match is {
            TimeOrder::Before => left.before(&right),
            TimeOrder::NotAfter => left.not_after(&right),
            TimeOrder::Same => left.same(&right),
            TimeOrder::NotBefore => right.not_after(&left),
            TimeOrder::After => right.before(&left),
        })
    }

    fn share(
        &mut self,
        row: &mut Row,
        at: At,
        what: Same,
        (left, right): (&Event, &Event),
    ) -> Said<String> {
        let (left, right) = (self.event(at, left)?, self.event(at, right)?);
        let (left, right) = (self.beside(row, &left), self.beside(row, &right));
        let found = format!("{} and {}", left.is_found(), right.is_found());
        let column = match what {
            Same::Event => {
                let same = same_event(&left.alias, &right.alias);
                return Ok(format!("(case when {found} then {same} end)"));
            }
            Same::Visit => {
                let (a, b) = (self.visit_of(row, &left.alias), self.visit_of(row, &right.alias));
                return Ok(format!("(case when {found} then {a} = {b} end)"));
            }
            Same::Order => "order_key",
            Same::Ward => "ward",
            Same::Department => "department",
        };
        let (a, b) = (self.recorded(row, &left.alias), self.recorded(row, &right.alias));
        let same = if what == Same::Order {
            format!("{a}.{column} = {b}.{column}")
        } else {
            format!(
                "case when {a}.{column} is not null and {b}.{column} is not null then \
                 {a}.{column} = {b}.{column} and ({a}.{column}_system is not distinct from \
                 {b}.{column}_system) end"
            )
        };
        Ok(format!("(case when {found} then {same} end)"))
    }

    /// What was recorded of an event, beside the row.
    pub(super) fn recorded(&mut self, row: &mut Row, event: &str) -> String {
        let events = self.events();
        row.beside(&events, &format!("@.event_id = {event}.event_id"))
    }

    /// The visit an event belongs to; a visit belongs to itself.
    pub(super) fn visit_of(&mut self, row: &mut Row, event: &str) -> String {
        let recorded = self.recorded(row, event);
        format!(
            "coalesce({recorded}.visit, case when {event}.kind = 'visit' then {event}.source_key end)"
        )
    }

    fn is_known(&mut self, row: &mut Row, at: At, scalar: &Scalar) -> Said<String> {
        Ok(match scalar {
            Scalar::Number(number) => self.is_number_known(row, at, number)?,
            Scalar::Moment(moment) => {
                let of = self.moment(at, moment)?;
                let alias = self.join(row, &of);
                let (low, high) = (day(&format!("{alias}.low")), day(&format!("{alias}.high")));
                format!("coalesce({low} = {high}, false)")
            }
            Scalar::Code(code) => {
                let nothing = crate::ast::OneOf::Words(Vec::new());
                format!("({} is not null)", self.is_one_of(row, at, code, &nothing)?)
            }
            Scalar::Condition(condition) => {
                format!("({} is not null)", self.condition(row, at, condition)?)
            }
        })
    }
}

/// Whether a number between low and high, both included, is as asked.
fn holds(count: Count, low: &str, high: &str) -> String {
    match count {
        Count::AtLeast(least) => sure(&format!("{low} >= {least}"), &format!("{high} < {least}")),
        Count::AtMost(most) => sure(&format!("{high} <= {most}"), &format!("{low} > {most}")),
        Count::Exactly(exactly) => sure(
            &format!("{low} = {exactly} and {high} = {exactly}"),
            &format!("{exactly} < {low} or {high} < {exactly}"),
        ),
    }
}

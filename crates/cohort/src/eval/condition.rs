//! Conditions.

use std::collections::BTreeSet;

use crate::ast::{
    Bound, Code, Condition, Count, Counted, Event, EventSet, Kind, Moment, OneOf, Same, Scalar,
    Share, Span, TimeOrder, Value,
};

use super::calendar::{Grain, day_after, offset, shift_second};
use super::scope::{Chosen, Let, Member, Scope};
use super::{Coded, Refused, Stretch, Truth};

impl Scope<'_> {
    /// Whether a condition holds here.
    pub(crate) fn condition(&self, condition: &Condition) -> Result<Truth, Refused> {
        Ok(match condition {
            Condition::Truth(truth) => Truth::from(*truth),
            Condition::Named(name) => match self.named(name)? {
                (Let::Value(Value::Condition(_, condition)), scope) => {
                    scope.condition(condition)?
                }
                _ => return Err(Refused::unbound(name)),
            },
            Condition::Found(event) => match self.event(event)? {
                Chosen::Found(_) => Truth::True,
                Chosen::Absent => Truth::False,
                Chosen::Unknown => Truth::Unknown,
            },
            Condition::Has { count, counted, of, spanning } => {
                self.has(*count, counted, of, *spanning)?
            }
            Condition::Compare { left, is, right } => self.compare(left, *is, right)?,
            Condition::Within { number, low, high } => self.within(number, low, high)?,
            Condition::Order { left, is, right } => self.order(left, *is, right)?,
            Condition::Code { code, one_of } => self.is_one_of(code, one_of)?,
            Condition::Same { what, left, right } => self.share(*what, left, right)?,
            Condition::Observed { kinds, from, to } => self.observed(kinds, from, to)?,
            Condition::Known(scalar) => Truth::from(self.is_known(scalar)?),
            Condition::Else(left, right) => match self.condition(left)? {
                Truth::Unknown => self.condition(right)?,
                known => known,
            },
            Condition::Of { share, conditions } => self.share_of(*share, conditions)?,
            Condition::Not(condition) => self.condition(condition)?.not(),
        })
    }

    fn share_of(&self, share: Share, conditions: &[Condition]) -> Result<Truth, Refused> {
        let (mut low, mut high) = (0, 0);
        for condition in conditions {
            let truth = self.condition(condition)?;
            low += usize::from(truth == Truth::True);
            high += usize::from(truth != Truth::False);
        }
        let all = u32::try_from(conditions.len()).unwrap_or(u32::MAX);
        Ok(holds(share_count(share, all), low, high))
    }

    fn has(
        &self,
        count: Count,
        counted: &Counted,
        of: &EventSet,
        spanning: Option<Span>,
    ) -> Result<Truth, Refused> {
        let members = self.members(of)?;
        let (low, high) = self.counts(counted, &members)?;
        let enough = holds(count, low, high);
        let Some(span) = spanning else { return Ok(enough) };
        let (mut certain, mut all) = (Vec::new(), Vec::new());
        for member in &members {
            let is_counted = !self.counts_as(counted, member)?.is_empty();
            let start = member.event.start.filter(|_| is_counted);
            all.extend(start);
            certain.extend(start.filter(|_| self.is_certain(counted, member)));
        }
        Ok(enough.and(Truth::sure(spans(&certain, span), !spans(&all, span))))
    }

    /// How many are counted among certain members, and among certain and uncertain ones.
    pub(crate) fn counts(
        &self,
        counted: &Counted,
        members: &[Member],
    ) -> Result<(usize, usize), Refused> {
        let (mut low, mut high) = (BTreeSet::new(), BTreeSet::new());
        for (place, member) in members.iter().enumerate() {
            for counts_as in self.counts_as(counted, member)? {
                // What is known by nothing but itself is one of its own.
                let counts_as = counts_as.unwrap_or_else(|| format!("#{place}"));
                if self.is_certain(counted, member) {
                    low.insert(counts_as.clone());
                }
                high.insert(counts_as);
            }
        }
        Ok((low.len(), high.len()))
    }

    /// As what a member counts: several codes are several. None: as itself.
    fn counts_as(
        &self,
        counted: &Counted,
        member: &Member,
    ) -> Result<Vec<Option<String>>, Refused> {
        Ok(match counted {
            Counted::Events => vec![None],
            Counted::Days => {
                let day = member.event.start.and_then(Stretch::known_day);
                vec![day.map(|day| day.to_string())]
            }
            Counted::Visits => {
                member.event.visit().map(|visit| Some(visit.to_owned())).into_iter().collect()
            }
            Counted::Distinct(field) => {
                let codes = self.held_codes(member, field)?;
                codes.iter().map(|code| Some(code.written())).collect()
            }
        })
    }

    /// Whether a member counts for certain. One whose start is not known to the day does not, where
    /// days are counted.
    pub(crate) fn is_certain(&self, counted: &Counted, member: &Member) -> bool {
        let day_known = member.event.start.and_then(Stretch::known_day).is_some();
        member.certain && (*counted != Counted::Days || day_known)
    }

    fn order(&self, left: &Moment, is: TimeOrder, right: &Moment) -> Result<Truth, Refused> {
        let grain = Grain::of(left.is_fine() || right.is_fine());
        let (left, right) = (self.moment(left)?.known(), self.moment(right)?.known());
        let Some((left, right)) = left.zip(right) else { return Ok(Truth::Unknown) };
        let (left, right) = (left.in_grain(grain), right.in_grain(grain));
        Ok(match is {
            TimeOrder::Before => left.before(right),
            TimeOrder::NotAfter => left.not_after(right),
            TimeOrder::Same => left.same(right),
            TimeOrder::NotBefore => right.not_after(left),
            TimeOrder::After => right.before(left),
        })
    }

    fn is_one_of(&self, code: &Code, one_of: &OneOf) -> Result<Truth, Refused> {
        let codes = self.code(code)?;
        if codes.is_empty() {
            return Ok(Truth::Unknown);
        }
        for code in &codes {
            let is = match one_of {
                OneOf::Words(words) => {
                    words.iter().any(|word| *word == code.code || *word == code.written())
                }
                OneOf::Codes(names) => self.is_in_any(code, names)?,
            };
            if is {
                return Ok(Truth::True);
            }
        }
        Ok(Truth::False)
    }

    fn is_in_any(&self, code: &Coded, names: &[crate::ast::Name]) -> Result<bool, Refused> {
        let mut is = false;
        for name in names {
            let codes = self.codes(name)?;
            let system = code.system.as_deref();
            is |= system.is_some_and(|system| codes.line(system, &code.code).is_some());
        }
        Ok(is)
    }

    fn share(&self, what: Same, left: &Event, right: &Event) -> Result<Truth, Refused> {
        let (Chosen::Found(left), Chosen::Found(right)) = (self.event(left)?, self.event(right)?)
        else {
            return Ok(Truth::Unknown);
        };
        let (left, right) = (&left.event, &right.event);
        let same = |a: Option<bool>| Truth::from(a);
        Ok(match what {
            Same::Visit => same(left.visit().zip(right.visit()).map(|(a, b)| a == b)),
            Same::Ward => same(left.ward.as_ref().zip(right.ward.as_ref()).map(|(a, b)| a == b)),
            Same::Department => {
                same(left.department.as_ref().zip(right.department.as_ref()).map(|(a, b)| a == b))
            }
            Same::Order => same(left.order.as_ref().zip(right.order.as_ref()).map(|(a, b)| a == b)),
            Same::Event => Truth::from(left.place() == right.place()),
        })
    }

    fn observed(&self, kinds: &[Kind], from: &Bound, to: &Bound) -> Result<Truth, Refused> {
        if *from == Bound::Ever || *to == Bound::Ever {
            return Ok(Truth::False);
        }
        let Some((first, last)) = self.days_of(from, to)? else { return Ok(Truth::Unknown) };
        let mut observed = Truth::True;
        for kind in kinds {
            observed = observed.and(match self.patient().covered(kind) {
                None => Truth::Unknown,
                Some(stretches) => {
                    let holds = |(from, to): &(i64, i64)| *from <= first && last <= *to;
                    Truth::from(first > last || stretches.iter().any(holds))
                }
            });
        }
        Ok(observed)
    }

    fn is_known(&self, scalar: &Scalar) -> Result<bool, Refused> {
        Ok(match scalar {
            Scalar::Number(number) => self.is_number_known(number)?,
            Scalar::Moment(moment) => {
                self.moment(moment)?.known().and_then(Stretch::known_day).is_some()
            }
            Scalar::Code(code) => !self.code(code)?.is_empty(),
            Scalar::Condition(condition) => self.condition(condition)?.is_known(),
        })
    }
}

/// What a share of several conditions asks of the number that hold.
#[must_use]
pub fn share_count(share: Share, all: u32) -> Count {
    match share {
        Share::All => Count::AtLeast(all),
        Share::Any => Count::AtLeast(1),
        Share::None => Count::Exactly(0),
        Share::AtLeast(least) => Count::AtLeast(least),
        Share::AtMost(most) => Count::AtMost(most),
        Share::Exactly(exactly) => Count::Exactly(exactly),
    }
}

/// Whether a number between low and high, both included, is as asked.
#[must_use]
pub fn holds(count: Count, low: usize, high: usize) -> Truth {
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    match count {
        Count::AtLeast(least) => Truth::sure(low >= number(least), high < number(least)),
        Count::AtMost(most) => Truth::sure(high <= number(most), low > number(most)),
        Count::Exactly(exactly) => {
            let exactly = number(exactly);
            Truth::sure(low == exactly && high == exactly, exactly < low || high < exactly)
        }
    }
}

/// Whether the last of these starts at least so long after the first.
fn spans(starts: &[Stretch], span: Span) -> bool {
    let seconds = starts.iter().map(|start| start.first_second());
    let Some((first, last)) = seconds.clone().min().zip(seconds.max()) else { return false };
    if span.unit.is_finer_than_a_day() {
        last >= shift_second(first, offset(span))
    } else {
        super::calendar::day_of(last) >= day_after(super::calendar::day_of(first), span)
    }
}

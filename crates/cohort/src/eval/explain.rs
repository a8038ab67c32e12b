//! Why a patient is in, or out: the rows that decided, and the nearest miss.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ast::{
    Anchor, Bound, CohortDefinition, Condition, Event, EventSet, Moment, Number, Scalar, Value,
    Window,
};

use super::cohort::{self, Candidate, Period, rules};
use super::scope::{About, Chosen, Exit, Let, Member, Others, Scope};
use super::{Patient, PatientEvent, Refused, Stretch, Truth, World};

/// How many misses are told of one set.
const MISSES_MAX: usize = 3;

/// Why a patient is in, or out.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Every candidate, what became of it, and for those of which the rules were asked what decided
    /// each rule.
    pub candidates: Vec<(Candidate, Vec<Reason>)>,
    /// The periods, before samples and matching.
    pub periods: Vec<Period>,
    /// For each way in, the events that are nearest to being an entry.
    pub entry_misses: Vec<Vec<Miss>>,
}

/// What decided a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The condition.
    pub condition: Condition,
    /// What it says.
    pub says: Truth,
    /// The events it looked at.
    pub rows: Vec<Member>,
    /// The events it would have looked at, had they been elsewhere or otherwise; nearest first.
    pub misses: Vec<Miss>,
    /// Of its parts.
    pub parts: Vec<Reason>,
}

/// An event of the right kind and codes that is not a certain member of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// The event.
    pub event: Arc<PatientEvent>,
    /// Whether it lies in the window.
    pub lies: Truth,
    /// Whether what is asked of it with `with` holds.
    pub holds: Truth,
    /// How many local days it starts outside the window, where that is known.
    pub days_outside: Option<i64>,
}

/// Explains a definition for one patient; [`super::others`] tells the periods of other cohorts.
///
/// # Errors
/// As [`super::answer`].
pub fn explain(
    definition: &CohortDefinition,
    world: &World<'_>,
    others: &Others,
    patient: &Patient,
) -> Result<Explanation, Refused> {
    let about = About::new(world, others, patient, definition);
    let candidates = cohort::candidates(&about)?;
    let (candidates, periods) = cohort::settle(definition, candidates, &BTreeSet::new());
    let mut explained = Vec::new();
    for candidate in candidates {
        let mut reasons = Vec::new();
        if candidate.rules.is_some() {
            let scope = Scope::at(&about, &candidate.way, Exit::Asked);
            for rule in rules(definition) {
                reasons.push(scope.reason(&rule.when)?);
            }
        }
        explained.push((candidate, reasons));
    }
    let scope = Scope::before_entry(&about);
    let ways = definition.entry.says.alternatives.iter();
    let entry_misses = ways.map(|way| scope.misses(&way.of)).collect::<Result<_, _>>()?;
    Ok(Explanation { candidates: explained, periods, entry_misses })
}

impl Scope<'_> {
    fn reason(&self, condition: &Condition) -> Result<Reason, Refused> {
        let mut reason = Reason {
            condition: condition.clone(),
            says: self.condition(condition)?,
            rows: Vec::new(),
            misses: Vec::new(),
            parts: Vec::new(),
        };
        match condition {
            Condition::Named(name) => {
                if let (Let::Value(Value::Condition(_, condition)), scope) = self.named(name)? {
                    reason.parts.push(scope.reason(condition)?);
                }
            }
            Condition::Found(event) => self.look_at(event, &mut reason)?,
            Condition::Has { of, .. } => self.look_in(of, &mut reason)?,
            Condition::Compare { left, right, .. } => {
                self.look_for(left, &mut reason)?;
                self.look_for(right, &mut reason)?;
            }
            Condition::Within { number, .. } => self.look_for(number, &mut reason)?,
            Condition::Same { left, right, .. } => {
                self.look_at(left, &mut reason)?;
                self.look_at(right, &mut reason)?;
            }
            Condition::Code { code, .. } => {
                if let crate::ast::Code::Field { of, .. } = &**code {
                    self.look_at(of, &mut reason)?;
                }
            }
            Condition::Order { left, right, .. } => {
                self.look_towards(left, &mut reason)?;
                self.look_towards(right, &mut reason)?;
            }
            Condition::Known(Scalar::Condition(part)) | Condition::Not(part) => {
                reason.parts.push(self.reason(part)?);
            }
            Condition::Known(Scalar::Number(number)) => self.look_for(number, &mut reason)?,
            Condition::Else(left, right) => {
                reason.parts.push(self.reason(left)?);
                reason.parts.push(self.reason(right)?);
            }
            Condition::Of { conditions, .. } => {
                for part in conditions {
                    reason.parts.push(self.reason(part)?);
                }
            }
            Condition::Truth(_) | Condition::Observed { .. } | Condition::Known(_) => {}
        }
        Ok(reason)
    }

    fn look_at(&self, event: &Event, reason: &mut Reason) -> Result<(), Refused> {
        if let Chosen::Found(member) = self.event(event)? {
            reason.rows.push(member);
        }
        match event {
            Event::Select(_, set) => reason.misses.extend(self.misses(set)?),
            Event::Named(name) if self.event_named(name).is_none() => {
                if let (Let::Value(Value::Event(_, Event::Select(_, set))), scope) =
                    self.named(name)?
                {
                    reason.misses.extend(scope.misses(set)?);
                }
            }
            Event::Named(_) | Event::This | Event::Entry => {}
        }
        Ok(())
    }

    fn look_in(&self, set: &EventSet, reason: &mut Reason) -> Result<(), Refused> {
        reason.rows.extend(self.members(set)?);
        reason.misses.extend(self.misses(set)?);
        Ok(())
    }

    fn look_towards(&self, moment: &Moment, reason: &mut Reason) -> Result<(), Refused> {
        match &moment.anchor {
            Anchor::Start(event)
            | Anchor::End(event)
            | Anchor::CoverageStartOf(event)
            | Anchor::CoverageEndOf(event) => self.look_at(event, reason),
            Anchor::Else(known, other) => {
                self.look_towards(known, reason)?;
                self.look_towards(other, reason)
            }
            _ => Ok(()),
        }
    }

    fn look_for(&self, number: &Number, reason: &mut Reason) -> Result<(), Refused> {
        match number {
            Number::Named(name) => match self.named(name)? {
                (Let::Value(Value::Number(_, number)), scope) => scope.look_for(number, reason),
                _ => Ok(()),
            },
            Number::Field { of, .. } | Number::Egfr { creatinine: of, .. } => {
                self.look_at(of, reason)
            }
            Number::Count { of, .. }
            | Number::Statistic { of, .. }
            | Number::Covered { of, .. } => self.look_in(of, reason),
            Number::Bmi { weight, height } => {
                self.look_at(weight, reason)?;
                self.look_at(height, reason)
            }
            Number::Arithmetic { left, right, .. } | Number::Else(left, right) => {
                self.look_for(left, reason)?;
                self.look_for(right, reason)
            }
            Number::Least(parts) | Number::Greatest(parts) => {
                parts.iter().try_for_each(|part| self.look_for(part, reason))
            }
            Number::Case { branches, otherwise } => {
                let then = branches.iter().map(|branch| &branch.then);
                let mut parts = then.chain(otherwise.as_deref());
                parts.try_for_each(|part| self.look_for(part, reason))
            }
            Number::Literal { .. }
            | Number::Age { .. }
            | Number::Year { .. }
            | Number::Between { .. } => Ok(()),
        }
    }

    /// The events of a set's source that are not certain members, nearest first: those that fail
    /// in one thing before those that fail in both, then by the days outside the window.
    fn misses(&self, set: &EventSet) -> Result<Vec<Miss>, Refused> {
        let mut misses = Vec::new();
        for member in self.source(&set.from)? {
            let (lies, holds) = self.asked(set, set.window.as_ref(), &member)?;
            if lies.and(holds) == Truth::True {
                continue;
            }
            let days_outside = match &set.window {
                Some(window) => self.days_outside(&member.event, window)?,
                None => Some(0),
            };
            misses.push(Miss { event: member.event, lies, holds, days_outside });
        }
        misses.sort_by(|a, b| nearness(a).cmp(&nearness(b)));
        misses.truncate(MISSES_MAX);
        Ok(misses)
    }

    fn days_outside(&self, event: &PatientEvent, window: &Window) -> Result<Option<i64>, Refused> {
        let Some(start) = event.start.map(Stretch::first_day) else { return Ok(None) };
        let mut outside = 0;
        for (bound, sign) in [(&window.from, 1), (&window.to, -1)] {
            let day = match bound {
                Bound::Ever => continue,
                Bound::Closed(moment) => self.day_of_bound(moment)?,
                // The day itself is outside; the next one is not.
                Bound::Open(moment) => self.day_of_bound(moment)?.map(|day| day + sign),
            };
            let Some(day) = day else { return Ok(None) };
            outside = outside.max((day - start) * sign);
        }
        Ok(Some(outside))
    }

    fn day_of_bound(&self, moment: &Moment) -> Result<Option<i64>, Refused> {
        Ok(self.moment(moment)?.known().map(Stretch::first_day))
    }
}

fn nearness(miss: &Miss) -> (usize, i64, super::Place<'_>) {
    let failing = [miss.lies, miss.holds].iter().filter(|truth| **truth != Truth::True).count();
    (failing, miss.days_outside.unwrap_or(i64::MAX), miss.event.place())
}

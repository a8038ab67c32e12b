//! The steps of a definition for one patient: from candidates to periods.

use std::collections::BTreeSet;

use crate::ast::{Choice, CohortDefinition, Condition, Keep, Moment, Rule, RuleKind, Span, Step};

use super::calendar::{day_after, day_of, offset_back, shift_second};
use super::exit::{self, Ending};
use super::patient::Days;
use super::scope::{About, Exit, Scope, Way};
use super::{Member, Refused, Stretch, Truth};

/// Why a candidate has no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dropped {
    /// `entry first in life`, and it is not the first.
    NotFirstInLife,
    /// Its index is not known to the day.
    IndexUnknown,
    /// Its index is not in the calendar.
    Calendar,
    /// Another candidate is in its washout.
    Washout,
    /// `entry first` (`last`, `nth`) chose another.
    NotChosen,
    /// A rule does not keep it.
    Rules,
    /// It would end before its index.
    EndsBeforeIndex,
    /// It ends before its follow-up is long enough.
    FollowUp,
    /// `keep` chose another.
    NotKept,
}

/// An entry event and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The entry event, its names, the index.
    pub way: Way,
    /// Why it is dropped, if it is.
    pub dropped: Option<Dropped>,
    /// What every rule says of it, in order; none where it was dropped before the rules.
    pub rules: Option<Vec<Truth>>,
    /// When it would end; none where it was dropped before the rules.
    pub ending: Option<Ending>,
}

/// A period in the cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// The way in; of joined ones the first.
    pub way: Way,
    /// The index.
    pub index: Stretch,
    /// The last second, and what ended it.
    pub ending: Ending,
    /// How many candidates are joined in it.
    pub joined: usize,
}

impl Period {
    /// The first and the last local day.
    #[must_use]
    pub fn days(&self) -> Days {
        (self.index.first_day(), day_of(self.ending.second))
    }
}

/// The rules of a definition, in order.
pub fn rules(definition: &CohortDefinition) -> impl Iterator<Item = &Rule> {
    definition.steps.iter().filter_map(|clause| match &clause.says {
        Step::Rule(rule) => Some(rule),
        Step::Let(_) => None,
    })
}

/// Whether a rule keeps what it says this of.
#[must_use]
pub fn keeps(kind: RuleKind, says: Truth) -> bool {
    match kind {
        RuleKind::Require => says == Truth::True,
        RuleKind::Exclude => says == Truth::False,
    }
}

/// Steps 1 to 8: the candidates, and what the rules and the exit say of those left at the rules.
pub(crate) fn candidates(about: &About<'_>) -> Result<Vec<Candidate>, Refused> {
    let definition = about.definition;
    let mut candidates = enter(about)?;
    if definition.entry.says.choose == Choice::FirstInLife {
        drop_where(&mut candidates, Dropped::NotFirstInLife, |place, _| place > 0);
    }
    for candidate in &mut candidates {
        candidate.way.index = index(about, &candidate.way)?;
    }
    drop_where(&mut candidates, Dropped::IndexUnknown, |_, way| way.index.is_none());
    if let Some(calendar) = &definition.calendar {
        let (first, last) = calendar.says;
        let days = (i64::from(first.days()), i64::from(last.days()));
        drop_where(&mut candidates, Dropped::Calendar, |_, way| !is_inside(way, days));
    }
    if let Some(washout) = &definition.washout {
        let starts: Vec<Stretch> =
            candidates.iter().filter_map(|other| other.way.entry.event.start).collect();
        drop_where(&mut candidates, Dropped::Washout, |_, way| {
            is_washed_out(way, &starts, washout.says)
        });
    }
    choose(&mut candidates, definition.entry.says.choose);
    let conditions: Vec<&Condition> = rules(definition).map(|rule| &rule.when).collect();
    for candidate in candidates.iter_mut().filter(|candidate| candidate.dropped.is_none()) {
        let scope = Scope::at(about, &candidate.way, Exit::Asked);
        let says = conditions.iter().map(|condition| scope.condition(condition));
        candidate.rules = Some(says.collect::<Result<_, _>>()?);
        candidate.ending = Some(exit::of(&scope)?);
    }
    Ok(candidates)
}

/// Step 1: the certain members of every alternative that start on a known day.
fn enter(about: &About<'_>) -> Result<Vec<Candidate>, Refused> {
    let scope = Scope::before_entry(about);
    let mut ways: Vec<Way> = Vec::new();
    for alternative in &about.definition.entry.says.alternatives {
        let name = alternative.of.name.clone();
        for entry in scope.certain(&alternative.of)? {
            if entry.event.start.and_then(Stretch::known_day).is_none() {
                continue;
            }
            let same = |way: &&mut Way| way.entry.event.place() == entry.event.place();
            match ways.iter_mut().find(same) {
                Some(way) => way.names.extend(name.clone()),
                None => {
                    let names = name.clone().into_iter().collect();
                    ways.push(Way { entry, names, index: None });
                }
            }
        }
    }
    ways.sort_by(|a, b| a.entry.event.place().cmp(&b.entry.event.place()));
    let candidate = |way| Candidate { way, dropped: None, rules: None, ending: None };
    Ok(ways.into_iter().map(candidate).collect())
}

fn index(about: &About<'_>, way: &Way) -> Result<Option<Stretch>, Refused> {
    let index = match &about.definition.index {
        Some(clause) => asked_index(about, way, &clause.says)?,
        None => way.entry.event.start,
    };
    Ok(index.filter(|index| index.known_day().is_some()))
}

fn asked_index(about: &About<'_>, way: &Way, moment: &Moment) -> Result<Option<Stretch>, Refused> {
    Ok(Scope::at(about, way, Exit::None).moment(moment)?.known())
}

fn is_inside(way: &Way, (first, last): Days) -> bool {
    way.index.is_some_and(|index| first <= index.first_day() && index.first_day() <= last)
}

/// Whether another candidate starts before this one, but not longer before it than the washout.
fn is_washed_out(way: &Way, starts: &[Stretch], washout: Span) -> bool {
    let Some(start) = way.entry.event.start else { return false };
    let since = day_of(shift_second(start.first_second(), offset_back(washout)));
    starts.iter().any(|other| since <= other.first_day() && other.first_day() < start.first_day())
}

/// Step 6.
fn choose(candidates: &mut [Candidate], choice: Choice) {
    let keep = match choice {
        Choice::All | Choice::FirstInLife => return,
        Choice::First => Keep::First,
        Choice::Last => Keep::Last,
        Choice::Nth(nth) => Keep::Nth(nth),
    };
    let left: Vec<usize> = places_left(candidates);
    let chosen = chosen(&left, keep);
    drop_where(candidates, Dropped::NotChosen, |place, _| Some(place) != chosen);
}

fn places_left(candidates: &[Candidate]) -> Vec<usize> {
    let left = candidates.iter().enumerate();
    left.filter(|(_, candidate)| candidate.dropped.is_none()).map(|(place, _)| place).collect()
}

fn chosen(places: &[usize], keep: Keep) -> Option<usize> {
    match keep {
        Keep::First => places.first().copied(),
        Keep::Last => places.last().copied(),
        Keep::Nth(nth) => {
            let place = usize::try_from(nth).unwrap_or(usize::MAX).checked_sub(1)?;
            places.get(place).copied()
        }
    }
}

/// Drops those not dropped yet for which the test holds; it is told their place from 0.
fn drop_where(candidates: &mut [Candidate], dropped: Dropped, test: impl Fn(usize, &Way) -> bool) {
    for (place, candidate) in candidates.iter_mut().enumerate() {
        if candidate.dropped.is_none() && test(place, &candidate.way) {
            candidate.dropped = Some(dropped);
        }
    }
}

/// Steps 7 to 11 with some rules, by their place from 0, switched off: what becomes of the
/// candidates of [`candidates`], and the periods, in order.
pub(crate) fn settle(
    definition: &CohortDefinition,
    mut candidates: Vec<Candidate>,
    off: &BTreeSet<usize>,
) -> (Vec<Candidate>, Vec<Period>) {
    let kinds: Vec<RuleKind> = rules(definition).map(|rule| rule.kind).collect();
    for candidate in candidates.iter_mut().filter(|candidate| candidate.dropped.is_none()) {
        let says = candidate.rules.iter().flatten();
        let mut kept = kinds.iter().zip(says).enumerate();
        if !kept.all(|(place, (kind, says))| off.contains(&place) || keeps(*kind, *says)) {
            candidate.dropped = Some(Dropped::Rules);
            continue;
        }
        candidate.dropped = ends_too_early(definition, candidate);
    }
    let by_index = |candidate: &Candidate| candidate.way.index;
    let mut left = places_left(&candidates);
    left.sort_by_key(|place| candidates.get(*place).map(by_index));
    if let Some(keep) = &definition.keep {
        let kept = chosen(&left, keep.says);
        drop_where(&mut candidates, Dropped::NotKept, |place, _| Some(place) != kept);
        left.retain(|place| Some(*place) == kept);
    }
    let periods = left.iter().filter_map(|place| candidates.get(*place)).filter_map(period);
    let periods = joined(periods.collect(), definition.episodes.as_ref().map(|clause| clause.says));
    (candidates, periods)
}

fn ends_too_early(definition: &CohortDefinition, candidate: &Candidate) -> Option<Dropped> {
    let (index, ending) = (candidate.way.index?, candidate.ending?);
    if ending.second < index.first_second() {
        return Some(Dropped::EndsBeforeIndex);
    }
    let long = definition.follow_up.as_ref()?.says;
    let long_enough = day_after(index.first_day(), long) <= day_of(ending.second);
    (!long_enough).then_some(Dropped::FollowUp)
}

fn period(candidate: &Candidate) -> Option<Period> {
    let way = candidate.way.clone();
    Some(Period { index: way.index?, way, ending: candidate.ending?, joined: 1 })
}

/// Step 11: periods in order, joined over gaps.
fn joined(periods: Vec<Period>, gap: Option<Span>) -> Vec<Period> {
    let Some(gap) = gap else { return periods };
    let mut joined: Vec<Period> = Vec::new();
    for period in periods {
        match joined.last_mut() {
            Some(last)
                if period.index.first_day() <= day_after(day_of(last.ending.second), gap) =>
            {
                last.joined += 1;
                if last.ending.second < period.ending.second {
                    last.ending = period.ending;
                }
            }
            _ => joined.push(period),
        }
    }
    joined
}

/// The patient's periods as events of another definition.
pub(crate) fn as_events(
    name: &str,
    periods: &[Period],
) -> Vec<std::sync::Arc<super::PatientEvent>> {
    let event = |(place, period): (usize, &Period)| {
        let kind = crate::ast::Kind::Other(crate::ast::Name("cohort".to_owned()));
        let mut event = super::PatientEvent::new(kind, &format!("{name}:{place:06}"));
        event.start = Some(period.index);
        event.last = Some(Stretch::second(period.ending.second));
        std::sync::Arc::new(event)
    };
    periods.iter().enumerate().map(event).collect()
}

/// The department of an entry.
pub(crate) fn department(entry: &Member) -> Option<&super::Coded> {
    entry.event.department.as_ref()
}

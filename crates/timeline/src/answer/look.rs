//! Which events of a table something looks at, so that of each patient no more is read.

use cohort::ast::{Offset, Relation, TimeUnit};
use cohort::eval::SECONDS_PER_DAY;

use super::candidates::Candidate;
use super::plan::{At, Instant, Side, When};

/// Which events of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The first certain one, and all that are not certain.
    First,
    /// Those that start on days from so many after the index to so many after it; none is however
    /// far.
    Around(Option<i64>, Option<i64>),
    /// All.
    All,
}

impl Look {
    /// What two that look at the same table need.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::First, Self::First) => Self::First,
            (Self::Around(from, to), Self::Around(other_from, other_to)) => {
                let from = from.zip(other_from).map(|(one, other)| one.min(other));
                let to = to.zip(other_to).map(|(one, other)| one.max(other));
                Self::around(from, to)
            }
            _ => Self::All,
        }
    }

    fn around(from: Option<i64>, to: Option<i64>) -> Self {
        if from.is_none() && to.is_none() { Self::All } else { Self::Around(from, to) }
    }

    /// What a window leaves of events, if it hangs on the index.
    pub(super) fn of_window(window: &When) -> Self {
        // What started before may still go on; of what is not known to have ended it is unknown
        // whether it ends in a window, wherever it starts.
        let (from, to) = match window.relation {
            Relation::Starts => (Some(&window.from), Some(&window.to)),
            Relation::Wholly => (Some(&window.from), None),
            Relation::Overlaps => (None, Some(&window.to)),
            Relation::Ends => (None, None),
        };
        let from = from.and_then(days).map(|(least, _)| least);
        Self::around(from, to.and_then(days).map(|(_, most)| most))
    }
}

/// How many days after the index a side lies at least and at most.
fn days(side: &Side) -> Option<(i64, i64)> {
    let (Side::Closed(Instant { at: At::Index, offset })
    | Side::Open(Instant { at: At::Index, offset })) = side
    else {
        return None;
    };
    let Some(Offset { count, unit }) = offset else { return Some((0, 0)) };
    let count = i64::from(*count);
    let between = |least: i64, most: i64| {
        let (one, other) = (count * least, count * most);
        (one.min(other), one.max(other))
    };
    // Seconds are counted from any second of the index's day.
    let seconds = |each: i64| {
        let whole = count * each;
        (
            whole.div_euclid(SECONDS_PER_DAY),
            (whole + SECONDS_PER_DAY - 1).div_euclid(SECONDS_PER_DAY),
        )
    };
    Some(match unit {
        TimeUnit::Second => seconds(1),
        TimeUnit::Minute => seconds(60),
        TimeUnit::Hour => seconds(3_600),
        TimeUnit::Day => between(1, 1),
        TimeUnit::Week => between(7, 7),
        TimeUnit::Month => between(28, 31),
        TimeUnit::Year => between(365, 366),
    })
}

/// The first and the last day of the indexes of each patient's candidates, by patient.
pub(super) struct Indexes(Vec<(i64, i64)>);

impl Indexes {
    pub(super) fn of(candidates: &[Candidate], patients: usize) -> Self {
        let mut of = vec![(i64::MAX, i64::MIN); patients];
        for candidate in candidates {
            if let Some((first, last)) = of.get_mut(usize::from(candidate.patient)) {
                *first = (*first).min(candidate.index.first_day());
                *last = (*last).max(candidate.index.last_day());
            }
        }
        Self(of)
    }

    /// Between which days a look is at events of a patient.
    pub(super) fn between(&self, patient: u16, from: Option<i64>, to: Option<i64>) -> (i64, i64) {
        let Some((first, last)) = self.0.get(usize::from(patient)) else {
            return (i64::MIN, i64::MAX);
        };
        (
            from.map_or(i64::MIN, |from| first.saturating_add(from)),
            to.map_or(i64::MAX, |to| last.saturating_add(to)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(count: i32, unit: TimeUnit) -> Side {
        Side::Closed(Instant { at: At::Index, offset: Some(Offset { count, unit }) })
    }

    #[test]
    fn a_side_lies_between_the_days_it_can_reach() {
        let now = Side::Open(Instant { at: At::Index, offset: None });
        assert_eq!(days(&now), Some((0, 0)));
        assert_eq!(days(&side(-30, TimeUnit::Day)), Some((-30, -30)));
        assert_eq!(days(&side(-2, TimeUnit::Month)), Some((-62, -56)));
        assert_eq!(days(&side(1, TimeUnit::Year)), Some((365, 366)));
        // An hour after any second of a day is on that day or on the next one.
        assert_eq!(days(&side(1, TimeUnit::Hour)), Some((0, 1)));
        assert_eq!(days(&side(-1, TimeUnit::Hour)), Some((-1, 0)));
        assert_eq!(days(&side(48, TimeUnit::Hour)), Some((2, 2)));
        assert_eq!(days(&Side::Ever), None);
        let exit = Side::Closed(Instant { at: At::Exit, offset: None });
        assert_eq!(days(&exit), None);
    }

    #[test]
    fn what_overlaps_may_have_begun_long_before() {
        let of = |relation| {
            let (from, to) = (side(-7, TimeUnit::Day), side(7, TimeUnit::Day));
            Look::of_window(&When { relation, fine: false, from, to })
        };
        assert_eq!(of(Relation::Starts), Look::Around(Some(-7), Some(7)));
        assert_eq!(of(Relation::Overlaps), Look::Around(None, Some(7)));
        assert_eq!(of(Relation::Wholly), Look::Around(Some(-7), None));
        assert_eq!(of(Relation::Ends), Look::All);
    }

    #[test]
    fn two_looks_need_what_each_needs() {
        let around = |from, to| Look::Around(from, to);
        let (year, week) = (around(Some(-365), Some(0)), around(Some(0), Some(7)));
        assert_eq!(year.and(week), around(Some(-365), Some(7)));
        assert_eq!(around(None, Some(0)).and(week), around(None, Some(7)));
        assert_eq!(around(None, Some(0)).and(around(Some(0), None)), Look::All);
        assert_eq!(Look::First.and(Look::First), Look::First);
        assert_eq!(Look::First.and(week), Look::All);
    }
}

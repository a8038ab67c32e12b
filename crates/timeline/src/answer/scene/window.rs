//! Windows for the candidate at hand, as bounds in seconds: a row is looked at without its days
//! being worked out.

use cohort::ast::Relation;
use cohort::eval::{SECONDS_PER_DAY, Stretch, Truth, day_of};

use crate::answer::table::{NEVER, Row};

/// A side of a window.
#[derive(Clone, Copy)]
pub(super) enum Edge {
    Ever,
    /// The seconds in which it lies, and whether they belong to the window.
    At((i64, i64), bool),
    Unknown,
}

impl Edge {
    pub(super) fn of(at: Option<Stretch>, is_closed: bool) -> Self {
        match at {
            Some(at) => Self::At((at.first_second(), at.last_second()), is_closed),
            None => Self::Unknown,
        }
    }

    /// The first second of the grain in which each end lies, and that of the next one.
    fn grains((first, last): (i64, i64), fine: bool) -> ((i64, i64), (i64, i64)) {
        let grain = |second: i64| {
            if fine {
                return (second, second.saturating_add(1));
            }
            let begins = day_of(second).saturating_mul(SECONDS_PER_DAY);
            (begins, begins.saturating_add(SECONDS_PER_DAY))
        };
        (grain(first), grain(last))
    }
}

/// What lies before a second fails, what begins at another holds; what is between may.
#[derive(Clone, Copy)]
struct From {
    fails_before: i64,
    holds_from: i64,
}

/// What ends before a second holds, what begins at another fails; what is between may.
#[derive(Clone, Copy)]
struct Until {
    holds_before: i64,
    fails_from: i64,
}

/// A window for the candidate at hand.
#[derive(Clone, Copy)]
pub(super) struct Edges {
    relation: Relation,
    from: From,
    to: Until,
    /// What each side says of no time.
    timeless: (Truth, Truth),
    /// Whether it is unknown where it begins.
    begins_anywhere: bool,
}

impl Edges {
    pub(super) fn new((relation, fine): (Relation, bool), from: Edge, to: Edge) -> Self {
        let timeless = |edge| match edge {
            Edge::Ever => Truth::True,
            Edge::At(..) | Edge::Unknown => Truth::Unknown,
        };
        let bounds = match from {
            Edge::Ever => From { fails_before: i64::MIN, holds_from: i64::MIN },
            Edge::Unknown => From { fails_before: i64::MIN, holds_from: i64::MAX },
            Edge::At(at, is_closed) => {
                let (first, last) = Edge::grains(at, fine);
                if is_closed {
                    From { fails_before: first.0, holds_from: last.0 }
                } else {
                    From { fails_before: first.1, holds_from: last.1 }
                }
            }
        };
        let until = match to {
            Edge::Ever => Until { holds_before: i64::MAX, fails_from: i64::MAX },
            Edge::Unknown => Until { holds_before: i64::MIN, fails_from: i64::MAX },
            Edge::At(at, is_closed) => {
                let (first, last) = Edge::grains(at, fine);
                if is_closed {
                    Until { holds_before: first.1, fails_from: last.1 }
                } else {
                    Until { holds_before: first.0, fails_from: last.0 }
                }
            }
        };
        Self {
            relation,
            from: bounds,
            to: until,
            timeless: (timeless(from), timeless(to)),
            begins_anywhere: matches!(from, Edge::Unknown),
        }
    }

    fn after(&self, time: (i64, i64)) -> Truth {
        if time.0 == NEVER {
            return self.timeless.0;
        }
        Truth::sure(time.0 >= self.from.holds_from, time.1 < self.from.fails_before)
    }

    fn before(&self, time: (i64, i64)) -> Truth {
        if time.0 == NEVER {
            return self.timeless.1;
        }
        Truth::sure(time.1 < self.to.holds_before, time.0 >= self.to.fails_from)
    }

    /// Whether an event lies in it.
    pub(super) fn holds(&self, row: &Row) -> Truth {
        let within = |time| self.after(time).and(self.before(time));
        match self.relation {
            Relation::Starts => within(row.start),
            Relation::Ends => within(row.last),
            Relation::Wholly => within(row.start).and(within(row.last)),
            Relation::Overlaps => {
                // What is going on goes on for ever.
                let goes_on = row.start.0 != NEVER && row.last.0 == NEVER;
                let reaches = match (goes_on, self.begins_anywhere) {
                    (true, true) => Truth::Unknown,
                    (true, false) => Truth::True,
                    (false, _) => self.after(row.last),
                };
                reaches.and(self.before(row.start))
            }
        }
    }

    /// Of rows in order, whose starts are so long at most, those that may lie in it: none before the
    /// first of them, and those with a start until the second, can.
    pub(super) fn part(&self, rows: &[Row], longest: i64) -> (usize, usize) {
        let low = match self.relation {
            Relation::Starts | Relation::Wholly => self.from.fails_before.saturating_sub(longest),
            Relation::Ends | Relation::Overlaps => i64::MIN,
        };
        let high = match self.relation {
            Relation::Starts | Relation::Wholly | Relation::Overlaps => self.to.fails_from,
            Relation::Ends => i64::MAX,
        };
        // Short histories are walked through.
        if rows.len() < 16 {
            let from = rows.iter().take_while(|row| row.start.0 < low).count();
            let rest = rows.get(from..).unwrap_or_default();
            return (from, from + rest.iter().take_while(|row| row.start.0 < high).count());
        }
        let from = rows.partition_point(|row| row.start.0 < low);
        let to = rows.partition_point(|row| row.start.0 < high);
        (from, to.max(from))
    }
}

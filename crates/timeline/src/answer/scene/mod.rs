//! What a plan asks, answered for one candidate from the tables of its shard.

mod condition;
mod number;
mod set;
mod window;

use std::cell::Cell;

use cohort::ast::Kind;
use cohort::eval::{Stretch, Truth, day_of, is_of_kind};

use self::window::Edges;
use super::plan::{At, Instant, Pick, Side, When};
use super::table::{NEVER, Row, Table};
use crate::event::Sex;

/// Days of coverage of the kinds that are declared.
pub(super) type Coverage = Vec<(Kind, Table)>;

/// An entry at hand, and by which alternatives it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) row: Row,
    pub(super) ways: u64,
}

/// The event at hand in the `with` of a set.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    row: &'a Row,
    outer: Option<&'a Frame<'a>>,
}

/// What is known of the patient at hand.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) tables: &'a [Table],
    pub(super) coverage: &'a Coverage,
    pub(super) deaths: &'a Table,
    /// First and last day of the data.
    pub(super) data: (i64, i64),
    pub(super) patient: u16,
    pub(super) birth: Option<Stretch>,
    pub(super) sex: Sex,
    /// The events that are the same for every candidate of the patient, once they were picked.
    pub(super) picks: &'a [Pick],
    pub(super) picked: &'a [Cell<Option<Picked>>],
}

/// The candidate at hand, as far as there is one.
#[derive(Clone, Copy, Default)]
pub(super) struct Hand {
    pub(super) entry: Option<Entry>,
    pub(super) index: Option<Stretch>,
    pub(super) exit: Option<i64>,
}

/// The patient, the candidate and the event at hand.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) hand: &'a Hand,
    pub(super) frame: Option<&'a Frame<'a>>,
}

/// An event that was asked for.
#[derive(Clone, Copy)]
pub(super) enum Picked {
    Found(Row),
    Absent,
    Unknown,
}

/// The days or seconds that a moment may be.
#[derive(Clone, Copy)]
pub(super) struct Range {
    low: i64,
    high: i64,
}

impl Range {
    fn of(stretch: (i64, i64), fine: bool) -> Self {
        if fine {
            Self { low: stretch.0, high: stretch.1 }
        } else {
            Self { low: day_of(stretch.0), high: day_of(stretch.1) }
        }
    }

    fn before(self, other: Self) -> Truth {
        Truth::sure(self.high < other.low, self.low >= other.high)
    }

    fn not_after(self, other: Self) -> Truth {
        other.before(self).not()
    }

    fn same(self, other: Self) -> Truth {
        let one = self.low == self.high && self.low == other.low && self.high == other.high;
        Truth::sure(one, self.high < other.low || other.high < self.low)
    }
}

fn pair(stretch: Stretch) -> (i64, i64) {
    (stretch.first_second(), stretch.last_second())
}

fn stretch(pair: (i64, i64)) -> Option<Stretch> {
    if pair.0 == NEVER { None } else { Stretch::new(pair.0, pair.1) }
}

impl<'a> Scene<'a> {
    /// With an event at hand.
    fn inside<'b>(&self, frame: &'b Frame<'b>) -> Scene<'b>
    where
        'a: 'b,
    {
        Scene { frame: Some(frame), ..*self }
    }

    fn edges(&self, window: &When) -> Edges {
        let edge = |side: &Side| match side {
            Side::Ever => window::Edge::Ever,
            Side::Closed(instant) => window::Edge::of(self.moment(instant), true),
            Side::Open(instant) => window::Edge::of(self.moment(instant), false),
        };
        Edges::new((window.relation, window.fine), edge(&window.from), edge(&window.to))
    }

    /// A moment, where it is known.
    pub(super) fn moment(&self, instant: &Instant) -> Option<Stretch> {
        let at = match &instant.at {
            At::Index => self.hand.index,
            At::Exit => self.hand.exit.map(Stretch::second),
            At::Birth => self.known.birth,
            At::Death => self.death(),
            At::CoverageStart => self.covered().map(|days| Stretch::day(days.0)),
            At::CoverageEnd => self.covered().map(|days| Stretch::day(days.1)),
            At::CoverageStartOf(event) => self.covered_at(event).map(|days| Stretch::day(days.0)),
            At::CoverageEndOf(event) => self.covered_at(event).map(|days| Stretch::day(days.1)),
            At::Fixed(at) => Some(*at),
            At::Start(event) => self.of_row(event, |row| stretch(row.start)),
            At::End(event) => self.of_row(event, |row| stretch(row.last)),
            At::Moment(inner) => self.moment(inner),
            At::Earliest(moments) => self.outermost(moments, i64::min),
            At::Latest(moments) => self.outermost(moments, i64::max),
            At::Else(known, other) => {
                let known = self.moment(known).filter(|at| at.known_day().is_some());
                known.or_else(|| self.moment(other))
            }
        }?;
        Some(instant.offset.map_or(at, |offset| at.shifted(offset)))
    }

    fn outermost(&self, moments: &[Instant], of: fn(i64, i64) -> i64) -> Option<Stretch> {
        let known = moments.iter().filter_map(|moment| self.moment(moment)).map(pair);
        let outermost = known.reduce(|a, b| (of(a.0, b.0), of(a.1, b.1)));
        outermost.and_then(|(first, last)| Stretch::new(first, last))
    }

    /// When the patient died, where it is known.
    pub(super) fn death(&self) -> Option<Stretch> {
        self.known.deaths.of(self.known.patient).first().and_then(|row| stretch(row.start))
    }

    /// The stretch of coverage that holds the index.
    pub(super) fn covered(&self) -> Option<(i64, i64)> {
        let index = self.hand.index?.first_day();
        let holds = |(first, last): &(i64, i64)| *first <= index && index <= *last;
        match self.one_stretch(&Kind::Visit) {
            Some(days) => Some(days).filter(holds),
            None => self.visited().into_iter().find(holds),
        }
    }

    /// The coverage of a kind where it is one stretch, as that of nearly everybody: no list is
    /// needed then.
    fn one_stretch(&self, written: &Kind) -> Option<(i64, i64)> {
        let mut tables = self.known.coverage.iter().filter(|(kind, _)| is_of_kind(kind, written));
        let (Some((_, table)), None) = (tables.next(), tables.next()) else { return None };
        let [row] = table.of(self.known.patient) else { return None };
        let (first, last) = (stretch(row.start)?.first_day(), stretch(row.last)?.first_day());
        (first <= last).then_some((first, last))
    }

    /// The stretches of coverage of visits; that of the data where they have none declared.
    fn visited(&self) -> Vec<(i64, i64)> {
        self.stretches(&Kind::Visit).unwrap_or_else(|| vec![self.known.data])
    }

    /// The stretch of coverage that holds the start of an event.
    fn covered_at(&self, event: &Pick) -> Option<(i64, i64)> {
        let start = self.of_row(event, |row| stretch(row.start))?;
        let (first, last) = (start.first_day(), start.last_day());
        let touches = |(from, to): &(i64, i64)| first <= *to && *from <= last;
        let (from, to) = self.visited().into_iter().find(touches)?;
        (from <= first && last <= to).then_some((from, to))
    }

    /// The coverage of a kind, joined where stretches touch; none where it is not declared.
    fn stretches(&self, written: &Kind) -> Option<Vec<(i64, i64)>> {
        let mut all: Option<Vec<(i64, i64)>> = None;
        for (_, table) in self.known.coverage.iter().filter(|(kind, _)| is_of_kind(kind, written)) {
            let days = table.of(self.known.patient).iter().filter_map(|row| {
                let days = (stretch(row.start)?, stretch(row.last)?);
                Some((days.0.first_day(), days.1.first_day()))
            });
            all.get_or_insert_default().extend(days);
        }
        all.map(joined)
    }

    /// The first and last day of two sides, where both are known to the day.
    fn days(&self, from: &Side, to: &Side) -> Option<(i64, i64)> {
        let day = |side: &Side, inward: i64| match side {
            Side::Ever => None,
            Side::Closed(instant) => self.moment(instant)?.known_day(),
            Side::Open(instant) => Some(self.moment(instant)?.known_day()? + inward),
        };
        day(from, 1).zip(day(to, -1))
    }
}

/// Stretches of days in order, joined where they overlap or touch.
fn joined(mut all: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    all.retain(|(first, last)| first <= last);
    all.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(all.len());
    for (first, last) in all {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

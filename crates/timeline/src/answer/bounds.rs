//! Who can be meant at all, where numbers of one event are compared with those of others.

use std::cell::Cell;

use cohort::ast::{Comparison, Operator, Relation, Share, Statistic};
use cohort::eval::{SECONDS_PER_DAY, shift_second};

use super::plan::{Amount, Ask, At, ColumnId, From, Instant, Pick, Set, Side, When};
use super::table::{NEVER, Row, Source, Zone, truths};
use crate::mask::Mask;

/// Between what the numbers of a table's column lie, for every patient of a shard.
#[derive(Default)]
pub(super) struct Zones(Vec<((usize, ColumnId), Vec<Zone>)>);

impl Zones {
    pub(super) fn has(&self, place: (usize, ColumnId)) -> bool {
        self.0.iter().any(|(of, _)| *of == place)
    }

    pub(super) fn put(&mut self, place: (usize, ColumnId), zones: Vec<Zone>) {
        self.0.push((place, zones));
    }

    /// Of a patient; anything where it was not asked for.
    fn get(&self, place: Option<(usize, ColumnId)>, patient: usize) -> Zone {
        let of = place.and_then(|place| self.0.iter().find(|(of, _)| *of == place));
        of.map_or(Zone::ANY, |(_, of)| of.get(patient).copied().unwrap_or(Zone::NONE))
    }
}

/// Whose numbers they are: a set's table, or that of the event at hand.
fn place_of(table: usize, source: Source<'_>) -> Option<(usize, ColumnId)> {
    match source {
        Source::Field(Pick::Frame(0), column) => Some((table, column)),
        Source::Field(..) => None,
        Source::Members(set, column) => match set.from {
            From::Table(of) => Some((of, column)),
            _ => None,
        },
    }
}

/// The columns of which a condition on an event of a table asks.
pub(super) fn zones_asked(table: usize, ask: &Ask) -> Vec<(usize, ColumnId)> {
    fn of_ask(ask: &Ask, found: &mut dyn FnMut(Source<'_>)) {
        match ask {
            Ask::Compare(left, _, right) => {
                of_amount(left, found);
                of_amount(right, found);
            }
            Ask::KnownNumber(number) => of_amount(number, found),
            Ask::Known(inner) | Ask::Not(inner) => of_ask(inner, found),
            Ask::Else(left, right) => {
                of_ask(left, found);
                of_ask(right, found);
            }
            Ask::Of(_, parts) => parts.iter().for_each(|part| of_ask(part, found)),
            _ => {}
        }
    }
    fn of_amount(amount: &Amount, found: &mut dyn FnMut(Source<'_>)) {
        match amount {
            Amount::Field(pick, column) => found(Source::Field(pick, *column)),
            Amount::Statistic(_, Some(column), set) => found(Source::Members(set, *column)),
            Amount::Arithmetic(_, left, right) | Amount::Else(left, right) => {
                of_amount(left, found);
                of_amount(right, found);
            }
            Amount::Converted(inner, _) => of_amount(inner, found),
            _ => {}
        }
    }
    let mut asked = Vec::new();
    of_ask(ask, &mut |source| asked.extend(place_of(table, source)));
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Of these patients, those who may have an event of a table of which a condition holds.
pub(super) fn may_hold((table, ask): (usize, &Ask), zones: &Zones, among: &Mask) -> Mask {
    let mut may = Mask::none();
    for patient in among.places() {
        let zone = |source: Source<'_>| zones.get(place_of(table, source), patient);
        if truths(ask, &zone).may_hold() {
            may.set(patient);
        }
    }
    may
}

/// A condition on the events of a table, of which it is asked whether it may hold, as far as numbers
/// tell: patient by patient, event by event.
pub(super) struct Gate<'a> {
    table: usize,
    zones: &'a Zones,
    part: Part<'a>,
    /// When the event at hand started, and the last one that started earlier.
    met: Cell<(i64, i64)>,
}

/// A part of it.
enum Part<'a> {
    Any(Vec<Part<'a>>),
    All(Vec<Part<'a>>),
    /// What can hold of a larger number, once it can of a smaller one.
    Steady(Steady<'a>),
    Other(&'a Ask),
}

/// A comparison of which the answer depends on one number of the event, and turns once at most as
/// that number grows.
struct Steady<'a> {
    ask: &'a Ask,
    column: ColumnId,
    /// Seconds before a row beyond which nothing that starts is compared with it, where that can be
    /// told.
    reach: Option<i64>,
    /// Whether it can hold of smaller numbers.
    falls: bool,
    /// Of the patient at hand: the outermost number of which it cannot hold, and that of which it may.
    fails_until: Cell<f64>,
    holds_from: Cell<f64>,
}

impl<'a> Gate<'a> {
    /// Of a table whose starts are so many seconds long at most.
    pub(super) fn new((table, ask): (usize, &'a Ask), longest: i64, zones: &'a Zones) -> Self {
        Self { table, zones, part: Part::of(ask, (table, longest)), met: Cell::default() }
    }

    /// Begins with another patient.
    pub(super) fn begin(&self) {
        self.part.begin();
        self.met.set((i64::MIN, i64::MIN));
    }

    /// Goes on to the next event of the patient: none is left out.
    pub(super) fn meet(&self, row: &Row) {
        let (last, earlier) = self.met.get();
        self.met.set((row.start.0, if row.start.0 > last { last } else { earlier }));
    }

    /// Whether it may hold of the event that was met last, with these numbers.
    pub(super) fn may_hold(
        &self,
        (patient, row): (u16, &Row),
        number: &dyn Fn(ColumnId) -> Option<f64>,
    ) -> bool {
        let (_, earlier) = self.met.get();
        // A start that is not known to the second may lie before rows that come later.
        let is_known = row.start.0 == row.start.1 && row.start.0 != NEVER;
        let gap = if is_known { row.start.0.saturating_sub(earlier) } else { 0 };
        let may = |ask: &Ask| {
            let zone = |source: Source<'_>| match source {
                Source::Field(Pick::Frame(0), column) => {
                    number(column).map_or(Zone::NONE, |value| Zone::between(value, value, false))
                }
                source => self.zones.get(place_of(self.table, source), usize::from(patient)),
            };
            truths(ask, &zone).may_hold()
        };
        self.part.may_hold(gap, number, &may)
    }
}

impl<'a> Part<'a> {
    fn of(ask: &'a Ask, table: (usize, i64)) -> Self {
        let parts = |parts: &'a [Ask]| parts.iter().map(|part| Self::of(part, table)).collect();
        match ask {
            Ask::Of(Share::Any, of) => Self::Any(parts(of)),
            Ask::Of(Share::All, of) => Self::All(parts(of)),
            Ask::Compare(left, is, right) => {
                let reach = reach(left, table).or_else(|| reach(right, table));
                let (left, right) = (Turns::of(left), Turns::of(right));
                let turns = match is {
                    Comparison::AtLeast | Comparison::Greater => left.with(right.back()),
                    Comparison::AtMost | Comparison::Less => left.back().with(right),
                    Comparison::Equal | Comparison::NotEqual => Turns::Other,
                };
                let (column, falls) = match turns {
                    Turns::Rises(column) => (column, false),
                    Turns::Falls(column) => (column, true),
                    Turns::Not | Turns::Other => return Self::Other(ask),
                };
                let (fails_until, holds_from) = (Cell::new(0.0), Cell::new(0.0));
                Self::Steady(Steady { ask, column, reach, falls, fails_until, holds_from })
            }
            _ => Self::Other(ask),
        }
    }

    fn begin(&self) {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().for_each(Self::begin),
            Self::Steady(of) => {
                of.fails_until.set(f64::NEG_INFINITY);
                of.holds_from.set(f64::INFINITY);
            }
            Self::Other(_) => {}
        }
    }

    fn may_hold(
        &self,
        gap: i64,
        number: &dyn Fn(ColumnId) -> Option<f64>,
        may: &dyn Fn(&Ask) -> bool,
    ) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.may_hold(gap, number, may)),
            Self::All(parts) => parts.iter().all(|part| part.may_hold(gap, number, may)),
            Self::Other(ask) => may(ask),
            // Nothing is there to be compared with, and of nothing there is no least or largest.
            Self::Steady(of) if of.reach.is_some_and(|reach| gap > reach) => false,
            Self::Steady(of) => {
                // Of no number nothing holds that is calculated from it.
                let Some(value) = number(of.column) else { return false };
                let value = if of.falls { -value } else { value };
                if value <= of.fails_until.get() || value >= of.holds_from.get() {
                    return value >= of.holds_from.get();
                }
                let holds = may(of.ask);
                let turned = if holds { &of.holds_from } else { &of.fails_until };
                turned.set(value);
                holds
            }
        }
    }
}

/// How many seconds before an event the members of a set start at most, of which something calculated
/// takes the least or the largest number: where they are of the event's own table, whose starts are so
/// long at most, and start before the event.
fn reach(amount: &Amount, table: (usize, i64)) -> Option<i64> {
    match amount {
        Amount::Statistic(Statistic::Lowest | Statistic::Highest, _, set) => reach_of(set, table),
        Amount::Arithmetic(_, left, right) => reach(left, table).or_else(|| reach(right, table)),
        Amount::Converted(inner, _) => reach(inner, table),
        _ => None,
    }
}

fn reach_of(set: &Set, (table, longest): (usize, i64)) -> Option<i64> {
    let is_own = |at: &Instant| matches!(&at.at, At::Start(of) if **of == Pick::Frame(0));
    let When { relation: Relation::Starts, from: Side::Closed(from) | Side::Open(from), .. } =
        set.window.as_ref()?
    else {
        return None;
    };
    let Side::Open(to) = &set.window.as_ref()?.to else { return None };
    let offset = from.offset.filter(|_| is_own(from) && is_own(to) && to.offset.is_none())?;
    if set.from != From::Table(table) {
        return None;
    }
    // The longest of all months and years, and the day in which the window begins.
    let years = shift_second(0, offset).saturating_neg();
    let margin = (3 * SECONDS_PER_DAY).saturating_add(longest);
    (years >= 0).then(|| years.saturating_add(years / 27).saturating_add(margin))
}

/// How what is calculated turns as a number of the event at hand grows; rounding keeps the order of
/// numbers.
#[derive(Clone, Copy)]
enum Turns {
    /// It is the same for all events of a patient.
    Not,
    Rises(ColumnId),
    Falls(ColumnId),
    Other,
}

impl Turns {
    fn of(amount: &Amount) -> Self {
        match amount {
            Amount::Literal(_) | Amount::Statistic(..) => Self::Not,
            Amount::Field(Pick::Frame(0), column) => Self::Rises(*column),
            Amount::Arithmetic(Operator::Add, left, right) => Self::of(left).with(Self::of(right)),
            Amount::Arithmetic(Operator::Subtract, left, right) => {
                Self::of(left).with(Self::of(right).back())
            }
            Amount::Arithmetic(Operator::Multiply, left, right) => match (&**left, &**right) {
                (Amount::Literal(factor), of) | (of, Amount::Literal(factor)) => {
                    Self::of(of).times(*factor)
                }
                _ => Self::Other,
            },
            Amount::Arithmetic(Operator::Divide, left, right) => match &**right {
                Amount::Literal(factor) => Self::of(left).times(*factor),
                _ => Self::Other,
            },
            // The steps of a conversion multiply, divide and add.
            Amount::Converted(inner, of) => Self::of(inner).times(of.apply(1.0) - of.apply(0.0)),
            _ => Self::Other,
        }
    }

    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Not, of) | (of, Self::Not) => of,
            (Self::Rises(a), Self::Rises(b)) if a == b => self,
            (Self::Falls(a), Self::Falls(b)) if a == b => self,
            _ => Self::Other,
        }
    }

    fn back(self) -> Self {
        match self {
            Self::Rises(column) => Self::Falls(column),
            Self::Falls(column) => Self::Rises(column),
            of => of,
        }
    }

    fn times(self, factor: f64) -> Self {
        if factor > 0.0 {
            self
        } else if factor < 0.0 {
            self.back()
        } else {
            Self::Other
        }
    }
}

//! The members of sets, and single events of them.

use cohort::ast::{Span, Supply, TakeFrom};
use cohort::eval::{Truth, day_after, day_of, last_second_of, reaches};

use super::window::Edges;
use super::{Frame, Picked, Scene, stretch};
use crate::answer::plan::{ColumnId, From, How, Instant, Laid, Pick, Set, When};
use crate::answer::table::{NEVER, Row};

/// The most days that one supply lasts: ten thousand years.
const SUPPLY_DAYS_MAX: f64 = 3_652_500.0;

/// Whether to go on to the next member.
pub(super) type GoOn = bool;

impl<'a> Scene<'a> {
    /// Calls with every member of a set, certain and uncertain, in order, while it is asked to.
    pub(in crate::answer) fn each_member(&self, set: &Set, with: impl FnMut(&Row) -> GoOn) {
        self.each_member_in((set, set.window.as_ref()), |_| true, with);
    }

    /// The same, of rows that may be members.
    pub(in crate::answer) fn each_member_of(
        &self,
        set: &Set,
        may: impl Fn(&Row) -> bool,
        with: impl FnMut(&Row) -> GoOn,
    ) {
        self.each_member_in((set, set.window.as_ref()), may, with);
    }

    /// The same with a window that may be another than the set's own.
    fn each_member_in(
        &self,
        (set, window): (&Set, Option<&When>),
        may: impl Fn(&Row) -> bool,
        mut with: impl FnMut(&Row) -> GoOn,
    ) {
        if let From::Table(table) = set.from {
            let (rows, longest) = self.rows(table);
            let Some(last) = rows.last() else { return };
            let edges = window.map(|window| self.edges(window));
            let (from, to) =
                edges.as_ref().map_or((0, rows.len()), |edges| edges.part(rows, longest));
            // What has no start stands at the end, and is in every part.
            let timeless = if last.start.0 == NEVER {
                rows.partition_point(|row| row.start.0 < NEVER).max(to)
            } else {
                rows.len()
            };
            let part = rows.get(from..to).into_iter().chain(rows.get(timeless..)).flatten();
            self.judged(set, edges.as_ref(), part.filter(|row| may(row)), &mut with);
        } else {
            let edges = window.map(|window| self.edges(window));
            if let From::Event(pick, _) = &set.from {
                match self.pick(pick) {
                    Picked::Found(row) => {
                        let row = Row { certain: true, ..row };
                        let alone = std::iter::once(&row).filter(|row| may(row));
                        return self.judged(set, edges.as_ref(), alone, &mut with);
                    }
                    Picked::Absent => return,
                    Picked::Unknown => {}
                }
            }
            let mut rows = Vec::new();
            self.source(&set.from, &mut rows);
            rows.sort_by(Row::order);
            self.judged(set, edges.as_ref(), rows.iter().filter(|row| may(row)), &mut with);
        }
    }

    fn judged<'r>(
        &self,
        set: &Set,
        edges: Option<&Edges>,
        rows: impl Iterator<Item = &'r Row>,
        with: &mut impl FnMut(&Row) -> GoOn,
    ) {
        for row in rows {
            let mut belongs = if row.certain { Truth::True } else { Truth::Unknown };
            if let Some(edges) = edges {
                belongs = belongs.and(edges.holds(row));
            }
            if let Some(asks) = &set.with
                && belongs != Truth::False
            {
                let frame = Frame { row, outer: self.frame };
                belongs = belongs.and(self.inside(&frame).ask(asks));
            }
            let goes_on = match belongs {
                Truth::False => true,
                Truth::True => with(row),
                Truth::Unknown => with(&Row { certain: false, ..*row }),
            };
            if !goes_on {
                return;
            }
        }
    }

    fn members(&self, set: &Set, out: &mut Vec<Row>) {
        self.each_member(set, |row| {
            out.push(*row);
            true
        });
    }

    fn certain(&self, set: &Set) -> Vec<Row> {
        let mut rows = Vec::new();
        self.each_member(set, |row| {
            if row.certain {
                rows.push(*row);
            }
            true
        });
        rows
    }

    /// The events of a table, and how long their starts are at most.
    fn rows(&self, table: usize) -> (&'a [Row], i64) {
        let table = self.known.tables.get(table);
        table.map_or((&[], 0), |table| (table.of(self.known.patient), table.longest()))
    }

    /// The events that a set looks at.
    fn source(&self, from: &From, out: &mut Vec<Row>) {
        match from {
            From::Table(table) => out.extend_from_slice(self.rows(*table).0),
            From::Named(set) => self.members(set, out),
            From::Event(pick, any) => match (self.pick(pick), any) {
                (Picked::Found(row), _) => out.push(Row { certain: true, ..row }),
                (Picked::Unknown, Some(any)) => {
                    self.each_member(any, |row| {
                        out.push(Row { certain: false, ..*row });
                        true
                    });
                }
                (Picked::Unknown | Picked::Absent, _) => {}
            },
            From::Union(sets) => self.union(sets, out),
            From::Take(from, count, of) => {
                let rows = self.certain(of);
                let skipped = match from {
                    TakeFrom::First => 0,
                    TakeFrom::Last => rows.len().saturating_sub(*count),
                };
                out.extend(rows.iter().skip(skipped).take(*count));
            }
            From::Episodes(of, gap) => episodes(self.certain(of), *gap, out),
            From::Era(laid, gap) => self.eras(laid, *gap, out),
        }
    }

    /// The events of any of these sets, each once, as the first has it.
    fn union(&self, sets: &[Set], out: &mut Vec<Row>) {
        let begin = out.len();
        for set in sets {
            self.each_member(set, |row| {
                let before = out.get_mut(begin..).unwrap_or_default();
                match before.iter_mut().find(|other| other.is_same(row)) {
                    Some(other) => other.certain |= row.certain,
                    None => out.push(*row),
                }
                true
            });
        }
    }

    fn eras(&self, laid: &Laid, gap: Span, out: &mut Vec<Row>) {
        let mut done: Vec<(Row, Option<i64>)> = Vec::new();
        for of in self.laid_out(laid) {
            let reaches = |end: i64| of.waits || of.first_day <= day_after(end, gap);
            match done.last_mut() {
                Some((joined, end)) if end.is_none_or(reaches) => {
                    *end = end.zip(of.last_day).map(|(end, last)| end.max(last));
                    joined.members = joined.members.saturating_add(1);
                }
                _ => done.push((Row { members: 1, ..of.row }, of.last_day)),
            }
        }
        out.extend(done.into_iter().map(|(row, end)| {
            let last = end.map_or((NEVER, NEVER), |end| (last_second_of(end), last_second_of(end)));
            Row { last, ..row }
        }));
    }

    /// Exposures in order, each on the days that it covers.
    pub(super) fn laid_out(&self, laid: &Laid) -> Vec<OnDays> {
        let mut all = Vec::new();
        // The day after those covered so far; none where something goes on for ever.
        let mut free = Some(i64::MIN);
        for row in self.certain(&laid.of) {
            let Some(start) = stretch(row.start) else { continue };
            let own = start.first_day();
            let first_day = free.filter(|_| laid.carry).map_or(own, |free| own.max(free));
            let recorded = self.number_of(&row, laid.days);
            let last_day = last_day(&row, (first_day, own), laid.supply, recorded);
            free = free.zip(last_day).map(|(free, last)| free.max(last.saturating_add(1)));
            all.push(OnDays { row, first_day, last_day, waits: first_day > own });
        }
        all
    }

    /// What a column has of an event.
    pub(super) fn number_of(&self, row: &Row, column: ColumnId) -> Option<f64> {
        self.known.tables.get(usize::from(row.table))?.number(column, row.at)
    }

    /// What a number or moment takes of an event, where there is one; what is at hand is not copied.
    pub(super) fn of_row<T>(&self, pick: &Pick, take: impl FnOnce(&Row) -> Option<T>) -> Option<T> {
        match pick {
            Pick::Frame(levels) => take(self.framed(*levels)?),
            Pick::Entry => take(&self.hand.entry.as_ref()?.row),
            Pick::Way(_) | Pick::Select(..) | Pick::Held(_) => match self.pick(pick) {
                Picked::Found(row) => take(&row),
                Picked::Absent | Picked::Unknown => None,
            },
        }
    }

    /// The event of an enclosing set.
    fn framed(&self, levels: usize) -> Option<&'a Row> {
        let mut frame = self.frame;
        for _ in 0..levels {
            frame = frame.and_then(|frame| frame.outer);
        }
        frame.map(|frame| frame.row)
    }

    /// One event.
    pub(super) fn pick(&self, pick: &Pick) -> Picked {
        match pick {
            Pick::Frame(levels) => {
                self.framed(*levels).map_or(Picked::Absent, |row| Picked::Found(*row))
            }
            Pick::Entry => self.hand.entry.map_or(Picked::Absent, |entry| Picked::Found(entry.row)),
            Pick::Way(ways) => match self.hand.entry {
                Some(entry) if entry.ways & ways != 0 => Picked::Found(entry.row),
                _ => Picked::Absent,
            },
            Pick::Select(how, set) => self.select(how, set),
            Pick::Held(place) => self.held(*place),
        }
    }

    /// An event that is the same for every candidate of the patient.
    fn held(&self, place: usize) -> Picked {
        let known = self.known;
        let (Some(pick), Some(cell)) = (known.picks.get(place), known.picked.get(place)) else {
            return Picked::Unknown;
        };
        if let Some(picked) = cell.get() {
            return picked;
        }
        let picked = Scene { frame: None, ..*self }.pick(pick);
        cell.set(Some(picked));
        picked
    }

    fn select(&self, how: &How, set: &Set) -> Picked {
        let (mut found, mut place, mut uncertain) = (None, 0_u32, false);
        match how {
            How::FirstInLife => return self.first_in_life(set),
            How::Nearest(to, fine) => return self.nearest(set, (to, *fine)),
            How::First | How::Last | How::Nth(_) => self.each_member(set, |row| {
                if !row.certain {
                    uncertain = true;
                    return true;
                }
                place = place.saturating_add(1);
                let (takes, goes_on) = match how {
                    How::Nth(nth) => (place == *nth, place < *nth),
                    How::Last => (true, true),
                    _ => (place == 1, false),
                };
                if takes {
                    found = Some(*row);
                }
                goes_on
            }),
            How::Highest(column) | How::Lowest(column) => {
                let highest = matches!(how, How::Highest(_));
                let mut best = None;
                self.each_member(set, |row| {
                    if !row.certain {
                        uncertain = true;
                        return true;
                    }
                    place = place.saturating_add(1);
                    if let Some(value) = self.number_of(row, *column)
                        && best.is_none_or(|best| if highest { value > best } else { value < best })
                    {
                        (best, found) = (Some(value), Some(*row));
                    }
                    true
                });
            }
        }
        match found {
            Some(row) => Picked::Found(row),
            None if uncertain && place == 0 => Picked::Unknown,
            None => Picked::Absent,
        }
    }

    fn first_in_life(&self, set: &Set) -> Picked {
        let (mut found, mut any) = (None, false);
        self.each_member_in(
            (set, None),
            |_| true,
            |row| {
                any = true;
                if row.certain {
                    found = Some(*row);
                }
                !row.certain
            },
        );
        let Some(row) = found else {
            return if any { Picked::Unknown } else { Picked::Absent };
        };
        match set.window.as_ref().map_or(Truth::True, |window| self.edges(window).holds(&row)) {
            Truth::True => Picked::Found(row),
            Truth::Unknown => Picked::Unknown,
            Truth::False => Picked::Absent,
        }
    }

    /// The first of those that start nearest to a moment.
    fn nearest(&self, set: &Set, (to, fine): (&Instant, bool)) -> Picked {
        let grain = |second: i64| if fine { second } else { day_of(second) };
        let to = self.moment(to).map(|to| grain(to.first_second()));
        let (mut best, mut place, mut uncertain) = (None, 0_usize, false);
        self.each_member(set, |row| {
            if !row.certain {
                uncertain = true;
                return true;
            }
            place += 1;
            if let Some(to) = to
                && row.start.0 != NEVER
            {
                let distance = grain(row.start.0).saturating_sub(to).saturating_abs();
                if best.is_none_or(|(least, _)| distance < least) {
                    best = Some((distance, *row));
                }
            }
            true
        });
        match best {
            Some((_, row)) => Picked::Found(row),
            None if uncertain && place == 0 => Picked::Unknown,
            None => Picked::Absent,
        }
    }
}

/// An exposure on the days that it covers.
pub(super) struct OnDays {
    row: Row,
    pub(super) first_day: i64,
    /// None where it goes on.
    pub(super) last_day: Option<i64>,
    /// Whether it waits for what is left of those before.
    waits: bool,
}

/// The last day covered by an exposure that covers from a day; the second is the day it starts.
fn last_day(
    row: &Row,
    (first, own): (i64, i64),
    supply: Supply,
    recorded: Option<f64>,
) -> Option<i64> {
    let after = |days: i64| first.saturating_add(days.max(1) - 1);
    let spanned = |span: Span| after(day_after(first, span).saturating_sub(first));
    match (supply, recorded) {
        (Supply::Fixed(span), _) | (Supply::RecordedElse(span), None) => Some(spanned(span)),
        (Supply::Recorded | Supply::RecordedElse(_), Some(days)) => {
            #[expect(clippy::cast_possible_truncation, reason = "it is between 1 and 3,652,500")]
            let whole = days.ceil().clamp(1.0, SUPPLY_DAYS_MAX) as i64;
            Some(after(whole))
        }
        (Supply::Recorded, None) => {
            let last = stretch(row.last)?.last_day();
            Some(after(last.saturating_sub(own).saturating_add(1)))
        }
    }
}

/// Members in order joined to episodes.
fn episodes(rows: Vec<Row>, gap: Span, out: &mut Vec<Row>) {
    let begin = out.len();
    for row in rows {
        let Some(start) = stretch(row.start) else { continue };
        match out.get_mut(begin..).and_then(<[Row]>::last_mut) {
            Some(episode) if reaches(stretch(episode.last), start, gap) => {
                episode.last = if episode.last.0 == NEVER || row.last.0 == NEVER {
                    (NEVER, NEVER)
                } else {
                    (episode.last.0.max(row.last.0), episode.last.1.max(row.last.1))
                };
                episode.members = episode.members.saturating_add(1);
            }
            _ => out.push(Row { members: 1, ..row }),
        }
    }
}

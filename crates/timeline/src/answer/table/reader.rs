//! Reads the rows of a run.

use cohort::ast::{Certainty, Rank};
use cohort::eval::{Truth, World};

use super::columns::{Of, Rows, Values};
use super::filter::{self, Filter};
use super::hits::Hit;
use super::limits::Limits;
use super::outermost::{Asked, Zones};
use super::zone::{Truths, Zone};
use super::{Found, NEVER, Part, Row, Wanted};
use crate::answer::plan::ColumnId;
use crate::format::{Damage, tag};
use crate::mask::Mask;
use crate::segment::{Run, Segment};

/// A run, and what is wanted of it.
pub(super) struct Reader<'a> {
    pub(super) segment: &'a Segment,
    pub(super) run: &'a Run<'a>,
    pub(super) wanted: Wanted<'a>,
    pub(super) hit: &'a Hit,
    pub(super) world: &'a World<'a>,
    /// The place in the segment of the shard's first patient, and how many it has.
    pub(super) patients: (u32, usize),
    /// From the first row to the end of the last.
    pub(super) all: (usize, usize),
}

/// Stretches of rows, and patients with how many rows each has.
type Stretches = Vec<(usize, usize)>;
type Whose = Vec<(u16, usize)>;

/// A patient of a run: who, and where its rows begin and end.
type Stay = (u16, (usize, usize));

impl Reader<'_> {
    /// Appends the wanted rows of a run, and their columns.
    pub(super) fn read(&self, shown: &Mask, out: &mut Found) -> Result<(), Damage> {
        let mut stays = self.stays_where(Truths::may_belong, shown)?;
        if let Part::Around(indexes, from, to) = self.wanted.part {
            self.leave_around(&mut stays, |patient| indexes.between(patient, from, to))?;
        }
        if stays.is_empty() {
            return Ok(());
        }
        let (stretches, whose, count) = laid(&stays);
        let of = self.of(Rows { stretches: &stretches, count, whose: &whose });
        let mut states = self.states(of)?;
        let is_certain = matches!(states, States::Same(Truth::True));
        match self.wanted.part {
            Part::Entries if is_certain && self.all_days_are_known()? => {
                return self.take_firsts(&stays, out);
            }
            Part::Firsts if is_certain => return self.take_firsts(&stays, out),
            Part::Entries => {
                let mut each = states.all(count);
                self.leave_entries(of.rows, &mut each, &mut out.counts)?;
                states = States::Each(each);
            }
            Part::Firsts => {
                let mut each = states.all(count);
                leave_firsts(&whose, &mut each);
                states = States::Each(each);
            }
            Part::All | Part::Around(..) => {}
        }
        match states {
            States::Same(Truth::False) => Ok(()),
            States::Same(_) => self.take(of, &states, out),
            States::Each(mut each) => {
                let left = each.iter().filter(|state| **state != Truth::False).count();
                if left == 0 {
                    return Ok(());
                }
                if left == count {
                    return self.take(of, &States::Each(each), out);
                }
                // The other columns are read of what is left.
                let (stretches, whose) = self::left(of.rows, &each);
                each.retain(|state| *state != Truth::False);
                let rows = Rows { stretches: &stretches, count: left, whose: &whose };
                self.take(self.of(rows), &States::Each(each), out)
            }
        }
    }

    /// Whether every row starts on a known day, where that can be told without reading.
    fn all_days_are_known(&self) -> Result<bool, Damage> {
        let times = self.run.times()?;
        let is_day = times.second.is_constant() == Some(0);
        Ok(match times.length.is_constant() {
            Some(86_400) => is_day,
            length => length == Some(1),
        })
    }

    /// Leaves of each patient only the rows that start between two days, where all days are known.
    fn leave_around(
        &self,
        stays: &mut Vec<Stay>,
        between: impl Fn(u16) -> (i64, i64),
    ) -> Result<(), Damage> {
        if stays.is_empty() || !self.all_days_are_known()? {
            return Ok(());
        }
        let (stretches, whose, count) = laid(stays);
        let rows = Rows { stretches: &stretches, count, whose: &whose };
        let days = rows.gather(&self.run.times()?.day)?;
        let mut row = 0;
        // Rows are in order of their days.
        let cut = |(patient, (from, to)): &mut Stay| {
            let (first, last) = between(*patient);
            let end = row + (*to - *from);
            let begin = (row..end).find(|row| days.get(*row) >= first).unwrap_or(end);
            let until = (begin..end).find(|row| days.get(*row) > last).unwrap_or(end);
            (*from, *to) = (*from + (begin - row), *from + (until - row));
            row = end;
            *from < *to
        };
        stays.retain_mut(cut);
        Ok(())
    }

    /// Appends the first row of each patient, and counts all where that is wanted.
    fn take_firsts(&self, stays: &[Stay], out: &mut Found) -> Result<(), Damage> {
        let (mut stretches, mut whose) = (Vec::new(), Vec::with_capacity(stays.len()));
        for &(patient, (from, to)) in stays {
            stretch(&mut stretches, from, from + 1);
            whose.push((patient, 1));
            if let Some(count) = out.counts.get_mut(usize::from(patient)) {
                *count += u32::try_from(to - from).map_err(|_| Damage::Number)?;
            }
        }
        let rows = Rows { stretches: &stretches, count: whose.len(), whose: &whose };
        self.take(self.of(rows), &States::Same(Truth::True), out)
    }

    fn of<'b>(&'b self, rows: Rows<'b>) -> Of<'b> {
        let (segment, run, hit, world) = (self.segment, self.run, self.hit, self.world);
        Of { segment, run, hit, world, first_patient: self.patients.0, rows }
    }

    /// Of these patients, those of the run of whose rows what the table asks may be as it is wanted.
    pub(super) fn stays_where(
        &self,
        may: fn(Truths) -> bool,
        among: &Mask,
    ) -> Result<Vec<Stay>, Damage> {
        let whose = self.run.whose(self.patients.1)?;
        let Wanted { spec, specs, limits, .. } = self.wanted;
        let (mut asked, mut others, mut needed) = (Vec::new(), Vec::new(), Vec::new());
        for ask in &spec.filters {
            let rates = Limits::asked(ask, specs, limits);
            match rates.map(|rates| self.of_all(whose).rates_may(rates)).transpose()?.flatten() {
                Some(truths) => asked.push(Asked::Known(truths)),
                None => {
                    crate::answer::uses::columns_of_filter(ask, &mut needed);
                    others.push(ask);
                }
            }
        }
        let zones = self.zones(whose, &needed)?;
        if zones.iter().any(|(_, zones)| !matches!(zones, Zones::Any)) {
            asked.extend(others.into_iter().map(|ask| Asked::of(ask, &zones)));
        }
        let mut stays = Vec::with_capacity(whose.len());
        let mut from = 0;
        for (place, &(patient, count)) in whose.iter().enumerate() {
            let to = from + count;
            if among.has(usize::from(patient))
                && asked.iter().all(|ask| may(ask.truths(place, &zones)))
            {
                stays.push((patient, (from, to)));
            }
            from = to;
        }
        Ok(stays)
    }

    /// Calls with every patient of the run, and between what the numbers of a column lie.
    pub(super) fn each_zone(
        &self,
        column: ColumnId,
        mut with: impl FnMut(u16, Zone),
    ) -> Result<(), Damage> {
        let whose = self.run.whose(self.patients.1)?;
        let zones = self.zones(whose, &[column])?;
        for (place, (patient, _)) in whose.iter().enumerate() {
            let zone = zones.first().map_or(Zone::ANY, |(_, zones)| zones.get(place));
            with(*patient, zone);
        }
        Ok(())
    }

    /// All rows of the run.
    fn of_all<'b>(&'b self, whose: &'b [(u16, usize)]) -> Of<'b> {
        let stretches = std::slice::from_ref(&self.all);
        self.of(Rows { stretches, count: self.run.events, whose })
    }

    fn zones(
        &self,
        whose: &[(u16, usize)],
        columns: &[ColumnId],
    ) -> Result<Vec<(ColumnId, Zones)>, Damage> {
        let of = self.of_all(whose);
        let mut all: Vec<(ColumnId, Zones)> = Vec::new();
        for &id in columns {
            if let Some(spec) = self.wanted.specs.get(id)
                && all.iter().all(|(held, _)| *held != id)
            {
                all.push((id, of.zones(spec)?));
            }
        }
        Ok(all)
    }

    /// Leaves of each patient's rows only the first that is certain and starts on a known day, and
    /// counts all that are.
    fn leave_entries(
        &self,
        rows: Rows<'_>,
        states: &mut [Truth],
        counts: &mut [u32],
    ) -> Result<(), Damage> {
        let times = self.run.times()?;
        let second = rows.gather(&times.second)?;
        let length = rows.gather(&times.length)?;
        let is_known = |row: usize| {
            let length = length.get(row);
            length > 0 && second.get(row) + length <= 86_400
        };
        let mut row = 0;
        for &(patient, count) in rows.whose {
            let mut found = 0;
            for row in row..row + count {
                let Some(state) = states.get_mut(row) else { return Err(Damage::Short) };
                if *state == Truth::True && is_known(row) {
                    found += 1;
                    if found == 1 {
                        continue;
                    }
                }
                *state = Truth::False;
            }
            if let Some(to) = counts.get_mut(usize::from(patient)) {
                *to += found;
            }
            row += count;
        }
        Ok(())
    }

    /// Appends rows of which none is false, and their columns.
    fn take(&self, of: Of<'_>, states: &States, out: &mut Found) -> Result<(), Damage> {
        self.put(of.rows, states, out)?;
        for (id, data) in &mut out.columns {
            if let Some(spec) = self.wanted.specs.get(*id) {
                data.append(of.read(spec)?);
            }
        }
        Ok(())
    }

    /// Appends rows.
    fn put(&self, rows: Rows<'_>, states: &States, out: &mut Found) -> Result<(), Damage> {
        let times = self.run.times()?;
        let day = rows.gather(&times.day)?;
        let second = rows.gather(&times.second)?;
        let length = rows.gather(&times.length)?;
        let end = rows.gather(&times.end)?;
        let end_length = rows.gather(&times.end_length)?;
        let tie = rows.gather(&self.run.events_column(tag::TIE)?)?;
        let visit = match self.wanted.visits {
            true => rows.gather(&self.run.events_column(tag::VISIT)?)?,
            false => Values::Same(0),
        };
        let stretch = |first: i64, seconds: i64| match seconds {
            0 => (NEVER, NEVER),
            _ => (first, first.saturating_add(seconds.saturating_sub(1))),
        };
        let short = |number: usize| u32::try_from(number).map_err(|_| Damage::Number);
        let before = short(out.rows.len())?;
        short(out.rows.len() + rows.count)?;
        out.rows.reserve(rows.count);
        for (at, row) in (before..).zip(0..rows.count) {
            let first = day.get(row).saturating_mul(86_400).saturating_add(second.get(row));
            let last = first.saturating_add(end.get(row));
            out.rows.push(Row {
                start: stretch(first, length.get(row)),
                last: stretch(last, end_length.get(row)),
                kind: self.hit.kind,
                tie: u32::try_from(tie.get(row)).map_err(|_| Damage::Number)?,
                visit: u32::try_from(visit.get(row)).map_err(|_| Damage::Number)?,
                members: 1,
                at,
                table: self.wanted.number,
                certain: states.get(row) == Truth::True,
            });
        }
        out.whose.extend_from_slice(rows.whose);
        Ok(())
    }

    /// Whether each wanted row is a member, as far as it alone says.
    fn states(&self, of: Of<'_>) -> Result<States, Damage> {
        let records = &self.wanted.spec.records;
        let mut states = States::Same(Truth::True);
        if records.certainty != Certainty::Either || records.rank.is_some() {
            let flags = self.run.events_column(tag::FLAGS)?;
            let state = |flags: i64| {
                let suspected = flags & 1 == 1;
                let certainty = match records.certainty {
                    Certainty::Confirmed => !suspected,
                    Certainty::Suspected => suspected,
                    Certainty::Either => true,
                };
                let rank = if flags & 2 == 2 { Rank::Main } else { Rank::Other };
                Truth::from(certainty && records.rank.is_none_or(|asked| asked == rank))
            };
            match flags.is_constant() {
                Some(flags) if state(flags) == Truth::True => {}
                Some(_) => return Ok(States::Same(Truth::False)),
                None => {
                    let flags = of.rows.gather(&flags)?;
                    let each = (0..of.rows.count).map(|row| state(flags.get(row)));
                    states = States::Each(each.collect());
                }
            }
        }
        if self.wanted.spec.filters.is_empty() {
            return Ok(states);
        }
        let Wanted { specs, limits, .. } = self.wanted;
        let mut filter = Filter::default();
        let mut each = states.all(of.rows.count);
        for ask in &self.wanted.spec.filters {
            let rates = Limits::asked(ask, specs, limits);
            match rates.map(|rates| of.rates_compared(rates)).transpose()?.flatten() {
                Some(truths) => filter::leave(&mut each, truths),
                None => {
                    filter.gather(ask, &of, specs)?;
                    filter.narrow(ask, &mut each);
                }
            }
        }
        Ok(States::Each(each))
    }
}

/// Whether rows are members.
enum States {
    /// All alike.
    Same(Truth),
    /// One after the other.
    Each(Vec<Truth>),
}

impl States {
    fn get(&self, row: usize) -> Truth {
        match self {
            Self::Same(state) => *state,
            Self::Each(each) => each.get(row).copied().unwrap_or(Truth::False),
        }
    }

    fn all(self, count: usize) -> Vec<Truth> {
        match self {
            Self::Same(state) => vec![state; count],
            Self::Each(each) => each,
        }
    }
}

/// The stretches of rows of patients, whose they are, and how many.
fn laid(stays: &[Stay]) -> (Stretches, Whose, usize) {
    let (mut stretches, mut whose) = (Vec::new(), Vec::with_capacity(stays.len()));
    let mut count = 0;
    for &(patient, (from, to)) in stays {
        stretch(&mut stretches, from, to);
        whose.push((patient, to - from));
        count += to - from;
    }
    (stretches, whose, count)
}

/// Leaves of each patient's rows the first certain one, and all that are not certain.
fn leave_firsts(whose: &[(u16, usize)], states: &mut [Truth]) {
    let mut rest = states;
    for &(_, count) in whose {
        let (of, after) = std::mem::take(&mut rest).split_at_mut_checked(count).unwrap_or_default();
        let certain = of.iter_mut().filter(|state| **state == Truth::True);
        certain.skip(1).for_each(|state| *state = Truth::False);
        rest = after;
    }
}

/// Appends rows to stretches, which are as few as possible.
fn stretch(stretches: &mut Vec<(usize, usize)>, from: usize, to: usize) {
    match stretches.last_mut() {
        Some(last) if last.1 == from => last.1 = to,
        _ => stretches.push((from, to)),
    }
}

/// The stretches of the rows that are not false, and whose they are.
fn left(rows: Rows<'_>, states: &[Truth]) -> (Stretches, Whose) {
    let (mut stretches, mut whose) = (Vec::new(), Vec::new());
    let mut places = rows.stretches.iter().flat_map(|&(from, to)| from..to).zip(states);
    for &(patient, count) in rows.whose {
        let mut kept = 0;
        for (place, _) in places.by_ref().take(count).filter(|of| *of.1 != Truth::False) {
            stretch(&mut stretches, place, place + 1);
            kept += 1;
        }
        if kept > 0 {
            whose.push((patient, kept));
        }
    }
    (stretches, whose)
}

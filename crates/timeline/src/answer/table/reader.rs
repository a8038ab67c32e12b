//! Reads the rows of a run.

use cohort::ast::{Certainty, Rank};
use cohort::eval::{Truth, World};

use super::columns::{Of, Rows};
use super::filter::Filter;
use super::hits::Hit;
use super::outermost::{Asked, Zones};
use super::zone::{Truths, Zone};
use super::{Found, NEVER, Row, Wanted};
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
}

/// Stretches of rows, and patients with how many rows each has.
type Stretches = Vec<(usize, usize)>;
type Whose = Vec<(u16, usize)>;

/// A patient of a run: who, and where its rows begin and end.
type Stay = (u16, (usize, usize));

impl Reader<'_> {
    /// Appends the wanted rows of a run, and their columns.
    pub(super) fn read(&self, shown: &Mask, out: &mut Found) -> Result<(), Damage> {
        let mut stays = self.stays_where(Truths::may_belong)?;
        stays.retain(|(patient, _)| shown.has(usize::from(*patient)));
        let (mut stretches, mut whose) = (Vec::new(), Vec::new());
        for (patient, (from, to)) in stays {
            stretch(&mut stretches, from, to);
            whose.push((patient, to - from));
        }
        let count = whose.iter().map(|(_, count)| count).sum();
        let of = self.of(Rows { stretches: &stretches, count, whose: &whose });
        let mut states = self.states(of)?;
        if self.wanted.firsts {
            self.leave_firsts(of.rows, &mut states, &mut out.counts)?;
        }
        if states.iter().all(|state| *state == Truth::False) {
            return Ok(());
        }
        if states.contains(&Truth::False) {
            // The other columns are read of what is left.
            let (stretches, whose) = left(of.rows, &states);
            states.retain(|state| *state != Truth::False);
            let rows = Rows { stretches: &stretches, count: states.len(), whose: &whose };
            return self.take(self.of(rows), &states, out);
        }
        self.take(of, &states, out)
    }

    fn of<'b>(&'b self, rows: Rows<'b>) -> Of<'b> {
        let (segment, run, hit, world) = (self.segment, self.run, self.hit, self.world);
        Of { segment, run, hit, world, first_patient: self.patients.0, rows }
    }

    /// The patients of the run.
    fn stays(&self) -> Result<Vec<Stay>, Damage> {
        let mut stays = Vec::with_capacity(self.run.patients);
        self.run.each_patient(self.patients.1, |patient, from, to| {
            stays.push((u16::try_from(patient).map_err(|_| Damage::Number)?, (from, to)));
            Ok(())
        })?;
        Ok(stays)
    }

    /// The patients of the run of whose rows what the table asks may be as it is wanted.
    pub(super) fn stays_where(&self, may: fn(Truths) -> bool) -> Result<Vec<Stay>, Damage> {
        let mut stays = self.stays()?;
        let filters = &self.wanted.spec.filters;
        let mut needed = Vec::new();
        filters.iter().for_each(|ask| crate::answer::uses::columns_of_filter(ask, &mut needed));
        if needed.is_empty() {
            return Ok(stays);
        }
        let zones = self.zones(&stays, &needed)?;
        if zones.iter().all(|(_, zones)| matches!(zones, Zones::Any)) {
            return Ok(stays);
        }
        let asked: Vec<Asked<'_>> = filters.iter().map(|ask| Asked::of(ask, &zones)).collect();
        let mut place = 0;
        stays.retain(|_| {
            let stays = asked.iter().all(|ask| may(ask.truths(place, &zones)));
            place += 1;
            stays
        });
        Ok(stays)
    }

    /// Calls with every patient of the run, and between what the numbers of a column lie.
    pub(super) fn each_zone(
        &self,
        column: ColumnId,
        mut with: impl FnMut(u16, Zone),
    ) -> Result<(), Damage> {
        let stays = self.stays()?;
        let zones = self.zones(&stays, &[column])?;
        for (place, (patient, _)) in stays.iter().enumerate() {
            let zone = zones.first().map_or(Zone::ANY, |(_, zones)| zones.get(place));
            with(*patient, zone);
        }
        Ok(())
    }

    fn zones(
        &self,
        stays: &[Stay],
        columns: &[ColumnId],
    ) -> Result<Vec<(ColumnId, Zones)>, Damage> {
        let whose: Vec<_> =
            stays.iter().map(|(patient, (from, to))| (*patient, to - from)).collect();
        let count = self.run.events;
        let rows = Rows { stretches: &[(0, count)], count, whose: &whose };
        let of = self.of(rows);
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
    fn leave_firsts(
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
    fn take(&self, of: Of<'_>, states: &[Truth], out: &mut Found) -> Result<(), Damage> {
        self.put(of.rows, states, &mut out.rows)?;
        for (id, data) in &mut out.columns {
            if let Some(spec) = self.wanted.specs.get(*id) {
                data.append(of.read(spec)?);
            }
        }
        Ok(())
    }

    /// Appends rows.
    fn put(
        &self,
        rows: Rows<'_>,
        states: &[Truth],
        out: &mut Vec<(u16, Row)>,
    ) -> Result<(), Damage> {
        let times = self.run.times()?;
        let day = rows.gather(&times.day)?;
        let second = rows.gather(&times.second)?;
        let length = rows.gather(&times.length)?;
        let end = rows.gather(&times.end)?;
        let end_length = rows.gather(&times.end_length)?;
        let tie = rows.gather(&self.run.events_column(tag::TIE)?)?;
        let visit = rows.gather(&self.run.events_column(tag::VISIT)?)?;
        let stretch = |first: i64, seconds: i64| match seconds {
            0 => (NEVER, NEVER),
            _ => (first, first.saturating_add(seconds.saturating_sub(1))),
        };
        let mut row = 0;
        for &(patient, count) in rows.whose {
            for row in row..row + count {
                let first = day.get(row).saturating_mul(86_400).saturating_add(second.get(row));
                let last = first.saturating_add(end.get(row));
                let at = u32::try_from(out.len()).map_err(|_| Damage::Number)?;
                let of = Row {
                    start: stretch(first, length.get(row)),
                    last: stretch(last, end_length.get(row)),
                    kind: self.hit.kind,
                    tie: u32::try_from(tie.get(row)).map_err(|_| Damage::Number)?,
                    visit: u32::try_from(visit.get(row)).map_err(|_| Damage::Number)?,
                    members: 1,
                    at,
                    table: self.wanted.number,
                    certain: states.get(row) == Some(&Truth::True),
                };
                out.push((patient, of));
            }
            row += count;
        }
        Ok(())
    }

    /// Whether each wanted row is a member, as far as it alone says.
    fn states(&self, of: Of<'_>) -> Result<Vec<Truth>, Damage> {
        let records = &self.wanted.spec.records;
        let mut states = vec![Truth::True; of.rows.count];
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
                Some(_) => return Ok(vec![Truth::False; of.rows.count]),
                None => {
                    let flags = of.rows.gather(&flags)?;
                    for (row, to) in states.iter_mut().enumerate() {
                        *to = state(flags.get(row));
                    }
                }
            }
        }
        if self.wanted.spec.filters.is_empty() {
            return Ok(states);
        }
        let mut filter = Filter::default();
        for ask in &self.wanted.spec.filters {
            filter.gather(ask, &of, self.wanted.specs)?;
            filter.narrow(ask, &mut states);
        }
        Ok(states)
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

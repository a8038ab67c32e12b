//! Reads the rows of a run.

use cohort::ast::{Certainty, Operator, Rank, Share};
use cohort::eval::{Truth, World, holds, share_count};

use super::columns::{Data, Of, Rows};
use super::hits::Hit;
use super::{NEVER, Row, Wanted};
use crate::answer::plan::{Amount, Ask, ColumnId};
use crate::answer::scene::compare;
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
}

impl Reader<'_> {
    /// Appends the wanted rows of a run, and their columns.
    pub(super) fn read(
        &self,
        (patients, shown): (usize, &Mask),
        out: &mut Vec<(u16, Row)>,
        columns: &mut [(ColumnId, Data)],
    ) -> Result<(), Damage> {
        // Which rows are wanted, as few stretches as possible, and whose they are.
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        let mut whose: Vec<(u16, usize)> = Vec::new();
        self.run.each_patient(patients, |patient, from, to| {
            if shown.has(patient) {
                match stretches.last_mut() {
                    Some(last) if last.1 == from => last.1 = to,
                    _ => stretches.push((from, to)),
                }
                whose.push((u16::try_from(patient).map_err(|_| Damage::Number)?, to - from));
            }
            Ok(())
        })?;
        let count = stretches.iter().map(|(from, to)| to - from).sum();
        let rows = Rows { stretches: &stretches, count };
        let (segment, run, hit, world) = (self.segment, self.run, self.hit, self.world);
        let of = Of { segment, run, hit, world, rows };
        let states = self.states(of)?;
        if states.iter().all(|state| *state == Truth::False) {
            return Ok(());
        }
        self.put(rows, &whose, &states, out)?;
        let kept: Vec<bool> = states.iter().map(|state| *state != Truth::False).collect();
        for (id, data) in columns {
            if let Some(spec) = self.wanted.specs.get(*id) {
                data.append(of.read(spec)?, &kept);
            }
        }
        Ok(())
    }

    /// Appends the rows that are members, or may be.
    fn put(
        &self,
        rows: Rows<'_>,
        whose: &[(u16, usize)],
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
        let get = |values: &[i64], row: usize| values.get(row).copied().ok_or(Damage::Short);
        let stretch = |first: i64, seconds: i64| match seconds {
            0 => (NEVER, NEVER),
            _ => (first, first.saturating_add(seconds.saturating_sub(1))),
        };
        let mut row = 0;
        for &(patient, count) in whose {
            for row in row..row + count {
                let state = states.get(row).copied().unwrap_or(Truth::False);
                if state == Truth::False {
                    continue;
                }
                let first = get(&day, row)?.saturating_mul(86_400);
                let first = first.saturating_add(get(&second, row)?);
                let last = first.saturating_add(get(&end, row)?);
                let at = u32::try_from(out.len()).map_err(|_| Damage::Number)?;
                let of = Row {
                    start: stretch(first, get(&length, row)?),
                    last: stretch(last, get(&end_length, row)?),
                    kind: self.hit.kind,
                    tie: u32::try_from(get(&tie, row)?).map_err(|_| Damage::Number)?,
                    visit: u32::try_from(get(&visit, row)?).map_err(|_| Damage::Number)?,
                    members: 1,
                    at,
                    table: self.wanted.number,
                    certain: state == Truth::True,
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
                    for (to, flags) in states.iter_mut().zip(of.rows.gather(&flags)?) {
                        *to = state(flags);
                    }
                }
            }
        }
        if self.wanted.spec.filters.is_empty() {
            return Ok(states);
        }
        let mut filter = Filter { columns: Vec::new() };
        for ask in &self.wanted.spec.filters {
            filter.gather(ask, &of, self.wanted.specs)?;
        }
        for (row, state) in states.iter_mut().enumerate() {
            for ask in &self.wanted.spec.filters {
                *state = state.and(filter.ask(ask, row));
            }
        }
        Ok(states)
    }
}

/// Columns that a table's filters ask of.
struct Filter {
    columns: Vec<(ColumnId, Data)>,
}

impl Filter {
    /// Reads what an ask needs.
    fn gather(
        &mut self,
        ask: &Ask,
        of: &Of<'_>,
        specs: &[crate::answer::plan::ColumnSpec],
    ) -> Result<(), Damage> {
        let mut needed = Vec::new();
        crate::answer::uses::columns_of_filter(ask, &mut needed);
        for id in needed {
            if self.columns.iter().all(|(held, _)| *held != id)
                && let Some(spec) = specs.get(id)
            {
                self.columns.push((id, of.read(spec)?));
            }
        }
        Ok(())
    }

    fn column(&self, column: ColumnId) -> Option<&Data> {
        self.columns.iter().find(|(id, _)| *id == column).map(|(_, data)| data)
    }

    fn ask(&self, ask: &Ask, row: usize) -> Truth {
        match ask {
            Ask::Truth(truth) => *truth,
            Ask::Is(_, column) => match self.column(*column) {
                Some(Data::Truths(of)) => of.get(row).copied().unwrap_or(Truth::Unknown),
                _ => Truth::Unknown,
            },
            Ask::Compare(left, is, right) => {
                compare(self.number(left, row), *is, self.number(right, row))
            }
            Ask::KnownNumber(number) => Truth::from(self.number(number, row).is_some()),
            Ask::Known(inner) => Truth::from(self.ask(inner, row).is_known()),
            Ask::Not(inner) => self.ask(inner, row).not(),
            Ask::Else(left, right) => match self.ask(left, row) {
                Truth::Unknown => self.ask(right, row),
                known => known,
            },
            Ask::Of(share, parts) => self.share(*share, parts, row),
            // Nothing else is a filter.
            _ => Truth::Unknown,
        }
    }

    fn share(&self, share: Share, parts: &[Ask], row: usize) -> Truth {
        let (mut low, mut high) = (0, 0);
        for part in parts {
            let truth = self.ask(part, row);
            low += usize::from(truth == Truth::True);
            high += usize::from(truth != Truth::False);
        }
        let all = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        holds(share_count(share, all), low, high)
    }

    fn number(&self, amount: &Amount, row: usize) -> Option<f64> {
        match amount {
            Amount::Literal(value) => Some(*value),
            Amount::Field(_, column) => match self.column(*column)? {
                Data::Numbers(of) => of.get(row).copied().filter(|value| value.is_finite()),
                _ => None,
            },
            Amount::Arithmetic(operator, left, right) => {
                let (left, right) = (self.number(left, row)?, self.number(right, row)?);
                Some(match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                })
            }
            Amount::Else(left, right) => self.number(left, row).or_else(|| self.number(right, row)),
            Amount::Converted(inner, conversion) => {
                let number = self.number(inner, row).filter(|number| number.is_finite())?;
                Some(conversion.apply(number)).filter(|number| number.is_finite())
            }
            _ => None,
        }
    }
}

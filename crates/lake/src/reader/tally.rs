//! Counting rows and, at the same time, the people behind them.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use roaring::RoaringBitmap;
use vocab::RawCount;

/// How many rows, and how many people these are about.
///
/// A row about nobody counts as a holder of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The rows.
    pub rows: RawCount,
    /// The people.
    pub people: RawCount,
}

/// A tally while it grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    rows: u64,
    people: RoaringBitmap,
    last: Option<u32>,
}

impl Cell {
    pub(super) fn add(&mut self, rows: u64, person: u32) {
        self.rows += rows;
        if self.last != Some(person) {
            self.people.insert(person);
            self.last = Some(person);
        }
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        self.rows += other.rows;
        self.people |= &other.people;
        self.last = None;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn tally(&self) -> Tally {
        Tally { rows: RawCount::new(self.rows), people: RawCount::new(self.people.len()) }
    }
}

/// Small numbers for people, given in the order they are met.
#[derive(Debug, Default)]
pub(super) struct People {
    numbers: HashMap<i64, u32>,
    met: u32,
}

impl People {
    /// The number of each row's person; rows about nobody get one each.
    pub(super) fn of(&mut self, patients: &arrow_array::Int64Array) -> Vec<u32> {
        let mut last: Option<(i64, u32)> = None;
        let mut people = Vec::with_capacity(patients.len());
        for patient in patients {
            let number = match (patient, last) {
                (Some(patient), Some((known, number))) if known == patient => number,
                (Some(patient), _) => {
                    let met = &mut self.met;
                    *self.numbers.entry(patient).or_insert_with(|| next(met))
                }
                (None, _) => next(&mut self.met),
            };
            last = patient.map(|patient| (patient, number));
            people.push(number);
        }
        people
    }
}

fn next(met: &mut u32) -> u32 {
    let number = *met;
    *met = met.saturating_add(1);
    number
}

/// The column of patients in a batch; empty where it is not the type the gate asks for.
pub(super) fn patients(batch: &RecordBatch, name: &str) -> arrow_array::Int64Array {
    let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.cloned().unwrap_or_else(|| arrow_array::Int64Array::new_null(batch.num_rows()))
}

/// The calendar year of a day counted from 1970-01-01.
#[must_use]
pub(super) fn year(day: i32) -> i16 {
    // Howard Hinnant's `civil_from_days`, years beginning in March.
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_or_later = (5 * of_year + 2) / 153 < 10;
    let year = year_of_era + era * 400 + i64::from(!march_or_later);
    i16::try_from(year).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_into_their_years() {
        let check = |year_expected: i16, month, day| {
            let date = jiff::civil::date(year_expected, month, day);
            let since = date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days();
            assert_eq!(year(since), year_expected, "{date}");
        };
        for year in [1899, 1907, 1969, 1970, 1999, 2000, 2024, 2026, 2100] {
            check(year, 1, 1);
            check(year, 2, 28);
            check(year, 3, 1);
            check(year, 12, 31);
        }
    }

    #[test]
    fn people_are_counted_once_and_rows_about_nobody_each() {
        let mut people = People::default();
        let numbers = people.of(&arrow_array::Int64Array::from(vec![
            Some(9),
            Some(9),
            Some(4),
            None,
            None,
            Some(9),
        ]));
        let mut cell = Cell::default();
        numbers.iter().for_each(|number| cell.add(1, *number));
        assert_eq!((cell.tally().rows.get(), cell.tally().people.get()), (6, 4));
    }
}

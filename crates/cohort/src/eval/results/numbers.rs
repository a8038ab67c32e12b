//! How numbers are spread, kept so that they can be put into any bins.

use std::collections::BTreeMap;

use vocab::{FourDigits, RawCount};

use super::{Cell, add_rows};

/// Numbers to four digits, with how many people and periods have each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers(BTreeMap<FourDigits, Cell>);

impl Numbers {
    /// Takes the number of a period that is at this place among those of its person; one that is not
    /// finite is left out.
    pub(super) fn add(&mut self, number: f64, place: usize) {
        if let Some(kept) = FourDigits::of(number) {
            self.0.entry(kept).or_insert(Cell::NONE).add(place);
        }
    }

    /// Adds those of other people.
    pub(super) fn add_all(&mut self, other: &Self) {
        add_rows(&mut self.0, &other.0);
    }

    /// All of them.
    #[must_use]
    pub fn whole(&self) -> Cell {
        self.0.values().fold(Cell::NONE, |sum, cell| sum.with(*cell))
    }

    /// The numbers that people have in their first periods, each with how many people these are.
    ///
    /// # Order
    /// By number.
    #[must_use]
    pub fn by_people(&self) -> Vec<(f64, RawCount)> {
        let values = self.0.iter().filter(|(_, cell)| cell.people > RawCount::ZERO);
        values.map(|(kept, cell)| (kept.value(), cell.people)).collect()
    }

    /// The numbers outside which so many people lie at either end, and at least one of a hundred;
    /// none when there are none. Meant for choosing edges, never for showing.
    #[must_use]
    pub fn spread(&self, people_min: u64) -> Option<(f64, f64)> {
        let values = self.by_people();
        let all: u64 = values.iter().map(|(_, people)| people.get()).sum();
        let outside = people_min.max(all / 100).max(1);
        Some((reached(values.iter(), outside)?, reached(values.iter().rev(), outside)?))
    }

    /// The least gap between two of them; zero where there are not two. Meant for choosing edges.
    #[must_use]
    pub fn least_gap(&self) -> f64 {
        let kept: Vec<FourDigits> = self.0.keys().copied().collect();
        FourDigits::least_gap(&kept)
    }

    /// How many lie in each bin.
    ///
    /// # Order
    /// First those below the first edge, then those from each edge on and below the next, last
    /// those from the last edge on: one more than there are edges. Edges ascend.
    #[must_use]
    pub fn binned(&self, edges: &[f64]) -> Vec<Cell> {
        let mut bins = vec![Cell::NONE; edges.len() + 1];
        for (kept, cell) in &self.0 {
            if let Some(bin) = bins.get_mut(kept.bin(edges)) {
                *bin = bin.with(*cell);
            }
        }
        bins
    }
}

/// The value at which so many people have been met; the last where there are fewer.
fn reached<'a>(values: impl Iterator<Item = &'a (f64, RawCount)>, people: u64) -> Option<f64> {
    let (mut seen, mut last) = (0, None);
    for (value, more) in values {
        (seen, last) = (seen + more.get(), Some(*value));
        if seen >= people {
            break;
        }
    }
    last
}

//! The numbers of one unit, kept finely enough to be drawn in any bins and in bounded memory.

use std::collections::HashMap;

use vocab::FourDigits;

use super::tally::{Cell, Tally};

/// Numbers of one unit: how many lie where, and how many people these are about.
///
/// Kept are four significant digits of each number, so a bin's edge is sharp where it has no more.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    whole: Cell,
    fine: HashMap<FourDigits, Cell>,
}

impl Numbers {
    pub(super) fn add(&mut self, number: f64, person: u32) {
        if let Some(kept) = FourDigits::of(number) {
            self.whole.add(1, person);
            self.fine.entry(kept).or_default().add(1, person);
        }
    }

    /// All of them.
    #[must_use]
    pub fn whole(&self) -> Tally {
        self.whole.tally()
    }

    /// The numbers between which all lie but the given share at each end; none when there are
    /// none. Meant for choosing edges, never for showing.
    #[must_use]
    pub fn spread(&self, share_outside: f64) -> Option<(f64, f64)> {
        let rows = |kept: FourDigits| self.fine.get(&kept).map_or(0, Cell::rows);
        let sorted: Vec<(f64, u64)> =
            self.ascending().into_iter().map(|kept| (kept.value(), rows(kept))).collect();
        #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^53")]
        let skipped = self.whole.rows() as f64 * share_outside;
        Some((nth(sorted.iter(), skipped)?, nth(sorted.iter().rev(), skipped)?))
    }

    /// The least gap between two of them; zero where there are not two. Meant for choosing edges.
    #[must_use]
    pub fn least_gap(&self) -> f64 {
        FourDigits::least_gap(&self.ascending())
    }

    fn ascending(&self) -> Vec<FourDigits> {
        let mut kept: Vec<FourDigits> = self.fine.keys().copied().collect();
        kept.sort_unstable();
        kept
    }

    /// How many lie in each bin.
    ///
    /// # Order
    /// First those below the first edge, then those from each edge on and below the next, last
    /// those from the last edge on: one more than there are edges. Edges ascend.
    #[must_use]
    pub fn binned(&self, edges: &[f64]) -> Vec<Tally> {
        let mut bins = vec![Cell::default(); edges.len() + 1];
        for (kept, cell) in &self.fine {
            if let Some(bin) = bins.get_mut(kept.bin(edges)) {
                bin.absorb(cell);
            }
        }
        bins.iter().map(Cell::tally).collect()
    }
}

impl FromIterator<(f64, u32)> for Numbers {
    /// Collects numbers, each with the number of its person.
    fn from_iter<T: IntoIterator<Item = (f64, u32)>>(all: T) -> Self {
        let mut numbers = Self::default();
        all.into_iter().for_each(|(number, person)| numbers.add(number, person));
        numbers
    }
}

/// The first number before which at least so many rows lie.
fn nth<'a>(sorted: impl Iterator<Item = &'a (f64, u64)>, skipped: f64) -> Option<f64> {
    let mut seen = 0.0;
    for (number, rows) in sorted {
        #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^53")]
        let more = *rows as f64;
        seen += more;
        if seen > skipped {
            return Some(*number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(all: &[f64]) -> Numbers {
        all.iter().copied().zip(0..).collect()
    }

    fn rows(numbers: &Numbers, edges: &[f64]) -> Vec<u64> {
        numbers.binned(edges).iter().map(|tally| tally.rows.get()).collect()
    }

    #[test]
    fn a_number_on_an_edge_lies_above_it() {
        let tenths: Vec<f64> = (40..=90).map(|tenth| f64::from(tenth) / 10.0).collect();
        let edges = [5.0, 5.5, 6.0, 6.5, 7.0];
        assert_eq!(rows(&numbers(&tenths), &edges), [10, 5, 5, 5, 5, 21]);
    }

    #[test]
    fn large_small_negative_and_no_numbers_are_placed() {
        let all = numbers(&[0.0, -3.25, 1e9, 0.000_123, f64::NAN, f64::INFINITY]);
        assert_eq!(rows(&all, &[-1.0, 0.0, 1.0]), [1, 0, 2, 1]);
        assert_eq!(all.whole().people.get(), 4);
    }

    #[test]
    fn the_spread_leaves_out_the_ends() {
        let all: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(numbers(&all).spread(0.05), Some((5.0, 95.0)));
        assert_eq!(Numbers::default().spread(0.01), None);
        let gaps = [numbers(&all), numbers(&[3.0])].map(|n| n.least_gap().to_string());
        assert_eq!(gaps, ["1", "0"]);
    }
}

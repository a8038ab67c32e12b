//! A list of counts with its total, in which no hidden cell can be worked out.
//!
//! Hiding the small cell is not enough: 2,317 in all and 2,314 in the other rows leave 3. So where
//! the total is told, enough neighbours are withheld with the small cells that a reader, even one
//! who knows this rule, is left with a wide choice for each of them.

use serde::Serialize;
use vocab::RawCount;

use crate::{Policy, Released, release};

/// The cells of a list, in the order given, and their total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReleasedList {
    /// One for each cell.
    pub cells: Vec<Released>,
    /// The sum of all cells, hidden ones with them.
    pub total: Released,
}

/// Releases a list whose cells do not overlap and whose total is their sum.
///
/// Small cells alone are told as "fewer than" if the total leaves each of them its whole range.
/// Otherwise the smallest of the other cells are withheld with them, if need be all, and those
/// withheld look alike. Under a small total nothing is told. A zero counts as small in a list with
/// a small cell, whatever the policy says: it would narrow its neighbours.
///
/// Does not see other lists: two lists that cut the same people along different lines may still
/// be set against each other.
///
/// ```
/// use disclosure::{Policy, release_list};
/// use vocab::RawCount;
/// let raw = [3, 40, 900].map(RawCount::new);
/// let list = release_list(&raw, &Policy::default());
/// assert!(list.cells[0].is_hidden() && list.cells[1].is_hidden());
/// assert_eq!(list.total.number(), Some(943));
/// ```
#[must_use]
pub fn release_list(cells: &[RawCount], policy: &Policy) -> ReleasedList {
    let sum = cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(cell.get()));
    let total = release(RawCount::new(sum), policy);
    if cells.iter().all(|cell| policy.shows(cell.get())) {
        return told(cells, &[], Released::Exactly(sum));
    }
    if total.is_hidden() {
        return ReleasedList { cells: vec![total; cells.len()], total };
    }
    let small: Vec<usize> =
        (0..cells.len()).filter(|at| number(cells, *at) < policy.min_cell).collect();
    let rest = small.iter().map(|at| number(cells, *at)).sum();
    if leaves_whole_range(small.len() as u64, rest, policy) {
        let mut list = told(cells, &small, total);
        list.cells.iter_mut().filter(|cell| cell.is_hidden()).for_each(|cell| {
            *cell = Released::FewerThan(policy.min_cell);
        });
        return list;
    }
    withhold_smallest(cells, total, policy)
}

/// Whether cells known to be small, of which the sum can be worked out, could each still be any
/// small number.
fn leaves_whole_range(small: u64, rest: u64, policy: &Policy) -> bool {
    let most = policy.min_cell - 1;
    rest >= most && rest <= (small - 1).saturating_mul(most)
}

/// Withholds the small cells and as many of the smallest others as it takes.
fn withhold_smallest(cells: &[RawCount], total: Released, policy: &Policy) -> ReleasedList {
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by_key(|at| (number(cells, *at), *at));
    let mut rest = 0_u64;
    for (held, at) in order.iter().enumerate() {
        // A sum under the smallest number shown leaves each withheld cell all of its choices.
        if held > 1 && rest >= policy.min_cell && rest < number(cells, *at) {
            return told(cells, order.get(..held).unwrap_or(&order), total);
        }
        rest = rest.saturating_add(number(cells, *at));
    }
    told(cells, &order, total)
}

fn number(cells: &[RawCount], at: usize) -> u64 {
    cells.get(at).map_or(0, |cell| cell.get())
}

fn told(cells: &[RawCount], withheld: &[usize], total: Released) -> ReleasedList {
    let cell = |(at, raw): (usize, &RawCount)| {
        if withheld.contains(&at) { Released::Withheld } else { Released::Exactly(raw.get()) }
    };
    ReleasedList { cells: cells.iter().enumerate().map(cell).collect(), total }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::Zero;

    fn list(numbers: &[u64], policy: &Policy) -> ReleasedList {
        let raw: Vec<RawCount> = numbers.iter().copied().map(RawCount::new).collect();
        release_list(&raw, policy)
    }

    fn hidden(numbers: &[u64]) -> Vec<bool> {
        let list = list(numbers, &Policy::default());
        list.cells.iter().map(|cell| cell.is_hidden()).collect()
    }

    #[test]
    fn a_list_without_small_cells_is_told_whole() {
        assert_eq!(hidden(&[10, 20, 30]), [false, false, false]);
        assert_eq!(list(&[10, 20, 30], &Policy::default()).total, Released::Exactly(60));
    }

    #[test]
    fn a_lone_small_cell_takes_its_smallest_neighbour_along() {
        assert_eq!(hidden(&[3, 40, 900]), [true, true, false]);
        assert_eq!(hidden(&[900, 3, 40]), [false, true, true]);
    }

    #[test]
    fn small_cells_whose_sum_fits_many_ways_are_told_as_fewer() {
        let list = list(&[4, 5, 3, 900], &Policy::default());
        let few = Released::FewerThan(10);
        assert_eq!(list.cells, [few, few, few, Released::Exactly(900)]);
        assert_eq!(list.total, Released::Exactly(912));
    }

    #[test]
    fn nines_that_fill_their_sum_are_not_given_away() {
        let nines = list(&[9, 9, 9, 500, 900], &Policy::default());
        assert_eq!(nines.cells[..3], [Released::Withheld; 3]);
        assert_eq!(nines.total, Released::Exactly(1427));
        assert_eq!(hidden(&[0, 0, 500, 900]), [true, true, true, false]);
    }

    #[test]
    fn a_small_total_and_a_zero_by_a_small_cell_are_hidden() {
        let few = Released::FewerThan(10);
        let one = list(&[3], &Policy::default());
        assert_eq!((one.cells, one.total), (vec![few], few));
        let policy = Policy { zero: Zero::Shown, ..Policy::default() };
        let with_zeros = list(&[9, 10, 0], &policy);
        assert_eq!(with_zeros.cells, [few, Released::Exactly(10), few]);
        assert_eq!(list(&[0, 10], &policy).cells[0], Released::Exactly(0));
    }

    #[test]
    fn exact_counts_are_told_as_they_are() {
        let list = list(&[0, 1, 2], &Policy::exact());
        assert_eq!(list.cells, [0, 1, 2].map(Released::Exactly));
        assert_eq!(list.total, Released::Exactly(3));
    }

    /// Every list of so many cells: readers who know the rule and see the list are still
    /// left with more than one number for each hidden cell.
    fn no_cell_is_given_away(length: u32, highest: u64, policy: &Policy) {
        let base = highest + 1;
        let mut seen: BTreeMap<String, Vec<Vec<u64>>> = BTreeMap::new();
        for code in 0..base.pow(length) {
            let numbers: Vec<u64> = (0..length).map(|at| code / base.pow(at) % base).collect();
            let shown = serde_json::to_string(&list(&numbers, policy)).unwrap();
            seen.entry(shown).or_default().push(numbers);
        }
        for (shown, inputs) in seen {
            let released = list(&inputs[0], policy);
            for at in 0..inputs[0].len() {
                let first = inputs[0][at];
                let one_choice = inputs.iter().all(|numbers| numbers[at] == first);
                assert!(!(released.cells[at].is_hidden() && one_choice), "{shown}: {first}");
            }
        }
    }

    #[test]
    fn even_who_knows_the_rule_cannot_work_out_a_hidden_cell() {
        for zero in [Zero::Hidden, Zero::Shown] {
            let policy = Policy { min_cell: 3, zero };
            no_cell_is_given_away(1, 40, &policy);
            no_cell_is_given_away(2, 40, &policy);
            no_cell_is_given_away(3, 24, &policy);
            no_cell_is_given_away(4, 13, &policy);
        }
    }

    proptest! {
        #[test]
        fn total_minus_shown_never_tells_a_hidden_cell(
            numbers in prop::collection::vec(prop_oneof![0_u64..12, 0_u64..2000], 1..9),
            zeros in any::<bool>(),
        ) {
            let zero = if zeros { Zero::Shown } else { Zero::Hidden };
            let policy = Policy { zero, ..Policy::default() };
            let released = list(&numbers, &policy);
            let hidden: Vec<usize> =
                (0..numbers.len()).filter(|at| released.cells[*at].is_hidden()).collect();
            for (at, number) in numbers.iter().enumerate() {
                let small = *number < 10 && !(zeros && *number == 0);
                prop_assert!(!small || released.cells[at].is_hidden());
                prop_assert!(released.cells[at].number().is_none_or(|shown| shown == *number));
            }
            if let Some(total) = released.total.number() {
                prop_assert_eq!(total, numbers.iter().sum::<u64>());
                prop_assert_ne!(hidden.len(), 1);
                let shown: u64 = released.cells.iter().filter_map(|cell| cell.number()).sum();
                let rest = total - shown;
                // The sum of the hidden cells must itself be no small number.
                prop_assert!(hidden.is_empty() || rest >= 9);
            }
        }

        #[test]
        fn the_order_of_the_cells_changes_nothing(
            mut numbers in prop::collection::btree_set(0_u64..200, 1..8).prop_map(Vec::from_iter),
        ) {
            let released = list(&numbers, &Policy::default());
            numbers.reverse();
            let mut turned = list(&numbers, &Policy::default());
            turned.cells.reverse();
            prop_assert_eq!(released, turned);
        }
    }
}

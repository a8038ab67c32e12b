//! Tables in steps.
//!
//! Each number rounded by itself is near the truth, but what it is rounded from may be cornered: four
//! tens with a total of sixty were fourteen each. So there is a second way, by chance and together
//! (Cox, 1987): the told numbers add up as the true ones do. Whoever sees such a table could move any
//! number of it by all that its rounding leaves, and its totals with it; so nothing is narrowed.

use super::flow::{at, put};
use super::shape::Arc;
use super::{Cells, ReleasedTable, Steps, whole};
use crate::rounding::{RoundingKey, scaled};
use crate::{Policy, Released, Rounding, Zero, release_in_steps};
use vocab::RawCount;

/// Releases a table of which each number is rounded by itself, its totals too: they need not add up.
///
/// What an [`attack`](crate::attack) makes of it is more than one number alone tells, sometimes.
///
/// ```
/// use disclosure::{Cells, Policy, Rounding, round_each};
/// use vocab::RawCount;
/// let cells = Cells::list(&[14, 14, 14, 14].map(RawCount::new)).unwrap();
/// let nearest = Rounding::Nearest { base: 10, redacted: 0 };
/// let table = round_each(&cells, &nearest, &Policy::default());
/// assert_eq!(table.total().number(), Some(60));
/// ```
#[must_use]
pub fn round_each(cells: &Cells, rounding: &Rounding<'_>, policy: &Policy) -> ReleasedTable {
    let Some(numbers) = cells.shape.numbers(&cells.cells) else {
        return whole(&cells.shape, Released::Withheld);
    };
    let step = rounding.step(policy);
    let steps = match rounding {
        Rounding::Nearest { .. } => Steps::Nearest(step),
        Rounding::Midpoint { .. } => Steps::Midpoint(step),
        Rounding::Chance { .. } => Steps::Chance(step),
    };
    let tell = |(place, number): (usize, &i64)| {
        let count = RawCount::new(number.unsigned_abs());
        match rounding {
            Rounding::Chance { base, key, what } => {
                let what = [*what, &(place as u64).to_le_bytes()].concat();
                release_in_steps(count, &Rounding::Chance { base: *base, key, what: &what }, policy)
            }
            other => release_in_steps(count, other, policy),
        }
    };
    let told = numbers.iter().enumerate().map(tell).collect();
    ReleasedTable { shape: cells.shape.clone(), told, nonzero: false, steps }
}

/// Releases a table in steps so that what is told adds up, each number right on average, a multiple of
/// the base (at least the smallest number shown) next to the true one. The throws follow from the key
/// and from what was counted.
///
/// ```
/// use disclosure::{Cells, Policy, RoundingKey, round_together};
/// use vocab::RawCount;
/// let cells = Cells::list(&[14, 14, 14, 14].map(RawCount::new)).unwrap();
/// let key = RoundingKey::new([7; 16]);
/// let table = round_together(&cells, 10, (&key, b"patients by ward"), &Policy::default());
/// let total = table.total().number().unwrap();
/// assert!(total == 50 || total == 60);
/// ```
#[must_use]
pub fn round_together(
    cells: &Cells,
    base: u64,
    (key, what): (&RoundingKey, &[u8]),
    policy: &Policy,
) -> ReleasedTable {
    let step = Rounding::Chance { base, key, what }.step(policy);
    let signed = i64::try_from(step).ok().filter(|step| *step < i64::MAX / 8);
    let (Some(numbers), Some(signed)) = (cells.shape.numbers(&cells.cells), signed) else {
        return whole(&cells.shape, Released::Withheld);
    };
    let arcs = cells.shape.arcs();
    let mut moving = Moving::new(cells.shape.nodes(), &arcs, numbers.clone(), signed);
    for first in 0..arcs.len() {
        while moving.is_between(first) {
            moving.turn(first, |throw| key.throw(what, throw));
        }
    }
    let tell = |(rounded, number): (&i64, &i64)| match (rounded.unsigned_abs(), number) {
        (0, 0) if policy.zero == Zero::Shown => Released::Exactly(0),
        (0, _) => Released::FewerThan(step),
        (rounded, _) => Released::About(rounded),
    };
    let told = moving.numbers.iter().zip(&numbers).map(tell).collect();
    let steps = Steps::Chance(step);
    ReleasedTable { shape: cells.shape.clone(), told, nonzero: false, steps }
}

/// Numbers on their way to multiples.
struct Moving<'a> {
    arcs: &'a [Arc],
    numbers: Vec<i64>,
    step: i64,
    /// The arcs at each node; those that arrived are dropped when they are met.
    at_node: Vec<Vec<usize>>,
    throws: u64,
}

impl<'a> Moving<'a> {
    fn new(nodes: usize, arcs: &'a [Arc], numbers: Vec<i64>, step: i64) -> Self {
        let mut at_node = vec![Vec::new(); nodes];
        for (place, arc) in arcs.iter().enumerate() {
            for node in [arc.from, arc.to] {
                if let Some(list) = at_node.get_mut(node) {
                    list.push(place);
                }
            }
        }
        Self { arcs, numbers, step, at_node, throws: 0 }
    }

    /// Whether a number is between two multiples.
    fn is_between(&self, arc: usize) -> bool {
        at(&self.numbers, arc) % self.step != 0
    }

    /// Another number at a node that is between multiples. There is one: what flows in flows out, so
    /// no node has one such number alone.
    fn other(&mut self, node: usize, arc: usize) -> Option<usize> {
        let (numbers, step) = (&self.numbers, self.step);
        let list = self.at_node.get_mut(node)?;
        let mut place = list.len();
        while place > 0 {
            place -= 1;
            let found = at(list, place);
            if at(numbers, found) % step == 0 {
                list.swap_remove(place);
            } else if found != arc {
                return Some(found);
            }
        }
        None
    }

    /// Finds a circle of numbers between multiples, and moves all round it one way or the other, until
    /// one arrives; the nearer end of the two is the likelier one.
    fn turn(&mut self, first: usize, throw: impl Fn(u64) -> u64) {
        let Arc { from, to } = at(self.arcs, first);
        // Arcs walked over, each with whether it was walked along; nodes in the order they were met.
        let (mut walked, mut met) = (vec![(first, true)], vec![from, to]);
        let start = loop {
            let node = met.last().copied().unwrap_or_default();
            let before = walked.last().map_or(first, |(arc, _)| *arc);
            let Some(next) = self.other(node, before) else { return self.give_up(first) };
            let Arc { from, to } = at(self.arcs, next);
            let reached = if from == node { to } else { from };
            walked.push((next, from == node));
            if let Some(start) = met.iter().position(|node| *node == reached) {
                break start;
            }
            met.push(reached);
        };
        let circle = walked.get(start..).unwrap_or_default().to_vec();
        let below = |arc: usize| at(&self.numbers, arc) % self.step;
        let rooms = circle.iter().map(|(arc, along)| {
            let (below, above) = (below(*arc), self.step - below(*arc));
            if *along { (above, below) } else { (below, above) }
        });
        let (forward, back) =
            rooms.fold((self.step, self.step), |(one, other), (f, b)| (one.min(f), other.min(b)));
        self.throws += 1;
        let thrown = scaled(throw(self.throws), (forward + back).unsigned_abs());
        let by = if thrown < back.unsigned_abs() { forward } else { -back };
        for (arc, along) in circle {
            let moved = at(&self.numbers, arc) + if along { by } else { -by };
            put(&mut self.numbers, arc, moved);
        }
    }

    /// Numbers that add up never come here; ones that did not would be rounded down.
    fn give_up(&mut self, arc: usize) {
        debug_assert!(false, "the numbers of a table add up");
        let down = at(&self.numbers, arc) / self.step * self.step;
        put(&mut self.numbers, arc, down);
    }
}

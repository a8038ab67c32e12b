//! Which further cells are withheld, so that no small one can be worked out.
//!
//! Each hidden number is put on a circle of hidden numbers round which enough can be moved: what the
//! one gains, the next loses. The cheapest circle is looked for (few further cells, small ones
//! first, no total where a cell will do), those hidden already cost nothing, and all on one circle
//! are safe together. Where no single circle has the room, several share it. What turns out not to be
//! needed is not told again: a reader who knew that nothing is hidden in vain would learn from it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::flow::{Flow, Room, at, put};
use super::shape::{Arc, Place, Shape};

/// Up to so many numbers, the small ones are taken in several orders, and the cheapest outcome counts;
const ORDERED_MAX: usize = 300;
/// in so many orders;
const ORDERS: u64 = 24;
/// and up to so many every division of the room between up and down is tried.
const DIVIDED_MAX: usize = 2_000;

/// What one further withheld cell costs, before its size; the largest cell costs half of it more.
const CELL: u64 = 1 << 20;

/// A circle of hidden numbers alone costs no more than this.
const CHEAP: u64 = CELL - 1;

/// A table of which hidden numbers are to be made safe.
pub(super) struct Protection<'a> {
    arcs: &'a [Arc],
    numbers: &'a [i64],
    nodes: usize,
    /// Whether the cells have no totals but one.
    is_plain_list: bool,
    /// The least that anybody thinks a hidden number is.
    least: i64,
    /// How far apart the least and the most must be that a hidden number can be.
    width: i64,
    /// What it costs to withhold each number; none where it must be told.
    costs: Vec<Option<u64>>,
    /// The arcs at each node, one node after the other, and where each node's begin.
    ends: Vec<usize>,
    begin: Vec<usize>,
}

/// What may be thought of hidden numbers, as a flow.
struct Thought {
    /// The number of each arc of the flow,
    known: Vec<usize>,
    /// and the arc of each number.
    places: Vec<usize>,
    flow: Flow,
}

/// A circle of numbers: the arcs beside the one it was looked for.
struct Circle {
    cost: u64,
    arcs: Vec<usize>,
}

/// What a circle may be made of.
#[derive(Clone, Copy)]
enum May {
    /// Hidden numbers, and others at their cost.
    WithholdMore,
    /// Hidden numbers only.
    UseHidden,
}

/// How much each number must be able to lose.
#[derive(Clone, Copy)]
struct Losses {
    /// Those that fall when the protected one falls,
    along: i64,
    /// and those that fall when it rises.
    against: i64,
}

impl Losses {
    /// The same for somebody who walks against the flow.
    fn turned(self) -> Self {
        Self { along: self.against, against: self.along }
    }
}

impl<'a> Protection<'a> {
    pub(super) fn new(
        shape: &Shape,
        (arcs, numbers): (&'a [Arc], &'a [i64]),
        (least, width): (i64, i64),
    ) -> Self {
        let total = at(numbers, shape.total()).max(1).unsigned_abs();
        let cost = |(place, number): (Place, &i64)| {
            let size = u128::from(number.unsigned_abs()) * u128::from(CELL / 2) / u128::from(total);
            let size = u64::try_from(size).unwrap_or(CELL);
            match place {
                Place::Total => None,
                _ if *number < least => None,
                Place::Cell { .. } => Some(CELL + size),
                Place::Subtotal { .. } => Some(3 * CELL + size),
                Place::RowTotal(_) | Place::ColumnTotal(_) => Some(5 * CELL + size),
                Place::GroupTotal(_) => Some(7 * CELL + size),
            }
        };
        let costs = shape.places().into_iter().zip(numbers).map(cost).collect();
        let nodes = shape.nodes();
        let (ends, begin) = arcs_at_nodes(nodes, arcs);
        let is_plain_list = shape.is_list() && shape.groups.is_empty();
        Self { arcs, numbers, nodes, is_plain_list, least, width, costs, ends, begin }
    }

    /// Which numbers are withheld where these are small; none if they cannot be made safe.
    pub(super) fn hidden(&self, small: &[bool]) -> Option<Vec<bool>> {
        let mut order: Vec<usize> = (0..small.len()).filter(|arc| at(small, *arc)).collect();
        order.sort_by_key(|arc| (at(self.numbers, *arc), *arc));
        if order.is_empty() {
            return Some(small.to_vec());
        }
        if self.is_plain_list {
            return Some(self.smallest());
        }
        let first = self.complete(small, &order)?;
        if small.len() > ORDERED_MAX {
            return Some(first);
        }
        let mut best = first;
        for turn in 1..ORDERS {
            order.sort_by_key(|arc| (spread(*arc as u64 + (turn << 32)), *arc));
            if let Some(next) = self.complete(small, &order)
                && self.cost(&next) < self.cost(&best)
            {
                best = next;
            }
        }
        Some(best)
    }

    /// Which cells of a plain list are withheld: the smallest, until what they are together is wide
    /// enough, and less than any cell that is told. Then they could stand in any order.
    fn smallest(&self) -> Vec<bool> {
        let total = self.numbers.len().saturating_sub(1);
        let mut order: Vec<usize> =
            (0..total).filter(|arc| at(self.numbers, *arc) >= self.least).collect();
        order.sort_by_key(|arc| (at(self.numbers, *arc), *arc));
        let mut hidden = vec![false; self.numbers.len()];
        let (mut held, mut rest) = (0_usize, 0);
        for arc in order {
            let number = at(self.numbers, arc);
            if held > 1 && rest >= self.width && rest + self.least < number {
                return hidden;
            }
            (held, rest) = (held + 1, rest + number - self.least);
            put(&mut hidden, arc, true);
        }
        hidden
    }

    fn cost(&self, hidden: &[bool]) -> u64 {
        hidden
            .iter()
            .zip(&self.costs)
            .filter(|(hides, _)| **hides)
            .filter_map(|(_, cost)| *cost)
            .sum()
    }

    /// Withholds more until every hidden number is safe.
    fn complete(&self, small: &[bool], order: &[usize]) -> Option<Vec<bool>> {
        let mut hidden = small.to_vec();
        let mut safe = vec![false; hidden.len()];
        let mut waiting: Vec<usize> = order.iter().rev().copied().collect();
        // What may be thought of the numbers hidden so far; made when it is asked for.
        let mut flow = None;
        while let Some(arc) = waiting.pop() {
            if at(&safe, arc) {
                continue;
            }
            let circle = self.cheapest(arc, &hidden, May::WithholdMore);
            let is_free = |circle: &Circle| circle.arcs.iter().all(|on| at(&hidden, *on));
            if circle.as_ref().is_none_or(|circle| !is_free(circle)) {
                let thought = flow.get_or_insert_with(|| self.thought(&hidden));
                if self.is_wide(&mut thought.flow, at(&thought.places, arc)) {
                    put(&mut safe, arc, true);
                    continue;
                }
                flow = None;
            }
            let Some(circle) = circle else {
                let more = self.share(arc, &hidden)?;
                put(&mut hidden, more, true);
                waiting.extend([arc, more]);
                continue;
            };
            put(&mut safe, arc, true);
            for on in circle.arcs {
                put(&mut hidden, on, true);
                put(&mut safe, on, true);
            }
        }
        Some(hidden)
    }

    /// The cheapest circle through a number round which enough can be moved.
    fn cheapest(&self, arc: usize, hidden: &[bool], may: May) -> Option<Circle> {
        let own = (at(self.numbers, arc) - self.least).min(self.width);
        let divisions: Vec<i64> = if self.numbers.len() <= DIVIDED_MAX {
            (0..=own).collect()
        } else {
            [0, own].into_iter().take(if own > 0 { 2 } else { 1 }).collect()
        };
        let mut best: Option<Circle> = None;
        for along in divisions {
            // As cheap as a circle can be.
            if best.as_ref().is_some_and(|best| best.cost <= CHEAP) {
                break;
            }
            let losses = Losses { along, against: self.width - along };
            let below = best.as_ref().map_or(u64::MAX, |best| best.cost);
            if let Some(circle) = self.circle(arc, hidden, losses, may)
                && circle.cost < below
            {
                best = Some(circle);
            }
        }
        best
    }

    /// The cheapest way from where a number flows to, back to where it flows from; by one number
    /// more, maybe, since a way over hidden numbers that is sure to come soon is taken at once.
    fn circle(&self, arc: usize, hidden: &[bool], losses: Losses, may: May) -> Option<Circle> {
        let Arc { from: goal, to: start } = at(self.arcs, arc);
        let step = |over: usize| match may {
            _ if over == arc => None,
            _ if at(hidden, over) => Some(1),
            May::WithholdMore => at(&self.costs, over),
            May::UseHidden => None,
        };
        // Where one hidden number leads to the goal, and which.
        let mut last: Vec<usize> = vec![usize::MAX; self.nodes];
        for (over, from) in self.ways(goal, losses.turned()) {
            if step(over) == Some(1) {
                put(&mut last, from, over);
            }
        }
        let mut by: Vec<usize> = vec![usize::MAX; self.nodes];
        let found = |cost, node, by: &mut Vec<usize>| {
            put(by, goal, at(&last, node));
            Some(Circle { cost: cost + 1, arcs: self.way_back(start, goal, by) })
        };
        if at(&last, start) != usize::MAX {
            return found(0, start, &mut by);
        }
        let mut costs = vec![u64::MAX; self.nodes];
        let mut heap = BinaryHeap::from([Reverse((0_u64, start))]);
        put(&mut costs, start, 0);
        while let Some(Reverse((cost, node))) = heap.pop() {
            if node == goal {
                return Some(Circle { cost, arcs: self.way_back(start, goal, &by) });
            }
            if cost > at(&costs, node) {
                continue;
            }
            for (over, reached) in self.ways(node, losses) {
                let Some(step) = step(over) else { continue };
                let cost = cost + step;
                if cost < at(&costs, reached) {
                    put(&mut costs, reached, cost);
                    put(&mut by, reached, over);
                    if step == 1 && reached != goal && at(&last, reached) != usize::MAX {
                        return found(cost, reached, &mut by);
                    }
                    heap.push(Reverse((cost, reached)));
                }
            }
        }
        None
    }

    /// The numbers at a node that can lose what they must when something flows from it over them, with
    /// the nodes that they lead to.
    fn ways(&self, node: usize, losses: Losses) -> impl Iterator<Item = (usize, usize)> {
        let ends = self.ends.get(at(&self.begin, node)..at(&self.begin, node + 1));
        ends.unwrap_or_default().iter().filter_map(move |over| {
            let Arc { from, to } = at(self.arcs, *over);
            let (reached, loss) =
                if from == node { (to, losses.along) } else { (from, losses.against) };
            (at(self.numbers, *over) - self.least >= loss).then_some((*over, reached))
        })
    }

    fn way_back(&self, start: usize, goal: usize, by: &[usize]) -> Vec<usize> {
        let mut arcs = Vec::new();
        let mut node = goal;
        while node != start {
            let over = at(by, node);
            let Arc { from, to } = at(self.arcs, over);
            node = if from == node { to } else { from };
            arcs.push(over);
        }
        arcs
    }

    /// What an attacker may think of hidden numbers.
    fn thought(&self, hidden: &[bool]) -> Thought {
        let total = self.numbers.last().copied().unwrap_or_default();
        let known: Vec<usize> = (0..hidden.len()).filter(|arc| at(hidden, *arc)).collect();
        let arc = |arc: &usize| {
            let number = at(self.numbers, *arc);
            (at(self.arcs, *arc), Room { rise: total - number, fall: number - self.least })
        };
        let flow = Flow::new(self.nodes, &known.iter().map(arc).collect::<Vec<_>>());
        let mut places = vec![usize::MAX; hidden.len()];
        known.iter().enumerate().for_each(|(place, arc)| put(&mut places, *arc, place));
        Thought { known, places, flow }
    }

    fn is_wide(&self, flow: &mut Flow, at: usize) -> bool {
        flow.raise(at, self.width) >= self.width || flow.lower(at, self.width) >= self.width
    }

    /// Whether all that is hidden is wide enough: those that are not.
    pub(super) fn narrow(&self, hidden: &[bool]) -> Vec<usize> {
        // Most lie on a circle that shows it; the others are asked of the flow.
        let mut wide: Vec<bool> = hidden.iter().map(|hides| !hides).collect();
        for arc in 0..hidden.len() {
            if at(&wide, arc) {
                continue;
            }
            if let Some(circle) = self.cheapest(arc, hidden, May::UseHidden) {
                circle.arcs.into_iter().chain([arc]).for_each(|on| put(&mut wide, on, true));
            }
        }
        if wide.iter().all(|wide| *wide) {
            return Vec::new();
        }
        let Thought { known, mut flow, .. } = self.thought(hidden);
        let narrow =
            |(place, arc): &(usize, &usize)| !at(&wide, **arc) && !self.is_wide(&mut flow, *place);
        known.iter().enumerate().filter(narrow).map(|(_, arc)| *arc).collect()
    }

    /// Where no circle has the room by itself: a number to withhold that makes some more of it.
    fn share(&self, arc: usize, hidden: &[bool]) -> Option<usize> {
        let Thought { known, places, mut flow } = self.thought(hidden);
        flow.raise(at(&places, arc), self.width);
        let mut numbers = self.numbers.to_vec();
        for (at, arc) in known.iter().enumerate() {
            put(&mut numbers, *arc, self.least + flow.above_least(at));
        }
        let moved = Protection {
            arcs: self.arcs,
            numbers: &numbers,
            costs: self.costs.clone(),
            ends: self.ends.clone(),
            begin: self.begin.clone(),
            ..*self
        };
        let circle = moved.circle(arc, hidden, Losses { along: 0, against: 1 }, May::WithholdMore);
        circle?.arcs.into_iter().find(|on| !at(hidden, *on))
    }
}

/// The arcs at each node, one node after the other, and where each node's begin.
fn arcs_at_nodes(nodes: usize, arcs: &[Arc]) -> (Vec<usize>, Vec<usize>) {
    let mut at_node: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (at, arc) in arcs.iter().enumerate() {
        for node in [arc.from, arc.to] {
            if let Some(list) = at_node.get_mut(node) {
                list.push(at);
            }
        }
    }
    let mut begin = vec![0];
    begin.extend(at_node.iter().scan(0, |sum, list| {
        *sum += list.len();
        Some(*sum)
    }));
    (at_node.concat(), begin)
}

/// A number spread over all numbers, always the same: for orders that follow nothing.
fn spread(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

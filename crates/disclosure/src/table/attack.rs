//! The attacker: what somebody who sees a released table can work out of what it does not tell.
//!
//! He knows every number shown, that cells add up to their totals, that nobody is counted less than
//! never, and the rule by which numbers are withheld; and he calculates without a mistake. What a
//! hidden number can be is then a whole interval, and its ends are found exactly, by flows.

use vocab::RawCount;

use super::flow::{Flow, Room, at};
use super::shape::{Arc, Place};
use super::{ReleasedTable, Steps};
use crate::Released;

/// What a hidden number can be, both ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The least it can be.
    pub least: RawCount,
    /// The most it can be; none where nothing bounds it.
    pub most: Option<RawCount>,
}

/// What an attacker knows of one hidden number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attacked {
    /// Where it stands.
    pub place: Place,
    /// What it can be.
    pub interval: Interval,
    /// What the table tells of it.
    pub told: Released,
    /// What it could be if nothing else of the table were told.
    pub alone: Interval,
}

impl Attacked {
    /// Whether the attacker knows more than he may: of a number told as "about" or "fewer than", more
    /// than that by itself says; of one withheld, an interval whose ends are less than the smallest
    /// shown number apart.
    #[must_use]
    pub fn is_too_narrow(&self, min_cell: u64) -> bool {
        let Some(most) = self.interval.most else { return false };
        match self.told {
            Released::Withheld => most.get().saturating_sub(self.interval.least.get()) < min_cell,
            _ => self.interval != self.alone,
        }
    }
}

/// Works out the interval of each number of a table that is not told exactly, from nothing but what
/// the table tells.
///
/// # Order
/// As [`ReleasedTable::places`].
///
/// # Cost
/// Two greatest flows a hidden number.
///
/// ```
/// use disclosure::{Cells, Policy, attack, release_table};
/// use vocab::RawCount;
/// let cells = Cells::list(&[3, 40, 900].map(RawCount::new)).unwrap();
/// let known = attack(&release_table(&cells, &Policy::default()));
/// // 3 and 40 are withheld, and their sum, 43, is known to all.
/// assert_eq!(known.len(), 2);
/// assert_eq!(known[0].interval.least.get(), 0);
/// assert_eq!(known[0].interval.most.unwrap().get(), 43);
/// ```
#[must_use]
pub fn attack(table: &ReleasedTable) -> Vec<Attacked> {
    let told = |at: usize| table.told.get(at).copied().unwrap_or(Released::Withheld);
    let is_exact = |at: usize| matches!(told(at), Released::Exactly(_));
    let inexact: Vec<usize> = (0..table.told.len()).filter(|at| !is_exact(*at)).collect();
    let places = table.shape.places();
    let found = |at: usize, interval: Interval, alone: Interval| {
        let place = places.get(at).copied().unwrap_or(Place::Total);
        Attacked { place, interval, told: told(at), alone }
    };
    if table.total() == Released::Withheld {
        let open = Interval { least: RawCount::ZERO, most: None };
        return inexact.into_iter().map(|at| found(at, open, open)).collect();
    }
    let bounds: Vec<(i64, i64)> = table.told.iter().map(|told| bounds(table, *told)).collect();
    let mut flow = some_circulation(table, &inexact, &bounds);
    let mut attacked = |(known, arc): (usize, &usize)| {
        let (least, most) = at(&bounds, *arc);
        let alone = Interval { least: count(least), most: Some(count(most)) };
        flow.raise(known, i64::MAX);
        let most = count(least + flow.above_least(known));
        flow.lower(known, i64::MAX);
        let least = count(least + flow.above_least(known));
        found(*arc, Interval { least, most: Some(most) }, alone)
    };
    inexact.iter().enumerate().map(&mut attacked).collect()
}

fn count(number: i64) -> RawCount {
    RawCount::new(u64::try_from(number).unwrap_or_default())
}

/// The least and the most that a number can be by what is told of it, before it is set against others.
fn bounds(table: &ReleasedTable, told: Released) -> (i64, i64) {
    let (least, most) = match told {
        Released::Exactly(number) => (number, number),
        Released::FewerThan(bound) => (0, bound.saturating_sub(1)),
        Released::Withheld => (table.nonzero.into(), table.total().number().unwrap_or_default()),
        Released::About(number) => match table.steps {
            Steps::None => (number, number),
            Steps::Nearest(step) => (number.saturating_sub(step / 2), number + (step - 1) / 2),
            Steps::Midpoint(step) if number <= step / 2 => (0, step),
            Steps::Midpoint(step) => (number + step / 2 + 1 - step, number + step / 2),
            Steps::Chance(step) => (number.saturating_sub(step - 1), number + (step - 1)),
        },
    };
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX / 4);
    (signed(least), signed(most))
}

/// Any numbers for those that are not told exactly with which the table adds up, as a flow that can be
/// changed.
fn some_circulation(table: &ReleasedTable, inexact: &[usize], bounds: &[(i64, i64)]) -> Flow {
    let (arcs, nodes) = (table.shape.arcs(), table.shape.nodes());
    let mut rest = vec![0_i64; nodes];
    for (arc, (least, _)) in arcs.iter().zip(bounds) {
        for (node, change) in [(arc.to, *least), (arc.from, -least)] {
            if let Some(rest) = rest.get_mut(node) {
                *rest += change;
            }
        }
    }
    let bounded = |arc: &usize| {
        let (least, most) = at(bounds, *arc);
        (at(&arcs, *arc), Room { rise: most - least, fall: 0 })
    };
    let mut network: Vec<(Arc, Room)> = inexact.iter().map(bounded).collect();
    // What a node has too much of comes from one node beside the table, and goes to another.
    let (source, sink) = (nodes, nodes + 1);
    let mut owed = 0;
    for (node, rest) in rest.iter().enumerate() {
        let room = Room { rise: rest.abs(), fall: 0 };
        if *rest > 0 {
            owed += rest;
            network.push((Arc { from: source, to: node }, room));
        } else {
            network.push((Arc { from: node, to: sink }, room));
        }
    }
    let mut flow = Flow::new(nodes + 2, &network);
    let sent = flow.push(source, sink, i64::MAX);
    debug_assert_eq!(sent, owed, "a released table adds up");
    flow
}

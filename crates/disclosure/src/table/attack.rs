//! The attacker: what somebody who sees a released table can work out of what it does not tell.
//!
//! He knows every number shown, that cells add up to their totals, that nobody is counted less than
//! never, and the rule by which numbers are withheld; and he calculates without a mistake. What a
//! hidden number can be is then a whole interval, and its ends are found exactly, by flows.

use vocab::RawCount;

use super::ReleasedTable;
use super::flow::{Flow, Room, at};
use super::shape::{Arc, Place};
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
}

impl Attacked {
    /// Whether the attacker knows more than he may: of a number told as "fewer than", more than that;
    /// of one withheld, an interval whose ends are less than the smallest shown number apart.
    #[must_use]
    pub fn is_too_narrow(&self, min_cell: u64) -> bool {
        let least = self.interval.least.get();
        let Some(most) = self.interval.most else { return false };
        match self.told {
            Released::FewerThan(bound) => least > 0 || most.get().saturating_add(1) < bound,
            _ => most.get().saturating_sub(least) < min_cell,
        }
    }
}

/// Works out the interval of each hidden number of a table, from nothing but what the table tells.
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
    let hidden: Vec<usize> =
        (0..table.told.len()).filter(|at| told(table, *at).is_hidden()).collect();
    let places = table.shape.places();
    let found = |at: usize, interval: Interval| {
        let place = places.get(at).copied().unwrap_or(Place::Total);
        Attacked { place, interval, told: told(table, at) }
    };
    if table.total() == Released::Withheld {
        let open = Interval { least: RawCount::ZERO, most: None };
        return hidden.into_iter().map(|at| found(at, open)).collect();
    }
    let (least, most) = bounds(table);
    let mut flow = some_circulation(table, &hidden, (least, most));
    let mut interval = |at: usize| {
        flow.raise(at, i64::MAX);
        let most = count(least + flow.above_least(at));
        flow.lower(at, i64::MAX);
        Interval { least: count(least + flow.above_least(at)), most: Some(most) }
    };
    hidden.iter().enumerate().map(|(at, arc)| found(*arc, interval(at))).collect()
}

fn told(table: &ReleasedTable, at: usize) -> Released {
    table.told.get(at).copied().unwrap_or(Released::Withheld)
}

fn count(number: i64) -> RawCount {
    RawCount::new(u64::try_from(number).unwrap_or_default())
}

/// The least and the most that any hidden number can be, before it is set against others.
fn bounds(table: &ReleasedTable) -> (i64, i64) {
    let most = match table.total() {
        Released::FewerThan(bound) => bound.saturating_sub(1),
        total => total.number().unwrap_or_default(),
    };
    (i64::from(table.nonzero), i64::try_from(most).unwrap_or(i64::MAX / 4))
}

/// Any numbers for the hidden ones with which the table adds up, as a flow that can be changed.
fn some_circulation(table: &ReleasedTable, hidden: &[usize], (least, most): (i64, i64)) -> Flow {
    let (arcs, nodes) = (table.shape.arcs(), table.shape.nodes());
    let mut rest = vec![0_i64; nodes];
    for (at_arc, arc) in arcs.iter().enumerate() {
        let number = told(table, at_arc).number().and_then(|number| i64::try_from(number).ok());
        let number = number.unwrap_or(least);
        for (node, change) in [(arc.to, number), (arc.from, -number)] {
            if let Some(rest) = rest.get_mut(node) {
                *rest += change;
            }
        }
    }
    let room = Room { rise: most - least, fall: 0 };
    let mut network: Vec<(Arc, Room)> = hidden.iter().map(|arc| (at(&arcs, *arc), room)).collect();
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

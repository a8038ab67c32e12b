//! Tables of counts with their totals, in which no hidden number can be worked out.
//!
//! Hiding the small cells is not enough where totals are told. So further numbers are withheld with
//! them, and the judge is an [attacker](attack()): somebody who sees the table, knows that it adds up,
//! and knows this rule. **A table is safe where the least and the most that a withheld number can be,
//! for him, are at least the smallest shown number apart**; then nobody can be sure that a number is
//! small, nor how many people fewer it is than that. All withheld numbers look alike. Where the whole
//! table has too few people, each of its numbers is told as "fewer than", and can be any such number.

mod attack;
mod flow;
mod protect;
mod rounded;
mod shape;
#[cfg(test)]
mod spec;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use vocab::RawCount;

pub use self::attack::{Attacked, Interval, attack};
pub use self::rounded::{round_each, round_together};
pub use self::shape::Place;

use self::protect::Protection;
use self::shape::Shape;
use crate::{Policy, Released, Zero};

/// So many cells may a table have.
pub const CELLS_MAX: usize = 10_000;

/// Counts of a list or a grid whose cells do not overlap.
#[derive(Clone, Debug)]
pub struct Cells {
    shape: Shape,
    cells: Vec<u64>,
}

impl Cells {
    /// A list; none if it has no cell or more than [`CELLS_MAX`].
    #[must_use]
    pub fn list(cells: &[RawCount]) -> Option<Self> {
        Self::grid(1, cells)
    }

    /// A grid of rows with so many columns, one row after the other; none if it has no cell, more than
    /// [`CELLS_MAX`], or a last row that is not full.
    ///
    /// With one column it is a list: its rows have no totals.
    #[must_use]
    pub fn grid(columns: usize, cells: &[RawCount]) -> Option<Self> {
        let rows = cells.len().checked_div(columns)?;
        let fits = rows > 0 && rows * columns == cells.len() && cells.len() <= CELLS_MAX;
        let shape = Shape { rows, columns, groups: Vec::new() };
        fits.then(|| Self { shape, cells: cells.iter().map(|cell| cell.get()).collect() })
    }

    /// Puts the rows into groups that have subtotals: so many rows each, from the first on. None if a
    /// group is empty, or all together have not as many rows as there are.
    ///
    /// ```
    /// use disclosure::Cells;
    /// use vocab::RawCount;
    /// let cells = Cells::list(&[3, 40, 900].map(RawCount::new)).unwrap();
    /// assert!(cells.clone().in_groups(&[1, 2]).is_some());
    /// assert!(cells.in_groups(&[1, 1]).is_none());
    /// ```
    #[must_use]
    pub fn in_groups(mut self, rows: &[usize]) -> Option<Self> {
        let all = rows.iter().try_fold(0_usize, |sum, rows| sum.checked_add(*rows));
        let fits = all == Some(self.shape.rows) && rows.iter().all(|rows| *rows > 0);
        self.shape.groups = rows.to_vec();
        fits.then_some(self)
    }
}

/// A table that went through disclosure control; made by [`release_table`], [`round_each`] and
/// [`round_together`] only.
///
/// # Shape
/// In JSON `{"rows": [[…], …], "row_totals": […], "column_totals": […], "subtotals": [[…], …],
/// "group_totals": […], "total": …}` of [`Released`]; lists are empty that the table does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedTable {
    shape: Shape,
    told: Vec<Released>,
    /// Whether everybody knows that no hidden number is zero, because zeros are shown.
    nonzero: bool,
    /// How numbers that are told as "about" were rounded.
    steps: Steps,
}

/// What "about" means in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Steps {
    /// Nothing was rounded.
    None,
    /// To the nearest multiple of this.
    Nearest(u64),
    /// To the middle of a step of this.
    Midpoint(u64),
    /// Up or down to a multiple of this.
    Chance(u64),
}

/// A table of which each number is told in the same way.
fn whole(shape: &Shape, told: Released) -> ReleasedTable {
    let (shape, told) = (shape.clone(), vec![told; shape.len()]);
    ReleasedTable { shape, told, nonzero: false, steps: Steps::None }
}

impl ReleasedTable {
    /// What is told of a place; none where the table has no such place.
    #[must_use]
    pub fn at(&self, place: Place) -> Option<Released> {
        self.shape.position(place).and_then(|at| self.told.get(at)).copied()
    }

    /// What is told of all cells together.
    #[must_use]
    pub fn total(&self) -> Released {
        self.told.last().copied().unwrap_or(Released::Withheld)
    }

    /// Every place of the table.
    ///
    /// # Order
    /// Cells row by row, subtotals, totals of rows, of groups, of columns, the total.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        self.shape.places()
    }

    /// How many numbers are hidden.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.told.iter().filter(|told| told.is_hidden()).count()
    }

    fn of(&self, place: impl Fn(usize) -> Place) -> Vec<Released> {
        (0..).map_while(|at| self.at(place(at))).collect()
    }
}

impl Serialize for ReleasedTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = |row| self.of(|column| Place::Cell { row, column });
        let subtotals = |group| self.of(|column| Place::Subtotal { group, column });
        let rows: Vec<_> = (0..self.shape.rows).map(rows).collect();
        let subtotals: Vec<_> = (0..self.shape.groups.len()).map(subtotals).collect();
        let mut table = serializer.serialize_struct("ReleasedTable", 6)?;
        table.serialize_field("rows", &rows)?;
        table.serialize_field("row_totals", &self.of(Place::RowTotal))?;
        table.serialize_field("column_totals", &self.of(Place::ColumnTotal))?;
        table.serialize_field("subtotals", &subtotals)?;
        table.serialize_field("group_totals", &self.of(Place::GroupTotal))?;
        table.serialize_field("total", &self.total())?;
        table.end()
    }
}

/// Releases a table with all its totals: every number that can be told is told as it is.
///
/// Small numbers are withheld, cells and totals alike, and with them as many others as it takes
/// until the table is safe. Under a small total nothing is told. Where zeros are shown they are
/// never withheld, unless nothing else helps; then the total alone is told. A table whose sum is
/// beyond all counting is not told at all.
///
/// Does not see other tables: two that cut the same people along different lines may still be set
/// against each other.
///
/// ```
/// use disclosure::{Cells, Place, Policy, release_table};
/// use vocab::RawCount;
/// let counts = [3, 12, 40, 20, 33, 51, 44, 28, 60].map(RawCount::new);
/// let table = release_table(&Cells::grid(3, &counts).unwrap(), &Policy::default());
/// assert_eq!(table.hidden(), 4);
/// assert_eq!(table.at(Place::RowTotal(0)).unwrap().number(), Some(55));
/// ```
#[must_use]
pub fn release_table(cells: &Cells, policy: &Policy) -> ReleasedTable {
    let shape = cells.shape.clone();
    let width = i64::try_from(policy.min_cell).ok().filter(|width| *width < i64::MAX / 4);
    let (Some(numbers), Some(width)) = (shape.numbers(&cells.cells), width) else {
        return whole(&shape, Released::Withheld);
    };
    let small: Vec<bool> =
        numbers.iter().map(|number| !policy.shows(number.unsigned_abs())).collect();
    if small.last() == Some(&true) {
        return whole(&shape, Released::FewerThan(policy.min_cell));
    }
    let nonzero = policy.zero == Zero::Shown;
    let arcs = shape.arcs();
    let safe = |least: i64| Protection::new(&shape, (&arcs, &numbers), (least, width));
    let protection = safe(i64::from(nonzero));
    // The judge has the last word, whatever was found.
    let found = protection.hidden(&small).filter(|hidden| protection.narrow(hidden).is_empty());
    match found {
        Some(hidden) => told(&shape, &numbers, &hidden, nonzero),
        None => told(&shape, &numbers, &all_but_the_total(&shape, &safe(0)), false),
    }
}

/// Everything withheld but the total, and what is the total under another name.
fn all_but_the_total(shape: &Shape, protection: &Protection<'_>) -> Vec<bool> {
    let mut hidden = vec![true; shape.len()];
    flow::put(&mut hidden, shape.total(), false);
    for same in protection.narrow(&hidden) {
        flow::put(&mut hidden, same, false);
    }
    hidden
}

fn told(shape: &Shape, numbers: &[i64], hidden: &[bool], nonzero: bool) -> ReleasedTable {
    let tell = |(number, hides): (&i64, &bool)| {
        if *hides { Released::Withheld } else { Released::Exactly(number.unsigned_abs()) }
    };
    let told = numbers.iter().zip(hidden).map(tell).collect();
    ReleasedTable { shape: shape.clone(), told, nonzero, steps: Steps::None }
}

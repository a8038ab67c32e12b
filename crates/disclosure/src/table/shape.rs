//! How the numbers of a table add up: cells, subtotals and totals as arcs of a network.
//!
//! Each number is an arc, and what flows into a node flows out of it. A row's total feeds the cells
//! of the row, these feed the total of their column, and the grand total closes the circle. So "the
//! numbers add up" is "the flow is a circulation", for lists, lists in groups, and grids whose rows
//! may stand in groups.

/// Where a number stands in a table. Rows, columns and groups are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// One cell.
    Cell {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// What the rows of a group have in one column.
    Subtotal {
        /// The group of rows.
        group: usize,
        /// The column.
        column: usize,
    },
    /// The total of a row.
    RowTotal(usize),
    /// The total of a group of rows.
    GroupTotal(usize),
    /// The total of a column.
    ColumnTotal(usize),
    /// The total of all cells.
    Total,
}

/// A number as an arc between two nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The outline of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// How many rows each group has; none where rows are not in groups.
    pub(super) groups: Vec<usize>,
}

/// The grand total flows from here,
const BOTTOM: usize = 0;
/// and arrives here.
const TOP: usize = 1;

impl Shape {
    /// Whether there is one column, whose cells are not told again as totals of rows.
    pub(super) fn is_list(&self) -> bool {
        self.columns == 1
    }

    /// How many cells, subtotals, totals of rows, of groups and of columns there are, in this order.
    fn counts(&self) -> [usize; 5] {
        let grid = usize::from(!self.is_list());
        let groups = self.groups.len();
        [
            self.rows * self.columns,
            grid * groups * self.columns,
            grid * self.rows,
            groups,
            grid * self.columns,
        ]
    }

    /// How many numbers the table has.
    pub(super) fn len(&self) -> usize {
        self.counts().iter().sum::<usize>() + 1
    }

    /// Where the total stands among all numbers.
    pub(super) fn total(&self) -> usize {
        self.len() - 1
    }

    /// The place of each number, in their order.
    pub(super) fn places(&self) -> Vec<Place> {
        let [_, subtotals, rows, groups, columns] = self.counts();
        let by_column = |at: usize| (at / self.columns, at % self.columns);
        let cells = (0..self.rows * self.columns).map(by_column);
        let mut places: Vec<Place> =
            cells.map(|(row, column)| Place::Cell { row, column }).collect();
        let subtotals = (0..subtotals).map(by_column);
        places.extend(subtotals.map(|(group, column)| Place::Subtotal { group, column }));
        places.extend((0..rows).map(Place::RowTotal));
        places.extend((0..groups).map(Place::GroupTotal));
        places.extend((0..columns).map(Place::ColumnTotal));
        places.push(Place::Total);
        places
    }

    /// Where the number of a place stands; none where the table has no such place.
    pub(super) fn position(&self, place: Place) -> Option<usize> {
        let [cells, subtotals, rows, groups, columns] = self.counts();
        let within = |at: usize, many: usize, before: usize| (at < many).then_some(before + at);
        match place {
            Place::Cell { row, column } if column < self.columns => {
                within(row * self.columns + column, cells, 0)
            }
            Place::Subtotal { group, column } if column < self.columns => {
                within(group * self.columns + column, subtotals, cells)
            }
            Place::Cell { .. } | Place::Subtotal { .. } => None,
            Place::RowTotal(row) => within(row, rows, cells + subtotals),
            Place::GroupTotal(group) => within(group, groups, cells + subtotals + rows),
            Place::ColumnTotal(column) => {
                within(column, columns, cells + subtotals + rows + groups)
            }
            Place::Total => Some(self.total()),
        }
    }

    /// The group that each row is in.
    fn group_of_rows(&self) -> Vec<usize> {
        let rows = self.groups.iter().enumerate();
        rows.flat_map(|(group, rows)| std::iter::repeat_n(group, *rows)).collect()
    }

    /// How many nodes the network has.
    pub(super) fn nodes(&self) -> usize {
        2 + self.rows + self.columns + self.groups.len() * (self.columns + 1)
    }

    /// The arc of each number, in their order.
    pub(super) fn arcs(&self) -> Vec<Arc> {
        let (list, grouped) = (self.is_list(), !self.groups.is_empty());
        let group_of = self.group_of_rows();
        let group_of = |row: usize| group_of.get(row).copied().unwrap_or_default();
        let row_node = |row: usize| if list { BOTTOM } else { 2 + row };
        let column_node = |column: usize| if list { TOP } else { 2 + self.rows + column };
        let first_group = 2 + self.rows + self.columns;
        let group_node = |group: usize| first_group + group;
        let subtotal_node = |group: usize, column: usize| {
            first_group + self.groups.len() + group * self.columns + column
        };
        let arc = |place: Place| match place {
            Place::Cell { row, column } if grouped => {
                Arc { from: row_node(row), to: subtotal_node(group_of(row), column) }
            }
            Place::Cell { row, column } => Arc { from: row_node(row), to: column_node(column) },
            Place::Subtotal { group, column } => {
                Arc { from: subtotal_node(group, column), to: column_node(column) }
            }
            Place::RowTotal(row) if grouped => {
                Arc { from: group_node(group_of(row)), to: row_node(row) }
            }
            Place::RowTotal(row) => Arc { from: BOTTOM, to: row_node(row) },
            Place::GroupTotal(group) if list => Arc { from: subtotal_node(group, 0), to: TOP },
            Place::GroupTotal(group) => Arc { from: BOTTOM, to: group_node(group) },
            Place::ColumnTotal(column) => Arc { from: column_node(column), to: TOP },
            Place::Total => Arc { from: TOP, to: BOTTOM },
        };
        self.places().into_iter().map(arc).collect()
    }

    /// All numbers, worked out from the cells; none where a sum is too large to be one of people.
    pub(super) fn numbers(&self, cells: &[u64]) -> Option<Vec<i64>> {
        let mut numbers = vec![0_i64; self.len()];
        let group_of = self.group_of_rows();
        for (at, cell) in cells.iter().enumerate() {
            let cell = i64::try_from(*cell).ok().filter(|cell| *cell < i64::MAX / 4)?;
            let (row, column) = (at / self.columns, at % self.columns);
            let group = group_of.get(row).copied().unwrap_or(usize::MAX);
            let mut places = vec![Place::Cell { row, column }, Place::RowTotal(row)];
            places.extend([Place::ColumnTotal(column), Place::Total]);
            if group != usize::MAX {
                places.extend([Place::Subtotal { group, column }, Place::GroupTotal(group)]);
            }
            for place in places {
                if let Some(number) = self.position(place).and_then(|at| numbers.get_mut(at)) {
                    *number = number.checked_add(cell)?;
                }
            }
        }
        (numbers.last().copied().unwrap_or_default() < i64::MAX / 4).then_some(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adds_up(shape: &Shape, cells: &[u64]) {
        let (arcs, numbers) = (shape.arcs(), shape.numbers(cells).unwrap());
        assert_eq!((arcs.len(), numbers.len()), (shape.len(), shape.len()));
        let mut rest = vec![0; shape.nodes()];
        for (arc, number) in arcs.iter().zip(&numbers) {
            rest[arc.from] -= number;
            rest[arc.to] += number;
        }
        assert_eq!(rest, vec![0; shape.nodes()], "{shape:?}");
        for (at, place) in shape.places().into_iter().enumerate() {
            assert_eq!(shape.position(place), Some(at), "{place:?}");
        }
    }

    #[test]
    fn the_numbers_of_every_shape_are_a_circulation() {
        for (rows, columns, groups) in [
            (6, 1, vec![]),
            (6, 1, vec![2, 3, 1]),
            (6, 4, vec![]),
            (6, 4, vec![1, 5]),
            (1, 4, vec![]),
            (1, 1, vec![1]),
        ] {
            let shape = Shape { rows, columns, groups };
            let cells: Vec<u64> = (0..rows as u64 * columns as u64).map(|at| at * at).collect();
            adds_up(&shape, &cells);
        }
    }

    #[test]
    fn a_place_that_is_not_there_has_no_number() {
        let list = Shape { rows: 3, columns: 1, groups: Vec::new() };
        assert_eq!(list.position(Place::RowTotal(0)), None);
        assert_eq!(list.position(Place::Cell { row: 0, column: 1 }), None);
        assert_eq!(list.position(Place::Cell { row: 3, column: 0 }), None);
    }

    #[test]
    fn a_sum_beyond_all_people_is_none() {
        let shape = Shape { rows: 2, columns: 1, groups: Vec::new() };
        assert_eq!(shape.numbers(&[u64::MAX, 1]), None);
        assert_eq!(shape.numbers(&[i64::MAX as u64 / 4, 1]), None);
        assert!(shape.numbers(&[1 << 60, 1 << 59]).is_some());
    }
}

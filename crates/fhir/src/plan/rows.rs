//! From a walked resource to the rows of one view.
//!
//! A row is gathered in cells: each select fills its own, then the next select goes on, and when
//! none is left the cells go to the columns. So siblings multiply, and what stands outside a
//! repetition is computed once.

use vocab::date::Zone;

use crate::general;

use super::array::{Array, Datum};
use super::column::Column;
use super::compile_view::{Body, ColumnProgram, Over, Repeated};
use super::eval::Walked;
use super::links::Links;
use super::program::{Chain, LeafForm, Operand, Stop, Value};
use super::space::Space;
use super::tree::{At, Leaf, NONE, RESOURCE};

/// A value found for a row, not yet in its column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    Null,
    /// An element's value.
    At(At),
    Bool(bool),
    Int(i64),
    /// A text made for this row: from and to in the emitter's side buffer.
    Made(usize, usize),
    /// The literal of this column program.
    Constant(usize),
    /// The key of the resource.
    Key,
    /// All values of this column program, seen from an element.
    List(usize, At),
}

/// What the emitter keeps between resources, so that it allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Desk {
    cells: Vec<Cell>,
    made: String,
}

/// Makes the rows of one space from one resource.
pub(super) struct Emitter<'e> {
    pub(super) walked: Walked<'e>,
    pub(super) space: &'e Space,
    pub(super) columns: &'e mut [Column],
    pub(super) desk: &'e mut Desk,
    pub(super) links: Links<'e>,
    pub(super) zone: &'e Zone,
    /// Rows made.
    pub(super) rows: usize,
    /// How many repetitions around this place gave nothing, so that no row is made.
    pub(super) rehearsals: u32,
}

/// Repetitions still to be gone through, in a list on the stack.
struct Work<'w> {
    repeats: &'w [Repeated],
    from: Seen,
    next: Option<&'w Work<'w>>,
}

/// An element from which expressions look, and its number in its repetition.
#[derive(Clone, Copy)]
struct Seen {
    at: At,
    index: i64,
}

impl Emitter<'_> {
    /// Makes all rows.
    pub(super) fn emit(&mut self) -> Result<(), Stop> {
        self.desk.made.clear();
        self.desk.cells.clear();
        self.desk.cells.resize(self.columns.len(), Cell::Null);
        let space = self.space;
        for test in &space.wheres {
            if self.walked.test(test, RESOURCE)? != Some(true) {
                return Ok(());
            }
        }
        self.open(&space.body, Seen { at: RESOURCE, index: 0 }, None)
    }

    /// Fills a body's own cells, then goes through its repetitions, then through what is next.
    fn open(&mut self, body: &Body, seen: Seen, next: Option<&Work<'_>>) -> Result<(), Stop> {
        let space = self.space;
        for number in &body.columns {
            let Some(column) = space.columns.get(*number) else { continue };
            let cell = if column.list {
                check_list(self.walked, &column.value, seen.at)?;
                Cell::List(*number, seen.at)
            } else {
                self.cell(&column.value, *number, seen)?
            };
            if let Some(held) = self.desk.cells.get_mut(column.at) {
                *held = cell;
            }
        }
        if body.repeats.is_empty() {
            return self.go(next);
        }
        self.go(Some(&Work { repeats: &body.repeats, from: seen, next }))
    }

    fn go(&mut self, work: Option<&Work<'_>>) -> Result<(), Stop> {
        let Some(work) = work else { return self.finish_row() };
        match work.repeats.split_first() {
            None => self.go(work.next),
            Some((repeated, [])) => self.repeat(repeated, work.from, work.next),
            Some((repeated, rest)) => {
                let rest = Work { repeats: rest, from: work.from, next: work.next };
                self.repeat(repeated, work.from, Some(&rest))
            }
        }
    }

    fn repeat(
        &mut self,
        repeated: &Repeated,
        from: Seen,
        next: Option<&Work<'_>>,
    ) -> Result<(), Stop> {
        let (over, body, cells) = match repeated {
            Repeated::Each { over, body, cells } => (over, body, cells),
            Repeated::Union(branches) => {
                return branches.iter().try_for_each(|branch| self.open(branch, from, next));
            }
        };
        let walked = self.walked;
        let mut index = 0;
        let mut open = |emitter: &mut Self, at: At| {
            let seen = Seen { at, index };
            index += 1;
            emitter.open(body, seen, next)
        };
        match over {
            Over::Every(chain) => walked.each(chain, from.at, &mut |at| open(self, at))?,
            Over::EveryOrNull(chain) => {
                walked.each(chain, from.at, &mut |at| open(self, at))?;
                if index > 0 {
                    return Ok(());
                }
                self.nothing(body, cells);
                return self.go(next);
            }
            Over::Repeat { first, again } => {
                let mut left = general::REPEAT_MAX;
                let mut take = |at| {
                    left = left.checked_sub(1).ok_or(Stop)?;
                    open(self, at)
                };
                repeat(walked, first, again, from.at, &mut take)?;
            }
        }
        if index == 0 && next.is_some() { self.rehearse(next) } else { Ok(()) }
    }

    /// Goes through what is next though no row comes of it: what is wrong there is wrong all the
    /// same.
    fn rehearse(&mut self, next: Option<&Work<'_>>) -> Result<(), Stop> {
        self.rehearsals += 1;
        let missed = *self.links.misses;
        let gone = self.go(next);
        *self.links.misses = missed;
        self.rehearsals -= 1;
        gone
    }

    /// Fills the cells of a `forEachOrNull` that finds nothing; its row has the index 0.
    fn nothing(&mut self, body: &Body, cells: &[usize]) {
        for at in cells {
            if let Some(cell) = self.desk.cells.get_mut(*at) {
                *cell = Cell::Null;
            }
        }
        self.first_row(body);
    }

    /// Sets the index of a row of nulls, in the body and in those within it.
    fn first_row(&mut self, body: &Body) {
        for number in &body.columns {
            if let Some(column) = self.space.columns.get(*number)
                && column.value == Value::RowIndex
                && let Some(cell) = self.desk.cells.get_mut(column.at)
            {
                *cell = Cell::Int(0);
            }
        }
        for repeated in &body.repeats {
            match repeated {
                Repeated::Each { body, .. } => self.first_row(body),
                Repeated::Union(branches) => {
                    branches.first().into_iter().for_each(|branch| self.first_row(branch));
                }
            }
        }
    }

    fn cell(&mut self, value: &Value, number: usize, seen: Seen) -> Result<Cell, Stop> {
        Ok(match value {
            Value::Leaf(chain, form) => self.leaf(self.walked.one(chain, seen.at)?, *form)?,
            Value::FirstOf(chains, form) => {
                let mut first = NONE;
                // Every chain runs, for one that stops must not be hidden by one before it.
                for chain in chains {
                    let found = self.walked.one(chain, seen.at)?;
                    first = if first == NONE { found } else { first };
                }
                self.leaf(first, *form)?
            }
            Value::Test(test) => self.walked.test(test, seen.at)?.map_or(Cell::Null, Cell::Bool),
            Value::Count(chain) => Cell::Int(self.walked.count(chain, seen.at)?),
            Value::ResourceKey => Cell::Key,
            Value::RowIndex => Cell::Int(seen.index),
            Value::Constant(_) => Cell::Constant(number),
            Value::ReferenceKey { chain, slots, wanted } => {
                let from = self.desk.made.len();
                let (walked, made, links) = (self.walked, &mut self.desk.made, &mut self.links);
                let mut found = false;
                walked.each(chain, seen.at, &mut |at| {
                    let key = links.key(at, *slots, wanted.as_deref(), made)?;
                    if key && found {
                        return Err(Stop);
                    }
                    found |= key;
                    Ok(())
                })?;
                if found { Cell::Made(from, self.desk.made.len()) } else { Cell::Null }
            }
            Value::Join { chain, separator } => {
                let from = self.desk.made.len();
                let (walked, made) = (self.walked, &mut self.desk.made);
                let mut count = 0;
                walked.each(chain, seen.at, &mut |at| {
                    let Leaf::Text(text) = walked.leaf(at) else { return Err(Stop) };
                    if count > 0 {
                        made.push_str(separator);
                    }
                    count += 1;
                    made.push_str(text);
                    Ok(())
                })?;
                if count == 0 { Cell::Null } else { Cell::Made(from, self.desk.made.len()) }
            }
        })
    }

    /// The cell of an element with a value. Its form is checked here, for what is wrong is wrong
    /// also where no row comes of it.
    #[inline]
    fn leaf(&self, at: At, form: LeafForm) -> Result<Cell, Stop> {
        match at {
            NONE => Ok(Cell::Null),
            at if !form.is(self.walked.tree.form(at)) => Err(Stop),
            at if form == LeafForm::Whole => whole(self.walked.leaf(at)).map(Cell::Int),
            at => Ok(Cell::At(at)),
        }
    }

    fn finish_row(&mut self) -> Result<(), Stop> {
        if self.rehearsals > 0 {
            return Ok(());
        }
        let Self { walked, space, columns, desk, links, zone, rows, .. } = self;
        for (cell, column) in desk.cells.iter().zip(columns.iter_mut()) {
            // Most cells are texts: they go by the shortest way, a slice from line to column.
            if let (Cell::At(at), Column::Plain(Array::Text(texts))) = (*cell, &mut *column) {
                texts.push(walked.tree.text(walked.line, at)).map_err(|_| Stop)?;
                continue;
            }
            let datum = match *cell {
                Cell::Null => {
                    column.push_null();
                    continue;
                }
                Cell::At(at) => of_leaf(walked.leaf(at)),
                Cell::Bool(value) => Datum::Bool(value),
                Cell::Int(value) => Datum::Int(value),
                Cell::Made(from, to) => Datum::Text(desk.made.get(from..to).unwrap_or_default()),
                Cell::Key => links.resource_key().map_or(Datum::Null, Datum::Text),
                Cell::Constant(number) => space.columns.get(number).map_or(Datum::Null, constant),
                Cell::List(number, at) => {
                    let program = space.columns.get(number).ok_or(Stop)?;
                    list(links, &program.value, at, column, zone)?;
                    continue;
                }
            };
            column.push(datum, zone).map_err(|_| Stop)?;
        }
        *rows += 1;
        if *rows > general::ROWS_MAX { Err(Stop) } else { Ok(()) }
    }
}

#[inline]
fn of_leaf(leaf: Leaf<'_>) -> Datum<'_> {
    match leaf {
        // Its form has been checked.
        Leaf::Object => Datum::Null,
        Leaf::Text(text) => Datum::Text(text),
        Leaf::Number(text) => Datum::Number(text),
        Leaf::Bool(value) => Datum::Bool(value),
    }
}

fn whole(leaf: Leaf<'_>) -> Result<i64, Stop> {
    match leaf {
        Leaf::Number(text) => text.parse().map_err(|_| Stop),
        _ => Err(Stop),
    }
}

/// A value of a list.
fn item(walked: Walked<'_>, at: At, form: LeafForm) -> Result<Datum<'_>, Stop> {
    match walked.leaf(at) {
        _ if !form.is(walked.tree.form(at)) => Err(Stop),
        leaf if form == LeafForm::Whole => whole(leaf).map(Datum::Int),
        leaf => Ok(of_leaf(leaf)),
    }
}

fn constant(column: &ColumnProgram) -> Datum<'_> {
    match &column.value {
        Value::Constant(Operand::Text(text)) => Datum::Text(text),
        Value::Constant(Operand::Number(text)) => Datum::Number(text),
        Value::Constant(Operand::Bool(value)) => Datum::Bool(*value),
        _ => Datum::Null,
    }
}

/// Makes sure that a list column takes all values.
fn check_list(walked: Walked<'_>, value: &Value, from: At) -> Result<(), Stop> {
    match value {
        Value::Leaf(chain, form) => {
            walked.each(chain, from, &mut |at| item(walked, at, *form).map(|_| ()))
        }
        // A list of what is always one value is for the general evaluator.
        Value::ReferenceKey { .. } => Ok(()),
        _ => Err(Stop),
    }
}

/// Puts all values of an expression into a list column as one row.
fn list(
    links: &mut Links<'_>,
    value: &Value,
    from: At,
    column: &mut Column,
    zone: &Zone,
) -> Result<(), Stop> {
    let Column::List(lists, _) = column else { return Err(Stop) };
    let walked = links.walked;
    match value {
        Value::Leaf(chain, form) => walked.each(chain, from, &mut |at| {
            lists.push_item(item(walked, at, *form)?, zone).map_err(|_| Stop)
        })?,
        Value::ReferenceKey { chain, slots, wanted } => {
            let mut made = String::new();
            walked.each(chain, from, &mut |at| {
                made.clear();
                if links.key(at, *slots, wanted.as_deref(), &mut made)? {
                    lists.push_item(Datum::Text(&made), zone).map_err(|_| Stop)?;
                }
                Ok(())
            })?;
        }
        _ => return Err(Stop),
    }
    lists.end_row();
    Ok(())
}

/// Gives the elements of a `repeat`, depth first; an element comes before what lies in it.
fn repeat(
    walked: Walked<'_>,
    first: &[Chain],
    again: &[Chain],
    from: At,
    take: &mut dyn FnMut(At) -> Result<(), Stop>,
) -> Result<(), Stop> {
    for chain in first {
        walked.each(chain, from, &mut |at| {
            take(at)?;
            repeat(walked, again, again, at, take)?;
            Ok(())
        })?;
    }
    Ok(())
}

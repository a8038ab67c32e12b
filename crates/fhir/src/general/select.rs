//! Selects: which elements they repeat over, and how their rows are put together.

use vocab::IssueCode;

use super::cell::{self, Cell};
use super::{REPEAT_MAX, ROWS_MAX, Wrong};
use crate::path::Expr;
use crate::path::ast::Kind;
use crate::path::eval::{self, Collection, Context, Value};
use crate::view::{Column, Each, Select, View, Where};

type Rows = Vec<Vec<Cell>>;

pub(super) struct Runner<'r, 'a> {
    pub(super) context: &'r Context<'a>,
}

impl<'a> Runner<'_, 'a> {
    /// The rows of a view; none where a condition does not hold.
    pub(super) fn view(&self, view: &View, focus: &Value<'a>) -> Result<Rows, Wrong> {
        for condition in &view.wheres {
            if !self.holds(condition, focus)? {
                return Ok(Vec::new());
            }
        }
        self.siblings(&view.selects, focus, 0)
    }

    fn ask(&self, expr: &Expr, focus: &Value<'a>, row: usize) -> Result<Collection<'a>, Wrong> {
        let row_index = i64::try_from(row).ok();
        let context = Context { row_index, ..self.context.clone() };
        let found = eval::evaluate(expr, std::slice::from_ref(focus), &context);
        found.map_err(|error| (IssueCode::PathFailed, format!("{expr}: {error}")))
    }

    /// Whether a condition is true; nothing is not true, and any other value is an error.
    fn holds(&self, condition: &Where, focus: &Value<'a>) -> Result<bool, Wrong> {
        let values = self.ask(&condition.path, focus, 0)?;
        let truth = match values.as_slice() {
            [] => Some(false),
            [Value::Boolean(value)] => Some(*value),
            [Value::Element(element)] => element.node.as_bool(),
            _ => None,
        };
        let told =
            || (IssueCode::PathFailed, format!("where {}: not true or false", condition.text));
        truth.ok_or_else(told)
    }

    /// The rows of selects that stand side by side: every combination.
    fn siblings(&self, selects: &[Select], focus: &Value<'a>, row: usize) -> Result<Rows, Wrong> {
        let mut rows = vec![Vec::new()];
        for select in selects {
            rows = combined(rows, &self.select(select, focus, row)?)?;
        }
        Ok(rows)
    }

    fn select(&self, select: &Select, focus: &Value<'a>, row: usize) -> Result<Rows, Wrong> {
        let elements = match &select.each {
            Each::None => return self.element(select, focus, row),
            Each::ForEach(path) | Each::ForEachOrNull(path) => self.ask(path, focus, row)?,
            Each::Repeat(paths) => {
                let mut found = Vec::new();
                self.repeat(paths, focus, row, &mut found)?;
                found
            }
        };
        if elements.is_empty() && matches!(select.each, Each::ForEachOrNull(_)) {
            return Ok(vec![select.columns().into_iter().map(absent).collect()]);
        }
        let mut rows = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            rows.extend(self.element(select, element, index)?);
            within_limit(rows.len())?;
        }
        Ok(rows)
    }

    /// The rows of a select over one element.
    ///
    /// Every column is asked for, also where a sibling without rows leaves none: what is wrong with
    /// a resource must not depend on what else it holds.
    fn element(&self, select: &Select, focus: &Value<'a>, row: usize) -> Result<Rows, Wrong> {
        let mut cells = Vec::with_capacity(select.columns.len());
        for column in &select.columns {
            cells.push(cell::of(column, &self.ask(&column.path, focus, row)?)?);
        }
        let mut rows = vec![cells];
        for nested in &select.selects {
            rows = combined(rows, &self.select(nested, focus, row)?)?;
        }
        if !select.union_all.is_empty() {
            let mut branches = Vec::new();
            for branch in &select.union_all {
                branches.extend(self.select(branch, focus, row)?);
                within_limit(branches.len())?;
            }
            rows = combined(rows, &branches)?;
        }
        Ok(rows)
    }

    /// Follows the paths again and again, depth first. A path that stands still never ends, so
    /// what is reached is counted.
    fn repeat(
        &self,
        paths: &[Expr],
        focus: &Value<'a>,
        row: usize,
        found: &mut Collection<'a>,
    ) -> Result<(), Wrong> {
        // A stack of its own: how deep the paths lead is the resource's to say.
        let mut waiting = vec![focus.clone()];
        let mut first = true;
        while let Some(element) = waiting.pop() {
            let mut below = Vec::new();
            for path in paths {
                below.extend(self.ask(path, &element, row)?);
            }
            if !std::mem::take(&mut first) {
                found.push(element);
            }
            if found.len() + waiting.len() + below.len() > REPEAT_MAX {
                let told = format!("repeat reaches more than {REPEAT_MAX} elements");
                return Err((IssueCode::PathFailed, told));
            }
            waiting.extend(below.into_iter().rev());
        }
        Ok(())
    }
}

/// A column's cell where `forEachOrNull` found nothing; the row's index is still known.
fn absent(column: &Column) -> Cell {
    match &column.path.kind {
        Kind::External(name) if name == "rowIndex" => Cell::Integer(0),
        _ => Cell::Null,
    }
}

/// Every row of the left with every row of the right.
fn combined(left: Rows, right: &Rows) -> Result<Rows, Wrong> {
    if let [only] = right.as_slice() {
        let mut left = left;
        left.iter_mut().for_each(|row| row.extend_from_slice(only));
        return Ok(left);
    }
    within_limit(left.len().saturating_mul(right.len()))?;
    let mut rows = Vec::with_capacity(left.len() * right.len());
    for first in &left {
        rows.extend(right.iter().map(|second| [first.as_slice(), second.as_slice()].concat()));
    }
    Ok(rows)
}

fn within_limit(rows: usize) -> Result<(), Wrong> {
    if rows > ROWS_MAX {
        let told = format!("more than {ROWS_MAX} rows of one resource");
        return Err((IssueCode::PathFailed, told));
    }
    Ok(())
}

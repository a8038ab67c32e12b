//! Both engines behind one signature, their cells as JSON.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use fhir::general::{self, Cell, Missed};
use fhir::json::Node;
use fhir::plan::{Layout, Plan};
use fhir::view::View;

use crate::sof::origin;

/// The evaluator that takes every expression.
pub(crate) fn general(view: &Arc<View>, resources: &[String]) -> Result<Vec<Vec<Node>>, String> {
    let mut rows = Vec::new();
    for (line, text) in resources.iter().enumerate() {
        let node = Node::parse(text).map_err(|error| error.to_string())?;
        let found = general::rows(view, &node, &origin(line), &mut Missed::default());
        let found = found.map_err(|issue| issue.to_string())?;
        rows.extend(found.into_iter().map(|row| row.into_iter().map(cell).collect()));
    }
    Ok(rows)
}

fn cell(cell: Cell) -> Node {
    match cell {
        Cell::Null => Node::Null,
        Cell::Boolean(value) => Node::Bool(value),
        Cell::Integer(value) => Node::Number(value.to_string().into()),
        Cell::Text(text) => Node::String(text.into()),
        Cell::List(items) => Node::Array(items.into_iter().map(self::cell).collect()),
    }
}

/// The compiled walk, as the program runs it.
pub(crate) fn plan(view: &Arc<View>, resources: &[String]) -> Result<Vec<Vec<Node>>, String> {
    let plan = Plan::new(std::slice::from_ref(view), Layout::Plain);
    let mut runner = plan.map_err(|issues| format!("{issues:?}"))?.runner();
    for (line, text) in resources.iter().enumerate() {
        runner.push(text, &origin(line)).map_err(|issue| issue.to_string())?;
    }
    let batch: RecordBatch = runner.take(0).map_err(|error| error.to_string())?;
    let row = |row: usize| batch.columns().iter().map(|column| value(column, row)).collect();
    Ok((0..batch.num_rows()).map(row).collect())
}

fn value(column: &dyn Array, row: usize) -> Node {
    if column.is_null(row) {
        return Node::Null;
    }
    match column.data_type() {
        DataType::Boolean => Node::Bool(column.as_boolean().value(row)),
        DataType::Int32 => number(&column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => number(&column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => number(&column.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => Node::String(column.as_string::<i32>().value(row).into()),
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            Node::Array((0..items.len()).map(|item| value(&items, item)).collect())
        }
        other => panic!("a column of type {other}"),
    }
}

fn number(value: &impl ToString) -> Node {
    Node::Number(value.to_string().into())
}

//! One person with several numbers: which number a row shows, and what a question for a number means
//! for the files.

use std::sync::Arc;

use arrow_array::builder::Int64Builder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::ArrowError;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, ident, lit};
use ledger::Aliases;
use vocab::PatientId;

use super::scan::Columns;
use crate::tables::PATIENT_ID;

/// The wanted columns, each row with the one number of its person.
pub(super) fn shown(
    wanted: RecordBatch,
    columns: &Columns,
    aliases: &Aliases,
) -> Result<RecordBatch, ArrowError> {
    let place = columns.wanted.iter().position(|place| *place == columns.patient);
    let Some(place) = place.filter(|_| !aliases.is_empty()) else { return Ok(wanted) };
    let patients = wanted.column(place).as_primitive::<Int64Type>();
    let Some(renamed) = renamed(patients, aliases) else { return Ok(wanted) };
    let (schema, mut all, _) = wanted.into_parts();
    if let Some(column) = all.get_mut(place) {
        *column = Arc::new(renamed);
    }
    RecordBatch::try_new(schema, all)
}

/// The numbers shown; none where all are shown as they are. Rows lie by patient, so the answer for
/// the row before is mostly the answer for this one.
fn renamed(patients: &Int64Array, aliases: &Aliases) -> Option<Int64Array> {
    let (mut last, mut changes) = (None, false);
    let mut numbers = Int64Builder::with_capacity(patients.len());
    for patient in patients {
        let number = match last {
            Some((known, number)) if known == patient => number,
            _ => patient.map(|stored| shown_as(stored, aliases)),
        };
        changes |= number != patient;
        numbers.append_option(number);
        last = Some((patient, number));
    }
    changes.then(|| numbers.finish())
}

fn shown_as(stored: i64, aliases: &Aliases) -> i64 {
    PatientId::from_stored(stored).map_or(stored, |patient| aliases.shown(patient).get())
}

/// What a filter over the numbers shown means for those in the files; none where files cannot be
/// skipped by it.
pub(super) fn in_files(filter: &Expr, aliases: &Aliases) -> Option<Expr> {
    let names_patients = filter.column_refs().iter().any(|column| column.name == PATIENT_ID);
    if aliases.is_empty() || !names_patients {
        return Some(filter.clone());
    }
    match filter {
        Expr::IsNull(_) | Expr::IsNotNull(_) => Some(filter.clone()),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let constant = whole(left).or_else(|| whole(right))?;
            Some(any_of([constant], aliases))
        }
        Expr::InList(InList { list, negated: false, .. }) => {
            let asked: Option<Vec<i64>> = list.iter().map(whole).collect();
            Some(any_of(asked?, aliases))
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_range(*op) => {
            let (shown, op) = match (whole(left), whole(right)) {
                (None, Some(constant)) => (constant, *op),
                (Some(constant), None) => (constant, op.swap()?),
                _ => return None,
            };
            Some(in_range(filter.clone(), (op, shown), aliases))
        }
        _ => None,
    }
}

fn is_range(op: Operator) -> bool {
    matches!(op, Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq)
}

/// A range of the numbers shown, and what is stored under other numbers and shown within it.
fn in_range(filter: Expr, (op, constant): (Operator, i64), aliases: &Aliases) -> Expr {
    let is_within = |shown: i64| match op {
        Operator::Lt => shown < constant,
        Operator::LtEq => shown <= constant,
        Operator::Gt => shown > constant,
        _ => shown >= constant,
    };
    let renamed = aliases.renamed().filter(|(_, shown)| is_within(shown.get()));
    let mut strays: Vec<i64> = renamed.map(|(number, _)| number.get()).collect();
    strays.sort_unstable();
    if strays.is_empty() {
        return filter;
    }
    filter.or(ident(PATIENT_ID).in_list(strays.into_iter().map(lit).collect(), false))
}

fn any_of(asked: impl IntoIterator<Item = i64>, aliases: &Aliases) -> Expr {
    let numbers = asked.into_iter().flat_map(|shown| {
        let person = PatientId::from_stored(shown).and_then(|patient| aliases.numbers(patient));
        match person {
            Some(person) => person.iter().map(|number| number.get()).collect(),
            None => vec![shown],
        }
    });
    ident(PATIENT_ID).in_list(numbers.map(lit).collect(), false)
}

fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int64(number), _) => *number,
        _ => None,
    }
}

//! Expressions of a view: read, with the view's constants put in the place of `%name`.

use vocab::IssueCode;

use super::constant::Constant;
use crate::model;
use crate::path::ast::{Expr, Kind};
use crate::path::{self, PathError};

/// Names after `%` that mean something without being declared.
pub(super) const ENVIRONMENT: &[&str] =
    &["rowIndex", "resource", "rootResource", "context", "ucum", "sct", "loinc"];

/// How many characters an expression may have.
const EXPRESSION_BYTES_MAX: usize = 10_000;

/// Reads an expression, or says what is wrong with it.
pub(super) fn read(text: &str, constants: &[Constant]) -> Result<Expr, (IssueCode, String)> {
    if text.len() > EXPRESSION_BYTES_MAX {
        let told = format!("longer than {EXPRESSION_BYTES_MAX} bytes");
        return Err((IssueCode::PathSyntax, told));
    }
    let mut expr = path::parse(text).map_err(|PathError { at, message }| {
        (IssueCode::PathSyntax, format!("{message}, at character {}", character(text, at)))
    })?;
    let mut unknown = None;
    put_constants(&mut expr, constants, &mut unknown);
    match unknown {
        None => Ok(expr),
        Some(name) => {
            let known = constants.iter().map(|constant| constant.name.as_str());
            let near = model::did_you_mean(&name, known.chain(ENVIRONMENT.iter().copied()));
            Err((IssueCode::UnknownConstant, format!("%{name}{near}")))
        }
    }
}

/// The number of the character, from 1, at which a byte stands.
fn character(text: &str, at: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < at).count() + 1
}

/// Puts constants in their places; notes the first name that nothing declares.
fn put_constants(expr: &mut Expr, constants: &[Constant], unknown: &mut Option<String>) {
    if let Kind::External(name) = &expr.kind {
        match constants.iter().find(|constant| constant.name == *name) {
            Some(constant) => expr.kind = Kind::Literal(constant.value.clone()),
            None if is_environment(name) => {}
            None => *unknown = unknown.take().or_else(|| Some(name.clone())),
        }
    }
    for part in parts_mut(expr) {
        put_constants(part, constants, unknown);
    }
}

fn is_environment(name: &str) -> bool {
    ENVIRONMENT.contains(&name) || name.starts_with("vs-") || name.starts_with("ext-")
}

fn parts_mut(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        Kind::Member { base, .. } => base.as_deref_mut().into_iter().collect(),
        Kind::Call { base, arguments, .. } => {
            base.as_deref_mut().into_iter().chain(arguments.iter_mut()).collect()
        }
        Kind::Item { base, index } => vec![base, index],
        Kind::Sign { of, .. } | Kind::TypeTest { of, .. } => vec![of],
        Kind::Binary { left, right, .. } => vec![left, right],
        Kind::Empty
        | Kind::Literal(_)
        | Kind::This
        | Kind::Index
        | Kind::Total
        | Kind::External(_) => Vec::new(),
    }
}

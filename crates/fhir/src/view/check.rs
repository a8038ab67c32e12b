//! What must hold in a view as a whole: names, versions, and branches that agree.

use std::collections::BTreeMap;

use vocab::{Issue, IssueCode, Place};

use super::{COLUMNS_MAX, Column, Select, View, expression, keys};

/// Adds what is wrong with the view.
pub(super) fn check(view: &View, issues: &mut Vec<Issue>) {
    let mut tell = |code, path: &str, detail: String| {
        issues.push(Issue::new(code, Place::at_path(path), detail));
    };
    match &view.name {
        None => tell(IssueCode::ViewElementAdvised, "name", String::new()),
        Some(name) if !is_sql_name(name) => tell(IssueCode::BadName, "name", shown(name)),
        Some(_) => {}
    }
    match &view.status {
        None => tell(IssueCode::ViewElementAdvised, "status", String::new()),
        Some(status) if !keys::STATUS.contains(&status.as_str()) => {
            let told = format!("must be one of {}", keys::STATUS.join(", "));
            tell(IssueCode::ViewElementInvalid, "status", told);
        }
        Some(_) => {}
    }
    let versions = &view.fhir_version;
    if !versions.is_empty() && !versions.iter().any(|version| version.starts_with("4.")) {
        let told = format!("{}; resources are read as 4.0.1", shown(&versions.join(", ")));
        tell(IssueCode::ViewElementInvalid, "fhirVersion", told);
    }
    constants(view, issues);
    columns(view, issues);
}

fn constants(view: &View, issues: &mut Vec<Issue>) {
    for (index, constant) in view.constants.iter().enumerate() {
        let mut tell = |code| {
            let place = Place::at_path(format!("constant[{index}].name"));
            issues.push(Issue::new(code, place, shown(&constant.name)));
        };
        if !is_sql_name(&constant.name) {
            tell(IssueCode::BadName);
        }
        let earlier = view.constants.iter().take(index);
        let taken = earlier.map(|other| other.name.as_str());
        if taken.chain(expression::ENVIRONMENT.iter().copied()).any(|name| name == constant.name) {
            tell(IssueCode::ViewElementInvalid);
        }
    }
}

fn columns(view: &View, issues: &mut Vec<Issue>) {
    let count = view.columns().len();
    if count == 0 && !view.selects.is_empty() {
        let told = "a view needs at least one column";
        issues.push(Issue::new(IssueCode::ViewElementMissing, Place::at_path("select"), told));
    }
    if count > COLUMNS_MAX {
        let told = format!("{count} columns; the limit is {COLUMNS_MAX}");
        issues.push(Issue::new(IssueCode::ViewElementInvalid, Place::at_path("select"), told));
    }
    let mut seen = BTreeMap::new();
    for (index, select) in view.selects.iter().enumerate() {
        names(select, &format!("select[{index}]"), &mut seen, issues);
    }
}

/// Checks the names under one select, adding them to those seen so far.
///
/// # Source
/// SQL-on-FHIR, `ValidateColumns`: branches of a union are each checked against what stands
/// before the union, and count as the columns of the first.
fn names(select: &Select, at: &str, seen: &mut BTreeMap<String, String>, issues: &mut Vec<Issue>) {
    for (index, column) in select.columns.iter().enumerate() {
        let place = format!("{at}.column[{index}].name");
        if !is_sql_name(&column.name) {
            let told = shown(&column.name);
            issues.push(Issue::new(IssueCode::BadName, Place::at_path(place.clone()), told));
        }
        if let Some(first) = seen.insert(column.name.clone(), place.clone()) {
            let told = format!("{}, first at {first}", shown(&column.name));
            issues.push(Issue::new(IssueCode::TwoColumnsOneName, Place::at_path(place), told));
        }
    }
    for (index, nested) in select.selects.iter().enumerate() {
        names(nested, &format!("{at}.select[{index}]"), seen, issues);
    }
    let before = seen.clone();
    let mut first: Option<Vec<&Column>> = None;
    for (index, branch) in select.union_all.iter().enumerate() {
        let place = format!("{at}.unionAll[{index}]");
        let mut seen_in_branch = before.clone();
        names(branch, &place, &mut seen_in_branch, issues);
        let columns = branch.columns();
        match &first {
            None => {
                *seen = seen_in_branch;
                first = Some(columns);
            }
            Some(first) => agree(first, &columns, &place, issues),
        }
    }
}

/// Compares a branch of a union with the first.
fn agree(first: &[&Column], other: &[&Column], place: &str, issues: &mut Vec<Issue>) {
    let mut tell = |told: String| {
        issues.push(Issue::new(IssueCode::UnionMismatch, Place::at_path(place), told));
    };
    let listed = |columns: &[&Column]| {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        shown(&names.join(", "))
    };
    let same_names = first.len() == other.len()
        && first.iter().zip(other).all(|(left, right)| left.name == right.name);
    if !same_names {
        tell(format!("the first has {}; this one has {}", listed(first), listed(other)));
        return;
    }
    for (left, right) in first.iter().zip(other) {
        let differ = matches!((&left.r#type, &right.r#type), (Some(a), Some(b)) if a != b);
        if differ {
            let kind = |column: &Column| column.r#type.clone().unwrap_or_default();
            tell(format!("{} is {} in the first, {} here", left.name, kind(left), kind(right)));
        }
        if left.collection != right.collection {
            tell(format!("{} is a collection in one of them only", left.name));
        }
    }
}

/// Whether databases take it as a name: a letter, then letters, digits and underscores.
fn is_sql_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A name cut to a length that fits a message.
fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

//! Checks a view against FHIR R4: elements that do not exist, conditions that are not true or
//! false, columns whose type cannot be what they declare.

use vocab::{Issue, IssueCode, Place};

use super::{Column, Each, Select, View};
use crate::model;
use crate::path::Expr;
use crate::path::check::{self, Focus, Order, Types, Wrong};

/// Adds what is wrong, and fills in the types of columns that declare none.
pub(super) fn check(view: &mut View, issues: &mut Vec<Issue>) {
    let resource = model::type_named(&view.resource).filter(|_| model::is_resource(&view.resource));
    let Some(resource) = resource else {
        if !view.resource.is_empty() {
            let names =
                model::types().map(|known| known.name).filter(|name| model::is_resource(name));
            let near = model::did_you_mean(&view.resource, names);
            let shown: String = view.resource.chars().take(64).collect();
            let place = Place::at_path("resource");
            issues.push(Issue::new(
                IssueCode::UnknownResourceType,
                place,
                format!("{shown}{near}"),
            ));
        }
        return;
    };
    let this = Types::one(resource.name);
    let mut checker = Checker { resource: this.clone(), issues };
    for (index, condition) in view.wheres.iter().enumerate() {
        let at = format!("where[{index}].path");
        let types = checker.expression(&condition.path, &this, &at);
        if types.never_true() {
            let told = format!("gives {}, not true or false", types.listed());
            checker.issues.push(Issue::new(
                IssueCode::ViewElementInvalid,
                Place::at_path(at),
                told,
            ));
        }
    }
    checker.selects(&mut view.selects, &this, "select");
}

/// How many types of a `repeat` are followed; FHIR has no path that reaches as many.
const REACHED_MAX: usize = 64;

struct Checker<'i> {
    resource: Types,
    issues: &'i mut Vec<Issue>,
}

impl Checker<'_> {
    fn expression(&mut self, expr: &Expr, this: &Types, at: &str) -> Types {
        let mut wrong = Vec::new();
        let types = check::of(expr, self.focus(this), &mut wrong);
        for Wrong { code, told, .. } in wrong {
            self.issues.push(Issue::new(code, Place::at_path(at), told));
        }
        types
    }

    fn focus<'f>(&'f self, this: &'f Types) -> Focus<'f> {
        Focus { this, resource: &self.resource, order: Order::Any }
    }

    fn selects(&mut self, selects: &mut [Select], this: &Types, at: &str) {
        for (index, select) in selects.iter_mut().enumerate() {
            let at = format!("{at}[{index}]");
            let inner = self.each(&select.each, this, &at);
            for (index, column) in select.columns.iter_mut().enumerate() {
                self.column(column, &inner, &format!("{at}.column[{index}]"));
            }
            self.selects(&mut select.selects, &inner, &format!("{at}.select"));
            self.selects(&mut select.union_all, &inner, &format!("{at}.unionAll"));
        }
    }

    /// The type of the elements over which a select repeats.
    fn each(&mut self, each: &Each, this: &Types, at: &str) -> Types {
        match each {
            Each::None => this.clone(),
            Each::ForEach(path) => self.expression(path, this, &format!("{at}.forEach")),
            Each::ForEachOrNull(path) => {
                self.expression(path, this, &format!("{at}.forEachOrNull"))
            }
            Each::Repeat(paths) => self.repeat(paths, this, at),
        }
    }

    /// A path may lead nowhere from some of the types that are reached; from all, it is probably
    /// misspelt, but the specification's suite takes it to give no rows.
    fn repeat(&mut self, paths: &[Expr], this: &Types, at: &str) -> Types {
        let mut reached = vec![this.clone()];
        let mut told: Vec<Option<Vec<Wrong>>> = vec![None; paths.len()];
        let mut all: Option<Types> = None;
        let mut next = 0;
        while let Some(from) = reached.get(next).cloned() {
            next += 1;
            for (path, told) in paths.iter().zip(&mut told) {
                let mut wrong = Vec::new();
                let types = check::of(path, self.focus(&from), &mut wrong);
                if !wrong.is_empty() {
                    told.get_or_insert(wrong);
                    continue;
                }
                *told = Some(Vec::new());
                all = Some(match all {
                    None => types.clone(),
                    Some(all) => all.and(types.clone()),
                });
                if reached.len() < REACHED_MAX && !reached.contains(&types) {
                    reached.push(types);
                }
            }
        }
        for (index, wrong) in told.into_iter().enumerate() {
            let place = Place::at_path(format!("{at}.repeat[{index}]"));
            let issue = |Wrong { code, told, .. }| match code {
                IssueCode::UnknownElement => {
                    Issue::new(IssueCode::PathLeadsNowhere, place.clone(), told)
                }
                code => Issue::new(code, place.clone(), told),
            };
            self.issues.extend(wrong.into_iter().flatten().map(issue));
        }
        all.unwrap_or_default()
    }

    fn column(&mut self, column: &mut Column, this: &Types, at: &str) {
        let types = self.expression(&column.path, this, &format!("{at}.path"));
        let given = types.primitive();
        let mut tell = |path: &str, told: String| {
            let place = Place::at_path(format!("{at}.{path}"));
            self.issues.push(Issue::new(IssueCode::ViewElementInvalid, place, told));
        };
        match &column.r#type {
            None if types.all_complex() => {
                tell("path", format!("gives {}; name one of its elements", types.listed()));
            }
            None => column.r#type = given.map(str::to_owned),
            Some(declared) if !is_type(declared) => {
                let names =
                    model::types().map(|known| known.name).filter(|name| model::is_primitive(name));
                let near = model::did_you_mean(declared, names);
                let shown: String = declared.chars().take(64).collect();
                tell("type", format!("there is no type {shown}{near}"));
            }
            Some(declared) if is_simple(declared) && types.all_complex() => {
                tell("path", format!("gives {}, declared {declared}", types.listed()));
            }
            Some(declared) => {
                if let Some(given) = given.filter(|given| !holds(declared, given)) {
                    tell("type", format!("{declared}, but the expression gives {given}"));
                }
            }
        }
    }
}

fn is_simple(name: &str) -> bool {
    name == "integer64" || model::is_primitive(name)
}

fn is_type(name: &str) -> bool {
    name == "integer64" || model::type_named(name).is_some()
}

/// Whether a column of the declared type can hold values of the given one.
fn holds(declared: &str, given: &str) -> bool {
    let whole = |name| matches!(name, "integer" | "positiveInt" | "unsignedInt" | "integer64");
    match declared {
        "boolean" => given == "boolean",
        "decimal" => given == "decimal" || whole(given),
        "date" | "dateTime" | "instant" => {
            matches!(given, "date" | "dateTime" | "instant" | "string" | "System.DateTime")
        }
        name if whole(name) => whole(given),
        _ => true,
    }
}

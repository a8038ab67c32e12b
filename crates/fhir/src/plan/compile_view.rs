//! Turns a view into the programs of its columns, conditions and repetitions.

use crate::model;
use crate::path::ast::{Expr, Kind, Literal, Op};
use crate::view::{Column, Each, Select, View};

use super::compile::{Compiler, Focus, Why, is_test, is_textual, literal, operand, type_argument};
use super::compile_test::count_of;
use super::program::{Chain, LeafForm, Operand, ReferenceSlots, Test, Value};
use super::shape::ROOT;

/// A view, compiled.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ViewProgram {
    pub(super) wheres: Vec<Test>,
    /// What is seen from the resource.
    pub(super) body: Body,
    /// The programs of all columns; the branches of a `unionAll` fill the same columns by several.
    pub(super) columns: Vec<ColumnProgram>,
    /// The FHIR type of each column's values, where it is known.
    pub(super) types: Vec<Option<String>>,
}

/// What is taken from one element: columns, and repetitions that multiply one another.
///
/// A select that repeats over nothing is part of the body around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Body {
    /// Numbers of column programs.
    pub(super) columns: Vec<usize>,
    pub(super) repeats: Vec<Repeated>,
}

/// Something that gives any number of rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Repeated {
    /// A body for each element.
    Each {
        over: Over,
        body: Body,
        /// Places in the row that the body fills, repetitions within it included.
        cells: Vec<usize>,
    },
    /// One body after another.
    Union(Vec<Body>),
}

/// A column, compiled.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColumnProgram {
    /// Its place in the row.
    pub(super) at: usize,
    pub(super) value: Value,
    /// Whether it holds a list.
    pub(super) list: bool,
}

/// Over which elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Over {
    /// All; without one there is no row.
    Every(Chain),
    /// All; without one there is a row of nulls.
    EveryOrNull(Chain),
    /// Those of the first chains, and after each, those the second chains give from it.
    Repeat { first: Vec<Chain>, again: Vec<Chain> },
}

/// A view's program as far as it has come.
#[derive(Debug, Default)]
struct Draft {
    program: ViewProgram,
    /// The place of the next column in the row.
    at: usize,
}

impl Draft {
    fn add(&mut self, value: Value, fhir: String, list: bool, body: &mut Body) {
        let Self { program, at } = self;
        if program.types.len() <= *at {
            program.types.push(Some(fhir));
        }
        body.columns.push(program.columns.len());
        program.columns.push(ColumnProgram { at: *at, value, list });
        *at += 1;
    }
}

impl Compiler<'_> {
    /// Compiles a view, or tells at which column or condition it cannot and why.
    pub(super) fn view(&mut self, view: &View) -> Result<ViewProgram, Why> {
        let root = self.root();
        let mut draft = Draft::default();
        for condition in &view.wheres {
            let test = self.test(&condition.path, root);
            let test = test.map_err(|why| format!("where {:?}: {why}", condition.text))?;
            draft.program.wheres.push(test);
        }
        let mut body = Body::default();
        for select in &view.selects {
            self.select(select, root, &mut draft, &mut body)?;
        }
        Ok(ViewProgram { body, ..draft.program })
    }

    /// Adds a select to the body around it.
    fn select(
        &mut self,
        select: &Select,
        focus: Focus,
        draft: &mut Draft,
        around: &mut Body,
    ) -> Result<(), Why> {
        let Some((over, focus)) = self.each(&select.each, focus)? else {
            return self.fill(select, focus, draft, around);
        };
        let from = draft.at;
        let mut body = Body::default();
        self.fill(select, focus, draft, &mut body)?;
        around.repeats.push(Repeated::Each { over, body, cells: (from..draft.at).collect() });
        Ok(())
    }

    /// Adds columns, nested selects and branches of a select to the body they belong to.
    fn fill(
        &mut self,
        select: &Select,
        focus: Focus,
        draft: &mut Draft,
        body: &mut Body,
    ) -> Result<(), Why> {
        for column in &select.columns {
            let compiled = self.column(column, focus);
            let compiled = compiled.and_then(|(value, fhir)| {
                let declared = column.r#type.as_deref();
                fits(declared, fhir).map(|()| (value, fhir.to_owned()))
            });
            let (value, fhir) =
                compiled.map_err(|why| format!("column {:?}: {why}", column.name))?;
            draft.add(value, fhir, column.collection, body);
        }
        for nested in &select.selects {
            self.select(nested, focus, draft, body)?;
        }
        if select.union_all.is_empty() {
            return Ok(());
        }
        // The branches fill the same columns.
        let (from, mut branches) = (draft.at, Vec::new());
        for branch in &select.union_all {
            draft.at = from;
            let mut body = Body::default();
            self.select(branch, focus, draft, &mut body)?;
            branches.push(body);
        }
        body.repeats.push(Repeated::Union(branches));
        Ok(())
    }

    /// Over what a select repeats and what is seen then; nothing where it does not repeat.
    fn each(&mut self, each: &Each, focus: Focus) -> Result<Option<(Over, Focus)>, Why> {
        let mut over = |path: &Expr| -> Result<(Chain, Focus), Why> {
            let cursor = self.chain(path, focus).map_err(|why| format!("forEach: {why}"))?;
            let focus = cursor.focus()?;
            Ok((cursor.chain, focus))
        };
        match each {
            Each::None => Ok(None),
            Each::ForEach(path) => {
                over(path).map(|(chain, focus)| Some((Over::Every(chain), focus)))
            }
            Each::ForEachOrNull(path) => {
                over(path).map(|(chain, focus)| Some((Over::EveryOrNull(chain), focus)))
            }
            Each::Repeat(paths) => self.repeat(paths, focus).map(Some),
        }
    }

    /// The paths must lead to one type, and from it to itself; a path that does not exist from
    /// where it starts gives nothing there.
    fn repeat(&mut self, paths: &[Expr], focus: Focus) -> Result<(Over, Focus), Why> {
        let mut first = Vec::new();
        let mut item: Option<Focus> = None;
        for path in paths {
            let Ok(cursor) = self.chain(path, focus) else { continue };
            self.join(&mut item, cursor.focus()?)?;
            first.push(cursor.chain);
        }
        let item_focus = item.ok_or("repeat: no path leads anywhere")?;
        let mut again = Vec::new();
        for path in paths {
            let Ok(cursor) = self.chain(path, item_focus) else { continue };
            self.join(&mut item, cursor.focus()?)?;
            again.push(cursor.chain);
        }
        if first.len().max(again.len()) < paths.len() {
            return Err("repeat: a path that leads nowhere".to_owned());
        }
        // A path that stands still never ends; the general runner counts what it reaches.
        let still = |chain: &Chain| {
            chain.from_resource || chain.parts.iter().all(|part| part.steps.is_empty())
        };
        if again.iter().any(still) {
            return Err("repeat: a path that leads back to where it was".to_owned());
        }
        Ok((Over::Repeat { first, again }, item_focus))
    }

    fn join(&mut self, item: &mut Option<Focus>, found: Focus) -> Result<(), Why> {
        let held = *item.get_or_insert(found);
        if held.fhir != found.fhir {
            return Err(format!("repeat: {} and {} together", held.fhir, found.fhir));
        }
        self.shapes.unite(held.shape, found.shape).ok_or("too many different elements".to_owned())
    }

    /// The program of a column and the FHIR type of its values.
    fn column(&mut self, column: &Column, focus: Focus) -> Result<(Value, &'static str), Why> {
        let expr = &column.path;
        let typed = |value, fhir: &'static str| Ok((value, fhir));
        match &expr.kind {
            Kind::External(name) if name == "rowIndex" => typed(Value::RowIndex, "integer"),
            Kind::Call { base, name, arguments } => match (name.as_str(), arguments.as_slice()) {
                ("getResourceKey", []) => {
                    let end = self.elements(base.as_deref(), focus)?.focus()?;
                    if end.shape != ROOT {
                        return Err("the key of a resource within another".to_owned());
                    }
                    typed(Value::ResourceKey, "string")
                }
                ("getReferenceKey", wanted) => {
                    let value = self.reference_key(base.as_deref(), wanted, focus)?;
                    typed(value, "string")
                }
                ("join", separator) => {
                    typed(self.joined(base.as_deref(), separator, focus)?, "string")
                }
                _ => self.plain_column(column, focus),
            },
            _ => self.plain_column(column, focus),
        }
    }

    fn plain_column(
        &mut self,
        column: &Column,
        focus: Focus,
    ) -> Result<(Value, &'static str), Why> {
        let (expr, declared) = (&column.path, column.r#type.as_deref());
        let typed = |value, fhir: &'static str| Ok((value, fhir));
        if let Some(literal) = literal(expr) {
            let (operand, fhir) = constant(&literal).ok_or("a literal of this type")?;
            return typed(Value::Constant(operand), fhir);
        }
        if let Some(counted) = count_of(expr) {
            return typed(Value::Count(self.elements(counted, focus)?.chain), "integer");
        }
        let by_form = match &expr.kind {
            Kind::Binary { op, .. } => is_test(*op),
            Kind::Call { name, .. } => matches!(
                name.as_str(),
                "exists" | "empty" | "not" | "startsWith" | "endsWith" | "contains"
            ),
            _ => false,
        };
        if by_form {
            return typed(Value::Test(self.test(expr, focus)?), "boolean");
        }
        if let Some(branches) = first_of_union(expr) {
            return self.first_of(&branches, focus);
        }
        let cursor = self.chain(expr, focus)?;
        let fhir = cursor.focus()?.fhir;
        let form = LeafForm::of(fhir).ok_or_else(|| format!("a {fhir} as a value"))?;
        let whole = ["integer", "positiveInt", "unsignedInt", "integer64"];
        let form = match declared.unwrap_or(fhir) {
            column if whole.contains(&column) && form == LeafForm::Number => LeafForm::Whole,
            _ => form,
        };
        Ok((Value::Leaf(cursor.chain, form), fhir))
    }

    /// The first of several paths that leads to something, all to strings in JSON: a union keeps
    /// the order of its sides here, and of equal values it keeps the first.
    fn first_of(&mut self, of: &[&Expr], focus: Focus) -> Result<(Value, &'static str), Why> {
        let (mut chains, mut fhir) = (Vec::new(), None);
        for path in of {
            let cursor = self.chain(path, focus)?;
            let found = cursor.focus()?.fhir;
            if LeafForm::of(found) != Some(LeafForm::Text) {
                return Err(format!("a {found} in a union"));
            }
            fhir.get_or_insert(found);
            chains.push(cursor.first().chain);
        }
        let fhir = fhir.ok_or("a union of nothing")?;
        Ok((Value::FirstOf(chains, LeafForm::Text), fhir))
    }

    fn reference_key(
        &mut self,
        base: Option<&Expr>,
        wanted: &[Expr],
        focus: Focus,
    ) -> Result<Value, Why> {
        let wanted = match wanted {
            [] => None,
            [argument] => {
                Some(type_argument(argument).ok_or("a type that is not a name")?.to_owned())
            }
            _ => return Err("getReferenceKey() with several arguments".to_owned()),
        };
        let cursor = self.elements(base, focus)?;
        let end = cursor.focus()?;
        if end.fhir != "Reference" {
            return Err(format!("getReferenceKey() of a {}", end.fhir));
        }
        let (reference, _) = self.key(end.shape, "reference")?;
        let (identifier, _) = self.key(end.shape, "identifier")?;
        let slots = ReferenceSlots { reference, identifier };
        Ok(Value::ReferenceKey { chain: cursor.chain, slots, wanted })
    }

    fn joined(&mut self, base: Option<&Expr>, with: &[Expr], focus: Focus) -> Result<Value, Why> {
        let separator = match with {
            [] => String::new(),
            [Expr { kind: Kind::Literal(Literal::String(separator)), .. }] => separator.clone(),
            _ => return Err("join() with what is not a literal".to_owned()),
        };
        let cursor = self.elements(base, focus)?;
        if !is_textual(cursor.focus()?.fhir) {
            return Err("join() of what are not strings".to_owned());
        }
        Ok(Value::Join { chain: cursor.chain, separator })
    }
}

/// The paths of `(a | b | …).first()`.
fn first_of_union(expr: &Expr) -> Option<Vec<&Expr>> {
    fn sides<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
        match &expr.kind {
            Kind::Binary { op: Op::Union, left, right } => {
                sides(left, found);
                sides(right, found);
            }
            _ => found.push(expr),
        }
    }
    let Kind::Call { base: Some(base), name, arguments } = &expr.kind else { return None };
    let mut found = Vec::new();
    sides(base, &mut found);
    (name == "first" && arguments.is_empty() && found.len() > 1).then_some(found)
}

/// Whether values of a type go into a column that declares another; the rest is left to the
/// general evaluator, which says what is wrong.
fn fits(declared: Option<&str>, fhir: &str) -> Result<(), Why> {
    let form = LeafForm::of(fhir);
    let fits = match declared {
        None => true,
        Some("boolean") => form == Some(LeafForm::Bool),
        Some("integer" | "positiveInt" | "unsignedInt" | "integer64" | "decimal") => {
            form == Some(LeafForm::Number)
        }
        Some("date" | "dateTime" | "instant" | "time") => form == Some(LeafForm::Text),
        Some(declared) => model::is_primitive(declared),
    };
    if fits {
        return Ok(());
    }
    Err(format!("a {fhir} in a column of type {}", declared.unwrap_or_default()))
}

/// A literal as a column's value, and its type.
fn constant(literal: &Literal) -> Option<(Operand, &'static str)> {
    let fhir = match literal {
        Literal::Boolean(_) => "boolean",
        Literal::String(_) => "string",
        Literal::Integer(_) => "integer",
        Literal::Long(_) => "integer64",
        Literal::Decimal(_) => "decimal",
        Literal::Date(text) => return Some((Operand::Text(text.clone()), "date")),
        Literal::DateTime(text) => return Some((Operand::Text(text.clone()), "dateTime")),
        Literal::Time(_) | Literal::Quantity(..) => return None,
    };
    Some((operand(literal)?.0, fhir))
}

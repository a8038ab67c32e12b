//! Views compiled into one walk over the text of a resource.
//!
//! [`Plan::new`] merges the paths of all views of one resource type into one tree of keys. A
//! [`Runner`] then walks each resource's JSON once, keeps the elements the views need, and puts
//! their values straight into Arrow columns. What does not compile, and any resource that is not
//! as FHIR defines it, goes to the general evaluator, whose rows enter the same columns; so the
//! walk only ever has to be right about what it knows. [`Plan::explain`] says which view runs how.
//!
//! A resource enters all its tables or none: an error takes back what it had put in.

mod array;
mod careful;
mod column;
mod compile;
mod compile_test;
mod compile_view;
mod eval;
mod identity;
mod kind;
mod levels;
mod links;
mod patient;
mod program;
mod rows;
mod runner;
pub(crate) mod scan;
mod shape;
mod space;
mod system;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};
use vocab::date::Zone;
use vocab::{Issue, IssueCode, Place};

use crate::model;
use crate::view::View;

pub use patient::PatientResolver;
pub use runner::{Pushed, Runner};

use compile::Compiler;
use compile_view::ViewProgram;
use kind::Shape;
use links::ContainedSlots;
use patient::Who;
use shape::{ROOT, Shapes};
use space::{Membership, Space};
use system::SystemSlots;

/// How rows are laid out.
#[derive(Clone)]
pub enum Layout {
    /// The declared columns alone. Dates and decimals are texts as written, unless a tag
    /// `ansi/type` names another type.
    Plain,
    /// The lake's rows.
    ///
    /// # Shape
    /// `patient_id: Int64` (null if it cannot be told), `resource_key: Utf8`, `version: Utf8`,
    /// `last_updated: Timestamp(µs, UTC)`, `line: Int64`, then the view's columns. Beside a
    /// decimal `x` (Float64) stands `x_text`; beside a date `x` (Utf8, as written) `x_precision`,
    /// `x_low`, `x_high` (half-open) and `x_day`; a date whose tag `ansi/type` is `DATE` is its
    /// local day alone (Date32, null where the text is vaguer than a day). Source, load and file are the same for a whole
    /// batch, so the writer adds them.
    Lake {
        /// In which days begin and end and texts without an offset are read.
        zone: Zone,
        /// Gives patients their numbers.
        patients: Arc<dyn PatientResolver + Send + Sync>,
    },
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Lake { .. } => "Lake",
        })
    }
}

/// Views of one resource type, ready to run. Cheap to clone; the clones share everything.
#[derive(Clone, Debug)]
pub struct Plan {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    resource: &'static str,
    views: Vec<PlannedView>,
    spaces: Vec<Space>,
    layout: Layout,
    shapes: Shapes,
    system: SystemSlots,
    who: Who,
    contained: Option<ContainedSlots>,
}

#[derive(Debug)]
struct PlannedView {
    view: Arc<View>,
    /// Why it has no program.
    not_compiled: Option<String>,
    member: Membership,
    schema: SchemaRef,
}

/// How one view runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The view's name, or its place among the views.
    pub view: String,
    /// Why the view runs on the general evaluator: the column and what is not compiled.
    ///
    /// # Nulls
    /// Absent for a compiled view.
    pub not_compiled: Option<String>,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.not_compiled {
            None => write!(f, "{}: compiled", self.view),
            Some(why) => write!(f, "{}: general evaluator ({why})", self.view),
        }
    }
}

/// Compilation passes: `repeat` moves keys from shape to shape, which later passes then find.
const PASSES_MAX: usize = 8;

impl Plan {
    /// Plans views of one resource type.
    ///
    /// # Errors
    /// One issue for each thing that is wrong: no view, views of several types, a type FHIR R4
    /// does not have, a column's `ansi/type` that is not known.
    pub fn new(views: &[Arc<View>], layout: Layout) -> Result<Self, Vec<Issue>> {
        let Some(first) = views.first() else {
            let told = "a plan needs a view to know its resource type";
            return Err(vec![Issue::new(IssueCode::ViewElementMissing, Place::default(), told)]);
        };
        Self::for_resource(&first.resource, views, layout)
    }

    /// Plans any number of views, also none, of this resource type. Without views the runner still
    /// tells key, version and patient of each resource.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn for_resource(
        resource: &str,
        views: &[Arc<View>],
        layout: Layout,
    ) -> Result<Self, Vec<Issue>> {
        let Some(found) = model::type_named(resource).filter(|_| model::is_resource(resource))
        else {
            let place = Place::at_path("resource");
            return Err(vec![Issue::new(IssueCode::UnknownResourceType, place, resource)]);
        };
        let other = views.iter().find(|view| view.resource != resource);
        if let Some(other) = other {
            let told = format!("{resource} and {} in one plan", other.resource);
            let place = Place::at_path("resource");
            return Err(vec![Issue::new(IssueCode::ViewElementInvalid, place, told)]);
        }
        let mut shapes = Shapes::new();
        let compiled = compile_all(views, found.name, &mut shapes);
        let (mut laid_out, mut issues) = (Vec::new(), Vec::new());
        for (view, program) in views.iter().zip(&compiled) {
            match lay_out(view, program.as_ref().ok(), &layout) {
                Ok(found) => laid_out.push(found),
                Err(wrong) => issues.extend(wrong),
            }
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        let reasons: Vec<_> =
            compiled.iter().map(|program| program.as_ref().err().cloned()).collect();
        let (schemas, columns): (Vec<_>, Vec<_>) = laid_out.into_iter().unzip();
        let programs = compiled.into_iter().map(Result::ok).zip(columns).collect();
        let (spaces, members) = space::share(programs);
        let parts = views.iter().zip(reasons).zip(members).zip(schemas);
        let planned = parts.map(|(((view, not_compiled), member), schema)| PlannedView {
            view: Arc::clone(view),
            not_compiled,
            member,
            schema,
        });
        let planned = planned.collect();
        let wide = || vec![Issue::new(IssueCode::ViewElementInvalid, Place::default(), "too wide")];
        let system = SystemSlots::new(&mut shapes).ok_or_else(wide)?;
        let who = match &layout {
            Layout::Plain => Who::Nobody,
            Layout::Lake { .. } => Who::new(found.name, &mut shapes).ok_or_else(wide)?,
        };
        let follows = spaces.iter().any(follows_references);
        let contained = if follows { contained_slots(&mut shapes) } else { None };
        let inner = Inner {
            resource: found.name,
            views: planned,
            spaces,
            layout,
            shapes,
            system,
            who,
            contained,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The resource type.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.inner.resource
    }

    /// How many views there are.
    #[must_use]
    pub fn views(&self) -> usize {
        self.inner.views.len()
    }

    /// How each view runs, in their order.
    #[must_use]
    pub fn explain(&self) -> Vec<Explained> {
        let told = |(at, planned): (usize, &PlannedView)| Explained {
            view: planned.view.name.clone().unwrap_or_else(|| format!("view {}", at + 1)),
            not_compiled: planned.not_compiled.clone(),
        };
        self.inner.views.iter().enumerate().map(told).collect()
    }

    /// The columns of a view's batches.
    ///
    /// # Nulls
    /// Empty for a view there is not.
    #[must_use]
    pub fn schema(&self, view: usize) -> SchemaRef {
        let found = self.inner.views.get(view);
        found.map_or_else(|| Arc::new(Schema::empty()), |planned| Arc::clone(&planned.schema))
    }

    /// Begins a run with empty columns.
    #[must_use]
    pub fn runner(&self) -> Runner {
        Runner::new(Arc::clone(&self.inner))
    }
}

/// The schema of a view's batches and how each of its columns is laid out.
fn lay_out(
    view: &View,
    program: Option<&ViewProgram>,
    layout: &Layout,
) -> Result<(SchemaRef, Vec<Shape>), Vec<Issue>> {
    let lake = matches!(layout, Layout::Lake { .. });
    let (mut columns, mut issues) = (Vec::new(), Vec::new());
    let mut fields: Vec<Field> = if lake { system::fields() } else { Vec::new() };
    for (at, column) in view.columns().into_iter().enumerate() {
        let inferred = program.and_then(|program| program.types.get(at)?.as_deref());
        match kind::shape(column, inferred, lake) {
            Ok(shape) => {
                fields.extend(kind::fields(&column.name, shape));
                columns.push(shape);
            }
            Err(issue) => issues.push(issue),
        }
    }
    for (at, field) in fields.iter().enumerate() {
        if fields.iter().take(at).any(|before| before.name() == field.name()) {
            let place = Place::at_path("select");
            issues.push(Issue::new(IssueCode::TwoColumnsOneName, place, field.name()));
        }
    }
    if issues.is_empty() { Ok((Arc::new(Schema::new(fields)), columns)) } else { Err(issues) }
}

fn follows_references(space: &Space) -> bool {
    let is_key = |column: &compile_view::ColumnProgram| {
        matches!(column.value, program::Value::ReferenceKey { .. })
    };
    space.columns.iter().any(is_key)
}

/// Compiles every view, again until the shapes stay as they are, for then the slots are final.
fn compile_all(
    views: &[Arc<View>],
    resource: &'static str,
    shapes: &mut Shapes,
) -> Vec<Result<ViewProgram, String>> {
    for _ in 0..PASSES_MAX {
        let before = shapes.clone();
        let mut compiled = Vec::new();
        for view in views {
            // What a view that fails has added is not kept.
            let mut tried = shapes.clone();
            let program = Compiler { shapes: &mut tried, resource }.view(view);
            if program.is_ok() {
                *shapes = tried;
            }
            compiled.push(program);
        }
        if *shapes == before {
            return compiled;
        }
    }
    *shapes = Shapes::new();
    views.iter().map(|_| Err("repeat: the paths do not settle".to_owned())).collect()
}

fn contained_slots(shapes: &mut Shapes) -> Option<ContainedSlots> {
    let (contained, within) = shapes.key(ROOT, "contained")?;
    let (id, _) = shapes.key(within, "id")?;
    let (resource_type, _) = shapes.key(within, "resourceType")?;
    Some(ContainedSlots { contained, id, resource_type })
}

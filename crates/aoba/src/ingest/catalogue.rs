//! Every table a load fills: the bundled views, the user's own, and the three tables of the house.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use arrow_schema::Schema;
use fhir::path::ast::{Expr, Kind, Literal};
use fhir::plan::{Layout, Plan};
use fhir::view::{self, Column, Each, Select, View};
use lake::tables::{About, TableSpec, system_fields};
use sha2::{Digest as _, Sha256};
use slices::records::tables as bundled;
use vocab::{Issue, IssueCode, Locale, Place, Severity};

use super::system;
use crate::view::told;

/// Stands in every definition's hash: a new number means that every table is built again.
const LAYOUT_VERSION: &str = "2";
/// Columns the lake adds before those of a view; the plan makes the rest of them.
const PLAN_SYSTEM_COLUMNS: usize = 5;

/// The tables and how resources reach them.
pub(crate) struct Catalogue {
    /// Every table: those of views first, then `resource`, `extension` and `deletion`.
    pub(crate) specs: Vec<TableSpec>,
    /// For each resource type with views: its plan and the tables of the views.
    types: BTreeMap<String, TypeTables>,
    layout: Layout,
}

/// How the resources of one type become rows.
#[derive(Clone)]
pub(crate) struct TypeTables {
    /// All views of the type, compiled together; none for a type without tables of its own.
    pub(crate) plan: Plan,
    /// The table of each view, as a position in the catalogue.
    pub(crate) tables: Vec<usize>,
    /// Extension addresses that some column takes.
    pub(crate) known_extensions: Arc<BTreeSet<String>>,
}

/// A view on its way to a table.
struct Defined {
    view: Arc<View>,
    about: About,
    hash: String,
}

impl Catalogue {
    /// Reads the bundled views and those in `views/` of the home, and compiles them.
    ///
    /// # Errors
    /// When a view of the user's is wrong: all that is wrong is told, by file and path.
    pub(crate) fn read(home: &Path, layout: Layout, locale: Locale) -> anyhow::Result<Self> {
        let mut defined = Vec::new();
        for table in bundled::TABLES {
            let (view, issues) = view::read(table.view_json.as_bytes());
            let wrong = || format!("the bundled view {}: {}", table.name, told(&issues, locale));
            let mut view = view.with_context(wrong)?;
            view.name = Some(table.name.to_owned());
            let about = match table.about {
                bundled::About::Patient => About::PatientKey,
                bundled::About::PatientWhereGiven { why } => {
                    About::NotAboutPeople { why: why.to_owned() }
                }
            };
            let hash = definition_hash(table.view_json.as_bytes());
            defined.push(Defined { view: Arc::new(view), about, hash });
        }
        own_views(home, &mut defined, locale)?;
        Self::compile(&defined, layout, locale)
    }

    fn compile(defined: &[Defined], layout: Layout, locale: Locale) -> anyhow::Result<Self> {
        let mut by_type: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, one) in defined.iter().enumerate() {
            by_type.entry(one.view.resource.clone()).or_default().push(at);
        }
        let mut specs: Vec<Option<TableSpec>> = defined.iter().map(|_| None).collect();
        let mut types = BTreeMap::new();
        for (resource_type, tables) in by_type {
            let of_type: Vec<&Defined> = tables.iter().filter_map(|at| defined.get(*at)).collect();
            let views: Vec<Arc<View>> = of_type.iter().map(|one| Arc::clone(&one.view)).collect();
            let plan = match Plan::for_resource(&resource_type, &views, layout.clone()) {
                Ok(plan) => plan,
                Err(issues) => bail!("{}", told(&issues, locale)),
            };
            for (place, (at, one)) in tables.iter().zip(&of_type).enumerate() {
                if let Some(slot) = specs.get_mut(*at) {
                    *slot = Some(spec(one, &plan.schema(place)));
                }
            }
            let known = Arc::new(extensions_of(&views));
            types.insert(resource_type, TypeTables { plan, tables, known_extensions: known });
        }
        let mut specs: Vec<TableSpec> = specs.into_iter().flatten().collect();
        specs.push(system::resource_spec());
        specs.push(system::extension_spec());
        specs.push(system::deletion_spec());
        Ok(Self { specs, types, layout })
    }

    /// How resources of this type become rows; a type without views has a plan that only tells
    /// key, version and patient.
    pub(crate) fn of_type(&self, resource_type: &str) -> Result<TypeTables, Vec<Issue>> {
        if let Some(found) = self.types.get(resource_type) {
            return Ok(found.clone());
        }
        let plan = Plan::for_resource(resource_type, &[], self.layout.clone())?;
        Ok(TypeTables { plan, tables: Vec::new(), known_extensions: Arc::default() })
    }

    /// The position of the table `resource`.
    pub(crate) fn resource_table(&self) -> usize {
        self.specs.len().saturating_sub(3)
    }

    /// The position of the table `extension`.
    pub(crate) fn extension_table(&self) -> usize {
        self.specs.len().saturating_sub(2)
    }

    /// The position of the table `deletion`.
    pub(crate) fn deletion_table(&self) -> usize {
        self.specs.len().saturating_sub(1)
    }
}

/// Reads the user's views.
fn own_views(home: &Path, defined: &mut Vec<Defined>, locale: Locale) -> anyhow::Result<()> {
    let folder = home.join("views");
    if !folder.is_dir() {
        return Ok(());
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut wrong = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path)
            .with_context(|| format!("cannot read the view {}", path.display()))?;
        let (view, mut issues) = view::read(&bytes);
        if let Some(view) = view {
            issues.extend(own_issues(&view, defined));
            let about = defined.iter().find(|one| one.view.resource == view.resource);
            let about = about.map_or(About::PatientKey, |one| one.about.clone());
            let hash = definition_hash(&bytes);
            defined.push(Defined { view: Arc::new(view), about, hash });
        }
        let name = path.to_string_lossy();
        let errors = issues.into_iter().filter(|issue| issue.severity() == Severity::Error);
        wrong.extend(errors.map(|issue| issue.in_file(&name)));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}", told(&wrong, locale))
}

/// What is wrong with a view as a table of this house, beyond what is wrong with it as a view.
fn own_issues(view: &View, defined: &[Defined]) -> Vec<Issue> {
    let mut issues = Vec::new();
    let name = view.name.as_deref().unwrap_or_default();
    let house = ["resource", "extension", "deletion"];
    let taken = defined.iter().any(|one| one.view.name.as_deref() == Some(name));
    if name.is_empty() || name != name.to_lowercase() {
        let detail = format!("{name:?}: a table's name is in lower case");
        issues.push(Issue::new(IssueCode::BadName, Place::at_path("name"), detail));
    } else if taken || house.contains(&name) {
        let detail = format!("{name}: another table has this name");
        issues.push(Issue::new(IssueCode::BadName, Place::at_path("name"), detail));
    }
    let system: BTreeSet<String> =
        system_fields().iter().map(|field| field.name().clone()).collect();
    for column in view.columns() {
        if system.contains(&column.name) {
            let place = Place::at_path(format!("column {}", column.name));
            issues.push(Issue::new(IssueCode::TwoColumnsOneName, place, "a column of every table"));
        }
    }
    issues.extend(identifying(view));
    issues
}

/// Types that are about persons, and their elements that say who the person is.
const PERSONS: [&str; 4] = ["Patient", "RelatedPerson", "Person", "Practitioner"];
const IDENTIFYING: [&str; 7] =
    ["name", "telecom", "address", "identifier", "photo", "contact", "text"];

/// Columns that would carry names or addresses into a table.
fn identifying(view: &View) -> Vec<Issue> {
    if !PERSONS.contains(&view.resource.as_str()) {
        return Vec::new();
    }
    let mut issues = Vec::new();
    each_expression(&view.selects, &mut |place, expression| {
        each_node(expression, &mut |kind| {
            if let Kind::Member { name, .. } = kind
                && IDENTIFYING.contains(&name.as_str())
            {
                let place = Place::at_path(place);
                issues.push(Issue::new(IssueCode::Identifying, place, name.clone()));
            }
        });
    });
    issues
}

/// The column that tells on which day happened what a row is about, in a table that has one.
const EVENT_DAY: &str = "event_day";

/// Which day tells that best in a table without one, such as a house's own, the surest first.
const CLINICAL_DAYS: [&str; 9] = [
    "effective",
    "performed",
    "occurrence",
    "recorded",
    "onset",
    "collected",
    "authored",
    "started",
    "start",
];

fn spec(one: &Defined, planned: &Schema) -> TableSpec {
    let mut fields = system_fields();
    let own = planned.fields().iter().skip(PLAN_SYSTEM_COLUMNS);
    fields.extend(own.map(|field| field.as_ref().clone()));
    let columns: Vec<&Column> = one.view.columns();
    let described = columns
        .iter()
        .filter_map(|column| Some((column.name.clone(), column.description.clone()?)));
    let days = || fields.iter().filter(|field| field.name().ends_with("_day"));
    let named = |part: &str| days().find(|field| field.name().contains(part));
    let day = days()
        .find(|field| field.name() == EVENT_DAY)
        .or_else(|| CLINICAL_DAYS.iter().find_map(|part| named(part)))
        .or_else(|| days().next());
    TableSpec {
        name: one.view.name.clone().unwrap_or_default(),
        about: one.about.clone(),
        day: day.map(|field| field.name().clone()),
        description: one.view.description.clone().unwrap_or_default(),
        columns: described.collect(),
        definition_hash: one.hash.clone(),
        order: None,
        schema: Arc::new(Schema::new(fields)),
    }
}

/// The hash under which a snapshot remembers by which definition a table was made.
pub(super) fn definition_hash(definition: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(LAYOUT_VERSION.as_bytes());
    hash.update([0]);
    hash.update(definition);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every text that a view could compare an extension's address with.
fn extensions_of(views: &[Arc<View>]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for view in views {
        each_expression(&view.selects, &mut |_, expression| {
            each_node(expression, &mut |kind| {
                if let Kind::Literal(Literal::String(text)) = kind
                    && (text.contains("://") || text.starts_with("urn:"))
                {
                    found.insert(text.clone());
                }
            });
        });
    }
    found
}

fn each_expression<'v>(selects: &'v [Select], f: &mut impl FnMut(&str, &'v Expr)) {
    for select in selects {
        for column in &select.columns {
            f(&column.name, &column.path);
        }
        match &select.each {
            Each::None => {}
            Each::ForEach(path) | Each::ForEachOrNull(path) => f("forEach", path),
            Each::Repeat(paths) => paths.iter().for_each(|path| f("repeat", path)),
        }
        each_expression(&select.selects, f);
        each_expression(&select.union_all, f);
    }
}

fn each_node(expression: &Expr, f: &mut impl FnMut(&Kind)) {
    f(&expression.kind);
    match &expression.kind {
        Kind::Member { base, .. } => base.iter().for_each(|base| each_node(base, f)),
        Kind::Call { base, arguments, .. } => {
            base.iter().for_each(|base| each_node(base, f));
            arguments.iter().for_each(|argument| each_node(argument, f));
        }
        Kind::Item { base, index } => {
            each_node(base, f);
            each_node(index, f);
        }
        Kind::Sign { of, .. } | Kind::TypeTest { of, .. } => each_node(of, f),
        Kind::Binary { left, right, .. } => {
            each_node(left, f);
            each_node(right, f);
        }
        _ => {}
    }
}

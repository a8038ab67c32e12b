//! The plans of a run: one for each resource type, over all its views.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::bail;
use arrow_schema::SchemaRef;
use fhir::plan::{Layout, Plan, Runner};
use vocab::Locale;

use super::run::Views;

/// Plans and which views they run.
pub(super) struct Plans {
    plans: Vec<PlanOf>,
    by_type: BTreeMap<String, usize>,
    names: Vec<String>,
}

struct PlanOf {
    plan: Plan,
    /// The views in the order of the plan, as positions among all views of the run.
    views: Vec<usize>,
    /// How a line of this type mostly begins.
    start: String,
}

impl Plans {
    /// Compiles the views.
    pub(super) fn new(views: &Views, locale: Locale) -> anyhow::Result<Self> {
        let mut by_type: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, view) in views.iter().enumerate() {
            by_type.entry(view.resource.clone()).or_default().push(at);
        }
        let names = names(views);
        let mut plans = Vec::new();
        let mut positions = BTreeMap::new();
        for (resource_type, at) in by_type {
            let of_type: Vec<_> =
                at.iter().filter_map(|at| views.get(*at)).map(Arc::clone).collect();
            let plan = match Plan::new(&of_type, Layout::Plain) {
                Ok(plan) => plan,
                Err(issues) => bail!("{}", super::told(&issues, locale)),
            };
            positions.insert(resource_type.clone(), plans.len());
            let start = format!("{{\"resourceType\":\"{resource_type}\",");
            plans.push(PlanOf { plan, views: at, start });
        }
        Ok(Self { plans, by_type: positions, names })
    }

    /// The views' names, made distinct.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns of a view.
    pub(super) fn schema(&self, view: usize) -> SchemaRef {
        let found = self.plans.iter().find_map(|of| {
            let at = of.views.iter().position(|position| *position == view)?;
            Some(of.plan.schema(at))
        });
        found.unwrap_or_else(|| Arc::new(arrow_schema::Schema::empty()))
    }

    /// New runners, one for each plan.
    pub(super) fn runners(&self) -> Vec<Runner> {
        self.plans.iter().map(|of| of.plan.runner()).collect()
    }

    /// The views a plan runs.
    pub(super) fn views_of(&self, plan: usize) -> &[usize] {
        self.plans.get(plan).map_or(&[], |of| of.views.as_slice())
    }

    /// The plan for a resource type.
    pub(super) fn of_type(&self, resource_type: &str) -> Option<usize> {
        self.by_type.get(resource_type).copied()
    }

    /// The plan for a line that plainly begins with its type and contains nothing: such a line
    /// needs no look ahead.
    pub(super) fn quick(&self, line: &str) -> Option<usize> {
        let plan = self.plans.iter().position(|of| line.starts_with(&of.start))?;
        let contains = memchr::memmem::find(line.as_bytes(), b"\"contained\"").is_some();
        (!contains && line.len() < 8192).then_some(plan)
    }

    /// Which views and columns run compiled, and why others do not.
    pub(super) fn explain(&self) -> String {
        let mut told = String::new();
        for of in &self.plans {
            for explained in of.plan.explain() {
                // Writing to a String cannot fail.
                let _ = writeln!(told, "{explained}");
            }
        }
        told
    }
}

fn names(views: &Views) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, view) in views.iter().enumerate() {
        let name = view.name.clone().unwrap_or_else(|| format!("view_{}", at + 1));
        let taken = names.iter().filter(|other| **other == name).count();
        names.push(if taken == 0 { name } else { format!("{name}_{}", taken + 1) });
    }
    names
}

//! Runs a plan over resources and holds the tables until they are taken.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Schema};
use vocab::date::Zone;
use vocab::{Issue, IssueCode, PatientId, Place};

use crate::json::Node;
use crate::reference::Origin;

use super::careful;
use super::column::Column;
use super::eval::Walked;
use super::identity::{Identity, Told, settle};
use super::links::{Links, Misses};
use super::patient::Lookup;
use super::program::Stop;
use super::rows::{Desk, Emitter};
use super::scan::Fault;
use super::space::Space;
use super::system::SystemColumns;
use super::tree::{At, Leaf, NONE, RESOURCE, Tree};
use super::walk::Walker;
use super::{Inner, Layout};

/// Runs a plan over the resources of one file and holds the rows until they are taken.
///
/// It learns in which order the file writes its keys, so keep one for many lines.
#[derive(Debug)]
pub struct Runner {
    pub(super) plan: Arc<Inner>,
    pub(super) zone: Zone,
    source: u16,
    walker: Walker,
    tree: Tree,
    /// One for each space.
    pub(super) tables: Vec<Table>,
    /// For each view what was taken from its space for a view that shares it.
    waiting: Vec<VecDeque<RecordBatch>>,
    desk: Desk,
    pub(super) identity: Identity,
    last_patient: Option<(String, PatientId)>,
    rows_pushed: Vec<u64>,
    misses: Misses,
    careful: u64,
}

/// The rows of one space so far.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) system: Option<SystemColumns>,
    pub(super) columns: Vec<Column>,
    /// Rows of resources that have entered.
    rows: usize,
    /// Rows of the resource that is entering.
    pub(super) made: usize,
}

/// What became of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Pushed<'r> {
    /// The rows each view made of it.
    pub rows_by_view: &'r [u64],
    /// Its key; empty if it has none, which only [`Layout::Plain`] allows.
    pub key: &'r str,
    /// `meta.versionId`.
    pub version: Option<&'r str>,
    /// `meta.lastUpdated`, microseconds since 1970.
    pub last_updated_us: Option<i64>,
    /// Whom it is about, where that can be told; always absent in [`Layout::Plain`].
    pub patient: Option<PatientId>,
}

/// What stands in the way of the quick walk.
pub(super) enum Refused {
    /// The careful reader must look.
    Careful,
    /// This is wrong with the resource, whoever looks.
    Issue(Box<Issue>),
}

impl From<Box<Issue>> for Refused {
    fn from(issue: Box<Issue>) -> Self {
        Self::Issue(issue)
    }
}

impl From<Stop> for Refused {
    fn from(_: Stop) -> Self {
        Self::Careful
    }
}

impl From<Fault> for Refused {
    fn from(_: Fault) -> Self {
        Self::Careful
    }
}

impl Runner {
    pub(super) fn new(plan: Arc<Inner>) -> Self {
        let (zone, lake) = match &plan.layout {
            Layout::Plain => (Zone::tokyo(), false),
            Layout::Lake { zone, .. } => (zone.clone(), true),
        };
        let table = |space: &Space| Table {
            system: lake.then(SystemColumns::new),
            columns: space.shapes.iter().map(|shape| Column::new(*shape)).collect(),
            rows: 0,
            made: 0,
        };
        let waiting = plan.views.iter().map(|_| VecDeque::new()).collect();
        Self {
            zone,
            source: 0,
            walker: Walker::new(&plan.shapes),
            tree: Tree::default(),
            tables: plan.spaces.iter().map(table).collect(),
            waiting,
            desk: Desk::default(),
            identity: Identity::default(),
            last_patient: None,
            rows_pushed: vec![0; plan.views.len()],
            misses: Misses::default(),
            careful: 0,
            plan,
        }
    }

    /// Sets the sending system, as the [`super::PatientResolver`] counts them; 0 at first.
    #[must_use]
    pub fn from_source(mut self, source: u16) -> Self {
        self.source = source;
        self
    }

    /// Adds the rows of one resource to every view's table.
    ///
    /// # Errors
    /// The issue for which the resource must be set aside. No table then holds anything of it.
    pub fn push(&mut self, text: &str, origin: &Origin<'_>) -> Result<Pushed<'_>, Issue> {
        self.push_within(text, origin, None)
    }

    /// As [`Runner::push`]; a resource that names no patient, such as one contained in another,
    /// belongs to the given one.
    ///
    /// # Errors
    /// As [`Runner::push`].
    pub fn push_within(
        &mut self,
        text: &str,
        origin: &Origin<'_>,
        outer: Option<PatientId>,
    ) -> Result<Pushed<'_>, Issue> {
        let mut misses = Misses::default();
        let done = match self.quick(text, origin, outer, &mut misses) {
            Err(Refused::Careful) => {
                self.take_back();
                self.careful += 1;
                misses = Misses::default();
                self.push_carefully(text, origin, outer, &mut misses)
            }
            done => done,
        };
        self.enter(done, misses, origin)
    }

    /// Lets a resource in whole, or takes back what it has put in.
    pub(super) fn enter(
        &mut self,
        done: Result<(), Refused>,
        misses: Misses,
        origin: &Origin<'_>,
    ) -> Result<Pushed<'_>, Issue> {
        if let Err(refused) = done.and_then(|()| self.refuse_erased()) {
            self.take_back();
            let mut issue = match refused {
                Refused::Issue(issue) => *issue,
                Refused::Careful => Issue::new(IssueCode::PathFailed, Place::default(), ""),
            };
            issue.place.line = issue.place.line.or(Some(origin.line));
            return Err(issue);
        }
        for table in &mut self.tables {
            table.rows += table.made;
        }
        for (rows, view) in self.rows_pushed.iter_mut().zip(&self.plan.views) {
            *rows = self.tables.get(view.member.space).map_or(0, |table| table.made as u64);
        }
        self.misses.add(misses);
        let identity = &self.identity;
        Ok(Pushed {
            rows_by_view: &self.rows_pushed,
            key: &identity.key,
            version: (!identity.version.is_empty()).then_some(identity.version.as_str()),
            last_updated_us: identity.last_updated_us,
            patient: identity.patient,
        })
    }

    /// Refuses what is about a person whose records were erased.
    fn refuse_erased(&self) -> Result<(), Refused> {
        let Layout::Lake { patients, .. } = &self.plan.layout else { return Ok(()) };
        match self.identity.patient.filter(|patient| patients.is_erased(*patient)) {
            None => Ok(()),
            Some(_) => Err(careful::issue(IssueCode::Erased, "", "").into()),
        }
    }

    /// The walk and the programs.
    fn quick(
        &mut self,
        text: &str,
        origin: &Origin<'_>,
        outer: Option<PatientId>,
        misses: &mut Misses,
    ) -> Result<(), Refused> {
        self.walker.walk(text, &mut self.tree)?;
        self.identify(text, origin, outer, misses)?;
        if self.plan.views.iter().any(|view| view.not_compiled.is_some()) {
            return Err(Refused::Careful);
        }
        let Self { plan, zone, tree, tables, desk, identity, .. } = self;
        let walked = Walked { tree, line: text };
        for (space, table) in plan.spaces.iter().zip(tables.iter_mut()) {
            let links = Links {
                walked,
                origin,
                resource_type: plan.resource,
                key: &identity.key,
                contained: plan.contained,
                misses: &mut *misses,
            };
            let columns = &mut table.columns;
            let mut emitter = Emitter {
                walked,
                space,
                columns,
                desk: &mut *desk,
                links,
                zone,
                rows: 0,
                rehearsals: 0,
            };
            emitter.emit()?;
            table.made = emitter.rows;
            if let Some(system) = &mut table.system {
                let row = identity.row(origin);
                system.push(&row, table.made, zone).map_err(|_| Refused::Careful)?;
            }
        }
        Ok(())
    }

    /// Finds out type, key, version and patient of the walked resource.
    fn identify(
        &mut self,
        text: &str,
        origin: &Origin<'_>,
        outer: Option<PatientId>,
        misses: &mut Misses,
    ) -> Result<(), Refused> {
        let walked = Walked { tree: &self.tree, line: text };
        let slots = self.plan.system;
        let string = |of: At, slot: u16| match walked.tree.child(of, slot) {
            NONE => Ok(None),
            at => match walked.leaf(at) {
                Leaf::Text(text) => Ok(Some(text)),
                _ => Err(Refused::Careful),
            },
        };
        let meta = walked.tree.child(RESOURCE, slots.meta);
        let told = Told {
            resource_type: string(RESOURCE, slots.resource_type)?,
            id: string(RESOURCE, slots.id)?,
            version: string(meta, slots.version)?,
            last_updated: string(meta, slots.last_updated)?,
        };
        self.identity.set(&told, &self.plan, origin, &self.zone)?;
        let Layout::Lake { patients, .. } = &self.plan.layout else { return Ok(()) };
        let (resolver, source) = (&**patients, self.source);
        let mut lookup = Lookup { resolver, source, last: &mut self.last_patient };
        let found = lookup.of_walked(&self.plan.who, walked, &self.identity.key, origin);
        self.identity.patient = settle(found, &self.plan.who, outer, misses);
        Ok(())
    }

    /// Takes what a resource that was read whole tells about itself.
    pub(super) fn identify_as(
        &mut self,
        told: &Told<'_>,
        origin: &Origin<'_>,
    ) -> Result<(), Refused> {
        self.identity.set(told, &self.plan, origin, &self.zone)
    }

    /// Finds the patient of a resource that was read whole.
    pub(super) fn find_patient(
        &mut self,
        node: &Node,
        origin: &Origin<'_>,
        outer: Option<PatientId>,
        misses: &mut Misses,
    ) {
        let Layout::Lake { patients, .. } = &self.plan.layout else { return };
        let (resolver, source) = (&**patients, self.source);
        let mut lookup = Lookup { resolver, source, last: &mut self.last_patient };
        let resource = self.plan.resource;
        let found = lookup.of_node(resource, node, &self.identity.key, origin);
        self.identity.patient = settle(found, &self.plan.who, outer, misses);
    }

    /// Cuts every table back to the rows that are whole.
    fn take_back(&mut self) {
        for table in &mut self.tables {
            for column in &mut table.columns {
                column.truncate(table.rows);
            }
            if let Some(system) = &mut table.system {
                system.truncate(table.rows);
            }
        }
    }

    /// How many rows a view's table holds.
    #[must_use]
    pub fn rows(&self, view: usize) -> usize {
        let space = self.plan.views.get(view).map(|planned| planned.member.space);
        let table = space.and_then(|space| self.tables.get(space)).map_or(0, |table| table.rows);
        let waiting = self
            .waiting
            .get(view)
            .map_or(0, |all| all.iter().map(RecordBatch::num_rows).sum::<usize>());
        table + waiting
    }

    /// How much all tables hold.
    ///
    /// # Units
    /// Bytes of values and offsets; what is reserved beyond them does not count, and what several
    /// views share counts once.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let size = |table: &Table| {
            let system = table.system.as_ref().map_or(0, SystemColumns::size_bytes);
            system + table.columns.iter().map(Column::size_bytes).sum::<usize>()
        };
        let waiting = self.waiting.iter().flatten().map(RecordBatch::get_array_memory_size);
        self.tables.iter().map(size).sum::<usize>() + waiting.sum::<usize>()
    }

    /// How many resources had to be read carefully, by the general evaluator, so far.
    #[must_use]
    pub fn careful(&self) -> u64 {
        self.careful
    }

    /// Gives the rows of a view's table and empties it.
    ///
    /// Where views share rows, taking one view's sets the others' aside until they are taken; if
    /// resources are pushed in between, [`Runner::rows`] tells that there are rows left after the
    /// first batch.
    ///
    /// # Nulls
    /// A batch without columns for a view there is not.
    ///
    /// # Errors
    /// When Arrow refuses the arrays.
    pub fn take(&mut self, view: usize) -> Result<RecordBatch, ArrowError> {
        let Some(planned) = self.plan.views.get(view) else {
            return Ok(RecordBatch::new_empty(Arc::new(Schema::empty())));
        };
        if let Some(batch) = self.waiting.get_mut(view).and_then(VecDeque::pop_front) {
            return Ok(batch);
        }
        let space = planned.member.space;
        let Some(table) = self.tables.get_mut(space) else {
            return Ok(RecordBatch::new_empty(Arc::clone(&planned.schema)));
        };
        let (rows, system, columns) = table.finish()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let mut taken = None;
        for (number, (sharer, waiting)) in self.plan.views.iter().zip(&mut self.waiting).enumerate()
        {
            if sharer.member.space != space {
                continue;
            }
            let own = sharer.member.places.iter().filter_map(|place| columns.get(*place));
            let arrays = system.iter().chain(own.flatten()).cloned().collect();
            let schema = Arc::clone(&sharer.schema);
            let batch = RecordBatch::try_new_with_options(schema, arrays, &options)?;
            if number == view {
                taken = Some(batch);
            } else if rows > 0 {
                waiting.push_back(batch);
            }
        }
        Ok(taken.unwrap_or_else(|| RecordBatch::new_empty(Arc::clone(&planned.schema))))
    }

    /// Gives how often each warning arose and begins to count anew.
    pub fn take_warnings(&mut self) -> Vec<(IssueCode, u64)> {
        let misses = std::mem::take(&mut self.misses);
        let all = [
            (IssueCode::ForeignReference, misses.foreign),
            (IssueCode::UnresolvedReference, misses.unresolved),
            (IssueCode::NoPatient, misses.no_patient),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}

/// A finished table: its rows, the system columns' arrays, and each column's arrays.
type Finished = (usize, Vec<ArrayRef>, Vec<Vec<ArrayRef>>);

impl Table {
    fn finish(&mut self) -> Result<Finished, ArrowError> {
        let mut system_arrays = Vec::new();
        if let Some(system) = &mut self.system {
            system.finish(&mut system_arrays)?;
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &mut self.columns {
            let mut arrays = Vec::new();
            column.finish(&mut arrays)?;
            columns.push(arrays);
        }
        Ok((std::mem::take(&mut self.rows), system_arrays, columns))
    }
}

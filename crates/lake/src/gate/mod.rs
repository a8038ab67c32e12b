//! The gate: the only way from a table's files to a row.
//!
//! A name in SQL is a [`GatedTable`]. Its scan reads `patient_id` whether the query asked for it
//! or not, drops the rows of people who may not be seen, and only then hands rows on. Everything
//! that could answer around that test is closed: statistics are unknown, limits and sorts stay
//! above it, and of the filters only plain comparisons with constants reach the files, to skip
//! what cannot match. A table that does not declare whom its rows are about does not open. Under a
//! permit for one patient the rows of everybody else are dropped in the same place.
//!
//! A person with several numbers passes with one of them in every table, so that nobody is counted
//! twice and rows meet in joins. Files keep the numbers as they came.

mod by_patient;
mod exec;
mod persons;
mod scan;

use std::fmt;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, ident, lit};
use datafusion::physical_plan::ExecutionPlan;
use ledger::{Aliases, Permit};
use roaring::RoaringTreemap;
use vocab::PatientId;

pub(crate) use self::by_patient::{ByPatient, Wanted};
use self::exec::GateExec;
pub(crate) use self::exec::row_by_row;
use crate::delta::{TableAt, TableError};
use crate::tables::{About, PATIENT_ID};

/// Which rows pass: decided by `patient_id` alone.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    /// The people who may not be seen.
    pub(crate) excluded: Arc<RoaringTreemap>,
    /// The numbers of the one person this look is at; none where it is at nobody in particular.
    pub(crate) only: Option<Arc<RoaringTreemap>>,
    /// Which numbers are shown as another one of the same person.
    pub(crate) aliases: Arc<Aliases>,
    /// What becomes of a row that names nobody.
    pub(crate) nobody: Nobody,
}

/// What becomes of a row without a `patient_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// It passes: the table is not about people.
    Shown,
    /// It is hidden: whom it is about cannot be told.
    Hidden,
}

/// Whom a permit lets through, for every table alike.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    excluded: Arc<RoaringTreemap>,
    only: Option<Arc<RoaringTreemap>>,
    aliases: Arc<Aliases>,
}

impl Seen {
    /// As the permit says.
    pub(crate) fn under(permit: &Permit) -> Self {
        let number = |patient: &PatientId| patient.get().cast_unsigned();
        let only = permit.person().map(|person| Arc::new(person.iter().map(number).collect()));
        let aliases = Arc::clone(permit.exclusions().aliases());
        Self { excluded: Arc::new(permit.exclusions().bitmap().clone()), only, aliases }
    }

    /// Which numbers are shown as another one of the same person.
    pub(crate) fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// Everybody, or only these numbers: for what is computed of the tables, kept as they are, and
    /// asked through a permit's exclusions again.
    pub(crate) fn to_keep(aliases: Arc<Aliases>, only: Option<RoaringTreemap>) -> Self {
        Self { excluded: Arc::default(), only: only.map(Arc::new), aliases }
    }
}

/// A table as a query sees it.
pub(crate) struct GatedTable {
    raw: scan::RawTable,
    test: Test,
}

impl GatedTable {
    /// Puts the test of a permit before a table.
    pub(crate) fn new(table: &TableAt, seen: &Seen) -> Result<Self, TableError> {
        let undeclared = || TableError::Undeclared { table: table.name.clone() };
        let nobody = match table.about.as_ref().ok_or_else(undeclared)? {
            About::PatientKey => Nobody::Hidden,
            About::NotAboutPeople { .. } => Nobody::Shown,
        };
        let patient = table.schema.index_of(PATIENT_ID).map_err(|_| undeclared())?;
        let raw = scan::RawTable::new(table, patient).map_err(|_| undeclared())?;
        let Seen { excluded, only, aliases } = seen.clone();
        Ok(Self { raw, test: Test { excluded, only, aliases, nobody } })
    }

    /// The numbers of the one person looked at, where every row is about somebody.
    fn only(&self) -> Option<&RoaringTreemap> {
        self.test.only.as_deref().filter(|_| self.test.nobody == Nobody::Hidden)
    }

    /// What lets the files skip everybody else, where a look is at one person.
    fn narrowed(&self) -> Option<Expr> {
        let only = self.only()?;
        let numbers = only.iter().map(|number| lit(number.cast_signed())).collect();
        Some(ident(PATIENT_ID).in_list(numbers, false))
    }
}

impl fmt::Debug for GatedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GatedTable")
    }
}

#[async_trait]
impl TableProvider for GatedTable {
    fn schema(&self) -> SchemaRef {
        self.raw.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// The limit is left above the test: below it, hidden rows would be counted.
    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = self.raw.columns(projection);
        let filters: Vec<Expr> = filters
            .iter()
            .filter_map(|filter| persons::in_files(filter, &self.test.aliases))
            .chain(self.narrowed())
            .collect();
        let input = self.raw.scan(state, &columns.read, (&filters, self.only()))?;
        Ok(Arc::new(GateExec::new(input, self.test.clone(), columns)?))
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| match scan::is_plain_comparison(filter) {
                true => TableProviderFilterPushDown::Inexact,
                false => TableProviderFilterPushDown::Unsupported,
            })
            .collect())
    }
}

//! The gate: the only way from a table's files to a row.
//!
//! A name in SQL is a [`GatedTable`]. Its scan reads `patient_id` whether the query asked for it
//! or not, drops the rows of people who may not be seen, and only then hands rows on. Everything
//! that could answer around that test is closed: statistics are unknown, limits and sorts stay
//! above it, and of the filters only plain comparisons with constants reach the files, to skip
//! what cannot match. A table that does not declare whom its rows are about does not open.

mod exec;
mod scan;

use std::fmt;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use roaring::RoaringTreemap;

use self::exec::GateExec;
use crate::delta::{TableAt, TableError};
use crate::tables::{About, PATIENT_ID};

/// Which rows pass: decided by `patient_id` alone.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    /// The people who may not be seen.
    pub(crate) excluded: Arc<RoaringTreemap>,
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

/// A table as a query sees it.
pub(crate) struct GatedTable {
    raw: scan::RawTable,
    test: Test,
}

impl GatedTable {
    /// Puts the test before a table.
    pub(crate) fn new(table: &TableAt, excluded: Arc<RoaringTreemap>) -> Result<Self, TableError> {
        let undeclared = || TableError::Undeclared { table: table.name.clone() };
        let nobody = match table.about.as_ref().ok_or_else(undeclared)? {
            About::PatientKey => Nobody::Hidden,
            About::NotAboutPeople { .. } => Nobody::Shown,
        };
        let patient = table.schema.index_of(PATIENT_ID).map_err(|_| undeclared())?;
        let raw = scan::RawTable::new(table, patient).map_err(|_| undeclared())?;
        Ok(Self { raw, test: Test { excluded, nobody } })
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
        let input = self.raw.scan(state, &columns.read, filters)?;
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

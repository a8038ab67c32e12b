//! The table `<slice>_events` of SQL: gated scans of the mapped tables, one after the other, each
//! row mapped as it comes.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::datasource::{TableProvider, TableType};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PhysicalExpr, PlanProperties,
};
use futures::StreamExt as _;

use super::batch::schema;
use super::mapper::{Mapper, Wanted};
use crate::gate::row_by_row;
use crate::reader::{SnapshotTables, cannot_open};
use crate::tables::PATIENT_ID;

/// A table of a snapshot and what makes events of its rows.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) mapper: Mapper,
    pub(crate) tables: Arc<SnapshotTables>,
}

impl Source {
    /// The gated rows, with the columns that its mapper reads.
    pub(crate) async fn scan(
        &self,
        state: &dyn Session,
        filters: &[Expr],
        wanted: Wanted,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let table = self.tables.get(self.mapper.table()).await.map_err(cannot_open)?;
        let Some(table) = table else {
            return internal_err!("no table {}", self.mapper.table());
        };
        let columns = self.mapper.columns(&table.columns(), wanted);
        table.gated.scan(state, Some(&columns), filters, None).await
    }
}

/// The events of a slice.
pub(crate) struct EventsTable {
    sources: Vec<Source>,
    schema: SchemaRef,
}

impl EventsTable {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        Self { sources, schema: schema() }
    }
}

impl fmt::Debug for EventsTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventsTable")
    }
}

#[async_trait]
impl TableProvider for EventsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // What a table of records can be asked as well: whose they are.
        let of_people: Vec<Expr> =
            filters.iter().filter(|filter| names_only(filter, PATIENT_ID)).cloned().collect();
        let asked = asked_kinds(filters);
        let columns = projection.cloned();
        let mut parts: Vec<Arc<dyn ExecutionPlan>> = Vec::new();
        for source in &self.sources {
            let kinds = source.mapper.kinds();
            if asked.as_ref().is_some_and(|asked| !kinds.iter().any(|kind| asked.contains(*kind))) {
                continue;
            }
            let rows = source.scan(state, &of_people, Wanted::All).await?;
            let mapped = MapExec::new(rows, source.mapper.clone(), columns.clone())?;
            parts.push(Arc::new(mapped));
        }
        match (parts.pop(), parts.is_empty()) {
            (None, _) => Ok(Arc::new(EmptyExec::new(projected(columns.as_deref())?))),
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                parts.push(last);
                UnionExec::try_new(parts)
            }
        }
    }

    /// Rows are left out by neither of the two; what is asked is tested again above.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let helps = |filter: &&Expr| names_only(filter, PATIENT_ID) || names_only(filter, "kind");
        let answer = |filter: &&Expr| match helps(filter) {
            true => TableProviderFilterPushDown::Inexact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(answer).collect())
    }
}

fn names_only(filter: &Expr, name: &str) -> bool {
    let columns = filter.column_refs();
    !columns.is_empty() && columns.iter().all(|column| column.name == name)
}

/// The kinds that all of the filters leave; none where they leave any.
fn asked_kinds(filters: &[Expr]) -> Option<BTreeSet<String>> {
    let each = filters.iter().filter(|filter| names_only(filter, "kind")).filter_map(kinds_of);
    each.reduce(|one, other| one.intersection(&other).cloned().collect())
}

fn kinds_of(filter: &Expr) -> Option<BTreeSet<String>> {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let word = word(left).or_else(|| word(right))?;
            Some([word].into())
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let (mut one, other) = (kinds_of(left)?, kinds_of(right)?);
            one.extend(other);
            Some(one)
        }
        Expr::InList(InList { list, negated: false, .. }) => list.iter().map(word).collect(),
        _ => None,
    }
}

fn word(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(
            ScalarValue::Utf8(word) | ScalarValue::Utf8View(word) | ScalarValue::LargeUtf8(word),
            _,
        ) => word.clone(),
        _ => None,
    }
}

fn projected(columns: Option<&[usize]>) -> Result<SchemaRef> {
    match columns {
        Some(columns) => Ok(Arc::new(schema().project(columns)?)),
        None => Ok(schema()),
    }
}

/// Makes rows of events of the rows of one gated table.
#[derive(Debug)]
struct MapExec {
    input: Arc<dyn ExecutionPlan>,
    mapper: Mapper,
    columns: Option<Vec<usize>>,
    properties: Arc<PlanProperties>,
}

impl MapExec {
    fn new(
        input: Arc<dyn ExecutionPlan>,
        mapper: Mapper,
        columns: Option<Vec<usize>>,
    ) -> Result<Self> {
        let schema = projected(columns.as_deref())?;
        let properties = row_by_row(&input, schema);
        Ok(Self { input, mapper, columns, properties })
    }
}

impl DisplayAs for MapExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MapExec")
    }
}

impl ExecutionPlan for MapExec {
    fn name(&self) -> &'static str {
        "MapExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    /// A sort asked for above is of columns that are made here: it must not go below.
    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Unknown
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.is_empty()) {
            (Some(input), true) => {
                Ok(Arc::new(Self::new(input, self.mapper.clone(), self.columns.clone())?))
            }
            _ => internal_err!("events are made of one table"),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let (mapper, columns) = (self.mapper.clone(), self.columns.clone());
        let stream = input.map(move |batch| {
            let rows = mapper.map(&batch?)?.rows()?;
            match &columns {
                Some(columns) => Ok(rows.project(columns)?),
                None => Ok(rows),
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream)))
    }
}

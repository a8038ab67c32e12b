//! Reading a table's files at one version. Private to the gate: nothing else makes one.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::{
    CachedParquetFileReaderFactory, ParquetRowSelection,
};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, Operator};
use datafusion::physical_plan::ExecutionPlan;
use object_store::ObjectStore;
use roaring::RoaringTreemap;

use crate::delta::{DataFile, TableAt};
use crate::tables::PATIENT_ID;

/// The files of a table at one version.
pub(super) struct RawTable {
    files: Vec<DataFile>,
    schema: SchemaRef,
    patient: usize,
    /// Whether the rows of each file lie by patient.
    lies_by_patient: bool,
    store: Arc<dyn ObjectStore>,
    store_url: ObjectStoreUrl,
}

/// Which columns are read and where the wanted ones are among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// What is read: what is wanted, and `patient_id`.
    pub(super) read: Vec<usize>,
    /// The place of `patient_id` in what is read.
    pub(super) patient: usize,
    /// The places of what is wanted.
    pub(super) wanted: Vec<usize>,
}

impl RawTable {
    pub(super) fn new(table: &TableAt, patient: usize) -> Result<Self> {
        // Each table has its own store, so each has its own address inside the session.
        let host = table.name.replace('_', "-");
        Ok(Self {
            files: table.files.clone(),
            schema: Arc::clone(&table.schema),
            patient,
            lies_by_patient: table.order == PATIENT_ID,
            store: Arc::clone(&table.store),
            store_url: ObjectStoreUrl::parse(format!("aoba-{host}://lake"))?,
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn files(&self) -> &[DataFile] {
        &self.files
    }

    pub(super) fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    pub(super) fn lies_by_patient(&self) -> bool {
        self.lies_by_patient
    }

    pub(super) fn columns(&self, projection: Option<&Vec<usize>>) -> Columns {
        let all = || (0..self.schema.fields().len()).collect();
        let mut read: Vec<usize> = projection.cloned().unwrap_or_else(all);
        let wanted = (0..read.len()).collect();
        let patient = read.iter().position(|column| *column == self.patient);
        let patient = patient.unwrap_or_else(|| {
            read.push(self.patient);
            read.len() - 1
        });
        Columns { read, patient, wanted }
    }

    /// The plan that reads these columns, skipping files in which none of `only` can be, and row
    /// groups in which no row can match.
    pub(super) fn scan(
        &self,
        state: &dyn Session,
        columns: &[usize],
        (filters, only): (&[Expr], Option<&RoaringTreemap>),
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let runtime = state.runtime_env();
        runtime.register_object_store(self.store_url.as_ref(), Arc::clone(&self.store));
        // A file is named by a hash of its bytes, so what was read of its end stays true.
        let ends = runtime.cache_manager.get_file_metadata_cache();
        let reading = CachedParquetFileReaderFactory::new(Arc::clone(&self.store), ends);
        let mut source = ParquetSource::new(TableSchema::from(self.schema()))
            .with_parquet_file_reader_factory(Arc::new(reading))
            .with_pushdown_filters(false)
            .with_enable_page_index(true);
        let plain = filters.iter().filter(|filter| is_plain(filter)).cloned();
        if let Some(filter) = conjunction(plain) {
            let schema = DFSchema::try_from(self.schema().as_ref().clone())?;
            source = source.with_predicate(state.create_physical_expr(filter, &schema)?);
        }
        let file = |file: &DataFile| {
            let read = PartitionedFile::new(file.path.clone(), file.size_bytes);
            match &file.deleted {
                Some(deleted) => {
                    let left = deleted.selection(file.rows_stored());
                    read.with_extension(ParquetRowSelection::new(left))
                }
                None => read,
            }
        };
        let files = self.files.iter().filter(|file| {
            only.is_none_or(|only| may_hold(file, only))
                && filters.iter().all(|filter| may_match(file, filter))
        });
        let group = FileGroup::new(files.map(file).collect());
        let config = FileScanConfigBuilder::new(self.store_url.clone(), Arc::new(source))
            .with_file_group(group)
            .with_projection_indices(Some(columns.to_vec()))?
            .build();
        let plan: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(config);
        let options = state.config_options();
        let spread = plan.repartitioned(state.config().target_partitions(), options)?;
        Ok(spread.unwrap_or(plan))
    }
}

/// Whether a row about one of these people can be in a file.
fn may_hold(file: &DataFile, people: &RoaringTreemap) -> bool {
    file.patients.is_none_or(|(low, high)| {
        let mut numbers = people.iter().filter_map(|number| i64::try_from(number).ok());
        numbers.any(|number| (low..=high).contains(&number))
    })
}

/// Whether a filter is a plain comparison, or one of several, as a range of people is.
fn is_plain(filter: &Expr) -> bool {
    match filter {
        Expr::BinaryExpr(binary) if binary.op == Operator::Or => {
            is_plain(&binary.left) && is_plain(&binary.right)
        }
        other => is_plain_comparison(other),
    }
}

/// Whether rows for which a filter holds can be in a file, as far as the people in it tell.
fn may_match(file: &DataFile, filter: &Expr) -> bool {
    let Some((low, high)) = file.patients else { return true };
    let is_patient = |expr: &Expr| matches!(expr, Expr::Column(c) if c.name == PATIENT_ID);
    let number = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Int64(number), _) => *number,
        _ => None,
    };
    match filter {
        Expr::BinaryExpr(binary) if binary.op == Operator::Or => {
            may_match(file, &binary.left) || may_match(file, &binary.right)
        }
        Expr::BinaryExpr(binary) if is_patient(&binary.left) => {
            number(&binary.right).is_none_or(|number| match binary.op {
                Operator::Lt => low < number,
                Operator::LtEq => low <= number,
                Operator::Gt => high > number,
                Operator::GtEq => high >= number,
                _ => true,
            })
        }
        Expr::InList(list) if is_patient(&list.expr) && !list.negated => list
            .list
            .iter()
            .any(|one| number(one).is_none_or(|number| (low..=high).contains(&number))),
        _ => true,
    }
}

/// Whether a filter is a column compared with a constant, which cannot fail and cannot tell
/// anything about a row by failing.
pub(super) fn is_plain_comparison(filter: &Expr) -> bool {
    let is_column = |expr: &Expr| matches!(expr, Expr::Column(_));
    let is_constant = |expr: &Expr| matches!(expr, Expr::Literal(..));
    match filter {
        Expr::BinaryExpr(binary) => {
            let compares = matches!(
                binary.op,
                Operator::Eq
                    | Operator::NotEq
                    | Operator::Lt
                    | Operator::LtEq
                    | Operator::Gt
                    | Operator::GtEq
            );
            let one_way = is_column(&binary.left) && is_constant(&binary.right);
            let other_way = is_constant(&binary.left) && is_column(&binary.right);
            compares && (one_way || other_way)
        }
        Expr::InList(list) => {
            !list.negated && is_column(&list.expr) && list.list.iter().all(is_constant)
        }
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => is_column(inner),
        _ => false,
    }
}

/// Whether a type is one the gate can compare with its list.
pub(super) fn is_patient_type(kind: &DataType) -> bool {
    *kind == DataType::Int64
}

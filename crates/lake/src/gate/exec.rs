//! The test itself, as a step of a query plan.

use std::fmt;
use std::sync::Arc;

use arrow::compute::filter_record_batch;
use arrow_array::builder::BooleanBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PhysicalExpr, PlanProperties,
};
use futures::StreamExt as _;

use super::scan::{Columns, is_patient_type};
use super::{Nobody, Test, persons};

/// Lets through the rows of people who may be seen.
///
/// It says nothing about how many rows there are, takes no limit and passes no filter on.
#[derive(Debug)]
pub(super) struct GateExec {
    input: Arc<dyn ExecutionPlan>,
    test: Test,
    columns: Columns,
    properties: Arc<PlanProperties>,
}

impl GateExec {
    pub(super) fn new(input: Arc<dyn ExecutionPlan>, test: Test, columns: Columns) -> Result<Self> {
        let read = input.schema();
        if !read.fields().get(columns.patient).is_some_and(|f| is_patient_type(f.data_type())) {
            return internal_err!("the gate found no patient_id in what is read");
        }
        let schema: SchemaRef = Arc::new(read.project(&columns.wanted)?);
        let properties = row_by_row(&input, schema);
        Ok(Self { input, test, columns, properties })
    }
}

/// Those of a plan that makes of each partition's rows others, as they come.
pub(crate) fn row_by_row(input: &Arc<dyn ExecutionPlan>, schema: SchemaRef) -> Arc<PlanProperties> {
    let properties = input.properties();
    let partitions = properties.output_partitioning().partition_count();
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(schema),
        Partitioning::UnknownPartitioning(partitions),
        properties.emission_type,
        properties.boundedness,
    ))
}

impl DisplayAs for GateExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GateExec")
    }
}

impl ExecutionPlan for GateExec {
    fn name(&self) -> &'static str {
        "GateExec"
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

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
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
                Ok(Arc::new(Self::new(input, self.test.clone(), self.columns.clone())?))
            }
            _ => internal_err!("the gate has one input"),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let (test, columns) = (self.test.clone(), self.columns.clone());
        let stream = input.map(move |batch| Ok(admitted(&batch?, &test, &columns)?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream)))
    }
}

pub(super) fn admitted(
    batch: &RecordBatch,
    test: &Test,
    columns: &Columns,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let patients = batch.column(columns.patient).as_primitive::<Int64Type>();
    let passes = passes(patients, test);
    let wanted = persons::shown(batch.project(&columns.wanted)?, columns, &test.aliases)?;
    if passes.true_count() == batch.num_rows() {
        return Ok(wanted);
    }
    filter_record_batch(&wanted, &passes)
}

/// Rows lie by patient, so the answer for the row before is mostly the answer for this one.
fn passes(patients: &Int64Array, test: &Test) -> BooleanArray {
    let mut answers = BooleanBuilder::with_capacity(patients.len());
    let mut last = None;
    for patient in patients {
        let answer = match last {
            Some((known, answer)) if known == patient => answer,
            _ => admits(patient, test),
        };
        answers.append_value(answer);
        last = Some((patient, answer));
    }
    answers.finish()
}

/// A number that no patient can have is nobody's, and hidden.
fn admits(patient: Option<i64>, test: &Test) -> bool {
    match patient.map(u64::try_from) {
        None => test.nobody == Nobody::Shown,
        Some(Ok(number)) => {
            let asked_for = test.only.as_ref().is_none_or(|only| only.contains(number));
            asked_for && !test.excluded.contains(number)
        }
        Some(Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(nobody: Nobody) -> Test {
        let excluded = Arc::new([7].into_iter().collect());
        Test { excluded, only: None, aliases: Arc::default(), nobody }
    }

    #[test]
    fn a_look_at_one_person_lets_nobody_else_through() {
        let only = Some(Arc::new([6, 7].into_iter().collect()));
        let test = Test { only, ..test(Nobody::Shown) };
        let patients = Int64Array::from(vec![Some(6), Some(7), Some(8), None]);
        let passed = passes(&patients, &test);
        assert_eq!(passed, BooleanArray::from(vec![true, false, false, true]));
    }

    #[test]
    fn an_excluded_patient_and_an_impossible_one_never_pass() {
        for nobody in [Nobody::Shown, Nobody::Hidden] {
            let patients = Int64Array::from(vec![Some(6), Some(7), Some(7), Some(-7), Some(8)]);
            let passed = passes(&patients, &test(nobody));
            assert_eq!(passed, BooleanArray::from(vec![true, false, false, false, true]));
        }
    }

    #[test]
    fn a_row_about_nobody_passes_only_where_the_table_is_not_about_people() {
        let patients = Int64Array::from(vec![None, Some(1), None]);
        let shown = passes(&patients, &test(Nobody::Shown));
        assert_eq!(shown, BooleanArray::from(vec![true, true, true]));
        let hidden = passes(&patients, &test(Nobody::Hidden));
        assert_eq!(hidden, BooleanArray::from(vec![false, true, false]));
    }
}

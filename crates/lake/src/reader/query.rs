//! From a text to rows: one question, planned, checked, run under its limits.

use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use datafusion::common::ScalarValue;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::sqlparser::ast;
use futures::StreamExt as _;
use tokio::time::Instant;

use super::counts::days_since_1970;
use super::scan::Limits;
use super::{Parameter, Reader, ReaderError};

/// An answer as it comes. Dropping it stops the work.
pub struct SqlStream {
    inner: SendableRecordBatchStream,
    limits: Limits,
    until: Instant,
    rows: usize,
}

impl SqlStream {
    /// The columns of the answer.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// When a limit is passed or a row cannot be computed.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, ReaderError> {
        let batch = tokio::time::timeout_at(self.until, self.inner.next())
            .await
            .map_err(|_| too_slow(self.limits.time_max))?;
        let told = |error| ReaderError::within(error, self.limits.memory_bytes_max);
        let Some(batch) = batch.transpose().map_err(told)? else { return Ok(None) };
        self.rows += batch.num_rows();
        if self.rows > self.limits.rows_max {
            return Err(ReaderError::TooManyRows { rows_max: self.limits.rows_max });
        }
        Ok(Some(batch))
    }
}

pub(super) async fn run(
    reader: &Reader,
    text: &str,
    values: &[(&str, Parameter)],
) -> Result<SqlStream, ReaderError> {
    let until = Instant::now() + reader.scans.limits.time_max;
    let query = one_query(text)?;
    let planned = async {
        let plan = reader.scans.session.state().statement_to_plan(query).await?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)?;
        let plan = if values.is_empty() { plan } else { plan.with_param_values(bound(values))? };
        reader.scans.session.execute_logical_plan(plan).await?.execute_stream().await
    };
    let inner = tokio::time::timeout_at(until, planned)
        .await
        .map_err(|_| too_slow(reader.scans.limits.time_max))?
        .map_err(|error| ReaderError::explained(error, reader))?;
    Ok(SqlStream { inner, limits: reader.scans.limits, until, rows: 0 })
}

/// The values as the engine takes them. A day is bound as the days since 1970 it is stored as.
fn bound(values: &[(&str, Parameter)]) -> Vec<(String, ScalarValue)> {
    let scalar = |value: &Parameter| match value {
        Parameter::Whole(number) => ScalarValue::Int64(Some(*number)),
        Parameter::Text(text) => ScalarValue::Utf8(Some(text.clone())),
        Parameter::Day(day) => ScalarValue::Date32(days_since_1970(*day)),
    };
    values.iter().map(|(name, value)| ((*name).to_owned(), scalar(value))).collect()
}

fn too_slow(time_max: Duration) -> ReaderError {
    ReaderError::TooSlow { seconds_max: time_max.as_secs() }
}

/// One question and nothing but a question.
fn one_query(text: &str) -> Result<Statement, ReaderError> {
    let parsed = DFParser::parse_sql(text);
    let mut statements = parsed.map_err(|error| ReaderError::syntax(&error))?;
    let statement = match (statements.pop_front(), statements.len()) {
        (Some(statement), 0) => statement,
        (None, _) => return Err(ReaderError::NotAQuestion { found: "an empty text".to_owned() }),
        (Some(_), more) => return Err(ReaderError::SeveralStatements { found: more + 1 }),
    };
    match &statement {
        Statement::Statement(inner) => match inner.as_ref() {
            ast::Statement::Query(_) => Ok(statement),
            other => Err(not_a_question(&other.to_string())),
        },
        other => Err(not_a_question(&other.to_string())),
    }
}

fn not_a_question(statement: &str) -> ReaderError {
    let word = statement.split_whitespace().next().unwrap_or_default();
    ReaderError::NotAQuestion { found: word.to_uppercase() }
}

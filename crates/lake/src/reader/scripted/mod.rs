//! The third engine: a definition answered by the SQL that it becomes ([`cohort::sql`]), for whoever
//! would rather read queries than a program. Relations are made of some people, the steps run one
//! after the other, and what the last ones say is read.
//!
//! It sees the people that it is given and nothing else: no table, no file, no clock.

mod functions;
mod given;
mod said;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use cohort::ast::CohortDefinition;
use cohort::eval::{Answer, Patient, World};
use cohort::sql::{self, NotSaid, Script};
use datafusion::catalog::MemTable;
use datafusion::common::DataFusionError;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::ReaderError;

/// The engine plans by calling itself; a long definition nests further than a usual stack reaches.
const STACK_BYTES: usize = 64 << 20;

/// What the work of one step may hold in memory.
const STEP_BYTES_MAX: usize = 1 << 30;

/// What a definition says of some people, through its SQL.
///
/// Of the ways in it tells the entry and the index, not the names of the alternatives; events are
/// told by kind and key, and stand for those of the patient with these.
///
/// # Errors
/// When the definition has no answer, is one that SQL cannot say, or a step fails.
pub(super) fn answer(
    definition: &CohortDefinition,
    world: &World<'_>,
    people: &[Patient],
) -> Result<Answer, ReaderError> {
    let script = sql::script(definition, world).map_err(|not| match not {
        NotSaid::Refused(refused) => ReaderError::Cohort(refused),
        not @ NotSaid::NotInSql { .. } => ReaderError::NotInSql(not),
    })?;
    std::thread::scope(|scope| {
        let run = || run(&script, world, people);
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        let thread = thread.map_err(DataFusionError::IoError)?;
        let died = |_| DataFusionError::Internal("a thread died".to_owned());
        thread.join().map_err(died)?
    })
}

fn run(script: &Script, world: &World<'_>, people: &[Patient]) -> Result<Answer, ReaderError> {
    let threads = tokio::runtime::Builder::new_current_thread().build();
    let threads = threads.map_err(DataFusionError::IoError)?;
    threads.block_on(async {
        let session = open()?;
        let relations = given::relations((world, script), people).map_err(DataFusionError::from)?;
        for (name, rows) in relations {
            let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
            session.register_table(name, Arc::new(table))?;
        }
        for step in &script.steps {
            let rows = session.sql(&step.select).await?;
            let schema = Arc::new(rows.schema().as_arrow().clone());
            let rows = rows.collect().await?;
            // What came says better than the plan what may be null.
            let schema = rows.first().map_or(schema, |first| first.schema());
            let table = MemTable::try_new(schema, vec![rows])?;
            session.register_table(&step.name, Arc::new(table))?;
        }
        said::answer(&session, script, people).await
    })
}

/// An engine with the functions of questions, two more, and nothing to read yet.
fn open() -> Result<SessionContext, DataFusionError> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(STEP_BYTES_MAX)))
        .with_disk_manager_builder(
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        )
        .build_arc()?;
    let mut scalar = super::functions::scalar();
    scalar.extend(functions::of_samples());
    let state = SessionStateBuilder::new()
        .with_config(SessionConfig::new().with_target_partitions(1))
        .with_runtime_env(runtime)
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(scalar)
        .with_aggregate_functions(super::functions::aggregate())
        .with_window_functions(super::functions::window())
        .build();
    Ok(SessionContext::new_with_state(state))
}

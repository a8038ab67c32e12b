//! The functions a question may call: those of the list and no others, so that a new release of
//! the engine brings nothing in unseen.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

const LIST: &str = include_str!("functions.txt");

/// The names of the list.
fn listed() -> BTreeSet<&'static str> {
    LIST.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let listed = listed();
    let all = SessionStateDefaults::default_scalar_functions();
    all.into_iter().filter(|function| listed.contains(function.name())).collect()
}

pub(super) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    let listed = listed();
    let all = SessionStateDefaults::default_aggregate_functions();
    all.into_iter().filter(|function| listed.contains(function.name())).collect()
}

pub(super) fn window() -> Vec<Arc<WindowUDF>> {
    let listed = listed();
    let all = SessionStateDefaults::default_window_functions();
    all.into_iter().filter(|function| listed.contains(function.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<String> {
        let scalar = SessionStateDefaults::default_scalar_functions();
        let aggregate = SessionStateDefaults::default_aggregate_functions();
        let window = SessionStateDefaults::default_window_functions();
        let scalar = scalar.iter().map(|function| function.name().to_owned());
        let aggregate = aggregate.iter().map(|function| function.name().to_owned());
        let window = window.iter().map(|function| function.name().to_owned());
        scalar.chain(aggregate).chain(window).collect()
    }

    #[test]
    fn every_listed_function_exists() {
        let known = known();
        let missing: Vec<_> = listed().into_iter().filter(|name| !known.contains(*name)).collect();
        assert!(missing.is_empty(), "not in the engine: {missing:?}");
    }

    #[test]
    fn functions_that_tell_of_files_or_of_the_engine_are_not_listed() {
        for name in ["input_file_name", "file_row_index", "version", "random", "uuid"] {
            assert!(!listed().contains(name), "{name}");
        }
    }
}

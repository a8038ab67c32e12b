//! The compiled way and the general way must give the same tables.

mod agree;
mod bad_input;
mod generated;
mod samples;

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use vocab::date::Zone;
use vocab::{IssueCode, PatientId};

use super::links::Misses;
use super::{Layout, PatientResolver, Plan, Runner};
use crate::reference::Origin;
use crate::view::{self, View};

/// Numbers patients by the length of their keys: enough to tell them apart in a test.
#[derive(Debug)]
struct Counted;

impl PatientResolver for Counted {
    fn by_key(&self, source: u16, key: &str) -> PatientId {
        PatientId::from_hash(u64::from(source) * 1000 + key.len() as u64)
    }

    fn by_identifier(&self, _source: u16, system: &str, value: &str) -> Option<PatientId> {
        (system == "urn:mrn").then(|| PatientId::from_hash(value.len() as u64))
    }

    fn is_erased(&self, patient: PatientId) -> bool {
        patient.get() == ERASED
    }
}

/// A key of so many letters is that of somebody whose records were erased.
const ERASED: i64 = 444;

fn lake() -> Layout {
    Layout::Lake { zone: Zone::tokyo(), patients: Arc::new(Counted) }
}

/// Reads a view written as JSON.
fn view(json: &str) -> Arc<View> {
    let (view, issues) = view::read(json.as_bytes());
    Arc::new(view.unwrap_or_else(|| panic!("{json}: {issues:?}")))
}

/// A view with one select over these columns: name, path, type.
fn flat(resource: &str, each: &str, columns: &[(&str, &str, &str)]) -> Arc<View> {
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, path, kind)| {
            let quote = |text: &str| sonic_rs::to_string(text).unwrap();
            let kind =
                if kind.is_empty() { String::new() } else { format!(",\"type\":\"{kind}\"") };
            format!("{{\"name\":\"{name}\",\"path\":{}{kind}}}", quote(path))
        })
        .collect();
    let each = if each.is_empty() { String::new() } else { format!("\"forEach\":{each:?},") };
    view(&format!(
        r#"{{"resourceType":"ViewDefinition","resource":"{resource}","status":"active","name":"v",
            "select":[{{{each}"column":[{}]}}]}}"#,
        columns.join(",")
    ))
}

/// Everything a push gives, comparable.
#[derive(Debug, PartialEq)]
struct Outcome {
    pushed: Result<(Vec<u64>, String, Option<PatientId>), IssueCode>,
    batches: Vec<RecordBatch>,
}

#[test]
fn nothing_of_somebody_erased_is_taken_however_they_are_named() {
    let mut both = Both::new(&[flat("Observation", "", &[("id", "id", "id")])], lake());
    let key = "x".repeat(444);
    let subjects = [
        format!(r#"{{"reference":"Patient/{key}"}}"#),
        format!(r#"{{"identifier":{{"system":"urn:mrn","value":"{key}"}}}}"#),
    ];
    let observation =
        |subject: &str| format!(r#"{{"resourceType":"Observation","id":"o","subject":{subject}}}"#);
    for subject in &subjects {
        let outcome = both.push(&observation(subject), &Origin::default());
        assert_eq!(outcome.pushed, Err(IssueCode::Erased), "{subject}");
        assert_eq!(outcome.batches[0].num_rows(), 0);
    }
    let other = both.push(&observation(r#"{"reference":"Patient/7"}"#), &Origin::default());
    assert_eq!((other.pushed.is_ok(), other.batches[0].num_rows()), (true, 1));
}

/// Both ways in turn, over the same resource.
struct Both {
    quick: Runner,
    careful: Runner,
    views: usize,
}

impl Both {
    fn new(views: &[Arc<View>], layout: Layout) -> Self {
        let plan = Plan::new(views, layout).unwrap();
        Self { quick: plan.runner(), careful: plan.runner(), views: views.len() }
    }

    /// Pushes a resource both ways; fails unless they agree. Tells whether it went in.
    fn push(&mut self, text: &str, origin: &Origin<'_>) -> Outcome {
        let pushed = self
            .quick
            .push(text, origin)
            .map(|pushed| (pushed.rows_by_view.to_vec(), pushed.key.to_owned(), pushed.patient));
        let quick = Outcome {
            pushed: pushed.map_err(|issue| issue.code),
            batches: take(&mut self.quick, self.views),
        };
        let careful = self.push_carefully(text, origin);
        assert_eq!(quick, careful, "{text}");
        quick
    }

    fn push_carefully(&mut self, text: &str, origin: &Origin<'_>) -> Outcome {
        let mut misses = Misses::default();
        let done = self.careful.push_carefully(text, origin, None, &mut misses);
        let pushed = self
            .careful
            .enter(done, misses, origin)
            .map(|pushed| (pushed.rows_by_view.to_vec(), pushed.key.to_owned(), pushed.patient));
        Outcome {
            pushed: pushed.map_err(|issue| issue.code),
            batches: take(&mut self.careful, self.views),
        }
    }
}

fn take(runner: &mut Runner, views: usize) -> Vec<RecordBatch> {
    (0..views).map(|view| runner.take(view).unwrap()).collect()
}

/// The folder of public suites and samples, where there is one.
fn shared() -> Option<PathBuf> {
    let named = std::env::var("AOBA_SHARED").map(PathBuf::from).ok();
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let found = named.unwrap_or(beside);
    if found.join("data").is_dir() {
        return Some(found);
    }
    println!("SKIPPED: no folder with public samples; name one in AOBA_SHARED");
    None
}

//! What reads texts that others wrote, and such texts as were meant.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use fhir::entry;
use fhir::json::Node;
use fhir::path::{self, eval};
use fhir::plan::{Layout, PatientResolver, Plan, Runner};
use fhir::view::{self, View};
use slices::records::tables::TABLES;
use vocab::PatientId;
use vocab::date::Zone;

use crate::synth::people;

/// Reads one text; whether it was taken.
pub(super) type Read = Box<dyn FnMut(&[u8]) -> bool>;

/// One reader.
pub(super) struct Target {
    pub(super) name: &'static str,
    /// Texts as somebody meant them.
    pub(super) meant: Vec<Vec<u8>>,
    /// Words that are put in.
    pub(super) words: &'static [&'static str],
    /// Makes a reader; each thread has its own.
    pub(super) make: fn() -> Read,
}

const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "-0",
    "1e999",
    "0.1",
    "\\u0000",
    "\\ud800",
    "[[",
    "{\"a\":",
    "\"id\":\"",
    "\"resourceType\":\"",
    "\"extension\":[",
    "\"contained\":[",
    "\"reference\":\"",
    "\"2023-02-30\"",
    "\"9999-12-31T23:59:60Z\"",
    "\u{feff}",
    "あ",
    "\n",
];
const PATH_WORDS: &[&str] = &[
    "(",
    ")",
    ".",
    "'",
    "`",
    "|",
    "&",
    "+",
    "-",
    "*",
    "/",
    "div",
    "mod",
    "and",
    "or",
    "xor",
    "implies",
    "is",
    "as",
    "in",
    "contains",
    "where(",
    "select(",
    "repeat(",
    "first()",
    "$this",
    "%resource",
    "@2020",
    "@T12:00",
    "1 'mg'",
    "{}",
    "ofType(Quantity)",
    "extension('x')",
    "~",
    "!=",
    "<=",
    "not()",
    "iif(",
    "aggregate(",
    "getResourceKey()",
    "1.5",
    "\u{3000}",
    "-(",
];
const VIEW_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\"select\":[",
    "\"column\":[",
    "\"forEach\":\"",
    "\"forEachOrNull\":\"",
    "\"unionAll\":[",
    "\"repeat\":[",
    "\"path\":\"",
    "\"name\":\"",
    "\"collection\":true",
    "\"where\":[",
    "\"constant\":[",
    "name.given",
    "getResourceKey()",
    "$this",
];

/// All of them.
pub(super) fn all() -> anyhow::Result<Vec<Target>> {
    let files: Vec<Vec<u8>> = people::files().map(|(_, bytes)| bytes.to_vec()).collect();
    let resources = resources(&files);
    let views: Vec<Vec<u8>> =
        TABLES.iter().map(|table| table.view_json.as_bytes().to_vec()).collect();
    let target = |name, meant, words, make| Target { name, meant, words, make };
    let mut all = vec![
        target("json", resources.clone(), JSON_WORDS, json as fn() -> Read),
        target("bundle", files, JSON_WORDS, bundle),
        target("resource", resources, JSON_WORDS, resource),
        target("fhirpath", expressions(&views)?, PATH_WORDS, fhirpath),
        target("view", views, VIEW_WORDS, view),
    ];
    all.extend(super::definitions::targets());
    Ok(all)
}

/// Every resource of these files as a text of its own.
fn resources(files: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let texts = files.iter().filter_map(|bytes| str::from_utf8(bytes).ok());
    let whole = texts.clone().map(entry::whole).flat_map(|taken| taken.entries);
    let lines = texts.flat_map(str::lines).map(|line| entry::line(line, 1));
    let all = whole.chain(lines.flat_map(|taken| taken.entries));
    all.map(|entry| entry.text.as_bytes().to_vec()).collect()
}

/// Every expression of these views.
fn expressions(views: &[Vec<u8>]) -> anyhow::Result<Vec<Vec<u8>>> {
    fn collect(value: &serde_json::Value, found: &mut Vec<Vec<u8>>) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value.as_str()) {
                        ("path" | "forEach" | "forEachOrNull", Some(text)) => {
                            found.push(text.as_bytes().to_vec());
                        }
                        _ => collect(value, found),
                    }
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|one| collect(one, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for view in views {
        collect(&serde_json::from_slice(view).context("a bundled view")?, &mut found);
    }
    Ok(found)
}

fn json() -> Read {
    Box::new(|text| str::from_utf8(text).is_ok_and(|text| Node::parse(text).is_ok()))
}

fn bundle() -> Read {
    Box::new(|bytes| {
        let lines = entry::lines(bytes, 1).flatten();
        let of_lines: usize =
            lines.map(|line| entry::line(line.text, line.number).entries.len()).sum();
        let whole = str::from_utf8(bytes).map(entry::whole);
        of_lines + whole.map_or(0, |taken| taken.entries.len()) > 0
    })
}

/// Numbers for patients without a house.
struct Numbers;

impl PatientResolver for Numbers {
    fn by_key(&self, _source: u16, key: &str) -> PatientId {
        PatientId::from_hash(xxhash_rust::xxh3::xxh3_64(key.as_bytes()))
    }

    fn by_identifier(&self, _source: u16, _system: &str, value: &str) -> Option<PatientId> {
        value.len().is_multiple_of(2).then(|| self.by_key(0, value))
    }
}

/// Rows of a runner before they are let go.
const ROWS_MAX: usize = 2_000;

/// A resource through all tables of its type, as a load takes it.
fn resource() -> Read {
    let mut runners: HashMap<&'static str, Option<Runner>> = HashMap::new();
    Box::new(move |text| {
        let Ok(text) = str::from_utf8(text) else { return false };
        let taken = entry::line(text, 1);
        let mut pushed = false;
        for outer in &taken.entries {
            let contained = outer.contained();
            for entry in std::iter::once(outer).chain(&contained.entries) {
                let kind = entry.head.resource_type;
                let runner = runners.entry(kind).or_insert_with(|| runner_of(kind));
                let Some(runner) = runner else { continue };
                let origin = entry.origin(&contained.siblings);
                pushed |= runner.push_within(entry.text, &origin, None).is_ok();
                if runner.rows(0) > ROWS_MAX {
                    runners.remove(kind);
                }
            }
        }
        pushed
    })
}

/// All bundled tables of a type in one plan.
fn runner_of(kind: &str) -> Option<Runner> {
    let views = TABLES.iter().filter_map(|table| view::read(table.view_json.as_bytes()).0);
    let views: Vec<Arc<View>> = views.filter(|view| view.resource == kind).map(Arc::new).collect();
    let layout = Layout::Lake { zone: Zone::tokyo(), patients: Arc::new(Numbers) };
    Plan::for_resource(kind, &views, layout).ok().map(|plan| plan.runner())
}

/// A person to ask about.
const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","active":true,"name":[{"use":"official",
    "family":"青葉","given":["花子","h"]},{"text":"A"}],"birthDate":"1966-09-21","multipleBirthInteger":2,
    "extension":[{"url":"x","valueQuantity":{"value":1.50,"unit":"mg","code":"mg"}}],
    "contact":[{"period":{"start":"2020-01"}}],"link":[{"other":{"reference":"Patient/q"}}]}"#;

fn fhirpath() -> Read {
    Box::new(|text| {
        let Ok(text) = str::from_utf8(text) else { return false };
        let (Ok(expression), Ok(patient)) = (path::parse(text), Node::parse(PATIENT)) else {
            return false;
        };
        // What is written out must be read again, but where its brackets make it too deep.
        let written = expression.to_string();
        if let Err(error) = path::parse(&written) {
            let is_deep = error.to_string().contains("nested deeper");
            assert!(is_deep, "{text:?} is written {written:?} and cannot be read: {error}");
        }
        let focus = [eval::Value::resource(&patient)];
        let _ = eval::evaluate(&expression, &focus, &eval::Context::new(&patient));
        true
    })
}

/// A view, and what it makes of a person.
fn view() -> Read {
    Box::new(|text| {
        let (Some(view), _) = view::read(text) else { return false };
        let kind = view.resource.clone();
        let layout = Layout::Lake { zone: Zone::tokyo(), patients: Arc::new(Numbers) };
        let Ok(plan) = Plan::for_resource(&kind, &[Arc::new(view)], layout) else { return false };
        let mut runner = plan.runner();
        let person = PATIENT.replace("\"Patient\",", &format!("\"{kind}\","));
        let taken = entry::line(&person, 1);
        for entry in &taken.entries {
            let _ = runner.push_within(entry.text, &entry.origin(&[]), None);
        }
        runner.take(0).is_ok()
    })
}

//! The two engines agree: on sound resources and on damaged ones, they give the same rows in the
//! same order, or both refuse.

use std::sync::{Arc, LazyLock};

use fhir::entry;
use fhir::json::{JsonError, Node};
use fhir::view::{self, View};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cells;

/// A view that is sound, and the resources of its file that have its type.
struct Case {
    title: String,
    view: Arc<View>,
    resources: Vec<Node>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

/// Our own cases whose views can be read.
fn cases() -> Vec<Case> {
    let texts = [
        include_str!("views/columns.json"),
        include_str!("views/constants.json"),
        include_str!("views/keys.json"),
        include_str!("views/repeat.json"),
        include_str!("views/rows.json"),
    ];
    let mut cases = Vec::new();
    for text in texts {
        let file = Node::parse(text).unwrap();
        let list = |key: &str| file.get(key).and_then(Node::as_array).unwrap_or_default();
        for case in list("tests") {
            let Some(view) = view::read(case.get("view").unwrap().to_string().as_bytes()).0 else {
                continue;
            };
            let title = case.get("title").and_then(Node::as_str).unwrap_or_default().to_owned();
            let of_type = |node: &&Node| node.resource_type() == Some(&view.resource);
            let resources: Vec<Node> = list("resources").iter().filter(of_type).cloned().collect();
            // A repeat that never ends takes the time of thousands of others.
            if !resources.is_empty() && !title.contains("never ends") {
                cases.push(Case { title, view: Arc::new(view), resources });
            }
        }
    }
    cases
}

/// How many places a tree has, itself included.
fn places(node: &Node) -> usize {
    1 + match node {
        Node::Array(items) => items.iter().map(places).sum::<usize>(),
        Node::Object(object) => object.iter().map(|(_, value)| places(value)).sum(),
        _ => 0,
    }
}

/// The tree as JSON, with what stands at a place replaced.
fn damaged(node: &Node, place: &mut usize, with: &str) -> String {
    if *place == 0 {
        *place = usize::MAX;
        return with.to_owned();
    }
    *place = place.saturating_sub(1);
    match node {
        Node::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| damaged(item, place, with)).collect();
            format!("[{}]", items.join(","))
        }
        Node::Object(object) => {
            let fields = object.iter().map(|(key, value)| {
                let key = Node::String(key.into());
                format!("{key}:{}", damaged(value, place, with))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

fn check(case: &Case, resource: String) -> Result<(), TestCaseError> {
    // A resource of another type never comes to an engine.
    let head = entry::sniff(&resource);
    if head.as_ref().is_ok_and(|head| head.resource_type != case.view.resource) {
        return Ok(());
    }
    // The walk does not look for double keys in what no view asks for.
    if matches!(Node::parse(&resource), Err(JsonError::DuplicateKey { .. })) {
        return Ok(());
    }
    let sound = head.is_ok();
    let resources = [resource];
    let (general, plan) =
        (cells::general(&case.view, &resources), cells::plan(&case.view, &resources));
    let told = || format!("{}: {}\ngeneral: {general:?}\nplan: {plan:?}", case.title, resources[0]);
    if !sound {
        return Ok(());
    }
    prop_assert_eq!(general.is_ok(), plan.is_ok(), "{}", told());
    if let (Ok(general), Ok(plan)) = (&general, &plan) {
        prop_assert_eq!(shown(general), shown(plan), "{}", told());
    }
    Ok(())
}

/// Rows as text; a decimal is its text, whether or not a column knows that it is one.
fn shown(rows: &[Vec<Node>]) -> Vec<String> {
    let cell = |node: &Node| match node {
        Node::Number(text) | Node::String(text) => text.to_string(),
        other => other.to_string(),
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

#[test]
fn sound_resources_give_the_same_rows() {
    for case in CASES.iter() {
        for resource in &case.resources {
            check(case, resource.to_string()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_resources_give_the_same_rows_or_none(
        case in any::<Index>(),
        resource in any::<Index>(),
        place in any::<Index>(),
        with in prop_oneof![
            Just("null"), Just("true"), Just("7"), Just("-1.50e2"), Just("\"x\""), Just("\"2023-02-30\""),
            Just("\"\""), Just("[]"), Just("{}"), Just("[null]"), Just("[[]]"), Just("[{}]"),
            Just("[\"a\",null,\"b\"]"), Just("{\"a\":1,\"a\":2}"), Just("{\"reference\":\"#m\"}"),
            Just("{\"extension\":[{\"url\":\"urn:x:source\",\"valueString\":\"s\"}]}"), Just("\"\\u00e9\\n\""),
            Just("{"), Just("01"),
        ],
    ) {
        let case = &CASES[case.index(CASES.len())];
        let resource = &case.resources[resource.index(case.resources.len())];
        let mut place = place.index(places(resource));
        // What is at the top is not one resource any more.
        place = place.max(1);
        check(case, damaged(resource, &mut place, with))?;
    }
}

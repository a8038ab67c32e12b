//! HL7's own tests of FHIRPath on FHIR R4, where they are at hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fhir::json::Node;
use fhir::path::eval::{self, Context, Value};
use fhir::path::{self, PathError, check};

use crate::xml::{self, Tag};

/// So many of the suite's 935 tests passed when this was last raised.
const PASSED_BEFORE: usize = 935;

/// Where test data that is not ours lies, if it does.
fn shared() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var("AOBA_SHARED")
        .map_or_else(|_| root.join("../shared"), PathBuf::from)
        .join("data/fhirpath");
    folder.join("tests-fhir-r4.xml").exists().then_some(folder)
}

#[test]
fn hl7s_suite_passes_as_far_as_it_did_before() {
    let Some(folder) = shared() else {
        println!("SKIPPED: HL7's FHIRPath suite is not here (set AOBA_SHARED)");
        return;
    };
    let text = std::fs::read_to_string(folder.join("tests-fhir-r4.xml")).unwrap();
    let suite = xml::read(&text);
    let mut inputs = BTreeMap::new();
    let (mut passed, mut total) = (0, 0);
    for group in suite.all("group") {
        let (mut group_passed, mut failures, mut group_total) = (0, Vec::new(), 0);
        for test in group.all("test") {
            let file = test.attribute("inputfile").unwrap_or("patient-example.xml");
            let input = inputs.entry(file.to_owned()).or_insert_with(|| {
                let text = std::fs::read_to_string(folder.join("input").join(file)).unwrap();
                let json = match file.strip_suffix(".xml") {
                    Some(_) => xml::resource_to_json(&xml::read(&text)),
                    None => text,
                };
                Node::parse(&json).unwrap()
            });
            group_total += 1;
            match run(test, input) {
                Ok(()) => group_passed += 1,
                Err(told) => failures.push(format!(
                    "    {}: {}: {told}",
                    test.attribute("name").unwrap_or_default(),
                    test.all("expression").next().unwrap().text.trim()
                )),
            }
        }
        let name = group.attribute("name").unwrap_or_default();
        println!("{group_passed:4} of {group_total:4}  {name}");
        failures.iter().for_each(|failure| println!("{failure}"));
        passed += group_passed;
        total += group_total;
    }
    println!("{passed} of {total} tests of HL7's suite pass");
    assert!(passed >= PASSED_BEFORE, "{passed} of {total} pass; {PASSED_BEFORE} did before");
}

fn run(test: &Tag, input: &Node) -> Result<(), String> {
    let expression = test.all("expression").next().unwrap();
    let outputs: Vec<&Tag> = test.all("output").collect();
    let ordered_functions = test.attribute("checkOrderedFunctions") == Some("true");
    let answer = answer(&expression.text, input, ordered_functions);
    if expression.attribute("invalid").is_some() {
        return match answer {
            Err(_) => Ok(()),
            Ok(values) => Err(format!("answers {values:?}, an error is expected")),
        };
    }
    let mut values = answer.map_err(|error| error.to_string())?;
    if test.attribute("predicate") == Some("true") {
        values = vec![("boolean".to_owned(), (!values.is_empty()).to_string())];
    }
    let mut expected: Vec<(String, String)> = outputs
        .iter()
        .map(|output| {
            let kind = output.attribute("type").unwrap_or_default();
            (kind.to_owned(), output.text.trim().to_owned())
        })
        .collect();
    if test.attribute("ordered") == Some("false") {
        values.sort();
        expected.sort();
    }
    let same = values.len() == expected.len()
        && values.iter().zip(&expected).all(|(value, expected)| matches(value, expected));
    if same { Ok(()) } else { Err(format!("answers {values:?}, expected {expected:?}")) }
}

/// The values of an expression: their types and texts.
fn answer(
    expression: &str,
    input: &Node,
    ordered_functions: bool,
) -> Result<Vec<(String, String)>, PathError> {
    let expr = path::parse(expression)?;
    let mode = if ordered_functions { check::Order::Required } else { check::Order::Any };
    let wrong = check::check(&expr, input.resource_type().unwrap(), mode);
    if let Some(wrong) = wrong.into_iter().find(|wrong| !wrong.is_warning()) {
        return Err(PathError::new(wrong.at, wrong.told));
    }
    let now = "2026-11-23T17:00:00+09:00[Asia/Tokyo]".parse().unwrap();
    let context = Context { now: Some(now), ..Context::new(input) };
    let values = eval::evaluate(&expr, &[Value::resource(input)], &context)?;
    Ok(values
        .iter()
        .map(|value| {
            let text = value.to_text().unwrap_or_default().into_owned();
            (value.type_info().name.to_owned(), text)
        })
        .collect())
}

fn matches((kind, text): &(String, String), (wanted_kind, wanted): &(String, String)) -> bool {
    let wanted = wanted.strip_prefix("@T").or(wanted.strip_prefix('@')).unwrap_or(wanted);
    let same_kind = wanted_kind.is_empty() || kind.eq_ignore_ascii_case(wanted_kind);
    let number = |text: &str| text.parse::<f64>().ok();
    let same_text =
        text == wanted || (kind.eq_ignore_ascii_case("decimal") && number(text) == number(wanted));
    same_kind && same_text
}

//! What the evaluator holds true, beyond HL7's suite.

use super::*;
use crate::path::{self, check};

const OBSERVATION: &str = r##"{
    "resourceType": "Observation", "id": "o1", "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/p1"},
    "contained": [{"resourceType": "Device", "id": "d", "manufacturer": "岡山"}],
    "device": {"reference": "#d"},
    "effectiveDateTime": "2024-05-17T09:30:00+09:00",
    "valueQuantity": {"value": 1.50, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"},
    "component": [
        {"code": {"text": "a"}, "valueInteger": 3},
        {"code": {"text": "b"}, "valueString": "x", "extension": [{"url": "u", "valueCode": "c"}]},
        {"code": {"text": "c"}, "valueQuantity": {"value":
            123456789012345678901234567890.123456789012345678901234567890}}
    ]
}"##;

struct TestKeys;

impl Keys for TestKeys {
    fn resource_key(&self, resource: &Node) -> Option<String> {
        resource.get("id")?.as_str().map(str::to_owned)
    }

    fn reference_key(&self, reference: &Node, wanted: Option<&str>) -> Option<String> {
        let (kind, id) = reference.get("reference")?.as_str()?.split_once('/')?;
        wanted.is_none_or(|wanted| wanted == kind).then(|| id.to_owned())
    }
}

fn ask(text: &str) -> Result<Vec<String>, PathError> {
    let node = Node::parse(OBSERVATION).unwrap();
    let constants = [("limit".to_owned(), Value::Integer(2))];
    let context = Context {
        constants: &constants,
        row_index: Some(4),
        keys: Some(&TestKeys),
        ..Context::new(&node)
    };
    let values = evaluate(&path::parse(text)?, &[Value::resource(&node)], &context)?;
    Ok(values.iter().map(|value| value.to_text().unwrap_or("{}".into()).into_owned()).collect())
}

fn check(text: &str, expect: &[&str]) {
    assert_eq!(ask(text).unwrap_or_else(|error| panic!("{text}: {error}")), expect, "{text}");
}

fn check_fails(text: &str, part: &str) {
    let error = ask(text).unwrap_err();
    assert!(error.message.contains(part), "{text}: {error}");
}

#[test]
fn numbers_keep_their_text_and_are_exact() {
    check("value.value", &["1.50"]);
    check("value.value + 0.1", &["1.60"]);
    check("0.1 + 0.2 = 0.3", &["true"]);
    let long = "123456789012345678901234567890.123456789012345678901234567890";
    check("component[2].value.value", &[long]);
    check("component[2].value.value + 0.1 > component[2].value.value", &["true"]);
    check("component[2].value.value * 2 / 2 = component[2].value.value", &["false"]);
    check("2147483647 + 1", &[]);
    check("1 / 3", &["0.3333333333333333333333333333333333"]);
    check("(7).power(70).exists()", &["true"]);
    check("5.5 div 0.7", &["7"]);
}

#[test]
fn choices_contained_and_extensions_are_found() {
    check("value.ofType(Quantity).unit", &["mg"]);
    check("component.value.ofType(integer)", &["3"]);
    check("component.value.ofType(string) | component.code.text", &["x", "a", "b", "c"]);
    check("valueQuantity", &[]);
    check("device.resolve().manufacturer", &["岡山"]);
    check("contained.ofType(Device).id", &["d"]);
    check("component.extension('u').value", &["c"]);
    check("component.where(extension.exists()).code.text", &["b"]);
    check("Observation.code.coding.where(system = 'http://loinc.org').code.first()", &["29463-7"]);
    check("Patient.name", &[]);
    check("DomainResource.id", &["o1"]);
}

#[test]
fn keys_constants_and_row_numbers_come_from_the_caller() {
    check("getResourceKey()", &["o1"]);
    check("subject.getReferenceKey()", &["p1"]);
    check("subject.getReferenceKey(Patient)", &["p1"]);
    check("subject.getReferenceKey(Group)", &[]);
    check_fails("subject.getReferenceKey(Patien)", "did you mean Patient?");
    check("%limit + %rowIndex", &["6"]);
    check_fails("%limt", "did you mean limit?");
    check_fails("now()", "daily");
    check_fails("nme.wher(x)", "did you mean where?");
    check_fails("code.memberOf('x')", "terminology server");
}

#[test]
fn moments_compare_as_far_as_they_are_known() {
    check("effective > @2024-05-16", &["true"]);
    check("effective > @2024-05-17", &[]);
    check("effective = @2024-05-17T00:30:00Z", &["true"]);
    check("effective > @2024-05-01T00:00:00", &["true"]);
    check("effective > @2024-05-17T09:00:00", &[]);
    check("@2024-01-31 + 1 month", &["2024-02-29"]);
    check("@2024-02-29 + 1 year", &["2025-02-28"]);
    check("@2024 + 25 months", &["2026"]);
    check("@T23:30 + 45 minutes", &["00:15"]);
    check("@2024-12-31T23:59:59.5+09:00 + 500 'ms'", &["2025-01-01T00:00:00.000+09:00"]);
    check("@9999-12-31 + 1 day", &[]);
    check("@2024-02.highBoundary()", &["2024-02-29"]);
    check("@2024-05-17T09.lowBoundary()", &["2024-05-17T09:00:00.000+14:00"]);
    check("effective.yearOf() | effective.timezoneOffsetOf()", &["2024", "9"]);
}

#[test]
fn quantities_convert_where_units_can() {
    check("value = 0.0015 'g'", &["true"]);
    check("value < 2 'mg' and value > 1000 'ug'", &["true"]);
    check("5 'mmol/L' = 5 'mol/m3'", &["true"]);
    check("120 'mm[Hg]' > 10 'kPa'", &["true"]);
    check("1 '10*3/uL' = 1 '10*9/L'", &["true"]);
    check("1 'cm' = 1 's'", &[]);
    check("37 'Cel' = 37 'Cel'", &["true"]);
    check("37 'Cel' > 300 'K'", &[]);
    check("1 year = 12 months", &["true"]);
    check("1 year = 1 'a'", &[]);
    check("1 year ~ 1 'a'", &["true"]);
    check("1 'h' + 30 'min'", &["1.5 'h'"]);
    check("value.toQuantity('ug')", &["1500 'ug'"]);
}

#[test]
fn variables_end_where_they_should() {
    check("component.defineVariable('c').select(%c.count())", &["3", "3", "3"]);
    check_fails("component.where(defineVariable('c').exists()).select(%c)", "not defined");
    check_fails("defineVariable('c', 1).defineVariable('c', 2)", "already defined");
    check("component.select(code.text.defineVariable('t').select(%t & '!'))", &["a!", "b!", "c!"]);
}

#[test]
fn what_grows_without_end_is_stopped() {
    check_fails("component.repeatAll($this)", "steps");
    check_fails("'a'.repeatAll($this & $this)", "steps");
    let all = (0..60).map(|n| n.to_string()).collect::<Vec<_>>().join(" | ");
    check(&format!("({all}).aggregate($total * $total, 10)"), &[]);
    check_fails(&format!("({all}).aggregate($total & $total, 'abcdefgh')"), "steps");
    check_fails(&format!("({all}).aggregate($total.replace('', 'xy'), 'a')"), "steps");
    check_fails(&format!("({all}).aggregate($total.combine($total), 1)"), "steps");
    let nested = format!("{}id{}", "iif(true, ".repeat(98), ")".repeat(98));
    check(&nested, &["o1"]);
    // Each level nests twice in the reader and three times in the evaluator.
    let nested = format!("{}true{}.id", "$this.where(true and ".repeat(49), ")".repeat(49));
    check(&nested, &["o1"]);
    let chain = format!("id{}", ".first()".repeat(190));
    check(&chain, &["o1"]);
    let sum = format!("1{}", " + 1".repeat(190));
    check(&sum, &["191"]);
}

#[test]
fn names_fhir_does_not_have_are_found_before_running() {
    let told = |text: &str, root: &str| {
        let expr = path::parse(text).unwrap();
        let wrong = check::check(&expr, root, check::Order::Any);
        wrong.into_iter().next().map_or(Ok(()), |wrong| Err(wrong.told))
    };
    let is = |text: &str, root: &str, expect: &str| {
        assert_eq!(told(text, root), Err(expect.to_owned()), "{text}");
    };
    is("nmae.given", "Patient", "Patient has no nmae; did you mean name?");
    is(
        "valueQuantity.value",
        "Observation",
        "Observation has no valueQuantity; write value.ofType(Quantity)",
    );
    is("Encounter.id", "Patient", "this is Patient, never Encounter");
    is("name.where(usee = 'official')", "Patient", "HumanName has no usee; did you mean use?");
    is("name.frst()", "Patient", "frst(); did you mean first?");
    for (text, root) in [
        ("value.ofType(Quantity).value > 5", "Observation"),
        ("contained.ofType(Patient).name.family", "Observation"),
        ("item.item.item.answer.value", "QuestionnaireResponse"),
        ("repeat(item).linkId", "QuestionnaireResponse"),
        ("name.where(use = 'official').given.first() & '!'", "Patient"),
        ("extension('x').value.ofType(CodeableConcept).coding.code", "Patient"),
        ("link.other.getReferenceKey(Patient)", "Patient"),
        ("entry.resource.ofType(Patient).birthDate", "Bundle"),
        ("identifier.assigner.resolve().name", "Patient"),
        ("value.unit", "Observation"),
        ("birthDate.extension('x').value", "Patient"),
        ("name.exists() and Resource.id = 'x'", "Patient"),
    ] {
        assert_eq!(told(text, root), Ok(()), "{text}");
    }
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    /// Expressions put together from parts that know nothing of one another.
    fn expression() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "component",
            "value",
            "$this",
            "$index",
            "$total",
            "{}",
            "1",
            "0",
            "-5",
            "1.50",
            "'a'",
            "''",
            "true",
            "@2024-02-29",
            "@2024T",
            "@T10",
            "@0001-01-01T00:00:00Z",
            "@9999-12-31T23:59:59.999-12:00",
            "4 days",
            "5 'mg'",
            "%resource",
            "%limit",
            "id",
            "code.text",
            "9223372036854775807L",
            "99999999999999999999999999999.9",
            "Observation",
            "contained",
            "effective",
            "type()",
            "'1 \\'mg\\''",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(5, 24, 3, |inner| {
            let functions: Vec<&'static str> = FUNCTIONS.iter().map(|(name, ..)| *name).collect();
            let operators = prop::sample::select(vec![
                "+", "-", "*", "/", "div", "mod", "&", "|", "=", "!=", "~", "!~", "<", "<=", ">",
                ">=", "in", "contains", "and", "or", "xor", "implies",
            ]);
            prop_oneof![
                (inner.clone(), operators, inner.clone())
                    .prop_map(|(left, op, right)| format!("({left} {op} {right})")),
                (
                    inner.clone(),
                    prop::sample::select(functions),
                    prop::collection::vec(inner.clone(), 0..3)
                )
                    .prop_map(|(base, name, arguments)| {
                        format!("({base}).{name}({})", arguments.join(", "))
                    }),
                (inner.clone(), inner.clone())
                    .prop_map(|(base, index)| format!("({base})[{index}]")),
                inner.clone().prop_map(|of| format!("(-{of})")),
                (
                    inner.clone(),
                    prop::sample::select(vec!["is", "as"]),
                    prop::sample::select(vec!["Quantity", "string", "System.Any", "FHIR.Resource"])
                )
                    .prop_map(|(of, op, name)| format!("({of} {op} {name})")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn no_expression_makes_the_evaluator_fail(text in expression()) {
            let _ = ask(&text);
            if let Ok(expr) = path::parse(&text) {
                let wrong = check::check(&expr, "Observation", check::Order::Required);
                prop_assert!(wrong.iter().all(|wrong| wrong.at <= text.len()));
                let again = path::parse(&expr.to_string());
                prop_assert_eq!(again.map(|expr| expr.to_string()), Ok(expr.to_string()));
            }
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in ".{0,80}") {
            let _ = ask(&text);
        }

        #[test]
        fn no_text_of_an_element_makes_the_evaluator_fail(value in ".{0,30}", kind in "(Date|DateTime|Time|Quantity|Decimal|Integer)") {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            let _ = ask(&format!("'{value}'.to{kind}().lowBoundary() | '{value}'.to{kind}() + 1 day"));
        }
    }
}

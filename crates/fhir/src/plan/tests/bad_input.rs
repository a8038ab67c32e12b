//! What is wrong with a resource is told alike both ways, and nothing of it stays.

use super::*;

fn views() -> Vec<Arc<View>> {
    vec![
        flat(
            "Patient",
            "",
            &[("family", "name.family.first()", "string"), ("born", "birthDate", "date")],
        ),
        flat(
            "Patient",
            "telecom",
            &[("value", "value", "string"), ("rank", "rank", "positiveInt")],
        ),
    ]
}

#[test]
fn a_resource_with_an_error_leaves_nothing_behind() {
    let good =
        r#"{"resourceType":"Patient","id":"p","birthDate":"2020-01-01","telecom":[{"value":"1"}]}"#;
    let bad = [
        (
            r#"{"resourceType":"Patient","id":"p","birthDate":"2023-02-30","telecom":[{"value":"1"}]}"#,
            IssueCode::InvalidDate,
        ),
        (
            r#"{"resourceType":"Patient","id":"p","telecom":[{"value":"1"},{"value":{"a":1}}]}"#,
            IssueCode::WrongType,
        ),
        (
            r#"{"resourceType":"Patient","id":"p","telecom":[{"value":"1","rank":1.5}]}"#,
            IssueCode::WrongType,
        ),
        (
            r#"{"resourceType":"Patient","id":"p","telecom":[{"rank":99999999999}]}"#,
            IssueCode::InvalidNumber,
        ),
        (
            r#"{"resourceType":"Patient","id":"p","telecom":[{"value":"1","value":"2"}]}"#,
            IssueCode::DuplicateKey,
        ),
        (
            r#"{"resourceType":"Patient","id":"p","photo":[{"x":{"url":"1","url":"1"}}]}"#,
            IssueCode::DuplicateKey,
        ),
        (
            r#"{"resourceType":"Patient","id":"p","photo":[{"url":"1","\u0075rl":"1"}]}"#,
            IssueCode::DuplicateKey,
        ),
        (r#"{"resourceType":"Patient","id":"p","photo":[{"x":1,}]}"#, IssueCode::BrokenJson),
        (
            r#"{"resourceType":"Patient","id":"p","telecom":[{"value":"\ud800"}]}"#,
            IssueCode::BrokenJson,
        ),
        (r#"{"resourceType":"Patient","id":"p","telecom":[{"value":"1"}"#, IssueCode::BrokenJson),
        (r#"{"resourceType":"Patient","id":"p"} {"#, IssueCode::BrokenJson),
        (r#"{"resourceType":"Patient","telecom":[{"value":"1"}]}"#, IssueCode::NoId),
        (r#"{"resourceType":"Group","id":"p"}"#, IssueCode::OtherResource),
        (r#"{"id":"p"}"#, IssueCode::NoResourceType),
        (r#"[]"#, IssueCode::NoResourceType),
    ];
    let mut both = Both::new(&views(), lake());
    let plan = Plan::new(&views(), lake()).unwrap();
    let (mut with_bad, mut without) = (plan.runner(), plan.runner());
    let origin = Origin { line: 4, ..Origin::default() };
    for (text, expect) in bad {
        assert_eq!(both.push(text, &origin).pushed, Err(expect), "{text}");
        let issue = with_bad.push(text, &origin).unwrap_err();
        assert_eq!((issue.code, issue.place.line), (expect, Some(4)));
        for runner in [&mut with_bad, &mut without] {
            assert_eq!(runner.push(good, &origin).unwrap().rows_by_view, [1, 1]);
        }
    }
    assert_eq!(with_bad.rows(0), bad.len());
    assert_eq!(take(&mut with_bad, 2), take(&mut without, 2));
}

#[test]
fn unusual_resources_are_taken_by_the_careful_way() {
    let mut both = Both::new(&views(), lake());
    let origin = Origin { line: 1, ..Origin::default() };
    for text in [
        r#"{"resourceType":"Patient","id":"p","_birthDate":{"extension":[{"url":"u","valueString":"x"}]}}"#,
        r#"{"resourceType":"Patient","id":"p","name":[null,{"family":"x"}]}"#,
        r#"{"resourceType":"Patient","id":"p","birthDate":null}"#,
        r#"{"resourceType":"Patient","id":"p","name":[{"family":"x"}],"_name":[{"id":"1"}]}"#,
    ] {
        let before = both.quick.careful();
        both.push(text, &origin).pushed.unwrap();
        assert_eq!(both.quick.careful(), before + 1, "{text}");
    }
}

#[test]
fn nesting_beyond_the_limit_is_told_and_does_no_harm() {
    let mut both = Both::new(&views(), lake());
    let origin = Origin { line: 1, ..Origin::default() };
    for key in ["unknown", "telecom"] {
        let deep = format!(
            r#"{{"resourceType":"Patient","id":"p","{key}":{}{}}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        assert_eq!(both.push(&deep, &origin).pushed, Err(IssueCode::TooDeep));
    }
}

#[test]
fn a_decimal_of_sixty_digits_keeps_every_digit() {
    use arrow_array::cast::AsArray as _;
    let digits = "123456789012345678901234567890.123456789012345678901234567890";
    let views = [flat("Observation", "", &[("v", "value.ofType(Quantity).value", "decimal")])];
    let text = format!(
        r#"{{"resourceType":"Observation","id":"o","subject":{{"reference":"Patient/1"}},"valueQuantity":{{"value":{digits}}}}}"#
    );
    let outcome = Both::new(&views, lake()).push(&text, &Origin::default());
    let column = outcome.batches[0].column_by_name("v_text").unwrap().clone();
    assert_eq!(column.as_string::<i32>().value(0), digits);
}

//! Reading ViewDefinitions: what is taken, and what is said about what is not.

use fhir::view::{self, Each, View};
use vocab::{IssueCode, Severity};

fn read(text: &str) -> (Option<View>, Vec<(String, IssueCode, String)>) {
    let (view, issues) = view::read(text.as_bytes());
    let told = issues.into_iter().map(|issue| {
        assert!(!issue.remedy(vocab::Locale::Ja).is_empty());
        (issue.place.path.clone().unwrap_or_default(), issue.code, issue.detail)
    });
    (view, told.collect())
}

fn view_with(inner: &str) -> String {
    format!(
        r#"{{"resourceType": "ViewDefinition", "name": "v", "status": "active", "resource": "Patient", {inner}}}"#
    )
}

/// The view must be refused, with this issue among those told.
fn refused(inner: &str, place: &str, code: IssueCode) -> String {
    let (view, issues) = read(&view_with(inner));
    assert!(view.is_none(), "{inner} was taken");
    let found = issues.iter().find(|(path, told, _)| path == place && *told == code);
    found.unwrap_or_else(|| panic!("{code:?} at {place} is not among {issues:?}")).2.clone()
}

#[test]
fn a_view_is_read_whole() {
    let (view, issues) = read(&view_with(
        r#""fhirVersion": ["4.0.1"], "title": "People",
        "constant": [{"name": "use", "valueCode": "official"}],
        "where": [{"path": "active"}],
        "select": [
            {"column": [{"name": "a", "path": "id", "type": "http://hl7.org/fhir/StructureDefinition/id"}],
             "select": [{"forEachOrNull": "name.where(use = %use)", "column": [
                {"name": "b", "path": "given", "collection": true, "type": "string",
                 "description": "Given names.", "tag": [{"name": "ansi/type", "value": "TEXT"}]}]}],
             "unionAll": [{"repeat": ["contact"], "column": [{"name": "c", "path": "%rowIndex"}]},
                          {"column": [{"name": "c", "path": "1"}]}]},
            {"column": [{"name": "d", "path": "gender"}]}]"#,
    ));
    assert!(issues.is_empty(), "{issues:?}");
    let view = view.unwrap();
    let names: Vec<&str> = view.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(view.selects[0].columns[0].r#type.as_deref(), Some("id"));
    let nested = &view.selects[0].selects[0];
    assert!(nested.columns[0].collection);
    assert_eq!(nested.columns[0].tag("ansi/type"), Some("TEXT"));
    assert!(
        matches!(&nested.each, Each::ForEachOrNull(expr) if expr.to_string().contains("official"))
    );
    assert!(matches!(&view.selects[0].union_all[0].each, Each::Repeat(paths) if paths.len() == 1));
}

#[test]
fn constants_are_put_where_they_are_named() {
    let (view, _) = read(&view_with(
        r#""constant": [{"name": "limit", "valueDecimal": 1.50}],
        "select": [{"column": [{"name": "a", "path": "%limit"}]}]"#,
    ));
    assert_eq!(view.unwrap().columns()[0].path.to_string(), "1.50");
}

#[test]
fn what_is_no_view_is_refused_whole() {
    for text in ["", "[]", "{", "nul", "\"x\"", r#"{"resourceType": "Patient"}"#, "{} {}"] {
        let (view, issues) = read(text);
        assert!(view.is_none(), "{text}");
        assert!(!issues.is_empty(), "{text}");
    }
    let deep = format!("{{\"select\": {}", "[".repeat(10_000));
    assert_eq!(read(&deep).1[0].1, IssueCode::NotAView);
}

#[test]
fn what_is_missing_is_named() {
    let (view, issues) = read(r#"{"select": [{"column": [{"path": "id"}]}]}"#);
    assert!(view.is_none());
    let places: Vec<&str> = issues.iter().map(|(place, ..)| place.as_str()).collect();
    for place in ["resource", "name", "status", "resourceType", "select[0].column[0].name"] {
        assert!(places.contains(&place), "{place} is not among {places:?}");
    }
    refused(r#""select": []"#, "select", IssueCode::ViewElementMissing);
    refused(r#""select": [{"forEach": "name"}]"#, "select", IssueCode::ViewElementMissing);
    let place = "constant[0].value[x]";
    refused(r#""constant": [{"name": "c"}]"#, place, IssueCode::ViewElementMissing);
}

#[test]
fn a_view_without_name_and_status_still_runs() {
    let (view, issues) = view::read(
        br#"{"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]}"#,
    );
    assert!(view.is_some());
    assert!(issues.iter().all(|issue| issue.severity() == Severity::Warning));
    assert_eq!(issues.len(), 3);
}

#[test]
fn misspelt_elements_are_recognised() {
    let column = r#""column": [{"name": "id", "path": "id"}]"#;
    let told = refused(
        &format!(r#""select": [{{"foreach": "name", {column}}}]"#),
        "select[0]",
        IssueCode::UnknownKey,
    );
    assert_eq!(told, "foreach; did you mean forEach?");
    refused(&format!(r#""wheres": [], "select": [{{{column}}}]"#), "", IssueCode::UnknownKey);
    let place = "select[0].modifierExtension";
    refused(
        &format!(r#""select": [{{"modifierExtension": [], {column}}}]"#),
        place,
        IssueCode::ViewElementInvalid,
    );
}

#[test]
fn expressions_that_cannot_be_read_are_shown_with_their_place() {
    let place = "select[0].column[1].path";
    let columns =
        r#""select": [{"column": [{"name": "a", "path": "id"}, {"name": "b", "path": "name.("}]}]"#;
    assert!(refused(columns, place, IssueCode::PathSyntax).contains("character 6"));
    refused(r#""select": [{"forEach": "@@"}]"#, "select[0].forEach", IssueCode::PathSyntax);
    refused(r#""select": [{"forEach": 1}]"#, "select[0].forEach", IssueCode::ViewElementInvalid);
    let told = refused(
        r#""constant": [{"name": "usage", "valueCode": "x"}],
        "select": [{"column": [{"name": "a", "path": "name.where(use = %usag).family"}]}]"#,
        "select[0].column[0].path",
        IssueCode::UnknownConstant,
    );
    assert_eq!(told, "%usag; did you mean usage?");
}

#[test]
fn names_must_be_legal_and_single() {
    let two = r#""select": [{"column": [{"name": "a", "path": "id"}]}, {"column": [{"name": "a", "path": "id"}]}]"#;
    refused(two, "select[1].column[0].name", IssueCode::TwoColumnsOneName);
    for name in ["1a", "_a", "a b", "あ", "a-b"] {
        let select = format!(r#""select": [{{"column": [{{"name": "{name}", "path": "id"}}]}}]"#);
        refused(&select, "select[0].column[0].name", IssueCode::BadName);
    }
    let within = r#""select": [{"column": [{"name": "a", "path": "id"}],
        "unionAll": [{"column": [{"name": "b", "path": "id"}]}, {"column": [{"name": "b", "path": "id"}, {"name": "a", "path": "id"}]}]}]"#;
    refused(within, "select[0].unionAll[1].column[1].name", IssueCode::TwoColumnsOneName);
}

#[test]
fn branches_of_a_union_must_agree() {
    let branches = |left: &str, right: &str| {
        format!(r#""select": [{{"unionAll": [{{"column": [{left}]}}, {{"column": [{right}]}}]}}]"#)
    };
    let (a, b) = (r#"{"name": "a", "path": "id"}"#, r#"{"name": "b", "path": "id"}"#);
    for (left, right) in [
        (a.to_owned(), b.to_owned()),
        (format!("{a}, {b}"), format!("{b}, {a}")),
        (format!("{a}, {b}"), a.to_owned()),
        (a.replace("}", r#", "type": "id"}"#), a.replace("}", r#", "type": "string"}"#)),
        (a.to_owned(), a.replace("}", r#", "collection": true}"#)),
    ] {
        refused(&branches(&left, &right), "select[0].unionAll[1]", IssueCode::UnionMismatch);
    }
    assert!(read(&view_with(&branches(a, a))).0.is_some());
}

#[test]
fn at_most_one_way_of_repeating() {
    let select = r#""select": [{"forEach": "name", "forEachOrNull": "name", "column": [{"name": "a", "path": "id"}]}]"#;
    refused(select, "select[0].forEachOrNull", IssueCode::ViewElementInvalid);
    let select = r#""select": [{"forEach": "name", "repeat": ["name"], "column": [{"name": "a", "path": "id"}]}]"#;
    refused(select, "select[0].repeat", IssueCode::ViewElementInvalid);
}

#[test]
fn a_view_for_another_version_of_fhir_is_refused() {
    let select =
        r#""fhirVersion": ["5.0.0"], "select": [{"column": [{"name": "a", "path": "id"}]}]"#;
    refused(select, "fhirVersion", IssueCode::ViewElementInvalid);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let (view, issues) = view::read(&bytes);
        proptest::prop_assert!(view.is_some() || !issues.is_empty());
    }

    #[test]
    fn a_damaged_view_is_read_or_refused(at in 0_usize..DAMAGED.len(), with in "[\\[\\]{}\",:\\\\a0%'(). ]{0,3}") {
        let damaged = format!("{}{with}{}", &DAMAGED[..at], &DAMAGED[at + 1..]);
        let (view, issues) = view::read(damaged.as_bytes());
        proptest::prop_assert!(view.is_some() || !issues.is_empty());
    }
}

const DAMAGED: &str = r#"{"resourceType":"ViewDefinition","name":"v","status":"active","resource":"Patient",
    "constant":[{"name":"c","valueDecimal":1.5e3}],"where":[{"path":"active = true"}],
    "select":[{"column":[{"name":"a","path":"name.where(use = 'x').given[0]"}],"forEach":"contact",
    "unionAll":[{"repeat":["item","answer.item"],"column":[{"name":"b","path":"%c"}]}]}]}"#;

fn column(path: &str) -> String {
    format!(r#""select": [{{"column": [{{"name": "a", "path": "{path}"}}]}}]"#)
}

#[test]
fn elements_fhir_does_not_have_are_named_with_the_nearest() {
    let place = "select[0].column[0].path";
    for (path, wanted) in [
        ("name.famly.first()", "HumanName has no famly; did you mean family?"),
        ("brithDate", "Patient has no brithDate; did you mean birthDate?"),
        ("name.where(us = 'official').family", "HumanName has no us; did you mean use?"),
        ("contact.name.givn", "HumanName has no givn; did you mean given?"),
        ("deceasedBoolean", "Patient has no deceasedBoolean; write deceased.ofType(boolean)"),
        ("deceased.ofType(Quantity).value", "boolean, dateTime is never Quantity"),
        ("deceased.ofType(bolean)", "there is no type bolean; did you mean boolean?"),
        (
            "generalPractitioner.getReferenceKey(Practitionr)",
            "there is no type Practitionr; did you mean Practitioner?",
        ),
        ("extension('x').valu", "Extension has no valu; did you mean value?"),
        ("iif(active, name.famly, '')", "HumanName has no famly; did you mean family?"),
    ] {
        assert_eq!(refused(&column(path), place, IssueCode::UnknownElement), wanted, "{path}");
    }
    let told = refused(&column("name.frist().family"), place, IssueCode::UnknownFunction);
    assert_eq!(told, "frist(); did you mean first?");
    for (path, wanted) in [
        ("name.getReferenceKey()", "getReferenceKey() is asked of HumanName"),
        ("name.startsWith('x')", "startsWith() is for texts, not for HumanName"),
        ("iif(name.family, 1, 2)", "the criterion of iif() must be true or false; add .exists()"),
        ("@2024-05-17 + 7", "say of what: + 7 days, + 1 month"),
    ] {
        assert_eq!(refused(&column(path), place, IssueCode::PathMeaningless), wanted, "{path}");
    }
    let other = refused(&column("Encounter.id"), place, IssueCode::UnknownElement);
    assert_eq!(other, "this is Patient, never Encounter");
    let told = refused(&column("name"), place, IssueCode::ViewElementInvalid);
    assert_eq!(told, "gives HumanName; name one of its elements");
}

#[test]
fn what_fhir_has_is_taken_and_typed() {
    for (path, wanted) in [
        ("Patient.name.given.first()", Some("string")),
        ("name.exists(use = 'official' and period.start > @2020)", Some("boolean")),
        ("name[0].family & 'x'", Some("string")),
        ("deceased.ofType(boolean)", Some("boolean")),
        ("(deceased as dateTime)", Some("dateTime")),
        ("multipleBirth is integer", Some("boolean")),
        ("extension('http://x').extension('y').value.ofType(Coding).code", Some("code")),
        ("birthDate.extension('z').value.ofType(dateTime)", Some("dateTime")),
        ("contained.ofType(Organization).name.first()", Some("string")),
        ("contained.code.text", None),
        ("name.count() + 1", Some("integer")),
        ("meta.lastUpdated", Some("instant")),
        ("link.other.getReferenceKey(Patient)", Some("string")),
        ("%rowIndex", Some("integer")),
        ("name.iif(use = 'usual', family, given.first()).first()", None),
        ("name.trace('x', given).family.first()", Some("string")),
        ("%resource.gender", Some("code")),
        ("name.select(given.first() | family).first()", Some("string")),
    ] {
        let (view, issues) = read(&view_with(&column(path)));
        assert!(issues.is_empty(), "{path}: {issues:?}");
        assert_eq!(view.unwrap().columns()[0].r#type.as_deref(), wanted, "{path}");
    }
}

#[test]
fn a_resource_type_that_does_not_exist_is_refused() {
    let (view, issues) = read(
        r#"{"resourceType": "ViewDefinition", "name": "v", "status": "active", "resource": "Pateint",
        "select": [{"column": [{"name": "a", "path": "id"}]}]}"#,
    );
    assert!(view.is_none());
    assert_eq!(issues[0].1, IssueCode::UnknownResourceType);
    assert_eq!(issues[0].2, "Pateint; did you mean Patient?");
}

#[test]
fn a_condition_must_be_able_to_be_true() {
    let select = r#""select": [{"column": [{"name": "a", "path": "id"}]}]"#;
    for path in ["name.family", "name", "birthDate", "'x'"] {
        let place = "where[0].path";
        let inner = format!(r#""where": [{{"path": "{path}"}}], {select}"#);
        refused(&inner, place, IssueCode::ViewElementInvalid);
    }
    for path in ["active", "name.exists()", "deceased", "iif(active, true, false)"] {
        let inner = format!(r#""where": [{{"path": "{path}"}}], {select}"#);
        assert!(read(&view_with(&inner)).0.is_some(), "{path}");
    }
}

#[test]
fn a_declared_type_must_be_able_to_hold_what_comes() {
    let typed = |path: &str, kind: &str| {
        format!(
            r#""select": [{{"column": [{{"name": "a", "path": "{path}", "type": "{kind}"}}]}}]"#
        )
    };
    for (path, kind) in [
        ("gender", "boolean"),
        ("active", "integer"),
        ("name.count()", "date"),
        ("gender", "strnig"),
    ] {
        refused(&typed(path, kind), "select[0].column[0].type", IssueCode::ViewElementInvalid);
    }
    for (path, kind) in [
        ("gender", "string"),
        ("birthDate.lowBoundary()", "dateTime"),
        ("multipleBirth.ofType(integer)", "decimal"),
        ("multipleBirth.ofType(integer)", "integer64"),
        ("name.first()", "HumanName"),
        ("contact.first()", "Patient.contact"),
    ] {
        assert!(read(&view_with(&typed(path, kind))).0.is_some(), "{path} {kind}");
    }
}

#[test]
fn repeat_follows_its_paths_from_type_to_type() {
    let view = |paths: &str, path: &str| {
        format!(
            r#"{{"resourceType": "ViewDefinition", "name": "v", "status": "active", "resource": "QuestionnaireResponse",
            "select": [{{"repeat": {paths}, "column": [{{"name": "a", "path": "{path}"}}]}}]}}"#
        )
    };
    let (found, issues) = read(&view(r#"["item", "answer.item"]"#, "linkId"));
    assert!(found.is_some(), "{issues:?}");
    let (_, issues) = read(&view(r#"["item", "answr.item"]"#, "linkid"));
    let places: Vec<_> = issues.iter().map(|(place, ..)| place.as_str()).collect();
    assert_eq!(places, ["select[0].repeat[1]", "select[0].column[0].path"]);
}

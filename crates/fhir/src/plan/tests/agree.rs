//! Expressions one by one, over resources made to try them.

use super::*;

const PATIENT: &str = r##"{"resourceType":"Patient","id":"p1","active":true,"gender":"female",
  "meta":{"versionId":"3","lastUpdated":"2024-05-17T09:30:00+09:00"},
  "birthDate":"1980-05","deceasedBoolean":false,"multipleBirthInteger":2,
  "name":[{"use":"official","family":"山田","given":["花子","Aoi"]},
          {"use":"usual","text":"Hana","family":"Yamada","given":["Hanako"]}],
  "identifier":[{"system":"urn:mrn","value":"77","type":{"coding":[{"code":"MR"},{"code":"XX"}]}}],
  "telecom":[{"system":"phone","value":"03-1","rank":2},{"system":"email","value":"a@b","rank":1}],
  "extension":[{"url":"http://a","valueString":"x"},{"url":"http://n","extension":[
    {"url":"b","valueCoding":{"code":"c1"}},{"url":"b","valueCoding":{"code":"c2"}}]}],
  "managingOrganization":{"reference":"Organization/o1"},
  "generalPractitioner":[{"reference":"Practitioner/d1"},{"reference":"Organization/o2/_history/1"},
    {"reference":"http://elsewhere/Practitioner/9"},{"reference":"#c"}],
  "contained":[{"resourceType":"Practitioner","id":"c"}],
  "contact":[{"name":{"family":"Sato"},"telecom":[{"system":"phone","value":"1"}]}]}"##;

/// Runs one expression both ways over a resource; tells the value and whether it compiled.
fn run(resource: &str, text: &str, path: &str, kind: &str) -> (Outcome, bool) {
    let views = [flat(resource, "", &[("x", path, kind)])];
    let compiled = Plan::new(&views, Layout::Plain).unwrap().explain()[0].not_compiled.is_none();
    let origin = Origin { line: 1, ..Origin::default() };
    (Both::new(&views, Layout::Plain).push(text, &origin), compiled)
}

fn shown(outcome: &Outcome) -> String {
    match &outcome.pushed {
        Err(code) => format!("error {}", code.word()),
        Ok(_) => {
            let batch = &outcome.batches[0];
            let cell = |row| arrow_cell(batch.column(0), row);
            (0..batch.num_rows()).map(cell).collect::<Vec<_>>().join("|")
        }
    }
}

fn arrow_cell(array: &dyn arrow_array::Array, row: usize) -> String {
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::{Int32Type, Int64Type};
    use arrow_schema::DataType;
    if array.is_null(row) {
        return "-".to_owned();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        other => panic!("{other}"),
    }
}

/// Expression, declared type, what is shown.
const COMPILED: &[(&str, &str, &str)] = &[
    ("getResourceKey()", "", "p1"),
    ("id", "id", "p1"),
    ("active", "boolean", "true"),
    ("active", "", "true"),
    ("birthDate", "date", "1980-05"),
    ("Patient.gender", "code", "female"),
    ("%resource.gender", "code", "female"),
    ("name.family.first()", "string", "山田"),
    ("name.first().given.last()", "string", "Aoi"),
    ("name[1].family", "string", "Yamada"),
    ("name[7].family", "string", "-"),
    ("name.given[2]", "string", "Hanako"),
    ("name.last().family", "string", "Yamada"),
    ("name.family", "string", "error several-values"),
    ("name.given.join(',')", "string", "花子,Aoi,Hanako"),
    ("name.prefix.join(',')", "string", "-"),
    ("name.given.join()", "string", "花子AoiHanako"),
    ("name.count()", "integer", "2"),
    ("name.where(use = 'official').given.first()", "string", "花子"),
    ("name.where(use = 'old').family", "string", "-"),
    ("name.where(use = 'usual' and family.exists()).text", "string", "Hana"),
    ("name.where(text.exists()).family", "string", "Yamada"),
    ("name.where(text.empty()).family", "string", "山田"),
    ("name.where(given = 'Hanako').family", "string", "Yamada"),
    ("name.where(given != 'Hanako').family", "string", "山田"),
    ("name.exists()", "boolean", "true"),
    ("name.exists(use = 'old')", "boolean", "false"),
    ("photo.exists().not()", "boolean", "true"),
    ("active.not()", "boolean", "false"),
    ("active and name.exists()", "boolean", "true"),
    ("active = false", "boolean", "false"),
    ("active != true", "boolean", "false"),
    ("photo.title = 'x'", "boolean", "-"),
    ("gender = 'male' or gender = 'female'", "boolean", "true"),
    ("gender = 'male' xor active", "boolean", "true"),
    ("(gender = 'male') implies photo.title.exists()", "boolean", "true"),
    ("deceased.ofType(boolean)", "boolean", "false"),
    ("deceased.ofType(dateTime)", "dateTime", "-"),
    ("deceased.exists()", "boolean", "true"),
    ("multipleBirth.ofType(integer)", "integer", "2"),
    ("multipleBirth.ofType(integer) > 1", "boolean", "true"),
    ("1 >= multipleBirth.ofType(integer)", "boolean", "false"),
    ("(multipleBirth as integer) = 2", "boolean", "true"),
    ("extension('http://a').value.ofType(string)", "string", "x"),
    ("extension('http://n').extension('b').value.ofType(Coding).code.first()", "code", "c1"),
    (
        "extension('http://n').extension('b').value.ofType(Coding).code",
        "code",
        "error several-values",
    ),
    ("birthDate.extension('http://a').value.ofType(string)", "string", "-"),
    ("identifier.where(type.coding.code = 'MR').value.first()", "string", "-"),
    ("identifier.where(type.coding.where(code = 'MR').exists()).value", "string", "77"),
    ("telecom.where(rank > 1).value", "string", "03-1"),
    ("telecom.where(rank <= 1.0).value", "string", "a@b"),
    ("telecom.where(system.startsWith('ph')).value", "string", "03-1"),
    ("telecom.where(value.contains('@')).system", "string", "email"),
    ("telecom.rank.first()", "positiveInt", "2"),
    ("managingOrganization.getReferenceKey(Organization)", "string", "o1"),
    ("managingOrganization.getReferenceKey(Patient)", "string", "-"),
    ("generalPractitioner.first().getReferenceKey(Practitioner)", "string", "d1"),
    ("generalPractitioner[1].getReferenceKey()", "string", "o2"),
    ("generalPractitioner[2].getReferenceKey()", "string", "-"),
    ("generalPractitioner[3].getReferenceKey(Practitioner)", "string", "Patient/p1#c"),
    ("generalPractitioner.getReferenceKey(Organization)", "string", "o2"),
    ("contact.where(name.family = 'Sato').telecom.where(system = 'phone').value", "string", "1"),
    ("name.where(family = text).exists()", "boolean", "false"),
    ("(deceased.ofType(dateTime) | birthDate).first()", "date", "1980-05"),
    ("(name.given | name.family | gender).first()", "string", "花子"),
    ("(photo.title | (name.where(use = 'usual').family | gender)).first()", "string", "Yamada"),
    ("(photo.title | name.prefix).first()", "string", "-"),
    ("(photo.title | where(multipleBirth.empty()).gender | name.text).first()", "string", "Hana"),
    ("(photo.title | where(deceased.exists()).gender | name.text).first()", "string", "female"),
    ("'literal'", "string", "literal"),
    ("%rowIndex", "integer", "0"),
];

#[test]
fn expressions_that_compile_give_what_the_general_evaluator_gives() {
    for (path, kind, expect) in COMPILED {
        let (outcome, compiled) = run("Patient", PATIENT, path, kind);
        assert!(compiled, "{path} does not compile");
        assert_eq!(shown(&outcome), *expect, "{path}");
    }
}

#[test]
fn what_does_not_compile_runs_on_the_general_evaluator_and_says_why() {
    for (path, kind, expect) in [
        ("birthDate.lowBoundary()", "date", "1980-05-01"),
        ("name.family.first() & '!'", "string", "山田!"),
        ("name.skip(1).family", "string", "Yamada"),
        ("(birthDate | active).first()", "string", "1980-05"),
    ] {
        let (outcome, compiled) = run("Patient", PATIENT, path, kind);
        assert!(!compiled, "{path}");
        assert_eq!(shown(&outcome), expect, "{path}");
    }
    let plan = Plan::new(&[flat("Patient", "", &[("x", "name.skip(1).family", "string")])], lake());
    let told = plan.unwrap().explain()[0].to_string();
    assert_eq!(told, "v: general evaluator (column \"x\": skip())");
}

#[test]
fn repetitions_multiply_unite_and_recur_alike() {
    let answers = r#"{"resourceType":"QuestionnaireResponse","id":"q","status":"completed","item":[
      {"linkId":"1","item":[{"linkId":"1.1","answer":[{"valueInteger":4,"item":[{"linkId":"1.1.a"}]}]}]},
      {"linkId":"2","answer":[{"valueString":"x"}]}]}"#;
    let selects = [
        (
            "Patient",
            PATIENT,
            r#"[{"forEach":"name","column":[{"name":"f","path":"family"}]},
            {"forEach":"telecom","column":[{"name":"v","path":"value"}]}]"#,
        ),
        (
            "Patient",
            PATIENT,
            r#"[{"forEach":"name","column":[{"name":"f","path":"family"}],
            "select":[{"forEach":"given","column":[{"name":"g","path":"$this"},{"name":"i","path":"%rowIndex"}]}]}]"#,
        ),
        (
            "Patient",
            PATIENT,
            r#"[{"column":[{"name":"id","path":"id"}]},
            {"forEachOrNull":"photo","column":[{"name":"t","path":"title"},{"name":"i","path":"%rowIndex"}]}]"#,
        ),
        (
            "Patient",
            PATIENT,
            r#"[{"column":[{"name":"id","path":"id"}],"unionAll":[
            {"forEach":"name","column":[{"name":"t","path":"family"}]},
            {"forEachOrNull":"telecom.where(rank = 1)","column":[{"name":"t","path":"value"}]},
            {"column":[{"name":"t","path":"gender"}]}]}]"#,
        ),
        (
            "Patient",
            PATIENT,
            r#"[{"column":[{"name":"g","path":"name.given","collection":true},
            {"name":"r","path":"telecom.rank","type":"positiveInt","collection":true},
            {"name":"k","path":"generalPractitioner.getReferenceKey()","collection":true},
            {"name":"e","path":"photo.title","collection":true}]}]"#,
        ),
        (
            "Patient",
            PATIENT,
            r#"[{"forEach":"name.where(use = 'usual')","select":[
            {"column":[{"name":"f","path":"family"}]},{"forEach":"given","column":[{"name":"g","path":"$this"}]}]}]"#,
        ),
        (
            "QuestionnaireResponse",
            answers,
            r#"[{"repeat":["item","answer.item"],"column":[
            {"name":"l","path":"linkId"},{"name":"v","path":"answer.value.ofType(integer)","type":"integer"},{"name":"i","path":"%rowIndex"}]},
            {"forEachOrNull":"item","column":[{"name":"top","path":"linkId"}]}]"#,
        ),
    ];
    let origin = Origin { line: 1, ..Origin::default() };
    for (resource, text, select) in selects {
        let json = format!(
            r#"{{"resourceType":"ViewDefinition","resource":"{resource}","status":"active","select":{select}}}"#
        );
        let views = [view(&json)];
        let explained = Plan::new(&views, lake()).unwrap().explain();
        assert_eq!(explained[0].not_compiled, None, "{select}");
        for layout in [Layout::Plain, lake()] {
            let outcome = Both::new(&views, layout).push(text, &origin);
            assert!(outcome.batches[0].num_rows() > 0, "{select}");
        }
    }
}

#[test]
fn the_lakes_rows_say_whose_they_are() {
    let views = [flat(
        "Observation",
        "",
        &[
            ("value", "value.ofType(Quantity).value", "decimal"),
            ("effective", "effective.ofType(dateTime)", "dateTime"),
        ],
    )];
    let line = |subject: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"o1","subject":{subject},
          "effectiveDateTime":"2024-05-17","valueQuantity":{{"value":1.50}}}}"#
        )
    };
    let mut both = Both::new(&views, lake());
    let origin = Origin { line: 9, ..Origin::default() };
    for (subject, expect) in [
        (r#"{"reference":"Patient/abc"}"#, Some(3)),
        (r#"{"reference":"Patient/abc/_history/2"}"#, Some(3)),
        (r#"{"reference":"Group/abc"}"#, None),
        (r#"{"identifier":{"system":"urn:mrn","value":"12345"}}"#, Some(5)),
        (r#"{"reference":"Patient?identifier=urn:mrn|1234"}"#, Some(4)),
        (r#"{"identifier":{"system":"urn:other","value":"12345"}}"#, None),
        (r#"{"display":"somebody"}"#, None),
    ] {
        let outcome = both.push(&line(subject), &origin);
        let patient = outcome.pushed.unwrap().2.map(PatientId::get);
        assert_eq!(patient, expect, "{subject}");
        let names: Vec<_> =
            outcome.batches[0].schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(
            names,
            [
                "patient_id",
                "resource_key",
                "version",
                "last_updated",
                "line",
                "value",
                "value_text",
                "effective",
                "effective_precision",
                "effective_low",
                "effective_high",
                "effective_day"
            ]
        );
    }
    assert_eq!(both.quick.take_warnings(), both.careful.take_warnings());
}

/// The day of an event, whichever type its time has; in the lake a column of its own kind.
#[test]
fn a_day_is_the_local_day_of_whichever_time_is_told() {
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::Date32Type;

    let path = "(effective.ofType(dateTime) | effective.ofType(instant) | \
                effective.ofType(Period).start | effective.ofType(Timing).event).first()";
    let json = format!(
        r#"{{"resourceType":"ViewDefinition","resource":"Observation","status":"active",
            "name":"v","select":[{{"column":[{{"name":"event_day","type":"date","path":"{path}",
            "tag":[{{"name":"ansi/type","value":"DATE"}}]}}]}}]}}"#
    );
    let views = [view(&json)];
    assert_eq!(Plan::new(&views, lake()).unwrap().explain()[0].not_compiled, None);
    let mut both = Both::new(&views, lake());
    let origin = Origin { line: 1, ..Origin::default() };
    let mut check = |effective: &str, expect: Option<i32>| {
        let line = format!(r#"{{"resourceType":"Observation","id":"o1"{effective}}}"#);
        let outcome = both.push(&line, &origin);
        let names: Vec<_> =
            outcome.batches[0].schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(names.get(5..).unwrap(), ["event_day"]);
        let days = outcome.batches[0].column(5).as_primitive::<Date32Type>().iter();
        assert_eq!(days.collect::<Vec<_>>(), [expect], "{effective}");
    };
    let may_17 = Some(19_860);
    check(r#","effectiveDateTime":"2024-05-16T15:00:00Z""#, may_17);
    check(r#","effectiveInstant":"2024-05-17T23:59:59.999+09:00""#, may_17);
    check(r#","effectivePeriod":{"start":"2024-05-17","end":"2024-05-20"}"#, may_17);
    check(r#","effectiveTiming":{"event":["2024-05-17","2024-05-18"]}"#, may_17);
    // Vaguer than a day, without a beginning, or not told: nothing is invented.
    check(r#","effectiveDateTime":"2024-05""#, None);
    check(r#","effectivePeriod":{"end":"2024-05-20"}"#, None);
    check("", None);
    let wrong = r#"{"resourceType":"Observation","id":"o1","effectiveDateTime":"2024-13-01"}"#;
    assert_eq!(both.push(wrong, &origin).pushed, Err(IssueCode::InvalidDate));
}

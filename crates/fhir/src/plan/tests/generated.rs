//! Resources made at random, mostly right and sometimes wrong, both ways.

use proptest::prelude::*;

use super::*;

/// One of these texts, each as likely.
fn one_of(choices: &'static [&'static str]) -> BoxedStrategy<String> {
    proptest::sample::select(choices).prop_map(str::to_owned).boxed()
}

/// An object of some of these keys, in any order of presence.
fn object(fields: Vec<(&'static str, BoxedStrategy<String>)>) -> BoxedStrategy<String> {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(key, value)| {
            proptest::option::of(value)
                .prop_map(move |value| value.map(|value| format!("\"{key}\":{value}")))
        })
        .collect();
    fields
        .prop_map(|fields| {
            format!("{{{}}}", fields.into_iter().flatten().collect::<Vec<_>>().join(","))
        })
        .boxed()
}

fn list(item: BoxedStrategy<String>) -> BoxedStrategy<String> {
    proptest::collection::vec(item, 0..4).prop_map(|items| format!("[{}]", items.join(","))).boxed()
}

/// A value that is nearly always right.
fn mostly(right: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let wrong = one_of(&["null", "7", "true", "\"x\"", "{}", "[]", "[[\"x\"]]", "{\"a\":[1]}"]);
    prop_oneof![40 => right, 1 => wrong].boxed()
}

fn patient() -> BoxedStrategy<String> {
    let word = || one_of(&["\"a\"", "\"official\"", "\"Hana\\u0041\"", "\"\"", "\"山\\n田\""]);
    let extension = |value: BoxedStrategy<String>| {
        list(object(vec![
            ("url", one_of(&["\"http://a\"", "\"b\""])),
            ("valueString", word()),
            ("extension", value),
        ]))
    };
    let name = object(vec![
        ("use", mostly(word())),
        ("family", mostly(word())),
        ("given", mostly(list(mostly(word())))),
        (
            "_given",
            prop_oneof![6 => one_of(&["[]"]), 1 => one_of(&["[null,{\"id\":\"1\"}]"])].boxed(),
        ),
        ("period", mostly(object(vec![("start", one_of(&["\"2020\"", "\"2023-02-30\""]))]))),
    ]);
    let telecom = object(vec![
        ("system", mostly(word())),
        ("rank", mostly(one_of(&["1", "2", "1.0", "-3", "1e2", "99999999999"]))),
    ]);
    let reference = object(vec![(
        "reference",
        mostly(one_of(&[
            "\"Organization/1\"",
            "\"#c\"",
            "\"urn:uuid:1\"",
            "\"http://x/Organization/1\"",
            "\"Patient/1/_history/2\"",
        ])),
    )]);
    object(vec![
        ("active", mostly(one_of(&["true", "false"]))),
        ("birthDate", mostly(one_of(&["\"2020\"", "\"2020-02-01\"", "\"2023-02-30\""]))),
        ("_birthDate", prop_oneof![5 => one_of(&["{}"]), 1 => extension(one_of(&["[]"]))].boxed()),
        ("deceasedDateTime", mostly(one_of(&["\"2020-01-01T00:00:00Z\""]))),
        ("multipleBirthInteger", mostly(one_of(&["1", "2"]))),
        ("name", mostly(list(mostly(name)))),
        ("telecom", mostly(list(telecom))),
        ("extension", extension(extension(one_of(&["[]"])))),
        ("managingOrganization", mostly(reference.clone())),
        ("generalPractitioner", mostly(list(reference))),
        ("contained", one_of(&["[{\"resourceType\":\"Organization\",\"id\":\"c\"}]", "[]"])),
    ])
    .prop_map(|rest| {
        rest.replacen('{', "{\"resourceType\":\"Patient\",\"id\":\"p\" ,", 1).replace(" ,}", "}")
    })
    .boxed()
}

/// Views over what the generator makes; `first()` keeps most resources in.
fn views() -> Vec<Arc<View>> {
    let all: &[&[(&str, &str, &str)]] = &[
        &[
            ("x", "name.given.first()", "string"),
            ("y", "name.where(use = 'official').family.first()", "string"),
        ],
        &[("x", "name.family", "string")],
        &[("x", "name.given.count()", "integer"), ("y", "name.given.exists()", "boolean")],
        &[("x", "name.given.join('/')", "string"), ("y", "name.last().given.last()", "string")],
        &[
            ("x", "active", "boolean"),
            ("y", "active.not()", "boolean"),
            ("z", "active and name.exists()", "boolean"),
        ],
        &[("x", "birthDate", "date"), ("y", "birthDate.exists()", "boolean")],
        &[("x", "birthDate.extension('http://a').value.ofType(string).first()", "string")],
        &[("x", "birthDate.extension.exists()", "boolean"), ("y", "birthDate", "string")],
        &[("x", "deceased.exists()", "boolean"), ("y", "deceased.ofType(dateTime)", "dateTime")],
        &[
            ("x", "multipleBirth.ofType(integer) >= 2", "boolean"),
            ("y", "multipleBirth.ofType(integer)", "integer"),
        ],
        &[
            ("x", "telecom.rank.first()", "positiveInt"),
            ("y", "telecom.where(rank > 1).system.first()", "code"),
        ],
        &[("x", "telecom.where(rank = 1).exists()", "boolean"), ("y", "telecom.rank.first()", "")],
        &[("x", "extension('http://a').extension('b').value.ofType(string).first()", "string")],
        &[("x", "managingOrganization.getReferenceKey(Organization)", "string")],
        &[("x", "generalPractitioner.first().getReferenceKey()", "string")],
        &[("x", "name.period.start.first()", "dateTime")],
        &[("x", "name.where(family != 'a' or use = 'a').given[1]", "string")],
        &[
            ("x", "name.where(given = 'a').family.first()", "string"),
            ("y", "name.where(family = use).exists()", "boolean"),
        ],
        &[
            ("x", "name.family.first() = 'a' implies active", "boolean"),
            ("y", "name.empty() xor active", "boolean"),
        ],
        &[("x", "name.where(family.startsWith('H')).family.first()", "string")],
        &[("x", "(name.family | name.where(use = 'a').given | birthDate).first()", "string")],
        &[("x", "(deceased.ofType(dateTime) | name.period.start | birthDate).first()", "date")],
    ];
    let mut views: Vec<_> = all.iter().map(|columns| flat("Patient", "", columns)).collect();
    views.push(flat(
        "Patient",
        "name",
        &[("g", "given.first()", "string"), ("i", "%rowIndex", "integer")],
    ));
    views.push(flat("Patient", "name.given", &[("g", "$this", "string")]));
    views.push(flat("Patient", "telecom.where(system = 'a')", &[("r", "rank", "decimal")]));
    views
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_patient_gives_the_same_rows_both_ways(texts in proptest::collection::vec(patient(), 1..4)) {
        let origin = Origin { line: 1, ..Origin::default() };
        for view in views() {
            for layout in [Layout::Plain, lake()] {
                let mut both = Both::new(std::slice::from_ref(&view), layout);
                for text in &texts {
                    both.push(text, &origin);
                }
            }
        }
    }

    #[test]
    fn any_text_is_an_issue_and_never_a_panic(text in "\\PC{0,60}", cut in 0..400_usize) {
        let plan = Plan::new(&views(), lake()).unwrap();
        let origin = Origin::default();
        prop_assert!(plan.runner().push(&text, &origin).is_err());
        let good = r#"{"resourceType":"Patient","id":"p","name":[{"given":["a","b"],"family":"\u0041"}],"active":true,"telecom":[{"rank":1}]}"#;
        if cut < good.len() {
            prop_assert!(plan.runner().push(&good[..cut], &origin).is_err());
        }
    }
}

#[test]
fn every_view_of_the_generator_compiles() {
    for view in views() {
        let explained = Plan::new(&[view], Layout::Plain).unwrap().explain();
        assert_eq!(explained[0].not_compiled, None);
    }
}

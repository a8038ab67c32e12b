//! Taking files apart: lines, Bundles, arrays, contained resources, and what is wrong with them.

use fhir::entry::{self, Shape, Taken};
use fhir::reference::{self, Resolved};
use proptest::prelude::*;
use vocab::IssueCode;

use crate::sof::shared;

fn keys<'a>(taken: &'a Taken<'_>) -> Vec<(&'a str, &'a str, u64)> {
    let entries = taken.entries.iter();
    entries.map(|entry| (entry.head.resource_type, entry.key.as_ref(), entry.line)).collect()
}

fn codes(taken: &Taken<'_>) -> Vec<(IssueCode, u64)> {
    let issues = taken.issues.iter();
    issues.map(|issue| (issue.code, issue.place.line.unwrap_or_default())).collect()
}

fn refused(text: &str) -> IssueCode {
    entry::sniff(text).unwrap_err().code
}

#[test]
fn the_head_is_found_wherever_it_stands() {
    let text = r#"{"text":{"div":"{\"id\":\"no\"}"},"meta":{"tag":[{"id":"x"}],"versionId":"3",
        "lastUpdated":"2024-05-17T09:30:00Z"},"contained":[{"id":"c"}],"id":"a\u0062c",
        "resourceType":"Patient"}"#;
    let head = entry::sniff(text).unwrap();
    assert_eq!(head.resource_type, "Patient");
    assert_eq!(head.id.as_deref(), Some("abc"));
    assert_eq!(head.version_id.as_deref(), Some("3"));
    assert_eq!(head.last_updated.as_deref(), Some("2024-05-17T09:30:00Z"));
    assert_eq!(head.contained, Some(r#"[{"id":"c"}]"#));
}

#[test]
fn what_cannot_be_taken_says_why() {
    assert_eq!(refused(r#"{"resourceType":"Patient","id":"#), IssueCode::BrokenJson);
    assert_eq!(refused(r#"{"resourceType":"Patient"} {}"#), IssueCode::BrokenJson);
    assert_eq!(refused(r#"{"resourceType":"Patient","a":[1,]}"#), IssueCode::BrokenJson);
    assert_eq!(refused("[]"), IssueCode::BrokenJson);
    assert_eq!(refused(r#"{"id":"1"}"#), IssueCode::NoResourceType);
    assert_eq!(refused(r#"{"resourceType":"Patiant","id":"1"}"#), IssueCode::UnknownResourceType);
    assert_eq!(
        refused(r#"{"resourceType":"DomainResource","id":"1"}"#),
        IssueCode::UnknownResourceType
    );
    for wrong in [
        r#""id":1"#,
        r#""id":"""#,
        r#""id":null"#,
        r#""meta":[]"#,
        r#""meta":{"versionId":1}"#,
        r#""contained":{}"#,
    ] {
        assert_eq!(
            refused(&format!(r#"{{"resourceType":"Patient",{wrong}}}"#)),
            IssueCode::WrongType,
            "{wrong}"
        );
    }
    for twice in [
        r#""id":"1","id":"1""#,
        r#""resourceType":"Patient""#,
        r#""meta":{"versionId":"1","versionId":"2"}"#,
    ] {
        assert_eq!(
            refused(&format!(r#"{{"resourceType":"Patient",{twice}}}"#)),
            IssueCode::DuplicateKey,
            "{twice}"
        );
    }
}

#[test]
fn ten_thousand_levels_are_refused_and_not_followed() {
    for open in ["[", r#"{"a":"#] {
        let deep = format!(r#"{{"resourceType":"Patient","id":"1","x":{}"#, open.repeat(10_000));
        assert_eq!(refused(&deep), IssueCode::TooDeep);
        assert_eq!(codes(&entry::whole(&deep)), [(IssueCode::TooDeep, 1)]);
    }
    assert_eq!(codes(&entry::whole(&"[".repeat(1_000_000))), [(IssueCode::TooDeep, 1)]);
}

#[test]
fn lines_are_numbered_as_an_editor_numbers_them() {
    let block = b"\xef\xbb\xbf{\"a\":1}\r\n\n  \r\n{\"b\":\xff}\n\xe3\x81\x82\nlast";
    let got: Vec<_> = entry::lines(block, 1)
        .map(|line| {
            line.map(|line| (line.number, line.text))
                .map_err(|issue| (issue.code, issue.place.line))
        })
        .collect();
    assert_eq!(
        got,
        [
            Ok((1, "{\"a\":1}")),
            Err((IssueCode::InvalidUtf8, Some(4))),
            Ok((5, "あ")),
            Ok((6, "last")),
        ]
    );
    assert_eq!(
        entry::lines(b"x\ny\n", 41).map(|line| line.unwrap().number).collect::<Vec<_>>(),
        [41, 42]
    );
    assert_eq!(entry::lines(b"", 1).count(), 0);
}

#[test]
fn the_shape_a_file_is_told_by_its_beginning() {
    let lines = [
        "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n",
        "{\"resourceType\":\"Patient\"}",
        "\u{feff}\n\n{\"a\":1}\r\n{}",
        // A damaged first line is one line's trouble.
        "{\"resourceType\":\"Patient\",\n{\"resourceType\":\"Patient\"}\n",
        "{\"resourceType\":\"Pati\n{\"resourceType\":\"Patient\"}\n",
        "{\n{\"resourceType\":\"Patient\"}\n",
        "not json\n{}",
        "",
    ];
    for text in lines {
        assert_eq!(entry::shape(text.as_bytes()), Shape::Lines, "{text:?}");
    }
    let whole = [
        "{\n  \"resourceType\": \"Patient\"\n}",
        "\u{feff}{\r\n\t\"resourceType\": \"Patient\"\r\n}",
        "{ \"resourceType\": \"Bundle\",\n  \"entry\": [\n",
        "{\"resourceType\":\"Bundle\",\"entry\":[\n{\"resource\":",
        "{\"resourceType\":\"Bundle\",\"entry\":[{},\n{\"resource\":",
        "[{\"resourceType\":\"Patient\"}]",
        "[\n]",
        "{\"resourceType\": \"Patient\"\n, \"id\": \"1\"}",
    ];
    for text in whole {
        assert_eq!(entry::shape(text.as_bytes()), Shape::Whole, "{text:?}");
    }
    let long = format!("{{\"resourceType\":\"Bundle\",\"x\":\"{}", "y".repeat(entry::SHAPE_BYTES));
    assert_eq!(entry::shape(&long.as_bytes()[..entry::SHAPE_BYTES]), Shape::Whole);
}

const BUNDLE: &str = r#"{"resourceType": "Bundle", "type": "transaction", "entry": [
    {"fullUrl": "urn:uuid:AA11", "resource": {"resourceType": "Patient", "id": "p"},
     "request": {"method": "PUT", "url": "Patient/p"}},
    {"fullUrl": "urn:uuid:bb22", "resource": {"resourceType": "Observation",
        "subject": {"reference": "urn:uuid:aa11"}}},
    {"resource": {"resourceType": "Observation"}},
    {"request": {"method": "DELETE", "url": "Patient/q"}},
    {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
    {"response": {"status": "201"}},
    {"resource": {"resourceType": "Nothing", "id": "1"}},
    {"resource": {"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Group", "id": "g"}}]}},
    7]}"#;

#[test]
fn a_bundle_gives_its_entries_each_with_its_number() {
    let taken = entry::whole(BUNDLE);
    assert_eq!(keys(&taken), [("Patient", "p", 1), ("Observation", "bb22", 2), ("Group", "g", 8)]);
    assert_eq!(taken.entries[0].method.as_deref(), Some("PUT"));
    assert_eq!(
        codes(&taken),
        [
            (IssueCode::NoId, 3),
            (IssueCode::OtherResource, 5),
            (IssueCode::NoResourceType, 6),
            (IssueCode::UnknownResourceType, 7),
            (IssueCode::WrongType, 9),
        ]
    );
    let deletion = &taken.deletions[0];
    assert_eq!((deletion.resource_type, deletion.key.as_ref(), deletion.line), ("Patient", "q", 4));
    assert_eq!(deletion.instant, None);
    let mut origin = taken.entries[1].origin(&[]);
    origin.references = taken.references.as_ref();
    let resolved = reference::resolve("urn:uuid:aa11", &origin);
    assert_eq!(resolved.key_of(Some("Patient")), Some("p"));
}

#[test]
fn a_deletion_knows_the_latest_moment_at_which_it_can_have_happened() {
    let instant = |around: &str, response: &str| {
        let text = format!(
            r#"{{"resourceType":"Bundle"{around},"entry":[{{"request":{{"method":"DELETE",
            "url":"https://fhir.example.jp/Observation/o1/_history/2"}}{response}}}]}}"#
        );
        let taken = entry::whole(&text);
        assert_eq!(taken.issues, []);
        let [deletion] = taken.deletions.as_slice() else { panic!("{taken:?}") };
        deletion.instant.as_deref().map(str::to_owned)
    };
    let stamped = r#","meta":{"lastUpdated":"2026-01-01T00:00:00Z"}"#;
    assert_eq!(instant("", ""), None);
    assert_eq!(instant(stamped, "").as_deref(), Some("2026-01-01T00:00:00Z"));
    let timed = format!(r#"{stamped},"timestamp":"2026-01-02T00:00:00Z""#);
    assert_eq!(instant(&timed, "").as_deref(), Some("2026-01-02T00:00:00Z"));
    let told = r#","response":{"status":"204","lastModified":"2025-12-31T00:00:00Z"}"#;
    assert_eq!(instant(&timed, told).as_deref(), Some("2025-12-31T00:00:00Z"));
}

#[test]
fn a_deletion_that_names_no_single_resource_is_an_issue() {
    for url in ["Patient?identifier=7", "Patient", "Nothing/7", "Patient/", ""] {
        let text = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"request":{{"method":"DELETE","url":"{url}"}}}}]}}"#
        );
        let taken = entry::line(&text, 3);
        assert!(taken.deletions.is_empty(), "{url}");
        assert_eq!(codes(&taken).len(), 1, "{url}");
    }
    let taken =
        entry::whole(r#"{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE"}}]}"#);
    assert_eq!(codes(&taken), [(IssueCode::DeletionUnclear, 1)]);
}

#[test]
fn a_bundle_in_one_line_is_taken_apart_in_its_line() {
    let text = BUNDLE.replace('\n', "");
    let taken = entry::line(&text, 12);
    let found = keys(&taken).into_iter();
    let found: Vec<_> = found.map(|(kind, key, line)| (kind, key, entry::line_of(line))).collect();
    assert_eq!(found, [("Patient", "p", 12), ("Observation", "bb22", 12), ("Group", "g", 12)]);
    // No two resources of a file have one number.
    let mut numbers: Vec<u64> = taken.entries.iter().map(|entry| entry.line).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert_eq!(taken.issues[0].place.path.as_deref(), Some("entry[2]"));
    assert!(taken.issues.iter().all(|issue| issue.place.line == Some(12)));
}

#[test]
fn an_array_and_a_single_resource_are_whole_files_too() {
    let taken = entry::whole(
        "\u{feff}[{\"resourceType\":\"Patient\",\"id\":\"1\"}, {\"resourceType\":\"Group\",\"id\":\"2\"}, 3]",
    );
    assert_eq!(keys(&taken), [("Patient", "1", 1), ("Group", "2", 2)]);
    assert_eq!(codes(&taken), [(IssueCode::BrokenJson, 3)]);
    let taken = entry::whole("{\n \"resourceType\": \"Patient\",\n \"id\": \"1\"\n}\n");
    assert_eq!(keys(&taken), [("Patient", "1", 1)]);
    assert_eq!(codes(&entry::whole("{}")), [(IssueCode::NoResourceType, 1)]);
    assert_eq!(codes(&entry::whole("")), [(IssueCode::BrokenJson, 1)]);
    let empty = entry::whole(r#"{"resourceType":"Bundle","type":"searchset","total":0}"#);
    assert!(empty.entries.is_empty() && empty.issues.is_empty());
}

#[test]
fn bundles_within_bundles_have_an_end() {
    let mut text = r#"{"resourceType":"Patient","id":"1"}"#.to_owned();
    for _ in 0..6 {
        text = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{text}}}]}}"#);
    }
    let taken = entry::whole(&text);
    assert!(taken.entries.is_empty());
    assert_eq!(codes(&taken), [(IssueCode::TooDeep, 1)]);
}

#[test]
fn contained_resources_become_entries_under_their_parent() {
    let text = r##"{"resourceType":"MedicationRequest","id":"rx","contained":[
        {"resourceType":"Medication","id":"#m","x":"\\"},{"resourceType":"Patient","id":"p"},
        {"resourceType":"Patient","id":"p"},{"resourceType":"Organization"},{"resourceType":"Nope","id":"1"}]}"##;
    let taken = entry::line(text, 5);
    let contained = taken.entries[0].contained();
    let got: Vec<&str> = contained.entries.iter().map(|entry| entry.key.as_ref()).collect();
    assert_eq!(got, ["MedicationRequest/rx#m", "MedicationRequest/rx#p"]);
    assert_eq!(contained.entries[0].parent, Some(("MedicationRequest", "rx".to_owned())));
    let codes: Vec<_> = contained.issues.iter().map(|issue| issue.code).collect();
    assert_eq!(codes, [IssueCode::TwoWithOneId, IssueCode::NoId, IssueCode::UnknownResourceType]);
    assert_eq!(contained.issues[2].place.path.as_deref(), Some("contained[4]"));
    let origin = contained.entries[0].origin(&contained.siblings);
    assert_eq!(origin.parent, Some(("MedicationRequest", "rx")));
    assert_eq!(reference::resolve("#p", &origin), Resolved::Contained("p"));
}

#[test]
fn every_japanese_example_is_taken_with_what_it_contains() {
    let Some(shared) = shared().filter(|shared| shared.join("data/jp-core").is_dir()) else {
        println!("SKIPPED: no folder jp-core in the shared data");
        return;
    };
    let (mut entries, mut contained) = (0, 0);
    for folder in ["data/jp-core/jp-core-1.x", "data/jp-core/jp-clins/ExampleJson"] {
        for file in std::fs::read_dir(shared.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(entry::shape(text.as_bytes()), Shape::Whole, "{}", path.display());
            let taken = entry::whole(&text);
            assert!(taken.issues.is_empty(), "{}: {:?}", path.display(), taken.issues);
            for entry in &taken.entries {
                let within = entry.contained();
                assert!(within.issues.is_empty(), "{}: {:?}", path.display(), within.issues);
                contained += within.entries.len();
            }
            entries += taken.entries.len();
        }
    }
    assert_eq!((entries, contained), (170, 91));
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = entry::shape(&bytes);
        for line in entry::lines(&bytes, 1).flatten() {
            let taken = entry::line(line.text, line.number);
            prop_assert!(!taken.entries.is_empty() || !taken.issues.is_empty());
        }
    }

    #[test]
    fn a_damaged_bundle_is_taken_or_refused(at in 0..BUNDLE.len(), with in "[\\[\\]{}\",:\\\\a0 ]{0,3}") {
        let damaged = format!("{}{with}{}", &BUNDLE[..at], &BUNDLE[at + 1..]);
        let taken = entry::whole(&damaged);
        for entry in &taken.entries {
            let _ = entry.contained();
        }
        let _ = entry::whole(&BUNDLE[..at]);
        let _ = entry::shape(damaged.as_bytes());
    }

    #[test]
    fn blocks_of_any_size_give_the_same_lines(text in "([a-z\r \u{3042}]{0,5}\n){0,8}", cut in 0_usize..60) {
        let cut = text.char_indices().map(|(at, _)| at).filter(|at| *at <= cut && text[..*at].ends_with('\n')).max().unwrap_or(0);
        let (first, second) = text.split_at(cut);
        let all: Vec<_> = entry::lines(text.as_bytes(), 1).flatten().collect();
        let number = 1 + first.matches('\n').count() as u64;
        let mut parts: Vec<_> = entry::lines(first.as_bytes(), 1).flatten().collect();
        parts.extend(entry::lines(second.as_bytes(), number).flatten());
        prop_assert_eq!(all, parts);
    }
}

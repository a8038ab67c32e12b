//! Definitions of cohorts, as text and as JSON, and concept sets.

use cohort::ast::{Definition, Name, Title, Version};
use cohort::circe::{CohortExpression, Naming, export, import};
use cohort::{json, library, lint, text, words};
use serde_json::Value;
use vocab::Locale;

use super::targets::{Read, Target};

const DEFINITION_WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    ",",
    " or ",
    " and ",
    " not ",
    "#",
    "\"",
    "\n  ",
    " with ",
    " in [ever, index]",
    " >= 6.5 %",
    "%{JDS}",
    "10*9/L",
    "first ",
    "any ",
    "no ",
    "at least 2 of (",
    "let x = ",
    "entry first of",
    "require \"x\" ja \"あ\" ",
    "index - 365d",
    "99999999999d",
    "2024-02-30",
    "earliest of (",
    "episodes gap 1d of (",
    "case when ",
    " then ",
    " else ",
    " end",
    "a: ",
    "this.value as mg/dL",
    "\\u{110000}",
    "\u{feff}",
    "\u{3000}",
    "\r",
];
const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "1e999",
    "-1",
    "4294967296",
    "\"not\":",
    "\"of\":",
    "\"else\":[",
    "\"conditions\":[",
    "\"named\":\"x\"",
    "\"truth\":true",
    "\"index\"",
    "\\ud800",
    "\u{feff}",
];
const CODES_WORDS: &[&str] = &[
    "include ",
    "exclude ",
    "icd10_jp ",
    "E11*",
    "*",
    "\"",
    "\"E 11\"*",
    " unit %{JDS}",
    " descendants",
    " ja \"あ\"",
    "#",
    "\n",
    "\r\n",
    "quantity hba1c",
    "vocabulary ",
    "source ",
    "version 1.2.3.4.5",
    "\\u{0}",
    "\u{3000}",
];

/// Edits that are put into scripts: a part gone, an extreme number, a part in another's place.
const CIRCE_WORDS: &[&str] =
    &["\0\u{8}\0\0\0\0", "\0\u{10}\0\0\u{2}\u{1}", "\0\u{20}\0\u{9}\u{1}\0"];
/// A small expression with most parts that Circe has.
const CIRCE: &str = include_str!("circe.json");

/// The targets of this crate.
pub(super) fn targets() -> Vec<Target> {
    let texts = |files: &[(&str, &str)]| -> Vec<Vec<u8>> {
        files.iter().map(|(_, text)| text.as_bytes().to_vec()).collect()
    };
    let written = library::DEFINITIONS.iter().filter_map(|(_, text)| text::parse(text).ok());
    let jsons = written.map(|parsed| json::write(&parsed.definition).into_bytes()).collect();
    let target = |name, meant, words, make| Target { name, meant, words, make };
    vec![
        target(
            "definition",
            texts(library::DEFINITIONS),
            DEFINITION_WORDS,
            definition as fn() -> Read,
        ),
        target("definition-json", jsons, JSON_WORDS, definition_json),
        target("concept-set", texts(library::CODES), CODES_WORDS, concept_set),
        target("circe", vec![Vec::new(), vec![1; EDIT_BYTES]], CIRCE_WORDS, circe),
    ]
}

/// What is taken must say the same when it is written and read again.
fn must_come_back(definition: &Definition) {
    let written = text::format(definition);
    let again = text::parse(&written).map(|parsed| parsed.definition);
    assert_eq!(again.as_ref(), Ok(definition), "{written}");
    for locale in [Locale::Ja, Locale::En] {
        let _ = words::say(definition, locale, &words::Titles::new());
    }
}

fn definition() -> Read {
    Box::new(|bytes| {
        let Ok(text) = str::from_utf8(bytes) else { return false };
        let Ok(parsed) = text::parse(text) else { return false };
        must_come_back(&parsed.definition);
        let _ = lint::check(&parsed.definition, &parsed.places, &lint::Facts::default());
        true
    })
}

fn definition_json() -> Read {
    Box::new(|bytes| {
        let Ok(text) = str::from_utf8(bytes) else { return false };
        let Ok(parsed) = json::read(text) else { return false };
        must_come_back(&parsed.definition);
        true
    })
}

fn concept_set() -> Read {
    Box::new(|bytes| {
        let Ok(text) = str::from_utf8(bytes) else { return false };
        let Ok(set) = text::parse_codes(text) else { return false };
        let written = text::format_codes(&set);
        assert_eq!(text::parse_codes(&written), Ok(set), "{written}");
        true
    })
}

/// Damaged bytes are seldom JSON, and reading JSON is tried elsewhere: here the bytes say which parts
/// of a sound expression change, edit by edit.
fn circe() -> Read {
    let whole: Value = serde_json::from_str(CIRCE).unwrap_or_default();
    Box::new(move |script| {
        let mut json = whole.clone();
        script.chunks(EDIT_BYTES).take(EDITS_MAX).for_each(|edit| change(&mut json, edit));
        let Ok(expression) = CohortExpression::read(&json) else { return false };
        let (Ok(name), Ok(version)) = (Name::new("imported"), Version::new("1")) else {
            return false;
        };
        let naming = Naming { name, version, title: Title::default(), sources: Vec::new() };
        // What our language cannot say is refused by name; the expression was sound all the same.
        let Ok(found) = import(&expression, naming) else { return true };
        must_come_back(&Definition::Cohort(Box::new(found.definition.clone())));
        // What Circe cannot say is refused; what it can say is told.
        let _ = export(&found.definition, &found.concept_sets);
        true
    })
}

/// Bytes of one edit, and edits of one script.
const EDIT_BYTES: usize = 6;
const EDITS_MAX: usize = 32;
/// An expression with more parts is not made larger.
const PARTS_MAX: usize = 2_000;

/// Takes one part of a value away, or puts something else in its place.
fn change(value: &mut Value, edit: &[u8]) {
    let mut places = Vec::new();
    collect(value, String::new(), &mut places);
    if places.len() > PARTS_MAX {
        return;
    }
    let byte = |at: usize| edit.get(at).copied().map_or(0, usize::from);
    let pick = |at: usize| {
        let place = (byte(at) << 8 | byte(at + 1)) % places.len().max(1);
        places.get(place).map_or("", String::as_str)
    };
    let new = match byte(4) % 5 {
        0 => {
            let (parent, name) = pick(0).rsplit_once('/').unwrap_or_default();
            match value.pointer_mut(parent) {
                Some(Value::Object(map)) => drop(map.remove(name)),
                Some(Value::Array(list)) => drop(list.pop()),
                _ => {}
            }
            return;
        }
        1 => value.pointer(pick(2)).cloned().unwrap_or_default(),
        2 => Value::from([0, 1, -1, 365, i64::from(i32::MIN), 99_999_999_999][byte(5) % 6]),
        3 => Value::Bool(byte(5) % 2 == 0),
        _ => Value::Null,
    };
    if let Some(part) = value.pointer_mut(pick(0)) {
        *part = new;
    }
}

/// The places of all parts of a value.
fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, part)| collect(part, format!("{place}/{name}"), places));
        }
        Value::Array(list) => {
            let parts = list.iter().enumerate();
            parts.for_each(|(at, part)| collect(part, format!("{place}/{at}"), places));
        }
        _ => {}
    }
    places.push(place);
}

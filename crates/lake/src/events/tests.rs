//! The mapper on rows as houses have them: odd ones above all.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use cohort::ast::Kind;
use cohort::eval::{Coded, Measured, PatientEvent};
use vocab::FhirDate;
use vocab::date::Zone;

use super::*;

static SYSTEMS: &[CodeSystem] = &[
    CodeSystem { name: "icd10_jp", uris: &["urn:icd"], without_dots: true },
    CodeSystem { name: "loinc", uris: &["http://loinc.org"], without_dots: false },
];

static OF: EventsOf = EventsOf {
    kind: KindOf::ByWord {
        column: "category",
        words: &[("laboratory", "lab"), ("vital-signs", "vital")],
        otherwise: "observation",
    },
    keep: &[Keep::NoneOf("status", &["entered-in-error"]), Keep::NotTrue("is_not_done")],
    codes: &[CodeOf::named("icd", "icd10_jp"), CodeOf::coding("code", "code_system")],
    when: &[
        When::moment("at"),
        When::until("start", &["end"]),
        When { start: "recorded", ends: None, unless: &["age"] },
    ],
    visit: Some("encounter_key"),
    value: Some(Amount {
        numbers: &["value"],
        unit_code: "unit_code",
        unit_system: Some("unit_system"),
        unit: "unit",
    }),
    limits: Some(Limits { low: ("low", "low_unit"), high: ("high", "high_unit") }),
    days_supply: Some(Amount {
        numbers: &["supply"],
        unit_code: "supply_unit",
        unit_system: None,
        unit: "supply_unit",
    }),
    suspected: &[Says { column: "modifiers", words: &["8002"] }],
    attributes: &[
        ("value_operator", &[CodeOf::word("comparator")]),
        ("ingredient_class", &[CodeOf::class("atc", 5), CodeOf::class("yj", 4)]),
    ],
    ..EventsOf::of("made_up", "observation")
};

static OF_ELEMENTS: EventsOf =
    EventsOf { element: Some("ordinal"), ..EventsOf::of("made_up", "lab") };

/// One row of texts by their columns; numbers and dates by what they look like.
fn row(cells: &[(&str, &str)]) -> RecordBatch {
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("patient_id".to_owned(), Arc::new(Int64Array::from(vec![7]))),
        ("source".to_owned(), Arc::new(StringArray::from(vec!["hospital"]))),
        ("resource_key".to_owned(), Arc::new(StringArray::from(vec!["o-1"]))),
    ];
    for (name, text) in cells {
        match *name {
            "value" | "low" | "high" | "supply" => {
                let number: f64 = text.parse().unwrap();
                columns.push(((*name).to_owned(), Arc::new(Float64Array::from(vec![number]))));
            }
            "is_not_done" => {
                let truth = *text == "true";
                columns.push(((*name).to_owned(), Arc::new(BooleanArray::from(vec![truth]))));
            }
            "at" | "start" | "end" | "recorded" => {
                let date = FhirDate::parse(text, &Zone::tokyo()).unwrap();
                let instant = |us: i64| -> ArrayRef {
                    Arc::new(TimestampMicrosecondArray::from(vec![us]).with_timezone("UTC"))
                };
                columns.push((format!("{name}_low"), instant(date.low_us)));
                columns.push((format!("{name}_high"), instant(date.high_us)));
                let precision = StringArray::from(vec![date.precision.as_str()]);
                columns.push((format!("{name}_precision"), Arc::new(precision)));
            }
            _ => columns.push(((*name).to_owned(), Arc::new(StringArray::from(vec![*text])))),
        }
    }
    RecordBatch::try_from_iter(columns).unwrap()
}

fn batch(of: &'static EventsOf, cells: &[(&str, &str)]) -> EventBatch {
    let slices = vec![("test", std::slice::from_ref(of))];
    let publishing = Publishing { systems: SYSTEMS, slices, zone: Zone::tokyo() };
    Mapper::new(of, Arc::new(publishing)).map(&row(cells)).unwrap()
}

fn event(cells: &[(&str, &str)]) -> PatientEvent {
    let batch = batch(&OF, cells);
    assert_eq!(batch.len(), 1);
    batch.event(0)
}

/// First and last second, as days and seconds of the day.
fn times(cells: &[(&str, &str)]) -> [Option<(i64, i64)>; 2] {
    let event = event(cells);
    [event.start, event.last].map(|at| at.map(|at| (at.first_second(), at.last_second())))
}

#[test]
fn a_row_without_anything_is_an_event_of_its_kind_and_key() {
    let event = event(&[]);
    assert_eq!(event, PatientEvent::new(Kind::Observation, "hospital/o-1"));
}

#[test]
fn what_was_entered_in_error_or_not_done_is_not_published() {
    assert_eq!(batch(&OF, &[("status", "entered-in-error")]).len(), 0);
    assert_eq!(batch(&OF, &[("is_not_done", "true")]).len(), 0);
    assert_eq!(batch(&OF, &[("status", "final"), ("is_not_done", "false")]).len(), 1);
}

#[test]
fn a_kind_is_that_of_the_first_word_which_has_one() {
    assert_eq!(event(&[("category", "procedure, laboratory")]).kind, Kind::Lab);
    assert_eq!(event(&[("category", "exam")]).kind, Kind::Observation);
}

#[test]
fn a_code_stands_once_without_dots_and_another_keeps_its_address() {
    let codes = |cells: &[(&str, &str)]| event(cells).codes;
    let icd = Coded::of("icd10_jp", "E119");
    let twice = [("icd", "E11.9"), ("code", "E119"), ("code_system", "urn:icd")];
    assert_eq!(codes(&twice), std::slice::from_ref(&icd));
    let two = [("icd", "E11.9"), ("code", "4548-4"), ("code_system", "http://loinc.org")];
    assert_eq!(codes(&two), [icd, Coded::of("loinc", "4548-4")]);
    let own = [("code", "A.1"), ("code_system", "urn:own")];
    assert_eq!(codes(&own), [Coded::of("urn:own", "A.1")]);
    assert_eq!(codes(&[("code", "x")]), [Coded::word("x")]);
}

#[test]
fn a_class_is_how_the_first_code_begins_that_is_there() {
    let class = |cells: &[(&str, &str)]| {
        let attributes = event(cells).attributes;
        attributes.into_iter().map(|(name, code)| (name.to_string(), code.code)).collect::<Vec<_>>()
    };
    let named = |class: &str| vec![("ingredient_class".to_owned(), class.to_owned())];
    assert_eq!(class(&[("atc", "C09AA02"), ("yj", "2144002F1024")]), named("C09AA"));
    assert_eq!(class(&[("yj", "2144002F1024")]), named("2144"));
    assert_eq!(class(&[("atc", "C09")]), named("C09"));
    assert_eq!(class(&[("atc", "降圧薬の一種")]), named("降圧薬の一"));
    assert_eq!(class(&[]), []);
}

#[test]
fn sql_has_a_row_for_each_code_and_one_for_none() {
    let rows = |cells: &[(&str, &str)]| batch(&OF, cells).rows().unwrap().num_rows();
    assert_eq!(rows(&[]), 1);
    assert_eq!(rows(&[("icd", "E11"), ("code", "x")]), 2);
}

#[test]
fn a_year_is_a_year_and_an_instant_is_over_at_once() {
    const DAY: i64 = 86_400;
    let year = Some((0, 365 * DAY - 1));
    assert_eq!(times(&[("at", "1970")]), [year, year]);
    let second = Some((DAY, DAY));
    assert_eq!(times(&[("at", "1970-01-02T00:00:00+09:00")]), [second, second]);
}

#[test]
fn a_period_ends_the_second_before_and_a_missing_end_goes_on() {
    const DAY: i64 = 86_400;
    let start = ("start", "1970-01-02T00:00:00+09:00");
    let began = Some((DAY, DAY));
    assert_eq!(times(&[start]), [began, None]);
    let ended = ("end", "1970-01-03T00:00:00+09:00");
    assert_eq!(times(&[start, ended]), [began, Some((2 * DAY - 1, 2 * DAY - 1))]);
    assert_eq!(times(&[start, ("end", "1970-01-03")])[1], Some((2 * DAY, 3 * DAY - 1)));
    // An end before the start is a mistake; an end alone is all there is.
    assert_eq!(times(&[start, ("end", "1970-01-01")])[1], began);
    assert_eq!(times(&[ended]), [None, Some((2 * DAY - 1, 2 * DAY - 1))]);
}

#[test]
fn a_day_of_recording_stands_in_only_where_nothing_is_said() {
    let recorded = ("recorded", "1970-01-02");
    assert!(times(&[recorded])[0].is_some());
    assert_eq!(times(&[recorded, ("age", "50")]), [None, None]);
}

#[test]
fn a_number_has_the_code_of_its_unit_where_that_is_of_ucum() {
    let measured = |value: f64, unit: &str| Some(Measured { value, unit: Some(unit.to_owned()) });
    let value = ("value", "6.5");
    let ucum = ("unit_system", "http://unitsofmeasure.org");
    let (code, printed) = (("unit_code", "mg/dL"), ("unit", "mg/dl"));
    assert_eq!(event(&[value, code, ucum, printed]).value, measured(6.5, "mg/dL"));
    assert_eq!(event(&[value, code, printed]).value, measured(6.5, "mg/dL"));
    let other = ("unit_system", "urn:merit9");
    assert_eq!(event(&[value, code, other, printed]).value, measured(6.5, "mg/dl"));
    assert_eq!(event(&[code]).value, None);
    let supply =
        |number: &str, unit: &str| event(&[("supply", number), ("supply_unit", unit)]).days_supply;
    assert_eq!(supply("2", "wk"), Some(14.0));
    assert_eq!((supply("14", "日"), supply("1", "mo")), (Some(14.0), None));
}

#[test]
fn a_limit_in_another_unit_is_left_out_and_a_comparator_is_told() {
    let cells = [
        ("value", "5"),
        ("unit", "mg/dL"),
        ("comparator", "<"),
        ("low", "1"),
        ("low_unit", "mg/dL"),
        ("high", "2"),
        ("high_unit", "g/L"),
    ];
    let event = event(&cells);
    assert_eq!((event.lower_limit, event.upper_limit), (Some(1.0), None));
    let operator = event.attributes.values().next().unwrap();
    assert_eq!(operator, &Coded::word("<"));
}

#[test]
fn a_suspicion_is_seen_among_modifiers() {
    assert!(event(&[("modifiers", "4012, 8002")]).suspected);
    assert!(!event(&[("modifiers", "80021")]).suspected);
}

#[test]
fn keys_say_their_source_and_elements_their_number() {
    let visit = event(&[("encounter_key", "e-1")]).visit;
    assert_eq!(visit.as_deref(), Some("hospital/e-1"));
    let element = batch(&OF_ELEMENTS, &[("ordinal", "1")]).event(0);
    assert_eq!(element.source_key, "hospital/o-1#1");
}

#[test]
fn the_table_of_sql_says_what_the_event_says() {
    let cells = [("at", "2024-05"), ("icd", "E11"), ("value", "1.5"), ("unit", "g")];
    let batch = batch(&OF, &cells);
    let rows = batch.rows().unwrap();
    let mut text = Vec::new();
    let mut writer = arrow::csv::WriterBuilder::new().with_header(false).build(&mut text);
    writer.write(&rows).unwrap();
    drop(writer);
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "7,observation,hospital/o-1,icd10_jp,E11,2024-05-01T00:00:00,2678400,\
         2024-05-01T00:00:00,2678400,,,,,1.5,g,,,,,,,,,,,\n"
    );
}

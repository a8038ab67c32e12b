//! The day of an event, asked of the twelve people: whichever type its time has, and nothing else.

use crate::house::House;

/// A table, and from which other columns its `event_day` must follow.
const FOLLOWS: &[(&str, &str)] = &[
    ("encounter", "period_start_day"),
    (
        "observation",
        "coalesce(effective_at_day, effective_instant_day, effective_period_start_day)",
    ),
    ("diagnostic_report", "coalesce(effective_at_day, effective_period_start_day)"),
    ("procedure", "coalesce(performed_at_day, performed_period_start_day)"),
    ("medication_request", "authored_on_day"),
    ("medication_dispense", "coalesce(when_handed_over_day, when_prepared_day)"),
    ("medication_administration", "coalesce(effective_at_day, effective_period_start_day)"),
    (
        "medication_request_dosage",
        "coalesce(period_of_use_start_day, bounds_period_start_day, timing_event_day)",
    ),
    ("immunization", "occurrence_at_day"),
    ("service_request", "authored_on_day"),
    ("specimen", "coalesce(collected_at_day, collected_period_start_day)"),
    ("imaging_study", "started_day"),
    ("composition", "composed_at_day"),
    ("media", "coalesce(created_at_day, created_period_start_day)"),
    ("consent", "consented_at_day"),
    ("coverage", "period_start_day"),
    ("family_member_history", "recorded_at_day"),
];

#[test]
fn an_events_day_is_that_of_the_time_told_and_of_nothing_else() {
    let house = House::with_people();
    for (table, follows) in FOLLOWS {
        let other =
            format!("select count(*) from {table} where event_day is distinct from {follows}");
        assert_eq!(
            house.number(&other),
            0,
            "{table}: {}",
            house.sql(&format!(
                "select resource_key, event_day, {follows} as follows from {table} \
             where event_day is distinct from {follows}"
            ))
        );
        let told = house.number(&format!("select count(event_day) from {table}"));
        assert!(told > 0, "{table} has no day");
    }
    // What FHIR tells as a period is no longer without a day.
    let periods = "select count(*) from procedure where performed_at is null \
                   and performed_period_start is not null and event_day is null";
    assert_eq!(house.number(periods), 0);
}

/// A resource, what it says of time, and the day that follows; nothing is invented.
const TOLD: &[(&str, &str, Option<&str>)] = &[
    (
        "Condition",
        r#""onsetDateTime":"2012-04-01","recordedDate":"2024-05-17""#,
        Some("2012-04-01"),
    ),
    ("Condition", r#""onsetPeriod":{"start":"2012-04-02"}"#, Some("2012-04-02")),
    ("Condition", r#""recordedDate":"2024-05-17""#, Some("2024-05-17")),
    ("Condition", r#""onsetDateTime":"2012","recordedDate":"2024-05-17""#, None),
    ("Condition", r#""onsetString":"as a child","recordedDate":"2024-05-17""#, None),
    ("Condition", r#""onsetAge":{"value":6},"recordedDate":"2024-05-17""#, None),
    ("Observation", r#""effectiveDateTime":"2024-05-16T15:00:00Z""#, Some("2024-05-17")),
    ("Observation", r#""effectiveInstant":"2024-05-17T00:00:00+09:00""#, Some("2024-05-17")),
    (
        "Observation",
        r#""effectiveTiming":{"event":["2024-05-17","2024-05-18"]}"#,
        Some("2024-05-17"),
    ),
    ("Observation", r#""issued":"2024-05-17T09:00:00+09:00""#, None),
    (
        "Procedure",
        r#""performedPeriod":{"start":"2024-05-17","end":"2024-05-19"}"#,
        Some("2024-05-17"),
    ),
    ("Procedure", r#""performedPeriod":{"end":"2024-05-19"}"#, None),
    ("Procedure", r#""performedAge":{"value":60}"#, None),
    ("Immunization", r#""occurrenceString":"last winter","recorded":"2024-05-17""#, None),
];

#[test]
fn a_day_is_taken_from_whatever_tells_it_and_never_invented() {
    let house = House::new();
    let mut lines = r#"{"resourceType":"Patient","id":"p"}"#.to_owned();
    for (at, (resource, told, _)) in TOLD.iter().enumerate() {
        let whose = if *resource == "Immunization" { "patient" } else { "subject" };
        lines += &format!(
            "\n{{\"resourceType\":\"{resource}\",\"id\":\"r{at}\",\"{whose}\":{{\"reference\":\"Patient/p\"}},{told}}}"
        );
    }
    house.ingest(&[&house.write("told.ndjson", lines)]);
    for (at, (resource, told, day)) in TOLD.iter().enumerate() {
        let table = resource.to_lowercase();
        let given = house.sql(&format!(
            "select cast(event_day as varchar) as day from {table} where resource_key = 'r{at}'"
        ));
        assert_eq!(given[0]["day"].as_str(), *day, "{resource} {told}: {given}");
        assert_eq!(given.as_array().map(Vec::len), Some(1), "{resource} {told}");
    }
}

#[test]
fn tables_are_counted_by_the_day_of_the_event() {
    let house = House::with_people();
    let tables = house.json(&["tables", "--format", "json"]);
    for table in ["procedure", "medication_administration", "condition", "observation_component"] {
        let counted = tables.as_array().unwrap().iter().find(|found| found["name"] == table);
        let days = house.sql(&format!("select min(event_day) a, max(event_day) b from {table}"));
        let counted = counted.unwrap();
        assert_eq!(counted["first_day"], days[0]["a"], "{table}");
        assert_eq!(counted["last_day"], days[0]["b"], "{table}");
        assert!(days[0]["a"].is_string(), "{table}: {days}");
    }
}

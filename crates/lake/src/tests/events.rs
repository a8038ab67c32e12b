//! Events pass the same gate as the rows they are made of.

use std::sync::Arc;

use cohort::ast::Definition;
use ledger::{MissingRight, NewGrant, OptOut};
use vocab::date::Zone;
use vocab::{Actor, PatientId, PurposeOfUse};

use super::{House, ROWS, Row, answer};
use crate::events::{Amount, CodeOf, CohortConfig, EventsOf, Publishing};
use crate::{CohortQuestion, Engine, Lake, Reader, ReaderError};

static EVENTS: &[EventsOf] = &[
    EventsOf {
        codes: &[CodeOf::word("code")],
        value: Some(Amount { numbers: &["value"], unit_code: "", unit_system: None, unit: "" }),
        ..EventsOf::of("observation", "lab")
    },
    EventsOf { codes: &[CodeOf::word("code")], ..EventsOf::of("organization", "device") },
    EventsOf::of("not_there", "visit"),
];

fn publishing(house: &House) -> Lake {
    let slices = vec![("test", EVENTS)];
    house.lake.clone().publishing(Publishing { systems: &[], slices, zone: Zone::tokyo() })
}

async fn reader(house: &House) -> Reader {
    let purpose = PurposeOfUse::Research;
    let permit = house.ledger.permit(&house.actor, purpose, None, "sql", "00").await.unwrap();
    publishing(house).reader(permit, None).await.unwrap()
}

async fn ask(house: &House, question: &str) -> Vec<String> {
    answer(&reader(house).await, question).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slices_events_are_a_table_of_their_own() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let all = "select patient_id, kind, source_key, code, value from test_events \
               order by source_key";
    assert_eq!(
        ask(&house, all).await,
        [
            "3,lab,hospital/a,718-7,12.5",
            "3,lab,hospital/b,718-7,11.0",
            "5,lab,hospital/c,4548-4,6.1",
            "7,lab,hospital/d,4548-4,99.0",
            "7,lab,hospital/e,only-hanako,1.0",
        ]
    );
    for (question, expect) in [
        ("select count(*) from fhir.test_events", "5"),
        ("select count(*) from test_events where kind = 'lab'", "5"),
        ("select count(*) from test_events where kind in ('visit', 'device')", "0"),
        ("select count(*) from test_events where kind = 'lab' and kind = 'device'", "0"),
        ("select count(*) from test_events where kind <> 'lab' or code = '718-7'", "2"),
        ("select count(*) from test_events where patient_id = 7", "2"),
        ("select count(*) from (select * from test_events limit 2)", "2"),
    ] {
        assert_eq!(ask(&house, question).await, [expect], "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refused_has_no_event() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.opt_out(7).await;
    for (question, expect) in [
        ("select count(*) from test_events", "3"),
        ("select max(value) from test_events", "12.5"),
        ("select count(*) from test_events where code = 'only-hanako'", "0"),
        ("select count(*) from test_events where patient_id = 7", "0"),
    ] {
        assert_eq!(ask(&house, question).await, [expect], "{question}");
    }
    let people = reader(&house).await.everybody().await;
    assert_eq!(people, [(3, 2), (5, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_numbers_of_one_person_have_their_events_together() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let patient = |number| PatientId::from_stored(number).unwrap();
    house.ledger.links().join(patient(7), patient(3), &house.actor).await.unwrap();
    // What lies under 7 is asked for by the number it is shown as.
    for (question, expect) in [
        ("select count(*) from test_events where patient_id < 5", "4"),
        ("select count(*) from test_events where patient_id <= 3 and patient_id >= 3", "4"),
        ("select count(*) from test_events where patient_id > 5", "0"),
        ("select count(*) from test_events where 5 > patient_id", "4"),
    ] {
        assert_eq!(ask(&house, question).await, [expect], "{question}");
    }
    assert_eq!(house.ask("select count(*) from observation where patient_id < 5").await, ["4"]);
    assert_eq!(reader(&house).await.everybody().await, [(3, 4), (5, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_load_changes_the_events() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    assert_eq!(reader(&house).await.everybody().await, [(3, 2), (5, 1), (7, 2), (9, 1)]);
}

/// A look of somebody who may count people and see none of them.
async fn counting(house: &House) -> Reader {
    let purpose = PurposeOfUse::Education;
    // Whoever founds a house may see rows.
    let actor = Actor::new("local:teacher").unwrap();
    let new = NewGrant {
        actor: actor.clone(),
        purpose,
        study: None,
        sees_rows: false,
        exact_counts: false,
        expires: None,
    };
    house.ledger.people().grant(&new, &house.actor).await.unwrap();
    let permit = house.ledger.permit(&actor, purpose, None, "cohort", "00").await.unwrap();
    publishing(house).reader(permit, None).await.unwrap()
}

fn measured() -> Arc<CohortQuestion> {
    let text = "cohort measured version 1\n  entry all lab ever\n";
    let Definition::Cohort(definition) = cohort::text::parse(text).unwrap().definition else {
        panic!("a cohort");
    };
    Arc::new(CohortQuestion {
        definition: *definition,
        cohorts: [].into(),
        codes: [].into(),
        off: [].into(),
        config: CohortConfig::default(),
        engine: Engine::Any,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_count_gets_results_and_no_members() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let wish = OptOut {
        patient: PatientId::from_stored(7).unwrap(),
        purposes: vec![PurposeOfUse::Education],
        reason: "letter".to_owned(),
        by: house.actor.clone(),
    };
    house.ledger.consents().opt_out(wish).await.unwrap();
    let (reader, question) = (counting(&house).await, measured());
    let covered = reader.covered(&question.config).await.unwrap();
    let told = reader.cohort_results(&question, &covered, |_, _| {}).await.unwrap();
    assert_eq!(told.asked.get(), 2, "3 and 5, and not 7");
    let questions = [Arc::clone(&question), question];
    let told = reader.cohort_overlap(&questions, &covered, |_, _| {}).await.unwrap();
    assert_eq!((told.asked.get(), told.overlap.combinations().len()), (2, 3));
    let refused = reader.cohort_members(&questions[0], &covered, |_, _| {}).await.unwrap_err();
    assert!(
        matches!(refused, ReaderError::Refused(MissingRight::Rows { .. })),
        "rows were given: {refused}"
    );
}

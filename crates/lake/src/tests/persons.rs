//! One person with several numbers is one person in every answer.

use vocab::{PatientId, PurposeOfUse};

use super::{House, ROWS, answer};

/// The answers that differ once 3 and 5 are one person.
const QUESTIONS: [(&str, &str, &str); 8] = [
    ("select count(*) from observation", "5", "5"),
    ("select count(distinct patient_id) from observation", "3", "2"),
    ("select count(*) from observation where patient_id = 3", "2", "3"),
    ("select count(*) from observation where patient_id = 5", "1", "0"),
    ("select count(*) from observation where patient_id in (3, 7)", "4", "5"),
    ("select count(*) from observation where patient_id > 4", "3", "2"),
    ("select count(*) from observation a join observation b using (patient_id)", "9", "13"),
    ("select max(n) from (select count(*) n from observation group by patient_id)", "2", "3"),
];

fn patient(number: i64) -> PatientId {
    PatientId::from_stored(number).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_numbers_of_one_person_are_one_in_every_answer() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let snapshot = house.reader(PurposeOfUse::Research).await.snapshot();
    let links = house.ledger.links();
    for (question, apart, _) in QUESTIONS {
        assert_eq!(house.ask(question).await, [apart], "{question}");
    }
    links.join(patient(5), patient(3), &house.actor).await.unwrap();
    let reader = house.reader_at(PurposeOfUse::Research, snapshot).await.unwrap();
    for (question, _, joined) in QUESTIONS {
        assert_eq!(house.ask(question).await, [joined], "{question}");
        // What was loaded before two numbers became one person needs no rewriting.
        assert_eq!(answer(&reader, question).await, [joined], "{question}");
    }
    links.part(patient(3), patient(5), &house.actor).await.unwrap();
    for (question, apart, _) in QUESTIONS {
        assert_eq!(house.ask(question).await, [apart], "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_number_refused_is_refused_for_the_person() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.ledger.links().join(patient(7), patient(3), &house.actor).await.unwrap();
    house.opt_out(7).await;
    assert_eq!(house.ask("select distinct patient_id from observation").await, ["5"]);
    let counts = house.reader(PurposeOfUse::Research).await.table_counts().await.unwrap();
    assert_eq!(counts[0].patients.get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_a_table_are_persons() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.ledger.links().join(patient(7), patient(5), &house.actor).await.unwrap();
    let counts = house.reader(PurposeOfUse::Research).await.table_counts().await.unwrap();
    assert_eq!((counts[0].rows.get(), counts[0].patients.get()), (5, 2));
}

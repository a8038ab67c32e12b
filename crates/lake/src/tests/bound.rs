//! Questions with values bound to their names, and looks at one person.

use ledger::{Look, NewGrant};
use vocab::{PatientId, PurposeOfUse};

use super::{House, ROWS};
use crate::{Parameter, Reader};

const BY_CODE: &str = "select patient_id, code, value, effective_day, value > 50 as high \
     from fhir.observation where code = $code order by patient_id, value";

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_value_is_a_value_whatever_it_holds() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    let ask = async |code: &str| {
        let values = [("code", Parameter::Text(code.to_owned()))];
        let answer = reader.ask(BY_CODE, &values).await.unwrap();
        answer.rows().map(|row| row.text("code").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ask("4548-4").await, vec!["4548-4"; 2]);
    for hostile in ["' or 1=1 --", "x'; drop table observation; --", "$code", "\u{0}"] {
        assert!(ask(hostile).await.is_empty(), "{hostile:?}");
    }
    assert!(reader.ask(BY_CODE, &[]).await.is_err(), "a name without a value");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_read_by_the_names_of_their_columns() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    let values = [("code", Parameter::Text("4548-4".to_owned()))];
    let answer = reader.ask(BY_CODE, &values).await.unwrap();
    let row = answer.rows().next().unwrap();
    assert!(row.whole("patient_id").is_some() && row.number("value").is_some());
    assert!(row.day("effective_day").is_some_and(|day| day.year() == 2024));
    assert!(!row.is("high"));
    assert_eq!((row.text("value"), row.number("nothing")), (None, None));
    let until = [("day", Parameter::Day(jiff::civil::date(2024, 10, 5)))];
    let count = "select count(*) as n from fhir.observation where effective_day < $day";
    let answer = reader.ask(count, &until).await.unwrap();
    assert!(answer.rows().next().unwrap().whole("n").is_some());
}

/// A look at one patient for treatment.
async fn at(house: &House, patient: i64) -> Reader {
    let new = NewGrant {
        actor: house.actor.clone(),
        purpose: PurposeOfUse::Treatment,
        study: None,
        sees_rows: true,
        exact_counts: true,
        expires: None,
    };
    house.ledger.people().grant(&new, &house.actor).await.unwrap();
    let purpose = PurposeOfUse::Treatment;
    let look = Look { actor: &house.actor, purpose, study: None, act: "page", digest: "00" };
    let patient = PatientId::from_stored(patient).unwrap();
    let permit = house.ledger.permit_patient(&look, patient).await.unwrap();
    house.lake.reader(permit, None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_one_patient_finds_nobody_else() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.opt_out(7).await;
    let everybody = "select distinct patient_id as p from fhir.observation order by 1";
    let seen = async |reader: &Reader| {
        let answer = reader.ask(everybody, &[]).await.unwrap();
        answer.rows().map(|row| row.whole("p").unwrap()).collect::<Vec<_>>()
    };
    // Who refused secondary use is still there for the doctor.
    assert_eq!(seen(&at(&house, 7).await).await, [7]);
    assert!(seen(&at(&house, 4_711).await).await.is_empty());
    let places = at(&house, 7).await;
    let organizations = places.ask("select count(*) as n from fhir.organization", &[]).await;
    assert_eq!(organizations.unwrap().rows().next().unwrap().whole("n"), Some(1));
}

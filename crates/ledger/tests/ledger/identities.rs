//! Names on disk, and who may read them.

use ledger::{Identifier, IdentityOwner, IdentityRecord, LedgerError};
use serde_json::json;
use vocab::PurposeOfUse;

use crate::house::{House, maker};

const NAME: &str = "山田花子";
const NUMBER: &str = "KARTE-0012345";

pub(crate) fn hanako(patient: vocab::PatientId) -> IdentityRecord {
    IdentityRecord {
        owner: IdentityOwner::Patient(patient),
        source: "hospital".to_owned(),
        key: "hanako".to_owned(),
        names: vec![NAME.to_owned(), "ヤマダ ハナコ".to_owned()],
        identifiers: vec![Identifier {
            system: Some("urn:karte".to_owned()),
            value: NUMBER.to_owned(),
        }],
        content: json!({ "name": [{ "text": NAME }], "birthDate": "1961-03-09" }),
    }
}

#[tokio::test]
async fn no_name_number_or_birthday_lies_readable_on_disk() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let patient = keys.learn("hospital", "hanako", [("urn:karte", NUMBER)]);
    let identity = house.ledger.identity();
    identity.put_many(&[hanako(patient)]).await.unwrap();
    crate::loads::commit(&house, keys, vec![]).await;
    identity.find(NUMBER).await.unwrap();
    let bytes = house.bytes().await;
    assert!(bytes.len() > 10_000);
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    // The search itself works: what is not secret is found, in the write-ahead log too.
    assert!(holds("load.commit") && holds("hospital"));
    for secret in [NAME, NUMBER, "1961-03-09", "ヤマダ", "hanako", "urn:karte"] {
        assert!(!holds(secret), "{secret} lies readable on disk");
    }
}

#[tokio::test]
async fn a_patient_is_found_by_whatever_the_desk_has() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let patient = keys.learn("hospital", "hanako", [("urn:karte", NUMBER)]);
    let identity = house.ledger.identity();
    identity.put_many(&[hanako(patient)]).await.unwrap();
    crate::loads::commit(&house, keys, vec![]).await;
    let number = patient.get().to_string();
    let pair = format!("urn:karte|{NUMBER}");
    for text in ["hospital/hanako", "hanako", NUMBER, &pair, NAME, "やまだはなこ", &number] {
        assert_eq!(identity.find(text).await.unwrap(), [patient], "{text}");
    }
    for text in ["clinic/hanako", "hanak", "urn:other|KARTE-0012345", "12345", ""] {
        assert!(identity.find(text).await.unwrap().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn what_a_record_was_found_by_is_forgotten_when_it_is_replaced() {
    let house = House::new().await;
    let patient = house.ledger.patient_keys().await.unwrap().patient_id("hospital", "hanako");
    let identity = house.ledger.identity();
    let old = hanako(patient);
    let new = IdentityRecord { names: vec!["佐藤花子".to_owned()], ..old.clone() };
    // Twice in one batch: the last one counts.
    identity.put_many(&[old, new]).await.unwrap();
    assert_eq!(identity.find("佐藤 花子").await.unwrap(), [patient]);
    assert!(identity.find(NAME).await.unwrap().is_empty());
    let newest = IdentityRecord { names: vec!["鈴木花子".to_owned()], ..hanako(patient) };
    identity.put_many(&[newest]).await.unwrap();
    assert!(identity.find("佐藤 花子").await.unwrap().is_empty());
    assert_eq!(identity.find("鈴木花子").await.unwrap(), [patient]);
}

#[tokio::test]
async fn names_are_shown_for_operations_and_not_for_research() {
    let house = House::new().await;
    let patient = house.ledger.patient_keys().await.unwrap().patient_id("hospital", "hanako");
    let identity = house.ledger.identity();
    identity.put_many(&[hanako(patient)]).await.unwrap();
    let permit = house.permit(PurposeOfUse::Operations).await.unwrap();
    let content = identity.get(&permit, patient).await.unwrap().unwrap();
    assert_eq!(content["birthDate"], "1961-03-09");
    let permit = house.permit(PurposeOfUse::Research).await.unwrap();
    let refused = identity.get(&permit, patient).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Refused { .. }), "{refused}");
    let acts = house.acts(&maker()).await;
    assert_eq!(acts[acts.len() - 4..], ["permit", "identity.get", "permit", "refuse"]);
}

#[tokio::test]
async fn someone_who_opted_out_has_no_name_for_operations() {
    let house = House::new().await;
    let patient = house.ledger.patient_keys().await.unwrap().patient_id("hospital", "hanako");
    let identity = house.ledger.identity();
    identity.put_many(&[hanako(patient)]).await.unwrap();
    house.opt_out(patient).await;
    let permit = house.permit(PurposeOfUse::Operations).await.unwrap();
    assert_eq!(identity.get(&permit, patient).await.unwrap(), None);
}

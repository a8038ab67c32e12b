//! Who was erased is in no row and no byte of the ledger, cannot come back by chance, and has what
//! was refused back when they do.

use ledger::{
    ErasedFile, ErasureEnd, Identifier, IdentityOwner, IdentityRecord, LedgerError, NewErasure,
    NewLoad, PatientKeys, Scrub, SnapshotTable,
};
use serde_json::json;
use vocab::{ErasureId, LandingId, LoadId, PatientId, PurposeOfUse};

use crate::house::{House, maker};
use crate::loads::{commit, quarantined};

const NAME: &str = "山田花子";
const NUMBER: &str = "KARTE-0012345";

/// A house that knows Hanako under two numbers, and a namesake's broken line.
async fn house() -> (House, [PatientId; 2]) {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let hanako = keys.learn("hospital", "hanako", [("urn:karte", NUMBER), ("urn:family", "7")]);
    let other = keys.learn("hospital", "hanako-2", []);
    keys.learn("hospital", "jiro", [("urn:family", "7")]);
    keys.learn_link(hanako, other);
    let record = IdentityRecord {
        owner: IdentityOwner::Patient(hanako),
        source: "hospital".to_owned(),
        key: "hanako".to_owned(),
        names: vec![NAME.to_owned()],
        identifiers: vec![Identifier {
            system: Some("urn:karte".to_owned()),
            value: NUMBER.to_owned(),
        }],
        content: json!({ "name": [{ "text": NAME }] }),
    };
    house.ledger.identity().put_many(&[record]).await.unwrap();
    let mut broken = quarantined(3);
    broken.detail = "near hanako-secret".to_owned();
    commit(&house, keys, vec![broken]).await;
    (house, [hanako, other])
}

fn new(keys: &PatientKeys, patients: [PatientId; 2]) -> NewErasure {
    let erased = keys.erased();
    NewErasure {
        id: ErasureId(1),
        by: maker(),
        reason: "request 12".to_owned(),
        patients: patients.to_vec(),
        tombstones: vec![
            erased.of_patient(patients[0]),
            erased.of_patient(patients[1]),
            erased.of_resource("hospital", "Patient", "hanako"),
            erased.of_identifier("urn:karte", NUMBER),
        ],
    }
}

async fn begin(house: &House, patients: [PatientId; 2]) -> NewErasure {
    let keys = house.ledger.patient_keys().await.unwrap();
    let lease = house.ledger.writer_lease("erase").await.unwrap();
    let new = new(&keys, patients);
    house.ledger.erasures().begin(&lease, &new).await.unwrap();
    new
}

async fn load(house: &House) -> LoadId {
    let lease = house.ledger.writer_lease("erase").await.unwrap();
    let new = NewLoad { source: "lake".to_owned(), command: "erase".to_owned(), actor: maker() };
    house.ledger.loads().begin(&lease, new).await.unwrap()
}

fn end(begun: NewErasure, load: LoadId, tables: Option<Vec<SnapshotTable>>) -> ErasureEnd {
    ErasureEnd {
        begun,
        load,
        tables,
        scrub: Scrub {
            texts: vec!["near hanako-secret".to_owned()],
            lines: vec![(LandingId([1; 32]), 3)],
        },
        files: vec![ErasedFile {
            table: "patient".to_owned(),
            path: "part.parquet".to_owned(),
            hash: "ab".to_owned(),
        }],
        certificate: "{\"erasure\":1}".to_owned(),
    }
}

/// Erases Hanako from the ledger, from the beginning to the end.
async fn erase(house: &House, patients: [PatientId; 2]) {
    let load = load(house).await;
    let begun = begin(house, patients).await;
    let lease = house.ledger.writer_lease("erase").await.unwrap();
    let owners = patients.map(IdentityOwner::Patient);
    house.ledger.identity().forget(&owners).await.unwrap();
    let erasures = house.ledger.erasures();
    let newest = house.ledger.snapshots().latest().await.unwrap().unwrap();
    let end = end(begun, load, Some(newest.tables));
    let made = erasures.end(&lease, &end).await.unwrap();
    assert_eq!(erasures.end(&lease, &end).await.unwrap(), made, "ended again");
    assert!(made.is_some() && erasures.clean(&lease).await.unwrap());
}

#[tokio::test]
async fn from_the_beginning_of_an_erasure_nobody_sees_the_person() {
    let (house, patients) = house().await;
    for purpose in PurposeOfUse::ALL {
        let before = house.ledger.consents().exclusions(purpose).await.unwrap();
        assert!(before.is_empty());
    }
    let new = begin(&house, patients).await;
    for purpose in PurposeOfUse::ALL {
        let after = house.ledger.consents().exclusions(purpose).await.unwrap();
        assert!(patients.iter().all(|patient| after.contains(*patient)), "{purpose}");
    }
    // Begun again, nothing changes.
    let epoch = house.ledger.consents().epoch().await.unwrap();
    let lease = house.ledger.writer_lease("erase").await.unwrap();
    house.ledger.erasures().begin(&lease, &new).await.unwrap();
    assert_eq!(house.ledger.consents().epoch().await.unwrap(), epoch);
}

#[tokio::test]
async fn nothing_of_the_person_is_left_and_the_audit_is_whole() {
    let (house, patients) = house().await;
    let known = {
        let lease = house.ledger.writer_lease("erase").await.unwrap();
        house.ledger.erasures().person(&lease, patients[0], &maker()).await.unwrap()
    };
    assert_eq!((known.numbers.len(), known.records.len()), (2, 1));
    assert_eq!(known.records[0].key, "hanako");
    assert!(known.first_seen.is_some());
    erase(&house, patients).await;

    let identity = house.ledger.identity();
    for text in [NAME, NUMBER, "hanako", "hospital/hanako"] {
        assert!(identity.find(text).await.unwrap().is_empty(), "{text}");
    }
    assert_eq!(identity.find("hospital/jiro").await.unwrap().len(), 1);
    assert_eq!(house.ledger.links().person_of(patients[0]).await.unwrap(), [patients[0]]);
    for purpose in PurposeOfUse::ALL {
        assert!(house.ledger.consents().exclusions(purpose).await.unwrap().is_empty());
    }
    let bytes = house.bytes().await;
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("request 12") && holds("hospital"), "the search itself works");
    for gone in [NAME, NUMBER, "hanako", "secret", "urn:karte"] {
        assert!(!holds(gone), "{gone} lies in the ledger");
    }
    assert!(house.ledger.doctor().await.unwrap().iter().all(|found| found.well));

    let one = house.ledger.erasures().list().await.unwrap().remove(0);
    assert!(one.ended.is_some() && one.lifted.is_none() && one.snapshot.is_some());
    let kept = house.ledger.erasures().certificate(ErasureId(1)).await.unwrap();
    assert_eq!(kept.as_deref(), Some("{\"erasure\":1}"));
    let missing = house.ledger.erasures().certificate(ErasureId(2)).await;
    assert!(matches!(missing, Err(LedgerError::NoErasure(_))));
    let files = house.ledger.erasures().files().await.unwrap();
    assert_eq!(files[&("patient".to_owned(), "part.parquet".to_owned())], "ab");
    let acts = house.acts(&maker()).await;
    for act in ["erase.look", "erase.begin", "erase"] {
        assert!(acts.iter().any(|done| done == act), "{act}: {acts:?}");
    }
}

#[tokio::test]
async fn who_was_erased_is_known_again_until_it_is_lifted() {
    let (house, patients) = house().await;
    house.opt_out(patients[1]).await;
    erase(&house, patients).await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let erased = keys.erased();
    assert!(erased.has_patient(patients[0]) && erased.has_patient(patients[1]));
    assert!(erased.has_resource("hospital", "Patient", "hanako"));
    let named = keys.by_identifier("urn:karte", NUMBER).unwrap();
    assert!(erased.has_patient(named) && !patients.contains(&named));
    // What her family has too names who is left.
    assert_eq!(keys.by_identifier("urn:family", "7"), Some(keys.patient_id("hospital", "jiro")));
    let records = house.ledger.erasures().erased_records("hospital/hanako").await.unwrap();
    assert_eq!(records, [("hospital".to_owned(), "hanako".to_owned(), patients[0])]);

    let lease = house.ledger.writer_lease("erase").await.unwrap();
    for nobody in ["jiro", "urn:karte|0", ""] {
        let lifted = house.ledger.erasures().lift(&lease, nobody, &maker()).await.unwrap();
        assert!(lifted.is_empty(), "{nobody}");
    }
    let lifted = house.ledger.erasures().lift(&lease, "hanako", &maker()).await.unwrap();
    assert_eq!(lifted, [ErasureId(1)]);
    drop(lease);
    let keys = house.ledger.patient_keys().await.unwrap();
    assert!(keys.erased().is_empty() && keys.by_identifier("urn:karte", NUMBER).is_none());

    // She comes back, and what she had refused under either number holds at once.
    let before = house.ledger.consents().exclusions(PurposeOfUse::Research).await.unwrap();
    assert!(before.is_empty());
    keys.learn("hospital", "hanako", [("urn:karte", NUMBER)]);
    commit(&house, keys, vec![]).await;
    for purpose in PurposeOfUse::SECONDARY {
        let after = house.ledger.consents().exclusions(purpose).await.unwrap();
        assert!(after.contains(patients[0]), "{purpose}");
    }
    let decisions = house.ledger.consents().decisions(patients[0]).await.unwrap();
    assert_eq!(decisions.len(), 4);
    let keys = house.ledger.patient_keys().await.unwrap();
    keys.learn("hospital", "hanako", []);
    commit(&house, keys, vec![]).await;
    assert_eq!(house.ledger.consents().decisions(patients[0]).await.unwrap(), decisions);
}

#[tokio::test]
async fn backups_since_a_moment_are_told_with_their_numbers() {
    let (house, _) = house().await;
    let row = "insert into audit (seq, at_us, actor, act, object, purpose, study, detail, \
               prev_hash, hash) values";
    let rows = [
        ("900", "backup", r#"{"generation":1}"#),
        ("901", "backup", r#"{"generation":2,"keys":false}"#),
        ("902", "restore", r#"{"generation":3}"#),
        ("903", "backup", "{}"),
    ];
    for (at, act, detail) in rows {
        let sql = format!(
            "{row} ({at}, {at}, 'local:x', '{act}', 'home', null, null, '{detail}', x'00', x'00')"
        );
        house.tamper(&sql).await;
    }
    let since = jiff::Timestamp::from_microsecond(901).unwrap();
    let found = house.ledger.erasures().backups(since).await.unwrap();
    let numbers: Vec<Option<u64>> = found.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [Some(2), None]);
    assert_eq!(found[0].1, since);
}

#[tokio::test]
async fn an_erasure_that_changes_no_table_makes_no_snapshot() {
    let (house, patients) = house().await;
    let before = house.ledger.snapshots().latest().await.unwrap().unwrap().id;
    let load = load(&house).await;
    let begun = begin(&house, patients).await;
    let lease = house.ledger.writer_lease("erase").await.unwrap();
    let made = house.ledger.erasures().end(&lease, &end(begun, load, None)).await.unwrap();
    assert_eq!(made, None);
    assert_eq!(house.ledger.snapshots().latest().await.unwrap().unwrap().id, before);
}

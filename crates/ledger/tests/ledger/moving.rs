//! A ledger that grew in files and is moved to a server: the same afterwards, and in one place.

use std::fs;

use ledger::{Identifier, IdentityOwner, IdentityRecord, Ledger, LedgerConfig, LedgerError};
use serde_json::json;
use vocab::{Locale, PurposeOfUse};

use crate::house::{House, config, maker, open, settle, ticking};
use crate::loads;
use crate::restart::start;

/// What can be told of a ledger, as text.
async fn told(ledger: &Ledger) -> String {
    let mut told = Vec::new();
    for load in ledger.loads().list(100).await.unwrap() {
        let report = ledger.loads().report(load.id).await.unwrap();
        told.push(serde_json::to_string(&report).unwrap());
    }
    told.push(serde_json::to_string(&ledger.snapshots().list(100).await.unwrap()).unwrap());
    told.push(serde_json::to_string(&ledger.people().grants().await.unwrap()).unwrap());
    let rows = ledger.audit().rows(&ledger::AuditFilter::default()).await.unwrap();
    let rows: Vec<_> = rows.iter().filter(|row| row.act != "ledger.moved").collect();
    told.push(serde_json::to_string(&rows).unwrap());
    told.join("\n")
}

#[tokio::test]
async fn a_ledger_moved_to_a_server_is_the_same_and_the_old_one_is_closed() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), None).await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let hanako = keys.learn("hospital", "hanako", [("urn:x", "1")]);
    let ken = keys.learn("hospital", "ken", [("urn:x", "2")]);
    keys.learn_link(hanako, ken);
    let record = IdentityRecord {
        owner: IdentityOwner::Patient(hanako),
        source: "hospital".to_owned(),
        key: "hanako".to_owned(),
        names: vec!["山田花子".to_owned()],
        identifiers: vec![Identifier { system: None, value: "12345".to_owned() }],
        content: json!({ "birthDate": "1961-03-09" }),
    };
    house.ledger.identity().put_many(&[record]).await.unwrap();
    loads::commit(&house, keys, (1..=5_000).map(loads::quarantined).collect()).await;
    house.opt_out(ken).await;
    let before = told(&house.ledger).await;

    let databases = server.databases();
    settle(&house.home(), &databases);
    let to = config(&house.home());
    let lease = house.ledger.writer_lease("move").await.unwrap();
    let moved = house.ledger.move_to(&lease, &to, &maker()).await.unwrap();
    drop(lease);
    assert!(moved.rows > 5_000 && moved.ledger.starts_with("postgres://"), "{moved:?}");

    let ledger = open(&house.home()).await.unwrap();
    assert_eq!(told(&ledger).await, before);
    let verdict = ledger.audit().verify().await.unwrap();
    assert_eq!((verdict.head, verdict.first_broken), (moved.head, None));
    assert!(ledger.identity().find("やまだ").await.unwrap().is_empty());
    assert_eq!(ledger.identity().find("山田 花子").await.unwrap(), [hanako]);
    let permit = ledger.permit(&maker(), PurposeOfUse::Research, None, "sql", "q").await.unwrap();
    assert!(permit.exclusions().contains(hanako), "her other number refused");
    assert!(ledger.doctor().await.unwrap().iter().all(|found| found.well));

    let default = LedgerConfig::default();
    let refused = Ledger::open_in(&house.home(), &default, ticking(), &maker()).await;
    let refused = refused.err().unwrap();
    assert!(matches!(refused, LedgerError::Moved { .. }), "{refused}");
    assert!(refused.say(Locale::En).contains(&moved.ledger));
}

#[tokio::test]
async fn a_ledger_is_not_moved_onto_another_or_twice() {
    let Some(server) = start() else { return };
    let taken = House::at(ticking(), Some(server.databases())).await;
    let rows = taken.ledger.audit().verify().await.unwrap().rows;
    let house = House::at(ticking(), None).await;
    let before = told(&house.ledger).await;
    let lease = house.ledger.writer_lease("move").await.unwrap();
    let to = config(&taken.home());
    let refused = house.ledger.move_to(&lease, &to, &maker()).await.err().unwrap();
    assert!(matches!(refused, LedgerError::AnotherHomes { .. }), "{refused}");
    let refused = house.ledger.move_to(&lease, &LedgerConfig::default(), &maker()).await;
    assert!(matches!(refused.err().unwrap(), LedgerError::NotMovable { .. }));
    assert_eq!(taken.ledger.audit().verify().await.unwrap().rows, rows);
    // It goes on as before.
    assert_eq!(told(&house.ledger).await, before);
    open(&house.home()).await.unwrap();
    assert!(fs::metadata(house.path("ledger.db")).unwrap().len() > 0);
}

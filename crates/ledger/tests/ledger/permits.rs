//! Nobody looks without a permit, and every asking leaves a row.

use ledger::{AuditFilter, LedgerError, Look, MissingRight, NewGrant};
use vocab::{Actor, Locale, PurposeOfUse, RawCount, StudyId};

use crate::house::{House, maker};

fn visitor() -> Actor {
    Actor::new("visitor").unwrap()
}

fn grant(purpose: PurposeOfUse) -> NewGrant {
    NewGrant {
        actor: visitor(),
        purpose,
        study: None,
        sees_rows: false,
        exact_counts: false,
        expires: None,
    }
}

#[tokio::test]
async fn the_maker_may_look_for_every_secondary_use_and_not_for_treatment() {
    let house = House::new().await;
    for purpose in PurposeOfUse::SECONDARY {
        let permit = house.permit(purpose).await.unwrap();
        assert!(permit.may_see_rows(), "{purpose}");
        assert_eq!((permit.purpose(), permit.actor()), (purpose, &maker()));
        let exact = permit.disclosure() == disclosure::Policy::exact();
        assert_eq!(exact, purpose == PurposeOfUse::Operations, "{purpose}");
    }
    let refused = house.permit(PurposeOfUse::Treatment).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Refused { missing: MissingRight::Look { .. } }));
    assert!(refused.say(Locale::En).contains("no grant for treatment"));
    assert!(refused.say(Locale::Ja).contains("利用権限がありません"));
}

#[tokio::test]
async fn a_look_and_a_refusal_both_leave_a_row() {
    let house = House::new().await;
    let permit = house.permit(PurposeOfUse::Research).await.unwrap();
    let refused = house.ledger.permit(&visitor(), PurposeOfUse::Research, None, "sql", "q").await;
    assert!(matches!(refused, Err(LedgerError::Refused { .. })));
    let after = AuditFilter { after_seq: permit.audit_seq() - 1, ..AuditFilter::default() };
    let rows = house.ledger.audit().rows(&after).await.unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.actor.as_str(), row.act.as_str())).collect();
    assert_eq!(seen, [("local:maker", "permit"), ("visitor", "refuse")]);
    assert_eq!(rows[0].purpose.as_deref(), Some("research"));
    assert_eq!(rows[1].object, "sql");
    assert_eq!(house.ledger.audit().verify().await.unwrap().first_broken, None);
}

#[tokio::test]
async fn what_a_person_typed_never_reaches_the_audit() {
    let house = House::new().await;
    let typed = "select 1 where name = 'Yamada'";
    let permit =
        house.ledger.permit(&maker(), PurposeOfUse::Research, None, "sql", typed).await.unwrap();
    let after = AuditFilter { after_seq: permit.audit_seq() - 1, ..AuditFilter::default() };
    let rows = house.ledger.audit().rows(&after).await.unwrap();
    assert!(!rows[0].detail.contains("Yamada") && rows[0].detail.contains("digest"));
}

#[tokio::test]
async fn a_grant_for_one_study_opens_that_study_only() {
    let house = House::new().await;
    let (a, b) = (StudyId::new("A").unwrap(), StudyId::new("B").unwrap());
    let new = NewGrant { study: Some(a.clone()), ..grant(PurposeOfUse::Research) };
    house.ledger.people().grant(&new, &maker()).await.unwrap();
    let ask = async |study: Option<&StudyId>| {
        house.ledger.permit(&visitor(), PurposeOfUse::Research, study, "count", "q").await
    };
    let permit = ask(Some(&a)).await.unwrap();
    assert_eq!(permit.study(), Some(&a));
    assert!(!permit.may_see_rows());
    assert!(disclosure::release(RawCount::new(9), &permit.disclosure()).is_hidden());
    assert!(ask(Some(&b)).await.is_err());
    assert!(ask(None).await.is_err());
}

#[tokio::test]
async fn a_grant_that_was_ended_or_ran_out_opens_nothing() {
    let house = House::new().await;
    let people = house.ledger.people();
    let ask =
        async || house.ledger.permit(&visitor(), PurposeOfUse::Education, None, "count", "q").await;
    let id = people.grant(&grant(PurposeOfUse::Education), &maker()).await.unwrap();
    ask().await.unwrap();
    people.revoke(id, &maker()).await.unwrap();
    assert!(ask().await.is_err());
    let again = people.revoke(id, &maker()).await.err().unwrap();
    assert!(matches!(again, LedgerError::NoGrant(_)));
    let expires = Some(house.ledger.clock().now());
    let new = NewGrant { expires, ..grant(PurposeOfUse::Education) };
    people.grant(&new, &maker()).await.unwrap();
    assert!(ask().await.is_err());
    let grants = people.grants().await.unwrap();
    assert_eq!(grants.len(), 6);
    assert!(grants[4].revoked.is_some() && grants[5].expires.is_some());
}

#[tokio::test]
async fn two_grants_add_up() {
    let house = House::new().await;
    let rows = NewGrant { sees_rows: true, ..grant(PurposeOfUse::Research) };
    let exact = NewGrant { exact_counts: true, ..grant(PurposeOfUse::Research) };
    for new in [rows, exact] {
        house.ledger.people().grant(&new, &maker()).await.unwrap();
    }
    let asked = house.ledger.permit(&visitor(), PurposeOfUse::Research, None, "sql", "q").await;
    let permit = asked.unwrap();
    assert!(permit.may_see_rows());
    assert_eq!(permit.disclosure(), disclosure::Policy::exact());
}

#[tokio::test]
async fn a_look_at_one_patient_names_them_and_opens_no_other() {
    let house = House::new().await;
    let numbers = house.ledger.patient_keys().await.unwrap();
    let [hanako, ken, kens_other] =
        ["hanako", "ken", "ken-2"].map(|key| numbers.patient_id("hospital", key));
    house.ledger.links().join(ken, kens_other, &maker()).await.unwrap();
    let new = NewGrant { sees_rows: true, ..grant(PurposeOfUse::Treatment) };
    house.ledger.people().grant(&new, &maker()).await.unwrap();
    let actor = visitor();
    let look = Look {
        actor: &actor,
        purpose: PurposeOfUse::Treatment,
        study: None,
        act: "page",
        digest: "q",
    };
    let permit = house.ledger.permit_patient(&look, ken).await.unwrap();
    let person = permit.person().unwrap();
    assert!(person.contains(&ken) && person.contains(&kens_other) && person.len() == 2);
    assert_eq!(house.ledger.identity().get(&permit, hanako).await.unwrap(), None);
    let filter = AuditFilter { actor: Some(visitor()), ..AuditFilter::default() };
    let rows = house.ledger.audit().rows(&filter).await.unwrap();
    assert_eq!(rows[0].object, format!("patient/{}", ken.get()));
    assert!(rows[0].detail.contains("\"look\":\"page\""), "{}", rows[0].detail);
    let seen = house.ledger.people().patients_seen(&actor, PurposeOfUse::Treatment, 10).await;
    assert_eq!(seen.unwrap(), [ken]);
}

#[tokio::test]
async fn what_a_person_may_look_for_is_told_without_a_look() {
    let house = House::new().await;
    let study = StudyId::new("A").unwrap();
    let new = NewGrant { study: Some(study.clone()), ..grant(PurposeOfUse::Research) };
    let id = house.ledger.people().grant(&new, &maker()).await.unwrap();
    let rights = async || house.ledger.people().rights_of(&visitor()).await.unwrap();
    let told = rights().await;
    assert_eq!(
        (told.len(), told[0].purpose, told[0].sees_rows),
        (1, PurposeOfUse::Research, false)
    );
    assert_eq!(told[0].study.as_ref(), Some(&study));
    house.ledger.people().revoke(id, &maker()).await.unwrap();
    assert!(rights().await.is_empty());
}

//! Who opted out is gone, under every number, from the next permit on.

use std::collections::BTreeSet;

use ledger::{LedgerError, OptIn, OptOut};
use proptest::prelude::*;
use vocab::{PatientId, PurposeOfUse};

use crate::house::{House, maker, open};

fn person(number: u64) -> PatientId {
    PatientId::from_hash(number << 40)
}

async fn opt_in(house: &House, patient: PatientId, purposes: &[PurposeOfUse]) {
    let purposes = purposes.to_vec();
    let wish = OptIn { patient, purposes, reason: "visit".to_owned(), by: maker() };
    house.ledger.consents().opt_in(wish).await.unwrap();
}

/// Who of these is out for research now.
async fn out(house: &House, patients: &[PatientId]) -> Vec<bool> {
    let permit = house.permit(PurposeOfUse::Research).await.unwrap();
    patients.iter().map(|patient| permit.exclusions().contains(*patient)).collect()
}

#[tokio::test]
async fn an_opt_out_holds_from_the_next_permit_on() {
    let house = House::new().await;
    let (a, b) = (person(1), person(2));
    let before = house.permit(PurposeOfUse::Research).await.unwrap();
    let recorded = house.opt_out(a).await;
    assert_eq!(recorded.patients, [a]);
    assert_eq!(recorded.epoch, before.epoch() + 1);
    assert!(!before.exclusions().contains(a));
    for purpose in PurposeOfUse::SECONDARY {
        let permit = house.permit(purpose).await.unwrap();
        assert_eq!(permit.epoch(), recorded.epoch);
        assert!(permit.exclusions().contains(a) && !permit.exclusions().contains(b));
        assert_eq!(permit.exclusions().bitmap().len(), 1);
    }
    let treating = house.ledger.consents().exclusions(PurposeOfUse::Treatment).await.unwrap();
    assert!(treating.is_empty());
    assert_eq!(house.ledger.consents().decisions(a).await.unwrap().len(), 4);
}

#[tokio::test]
async fn opting_in_again_is_another_row_and_brings_back_that_purpose_only() {
    let house = House::new().await;
    let a = person(1);
    house.opt_out(a).await;
    opt_in(&house, a, &[PurposeOfUse::Research]).await;
    assert_eq!(out(&house, &[a]).await, [false]);
    let teaching = house.ledger.consents().exclusions(PurposeOfUse::Education).await.unwrap();
    assert!(teaching.contains(a));
    let decisions = house.ledger.consents().decisions(a).await.unwrap();
    assert_eq!(decisions.iter().filter(|decision| !decision.out).count(), 1);
    assert_eq!(decisions.len(), 5);
}

#[tokio::test]
async fn treatment_cannot_be_refused_and_a_wish_names_a_purpose() {
    let house = House::new().await;
    let epoch = house.ledger.consents().epoch().await.unwrap();
    for purposes in [vec![], vec![PurposeOfUse::Research, PurposeOfUse::Treatment]] {
        let wish =
            OptOut { patient: person(1), purposes, reason: "letter".to_owned(), by: maker() };
        let refused = house.ledger.consents().opt_out(wish).await.err().unwrap();
        assert!(matches!(refused, LedgerError::PurposeNotRefusable));
    }
    assert_eq!(house.ledger.consents().epoch().await.unwrap(), epoch);
    assert_eq!(out(&house, &[person(1)]).await, [false]);
}

#[tokio::test]
async fn exclusions_follow_links_in_both_directions() {
    let house = House::new().await;
    let (a, b, c, d) = (person(1), person(2), person(3), person(4));
    let links = house.ledger.links();
    links.join(a, b, &maker()).await.unwrap();
    links.join(c, b, &maker()).await.unwrap();
    let recorded = house.opt_out(b).await;
    assert_eq!(recorded.patients.len(), 3);
    assert_eq!(out(&house, &[a, b, c, d]).await, [true, true, true, false]);
    // A number joined later to someone who is out goes out too, though it has no row of its own.
    links.join(d, c, &maker()).await.unwrap();
    assert_eq!(out(&house, &[a, b, c, d]).await, [true; 4]);
    opt_in(&house, d, &[PurposeOfUse::Research]).await;
    assert_eq!(out(&house, &[a, b, c, d]).await, [false; 4]);
}

#[tokio::test]
async fn a_link_that_came_with_a_load_moves_the_epoch() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let (a, b) = (keys.learn("hospital", "a", []), keys.learn("hospital", "b", []));
    house.opt_out(a).await;
    assert_eq!(out(&house, &[a, b]).await, [true, false]);
    let epoch = house.ledger.consents().epoch().await.unwrap();
    keys.learn_link(b, a);
    crate::loads::commit(&house, keys, vec![]).await;
    assert_eq!(house.ledger.consents().epoch().await.unwrap(), epoch + 1);
    assert_eq!(out(&house, &[a, b]).await, [true, true]);
    // The same link again changes nothing.
    let keys = house.ledger.patient_keys().await.unwrap();
    keys.learn_link(a, b);
    crate::loads::commit(&house, keys, vec![]).await;
    assert_eq!(house.ledger.consents().epoch().await.unwrap(), epoch + 1);
}

#[tokio::test]
async fn what_a_steward_parted_no_load_joins_again() {
    let house = House::new().await;
    let keys = house.ledger.patient_keys().await.unwrap();
    let (a, b) = (keys.learn("hospital", "a", []), keys.learn("hospital", "b", []));
    keys.learn_link(b, a);
    crate::loads::commit(&house, keys.clone(), vec![]).await;
    let links = house.ledger.links();
    assert_eq!(links.person_of(a).await.unwrap().len(), 2);
    links.part(a, b, &maker()).await.unwrap();
    keys.learn_link(a, b);
    crate::loads::commit(&house, keys, vec![]).await;
    assert_eq!(links.person_of(a).await.unwrap(), [a]);
    links.join(b, a, &maker()).await.unwrap();
    assert_eq!(links.person_of(a).await.unwrap().len(), 2);
    assert!(matches!(links.join(a, a, &maker()).await, Err(LedgerError::LinkToItself)));
}

#[tokio::test]
async fn an_opt_out_of_another_process_reaches_the_next_permit() {
    let house = House::new().await;
    let other = open(&house.home()).await.unwrap();
    assert_eq!(out(&house, &[person(1)]).await, [false]);
    let purposes = vec![PurposeOfUse::Research];
    let wish = OptOut { patient: person(1), purposes, reason: "letter".to_owned(), by: maker() };
    other.consents().opt_out(wish).await.unwrap();
    assert_eq!(out(&house, &[person(1)]).await, [true]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any acts in any order: who is out is who the obvious reading of the rows says.
    #[test]
    fn exclusions_agree_with_the_obvious_reading(
        acts in prop::collection::vec((0_u8..4, 0_u64..6, 0_u64..6), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = House::new().await;
            let (mut links, mut own) = (BTreeSet::new(), [false; 6]);
            for (act, a, b) in acts {
                let (low, high) = (a.min(b), a.max(b));
                match act {
                    0 => drop(house.opt_out(person(a)).await),
                    1 => opt_in(&house, person(a), &[PurposeOfUse::Research]).await,
                    _ if low == high => continue,
                    2 => {
                        house.ledger.links().join(person(a), person(b), &maker()).await.unwrap();
                        links.insert((low, high));
                    }
                    _ => {
                        house.ledger.links().part(person(a), person(b), &maker()).await.unwrap();
                        links.remove(&(low, high));
                    }
                }
                if act < 2 {
                    for member in reached(&links, a) {
                        own[usize::try_from(member).unwrap()] = act == 0;
                    }
                }
            }
            let expect: Vec<bool> = (0..6)
                .map(|at| reached(&links, at).iter().any(|m| own[usize::try_from(*m).unwrap()]))
                .collect();
            let all: Vec<PatientId> = (0..6).map(person).collect();
            assert_eq!(out(&house, &all).await, expect);
        });
    }
}

/// All numbers that hang together with one, by walking the links until nothing new is found.
fn reached(links: &BTreeSet<(u64, u64)>, from: u64) -> BTreeSet<u64> {
    let mut found = BTreeSet::from([from]);
    loop {
        let before = found.len();
        for (a, b) in links {
            if found.contains(a) || found.contains(b) {
                found.extend([*a, *b]);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

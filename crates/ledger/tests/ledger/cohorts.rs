//! Definitions of cohorts that people saved: nothing saved is ever changed or lost.

use ledger::{AuditFilter, Keeping, NewVersion, Saving};
use vocab::Actor;

use crate::house::House;

fn actor(name: &str) -> Actor {
    Actor::new(name).unwrap()
}

fn version(definition: &str) -> NewVersion {
    NewVersion {
        sha256: format!("sha of {definition}"),
        definition: definition.to_owned(),
        title_ja: "題".to_owned(),
        title_en: "title".to_owned(),
        note: String::new(),
    }
}

#[tokio::test]
async fn versions_follow_one_another_and_two_who_save_upon_one_are_told() {
    let house = House::new().await;
    let (cohorts, mine) = (house.ledger.cohorts(), actor("a"));
    let id = cohorts.begin(&version("one"), &mine).await.unwrap();
    assert_eq!(cohorts.save((id, 1), &version("two"), &mine).await.unwrap(), Saving::Saved(2));
    assert_eq!(cohorts.save((id, 1), &version("late"), &mine).await.unwrap(), Saving::Behind(2));
    assert_eq!(cohorts.save((id + 1, 1), &version("x"), &mine).await.unwrap(), Saving::Behind(0));
    let kept = cohorts.one(id).await.unwrap().unwrap();
    let said: Vec<_> =
        kept.versions.iter().map(|one| (one.version, one.says.definition.as_str())).collect();
    assert_eq!(said, [(2, "two"), (1, "one")]);
    assert_eq!((kept.owner.as_str(), kept.is_shared), ("a", false));
    assert_eq!(cohorts.one(id + 1).await.unwrap(), None);
    let rows = house.ledger.audit().rows(&AuditFilter::default()).await.unwrap();
    let saves = rows.iter().filter(|row| row.act == "cohort.save");
    assert_eq!(saves.count(), 2, "what was not saved left no line");
}

#[tokio::test]
async fn many_who_save_at_once_lose_nothing() {
    let house = House::new().await;
    let id = house.ledger.cohorts().begin(&version("one"), &actor("a")).await.unwrap();
    let save = |number: usize| {
        let cohorts = house.ledger.cohorts();
        async move { cohorts.save((id, 1), &version(&number.to_string()), &actor("a")).await.unwrap() }
    };
    let saved = futures(&save).await;
    assert_eq!(saved.iter().filter(|one| **one == Saving::Saved(2)).count(), 1, "{saved:?}");
    assert_eq!(saved.iter().filter(|one| **one == Saving::Behind(2)).count(), 3, "{saved:?}");
}

/// Four of them side by side.
async fn futures<F: Future<Output = Saving>>(save: &impl Fn(usize) -> F) -> Vec<Saving> {
    let (a, b, c, d) = tokio::join!(save(0), save(1), save(2), save(3));
    vec![a, b, c, d]
}

#[tokio::test]
async fn a_cohort_is_its_owner_s_until_it_is_shared() {
    let house = House::new().await;
    let (cohorts, mine, theirs) = (house.ledger.cohorts(), actor("a"), actor("b"));
    let id = cohorts.begin(&version("one"), &mine).await.unwrap();
    let open = async |who: &Actor| house.ledger.cohorts().open_to(who, 9).await.unwrap().len();
    assert_eq!((open(&mine).await, open(&theirs).await), (1, 0));
    cohorts.share(id, true, &mine).await.unwrap();
    assert_eq!((open(&mine).await, open(&theirs).await), (1, 1));
    cohorts.remark((id, 1), "why?", &theirs).await.unwrap();
    cohorts.remark((id, 1), "because", &mine).await.unwrap();
    let remarks = cohorts.remarks(id).await.unwrap();
    let said: Vec<_> = remarks.iter().map(|one| (one.seq, one.body.as_str())).collect();
    assert_eq!(said, [(1, "why?"), (2, "because")]);
    cohorts.share(id, false, &mine).await.unwrap();
    assert_eq!(open(&theirs).await, 0);
    let newest = &cohorts.open_to(&mine, 9).await.unwrap()[0];
    assert_eq!((newest.newest.version, newest.owner.as_str()), (1, "a"));
}

#[tokio::test]
async fn a_name_and_version_of_a_concept_set_mean_one_content_for_ever() {
    let house = House::new().await;
    let (cohorts, by) = (house.ledger.cohorts(), actor("a"));
    let keep = async |version: &str, codes: &str| {
        let content = (codes, codes);
        house.ledger.cohorts().keep_codes(("e11", version), content, &by).await.unwrap()
    };
    assert_eq!(keep("1", "E11").await, Keeping::Kept);
    assert_eq!(keep("1", "E11").await, Keeping::Kept);
    assert_eq!(keep("1", "E12").await, Keeping::MeansAnother);
    assert_eq!(keep("2", "E12").await, Keeping::Kept);
    let mut held = cohorts.codes("e11").await.unwrap();
    held.sort();
    let held: Vec<_> = held.iter().map(|(v, _, codes)| (v.as_str(), codes.as_str())).collect();
    assert_eq!(held, [("1", "E11"), ("2", "E12")]);
    assert_eq!(cohorts.codes("e12").await.unwrap(), []);
}

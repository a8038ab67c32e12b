//! Who may sign in: joining, passwords, waiting, second factors, leaving.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use ledger::{
    AccountState, Attempt, Entry, Hasher, LedgerError, Link, LinkToken, NewAccount, NewGrant,
    Profile, RECOVERY_CODES, Role, SessionToken, TRIES_A_DAY_MAX, Trial,
};
use vocab::{Actor, PurposeOfUse};

use crate::house::{House, maker};
use crate::sessions::{actor, at_a_clock};

const PASSWORD: &str = "correct horse battery";

fn profile(role: Role) -> Profile {
    Profile {
        name_ja: "青木 遥".to_owned(),
        name_en: "Haruka Aoki".to_owned(),
        email: None,
        role,
        department: Some("循環器内科".to_owned()),
        supervisor: None,
        expires: None,
    }
}

fn hasher(house: &House) -> Hasher {
    house.ledger.accounts().hasher(8)
}

fn tokyo() -> TimeZone {
    TimeZone::fixed(jiff::tz::Offset::constant(9))
}

/// Somebody who has joined with [`PASSWORD`].
async fn joined(house: &House, name: &str, role: Role) -> Actor {
    let accounts = house.ledger.accounts();
    let new = NewAccount { actor: actor(name), profile: profile(role) };
    let invitation = accounts.create(&new, &maker()).await.unwrap();
    let hash = hasher(house).hash(PASSWORD).unwrap();
    assert_eq!(accounts.join(&invitation.token, &hash).await.unwrap(), new.actor);
    new.actor
}

async fn look(house: &House, name: &str) -> Trial {
    let trial = match house.ledger.accounts().attempt(name, &tokyo()).await.unwrap() {
        Attempt::Look(trial) => Some(trial),
        Attempt::Wait { .. } => None,
    };
    trial.expect("no name waits here")
}

async fn enter(house: &House, name: &str, password: &str, code: Option<&str>) -> Entry {
    let trial = look(house, name).await;
    let is_right = trial.is_right(&hasher(house), password).unwrap();
    house.ledger.accounts().enter(&trial, is_right, code, None).await.unwrap()
}

async fn signed_in(house: &House, name: &str) -> SessionToken {
    let token = match enter(house, name, PASSWORD, None).await {
        Entry::In(token) => Some(token),
        _ => None,
    };
    token.expect("the password is right")
}

#[tokio::test]
async fn the_first_administrator_comes_once_and_gets_what_the_operator_had() {
    let (house, second) = at_a_clock().await;
    let accounts = house.ledger.accounts();
    assert!(!accounts.any_joined().await.unwrap());
    let void = accounts.offer_first(&maker()).await.unwrap().unwrap();
    let link = accounts.offer_first(&maker()).await.unwrap().unwrap();
    assert_eq!(accounts.link(&void.token).await.unwrap(), None, "a newer one replaced it");
    assert_eq!(accounts.link(&link.token).await.unwrap(), Some(Link::First));

    let hash = hasher(&house).hash(PASSWORD).unwrap();
    // The role of whoever comes by this link is not theirs to choose.
    let new = NewAccount { actor: actor("aoki"), profile: profile(Role::Student) };
    second.fetch_add(59 * 60, Ordering::SeqCst);
    accounts.join_first(&link.token, &new, &hash, &maker()).await.unwrap();
    let account = accounts.get(&new.actor).await.unwrap().unwrap();
    assert_eq!(account.profile.role, Role::Administrator);
    assert_eq!(account.state(house.ledger.clock().now()), AccountState::Open);
    let rights = async |who: &Actor| house.ledger.people().rights_of(who).await.unwrap();
    assert_eq!(rights(&new.actor).await, rights(&maker()).await);
    assert!(!rights(&new.actor).await.is_empty());

    assert!(accounts.any_joined().await.unwrap());
    assert_eq!(accounts.offer_first(&maker()).await.unwrap(), None);
    let other = NewAccount { actor: actor("evil"), profile: profile(Role::Student) };
    let again = accounts.join_first(&link.token, &other, &hash, &maker()).await;
    assert!(matches!(again, Err(LedgerError::LinkDead)));
    assert!(accounts.get(&other.actor).await.unwrap().is_none());
    assert_eq!(house.ledger.audit().verify().await.unwrap().first_broken, None);
}

#[tokio::test]
async fn a_link_opens_once_and_not_for_ever() {
    let (house, second) = at_a_clock().await;
    let accounts = house.ledger.accounts();
    let hash = hasher(&house).hash(PASSWORD).unwrap();
    let first = accounts.offer_first(&maker()).await.unwrap().unwrap();
    second.fetch_add(60 * 60, Ordering::SeqCst);
    assert_eq!(accounts.link(&first.token).await.unwrap(), None);

    let new = NewAccount { actor: actor("aoki"), profile: profile(Role::Student) };
    let link = accounts.create(&new, &maker()).await.unwrap();
    let again = accounts.create(&new, &maker()).await;
    assert!(matches!(again, Err(LedgerError::AccountExists(_))));
    let forged = LinkToken::parse(&"ab".repeat(32)).unwrap();
    assert!(matches!(accounts.join(&forged, &hash).await, Err(LedgerError::LinkDead)));
    accounts.join(&link.token, &hash).await.unwrap();
    assert!(matches!(accounts.join(&link.token, &hash).await, Err(LedgerError::LinkDead)));

    let renewed = accounts.invite(&new.actor, &maker()).await.unwrap();
    second.fetch_add(72 * 3_600, Ordering::SeqCst);
    assert!(matches!(accounts.join(&renewed.token, &hash).await, Err(LedgerError::LinkDead)));
    assert_eq!(enter(&house, "aoki", PASSWORD, None).await, Entry::Refused, "the old one is gone");
    let bytes = house.bytes().await;
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(!holds(link.token.as_str()) && !holds(PASSWORD), "neither lies on the disk");
}

#[tokio::test]
async fn who_has_the_password_is_in_and_nobody_learns_which_names_there_are() {
    let house = House::new().await;
    let aoki = joined(&house, "aoki", Role::ClinicalResearcher).await;
    let token = signed_in(&house, " AOKI ").await;
    assert_eq!(house.ledger.sessions().holder(&token).await.unwrap(), Some(aoki.clone()));
    for (name, password) in [
        ("aoki", "correct horse batterz"),
        ("aoki2", PASSWORD),
        ("aoki ' or 1=1 --", PASSWORD),
        ("", ""),
        (maker().as_str(), PASSWORD),
    ] {
        assert_eq!(enter(&house, name, password, None).await, Entry::Refused, "{name}");
    }
    let fails = house.acts(&actor("sign-in:unknown")).await;
    assert_eq!(fails, ["sign-in.fail"; 4]);
    let acts = house.acts(&aoki).await;
    assert_eq!(acts, ["account.join", "session.begin", "sign-in.fail"]);
}

#[tokio::test]
async fn a_new_session_has_a_new_token_and_the_one_it_comes_in_place_of_ends() {
    let house = House::new().await;
    joined(&house, "aoki", Role::Student).await;
    let planted = signed_in(&house, "aoki").await;
    let trial = look(&house, "aoki").await;
    let accounts = house.ledger.accounts();
    let entry = accounts.enter(&trial, true, None, Some(&planted)).await.unwrap();
    let Entry::In(fresh) = entry else { panic!("{entry:?}") };
    assert_ne!(fresh, planted);
    let sessions = house.ledger.sessions();
    assert_eq!(sessions.holder(&planted).await.unwrap(), None);
    assert!(sessions.session(&fresh).await.unwrap().unwrap().proved.is_some());
}

/// Guesses whenever the name need not wait, for a day; tells how many were looked at.
async fn guesses_in_a_day(house: &House, second: &Arc<AtomicI64>, name: &str, most: u32) -> i64 {
    let accounts = house.ledger.accounts();
    let mut looked_at = 0;
    for _ in 0..most {
        match accounts.attempt(name, &tokyo()).await.unwrap() {
            Attempt::Look(trial) => {
                looked_at += 1;
                let entry = accounts.enter(&trial, false, None, None).await.unwrap();
                assert_eq!(entry, Entry::Refused);
            }
            Attempt::Wait { seconds, .. } if looked_at < TRIES_A_DAY_MAX => {
                assert!((1..=10).contains(&seconds), "{seconds}");
                second.fetch_add(seconds, Ordering::SeqCst);
            }
            Attempt::Wait { seconds, .. } => assert!(seconds > 10),
        }
    }
    looked_at
}

#[tokio::test]
async fn of_ten_thousand_guesses_in_a_day_a_hundred_are_looked_at() {
    let (house, second) = at_a_clock().await;
    // Early in a day on the hospital's clock.
    second.store(1_800_025_200, Ordering::SeqCst);
    joined(&house, "aoki", Role::Student).await;
    for name in ["aoki", "nobody-of-this-name"] {
        let looked_at = guesses_in_a_day(&house, &second, name, 10_000).await;
        assert_eq!(looked_at, TRIES_A_DAY_MAX, "{name}");
    }
    // A link from the administrator is another way in, and tomorrow the password is.
    let accounts = house.ledger.accounts();
    let until = match accounts.attempt("aoki", &tokyo()).await.unwrap() {
        Attempt::Wait { until, .. } => until,
        Attempt::Look(_) => panic!("a hundred and one"),
    };
    assert_eq!(tokyo().to_datetime(until).time(), jiff::civil::Time::midnight());
    second.store(until.as_second(), Ordering::SeqCst);
    signed_in(&house, "aoki").await;
}

#[tokio::test]
async fn a_crowd_that_guesses_at_once_is_looked_at_once() {
    let (house, _) = at_a_clock().await;
    joined(&house, "aoki", Role::Student).await;
    let accounts = house.ledger.accounts();
    let crowd = (0..20).map(|_| {
        let accounts = accounts.clone();
        tokio::spawn(async move { accounts.attempt("aoki", &tokyo()).await.unwrap() })
    });
    let mut looked_at = 0;
    for one in crowd.collect::<Vec<_>>() {
        looked_at += u32::from(matches!(one.await.unwrap(), Attempt::Look(_)));
    }
    assert_eq!(looked_at, 1);
}

#[tokio::test]
async fn a_success_costs_no_wait() {
    let (house, _) = at_a_clock().await;
    joined(&house, "aoki", Role::Student).await;
    for _ in 0..200 {
        signed_in(&house, "aoki").await;
    }
}

#[tokio::test]
async fn a_leaver_is_out_at_once_and_everywhere() {
    let house = House::new().await;
    let aoki = joined(&house, "aoki", Role::ClinicalResearcher).await;
    let new = NewGrant {
        actor: aoki.clone(),
        purpose: PurposeOfUse::Research,
        study: None,
        sees_rows: true,
        exact_counts: false,
        expires: None,
    };
    house.ledger.people().grant(&new, &maker()).await.unwrap();
    let permit =
        async || house.ledger.permit(&aoki, PurposeOfUse::Research, None, "sql", "select 1").await;
    permit().await.unwrap();
    let token = signed_in(&house, "aoki").await;
    let half_done = look(&house, "aoki").await;
    let accounts = house.ledger.accounts();
    let invitation = accounts.invite(&aoki, &maker()).await.unwrap();
    accounts.disable(&aoki, &maker()).await.unwrap();

    assert_eq!(house.ledger.sessions().holder(&token).await.unwrap(), None);
    assert!(matches!(permit().await, Err(LedgerError::Refused { .. })));
    assert_eq!(house.ledger.people().rights_of(&aoki).await.unwrap(), []);
    assert_eq!(accounts.link(&invitation.token).await.unwrap(), None);
    let hash = hasher(&house).hash(PASSWORD).unwrap();
    assert!(matches!(accounts.join(&invitation.token, &hash).await, Err(LedgerError::LinkDead)));
    let entry = accounts.enter(&half_done, true, None, None).await.unwrap();
    assert_eq!(entry, Entry::Refused, "who was at the door when it closed");
    assert!(matches!(accounts.disable(&aoki, &maker()).await, Err(LedgerError::NoAccount(_))));

    accounts.enable(&aoki, &maker()).await.unwrap();
    permit().await.unwrap();
    assert_eq!(house.ledger.sessions().holder(&token).await.unwrap(), None, "ended for good");
}

#[tokio::test]
async fn an_account_ends_by_itself_with_its_sessions_and_grants() {
    let (house, second) = at_a_clock().await;
    let aoki = joined(&house, "aoki", Role::Partner).await;
    let accounts = house.ledger.accounts();
    let token = signed_in(&house, "aoki").await;
    let ends = Timestamp::from_second(second.load(Ordering::SeqCst)).unwrap();
    let ends = ends.checked_add(60.seconds()).unwrap();
    let ending = Profile { expires: Some(ends), ..profile(Role::Partner) };
    accounts.edit(&aoki, &ending, &maker()).await.unwrap();
    assert!(house.ledger.sessions().holder(&token).await.unwrap().is_some());
    second.fetch_add(60, Ordering::SeqCst);
    assert_eq!(house.ledger.sessions().holder(&token).await.unwrap(), None);
    assert_eq!(enter(&house, "aoki", PASSWORD, None).await, Entry::Refused);
}

#[tokio::test]
async fn the_only_administrator_stays() {
    let house = House::new().await;
    let aoki = joined(&house, "aoki", Role::Administrator).await;
    let accounts = house.ledger.accounts();
    let demoted = profile(Role::Student);
    for refused in
        [accounts.disable(&aoki, &maker()).await, accounts.edit(&aoki, &demoted, &maker()).await]
    {
        assert!(matches!(refused, Err(LedgerError::LastAdministrator)));
    }
    joined(&house, "mori", Role::Administrator).await;
    accounts.edit(&aoki, &demoted, &maker()).await.unwrap();
    assert_eq!(accounts.get(&aoki).await.unwrap().unwrap().profile.role, Role::Student);
}

#[tokio::test]
async fn people_see_their_sessions_and_end_one_or_all_others() {
    let house = House::new().await;
    let aoki = joined(&house, "aoki", Role::Student).await;
    joined(&house, "mori", Role::Student).await;
    let (first, this) = (signed_in(&house, "aoki").await, signed_in(&house, "aoki").await);
    let others = signed_in(&house, "mori").await;
    let accounts = house.ledger.accounts();
    let listed = accounts.sessions_of(&aoki, Some(&this)).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.is_this).collect::<Vec<_>>(), [true, false]);
    let of_mori = accounts.sessions_of(&actor("mori"), None).await.unwrap();
    accounts.end_session(&aoki, &of_mori[0].name).await.unwrap();
    let holds =
        async |token: &SessionToken| house.ledger.sessions().holder(token).await.unwrap().is_some();
    assert!(holds(&others).await, "not theirs");
    accounts.end_session(&aoki, &listed[1].name).await.unwrap();
    assert!(!holds(&first).await && holds(&this).await);

    let third = signed_in(&house, "aoki").await;
    let hash = hasher(&house).hash("another horse battery").unwrap();
    accounts.change_password(&aoki, &this, &hash).await.unwrap();
    assert!(!holds(&third).await && holds(&this).await, "a new password ends the others");
    assert_eq!(enter(&house, "aoki", PASSWORD, None).await, Entry::Refused);
    assert_eq!(accounts.end_other_sessions(&aoki, &this).await.unwrap(), 0);
    assert_eq!(accounts.end_sessions(&aoki, &maker()).await.unwrap(), 1);
    assert!(!holds(&this).await);
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_a_reset_does_not_go_around_the_second_factor() {
    let (house, second) = at_a_clock().await;
    let aoki = joined(&house, "aoki", Role::Auditor).await;
    let accounts = house.ledger.accounts();
    accounts.begin_second(&aoki).await.unwrap();
    let told = accounts.enrolment(&aoki).await.unwrap().unwrap();
    assert!(told.uri.contains(&told.secret) && told.secret.len() == 32);
    assert_eq!(accounts.confirm_second(&aoki, "000000").await.unwrap(), None);
    assert!(matches!(enter(&house, "aoki", PASSWORD, None).await, Entry::In(_)), "not in use yet");
    let code = |steps: i64| code_of(&told.secret, second.load(Ordering::SeqCst) + steps * 30);
    let codes = accounts.confirm_second(&aoki, &code(0)).await.unwrap().unwrap();
    assert_eq!(codes.len(), RECOVERY_CODES);
    assert_eq!(accounts.enrolment(&aoki).await.unwrap(), None, "told once");

    let half = match enter(&house, "aoki", PASSWORD, None).await {
        Entry::Code(half) => half,
        other => panic!("{other:?}"),
    };
    let with_code = async |half: &LinkToken, code: &str| {
        second.fetch_add(11, Ordering::SeqCst);
        accounts.enter_with_code(half, code, None, &tokyo()).await.unwrap()
    };
    let used = code(0);
    for wrong in [used, code(-2), code(3), "000000".to_owned(), "aaaaa-aaaaa".to_owned()] {
        assert_eq!(with_code(&half, &wrong).await, Entry::Refused, "{wrong}");
    }
    assert!(matches!(with_code(&half, &codes[3].to_uppercase()).await, Entry::In(_)));
    assert_eq!(with_code(&half, &codes[4]).await, Entry::Gone, "the first step counts once");
    second.fetch_add(300, Ordering::SeqCst);
    let Entry::Code(half) = enter(&house, "aoki", PASSWORD, None).await else { panic!() };
    assert_eq!(with_code(&half, &codes[3]).await, Entry::Refused, "used");
    let now = code_of(&told.secret, second.load(Ordering::SeqCst) + 11);
    assert!(matches!(with_code(&half, &now).await, Entry::In(_)));
    assert_eq!(accounts.recovery_left(&aoki).await.unwrap(), 9);

    let link = accounts.invite(&aoki, &maker()).await.unwrap();
    accounts.join(&link.token, &hasher(&house).hash(PASSWORD).unwrap()).await.unwrap();
    assert!(matches!(enter(&house, "aoki", PASSWORD, None).await, Entry::Code(_)));
    assert_eq!(enter(&house, "aoki", PASSWORD, Some("000000")).await, Entry::Refused);
    second.fetch_add(5, Ordering::SeqCst);
    assert!(matches!(enter(&house, "aoki", PASSWORD, Some(&codes[0])).await, Entry::In(_)));
    accounts.remove_second(&aoki, &maker()).await.unwrap();
    assert!(matches!(enter(&house, "aoki", PASSWORD, None).await, Entry::In(_)));
    let bytes = house.bytes().await;
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(!holds(&told.secret) && !holds(&codes[5]));
}

/// A code as an app computes it, from the seed as it is typed: RFC 6238 by hand.
fn code_of(secret: &str, second: i64) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut bits = 0_u64;
    let (mut held, mut seed) = (0, Vec::new());
    for letter in secret.bytes() {
        let five = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        bits = bits << 5 | u64::from(five);
        held += 5;
        if held >= 8 {
            held -= 8;
            seed.push(u8::try_from(bits >> held & 255).unwrap());
        }
    }
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&seed).unwrap();
    mac.update(&second.div_euclid(30).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let four: [u8; 4] = hash[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

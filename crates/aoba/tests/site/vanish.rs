//! The vanish test: a patient who opts out is gone from every table, command and route at the next
//! reading. The most important test in the house.

use serde_json::Value;

use crate::house::House;
use crate::web::Server;

/// Stands in every text of Hanako's record.
const MARK: &str = "HANAKOMARK";
/// How the record of Hanako is named to `aoba opt-out`.
const HANAKO: &str = "hospital/hanako";

/// What the house says of these tables to somebody who looks for this purpose.
fn said_of(house: &House, tables: &[String], purpose: &str) -> String {
    let mut said = String::new();
    for table in tables {
        let query = format!("select * from {table}");
        said += &house.run(&["sql", "--purpose", purpose, "--format", "json", &query]);
    }
    said
}

/// The tables in which her mark stands for this purpose.
fn marked(house: &House) -> Vec<String> {
    let tables = house.tables().into_iter();
    tables
        .filter(|table| said_of(house, std::slice::from_ref(table), "research").contains(MARK))
        .collect()
}

/// How many rows every table has, and its first and last key.
fn sums(house: &House) -> Value {
    let each = house.tables().into_iter().map(|table| {
        format!(
            "select '{table}' t, count(*) n, min(resource_key) a, max(resource_key) z from {table}"
        )
    });
    let all = each.collect::<Vec<_>>().join(" union all ");
    house.sql(&format!("select * from ({all}) order by t"))
}

#[test]
fn a_patient_who_opts_out_vanishes_everywhere_at_the_next_reading() {
    let house = House::with_people();
    let server = Server::start(&house);
    let people = |house: &House| house.number("select count(distinct patient_id) from patient");

    let before = people(&house);
    let marked_tables = marked(&house);
    assert!(marked_tables.len() >= 5, "the mark is there to be lost: {marked_tables:?}");
    let year = "select count(*) from patient where birth_date like '1961%'";
    assert_eq!(house.number(year), 1, "Hanako's birth year is hers alone");
    let rows_before = sums(&house);
    let with_events = "select count(distinct patient_id) from records_events";
    let events_before = house.number(with_events);
    let pages_before = server.crawl();
    assert!(pages_before.len() >= 5, "{:?}", pages_before.keys());

    house.run(&["opt-out", HANAKO, "--reason", "asked at the desk"]);

    assert_eq!(people(&house), before - 1);
    assert_eq!(house.number(year), 0);
    assert_eq!(house.number(with_events), events_before - 1, "no event tells of her");
    let groups = house.sql("select substr(birth_date, 1, 4) y, count(*) n from patient group by 1");
    assert!(!groups.to_string().contains("1961"), "{groups}");
    for purpose in ["research", "quality-improvement", "education", "operations"] {
        // One gate serves all purposes, so some tables stand for the rest here.
        let some: Vec<String> = marked_tables.iter().step_by(6).cloned().collect();
        assert!(!said_of(&house, &some, purpose).contains(MARK), "{purpose}");
        let tables = house.run(&["tables", "--purpose", purpose, "--format", "json"]);
        assert!(!tables.to_lowercase().contains("hanako"), "{purpose}");
    }
    let (mut fewer, rows_after) = (0, sums(&house));
    for (before, after) in
        rows_before.as_array().unwrap().iter().zip(rows_after.as_array().unwrap())
    {
        assert_eq!(before["t"], after["t"]);
        let [old, new] = [before, after].map(|row| row["n"].as_i64().unwrap());
        assert!(new <= old, "{after}");
        assert!(!after.to_string().contains("hanako"), "{after}");
        fewer += usize::from(new < old);
    }
    assert!(fewer >= 20, "her rows were in many tables: {fewer}");
    assert!(marked(&house).is_empty());
    for (route, page) in server.crawl() {
        assert!(!page.contains(MARK), "{route}");
        assert!(!page.to_lowercase().contains("hanako"), "{route}");
    }

    // Old snapshots do not remember her either.
    let old = ["sql", "--snapshot", "1", "--format", "json", "select * from patient"];
    assert!(!house.run(&old).to_lowercase().contains("hanako"));

    // She may change her mind: nothing was deleted.
    house.run(&["opt-in", HANAKO]);
    assert_eq!(people(&house), before);
    house.run(&["audit", "verify"]);
}

#[test]
fn one_purpose_can_be_refused_and_the_others_kept() {
    let house = House::with_people();
    let query = "select count(*) from patient where birth_date like '1961%'";
    house.run(&["opt-out", HANAKO, "--purpose", "research"]);
    assert_eq!(house.number(query), 0);
    let kept = house.json(&["sql", "--purpose", "education", "--format", "json", query]);
    assert_eq!(kept[0].as_object().unwrap().values().next(), Some(&Value::from(1)));
}

#[test]
fn an_opt_out_reaches_a_persons_other_number() {
    let house = House::with_people();
    let people = || house.number("select count(distinct patient_id) from patient");
    let records = || house.number("select count(*) from patient");
    let before = (people(), records());
    house.run(&["opt-out", "hospital/ken"]);
    let after = (people(), records());
    assert_eq!(after, (before.0 - 1, before.1 - 2), "Ken has two numbers and is one person");
}

#[test]
fn somebody_who_is_not_known_cannot_be_opted_out_in_silence() {
    let house = House::with_people();
    let said = house.refuse(&["opt-out", "nobody-of-this-name"]);
    assert!(said.contains("nobody"), "{said}");
}

/// Whoever works with counts never meets her, before or after; who treats her still does.
#[test]
fn in_every_role_a_patient_who_opts_out_is_gone_but_for_her_doctor() {
    let house = House::new();
    let server = Server::demo(&house);
    let roles = ["demo:researcher", "demo:engineer", "demo:steward", "demo:doctor"];
    let marked = |actor: &str| {
        let pages = server.crawl_as(&server.signed_in(actor));
        assert!(pages.len() >= 2, "{actor}: {:?}", pages.keys());
        let holds = |page: &String| page.contains(MARK) || page.to_lowercase().contains("hanako");
        let held = pages.into_iter().filter(|(_, page)| holds(page));
        held.map(|(route, _)| route).collect::<Vec<_>>()
    };
    let before = marked("demo:doctor");
    assert!(before.len() >= 3, "the list, her course and her letter: {before:?}");
    house.run(&["opt-out", "hanako", "--reason", "asked at the desk"]);
    for actor in roles {
        let after = marked(actor);
        match actor {
            "demo:doctor" => assert_eq!(after, before, "treatment goes on"),
            _ => assert!(after.is_empty(), "{actor} met her on {after:?}"),
        }
    }
    // The doctor's own right to counts is a secondary use like any other.
    let cookie = server.signed_in("demo:doctor");
    assert!(!server.get("/", &cookie).body.contains(MARK));
    house.run(&["audit", "verify"]);
}

//! The vanish test: a patient who opts out is gone from every table, command and route at the next
//! reading. The most important test in the house.

use serde_json::Value;

use crate::house::House;
use crate::web::Server;

/// Stands in every text of Hanako's record.
const MARK: &str = "HANAKOMARK";
/// How the record of Hanako is named to `aoba opt-out`.
const HANAKO: &str = "hospital/hanako";

/// Everything the house says to somebody who looks for this purpose.
fn everything_said(house: &House, purpose: &str) -> String {
    let mut said = String::new();
    for table in house.tables() {
        let query = format!("select * from {table}");
        said += &house.run(&["sql", "--purpose", purpose, "--format", "json", &query]);
    }
    for format in ["table", "csv", "json"] {
        said += &house.run(&["tables", "--purpose", purpose, "--format", format]);
    }
    said
}

/// What answers about all people at once tell, for every table.
fn sums(house: &House) -> Vec<(String, i64, Value)> {
    let ask = |table: String| {
        let rows = house.number(&format!("select count(*) from {table}"));
        let query = format!("select min(resource_key) a, max(resource_key) b from {table}");
        let ends = house.sql(&query)[0].clone();
        (table, rows, ends)
    };
    house.tables().into_iter().map(ask).collect()
}

#[test]
fn a_patient_who_opts_out_vanishes_everywhere_at_the_next_reading() {
    let house = House::with_people();
    let server = Server::start(&house);
    let people = |house: &House| house.number("select count(distinct patient_id) from patient");

    let before = people(&house);
    assert!(everything_said(&house, "research").contains(MARK), "the mark is there to be lost");
    let year = "select count(*) from patient where birth_date like '1907%'";
    assert_eq!(house.number(year), 1, "Hanako's birth year is hers alone");
    let rows_before = sums(&house);
    let pages_before = server.crawl();
    assert!(pages_before.len() >= 5, "{:?}", pages_before.keys());

    house.run(&["opt-out", HANAKO, "--reason", "asked at the desk"]);

    assert_eq!(people(&house), before - 1);
    assert_eq!(house.number(year), 0);
    let groups = house.sql("select substr(birth_date, 1, 4) y, count(*) n from patient group by 1");
    assert!(!groups.to_string().contains("1907"), "{groups}");
    for purpose in ["research", "quality-improvement", "education", "operations"] {
        assert!(!everything_said(&house, purpose).contains(MARK), "{purpose}");
    }
    let mut fewer = 0;
    for ((table, old_rows, _), (_, new_rows, ends)) in rows_before.iter().zip(sums(&house)) {
        assert!(new_rows <= *old_rows, "{table}");
        assert!(!ends.to_string().contains("hanako"), "{table}: {ends}");
        fewer += usize::from(new_rows < *old_rows);
    }
    assert!(fewer >= 3, "her rows were in several tables");
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
    let query = "select count(*) from patient where birth_date like '1907%'";
    house.run(&["opt-out", HANAKO, "--purpose", "research"]);
    assert_eq!(house.number(query), 0);
    let kept = house.json(&["sql", "--purpose", "education", "--format", "json", query]);
    assert_eq!(kept[0].as_object().unwrap().values().next(), Some(&Value::from(1)));
}

#[test]
fn an_opt_out_reaches_a_persons_other_number() {
    let house = House::with_people();
    let before = house.number("select count(distinct patient_id) from patient");
    house.run(&["opt-out", "hospital/ken"]);
    let after = house.number("select count(distinct patient_id) from patient");
    assert_eq!(after, before - 2, "Ken has two numbers and is one person");
}

#[test]
fn somebody_who_is_not_known_cannot_be_opted_out_in_silence() {
    let house = House::with_people();
    let said = house.refuse(&["opt-out", "nobody-of-this-name"]);
    assert!(said.contains("nobody"), "{said}");
}

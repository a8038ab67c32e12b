//! The demonstration's people over the wire: who sees what, and what it leaves in the audit.

use serde_json::Value;

use crate::house::House;
use crate::web::{Answer, Server};

/// The newest lines of the audit by this person, the newest last.
fn lines(house: &House, actor: &str) -> Vec<Value> {
    let shown = house.json(&["audit", "show", "--last", "500", "--format", "json"]);
    let rows = shown.as_array().unwrap().iter();
    rows.filter(|row| row["actor"] == actor).cloned().collect()
}

/// The pages of patients that a list leads to.
fn patients(list: &Answer) -> Vec<String> {
    let links = list.body.split("href=\"/patients/").skip(1);
    links.map(|rest| format!("/patients/{}", rest.split('"').next().unwrap())).collect()
}

/// The patient found by what is typed into the search.
fn find(server: &Server, cookie: &str, wanted: &str) -> Answer {
    server.post("/patients", cookie, &format!("wanted={wanted}"))
}

fn location(answer: &Answer) -> &str {
    let place = answer.headers.lines().find_map(|line| line.strip_prefix("location: "));
    place.unwrap_or_else(|| panic!("{} {}", answer.status, answer.body))
}

#[test]
fn a_doctor_finds_a_patient_by_number_or_name_and_each_look_is_a_line_about_them() {
    let house = House::new();
    let server = Server::demo(&house);
    let cookie = server.signed_in("demo:doctor");
    let by_number = find(&server, &cookie, "0000000301");
    let by_name = find(&server, &cookie, "%E4%BD%90%E8%97%A4+%E6%AD%A6");
    let path = location(&by_number).to_owned();
    assert_eq!(location(&by_name), path);

    let japanese = server.get(&format!("{path}?lang=ja"), &cookie);
    let english = server.get(&format!("{path}?lang=en&from=2021&to=2023"), &cookie);
    for words in ["佐藤 武", "サトウ タケシ", "２型糖尿病", "HbA1c", "メトホルミン", "病名"]
    {
        assert!(japanese.body.contains(words), "{words}: {}", japanese.body);
    }
    for words in ["Diagnoses", "Drugs", "2021 – 2023", "佐藤 武"] {
        assert!(english.body.contains(words), "{words}: {}", english.body);
    }
    assert!(japanese.body.len() < 200_000, "{} bytes", japanese.body.len());

    let line = lines(&house, "demo:doctor").pop().unwrap();
    let number = path.rsplit('/').next().unwrap();
    assert_eq!(line["object"], format!("patient/{number}"));
    assert_eq!(
        (&line["act"], &line["purpose"]),
        (&Value::from("permit"), &Value::from("treatment"))
    );
    assert!(find(&server, &cookie, "nobody").body.contains("class=\"empty\""));
}

#[test]
fn a_letter_is_opened_as_it_was_written() {
    let house = House::new();
    let server = Server::demo(&house);
    let cookie = server.signed_in("demo:doctor");
    let path = location(&find(&server, &cookie, "hanako")).to_owned();
    let course = server.get(&path, &cookie);
    let note = course.body.split("/notes/").nth(1).unwrap().split('"').next().unwrap();
    let opened = server.get(&format!("{path}/notes/{note}"), &cookie);
    assert!(opened.body.contains("<div class=\"text\">HANAKOMARK"), "{}", opened.body);
    assert_eq!(server.get(&format!("{path}/notes/0123456789abcdef"), &cookie).status, 404);
    let other = location(&find(&server, &cookie, "takeshi")).to_owned();
    assert_eq!(
        server.get(&format!("{other}/notes/{note}"), &cookie).status,
        404,
        "another's letter"
    );
}

#[test]
fn a_person_with_two_numbers_has_one_course() {
    let house = House::new();
    let server = Server::demo(&house);
    let cookie = server.signed_in("demo:doctor");
    let list = server.get("/patients", &cookie);
    assert!(patients(&list).len() >= 10, "{}", list.body);
    let ken = location(&find(&server, &cookie, "ken")).to_owned();
    assert_eq!(server.get(&ken, &cookie).status, 200);
}

#[test]
fn a_researcher_sees_counts_that_may_be_shown_and_no_patient() {
    let house = House::new();
    let server = Server::demo(&house);
    let cookie = server.signed_in("demo:researcher");
    let first = server.get("/?lang=en", &cookie);
    assert!(
        first.body.contains("Haruka Aoki") && first.body.contains("Researcher"),
        "{}",
        first.body
    );
    assert!(!first.body.contains("href=\"/patients\"") && !first.body.contains("/records/loads"));
    for path in ["/patients", "/patients/1", "/records/loads"] {
        assert_eq!(server.get(path, &cookie).status, 403, "{path}");
    }
    assert_eq!(find(&server, &cookie, "hanako").status, 403);
    let line = lines(&house, "demo:researcher").pop().unwrap();
    assert_eq!(
        (&line["act"], &line["purpose"]),
        (&Value::from("refuse"), &Value::from("treatment"))
    );
}

#[test]
fn real_people_have_no_doctor_who_anybody_may_become() {
    let house = House::with_people();
    let server = Server::start(&house);
    assert_eq!(server.post("/session", "", "as=demo%3Adoctor").status, 404);
    assert!(!server.get("/", "").body.contains("/session"));
}

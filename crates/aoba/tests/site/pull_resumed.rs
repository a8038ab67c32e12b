//! Lines that break and pulls that are killed: what has come stays, and the end is the same.

use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::fhir_server::FhirServer;
use crate::house::House;
use crate::pull::{house, pull, under_way};

/// The tables of a pull that nothing disturbed; the server's port is part of no cell that counts.
fn undisturbed(server: &FhirServer) -> Vec<String> {
    let house = house();
    pull(&house, server, &[]);
    keys(&house)
}

fn keys(house: &House) -> Vec<String> {
    let rows = house.sql("select source, resource_key, content_hash from resource");
    let mut rows: Vec<String> = rows.as_array().unwrap().iter().map(ToString::to_string).collect();
    rows.sort();
    rows
}

fn start(house: &House, server: &FhirServer, options: &[&str]) -> Child {
    let base = server.base();
    let mut arguments = vec!["pull", base.as_str(), "--quiet"];
    arguments.extend(options);
    house.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_line_that_breaks_is_gone_on_with_where_it_broke() {
    let server = FhirServer::with_people();
    let expected = undisturbed(&server);
    server.order(|faults| faults.cuts = 2);
    let house = house();
    pull(&house, &server, &[]);
    assert_eq!(keys(&house), expected);
    let asked = server.asked_below("/fhir/files/1/");
    let parts: Vec<_> = asked.iter().filter(|asked| !asked.header("range").is_empty()).collect();
    assert_eq!((asked.len(), parts.len()), (5, 2), "three files, two of them in two parts");
    assert!(parts.iter().all(|part| part.header("range") != "bytes=0-"));
    assert!(parts.iter().all(|part| part.header("if-range").starts_with('"')));
}

#[test]
fn where_the_server_gives_no_parts_the_file_begins_anew() {
    let server = FhirServer::with_people();
    let expected = undisturbed(&server);
    for packs in [false, true] {
        server.order(|faults| (faults.cuts, faults.ranges, faults.packs) = (2, false, packs));
        let house = house();
        pull(&house, &server, &[]);
        assert_eq!(keys(&house), expected, "packed: {packs}");
    }
}

#[test]
fn a_line_that_always_breaks_ends_in_a_clear_word_and_keeps_what_came() {
    let server = FhirServer::with_people();
    server.order(|faults| (faults.cuts, faults.ranges) = (1_000, false));
    let house = house();
    let said = house.refuse(&["pull", &server.base(), "--quiet"]);
    assert!(said.contains("cut off") && said.contains("run the same command again"), "{said}");
    assert!(!under_way(&house).is_empty());
    server.order(|faults| faults.cuts = 0);
    pull(&house, &server, &[]);
    assert_eq!(house.number("select count(*) from observation"), 6);
    assert_eq!(server.exports(), (1, 1), "the same export served both");
}

#[test]
fn a_pull_killed_while_it_fetches_goes_on_with_the_files_that_are_missing() {
    let server = FhirServer::with_people();
    let expected = undisturbed(&server);
    server.order(|faults| faults.hangs_at = Some("Patient.ndjson".to_owned()));
    let house = house();
    let child = start(&house, &server, &[]);
    server.until("hanging");
    kill(child);
    server.order(|faults| faults.hangs_at = None);
    let before = server.asked_below("/fhir/files/1/").len();
    pull(&house, &server, &[]);
    assert_eq!(keys(&house), expected);
    assert_eq!(server.exports(), (2, 2), "no third export was ordered");
    assert!(server.asked_below("/fhir/files/1/").len() > before);
    assert_eq!(server.asked("/fhir/$export").len(), 2);
    house.run(&["audit", "verify"]);
}

#[test]
fn a_pull_killed_while_it_waits_goes_on_waiting_for_the_same_export() {
    let server = FhirServer::with_people();
    server.order(|faults| faults.never_ready = true);
    let house = house();
    let child = start(&house, &server, &[]);
    server.until("followed");
    server.until("followed");
    kill(child);
    server.order(|faults| faults.never_ready = false);
    let told = pull(&house, &server, &[]);
    assert_eq!((&told["pull"], server.exports()), (&json!(2), (1, 1)));
    assert_eq!(house.number("select count(*) from patient"), 3);
}

#[test]
fn an_export_the_server_has_forgotten_is_ordered_anew() {
    let server = FhirServer::with_people();
    server.order(|faults| faults.never_ready = true);
    let house = house();
    let child = start(&house, &server, &[]);
    server.until("followed");
    kill(child);
    server.order(|faults| faults.never_ready = false);
    server.world().exports[0].given_back = true;
    pull(&house, &server, &[]);
    assert_eq!(server.exports(), (2, 2));
    assert_eq!(house.number("select count(*) from patient"), 3);
}

#[test]
fn a_search_that_was_killed_goes_on_with_the_next_page() {
    let server = FhirServer::with_people();
    server.order(|faults| faults.page_hangs_at = Some(1));
    let house = house();
    let child = start(&house, &server, &["--by", "search"]);
    server.until("hanging");
    kill(child);
    server.order(|faults| faults.page_hangs_at = None);
    pull(&house, &server, &["--by", "search"]);
    assert_eq!(house.number("select count(*) from observation"), 6);
    let pages = server.asked("/fhir/Observation");
    let pages: Vec<_> = pages.iter().map(|asked| asked.query("page").unwrap_or("0")).collect();
    assert_eq!(pages, ["0", "1", "1"]);
}

#[test]
fn full_drops_what_was_under_way_for_the_changes_only() {
    let server = FhirServer::with_people();
    let house = house();
    pull(&house, &server, &[]);
    server.forget();
    server.order(|faults| faults.never_ready = true);
    let child = start(&house, &server, &[]);
    server.until("followed");
    kill(child);
    server.order(|faults| faults.never_ready = false);
    let told = pull(&house, &server, &["--full"]);
    assert_eq!(told["since"], json!(null));
    assert_eq!(server.exports(), (3, 3), "each was given back");
}

#[test]
fn ctrl_c_gives_the_export_back_and_keeps_nothing() {
    let server = FhirServer::with_people();
    server.order(|faults| faults.never_ready = true);
    let house = house();
    let mut child = start(&house, &server, &[]);
    server.until("followed");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!((server.exports(), under_way(&house).len()), ((1, 1), 0));
    let acts = house.json(&["audit", "show", "--format", "json"]);
    let acts: Vec<_> = acts.as_array().unwrap().iter().map(|row| row["act"].clone()).collect();
    assert!(acts.contains(&json!("pull.cancelled")), "{acts:?}");
}

#[test]
fn an_export_that_is_never_ready_is_waited_for_so_long_and_can_be_given_up() {
    let server = FhirServer::with_people();
    server.order(|faults| faults.never_ready = true);
    let house = house();
    let base = server.base();
    let said = house.refuse(&["pull", &base, "--quiet", "--wait-at-most", "1s"]);
    assert!(said.contains("not ready") && said.contains("--cancel"), "{said}");
    assert_eq!(server.exports(), (1, 0), "it goes on, and so may a later pull");
    assert!(house.run(&["pull", &base, "--cancel"]).contains("given up"));
    assert_eq!((server.exports(), under_way(&house).len()), ((1, 1), 0));
    assert!(house.run(&["pull", &base, "--cancel"]).contains("no pull of this"));
}

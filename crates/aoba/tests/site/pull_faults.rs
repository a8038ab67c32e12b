//! Servers that are none, that are wrong, or that lead elsewhere: each is told in plain words, and
//! nothing of it enters a table.

use std::net::TcpListener;

use crate::fhir_server::FhirServer;
use crate::house::House;
use crate::pull::{house, pull, refused};

fn tables_are_empty(house: &House) -> bool {
    // A home into which nothing was loaded has no snapshot.
    house.json(&["snapshots", "--format", "json"]).as_array().unwrap().is_empty()
}

#[test]
fn an_address_that_is_no_server_is_told() {
    let house = house();
    // A port that was free a moment ago.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = refused(&house, &format!("http://{nobody}/fhir"), &[]);
    assert!(said.contains("cannot reach") && said.contains("refused"), "{said}");
    for (address, words) in [
        ("nightly", "aoba.toml"),
        ("ftp://fhir.example.jp", "https://"),
        ("http://127.0.0.1/fhir?_type=Patient", "--type"),
        ("https://user:hunter2@127.0.0.1/fhir", "--token-file"),
    ] {
        let said = refused(&house, address, &[]);
        assert!(said.contains(words) && !said.contains("hunter2"), "{address}: {said}");
    }
    assert!(tables_are_empty(&house));
}

#[test]
fn a_server_without_tls_is_not_spoken_to_as_if_it_had_it() {
    let (house, server) = (house(), FhirServer::with_people());
    let said = refused(&house, &server.base().replace("http:", "https:"), &[]);
    assert!(said.contains("cannot reach") && said.contains("--ca"), "{said}");
}

#[test]
fn a_server_that_speaks_no_fhir_or_another_version_is_told() {
    let (house, server) = (house(), FhirServer::with_people());
    let address = server.world().address;
    let said = refused(&house, &format!("http://{address}/html"), &[]);
    assert!(said.contains("not a FHIR server") && said.contains("text/html"), "{said}");
    let said = refused(&house, &format!("http://{address}/nothing"), &[]);
    assert!(said.contains("not a FHIR server") && said.contains("404"), "{said}");
    let said = refused(&house, &format!("http://{address}/loop"), &[]);
    assert!(said.contains("on and on"), "{said}");
    server.order(|faults| faults.version = "5.0.0");
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("FHIR 5.0.0") && said.contains("R4"), "{said}");
    let said = refused(&house, &server.base(), &["--type", "Patint"]);
    assert!(said.contains("did you mean Patient"), "{said}");
    assert!(tables_are_empty(&house));
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_not_for_ever() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.busy = 2);
    pull(&house, &server, &[]);
    assert_eq!(server.asked("/fhir/$export").len(), 3);
    server.order(|faults| faults.busy = 1_000);
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("429"), "{said}");
}

#[test]
fn an_export_that_fails_is_told_with_its_code_and_ordered_anew_next_time() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.fails = true);
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("export failed") && said.contains("500"), "{said}");
    assert!(said.contains("exception") && !said.contains("Taro"), "{said}");
    // The server's own words are where the message says.
    let place = said.trim().rsplit("is in ").next().unwrap();
    assert!(std::fs::read_to_string(place).unwrap().contains("about Taro"), "{place}");
    server.order(|faults| faults.fails = false);
    pull(&house, &server, &[]);
    assert_eq!(server.exports(), (2, 2));
}

#[test]
fn a_file_that_ends_in_the_middle_or_lacks_lines_is_not_loaded() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.short = Some("Observation".to_owned()));
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("Observation-0001") && said.contains("in the middle"), "{said}");
    server.order(|faults| (faults.short, faults.counts_one_more) = (None, true));
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("only"), "{said}");
    assert!(tables_are_empty(&house));
    server.order(|faults| faults.counts_one_more = false);
    pull(&house, &server, &[]);
    assert_eq!(house.number("select count(*) from observation"), 6);
}

#[test]
fn pages_that_lead_in_a_circle_end() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.circle = true);
    let said = refused(&house, &server.base(), &["--by", "search"]);
    assert!(said.contains("circle"), "{said}");
    assert!(tables_are_empty(&house));
}

#[test]
fn where_an_export_is_followed_at_another_server_it_is_not_followed() {
    let (house, server) = (house(), FhirServer::with_people());
    let other = FhirServer::start();
    server.order(|faults| faults.follow_at = Some(other.base()));
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("another server") && said.contains("not followed"), "{said}");
    assert!(other.asked_below("/").is_empty());
}

#[test]
fn a_group_cannot_be_searched_for() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.no_export = true);
    let said = refused(&house, &server.base(), &["--group", "p1"]);
    assert!(said.contains("no bulk export"), "{said}");
    let said = refused(&house, &server.base(), &["--by", "export"]);
    assert!(said.contains("--by search"), "{said}");
    let said = refused(&house, &server.base(), &["--by", "search", "--type", "Specimen"]);
    assert!(said.contains("Specimen"), "{said}");
}

#[test]
fn a_page_larger_than_can_be_taken_is_told_before_it_fills_the_memory() {
    let (house, server) = (house(), FhirServer::with_people());
    house.set("[ingest]\nline_bytes_max = 300\n[pull]\nretries_max = 0\n");
    let said = refused(&house, &server.base(), &["--by", "search"]);
    assert!(said.contains("300 bytes") && said.contains("--count"), "{said}");
}

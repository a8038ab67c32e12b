//! Records come from a live server into the tables, and the next time only what changed.

use serde_json::{Value, json};

use crate::fhir_server::FhirServer;
use crate::house::{House, files_below};

/// A house that does not wait long for servers.
pub(crate) fn house() -> House {
    let house = House::new();
    house.set("[pull]\nretries_max = 2\n");
    house
}

/// Pulls; it must succeed. Gives what it came to.
pub(crate) fn pull(house: &House, server: &FhirServer, options: &[&str]) -> Value {
    let base = server.base();
    let mut arguments = vec!["pull", base.as_str(), "--quiet", "--format", "json"];
    arguments.extend(options);
    house.json(&arguments)
}

/// Pulls; it must fail. Gives what it said.
pub(crate) fn refused(house: &House, address: &str, options: &[&str]) -> String {
    let mut arguments = vec!["pull", address, "--quiet"];
    arguments.extend(options);
    house.refuse(&arguments)
}

/// What lies in the folder of pulls.
pub(crate) fn under_way(house: &House) -> Vec<std::path::PathBuf> {
    let folder = house.home().join("pulls");
    if folder.is_dir() { files_below(&folder) } else { Vec::new() }
}

fn count(house: &House, table: &str) -> i64 {
    house.number(&format!("select count(*) from {table}"))
}

fn values(house: &House) -> Vec<String> {
    let query = "select resource_key, value_quantity from observation order by resource_key";
    let rows = house.sql(query);
    rows.as_array().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn an_export_comes_whole_into_the_tables_and_is_given_back() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.polls = 2);
    let told = pull(&house, &server, &[]);
    assert_eq!((&told["outcome"], &told["way"]), (&json!("completed"), &json!("export")));
    assert_eq!((&told["since"], &told["files"]), (&Value::Null, &json!(3)));
    assert_eq!(told["load"]["counts"]["written"], 10, "{told}");
    // References by the server's own address mean its patients.
    assert_eq!((count(&house, "patient"), count(&house, "observation")), (3, 6));
    assert_eq!(count(&house, "organization"), 1);

    let ordered = &server.asked("/fhir/$export")[0];
    assert_eq!(ordered.header("prefer"), "respond-async");
    assert_eq!(ordered.header("accept"), "application/fhir+json");
    assert_eq!(ordered.query("_outputFormat"), Some("application/fhir+ndjson"));
    assert_eq!(ordered.query("_since"), None);
    assert_eq!(server.asked("/fhir/jobs/0").len(), 4, "three looks and one goodbye");
    assert_eq!(server.exports(), (1, 1));
    assert_eq!(under_way(&house), Vec::<std::path::PathBuf>::new());
    house.run(&["audit", "verify"]);
    house.run(&["doctor", "--deep"]);
}

#[test]
fn the_next_pull_asks_for_what_changed_and_takes_away_what_was_deleted() {
    let (house, server) = (house(), FhirServer::with_people());
    let first = pull(&house, &server, &[]);
    server.wait_minutes(10);
    server.observe("p1-a", "p1", 7);
    server.delete("Observation", "p2-b");
    let second = pull(&house, &server, &[]);
    let asked = server.asked("/fhir/$export");
    assert_eq!(asked[1].query("_since"), first["server_time"].as_str());
    assert_eq!(second["since"], first["server_time"]);
    let counts = &second["load"]["counts"];
    assert_eq!((&counts["written"], &counts["deleted"]), (&json!(1), &json!(1)), "{second}");
    assert_eq!(count(&house, "observation"), 5);
    assert!(values(&house)[0].contains("7"), "{:?}", values(&house));

    // Nothing has changed: nothing comes, and the time goes on.
    server.wait_minutes(10);
    let third = pull(&house, &server, &[]);
    assert_eq!((&third["files"], &third["load"]), (&json!(0), &Value::Null));
    server.wait_minutes(10);
    let full = pull(&house, &server, &["--full"]);
    let asked = server.asked("/fhir/$export");
    assert_eq!(asked[2].query("_since"), second["server_time"].as_str());
    assert_eq!((asked[3].query("_since"), &full["since"]), (None, &Value::Null));
    assert_eq!(full["load"]["counts"]["written"], 0, "{full}");
    let before = house.content();
    house.run(&["rebuild", "--quiet"]);
    assert_eq!(before, house.content());
}

#[test]
fn another_question_begins_from_the_beginning() {
    let (house, server) = (house(), FhirServer::with_people());
    pull(&house, &server, &["--type", "Patient"]);
    assert_eq!((count(&house, "patient"), count(&house, "observation")), (3, 0));
    // Had the time of the first one been taken, nothing would come.
    pull(&house, &server, &["--type", "Observation,Patient"]);
    assert_eq!(count(&house, "observation"), 6);
    let asked = server.asked("/fhir/$export");
    assert_eq!(asked[1].query("_type"), Some("Observation,Patient"));
    assert_eq!(asked[1].query("_since"), None);
}

#[test]
fn a_group_and_what_belongs_to_patients_are_asked_for_by_their_own_addresses() {
    let (house, server) = (house(), FhirServer::with_people());
    pull(&house, &server, &["--group", "p2"]);
    assert_eq!((count(&house, "patient"), count(&house, "observation")), (1, 2));
    pull(&house, &server, &["--patients"]);
    assert_eq!((count(&house, "patient"), count(&house, "organization")), (3, 0));
    assert_eq!(server.asked("/fhir/Group/p2/$export").len(), 1);
    assert_eq!(server.asked("/fhir/Patient/$export").len(), 1);
}

#[test]
fn where_there_is_no_export_pages_are_turned() {
    for says in [true, false] {
        let (house, server) = (house(), FhirServer::with_people());
        server.order(|faults| (faults.says_no_export, faults.no_export) = (says, !says));
        let told = pull(&house, &server, &[]);
        assert_eq!((&told["way"], &told["outcome"]), (&json!("search"), &json!("completed")));
        assert_eq!((count(&house, "patient"), count(&house, "observation")), (3, 6));
        // Six observations are two pages; nobody asks for what has no table.
        assert_eq!(server.asked("/fhir/Observation").len(), 2);
        assert_eq!(server.asked("/fhir/StructureDefinition").len(), 0);
        assert_eq!(server.asked("/fhir/$export").len(), usize::from(!says));
    }
}

#[test]
fn a_search_goes_on_from_a_little_before_the_last_one_began() {
    let (house, server) = (house(), FhirServer::with_people());
    server.wait_minutes(10);
    let first = pull(&house, &server, &["--by", "search", "--count", "2"]);
    assert_eq!(server.asked("/fhir/Observation").len(), 3, "pages of two");
    let began = server.world().now;
    let since: jiff::Timestamp = first["server_time"].as_str().unwrap().parse().unwrap();
    assert_eq!(began.duration_since(since).as_secs(), 60);
    server.wait_minutes(10);
    server.observe("p3-c", "p3", 3);
    pull(&house, &server, &["--by", "search"]);
    let asked = server.asked("/fhir/Observation");
    let since = format!("ge{}", first["server_time"].as_str().unwrap());
    assert_eq!(asked[3].query("_lastUpdated"), Some(since.as_str()));
    assert_eq!(count(&house, "observation"), 7);
}

#[test]
fn what_comes_packed_is_kept_packed() {
    let (house, server) = (house(), FhirServer::with_people());
    server.order(|faults| faults.packs = true);
    pull(&house, &server, &[]);
    assert_eq!(count(&house, "observation"), 6);
    let report = house.json(&["report", "--format", "json"]);
    let names = report["files"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "pull-1/Patient-0003.ndjson.gz",
            "pull-1/Observation-0001.ndjson.gz",
            "pull-1/Organization-0002.ndjson.gz"
        ]
    );
}

#[test]
fn what_the_server_could_not_give_is_told_and_asked_for_again() {
    let (house, server) = (house(), FhirServer::with_people());
    let message = json!({ "resourceType": "OperationOutcome", "issue": [
        { "severity": "error", "code": "not-found", "diagnostics": "Patient Taro Yamada" },
        { "severity": "information", "code": "informational" },
    ] });
    server.order(|faults| faults.messages = vec![message.to_string(), message.to_string()]);
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("said 2 times") && said.contains("--accept-errors"), "{said}");
    assert!(!said.contains("Taro"), "{said}");
    // What came is loaded, and the time did not move.
    assert_eq!(count(&house, "observation"), 6);
    let told = pull(&house, &server, &["--accept-errors"]);
    assert_eq!(server.asked("/fhir/$export")[1].query("_since"), None);
    let messages = json!([
        { "severity": "error", "code": "not-found", "count": 2 },
        { "severity": "information", "code": "informational", "count": 2 },
    ]);
    assert_eq!((&told["outcome"], &told["messages"]), (&json!("completed"), &messages));
    pull(&house, &server, &["--accept-errors"]);
    assert_eq!(server.asked("/fhir/$export")[2].query("_since"), told["server_time"].as_str());
    // The server's own words are kept, and stand nowhere but in the landing.
    house.run(&["doctor", "--deep"]);
    assert!(!house.holds("Taro Yamada"));
}

#[test]
fn two_pulls_at_once_are_one_too_many_and_a_load_is_waited_for() {
    let (house, server) = (house(), FhirServer::with_people());
    pull(&house, &server, &[]);
    let lock = std::fs::File::options().write(true).open(house.home().join("pull.lock")).unwrap();
    lock.lock().unwrap();
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("another pull"), "{said}");
    lock.unlock().unwrap();

    let writer = std::fs::File::options().write(true).open(house.home().join("writer.lock"));
    let writer = writer.unwrap();
    writer.lock().unwrap();
    server.observe("p1-c", "p1", 3);
    house.set("[pull]\nwriter_minutes_max = 0\n");
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("another writer"), "{said}");
    assert_eq!(count(&house, "observation"), 6);
    house.set("[pull]\n");
    let base = server.base();
    let mut command = house.command(&["pull", base.as_str(), "--quiet"]);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    // What was fetched the first time is loaded; it is not asked for again.
    writer.unlock().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(count(&house, "observation"), 7);
    assert_eq!(server.exports(), (2, 2));
}

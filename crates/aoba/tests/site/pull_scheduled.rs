//! Pulls of the settings: run by the portal when they are due, shown there, and told aloud when they
//! fail.

use serde_json::Value;

use crate::fhir_server::FhirServer;
use crate::house::House;
use crate::pull::refused;
use crate::web::Server;

fn settings(server: &FhirServer) -> String {
    format!(
        "[pull]\nretries_max = 0\n[[pull.scheduled]]\nname = \"night\"\nurl = \"{}\"\n\
         every_minutes = 1440\nsource = \"east\"\n",
        server.base()
    )
}

fn status(house: &House) -> (i32, Value) {
    let output = house.attempt(&["pull", "--status", "--format", "json"]);
    let told = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), told)
}

#[test]
fn the_portal_pulls_when_it_is_due_and_shows_it() {
    let (house, server) = (House::new(), FhirServer::with_people());
    house.set(&settings(&server));
    let portal = Server::start(&house);
    // The last thing a pull does.
    server.until("given back");
    let (code, told) = status(&house);
    assert_eq!((code, &told[0]["state"]), (0, &Value::from("well")), "{told}");
    assert_eq!(house.number("select count(*) from patient where source = 'east'"), 3);
    let page = portal.get("/records/pulls?lang=en", "");
    assert_eq!(page.status, 200, "{}", page.body);
    for words in ["night", "Well", "every 24 h", "Bulk export", "/records/loads/1"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(portal.get("/records/pulls?lang=ja", "").body.contains("定期取得"));
    assert!(!portal.get("/?lang=en", "").body.contains("need a look"));
    // It is not due again.
    assert_eq!(server.exports(), (1, 1));
}

#[test]
fn a_pull_that_fails_alarms_until_one_has_come_to_its_end() {
    let (house, server) = (House::new(), FhirServer::with_people());
    house.set(&settings(&server));
    house.ingest(&[&house.write("p.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"x\"}")]);
    let (code, told) = status(&house);
    assert_eq!((code, &told[0]["state"]), (1, &Value::from("never")));
    server.order(|faults| faults.fails = true);
    let said = refused(&house, "night", &[]);
    assert!(said.contains("export failed"), "{said}");
    let (code, told) = status(&house);
    assert_eq!((code, &told[0]["state"]), (1, &Value::from("failed")));
    assert!(told[0]["why"].as_str().unwrap().contains("500"), "{told}");

    // The next try is an hour away; the portal tells of it meanwhile.
    let portal = Server::start(&house);
    let page = portal.get("/records/pulls?lang=en", "");
    assert!(page.body.contains("night: the pull of") && page.body.contains("500"), "{}", page.body);
    assert!(portal.get("/records/pulls?lang=ja", "").body.contains("失敗しました"));
    assert!(portal.get("/?lang=en", "").body.contains("Scheduled pulls that need a look: 1"));
    drop(portal);

    server.order(|faults| faults.fails = false);
    house.run(&["pull", "night", "--quiet"]);
    let (code, told) = status(&house);
    assert_eq!((code, &told[0]["state"], &told[0]["why"]), (0, &Value::from("well"), &Value::Null));
}

#[test]
fn what_a_killed_portal_was_fetching_is_gone_on_with_by_the_next_one() {
    let (house, server) = (House::new(), FhirServer::with_people());
    house.set(&settings(&server));
    server.order(|faults| faults.hangs_at = Some("Patient.ndjson".to_owned()));
    let portal = Server::start(&house);
    server.until("hanging");
    // Dropped is killed.
    drop(portal);
    server.order(|faults| faults.hangs_at = None);
    let _portal = Server::start(&house);
    server.until("given back");
    assert_eq!(server.exports(), (1, 1));
    assert_eq!(house.number("select count(*) from patient"), 3);
    assert_eq!(status(&house).0, 0);
}

#[test]
fn settings_that_cannot_be_are_told_before_the_portal_opens() {
    let (house, server) = (House::new(), FhirServer::with_people());
    let once = settings(&server);
    let (_, night) = once.split_once("[[").unwrap();
    house.set(&format!("{once}[[{night}"));
    let said = house.refuse(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("night"), "{said}");
    house.set(&settings(&server).replace("source", "sauce"));
    let said = house.refuse(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("sauce"), "{said}");
    let said = house.refuse(&["pull", "night", "--group", "7"]);
    assert!(said.contains("sauce"), "{said}");
    house.set(&settings(&server));
    let said = house.refuse(&["pull", "night", "--group", "7"]);
    assert!(said.contains("takes what it asks from aoba.toml"), "{said}");
    assert!(house.run(&["pull", "night", "--cancel"]).contains("no pull of this"));
}

//! The ledger on a server, as its keeper meets it: named, moved there, and cut off in the middle of
//! a load.

use std::process::Stdio;

use crate::house::{House, people};
use crate::ingest_crash::export;
use crate::restart::{restart, start};

#[test]
fn a_ledger_in_files_is_named_by_them() {
    let house = House::with_people();
    let shown = house.json(&["ledger", "show", "--format", "json"]);
    let place = shown[0]["place"].as_str().unwrap();
    assert!(place.ends_with("ledger.db") || place.starts_with("postgres://"), "{place}");
    assert!(house.run(&["audit", "verify"]).contains(place));
    assert!(house.run(&["doctor"]).contains(&format!("the ledger is in {place}")));
}

#[test]
fn a_home_moved_to_a_server_answers_as_before_and_its_files_are_closed() {
    let Some(server) = start() else { return };
    let house = House::with_people();
    if house.home().join("aoba.toml").exists() {
        println!("SKIPPED: this home is on a server already");
        return;
    }
    house.run(&["opt-out", "hospital/hanako", "--reason", "a letter"]);
    let before = house.content();
    let databases = server.databases();
    let file = databases.password_file.to_str().unwrap();
    let said = house.run(&[
        "ledger",
        "move",
        "--to",
        &databases.url,
        "--identity-to",
        &databases.identity_url,
        "--password-file",
        file,
    ]);
    assert!(said.contains("[ledger]") && said.contains("copied and verified"), "{said}");
    // Until the settings say so too, nothing goes on in the old files.
    let refused = house.refuse(&["tables"]);
    assert!(refused.contains("was moved to postgres://"), "{refused}");
    let settings = &said[said.find("[ledger]").unwrap()..];
    std::fs::write(house.home().join("aoba.toml"), settings).unwrap();
    assert_eq!(house.content(), before);
    let doctor = house.run(&["doctor", "--deep"]);
    assert!(doctor.contains("(PostgreSQL ") && !doctor.contains("FAIL"), "{doctor}");
    house.run(&["ingest", "--quiet", export(&house).to_str().unwrap()]);
    house.run(&["opt-in", "hospital/hanako", "--reason", "a visit"]);
    assert!(house.content().len() > before.len());
    for name in ["ledger.db", "identity.db"] {
        std::fs::remove_file(house.home().join(name)).unwrap();
    }
    house.run(&["audit", "verify"]);
}

#[expect(clippy::disallowed_methods, reason = "the moment of the cut is the point")]
#[test]
fn a_server_that_crashes_during_a_load_leaves_before_or_after() {
    let Some(server) = start() else { return };
    let whole = House::with_people();
    let path = export(&whole);
    let before = whole.content();
    let begun = std::time::Instant::now();
    whole.run(&["ingest", "--quiet", path.to_str().unwrap()]);
    let length = begun.elapsed();
    let after = whole.content();

    let house = House::new();
    house.settle(&server.databases());
    house.run(&["ingest", "--quiet", people().to_str().unwrap()]);
    let path = export(&house);
    let (mut cuts, mut done) = (0, false);
    for step in 0..4_u32 {
        let mut child = house
            .command(&["ingest", "--quiet", path.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(length * (step + 1) / 6);
        cuts += u32::from(child.try_wait().unwrap().is_none());
        restart(&server);
        let ended = child.wait().unwrap();
        let seen = house.content();
        done |= ended.success();
        let whole = seen == after || (seen == before && !done);
        assert!(whole, "after cut {step} a load that ended with {ended} is there in part");
        done |= seen == after;
        house.run(&["audit", "verify"]);
    }
    assert!(cuts > 0, "no load was still running when the server crashed");
    house.run(&["ingest", "--quiet", path.to_str().unwrap()]);
    assert_eq!(house.content(), after);
    house.run(&["doctor", "--deep"]);
}

//! The program is killed at random moments of a load: only "before" or "after" may be seen, and
//! running again ends in the same tables.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Instant;

use crate::house::{House, people};

/// Some hundred patients with observations: enough for a load to have a middle.
pub(crate) fn export(house: &House) -> std::path::PathBuf {
    let mut lines = String::new();
    for patient in 0..300 {
        lines.push_str(&format!("{{\"resourceType\":\"Patient\",\"id\":\"k{patient}\"}}\n"));
        for at in 0..20 {
            lines.push_str(&format!(
                "{{\"resourceType\":\"Observation\",\"id\":\"k{patient}-{at}\",\"status\":\"final\",\
                 \"code\":{{\"text\":\"x\"}},\"subject\":{{\"reference\":\"Patient/k{patient}\"}},\
                 \"effectiveDateTime\":\"2024-05-17T10:00:00+09:00\",\"valueQuantity\":{{\"value\":{at}}}}}\n"
            ));
        }
    }
    house.write("export.ndjson", lines)
}

#[expect(clippy::disallowed_methods, reason = "the moment of the kill is the point")]
#[test]
fn killed_at_any_moment_a_load_is_before_or_after() {
    let whole = House::with_people();
    let path = export(&whole);
    let before = whole.content();
    let start = Instant::now();
    whole.run(&["ingest", "--quiet", path.to_str().unwrap()]);
    let length = start.elapsed();
    let after = whole.content();
    assert_ne!(before, after);

    let house = House::new();
    house.run(&["ingest", "--quiet", people().to_str().unwrap()]);
    let path = export(&house);
    let mut kills = 0;
    for step in 0..6_u32 {
        let mut child = house
            .command(&["ingest", "--quiet", path.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(length * (step + 1) / 8);
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        kills += u32::from(running);
        let seen = house.content();
        assert!(seen == before || seen == after, "a third state after kill {step}");
        house.run(&["audit", "verify"]);
    }
    assert!(kills > 0, "no load was still running when it was killed");
    house.run(&["ingest", "--quiet", path.to_str().unwrap()]);
    assert_eq!(house.content(), after);
    house.run(&["doctor", "--deep"]);
}

#[test]
fn a_second_writer_is_told_who_writes() {
    let house = House::with_people();
    let lock = house.home().join("writer.lock");
    let file = std::fs::File::options().write(true).open(lock).unwrap();
    file.lock().unwrap();
    let path = export(&house);
    let said = house.refuse(&["ingest", "--quiet", path.to_str().unwrap()]);
    assert!(said.contains("writ"), "{said}");
    file.unlock().unwrap();
    house.run(&["ingest", "--quiet", path.to_str().unwrap()]);
}

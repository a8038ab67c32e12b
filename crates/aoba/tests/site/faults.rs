//! `aoba bench faults` in small: each part runs, and what must hold does.

use crate::house::House;

/// Runs one part with these numbers; gives what it printed.
fn run(part: &str, more: &[&str]) -> String {
    let house = House::new();
    let folder = house.input();
    let arguments = ["bench", "faults", "--parts", part, "--patients", "4", "--folder"];
    house.run(&[&arguments[..], &[folder.to_str().unwrap()], more].concat())
}

#[test]
fn kills_at_random_moments_lose_tear_and_double_nothing() {
    let told = run("kills", &["--kills", "4", "--acts", "load,opt-out,erase", "--seed", "3"]);
    assert!(told.contains(": holds") && told.contains("neither 0"), "{told}");
    assert!(told.contains("acknowledged and lost 0"), "{told}");
}

#[test]
fn a_step_that_fails_leaves_before_or_after() {
    let told = run("steps", &["--steps", "1", "--acts", "erase,backup", "--seed", "5"]);
    assert_eq!(told.matches(": holds").count(), 2, "{told}");
    for act in ["erase", "backup"] {
        assert!(told.contains(&format!("each step of {act} failing")), "{told}");
    }
}

#[test]
fn a_disk_that_fails_or_loses_its_power_leaves_before_or_after() {
    let told = run("disk", &["--operations", "1", "--acts", "load,backup", "--seed", "7"]);
    assert_eq!(told.matches(": holds").count(), 2, "{told}");
    assert!(told.contains("the disk under backup: 1 of "), "{told}");
}

#[test]
fn a_home_of_each_earlier_form_goes_on() {
    let told = run("upgrades", &["--steps", "2"]);
    assert!(told.contains("homes of 2 earlier shapes: holds"), "{told}");
}

#[test]
fn two_writers_lose_no_commit() {
    let told = run("writers", &["--commits", "40"]);
    assert!(told.contains("80 commits") && told.contains(": holds"), "{told}");
}

#[test]
fn a_changed_byte_is_found_and_never_served() {
    let told = run("flips", &["--flips", "7", "--seed", "2"]);
    assert!(
        told.contains("changed bytes: 7 that somebody reads, in 7 kinds of files: holds"),
        "{told}"
    );
}

#[test]
fn a_home_answers_again_after_its_load_was_killed() {
    let told = run("ready", &["--ready-patients", "12", "--ready-kills", "1"]);
    assert!(
        told.contains("the portal's first page") && told.contains("a question in SQL"),
        "{told}"
    );
}

#[test]
fn an_audit_that_is_tampered_with_is_seen_in_each_way() {
    let told = run("audit", &["--tamperings", "20", "--seed", "9"]);
    assert_eq!(told.matches(": 20 of 20 seen").count(), 7, "{told}");
    let rewritten = "rewrite the whole chain: 20 of 20 seen (0 without a checkpoint from outside)";
    assert!(told.contains(rewritten) && told.contains("cost of a line"), "{told}");
}

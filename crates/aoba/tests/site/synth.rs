//! A hospital is made: the same bytes whatever the threads, whole or not at all, and told why.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::house::{House, files_below};
use crate::web::Server;

/// Makes a small hospital in a new folder beside the home.
fn make(house: &House, name: &str, options: &[&str]) -> PathBuf {
    let out = house.input().join(name);
    let mut arguments = vec!["synth", "--quiet", "--out", out.to_str().unwrap()];
    arguments.extend(options);
    house.run(&arguments);
    out
}

/// The names below a folder and the bytes of each file.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files_below(folder).into_iter();
    files
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path.strip_prefix(folder).unwrap().to_owned(), bytes)
        })
        .collect()
}

#[test]
fn a_seed_gives_the_same_bytes_whatever_the_threads() {
    let house = House::new();
    let options = ["--patients", "120", "--seed", "7", "--threads"];
    let of = |threads| {
        let out = make(&house, threads, &[&options[..], &[threads]].concat());
        contents(&out)
    };
    let one = of("1");
    for threads in ["2", "4"] {
        let other = of(threads);
        let names = |all: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
            all.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&one), names(&other));
        for ((name, bytes), (_, others)) in one.iter().zip(&other) {
            assert!(bytes == others, "{} differs on {threads} threads", name.display());
        }
    }
    let names: Vec<String> =
        one.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    for expected in [
        "fhir/Patient.ndjson",
        "fhir/Encounter.ndjson",
        "fhir/Observation.ndjson",
        "fhir/people/hanako/bundle.json",
        "fhir/people/hospital/Organization.ndjson",
        "patients.truth",
        "truth.json",
    ] {
        assert!(names.iter().any(|name| name == expected), "{expected} is not in {names:?}");
    }
    let other = make(&house, "other", &["--patients", "120", "--seed", "8"]);
    let patients = std::fs::read(other.join("fhir/Patient.ndjson")).unwrap();
    assert!(one.iter().all(|(_, bytes)| *bytes != patients), "another seed, other people");
}

#[test]
fn what_was_made_is_loaded_to_the_last_line_and_the_truth_is_left_aside() {
    let house = House::new();
    let out = make(&house, "packed", &["--patients", "60", "--zstd"]);
    let out = out.to_str().unwrap();
    let loaded = house.attempt(&["ingest", "--quiet", "--strict", "--format", "json", out]);
    let said = String::from_utf8_lossy(&loaded.stderr);
    assert!(loaded.status.success(), "{said}");
    for file in ["truth.json", "patients.truth", "notes.truth"] {
        assert!(said.contains(file), "{file} is passed over aloud: {said}");
    }
    let report: serde_json::Value = serde_json::from_slice(&loaded.stdout).unwrap();
    assert_eq!(report["counts"]["quarantined"], 0, "{report}");
    assert!(house.number("select count(*) from patient") >= 60 + 12);
    assert_eq!(
        house.number("select count(*) from patient where resource_key like 'p-%'"),
        60,
        "each patient is there once"
    );
}

/// The command must be refused before anything is written; gives what it says in both languages.
fn refuse(house: &House, options: &[&str], out: &Path) -> [String; 2] {
    ["en", "ja"].map(|lang| {
        let mut arguments = vec!["--lang", lang, "synth", "--quiet"];
        arguments.extend(options);
        arguments.extend(["--out", out.to_str().unwrap()]);
        house.refuse(&arguments)
    })
}

#[test]
fn numbers_out_of_range_are_refused_in_both_languages_with_what_to_do() {
    let house = House::new();
    let out = house.input().join("out");
    for options in [
        ["--patients", "0"],
        ["--patients", "-3"],
        ["--patients", "5000001"],
        ["--seed", "-1"],
        ["--seed", "9007199254740992"],
        ["--threads", "0"],
    ] {
        let [english, japanese] = refuse(&house, &options, &out);
        assert!(english.contains(options[0]) && english.contains("give a whole number from"));
        assert!(japanese.contains(options[0]) && japanese.contains("整数を指定"), "{japanese}");
        assert!(!out.exists(), "nothing was made");
    }
}

#[test]
fn a_folder_that_is_not_empty_is_refused_and_left_as_it_was() {
    let house = House::new();
    let kept = house.write("kept.txt", "mine");
    let [english, japanese] = refuse(&house, &["--patients", "5"], &house.input());
    assert!(english.contains("not empty") && english.contains("--out"), "{english}");
    assert!(japanese.contains("空ではありません"), "{japanese}");
    assert_eq!(files_below(&house.input()), std::slice::from_ref(&kept));
    // A file stands where the folder should be: refused for root too, whom modes do not stop.
    let [english, japanese] = refuse(&house, &["--patients", "5"], &kept.join("below"));
    assert!(english.contains("cannot write"), "{english}");
    assert!(japanese.contains("書き込めません"), "{japanese}");
}

/// Starts to make a hospital that takes a while, and waits until files have been begun.
fn begin(house: &House, out: &Path, patients: &str) -> Child {
    let mut command = house.command(&[
        "synth",
        "--patients",
        patients,
        "--quiet",
        "--out",
        out.to_str().unwrap(),
    ]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !out.join("fhir/Observation.ndjson.part").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before anything was begun");
        assert!(start.elapsed() < Duration::from_secs(300), "nothing has been begun");
        std::thread::yield_now();
    }
    assert!(!out.join("fhir/Observation.ndjson").exists(), "a part is not named like a whole");
    child
}

#[test]
fn ctrl_c_ends_it_cleanly_and_says_what_was_written() {
    let house = House::new();
    let out = house.input().join("out");
    let child = begin(&house, &out, "5000");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("of 5,000 patients had been written"), "{said}");
    assert!(!out.exists(), "what was begun is removed");
}

/// A small disk, taken away when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", size, "tmpfs"])
            .arg(folder)
            .status()
            .is_ok_and(|status| status.success());
        mounted.then(|| Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_told_before_and_in_the_middle() {
    let house = House::new();
    let Some(disk) = SmallDisk::mount(&house.input().join("small"), "size=512m") else {
        println!("SKIPPED: a small file system cannot be mounted here, so no disk can be full");
        return;
    };
    let out = disk.0.join("out");
    let [english, japanese] = refuse(&house, &["--patients", "1000000"], &out);
    assert!(english.contains("free") && english.contains("--patients"), "{english}");
    assert!(japanese.contains("空き"), "{japanese}");
    assert!(files_below(&disk.0).is_empty());

    // There is room at the beginning; then somebody else takes it, while the program stands still.
    let child = begin(&house, &out, "900");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::STOP).unwrap();
    let hog = disk.0.join("hog");
    let filled = std::io::copy(&mut std::io::repeat(7), &mut std::fs::File::create(&hog).unwrap());
    assert!(filled.is_err(), "the disk is full now");
    rustix::process::kill_process(id, rustix::process::Signal::CONT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("full") && said.contains("of 900 patients had been written"), "{said}");
    assert_eq!(files_below(&disk.0), [hog], "the parts are removed");
}

#[test]
fn what_a_killed_run_left_is_told_as_such() {
    let house = House::new();
    let out = house.input().join("out");
    let mut child = begin(&house, &out, "5000");
    child.kill().unwrap();
    child.wait().unwrap();
    let [english, japanese] = refuse(&house, &["--patients", "5"], &out);
    assert!(english.contains(".part") && english.contains("killed"), "{english}");
    assert!(japanese.contains(".part"), "{japanese}");
}

#[test]
fn the_demonstration_shows_an_invented_hospital_and_nobody_real() {
    let house = House::new();
    let arguments = ["demo", "--patients", "60", "--listen", "127.0.0.1:0"];
    let first = Server::run(&house, &arguments);
    assert_eq!(first.get("/?lang=en", "").status, 200);
    drop(first);
    let made = std::fs::metadata(house.home().join("incoming/truth.json")).unwrap().modified();
    assert_eq!(house.number("select count(*) from patient where resource_key like 'p-%'"), 60);
    assert_eq!(house.number("select count(*) from patient where resource_key = 'hanako'"), 1);
    // The same again is there already; another hospital does not come among it; nor do real people.
    let second = Server::run(&house, &arguments);
    drop(second);
    let again = std::fs::metadata(house.home().join("incoming/truth.json")).unwrap().modified();
    assert_eq!(made.unwrap(), again.unwrap());
    assert_eq!(house.json(&["snapshots", "--format", "json"]).as_array().unwrap().len(), 1);
    let other = ["demo", "--patients", "61", "--listen", "127.0.0.1:0"];
    let said = house.refuse(&other);
    assert!(said.contains("--seed 1 --patients 60") && said.contains("--home"), "{said}");
    let folder = house.input();
    let said = house.refuse(&["demo", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(said.contains("invented"), "{said}");
}

#[test]
fn what_was_planted_is_found_again_and_what_was_not_is_told() {
    let house = House::new();
    let out = make(&house, "checked", &["--patients", "60", "--gzip"]);
    let check = ["synth", "check", out.to_str().unwrap(), "--quiet", "--format", "json"];
    let told = house.json(&check);
    assert_eq!((&told["failures"], &told["patients"]), (&0.into(), &60.into()), "{told}");
    let line = |told: &serde_json::Value, name: &str| {
        let lines = told["lines"].as_array().unwrap();
        lines.iter().find(|line| line["name"] == name).unwrap().clone()
    };
    for name in ["cyp2c19_2_frequency", "notes_annotated", "annotations_in_place"] {
        assert_eq!(line(&told, name)["verdict"], "ok", "{told}");
    }
    // The same hospital made in passing says the same.
    let passing = ["synth", "check", "--patients", "60", "--quiet", "--format", "json"];
    // Sums made in parts differ in the last digits, verdicts do not.
    let verdicts = |told: &serde_json::Value| -> Vec<String> {
        let lines = told["lines"].as_array().unwrap().iter();
        lines.map(|line| format!("{} {}", line["name"], line["verdict"])).collect()
    };
    assert_eq!(verdicts(&house.json(&passing)), verdicts(&told));
    // A truth that is not in the data.
    let path = out.join("truth.json");
    let mut truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let facts = truth["facts"].as_array_mut().unwrap();
    let fact = facts.iter_mut().find(|fact| fact["name"] == "cyp2c19_2_frequency").unwrap();
    fact["value"] = 0.9.into();
    std::fs::write(&path, truth.to_string()).unwrap();
    let wrong = house.attempt(&check);
    assert_eq!(wrong.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert_eq!(line(&told, "cyp2c19_2_frequency")["verdict"], "off");
    // A folder without one.
    std::fs::remove_file(&path).unwrap();
    let said = house.refuse(&check);
    assert!(said.contains("truth.json") && said.contains("aoba synth"), "{said}");
}

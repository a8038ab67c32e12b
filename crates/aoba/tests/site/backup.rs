//! A backup made while the house is used, what it is worth once its disk is damaged, and the house
//! that is put back from it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::house::{House, files_below, people};

/// Where a house is backed up to, and where it is put back.
struct Shelf {
    folder: tempfile::TempDir,
}

impl Shelf {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    fn files(&self, generation: u64) -> PathBuf {
        self.backup().join(format!("generations/{generation:06}/files"))
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    fn make(&self, house: &House, more: &[&str]) -> String {
        let folder = self.backup();
        let arguments = ["backup", folder.to_str().unwrap(), "--quiet"];
        house.run(&[&arguments[..], more].concat())
    }

    /// Restores into a home of its own; how it ended, and what it said.
    fn restore(&self, house: &House, more: &[&str]) -> (bool, String) {
        let (folder, home) = (self.backup(), self.home());
        let arguments = ["restore", folder.to_str().unwrap(), "--quiet", "--home"];
        let arguments = [&arguments[..], &[home.to_str().unwrap()], more].concat();
        let output = house.attempt(&arguments);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!said.contains("panicked"), "{said}");
        (output.status.success(), said)
    }

    /// Runs a command in the restored home.
    fn run(&self, house: &House, arguments: &[&str]) -> String {
        let home = self.home();
        house.run(&[arguments, &["--home", home.to_str().unwrap()]].concat())
    }

    fn verify(&self, house: &House) -> (bool, String) {
        let output =
            house.attempt(&["backup", "verify", "--quiet", self.backup().to_str().unwrap()]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), said)
    }
}

const ANSWERS: [&str; 4] = ["tables", "--digest", "--format", "json"];

fn small(house: &House, number: usize) -> PathBuf {
    let patient = format!("{{\"resourceType\":\"Patient\",\"id\":\"extra-{number}\"}}");
    house.write(&format!("p{number}.ndjson"), patient)
}

#[test]
fn a_backup_made_while_loads_go_on_comes_back_as_the_house_it_was() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    house.run(&["opt-out", "hospital/ken"]);
    let paths: Vec<PathBuf> = (1..=4).map(|number| small(&house, number)).collect();
    std::thread::scope(|scope| {
        let loads = scope.spawn(|| paths.iter().for_each(|path| drop(house.ingest(&[path]))));
        let looks = scope.spawn(|| {
            for _ in 0..4 {
                house.run(&["sql", "select count(*) from patient"]);
            }
        });
        for generation in 1..=2 {
            assert!(shelf.make(&house, &[]).contains(&format!("generation {generation}")));
        }
        loads.join().unwrap();
        looks.join().unwrap();
    });
    shelf.make(&house, &[]);
    assert!(shelf.verify(&house).0);
    for generation in ["1", "2", "3"] {
        let (well, said) = shelf.restore(&house, &["--generation", generation]);
        assert!(well, "generation {generation}: {said}");
        // The doctor spoke, and what is answered is what was answered then.
        assert!(said.contains("ok   landing"), "{said}");
        let snapshots: Value =
            serde_json::from_str(&shelf.run(&house, &["snapshots", "--format", "json"])).unwrap();
        let newest = snapshots[0]["snapshot"].to_string();
        let then = house.run(&[&ANSWERS[..], &["--snapshot", &newest]].concat());
        assert_eq!(shelf.run(&house, &ANSWERS), then, "generation {generation}");
        shelf.run(&house, &["doctor", "--deep"]);
        let shown = shelf.run(&house, &["audit", "show", "--last", "9", "--format", "json"]);
        assert!(shown.contains("\"act\": \"restore\"") && shown.contains("\"act\": \"backup\""));
        fs::remove_dir_all(shelf.home()).unwrap();
    }
    // The last one holds everything, and it is a house: loads go on in it.
    shelf.restore(&house, &[]);
    assert_eq!(shelf.run(&house, &ANSWERS), house.run(&ANSWERS));
    let path = small(&house, 9);
    shelf.run(&house, &["ingest", "--quiet", path.to_str().unwrap()]);
    shelf.run(&house, &["doctor", "--deep"]);
    assert!(house.run(&["audit", "verify"]).contains("whole"));
}

#[test]
fn a_generation_shares_what_the_one_before_has_and_old_ones_go() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    house.ingest(&[&small(&house, 1)]);
    let told = shelf.make(&house, &["--keep", "2"]);
    let number = |file: &Path| fs::metadata(file).unwrap().ino();
    let (first, second) = (shelf.files(1), shelf.files(2));
    let (mut shared, mut own) = (0, 0);
    for file in files_below(&first) {
        let twin = second.join(file.strip_prefix(&first).unwrap());
        let same = twin.exists() && number(&file) == number(&twin);
        let immutable =
            file.starts_with(first.join("landing")) || file.starts_with(first.join("keys"));
        assert!(same || !immutable, "{} was copied again: {told}", file.display());
        if same { shared += 1 } else { own += 1 }
    }
    assert!(shared > 100 && own < 10, "{shared} shared, {own} not: {told}");
    shelf.make(&house, &["--keep", "2"]);
    let list =
        house.json(&["backup", "list", shelf.backup().to_str().unwrap(), "--format", "json"]);
    let numbers: Vec<u64> =
        list.as_array().unwrap().iter().map(|row| row["generation"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 3]);
    assert!(shelf.verify(&house).0);
    // Taking nothing from before, every file is written anew.
    shelf.make(&house, &["--afresh"]);
    let third = shelf.files(3);
    for file in files_below(&shelf.files(4)) {
        let twin = third.join(file.strip_prefix(shelf.files(4)).unwrap());
        assert!(!twin.exists() || number(&file) != number(&twin), "{}", file.display());
    }
    // Nobody but its owner reads it.
    for path in [shelf.backup(), shelf.files(4), shelf.files(4).join("keys")] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
    let key = fs::metadata(shelf.files(4).join("keys/home.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_backup_after_an_erasure_holds_nothing_of_the_person_and_is_whole() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    let certificate =
        house.json(&["erase", "hanako", "--reason", "request 12", "--quiet", "--format", "json"]);
    let told = certificate["recall"].as_array().unwrap();
    assert!(told.iter().any(|one| one["what"] == "backup" && one["generation"] == 1), "{told:?}");
    let said = shelf.make(&house, &[]);
    assert!(!said.contains("name"), "{said}");
    assert!(shelf.verify(&house).0);
    // What was emptied keeps its name and its size, and is not what the first generation has.
    for file in files_below(&house.home()) {
        let copy = shelf.files(2).join(file.strip_prefix(house.home()).unwrap());
        let kept = ["lake", "landing"].iter().any(|name| file.starts_with(house.home().join(name)));
        if kept && copy.exists() {
            assert!(fs::read(&file).unwrap() == fs::read(&copy).unwrap(), "{}", copy.display());
        }
    }
    let changed = files_below(&shelf.files(2)).into_iter().filter(|file| {
        let before = shelf.files(1).join(file.strip_prefix(shelf.files(2)).unwrap());
        let same_size = |then: fs::Metadata| then.len() == fs::metadata(file).unwrap().len();
        let of_table = file.extension().is_some_and(|ending| ending == "parquet");
        of_table
            && fs::metadata(&before).is_ok_and(same_size)
            && fs::read(&before).unwrap() != fs::read(file).unwrap()
    });
    assert!(changed.count() > 5, "the person was in many files");
    let (well, said) = shelf.restore(&house, &[]);
    assert!(well, "{said}");
    assert_eq!(shelf.run(&house, &ANSWERS), house.run(&ANSWERS));
    shelf.run(&house, &["doctor", "--deep"]);
    // The next generation shares what this one has, the emptied files too.
    let number = |file: &Path| fs::metadata(file).unwrap().ino();
    shelf.make(&house, &[]);
    for file in files_below(&shelf.files(3).join("lake")) {
        let twin = shelf.files(2).join(file.strip_prefix(shelf.files(3)).unwrap());
        assert_eq!(number(&file), number(&twin), "{}", file.display());
    }
}

#[test]
fn each_changed_byte_of_a_backup_is_found_and_named_and_nothing_of_it_is_restored() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    let mut files: Vec<PathBuf> = files_below(&shelf.backup());
    files.retain(|file| fs::metadata(file).unwrap().len() > 0);
    assert!(files.len() > 150, "{}", files.len());
    // One byte of every eighth file, and of each that there is only one of.
    let alone = ["db", "head", "key", "json", "sha256"];
    let is_alone = |file: &Path| {
        let in_log = file.to_string_lossy().contains("_delta_log");
        !in_log && file.extension().is_none_or(|ending| alone.iter().any(|alone| ending == *alone))
    };
    let chosen = files.iter().enumerate().filter(|(at, file)| at % 8 == 0 || is_alone(file));
    for (at, file) in chosen {
        let whole = fs::read(file).unwrap();
        let mut changed = whole.clone();
        let place = at * 977 % whole.len();
        changed[place] ^= 1 << (at % 8);
        fs::write(file, &changed).unwrap();
        let (well, said) = shelf.verify(&house);
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(!well && said.contains(name), "{}, byte {place}: {said}", file.display());
        fs::write(file, &whole).unwrap();
    }
    assert!(shelf.verify(&house).0);

    // Two files are damaged: both are told, and no home is left behind.
    let landing = files.iter().find(|file| file.to_string_lossy().contains("/landing/")).unwrap();
    let data = files.iter().find(|file| file.extension().is_some_and(|e| e == "parquet")).unwrap();
    for file in [landing, data] {
        let mut bytes = fs::read(file).unwrap();
        bytes[7] ^= 4;
        fs::write(file, bytes).unwrap();
    }
    let (well, said) = shelf.restore(&house, &[]);
    for file in [landing, data] {
        assert!(!well && said.contains(file.file_name().unwrap().to_str().unwrap()), "{said}");
    }
    assert!(said.contains("2 of "), "{said}");
    assert!(!shelf.home().exists());
    fs::remove_file(landing).unwrap();
    assert!(!shelf.restore(&house, &[]).0 && !shelf.home().exists());
    fs::write(shelf.files(1).join("stranger"), "x").unwrap();
    assert!(shelf.verify(&house).1.contains("stranger"));
}

#[test]
fn a_home_that_holds_something_is_never_restored_over() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    fs::create_dir(shelf.home()).unwrap();
    fs::write(shelf.home().join("letter.txt"), "dear").unwrap();
    let (well, said) = shelf.restore(&house, &[]);
    assert!(!well && said.contains("is not empty"), "{said}");
    assert_eq!(fs::read_dir(shelf.home()).unwrap().count(), 1);
    // Nor is a backup made inside the home, or of a folder that is something else.
    let inside = house.home().join("backup");
    assert!(house.refuse(&["backup", inside.to_str().unwrap()]).contains("one another"));
    assert!(house.refuse(&["backup", shelf.home().to_str().unwrap()]).contains("no backup"));
    let none = shelf.folder.path().join("none");
    assert!(house.refuse(&["restore", none.to_str().unwrap()]).contains("no backup"));
    assert!(house.refuse(&["backup", "list", none.to_str().unwrap()]).contains("no backup"));
}

#[test]
fn a_backup_without_keys_needs_them_from_elsewhere() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    assert!(shelf.make(&house, &["--without-keys"]).contains("no keys"));
    assert!(!shelf.files(2).join("keys").join("home.key").exists());
    let (well, said) = shelf.restore(&house, &[]);
    assert!(!well && said.contains("--keys"), "{said}");
    // Another house's keys are keys, and not these.
    let other = House::with_people();
    let of_other = other.home().join("keys");
    let (well, said) = shelf.restore(&house, &["--keys", of_other.to_str().unwrap()]);
    assert!(!well && said.contains("home.key"), "{said}");
    assert!(!shelf.home().exists());
    let own = house.home().join("keys");
    let (well, said) = shelf.restore(&house, &["--keys", own.to_str().unwrap()]);
    assert!(well, "{said}");
    assert_eq!(shelf.run(&house, &ANSWERS), house.run(&ANSWERS));
}

#[expect(clippy::disallowed_methods, reason = "the moment of the kill is the point")]
#[test]
fn a_backup_killed_at_any_moment_leaves_the_finished_ones_and_goes_on() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    house.ingest(&[&small(&house, 1)]);
    let mut killed = 0;
    for step in 1..=6 {
        let folder = shelf.backup();
        let mut child = house
            .command(&["backup", folder.to_str().unwrap(), "--quiet", "--afresh"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(40 * step));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let (well, said) = shelf.verify(&house);
        assert!(well, "after kill {step}: {said}");
    }
    assert!(killed > 0, "no backup was running when it was killed");
    shelf.make(&house, &[]);
    assert!(shelf.verify(&house).0 && !shelf.backup().join("unfinished").exists());
    assert!(shelf.restore(&house, &[]).0);
    assert_eq!(shelf.run(&house, &ANSWERS), house.run(&ANSWERS));
}

#[test]
fn what_an_interrupted_backup_copied_is_read_again_and_taken() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    shelf.make(&house, &[]);
    // As a run leaves it that ended before its last step, with a byte that changed since.
    let (first, unfinished) = (shelf.files(1), shelf.backup().join("unfinished"));
    fs::rename(first.parent().unwrap(), &unfinished).unwrap();
    let list: Value =
        serde_json::from_slice(&fs::read(unfinished.join("manifest.json")).unwrap()).unwrap();
    let lines = list["files"].as_array().unwrap().iter().map(|file| format!("{file}\n"));
    fs::write(unfinished.join("copied.jsonl"), lines.collect::<String>()).unwrap();
    let landing = files_below(&unfinished.join("files/landing"));
    let number = fs::metadata(&landing[1]).unwrap().ino();
    let mut bytes = fs::read(&landing[0]).unwrap();
    bytes[9] ^= 1;
    fs::write(&landing[0], bytes).unwrap();
    fs::write(unfinished.join("files/landing/left-over.part"), "half").unwrap();
    shelf.make(&house, &[]);
    let (well, said) = shelf.verify(&house);
    assert!(well, "{said}");
    let taken = shelf.files(1).join(landing[1].strip_prefix(unfinished.join("files")).unwrap());
    assert_eq!(fs::metadata(taken).unwrap().ino(), number, "it was copied again");
}

#[test]
fn a_damaged_home_is_told_when_it_is_backed_up() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    let files = files_below(&house.home().join("landing"));
    let mut bytes = fs::read(&files[0]).unwrap();
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    fs::write(&files[0], bytes).unwrap();
    let output = house.attempt(&["backup", shelf.backup().to_str().unwrap(), "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(!output.status.success() && said.contains(name), "{said}");
    // Everything else is safe, and what the backup holds is what it says it holds.
    let (well, said) = shelf.verify(&house);
    assert!(well && said.contains(name), "{said}");
}

#[test]
fn a_lake_that_lay_elsewhere_lies_in_the_restored_home() {
    let (house, shelf) = (House::new(), Shelf::new());
    fs::create_dir_all(house.home()).unwrap();
    let lake = shelf.folder.path().join("lake");
    let settings = format!("[lake]\nurl = {:?}\nthreads = 1\n", lake.to_str().unwrap());
    fs::write(house.home().join("aoba.toml"), settings).unwrap();
    house.run(&["ingest", "--quiet", people().to_str().unwrap()]);
    let before = house.run(&ANSWERS);
    shelf.make(&house, &[]);
    let (well, said) = shelf.restore(&house, &[]);
    assert!(well, "{said}");
    fs::remove_dir_all(&lake).unwrap();
    assert_eq!(shelf.run(&house, &ANSWERS), before);
    let settings = fs::read_to_string(shelf.home().join("aoba.toml")).unwrap();
    assert!(settings.contains("# url") && settings.contains("threads = 1"), "{settings}");
}

#[test]
fn too_little_room_is_told_before_anything_is_copied() {
    let (house, shelf) = (House::with_people(), Shelf::new());
    let small = shelf.folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&small);
    if !mount.status().is_ok_and(|status| status.success()) {
        println!("SKIPPED: a small file system cannot be mounted here, so no disk can be full");
        return;
    }
    let folder = small.join("backup");
    let said = house.refuse(&["backup", folder.to_str().unwrap(), "--quiet"]);
    let copied = files_below(&small).iter().any(|file| file.ends_with("ledger.db"));
    Command::new("umount").arg(&small).status().unwrap();
    assert!(said.contains("free"), "{said}");
    assert!(!copied);
}

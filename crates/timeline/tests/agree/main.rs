//! The index says what the evaluator says, of definitions and patients made by chance. The bench
//! `agree` does the same for as many cases as asked.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what it found by failing"
)]

#[path = "../../benches/compare.rs"]
mod compare;
mod results;

use compare::Compared;

/// A folder in memory, where there is one: every case writes files and waits for them.
fn folder() -> tempfile::TempDir {
    let shared = std::path::Path::new("/dev/shm");
    let folder = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() };
    folder.unwrap()
}

#[test]
fn the_specification_holds_of_the_index() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../cohort/spec");
    let mut files: Vec<_> =
        std::fs::read_dir(spec).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let (folder, mut shared) = (folder(), cohort::spec::Setting::default());
    let mut compared = Compared::default();
    for file in files {
        let markdown = std::fs::read_to_string(&file).unwrap();
        let (setting, cases) = cohort::spec::read(&markdown, &shared).unwrap();
        shared.codes = setting.codes;
        shared.hierarchies = setting.hierarchies;
        for case in cases {
            let forms = [cohort::generate::asked(&case.definition), case.definition.clone()];
            let asked = (&case.setting, case.setting.patients.clone());
            // A number that every kind of comparison is made for.
            let seed = (8, folder.path());
            if let Err(what) = compare::all_of(&forms, asked, seed, &mut compared) {
                panic!("{}:{}: {what}", file.display(), case.line);
            }
        }
    }
    assert!(compared.recorder.definitions > 900, "{}", compared.recorder);
}

#[test]
fn the_index_and_the_evaluator_agree() {
    let setting = cohort::generate::setting().unwrap();
    let folder = folder();
    let mut compared = Compared::default();
    // The last two once differed: an episode lasted as long as another event with its start.
    for seed in (0..500).chain([114_448, 115_495]) {
        if let Err(what) = compare::case(seed, &setting, folder.path(), &mut compared) {
            panic!("{what}");
        }
    }
    // Two engines that say of nobody the same have not been compared.
    let of = compared.recorder;
    assert!(of.divided * 4 > of.definitions, "{of}");
    assert!(of.holds.min(of.fails).min(of.unknown) > 1_000, "{of}");
    // What refers to other cohorts and to lists is asked of the evaluator; the rest has a plan.
    assert!(compared.unplanned * 2 < compared.rules, "{compared:?}");
}

//! The tables of `spec/`.

use std::fs;

use crate::spec::{Case, Setting, read};

/// All cases, each with its file.
pub(crate) fn cases() -> Vec<(String, Case)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/spec");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut shared = Setting::default();
    let mut all = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let markdown = fs::read_to_string(&file).unwrap();
        let (setting, cases) =
            read(&markdown, &shared).unwrap_or_else(|why| panic!("{name}: {why}"));
        // Concept sets are for every file after; patients, cohorts and lists for their own.
        shared.codes = setting.codes;
        shared.hierarchies = setting.hierarchies;
        all.extend(cases.into_iter().map(|case| (name.clone(), case)));
    }
    all
}

#[test]
fn what_the_tables_say_is_what_comes_out() {
    let cases = cases();
    let mut wrong = Vec::new();
    for (file, case) in &cases {
        let said = case.said();
        if !case.accepts(&said) {
            wrong.push(format!("{file}:{}: {:?}\n    but {said:?}", case.line, case.expect));
        }
    }
    assert!(cases.len() >= 300, "only {} cases were read", cases.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

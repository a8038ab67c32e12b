//! The library's files are canonical, name what they use by hash, and say so in both languages.

use std::path::{Path, PathBuf};

use vocab::Locale;

use crate::ast::{Definition, UseKind};
use crate::lint::{Facts, Level, check};
use crate::spec::{Setting, read};
use crate::text::{format, format_codes, hash, parse, parse_codes};
use crate::words::{Titles, say};
use crate::{library, words};

fn file(folder: &str, name: &str, ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("library")
        .join(folder)
        .join(format!("{name}.{ending}"))
}

/// With `COHORT_WRITE_LIBRARY` set, writes files as they should be.
fn keep(path: &Path, canonical: &str) {
    if std::env::var_os("COHORT_WRITE_LIBRARY").is_some() {
        std::fs::write(path, canonical).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == canonical,
        "{}: run once with COHORT_WRITE_LIBRARY=1\n{canonical}",
        path.display()
    );
}

fn text_of(kind: UseKind, name: &str) -> Option<&'static str> {
    let files = if kind == UseKind::Codes { library::CODES } else { library::DEFINITIONS };
    files.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

fn titles() -> Titles {
    let mut titles = Titles::new();
    for (_, text) in library::CODES {
        let set = parse_codes(text).unwrap();
        titles.insert((UseKind::Codes, set.name), set.title);
    }
    titles
}

#[test]
fn every_concept_set_is_canonical() {
    for (name, text) in library::CODES {
        let set = parse_codes(text).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        assert_eq!(set.name.as_str(), *name);
        assert!(set.title.en.is_some() && set.title.ja.is_some(), "{name}");
        keep(&file("codes", name, "codes"), &format_codes(&set));
    }
}

#[test]
fn every_definition_is_canonical_and_names_what_it_uses_by_hash() {
    let mut unread = Vec::new();
    for (name, text) in library::DEFINITIONS {
        let mut definition = match parse(text) {
            Ok(parsed) => parsed.definition,
            Err(problems) => {
                unread.extend(problems.iter().map(|problem| format!("{name}:{problem}")));
                continue;
            }
        };
        let heading = match &mut definition {
            Definition::Cohort(cohort) => &mut cohort.heading,
            Definition::Study(study) => &mut study.heading,
        };
        assert_eq!(heading.name.as_str(), *name);
        assert!(heading.title.en.is_some() && heading.title.ja.is_some(), "{name}");
        assert!(!heading.sources.is_empty(), "{name} says no source");
        for used in &mut heading.uses {
            let used = &mut used.says;
            let text = text_of(used.kind, used.name.as_str());
            used.hash = Some(hash(text.unwrap_or_else(|| panic!("{name} uses {}", used.name))));
        }
        keep(&file("cohorts", name, "cohort"), &format(&definition));
    }
    assert!(unread.is_empty(), "{}", unread.join("\n"));
}

/// Each definition finds whom its examples say, and nobody else.
#[test]
fn every_definition_finds_the_people_of_its_examples() {
    let shared = Setting {
        codes: library::CODES.iter().map(|(_, text)| parse_codes(text).unwrap()).collect(),
        ..Setting::default()
    };
    let (mut asked, mut wrong) = (0, Vec::new());
    for (name, text) in library::DEFINITIONS {
        let Ok(example) = std::fs::read_to_string(file("examples", name, "md")) else { continue };
        let markdown = format!("```cohort\n{text}```\n{example}");
        let (_, cases) = read(&markdown, &shared).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(!cases.is_empty(), "{name} answers nothing");
        asked += 1;
        for case in cases {
            let said = case.said();
            if !case.accepts(&said) {
                wrong.push(format!("{name}: {:#?}\n    but {said:#?}", case.expect));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    let cohorts = library::DEFINITIONS.iter().filter(|(_, text)| text.starts_with("cohort "));
    assert_eq!(asked, cohorts.count(), "a cohort without an example");
}

/// Nothing in the library is an error; what may deceive is told here and in a comment there.
#[test]
fn no_definition_has_an_error_and_its_warnings_are_known() {
    let mut told = String::new();
    for (name, text) in library::DEFINITIONS {
        let parsed = parse(text).unwrap();
        for finding in check(&parsed.definition, &parsed.places, &Facts::default()) {
            assert_ne!(finding.code.level(), Level::Error, "{name}: {finding:?}");
            let at = finding.at.map_or(0, |at| at.line);
            told.push_str(&format!("{name}:{at}: {:?} {}\n", finding.code, finding.detail));
        }
    }
    keep(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/library_lints.txt"), &told);
}

#[test]
fn no_file_is_forgotten() {
    for (folder, known) in [("cohorts", library::DEFINITIONS), ("codes", library::CODES)] {
        let files =
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("library").join(folder));
        assert_eq!(files.unwrap().count(), known.len(), "{folder}");
    }
}

/// What a reviewer reads, in one file.
#[test]
fn every_definition_is_told_in_both_languages() {
    let mut said = String::new();
    for (name, text) in library::DEFINITIONS {
        let definition = parse(text).unwrap().definition;
        for locale in [Locale::Ja, Locale::En] {
            said.push_str(&format!("== {name} ({locale})\n"));
            let sentences: Vec<words::Sentence> = say(&definition, locale, &titles());
            for sentence in
                sentences.iter().filter(|s| !matches!(s.part, crate::text::Part::Use(_)))
            {
                said.push_str(&sentence.text);
                said.push('\n');
            }
        }
    }
    keep(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/library_words.txt"), &said);
}

/// The manual's examples are read as they stand.
#[test]
fn what_the_manual_shows_is_read() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual");
    for page in ["cohort-language.md", "cohort-language.ja.md"] {
        let page = std::fs::read_to_string(manual.join(page)).unwrap();
        let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
        let texts = || blocks.iter().filter_map(|block| block.strip_prefix("text\n"));
        for text in texts().filter(|text| text.starts_with("cohort ")) {
            assert_eq!(format(&parse(text).unwrap().definition), *text);
        }
        for text in texts().filter(|text| text.starts_with("codes ")) {
            assert_eq!(format_codes(&parse_codes(text).unwrap()), *text);
        }
        assert_eq!(texts().count(), 2);
        let is_listed = |name: &str| page.contains(&format!("| `{name}` |"));
        assert!(library::DEFINITIONS.iter().all(|(name, _)| is_listed(name)));
    }
}

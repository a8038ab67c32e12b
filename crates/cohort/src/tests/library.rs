//! The library's files are canonical, name what they use by hash, and say so in both languages.

use std::path::{Path, PathBuf};

use vocab::Locale;

use crate::ast::{Definition, UseKind};
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
    for (name, text) in library::DEFINITIONS {
        let parsed = parse(text).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        let mut definition = parsed.definition;
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
    }
}

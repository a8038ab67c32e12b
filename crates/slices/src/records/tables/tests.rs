//! The bundled views run over the twelve people and, where they lie beside the repository, over
//! the published examples of JP Core.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fhir::entry::{self, Entry, Shape, Taken};
use fhir::plan::{Layout, PatientResolver, Plan, Runner};
use fhir::reference::{BundleKeys, Origin};
use fhir::view::{self, View};
use serde_json::Value;
use synth::hospital::fhir::{self as written, Kind, Pages};
use vocab::date::Zone;
use vocab::{Issue, Locale, PatientId};

use super::*;

struct Hospital;

impl PatientResolver for Hospital {
    fn by_key(&self, _: u16, key: &str) -> PatientId {
        let mix = |sum: u64, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        PatientId::from_hash(key.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }

    fn by_identifier(&self, source: u16, _: &str, value: &str) -> Option<PatientId> {
        Some(self.by_key(source, value))
    }
}

/// Every bundled view, running.
struct Tables {
    /// The views of a resource type and what runs them.
    runners: BTreeMap<String, (Vec<&'static str>, Runner)>,
    /// Rows by table.
    rows: BTreeMap<&'static str, u64>,
    /// Rows by table and patient.
    of: BTreeMap<(&'static str, Option<PatientId>), u64>,
    /// Resources taken by type, contained ones too.
    taken: BTreeMap<String, u64>,
    /// Resources whose rows were written.
    written: u64,
    /// What was not taken or is odd, with the file.
    issues: Vec<(String, Issue)>,
    /// Extension URLs seen.
    extensions: BTreeSet<String>,
}

pub(super) fn parsed(table: &BundledTable) -> View {
    let (view, issues) = view::read(table.view_json.as_bytes());
    assert!(issues.is_empty(), "{}: {issues:?}", table.name);
    view.unwrap()
}

fn plans() -> BTreeMap<String, (Vec<&'static str>, Plan)> {
    let mut by_type: BTreeMap<String, (Vec<&'static str>, Vec<Arc<View>>)> = BTreeMap::new();
    for table in TABLES {
        let view = parsed(table);
        let of_type = by_type.entry(view.resource.clone()).or_default();
        of_type.0.push(table.name);
        of_type.1.push(Arc::new(view));
    }
    let plan = |(resource, (names, views)): (String, (Vec<_>, Vec<_>))| {
        let layout = Layout::Lake { zone: Zone::tokyo(), patients: Arc::new(Hospital) };
        let plan = Plan::new(&views, layout).unwrap_or_else(|issues| panic!("{issues:?}"));
        (resource, (names, plan))
    };
    by_type.into_iter().map(plan).collect()
}

impl Tables {
    fn new() -> Self {
        let runners = plans().into_iter().map(|(of, (names, plan))| (of, (names, plan.runner())));
        Self {
            runners: runners.collect(),
            rows: BTreeMap::new(),
            of: BTreeMap::new(),
            taken: BTreeMap::new(),
            written: 0,
            issues: Vec::new(),
            extensions: BTreeSet::new(),
        }
    }

    fn file(&mut self, name: &str, bytes: &[u8]) {
        match entry::shape(bytes) {
            Shape::Whole => self.all(name, &entry::whole(std::str::from_utf8(bytes).unwrap())),
            Shape::Lines => {
                for line in entry::lines(bytes, 1) {
                    match line {
                        Ok(line) => self.all(name, &entry::line(line.text, line.number)),
                        Err(issue) => self.issues.push((name.to_owned(), issue)),
                    }
                }
            }
        }
    }

    fn all(&mut self, name: &str, taken: &Taken<'_>) {
        self.issues.extend(taken.issues.iter().map(|issue| (name.to_owned(), issue.clone())));
        for entry in &taken.entries {
            if let Ok(json) = serde_json::from_str(entry.text) {
                extension_urls(&json, &mut self.extensions);
            }
            self.outer(name, entry, taken.references.as_ref());
        }
    }

    fn outer(&mut self, name: &str, entry: &Entry<'_>, references: Option<&BundleKeys>) {
        let contained = entry.contained();
        self.issues.extend(contained.issues.iter().map(|issue| (name.to_owned(), issue.clone())));
        let patient = self.one(name, entry, (&contained.siblings, references), None);
        for inner in &contained.entries {
            self.one(name, inner, (&contained.siblings, references), patient);
        }
    }

    fn one(
        &mut self,
        name: &str,
        entry: &Entry<'_>,
        (siblings, references): (&[(String, String)], Option<&BundleKeys>),
        outer: Option<PatientId>,
    ) -> Option<PatientId> {
        let of_type = entry.head.resource_type;
        *self.taken.entry(of_type.to_owned()).or_default() += 1;
        let (tables, runner) = self.runners.get_mut(of_type)?;
        let origin = Origin { references, ..entry.origin(siblings) };
        match runner.push_within(entry.text, &origin, outer) {
            Err(issue) => {
                self.issues.push((name.to_owned(), issue));
                None
            }
            Ok(pushed) => {
                self.written += 1;
                for (table, rows) in tables.iter().zip(pushed.rows_by_view) {
                    *self.rows.entry(table).or_default() += rows;
                    *self.of.entry((table, pushed.patient)).or_default() += rows;
                }
                pushed.patient
            }
        }
    }

    /// Each resource gave exactly one row in the main table of its type.
    fn main_tables_hold_every_resource(&self) {
        for (of_type, (tables, _)) in &self.runners {
            let main = tables.first().unwrap();
            let rows = self.rows.get(main).copied().unwrap_or_default();
            let taken = self.taken.get(of_type).copied().unwrap_or_default();
            assert_eq!(rows, taken, "{of_type} and its table {main}");
        }
    }

    /// No view had to leave the walk for a resource that is as FHIR says.
    fn careful(&self) -> Vec<(&str, u64)> {
        let careful = self.runners.iter().map(|(name, (_, run))| (name.as_str(), run.careful()));
        careful.filter(|(_, count)| *count > 0).collect()
    }
}

/// The URLs of all extensions anywhere in a resource; the parts of a complex one have none.
fn extension_urls(value: &Value, urls: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| extension_urls(item, urls)),
        Value::Object(members) => {
            for (key, member) in members {
                if key == "extension" || key == "modifierExtension" {
                    let each = member.as_array().into_iter().flatten();
                    let named = each.filter_map(|extension| extension.get("url")?.as_str());
                    urls.extend(named.filter(|url| url.contains(':')).map(str::to_owned));
                }
                extension_urls(member, urls);
            }
        }
        _ => {}
    }
}

fn urls_in_columns() -> BTreeSet<String> {
    let told = TABLES.iter().map(|table| manual::told(table).unwrap());
    told.flat_map(|told| told.extension_urls().into_iter().map(|(url, _)| url).collect::<Vec<_>>())
        .collect()
}

fn urls_listed() -> BTreeSet<String> {
    WITHHELD_EXTENSIONS.iter().map(|withheld| withheld.url.to_owned()).collect()
}

fn twelve() -> Tables {
    let mut tables = Tables::new();
    let people = synth::people().iter();
    for (name, bytes) in people.flat_map(|person| person.files).chain(synth::house()) {
        tables.file(name, bytes);
    }
    tables
}

/// The folder of published examples; says aloud when it is not there.
fn jp_core() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("data/jp-core");
    if !folder.is_dir() {
        println!("SKIPPED: the examples of JP Core are not in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
}

#[test]
fn every_bundled_view_reads_without_an_issue_under_its_own_name() {
    for table in TABLES {
        let view = parsed(table);
        assert_eq!(view.name.as_deref(), Some(table.name));
        let url = format!("https://aoba.example/ViewDefinition/{}", table.name);
        assert_eq!(view.url.as_deref(), Some(url.as_str()));
    }
    let names: BTreeSet<_> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(names.len(), TABLES.len(), "a table is listed twice");
}

#[test]
fn every_file_of_a_table_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/records/tables");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let files: BTreeSet<String> = files
        .filter_map(|file| file.to_str()?.strip_suffix(".view.json").map(str::to_owned))
        .collect();
    let listed: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    assert_eq!(files, listed);
}

#[test]
fn every_table_and_column_is_told_in_both_languages() {
    let japanese = |text: &str| text.chars().any(|c| ('\u{3040}'..'\u{a000}').contains(&c));
    for table in TABLES {
        let told = manual::told(table).unwrap();
        for locale in [Locale::En, Locale::Ja] {
            assert!(!told.title(locale).is_empty(), "{} has no title", table.name);
            assert!(!told.description(locale).is_empty(), "{} has no description", table.name);
        }
        for text in [told.title(Locale::Ja), told.description(Locale::Ja)] {
            assert!(japanese(text), "{}: {text}", table.name);
        }
        for column in told.columns() {
            let place = format!("{}.{}", table.name, column.name);
            assert!(column.meaning.get(Locale::En).ends_with(['.', '?']), "{place}");
            assert!(japanese(column.meaning.get(Locale::Ja)), "{place} has no Japanese");
        }
    }
}

#[test]
fn every_decimal_and_code_says_its_unit_or_system_where_it_has_one() {
    for table in TABLES {
        for column in parsed(table).columns() {
            if column.r#type.as_deref() == Some("decimal") {
                assert!(column.tag("aoba/unit").is_some(), "{}.{}", table.name, column.name);
            }
        }
    }
}

#[test]
fn no_column_can_hold_a_name_an_address_or_a_number_of_a_person() {
    let people = ["Patient", "RelatedPerson", "Practitioner"];
    let first = ["name", "telecom", "address", "contact", "identifier", "photo"];
    for table in TABLES {
        let view = parsed(table);
        for column in view.columns() {
            let path = column.path_text.as_str();
            let start = path.split(['.', '(', '[']).next().unwrap_or_default();
            let place = format!("{}.{}", table.name, column.name);
            assert!(
                !people.contains(&view.resource.as_str()) || !first.contains(&start),
                "{place}"
            );
            assert!(view.resource != "Coverage" || !path.contains("Insured"), "{place}");
            assert!(!path.contains("subscriberId") && !path.contains("serialNumber"), "{place}");
        }
    }
}

#[test]
fn every_view_compiles() {
    for (_, (_, plan)) in plans() {
        for explained in plan.explain() {
            assert_eq!(explained.not_compiled, None, "{explained}");
        }
    }
}

#[test]
fn the_twelve_people_fill_every_table() {
    let tables = twelve();
    assert_eq!(tables.issues, []);
    tables.main_tables_hold_every_resource();
    assert_eq!(tables.careful(), []);
    for table in TABLES {
        let rows = tables.rows.get(table.name).copied().unwrap_or_default();
        assert!(rows > 0, "nobody has a row in {}", table.name);
    }
}

#[test]
fn hanako_has_a_row_in_every_table_but_those_that_cannot_name_her() {
    let tables = twelve();
    let hanako = Some(Hospital.by_key(0, "hanako"));
    let without = ["patient_link", "binary"];
    for table in TABLES {
        let rows = tables.of.get(&(table.name, hanako)).copied().unwrap_or_default();
        assert_eq!(rows == 0, without.contains(&table.name), "{}", table.name);
    }
}

#[test]
fn a_row_about_a_patient_names_the_patient() {
    let tables = twelve();
    for table in TABLES.iter().filter(|table| table.about == About::Patient) {
        let nobodys = tables.of.get(&(table.name, None)).copied().unwrap_or_default();
        assert!(nobodys == 0 || table.name == "binary", "{}: {nobodys} rows", table.name);
    }
}

#[test]
fn the_numbers_of_an_insured_person_are_withheld() {
    let at = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition";
    assert!(withholds(&format!("{at}/JP_Coverage_InsuredPersonNumber")));
    assert!(!withholds(&format!("{at}/JP_Patient_Race")));
}

#[test]
fn every_extension_of_the_twelve_has_a_column_or_is_listed() {
    let (columns, listed) = (urls_in_columns(), urls_listed());
    let unknown: Vec<_> = twelve()
        .extensions
        .into_iter()
        .filter(|url| !columns.contains(url) && !listed.contains(url))
        .collect();
    assert_eq!(unknown, ["https://hospital.example/StructureDefinition/memo"]);
    assert_eq!(columns.intersection(&listed).count(), 0);
}

/// The tables of a small synthetic hospital, and how many resources it has.
fn synthetic() -> (Tables, u64) {
    let mut pages = Pages::default();
    for life in (synth::hospital::Hospital { seed: 3, patients: 80 }).lives() {
        written::write(&life, &mut pages);
    }
    let mut tables = Tables::new();
    for (name, text) in written::house() {
        tables.file(name, text.as_bytes());
    }
    let around = tables.written;
    for kind in Kind::ALL {
        tables.file(kind.file(), pages.bytes(kind));
    }
    let all = Kind::ALL.iter().map(|kind| pages.count(*kind)).sum::<u64>();
    (tables, around + all)
}

#[test]
fn a_synthetic_hospital_is_taken_whole() {
    let (tables, resources) = synthetic();
    assert_eq!(tables.issues, []);
    assert_eq!(tables.written, resources);
    tables.main_tables_hold_every_resource();
    assert_eq!(tables.careful(), []);
    let (columns, listed) = (urls_in_columns(), urls_listed());
    let unknown: Vec<_> = tables
        .extensions
        .iter()
        .filter(|url| !columns.contains(*url) && !listed.contains(*url))
        .collect();
    assert!(unknown.is_empty(), "extensions without a place: {unknown:?}");
    for table in TABLES.iter().filter(|table| table.about == About::Patient) {
        let nobodys = tables.of.get(&(table.name, None)).copied().unwrap_or_default();
        assert_eq!(nobodys, 0, "{}", table.name);
    }
}

/// The README of the faults is what this holds the reader to.
#[test]
fn every_fault_is_told_as_its_readme_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/faults");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let mut told = BTreeSet::new();
    for row in readme.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, file, _, taken, codes, _] = cells[..] else { panic!("{row}") };
        let file = file.trim_matches('`');
        told.insert(file.to_owned());
        let mut tables = Tables::new();
        tables.file(file, &std::fs::read(folder.join(file)).unwrap());
        let mut words: BTreeSet<&str> =
            tables.issues.iter().map(|(_, issue)| issue.code.word()).collect();
        for (_, runner) in tables.runners.values_mut() {
            words.extend(runner.take_warnings().into_iter().map(|(code, _)| code.word()));
        }
        let wanted: BTreeSet<&str> = codes.split(", ").filter(|code| !code.is_empty()).collect();
        assert_eq!((tables.written.to_string().as_str(), &words), (taken, &wanted), "{file}");
    }
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|file| file.into_string().unwrap()).collect();
    told.insert("README.md".to_owned());
    assert_eq!(files, told);
}

#[test]
fn every_example_of_jp_core_is_accounted_for() {
    let Some(folder) = jp_core() else { return };
    let mut files = Vec::new();
    for part in ["jp-core-1.x", "jp-clins"] {
        json_files(&folder.join(part), &mut files);
    }
    assert!(files.len() > 100, "{} files", files.len());
    let mut tables = Tables::new();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        tables.file(&name, &std::fs::read(path).unwrap());
    }
    assert_eq!(tables.issues, []);
    tables.main_tables_hold_every_resource();
    assert_eq!(tables.careful(), []);
    let without: Vec<_> =
        tables.taken.keys().filter(|kind| !tables.runners.contains_key(*kind)).collect();
    assert!(without.is_empty(), "no table for {without:?}");
    let (columns, listed) = (urls_in_columns(), urls_listed());
    let unknown: Vec<_> = tables
        .extensions
        .iter()
        .filter(|url| !columns.contains(*url) && !listed.contains(*url))
        .collect();
    assert!(unknown.is_empty(), "extensions without a place: {unknown:?}");
}

#[test]
fn every_type_and_extension_that_jp_core_profiles_has_a_place() {
    let Some(folder) = jp_core() else { return };
    let mut files = Vec::new();
    json_files(&folder.join("jp-core-structuredefinitions"), &mut files);
    assert!(files.len() > 100, "{} files", files.len());
    let resources: BTreeSet<String> = TABLES.iter().map(|table| parsed(table).resource).collect();
    let known: BTreeSet<String> = urls_in_columns().union(&urls_listed()).cloned().collect();
    for path in files {
        let definition: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let text = |key: &str| definition[key].as_str().unwrap_or_default().to_owned();
        match (text("kind").as_str(), text("type").as_str()) {
            (_, "Extension") => assert!(known.contains(&text("url")), "{}", text("url")),
            ("resource", resource) => assert!(resources.contains(resource), "{resource}"),
            _ => {}
        }
    }
}

#[test]
fn the_committed_manual_is_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual");
    for (locale, file) in [(Locale::En, "tables.md"), (Locale::Ja, "tables.ja.md")] {
        let path = docs.join(file);
        let (now, told) = (super::manual(locale), std::fs::read_to_string(&path));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, now).unwrap();
        } else {
            assert!(told.unwrap_or_default() == now, "{file} is old: run with UPDATE_EXPECT=1");
        }
    }
}

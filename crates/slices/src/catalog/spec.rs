//! The domain told as scenes: a researcher looks for what there is, in both languages; and a
//! person with bad intentions looks for what is hidden.

use askama::Template;
use desk::Page;
use disclosure::Policy;
use lake::{CodeCount, CodeProfile, ColumnProfile, TableCount, TableProfile, Tally};
use vocab::{Locale, RawCount};

use super::CATALOG;
use super::pages::column::Column;
use super::pages::concept::{self, Concept};
use super::pages::figures;
use super::pages::home::Home;
use super::pages::table::{Shown, Table};
use crate::scenes::{self, read_around_pictures as read};
use crate::terms::codes::Codes;

const ICD10: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full";
const BYOMEI: &str = "http://medis.or.jp/CodeSystem/master-disease-keyNumber";

fn page(locale: Locale, target: &str) -> Page {
    scenes::page(&CATALOG, "hanako", locale, target)
}

fn tally(rows: u64, people: u64) -> Tally {
    Tally { rows: RawCount::new(rows), people: RawCount::new(people) }
}

fn column(name: &str, filled: Tally, values: &[(&str, Tally)]) -> ColumnProfile {
    ColumnProfile {
        name: name.to_owned(),
        filled,
        by_year: vec![tally(3, 3), tally(400, 250), tally(1_400, 700)],
        values: values.iter().map(|(value, tally)| ((*value).to_owned(), *tally)).collect(),
        more_values: false,
        numbers: Vec::new(),
        days: Vec::new(),
    }
}

/// Encounters of 813 people; in 2023 there were three of them.
fn encounters() -> TableProfile {
    let classes = [("AMB", tally(1_700, 803)), ("IMP", tally(100, 61)), ("EMER", tally(4, 4))];
    TableProfile {
        day: Some("period_start_day".to_owned()),
        whole: tally(1_804, 813),
        years: vec![(2023, tally(3, 3)), (2024, tally(401, 251)), (2025, tally(1_400, 700))],
        columns: vec![
            column("class_code", tally(1_804, 813), &classes),
            column("type_text", tally(1_799, 809), &[]),
            column("reason_text", tally(3, 3), &[]),
            column("status", tally(1_804, 813), &[("finished", tally(1_804, 813))]),
        ],
    }
}

fn lake_columns() -> Vec<(String, String)> {
    let text = |name: &str| (name.to_owned(), "Utf8".to_owned());
    ["class_code", "type_text", "reason_text", "status"].map(text).to_vec()
}

fn counts() -> Vec<TableCount> {
    let count = |name: &str, rows, patients| TableCount {
        name: name.to_owned(),
        rows: RawCount::new(rows),
        resources: RawCount::new(rows),
        patients: RawCount::new(patients),
        first_day: None,
        last_day: None,
    };
    vec![count("encounter", 1_804, 813), count("patient", 2_003, 2_001), count("device", 7, 7)]
}

fn code(system: &str, code: &str, tally: Tally, name: &str) -> CodeCount {
    CodeCount {
        table: "condition_code".to_owned(),
        system: system.to_owned(),
        code: code.to_owned(),
        tally,
        names: vec![(name.to_owned(), tally)],
        beside: Vec::new(),
    }
}

fn codes() -> Codes {
    let mut counts = vec![
        code(ICD10, "E119", tally(933, 311), "2型糖尿病"),
        code(BYOMEI, "20056201", tally(930, 310), "２型糖尿病"),
        code(ICD10, "E112", tally(44, 12), "2型糖尿病性腎症"),
        code(ICD10, "E113", tally(4, 4), "糖尿病網膜症"),
    ];
    counts[0].beside.push((1, tally(930, 310)));
    Codes::new(counts)
}

fn diabetes() -> CodeProfile {
    let of = |decade: u8, sex: &str, people| ((decade, sex.to_owned()), tally(people, people));
    CodeProfile {
        whole: tally(933, 311),
        years: vec![(2024, tally(402, 201)), (2025, tally(531, 308))],
        ages: vec![of(3, "male", 2), of(5, "female", 61), of(5, "male", 97), of(6, "male", 151)],
        numbers: Vec::new(),
        words: Vec::new(),
    }
}

fn home(locale: Locale) -> String {
    Home::start(page(locale, "/catalog"), &counts(), &codes(), &Policy::default()).render().unwrap()
}

fn table(locale: Locale) -> String {
    let (columns, profile) = (lake_columns(), encounters());
    let shown = Shown { name: "encounter", columns: &columns, profile: &profile };
    let load = Some((3, "22 Nov 2026 14:32".to_owned()));
    let frame = page(locale, "/catalog/tables/encounter");
    Table::new(frame, &shown, &counts(), (&Policy::default(), load)).render().unwrap()
}

fn one_column(locale: Locale, name: &str) -> String {
    let (columns, profile) = (lake_columns(), encounters());
    let shown = Shown { name: "encounter", columns: &columns, profile: &profile };
    let frame = page(locale, "/catalog/tables/encounter/class_code");
    let told = Column::new(frame, &shown, name, (&codes(), &Policy::default(), None));
    told.unwrap().render().unwrap()
}

fn concept(locale: Locale) -> String {
    let codes = codes();
    let counts = codes.of("icd10", "E119");
    let shown = concept::Shown { system: "icd10", code: "E119", counts: &counts };
    let frame = page(locale, "/catalog/concepts/icd10/E119");
    Concept::new(frame, &shown, &diabetes(), (&codes, &Policy::default())).render().unwrap()
}

#[test]
fn the_first_page_lists_tables_and_code_systems() {
    insta::assert_snapshot!("home_ja", read(&home(Locale::Ja)));
    insta::assert_snapshot!("home_en", read(&home(Locale::En)));
}

#[test]
fn a_table_tells_what_its_columns_mean_and_how_complete_they_are() {
    insta::assert_snapshot!("table_ja", read(&table(Locale::Ja)));
    insta::assert_snapshot!("table_en", read(&table(Locale::En)));
}

#[test]
fn a_column_tells_its_values_its_source_and_who_may_see_it() {
    insta::assert_snapshot!("column_ja", read(&one_column(Locale::Ja, "class_code")));
    insta::assert_snapshot!("column_en", read(&one_column(Locale::En, "class_code")));
}

#[test]
fn a_code_tells_who_has_it_and_what_it_is_called_elsewhere() {
    insta::assert_snapshot!("concept_ja", read(&concept(Locale::Ja)));
    insta::assert_snapshot!("concept_en", read(&concept(Locale::En)));
}

#[test]
fn nothing_of_few_people_is_on_any_page() {
    let classes = one_column(Locale::En, "class_code");
    let lists = |value: &str| classes.contains(&format!("class=\"wide\"><code>{value}</code>"));
    assert!(lists("AMB") && lists("IMP") && !lists("EMER"), "four people came as EMER");
    let concept = concept(Locale::En);
    assert!(concept.contains("E112") && !concept.contains("E113"), "four people have E113");
    for html in [home(Locale::En), table(Locale::En), classes, concept] {
        let text = read(&html);
        assert!(!text.contains("2023"), "three people came in 2023");
        for exact in ["813", "1,804", "2,001", "311", "933", "251"] {
            assert!(!text.contains(exact), "{exact} is told exactly");
        }
    }
}

#[test]
fn free_text_is_never_listed_and_the_page_says_so() {
    let html = read(&one_column(Locale::En, "type_text"));
    assert!(html.contains("Values of free text, keys and identifiers are never listed"), "{html}");
}

/// A share, with the rows it is a share of, never pins down how few rows have or lack a value.
#[test]
fn no_share_gives_a_small_rest_away() {
    let policy = Policy::default();
    for whole in [10_u64, 55, 99, 100, 101, 104, 105, 117, 250, 995, 1_003, 9_999] {
        for rest in 0..10_u64 {
            for (filled, other) in
                [(whole - rest, whole - (rest + 4) % 10), (rest, (rest + 4) % 10)]
            {
                let share = |n| figures::share(&tally(n, n), &tally(whole, whole), &policy);
                if filled < 10 {
                    assert_eq!(share(filled), None, "{filled} of {whole}");
                }
                // Nine choices lie within one step of ten: at most two steps are told apart.
                let told: std::collections::BTreeSet<_> =
                    (0..10).map(|rest| share(whole.saturating_sub(rest))).collect();
                assert!(told.len() <= 2, "{whole}: {told:?} {other}");
            }
        }
    }
}

#[test]
fn every_sentence_is_said_and_every_key_exists() {
    scenes::every_sentence_is_said_and_every_key_exists(&CATALOG);
}

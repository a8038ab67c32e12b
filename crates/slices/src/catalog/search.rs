//! Finding tables, columns and codes by a Japanese word, an English word or a code.
//!
//! Everything that can be found lies in memory, its words folded so that width, case and the two
//! kanas make no difference. A query's words must all occur; what begins with them or is them
//! comes first. Only codes that ten people have are here at all.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use desk::Refusal;
use lake::Reader;
use vocab::Locale;

use super::facts;
use crate::dictionary;
use crate::terms::codes::{self, Codes};
use crate::terms::fold::{Folded, Term, fold, folded};
use crate::terms::systems;

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A code and what it stands for.
    Concept,
    /// A table.
    Table,
    /// A column of a table.
    Column,
}

/// One thing that can be found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its page.
    pub(crate) href: String,
    /// What it is called, in Japanese and in English.
    pub(crate) name: [String; 2],
    /// What stands under its name, in Japanese and in English.
    pub(crate) beneath: [String; 2],
    /// The code, or the name in SQL.
    pub(crate) code: String,
    /// How many people it is about, for the order; told nowhere.
    weight: u64,
    folded: Folded,
}

/// Everything that can be found.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: Vec<Found>,
}

impl From<Vec<Found>> for Index {
    fn from(entries: Vec<Found>) -> Self {
        Self { entries }
    }
}

/// So long a query is read.
const QUERY_CHARS_MAX: usize = 200;

impl Index {
    /// The best for these words, best first, at most so many.
    pub(crate) fn search(&self, query: &str, most: usize) -> Vec<&Found> {
        let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
        let folded = fold(&query);
        let terms: Vec<Term> = folded.split_whitespace().map(Term::new).collect();
        if terms.is_empty() || most == 0 {
            return Vec::new();
        }
        let mut scored: Vec<(u32, &Found)> = Vec::new();
        for entry in &self.entries {
            let score = terms.iter().try_fold(0, |sum, term| Some(sum + entry.folded.score(term)?));
            scored.extend(score.map(|score| (score, entry)));
        }
        // A short word fits nearly everything: only those that are shown are put in order.
        if scored.len() > most {
            scored.select_nth_unstable_by(most, better);
            scored.truncate(most);
        }
        scored.sort_by(better);
        scored.into_iter().map(|(_, entry)| entry).collect()
    }
}

/// The better of two finds first: by fit, by people, then by what they are called.
fn better((a, one): &(u32, &Found), (b, other): &(u32, &Found)) -> Ordering {
    (b, other.weight)
        .cmp(&(a, one.weight))
        .then_with(|| (one.kind, &one.code, &one.href).cmp(&(other.kind, &other.code, &other.href)))
}

/// Everything that this reader may be told of.
pub(crate) async fn index(
    reader: &Reader,
    codes: &Codes,
    people_min: u64,
) -> Result<Index, Refusal> {
    let mut entries = Vec::new();
    for table in reader.table_names() {
        entries.push(table_entry(table));
        let columns = facts::columns(reader, table).await?;
        entries.extend(columns.iter().map(|(name, _)| column_entry(table, name)));
    }
    entries.extend(concept_entries(codes, people_min));
    Ok(Index { entries })
}

fn table_entry(table: &str) -> Found {
    let name = both(|locale| dictionary::title(table, locale));
    let about = both(|locale| dictionary::about(table, locale));
    let beneath =
        [0, 1].map(|at| about.get(at).map_or("", |text| dictionary::first_sentence(text)));
    Found {
        kind: Kind::Table,
        href: ["/catalog/tables", &desk::segment(table)].join("/"),
        beneath: beneath.map(str::to_owned),
        code: table.to_owned(),
        weight: 0,
        folded: folded(table, name.iter().map(String::as_str), &about.join("\n")),
        name,
    }
}

fn column_entry(table: &str, column: &str) -> Found {
    let entry = dictionary::bundled().get(table);
    let told = entry.and_then(|entry| entry.columns.iter().find(|known| known.name == column));
    let meaning = both(|locale| match (told, dictionary::of_house(table, column)) {
        (Some(told), _) => told.meaning.get(locale).to_owned(),
        (None, Some(text)) => text.get(locale).to_owned(),
        (None, None) => String::new(),
    });
    let title = both(|locale| dictionary::title(table, locale));
    let [ja, en] = &meaning;
    let [ja, en] = [ja, en].map(|text| dictionary::first_sentence(text).replace('`', ""));
    Found {
        kind: Kind::Column,
        href: ["/catalog/tables", &desk::segment(table), &desk::segment(column)].join("/"),
        code: [table, column].join("."),
        weight: 0,
        folded: folded(
            column,
            [[table, column].join(".").as_str()],
            &[meaning.join("\n"), title.join("\n")].join("\n"),
        ),
        name: title,
        beneath: [ja, en],
    }
}

/// Codes are found by their own names and by those of codes that mean the same.
pub(crate) fn concept_entries(codes: &Codes, people_min: u64) -> Vec<Found> {
    let entry = |(slug, code, counts): (&str, &str, Vec<&lake::CodeCount>)| {
        let name = both(|locale| codes.name(&counts, people_min, locale).to_owned());
        let told = |tally: &lake::Tally| tally.people.get() >= people_min;
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for count in &counts {
            names.extend(count.names.iter().filter(|(_, t)| told(t)).map(|(name, _)| &**name));
        }
        let mut others: BTreeSet<&str> = BTreeSet::new();
        for ((slug, code), tally) in codes.beside(&counts) {
            if told(&tally) {
                let of_other = codes.of(slug, code);
                others.extend(
                    [Locale::Ja, Locale::En].map(|l| codes::name(&of_other, people_min, l)),
                );
                others.insert(code);
            }
        }
        let others: Vec<&str> = others.into_iter().collect();
        Found {
            kind: Kind::Concept,
            href: systems::href(slug, code),
            beneath: both(|locale| systems::name(slug, locale)),
            code: code.to_owned(),
            weight: codes::most_people(&counts),
            folded: folded(code, names, &others.join("\n")),
            name,
        }
    };
    codes.told(people_min).map(entry).collect()
}

fn both(of: impl Fn(Locale) -> String) -> [String; 2] {
    [of(Locale::Ja), of(Locale::En)]
}

#[cfg(test)]
mod tests {
    use lake::{CodeCount, Tally};
    use vocab::RawCount;

    use super::*;

    fn tally(people: u64) -> Tally {
        Tally { rows: RawCount::new(people * 3), people: RawCount::new(people) }
    }

    fn code(table: &str, system: &str, code: &str, people: u64, names: &[&str]) -> CodeCount {
        CodeCount {
            table: table.to_owned(),
            system: system.to_owned(),
            code: code.to_owned(),
            tally: tally(people),
            names: names.iter().map(|name| ((*name).to_owned(), tally(people))).collect(),
            beside: Vec::new(),
        }
    }

    fn some_codes() -> Codes {
        let icd10 = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full";
        let jlac10 = "http://medis.or.jp/CodeSystem/master-JLAC10-17digits";
        let hot9 = "http://medis.or.jp/CodeSystem/master-HOT9";
        let atc = "http://www.whocc.no/atc";
        let mut counts = vec![
            code("condition_code", icd10, "E119", 300, &["2型糖尿病"]),
            code("condition_code", icd10, "E112", 40, &["糖尿病性腎症", "２型糖尿病性腎症"]),
            code("observation_code", jlac10, "3D046000001906202", 800, &["HbA1c"]),
            code("observation_code", "http://loinc.org", "4548-4", 800, &["Hemoglobin A1c"]),
            code("medication_request_code", hot9, "103943401", 90, &["メトホルミン塩酸塩錠250mg"]),
            code("medication_request_code", atc, "A10BA02", 90, &["metformin"]),
            code("condition_code", icd10, "E75", 4, &["まれな病気"]),
        ];
        counts[4].beside.push((5, tally(90)));
        Codes::new(counts)
    }

    fn found(query: &str) -> Vec<String> {
        let index = Index { entries: concept_entries(&some_codes(), 10) };
        index.search(query, 9).into_iter().map(|found| found.code.clone()).collect()
    }

    #[test]
    fn words_of_both_languages_and_codes_find_what_they_mean() {
        assert_eq!(found("糖尿病"), ["E112", "E119"]);
        assert_eq!(found("2型糖尿病"), ["E119", "E112"]);
        assert_eq!(found("E11"), ["E119", "E112"]);
        assert_eq!(found("e11.9"), ["E119"]);
        assert_eq!(found("hba1c"), ["3D046000001906202"]);
        assert_eq!(found("3D046"), ["3D046000001906202"]);
        assert_eq!(found("4548-4"), ["4548-4"]);
        assert_eq!(found("metformin"), ["A10BA02", "103943401"]);
        assert_eq!(found("めとほるみん"), ["103943401"]);
        assert_eq!(found("ＨｂＡ１ｃ"), ["3D046000001906202"]);
        assert_eq!(found("糖尿病 腎症"), ["E112"]);
    }

    #[test]
    fn a_code_named_in_one_language_borrows_the_name_of_one_that_means_the_same() {
        let codes = some_codes();
        let named = |slug, code, locale| codes.name(&codes.of(slug, code), 10, locale);
        assert_eq!(named("hot9", "103943401", Locale::En), "metformin");
        assert_eq!(named("hot9", "103943401", Locale::Ja), "メトホルミン塩酸塩錠250mg");
        assert_eq!(named("icd10", "E119", Locale::En), "2型糖尿病");
    }

    #[test]
    fn a_code_of_few_people_is_not_found() {
        assert!(found("E75").is_empty() && found("まれな病気").is_empty());
        assert!(found("").is_empty() && found("  ").is_empty());
    }

    #[test]
    fn fifty_thousand_codes_are_searched_whole() {
        let system = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full";
        let one = |n: u64| {
            code(
                "condition_code",
                system,
                &format!("X{n:05}"),
                10 + n,
                &[&format!("病名{n}の名前")],
            )
        };
        let index =
            Index { entries: concept_entries(&Codes::new((0..50_000).map(one).collect()), 10) };
        assert_eq!(index.entries.len(), 50_000);
        let hits: Vec<&str> =
            index.search("病名49999", 5).into_iter().map(|found| found.code.as_str()).collect();
        assert_eq!(hits, ["X49999"]);
        // All fit alike: those of the most people are picked, in that order.
        let hits: Vec<&str> =
            index.search("名前", 3).into_iter().map(|found| found.code.as_str()).collect();
        assert_eq!(hits, ["X49999", "X49998", "X49997"]);
    }
}

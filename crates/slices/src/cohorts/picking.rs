//! What can be asked for: concept sets of the library and codes met in the data, found by a word of
//! either language or by a code.

use std::collections::BTreeMap;
use std::sync::Arc;

use cohort::ast::{Branch, Clause, Comments, ConceptSet, Include, Name, Title, Version};
use cohort::{library, text};
use desk::{Refusal, Site};
use disclosure::Policy;
use lake::Reader;
use ledger::Keeping;
use vocab::{Actor, Locale};

use super::edit::NamedSet;
use crate::terms::codes::{self, Codes};
use crate::terms::fold::{Folded, Term, fold, folded};
use crate::terms::systems;

/// So long a search is read.
const QUERY_CHARS_MAX: usize = 100;
/// How often another version of a concept set is tried, where its name means another content.
const VERSIONS_MAX: u32 = 99;

/// Something that can be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Pick {
    /// By which a form names it: `set NAME`, or `code SYSTEM CODE`, with `*` for a branch.
    pub(crate) key: String,
    /// What it is called, in Japanese and in English.
    pub(crate) name: [String; 2],
    /// What the kind of events is, as the language writes it.
    pub(crate) kind: &'static str,
    /// The code and its system, or which library it is of.
    pub(crate) beneath: [String; 2],
    /// How many people it is about, for the order; told nowhere.
    weight: u64,
    folded: Folded,
}

/// Everything that can be asked for.
pub(crate) struct Picks {
    all: Vec<Pick>,
}

/// Systems of which codes that begin alike are one branch.
const WITH_BRANCHES: &[&str] = &["icd10", "icd10-who", "atc", "yj", "jlac10", "jlac11"];

/// What codes of a table are, as the language writes it.
fn kind_of_table(table: &str, system: &str, code: &str) -> Option<&'static str> {
    Some(match table {
        "condition_code" => "diagnosis",
        "medication_request_code" => "drug",
        "medication_administration_code" => "drug_admin",
        "medication_dispense_code" => "dispensing",
        "procedure_code" => "procedure",
        "immunization" => "immunization",
        "allergy_intolerance_code" => "allergy",
        "observation_code" | "observation_component"
            if system == "loinc" && VITAL_SIGNS.contains(&code) =>
        {
            "vital"
        }
        "observation_code" | "observation_component" => "lab",
        _ => return None,
    })
}

/// The LOINC codes of vital signs, as FHIR R4's profile of them lists.
const VITAL_SIGNS: [&str; 14] = [
    "85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8302-2", "9843-4", "29463-7",
    "39156-5", "85354-9", "8480-6", "8462-4", "8287-5",
];

/// What codes of a system are.
fn kind_of_system(system: &str) -> &'static str {
    match system {
        "icd10_jp" | "icd10" | "byomei" | "byomei_exchange" | "byomei_receipt" => "diagnosis",
        "atc" | "yj" | "hot7" | "hot9" | "hot13" | "general_name" | "rxnorm" => "drug",
        "k_code" | "stem7" | "dental_procedure" => "procedure",
        "cvx" => "immunization",
        _ => "lab",
    }
}

/// Everything that this reader may be told of; remembered.
pub(crate) async fn picks(site: &Site, reader: &Reader) -> Result<Arc<Picks>, Refusal> {
    let codes = codes::codes(site, reader).await?;
    let build = async {
        let mut all: Vec<Pick> = library::CODES.iter().filter_map(of_library).collect();
        all.extend(of_data(&codes, Policy::default().min_cell));
        Ok(Picks { all })
    };
    site.remember(reader, "cohorts picks", build).await
}

impl Picks {
    /// The best for these words, best first.
    pub(crate) fn search(&self, query: &str, most: usize) -> Vec<&Pick> {
        let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
        let query = fold(&query);
        let terms: Vec<Term> = query.split_whitespace().map(Term::new).collect();
        if terms.is_empty() {
            return Vec::new();
        }
        let score = |pick: &Pick| {
            terms.iter().try_fold(0_u32, |sum, term| Some(sum + pick.folded.score(term)?))
        };
        let mut found: Vec<(u32, &Pick)> =
            self.all.iter().filter_map(|pick| Some((score(pick)?, pick))).collect();
        // A set that somebody thought about comes before one code that fits as well.
        let rank = |(score, pick): &(u32, &Pick)| (*score, pick.weight);
        found.sort_by(|one, other| {
            rank(other).cmp(&rank(one)).then_with(|| one.1.key.cmp(&other.1.key))
        });
        found.into_iter().take(most).map(|(_, pick)| pick).collect()
    }

    /// The one that a form names.
    pub(crate) fn of(&self, key: &str) -> Option<&Pick> {
        self.all.iter().find(|pick| pick.key == key)
    }
}

impl Pick {
    /// What it is called.
    pub(crate) fn named(&self, locale: Locale) -> &str {
        let [ja, en] = &self.name;
        if locale == Locale::Ja { ja } else { en }
    }

    /// What stands under its name.
    pub(crate) fn beneath(&self, locale: Locale) -> &str {
        let [ja, en] = &self.beneath;
        if locale == Locale::Ja { ja } else { en }
    }

    /// The concept set of it, kept where a definition finds it.
    pub(crate) async fn set(&self, site: &Site, by: &Actor) -> Result<NamedSet, Refusal> {
        let mut words = self.key.split(' ');
        let (Some(first), Some(second)) = (words.next(), words.next()) else {
            return Err(Refusal::Unprocessable);
        };
        if first == "set" {
            let known = library::CODES.iter().find(|(name, _)| *name == second);
            let set = known.and_then(|(_, text)| text::parse_codes(text).ok());
            return set.map(|set| named(&set)).ok_or(Refusal::Unprocessable);
        }
        let code = words.next().ok_or(Refusal::Unprocessable)?;
        let mut set = self.of_code(second, code).ok_or(Refusal::Unprocessable)?;
        for number in 1..=VERSIONS_MAX {
            set.version = Version::new(&number.to_string()).map_err(|_| Refusal::Unprocessable)?;
            let canonical = text::format_codes(&set);
            let named = named(&set);
            let (name, version) = (named.name.as_str(), named.version.as_str());
            let content = (named.hash.as_str(), canonical.as_str());
            let kept = site.ledger().cohorts().keep_codes((name, version), content, by).await?;
            if kept == Keeping::Kept {
                return Ok(named);
            }
        }
        Err(Refusal::Conflict)
    }

    /// The concept set of one code, or of one branch of codes.
    fn of_code(&self, system: &str, code: &str) -> Option<ConceptSet> {
        let (code, branch) = match code.strip_suffix('*') {
            Some(code) => (code, Branch::Prefix),
            None => (code, Branch::Itself),
        };
        let [ja, en] = &self.name;
        let title = Title { en: Some(en.clone()), ja: Some(ja.clone()) };
        let include = Include {
            system: system.to_owned(),
            code: code.to_owned(),
            branch,
            mapped: false,
            display: title.clone(),
            unit: None,
        };
        let ending = if branch == Branch::Prefix { "_and_below" } else { "" };
        Some(ConceptSet {
            comments: Comments::default(),
            name: Name::new(&name_of(&[system, "_", code, ending].concat())).ok()?,
            version: Version::new("1").ok()?,
            title,
            sources: Vec::new(),
            quantity: None,
            vocabularies: Vec::new(),
            include: vec![Clause { comments: Comments::default(), says: include }],
            exclude: Vec::new(),
            end: Vec::new(),
        })
    }
}

/// A name as the language allows it.
pub(crate) fn name_of(text: &str) -> String {
    let plain = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '_',
    };
    let name: String = text.chars().map(plain).take(60).collect();
    if name.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        name
    } else {
        format!("c{name}")
    }
}

fn named(set: &ConceptSet) -> NamedSet {
    let hash = text::hash(&text::format_codes(set));
    NamedSet { name: set.name.clone(), version: set.version.clone(), hash }
}

/// A concept set of the library.
fn of_library((name, written): &(&'static str, &'static str)) -> Option<Pick> {
    let set = text::parse_codes(written).ok()?;
    let said = |locale| set.title.get(locale).unwrap_or(name).to_owned();
    let titles = [said(Locale::Ja), said(Locale::En)];
    let system = set.include.first().map_or("", |one| one.says.system.as_str());
    let displays = set.include.iter().flat_map(|one| {
        let display = &one.says.display;
        [display.ja.clone(), display.en.clone(), Some(one.says.code.clone())]
    });
    let text: Vec<String> = displays.flatten().collect();
    Some(Pick {
        key: format!("set {name}"),
        kind: kind_of_system(system),
        beneath: [
            format!("コード群・{}件", set.include.len()),
            format!("concept set, {} entries", set.include.len()),
        ],
        weight: u64::MAX,
        folded: folded(name, titles.iter().map(String::as_str), &text.join("\n")),
        name: titles,
    })
}

/// Codes that enough people have, and branches of several such codes.
fn of_data(codes: &Codes, people_min: u64) -> Vec<Pick> {
    let mut picks = Vec::new();
    let mut branches: BTreeMap<(&str, &str), Vec<(Pick, u64)>> = BTreeMap::new();
    for (slug, code, counts) in codes.told(people_min) {
        let Some(first) = counts.first() else { continue };
        let Some((system, without_dots)) = crate::system_of(&first.system) else { continue };
        let Some(kind) = kind_of_table(&first.table, system, code) else { continue };
        let written = if without_dots { code.replace('.', "") } else { code.to_owned() };
        if written.contains([' ', '*']) {
            continue;
        }
        let name = [Locale::Ja, Locale::En].map(|locale| {
            let name = codes.name(&counts, people_min, locale);
            if name.is_empty() { code } else { name }.to_owned()
        });
        let weight = codes::most_people(&counts);
        let pick = Pick {
            key: format!("code {system} {written}"),
            kind,
            beneath: [Locale::Ja, Locale::En]
                .map(|locale| format!("{code}・{}", systems::name(slug, locale))),
            weight,
            folded: folded(code, name.iter().map(String::as_str), ""),
            name,
        };
        if WITH_BRANCHES.contains(&slug)
            && let Some(block) = systems::block(slug, code)
        {
            branches.entry((system, block)).or_default().push((pick.clone(), weight));
        }
        picks.push(pick);
    }
    let branch = |((system, block), codes): ((&str, &str), Vec<(Pick, u64)>)| {
        let (most, _) = codes.iter().max_by_key(|(_, weight)| *weight)?;
        if codes.len() < 2 {
            return None;
        }
        let [ja, en] = &most.name;
        let name = [format!("{ja}など{block}の全体"), format!("all of {block}, as {en}")];
        Some(Pick {
            key: format!("code {system} {block}*"),
            beneath: [
                format!("{block}*・{}件", codes.len()),
                format!("{block}*, {} codes", codes.len()),
            ],
            weight: codes.iter().map(|(_, weight)| weight).sum(),
            folded: folded(block, [block], ""),
            kind: most.kind,
            name,
        })
    };
    picks.extend(branches.into_iter().filter_map(branch));
    picks
}

#[cfg(test)]
mod tests {
    use lake::{CodeCount, Tally};
    use vocab::RawCount;

    use super::*;

    fn code(table: &str, system: &str, code: &str, people: u64, name: &str) -> CodeCount {
        let people = RawCount::new(people);
        let tally = Tally { rows: people, people };
        CodeCount {
            table: table.to_owned(),
            system: system.to_owned(),
            code: code.to_owned(),
            tally,
            names: vec![(name.to_owned(), tally)],
            beside: Vec::new(),
        }
    }

    fn found(query: &str) -> Vec<(String, &'static str)> {
        let icd10 = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full";
        let codes = Codes::new(vec![
            code("condition_code", icd10, "E119", 300, "2型糖尿病・合併症なし"),
            code("condition_code", icd10, "E112", 40, "2型糖尿病性腎症"),
            code("condition_code", icd10, "E750", 4, "まれな病気"),
            code("observation_component", "http://loinc.org", "8480-6", 90, "収縮期血圧"),
            code("observation_code", "http://loinc.org", "4548-4", 90, "HbA1c"),
        ]);
        let mut all: Vec<Pick> = library::CODES.iter().filter_map(of_library).collect();
        all.extend(of_data(&codes, 10));
        let picks = Picks { all };
        picks.search(query, 4).iter().map(|pick| (pick.key.clone(), pick.kind)).collect()
    }

    #[test]
    fn words_and_codes_find_sets_codes_and_branches_and_nothing_of_few_people() {
        assert_eq!(found("メトホルミン")[0], ("set metformin".to_owned(), "drug"));
        assert_eq!(found("metformin")[0].0, "set metformin");
        assert_eq!(found("E119")[0], ("code icd10_jp E119".to_owned(), "diagnosis"));
        assert_eq!(found("e11")[0].0, "code icd10_jp E11*");
        assert_eq!(found("収縮期血圧"), [("code loinc 8480-6".to_owned(), "vital")]);
        assert_eq!(found("まれな病気"), []);
        assert_eq!(found("  "), []);
    }

    #[test]
    fn every_set_of_the_library_can_be_picked() {
        let picks: Vec<Pick> = library::CODES.iter().filter_map(of_library).collect();
        assert_eq!(picks.len(), library::CODES.len());
        assert!(picks.iter().all(|pick| pick.name.iter().all(|name| !name.is_empty())));
    }

    #[test]
    fn a_set_of_one_code_reads_back_as_it_was_written() {
        let codes = Codes::new(vec![code(
            "condition_code",
            "http://hl7.org/fhir/sid/icd-10",
            "E11.9",
            30,
            "type 2 \"diabetes\"",
        )]);
        let picks = of_data(&codes, 10);
        let set = picks[0].of_code("icd10", "E119").unwrap();
        let written = text::format_codes(&set);
        assert_eq!(text::parse_codes(&written).unwrap(), set);
        assert!(written.contains("include icd10 E119"), "{written}");
        let branch = picks[0].of_code("icd10", "E11*").unwrap();
        assert!(text::format_codes(&branch).contains("E11*"));
        assert_ne!(set.name, branch.name);
        assert_eq!(name_of("8480-6 x"), "c8480_6_x");
    }
}

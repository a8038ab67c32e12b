//! Every code met in the data, counted once under a permit and remembered by the site.

use std::collections::BTreeMap;
use std::sync::Arc;

use desk::{Refusal, Site};
use lake::{CodeCount, Reader, Tally};
use vocab::Locale;

use super::{places, systems};

/// Every code met in the data, by the name of its system in addresses and the code.
#[derive(Debug)]
pub(crate) struct Codes {
    /// As counted, one for each table and each way its system is named.
    pub(crate) counts: Vec<CodeCount>,
    /// The places in `counts` of each code.
    pub(crate) concepts: BTreeMap<(String, String), Vec<usize>>,
}

impl Codes {
    pub(crate) fn new(counts: Vec<CodeCount>) -> Self {
        let mut concepts: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (at, count) in counts.iter().enumerate() {
            let key = (systems::slug(&count.system).to_owned(), count.code.clone());
            concepts.entry(key).or_default().push(at);
        }
        for places in concepts.values_mut() {
            let rows = |at: &usize| counts.get(*at).map(|count| count.tally.rows);
            places.sort_by_key(|at| (std::cmp::Reverse(rows(at)), *at));
        }
        Self { counts, concepts }
    }

    /// The counts of one code, the table with the most rows first.
    pub(crate) fn of(&self, slug: &str, code: &str) -> Vec<&CodeCount> {
        let places = self.concepts.get(&(slug.to_owned(), code.to_owned()));
        places.into_iter().flatten().filter_map(|at| self.counts.get(*at)).collect()
    }

    /// Every code that so many people have in one table, with its counts.
    pub(crate) fn told(
        &self,
        people_min: u64,
    ) -> impl Iterator<Item = (&str, &str, Vec<&CodeCount>)> {
        self.concepts.iter().filter_map(move |concept| self.if_told(concept, people_min))
    }

    /// The codes of one system that begin alike, of those that so many people have.
    pub(crate) fn of_block(
        &self,
        slug: &str,
        block: &str,
        people_min: u64,
    ) -> impl Iterator<Item = (&str, &str, Vec<&CodeCount>)> {
        let from = self.concepts.range((slug.to_owned(), block.to_owned())..);
        from.take_while(move |((of, code), _)| of == slug && code.starts_with(block))
            .filter_map(move |concept| self.if_told(concept, people_min))
    }

    fn if_told<'a>(
        &'a self,
        ((slug, code), places): (&'a (String, String), &'a Vec<usize>),
        people_min: u64,
    ) -> Option<(&'a str, &'a str, Vec<&'a CodeCount>)> {
        let counts: Vec<&CodeCount> = places.iter().filter_map(|at| self.counts.get(*at)).collect();
        (most_people(&counts) >= people_min.max(1)).then_some((&**slug, &**code, counts))
    }

    /// What a code is called: by its own name in this language, else by that of a code which means
    /// the same in the same records, else by its own in the other language.
    pub(crate) fn name<'a>(
        &'a self,
        counts: &[&'a CodeCount],
        people_min: u64,
        locale: Locale,
    ) -> &'a str {
        let own = name(counts, people_min, locale);
        if is_japanese(own) == (locale == Locale::Ja) {
            return own;
        }
        let beside = counts.iter().flat_map(|count| &count.beside);
        let told = beside.filter(|(_, tally)| tally.people.get() >= people_min);
        let others = told.filter_map(|(at, _)| self.counts.get(*at));
        let names = others.map(|other| name(&[other], people_min, locale));
        let wanted = |name: &&str| !name.is_empty() && is_japanese(name) == (locale == Locale::Ja);
        names.into_iter().find(wanted).unwrap_or(own)
    }

    /// What is said beside a code in the same records, by name of system and code, with the most
    /// people who have both.
    pub(crate) fn beside(&self, counts: &[&CodeCount]) -> BTreeMap<(&str, &str), Tally> {
        let mut beside: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
        for (at, tally) in counts.iter().flat_map(|count| &count.beside) {
            let Some(other) = self.counts.get(*at) else { continue };
            let known = beside.entry((systems::slug(&other.system), &other.code)).or_insert(*tally);
            if tally.people > known.people {
                *known = *tally;
            }
        }
        beside
    }
}

/// The most people of any of a code's tables.
pub(crate) fn most_people(counts: &[&CodeCount]) -> u64 {
    counts.iter().map(|count| count.tally.people.get()).max().unwrap_or(0)
}

/// What a code is called: the name that most rows have in this language, else in the other. A
/// name that fewer people have is nobody's to tell.
pub(crate) fn name<'a>(counts: &[&'a CodeCount], people_min: u64, locale: Locale) -> &'a str {
    let told = || {
        let names = counts.iter().flat_map(|count| &count.names);
        names.filter(|(_, tally)| tally.people.get() >= people_min).map(|(name, _)| name.as_str())
    };
    let wanted = |name: &&str| is_japanese(name) == (locale == Locale::Ja);
    told().find(wanted).or_else(|| told().next()).unwrap_or_default()
}

/// Whether a name is written in Japanese letters.
pub(crate) fn is_japanese(name: &str) -> bool {
    name.chars().any(|letter| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}

/// Every code met in the data.
pub(crate) async fn codes(site: &Site, reader: &Reader) -> Result<Arc<Codes>, Refusal> {
    let places: Vec<_> = places::all().map(places::Place::codings).collect();
    let count = async { Ok(Codes::new(reader.codes(&places).await?)) };
    site.remember(reader, "codes", count).await
}

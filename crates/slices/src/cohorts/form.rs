//! What a page of a cohort sends, and what it asks to be done.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::value::{MapDeserializer, StrDeserializer};

use super::criterion::Criterion;

/// The fields of a form, each with every value it was sent with.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: BTreeMap<String, Vec<String>>,
}

/// What is to be done with the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Count it as it is.
    Count,
    /// Look for something to ask about.
    Search,
    /// Begin with the first time that something picked occurs.
    Begin(String),
    /// Begin with a definition as it was brought.
    Open,
    /// A rule about what was picked.
    Add,
    /// A rule about age.
    AddAge,
    /// A rule about sex.
    AddSex,
    /// A rule about having been observed.
    AddObserved,
    /// Take a step out.
    Remove(usize),
    /// Ask a rule sooner.
    Up(usize),
    /// Ask a rule later.
    Down(usize),
    /// Put other words in the place of a step.
    Reword(usize),
    /// Keep it as a version.
    Save,
    /// Keep it as a cohort of one's own.
    SaveAsOwn,
}

impl Fields {
    /// Those of a form as a browser sends it.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            values.entry(name).or_default().push(value);
        }
        Self { values }
    }

    /// The last value of a field; empty where it was not sent.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.values.get(name).and_then(|all| all.last()).map_or("", String::as_str)
    }

    /// Leaves these fields empty.
    pub(crate) fn forget(&mut self, names: &[&str]) {
        self.values.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.one(name).trim().parse().ok()
    }

    /// The rules that are switched off, by their places among the rules.
    pub(crate) fn off(&self) -> BTreeSet<usize> {
        let all = self.values.get("off").into_iter().flatten();
        all.filter_map(|place| place.parse().ok()).collect()
    }

    /// The form of a new rule.
    pub(crate) fn criterion(&self) -> Criterion {
        let pairs = self.values.iter().filter_map(|(name, all)| {
            let value = StrDeserializer::<serde::de::value::Error>::new(all.last()?);
            Some((name.as_str(), value))
        });
        Criterion::deserialize(MapDeserializer::new(pairs)).unwrap_or_default()
    }

    /// What is to be done.
    pub(crate) fn act(&self) -> Act {
        let said = self.one("do");
        let (word, rest) = said.split_once(':').unwrap_or((said, ""));
        let place = rest.parse().unwrap_or(usize::MAX);
        match word {
            "search" => Act::Search,
            "begin" => Act::Begin(rest.to_owned()),
            "open" => Act::Open,
            "add" => Act::Add,
            "age" => Act::AddAge,
            "sex" => Act::AddSex,
            "observed" => Act::AddObserved,
            "remove" => Act::Remove(place),
            "up" => Act::Up(place),
            "down" => Act::Down(place),
            "reword" => Act::Reword(place),
            "save" => Act::Save,
            "own" => Act::SaveAsOwn,
            _ => Act::Count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_is_to_be_done_and_with_which_rules() {
        let pairs = [("do", "remove:3"), ("off", "0"), ("off", "2"), ("off", "x"), ("days", "30")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let fields = Fields::of(pairs.to_vec());
        assert_eq!(fields.act(), Act::Remove(3));
        assert_eq!(fields.off(), BTreeSet::from([0, 2]));
        assert_eq!(fields.criterion().days, "30");
        assert_eq!((fields.one("text"), fields.number("cohort")), ("", None));
        let begin = Fields::of(vec![("do".to_owned(), "begin:code icd10_jp E11*".to_owned())]);
        assert_eq!(begin.act(), Act::Begin("code icd10_jp E11*".to_owned()));
        assert_eq!(Fields::default().act(), Act::Count);
    }
}

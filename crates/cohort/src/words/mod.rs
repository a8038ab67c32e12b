//! Definitions as sentences in Japanese and English, for people who decide and do not program.
//!
//! A sentence says everything its clause says: two definitions that differ in more than their
//! comments never have the same sentences. What belongs together stands in 〔 〕 or [ ]; names
//! and titles stand as in the text.

mod clause;
mod condition;
mod event;
mod moment;
mod number;

use std::collections::BTreeMap;

use vocab::Locale;

use crate::ast::{Definition, Name, Title, UseKind};
use crate::text::Part;

/// One sentence, and the part of the definition it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Which part.
    pub part: Part,
    /// What it says.
    pub text: String,
}

/// What the files that a definition uses are called, so that readers see titles beside names.
pub type Titles = BTreeMap<(UseKind, Name), Title>;

/// Says a definition in sentences, one for each clause, in the order of the text.
///
/// ```
/// use cohort::{text, words};
/// use vocab::Locale;
/// let text = "cohort dead version 1\n  entry first death\n";
/// let definition = text::parse(text).unwrap().definition;
/// let said = words::say(&definition, Locale::En, &words::Titles::new());
/// assert_eq!(said[1].text, "Patients enter with the first death.");
/// ```
#[must_use]
pub fn say(definition: &Definition, locale: Locale, titles: &Titles) -> Vec<Sentence> {
    let mut speaker = Speaker { locale, titles, said: Vec::new() };
    match definition {
        Definition::Cohort(cohort) => speaker.cohort(cohort),
        Definition::Study(study) => speaker.study(study),
    }
    speaker.said
}

struct Speaker<'a> {
    locale: Locale,
    titles: &'a Titles,
    said: Vec<Sentence>,
}

/// The Japanese or the English phrase, with the values in scope.
macro_rules! phrase {
    ($speaker:expr, $ja:literal, $en:literal $(,)?) => {
        match $speaker.locale {
            vocab::Locale::Ja => format!($ja),
            vocab::Locale::En => format!($en),
        }
    };
}
use phrase;

impl Speaker<'_> {
    fn put(&mut self, part: Part, text: String) {
        self.said.push(Sentence { part, text });
    }

    /// `a, b and c`, each said.
    fn list<T>(&self, items: &[T], say: impl Fn(&T) -> String) -> String {
        let said: Vec<String> = items.iter().map(say).collect();
        said.join(match self.locale {
            Locale::Ja => "、",
            Locale::En => ", ",
        })
    }

    /// What is used, by its title and name.
    fn used(&self, kind: UseKind, name: &Name) -> String {
        let title = self.titles.get(&(kind, name.clone()));
        match title.and_then(|title| title.get(self.locale)) {
            Some(title) => {
                let title: String =
                    title.chars().map(|c| if "「」“”\n".contains(c) { ' ' } else { c }).collect();
                phrase!(self, "「{title}」({name})", "“{title}” ({name})")
            }
            None => phrase!(self, "「{name}」", "“{name}”"),
        }
    }

    fn any_used(&self, kind: UseKind, names: &[Name]) -> String {
        let said: Vec<String> = names.iter().map(|name| self.used(kind, name)).collect();
        said.join(match self.locale {
            Locale::Ja => "または",
            Locale::En => " or ",
        })
    }

    fn named(&self, name: &Name) -> String {
        phrase!(self, "「{name}」", "“{name}”")
    }
}

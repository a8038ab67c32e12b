//! Lists of lines, newest first, a page at a time.

use askama::Template;
use desk::Page;
use jiff::civil::Date;
use ledger::{AuditFilter, AuditRow};
use serde::Deserialize;
use vocab::{Actor, PurposeOfUse};

use super::state::State;
use crate::audit::rules::{self, ACTS, Line};

/// How many lines a page shows.
const ROWS_SHOWN: usize = 50;
/// One more is read: whether there is another page.
pub(crate) const ROWS_READ: u32 = 51;

/// From which line on a list goes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Before {
    pub(crate) before: Option<i64>,
}

impl Before {
    pub(crate) fn filter(&self) -> AuditFilter {
        AuditFilter { before_seq: self.before, rows_max: ROWS_READ, ..AuditFilter::default() }
    }
}

/// Lines, and where the older ones are.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) lines: Vec<Line>,
    pub(crate) older: Option<String>,
}

impl Listed {
    /// The lines of a page; `base` is its address up to the query's next name.
    pub(crate) fn new(page: &Page, rows: &[AuditRow], base: &str) -> Self {
        let shown = rows.iter().take(ROWS_SHOWN);
        let last = (rows.len() > ROWS_SHOWN).then(|| rows.get(ROWS_SHOWN - 1)).flatten();
        Self {
            lines: shown.map(|row| rules::line(page, row)).collect(),
            older: last.map(|last| format!("{base}before={}", last.seq)),
        }
    }
}

/// What is asked for; an empty text is nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) actor: String,
    pub(crate) act: String,
    pub(crate) purpose: String,
    pub(crate) study: String,
    pub(crate) object: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) before: Option<i64>,
}

/// Words that can be chosen: value, name, whether it is chosen.
pub(crate) type Choices = Vec<(&'static str, String, bool)>;

impl Asked {
    /// The filter; none where something cannot be meant.
    pub(crate) fn filter(&self, page: &Page) -> Option<AuditFilter> {
        let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let actor = match some(&self.actor) {
            Some(actor) => Some(Actor::new(&actor).ok()?),
            None => None,
        };
        let purpose: Option<PurposeOfUse> = match some(&self.purpose) {
            Some(purpose) => Some(purpose.parse().ok()?),
            None => None,
        };
        let day = |text: &str| match some(text) {
            Some(day) => day.parse::<Date>().ok().map(Some),
            None => Some(None),
        };
        let since = match day(&self.from)? {
            Some(day) => Some(page.midnight(day)?),
            None => None,
        };
        // The last day is among them.
        let until = match day(&self.to)? {
            Some(day) => Some(page.midnight(day.tomorrow().ok()?)?),
            None => None,
        };
        Some(AuditFilter {
            actor,
            act: some(&self.act),
            purpose,
            study: some(&self.study),
            objects: some(&self.object).into_iter().collect(),
            since,
            until,
            before_seq: self.before,
            rows_max: ROWS_READ,
            ..AuditFilter::default()
        })
    }

    /// Whether anything is asked for.
    pub(crate) fn is_any(&self) -> bool {
        self.pairs().iter().any(|(_, text)| !text.is_empty()) || self.before.is_some()
    }

    /// The address of the same question, up to the query's next name.
    pub(crate) fn base(&self) -> String {
        let pairs = self.pairs();
        let said = pairs.iter().filter(|(_, text)| !text.is_empty());
        let said = said.map(|(name, text)| [name, "=", &desk::segment(text), "&"].concat());
        ["/audit?", &said.collect::<String>()].concat()
    }

    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("actor", self.actor.trim()),
            ("act", self.act.trim()),
            ("purpose", self.purpose.trim()),
            ("study", self.study.trim()),
            ("object", self.object.trim()),
            ("from", self.from.trim()),
            ("to", self.to.trim()),
        ]
    }

    /// The acts and the purposes that can be chosen.
    pub(crate) fn choices(&self, page: &Page) -> (Choices, Choices) {
        let act = |(word, key): &(&'static str, &'static str)| {
            (*word, page.say(key).to_owned(), self.act == *word)
        };
        let purpose = |purpose: PurposeOfUse| {
            let word = purpose.as_str();
            (word, rules::purpose(page, word), self.purpose == word)
        };
        (ACTS.iter().map(act).collect(), PurposeOfUse::ALL.into_iter().map(purpose).collect())
    }
}

/// The newest acts, and how the audit stands.
#[derive(Debug, Template)]
#[template(path = "audit/templates/acts.html")]
pub(crate) struct Acts {
    pub(crate) page: Page,
    pub(crate) state: State,
    pub(crate) asked: Asked,
    pub(crate) choices: (Choices, Choices),
    pub(crate) listed: Listed,
}

/// Whose patient is looked for.
#[derive(Debug, Template)]
#[template(path = "audit/templates/patients.html")]
pub(crate) struct Patients {
    pub(crate) page: Page,
    /// The numbers found; nothing before a search.
    pub(crate) found: Option<Vec<i64>>,
    pub(crate) more: bool,
}

/// Who saw one patient.
#[derive(Debug, Template)]
#[template(path = "audit/templates/patient.html")]
pub(crate) struct PatientActs {
    pub(crate) page: Page,
    pub(crate) number: i64,
    /// Every number of the person.
    pub(crate) numbers: Vec<i64>,
    pub(crate) listed: Listed,
}

/// What one person did.
#[derive(Debug, Template)]
#[template(path = "audit/templates/person.html")]
pub(crate) struct PersonActs {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) listed: Listed,
}

/// What left the house.
#[derive(Debug, Template)]
#[template(path = "audit/templates/left.html")]
pub(crate) struct Left {
    pub(crate) page: Page,
    pub(crate) listed: Listed,
}

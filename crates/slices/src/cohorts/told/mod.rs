//! What may be told of an answer, for pages and for the command line alike: counts and spreads that
//! went through disclosure control (decision 0056).

mod spread;
mod table;

use disclosure::{Policy, Released, release_rounded};
use vocab::{Locale, RawCount};

pub use spread::ended_by;
pub use table::{Bars, Row, Table, between_told, facts};

/// Tells numbers by one rule, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Teller {
    /// By which rule: that of the permit.
    pub policy: Policy,
    /// The reader's language.
    pub locale: Locale,
}

impl Teller {
    /// The one in the reader's language.
    #[must_use]
    pub fn word(&self, en: &'static str, ja: &'static str) -> &'static str {
        match self.locale {
            Locale::En => en,
            Locale::Ja => ja,
        }
    }

    /// People.
    #[must_use]
    pub fn people(&self, count: RawCount) -> Released {
        self.things(count, count)
    }

    /// What so many people stand behind.
    #[must_use]
    pub fn things(&self, count: RawCount, people: RawCount) -> Released {
        release_rounded(count, people, &self.policy)
    }

    /// How counts were kept from pointing at anybody; none where they are told as they are.
    #[must_use]
    pub fn rule(&self) -> Option<String> {
        let step = self.policy.min_cell;
        (step > 0).then(|| match self.locale {
            Locale::En => format!(
                "Counts are rounded to the nearest {step}; of fewer than {step} people none is told."
            ),
            Locale::Ja => {
                format!("数は{step}の倍数に丸めています。{step}人未満の数は表示しません。")
            }
        })
    }
}

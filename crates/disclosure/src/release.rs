//! One number that may be shown.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use vocab::{Locale, RawCount};

use crate::Policy;

/// A number that went through disclosure control.
///
/// No one outside this crate can make one; matching takes `Exactly(number, ..)`.
///
/// # Shape
/// In JSON `{"exactly": 2317}`, `{"about": 2320}`, `{"fewer_than": 10}` or `{"withheld": true}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// The number as counted.
    #[non_exhaustive]
    Exactly(u64),
    /// The number rounded: see [`release_rounded`](crate::release_rounded).
    #[non_exhaustive]
    About(u64),
    /// Some number under this one.
    #[non_exhaustive]
    FewerThan(u64),
    /// Not told, because it or a neighbour in its list could be worked out from it.
    #[non_exhaustive]
    Withheld,
}

/// What was counted, for the words around the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// People: 人.
    #[default]
    People,
    /// Rows, files, samples: 件.
    Things,
}

/// Releases a number that stands alone.
///
/// ```
/// use disclosure::{Counted, Policy, release};
/// use vocab::{Locale, RawCount};
/// let shown = release(RawCount::new(3), &Policy::default());
/// assert_eq!(shown.show(Locale::Ja, Counted::People).to_string(), "10人未満");
/// assert_eq!(shown.show(Locale::En, Counted::People).to_string(), "fewer than 10");
/// ```
#[must_use]
pub fn release(raw: RawCount, policy: &Policy) -> Released {
    if policy.shows(raw.get()) {
        Released::Exactly(raw.get())
    } else {
        Released::FewerThan(policy.min_cell)
    }
}

impl Released {
    /// Whether the number itself stays unsaid.
    #[must_use]
    pub fn is_hidden(self) -> bool {
        !matches!(self, Self::Exactly(_) | Self::About(_))
    }

    /// Whether the number told is rounded.
    #[must_use]
    pub fn is_rounded(self) -> bool {
        matches!(self, Self::About(_))
    }

    /// The number, where it may be told: for a bar's length.
    #[must_use]
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Exactly(number) | Self::About(number) => Some(number),
            Self::FewerThan(_) | Self::Withheld => None,
        }
    }

    /// The number as short as the label of a chart must be: `2,317` (rounded or not), `<10`, or
    /// `–` where nothing is told.
    ///
    /// ```
    /// use disclosure::{Policy, release};
    /// use vocab::RawCount;
    /// assert_eq!(release(RawCount::new(3), &Policy::default()).brief(), "<10");
    /// ```
    #[must_use]
    pub fn brief(self) -> String {
        match self {
            Self::Exactly(number) | Self::About(number) => grouped(number),
            Self::FewerThan(least) => format!("<{}", grouped(least)),
            Self::Withheld => "–".to_owned(),
        }
    }

    /// The number in the reader's words.
    #[must_use]
    pub fn show(self, locale: Locale, counted: Counted) -> Shown {
        Shown { released: self, locale, counted }
    }
}

impl Serialize for Released {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Exactly(number) => map.serialize_entry("exactly", number)?,
            Self::About(number) => map.serialize_entry("about", number)?,
            Self::FewerThan(least) => map.serialize_entry("fewer_than", least)?,
            Self::Withheld => map.serialize_entry("withheld", &true)?,
        }
        map.end()
    }
}

/// A released number in one language, ready to print.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    released: Released,
    locale: Locale,
    counted: Counted,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.counted {
            Counted::People => "人",
            Counted::Things => "件",
        };
        match (self.released, self.locale) {
            (Released::Exactly(number), Locale::Ja) => write!(f, "{}{unit}", grouped(number)),
            (Released::Exactly(number), Locale::En) => f.write_str(&grouped(number)),
            (Released::About(number), Locale::Ja) => write!(f, "約{}{unit}", grouped(number)),
            (Released::About(number), Locale::En) => write!(f, "about {}", grouped(number)),
            (Released::FewerThan(least), Locale::Ja) => write!(f, "{}{unit}未満", grouped(least)),
            (Released::FewerThan(least), Locale::En) => write!(f, "fewer than {}", grouped(least)),
            (Released::Withheld, Locale::Ja) => f.write_str("非表示"),
            (Released::Withheld, Locale::En) => f.write_str("not shown"),
        }
    }
}

/// Digits in groups of three, as both languages write them.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Zero;

    fn check(number: u64, policy: Policy, ja: &str, en: &str) {
        let released = release(RawCount::new(number), &policy);
        assert_eq!(released.show(Locale::Ja, Counted::People).to_string(), ja, "{number}");
        assert_eq!(released.show(Locale::En, Counted::People).to_string(), en, "{number}");
    }

    #[test]
    fn nothing_under_ten_is_told_and_ten_is() {
        let policy = Policy::default();
        check(0, policy, "10人未満", "fewer than 10");
        check(9, policy, "10人未満", "fewer than 10");
        check(10, policy, "10人", "10");
        check(1_234_567, policy, "1,234,567人", "1,234,567");
    }

    #[test]
    fn zero_is_told_only_where_the_policy_says_so() {
        let policy = Policy { zero: Zero::Shown, ..Policy::default() };
        check(0, policy, "0人", "0");
        check(1, policy, "10人未満", "fewer than 10");
        check(1, Policy::exact(), "1人", "1");
        check(0, Policy::exact(), "0人", "0");
    }

    #[test]
    fn rows_are_counted_with_their_own_word() {
        let released = release(RawCount::new(2), &Policy::default());
        assert_eq!(released.show(Locale::Ja, Counted::Things).to_string(), "10件未満");
        assert_eq!(
            Released::About(2310).show(Locale::Ja, Counted::People).to_string(),
            "約2,310人"
        );
        assert_eq!(Released::About(20).show(Locale::En, Counted::People).to_string(), "about 20");
        assert_eq!(Released::Withheld.show(Locale::Ja, Counted::Things).to_string(), "非表示");
        assert_eq!(Released::Withheld.show(Locale::En, Counted::Things).to_string(), "not shown");
    }

    #[test]
    fn json_never_holds_a_hidden_number() {
        let json = |n| serde_json::to_string(&release(RawCount::new(n), &Policy::default()));
        assert_eq!(json(2317).unwrap(), r#"{"exactly":2317}"#);
        assert_eq!(serde_json::to_string(&Released::About(20)).unwrap(), r#"{"about":20}"#);
        assert_eq!(json(7).unwrap(), r#"{"fewer_than":10}"#);
        assert_eq!(serde_json::to_string(&Released::Withheld).unwrap(), r#"{"withheld":true}"#);
    }
}

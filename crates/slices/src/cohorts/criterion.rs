//! A rule as a form says it, written in the language.

use serde::Deserialize;

use super::edit::quoted;

/// What the form of a new rule holds; texts as they were typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Criterion {
    /// `require` or `exclude`.
    pub(crate) keep: String,
    /// When: see [`WINDOWS`].
    pub(crate) when: String,
    /// How many days, where `when` counts days.
    pub(crate) days: String,
    /// At least how many times.
    pub(crate) times: String,
    /// How a value is compared: empty for any value.
    pub(crate) compare: String,
    /// With what.
    pub(crate) value: String,
    /// In which unit.
    pub(crate) unit: String,
    /// Age from, in years.
    pub(crate) age_from: String,
    /// Age to, in years, included.
    pub(crate) age_to: String,
    /// `female` or `male`; empty for any.
    pub(crate) sex: String,
    /// Observed for so many days before the index.
    pub(crate) observed: String,
}

/// When something is asked for, as a form names it.
pub(crate) const WINDOWS: [&str; 5] = ["before_days", "before", "after_days", "after", "ever"];
/// How a value can be compared: the form's word and the language's sign.
pub(crate) const COMPARISONS: [(&str, &str); 4] =
    [("at_least", ">="), ("more", ">"), ("at_most", "<="), ("less", "<")];

/// Which field of the form cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Days,
    Times,
    Value,
    Unit,
    Age,
    Observed,
}

impl Unfit {
    /// The key of what to do.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Days => "cohorts.unfit.days",
            Self::Times => "cohorts.unfit.times",
            Self::Value => "cohorts.unfit.value",
            Self::Unit => "cohorts.unfit.unit",
            Self::Age => "cohorts.unfit.age",
            Self::Observed => "cohorts.unfit.observed",
        }
    }
}

impl Criterion {
    /// With what is usual where the form was not sent yet.
    pub(crate) fn or_usual(self) -> Self {
        if !self.when.is_empty() {
            return self;
        }
        let usual = |text: &str| text.to_owned();
        Self {
            keep: usual("require"),
            when: usual("before_days"),
            days: usual("365"),
            times: usual("1"),
            observed: usual("365"),
            sex: usual("female"),
            ..self
        }
    }

    /// A rule about events: which kind, of which concept set, called what in English and Japanese.
    pub(crate) fn about(
        &self,
        (kind, set): (&str, &str),
        (en, ja): (&str, &str),
    ) -> Result<String, Unfit> {
        let (window, value) = (self.window()?, self.with_value()?);
        let times = whole(&self.times, 1, 1_000).ok_or(Unfit::Times)?;
        let found = match times {
            1 => format!("any {kind} in {set} {window}{value}"),
            times => format!("at least {times} different days of {kind} in {set} {window}{value}"),
        };
        Ok(self.rule(en, ja, &found))
    }

    /// A rule about age.
    pub(crate) fn aged(&self) -> Result<String, Unfit> {
        let bound = |text: &str| match text.trim() {
            "" => Ok(None),
            text => whole(text, 0, 130).map(Some).ok_or(Unfit::Age),
        };
        let (from, to) = (bound(&self.age_from)?, bound(&self.age_to)?);
        let age = "age at index";
        let (en, ja, says) = match (from, to) {
            (Some(from), Some(to)) if from <= to => (
                format!("age {from} to {to}"),
                format!("年齢{from}〜{to}歳"),
                format!("{age} within [{from}, {to}]"),
            ),
            (Some(from), None) => (
                format!("age {from} or more"),
                format!("年齢{from}歳以上"),
                format!("{age} >= {from}"),
            ),
            (None, Some(to)) => {
                (format!("age {to} or less"), format!("年齢{to}歳以下"), format!("{age} <= {to}"))
            }
            _ => return Err(Unfit::Age),
        };
        Ok(self.rule(&en, &ja, &says))
    }

    /// A rule about sex.
    pub(crate) fn of_sex(&self) -> String {
        let (word, en, ja) = match self.sex.as_str() {
            "male" => ("male", "men", "男性"),
            _ => ("female", "women", "女性"),
        };
        self.rule(en, ja, &format!("sex is \"{word}\""))
    }

    /// A rule that somebody could have been seen before the index.
    pub(crate) fn seen_before(&self) -> Result<String, Unfit> {
        let days = whole(&self.observed, 1, 36_500).ok_or(Unfit::Observed)?;
        let (en, ja) = (format!("observed for {days} days"), format!("{days}日間の観察"));
        let says = format!("observed diagnosis | lab in [index - {days}d, index]");
        Ok(self.rule(&en, &ja, &says))
    }

    fn rule(&self, en: &str, ja: &str, says: &str) -> String {
        let word = if self.keep == "exclude" { "exclude" } else { "require" };
        format!("  {word} {} ja {} {says}\n", quoted(en), quoted(ja))
    }

    fn window(&self) -> Result<String, Unfit> {
        let days = || whole(&self.days, 1, 36_500).ok_or(Unfit::Days);
        Ok(match self.when.as_str() {
            "before" => "in [ever, index]".to_owned(),
            "after" => "in (index, ever]".to_owned(),
            "after_days" => format!("in (index, index + {}d]", days()?),
            "ever" => "ever".to_owned(),
            _ => format!("in [index - {}d, index]", days()?),
        })
    }

    fn with_value(&self) -> Result<String, Unfit> {
        let sign =
            COMPARISONS.iter().find(|(word, _)| *word == self.compare).map(|(_, sign)| *sign);
        let Some(sign) = sign else { return Ok(String::new()) };
        let value = self.value.trim();
        let is_number = value.parse::<f64>().is_ok_and(f64::is_finite);
        let plain = value.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        if !is_number || !plain || value.ends_with('.') || value.starts_with('.') {
            return Err(Unfit::Value);
        }
        let unit = self.unit.trim();
        if unit.is_empty() || cohort::ast::Unit::new(unit).is_err() {
            return Err(Unfit::Unit);
        }
        Ok(format!(" with value {sign} {value} {unit}"))
    }
}

/// A whole number within limits.
fn whole(text: &str, least: u32, most: u32) -> Option<u32> {
    text.trim().parse().ok().filter(|number| (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use cohort::text;

    use super::*;

    fn form() -> Criterion {
        Criterion {
            keep: "require".to_owned(),
            when: "before_days".to_owned(),
            days: "90".to_owned(),
            times: "1".to_owned(),
            ..Criterion::default()
        }
    }

    /// The rule is read by the language, and says itself again.
    fn check(rule: &str, expect: &str) {
        let head = "cohort c version 1\n  uses codes hba1c version 1\n\n  entry first death\n";
        let written = [head, rule, "  exit at coverage.end\n"].concat();
        let parsed = text::parse(&written).unwrap_or_else(|wrong| panic!("{wrong:?}\n{written}"));
        assert_eq!(text::format(&parsed.definition), written);
        assert_eq!(rule.trim(), expect);
    }

    #[test]
    fn forms_become_rules_of_the_language() {
        let lab = Criterion {
            compare: "at_least".to_owned(),
            value: "7.0".to_owned(),
            unit: "%".to_owned(),
            ..form()
        };
        let about = |form: &Criterion| form.about(("lab", "hba1c"), ("HbA1c", "HbA1c")).unwrap();
        check(
            &about(&lab).replace("7.0", "7"),
            "require \"HbA1c\" ja \"HbA1c\" any lab in hba1c in [index - 90d, index] with value >= 7 %",
        );
        let often = Criterion {
            keep: "exclude".to_owned(),
            when: "ever".to_owned(),
            times: "2".to_owned(),
            ..form()
        };
        check(
            &about(&often),
            "exclude \"HbA1c\" ja \"HbA1c\" at least 2 different days of lab in hba1c ever",
        );
        let aged = Criterion { age_from: "20".to_owned(), age_to: "64".to_owned(), ..form() };
        check(
            &aged.aged().unwrap(),
            "require \"age 20 to 64\" ja \"年齢20〜64歳\" age at index within [20, 64]",
        );
        let women = Criterion { sex: "female".to_owned(), ..form() };
        check(&women.of_sex(), "require \"women\" ja \"女性\" sex is \"female\"");
        let seen = Criterion { observed: "365".to_owned(), ..form() };
        check(
            &seen.seen_before().unwrap(),
            "require \"observed for 365 days\" ja \"365日間の観察\" observed diagnosis | lab in [index - 365d, index]",
        );
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_field() {
        let about = |form: Criterion| form.about(("lab", "hba1c"), ("", "")).unwrap_err();
        assert_eq!(about(Criterion { days: "soon".to_owned(), ..form() }), Unfit::Days);
        assert_eq!(about(Criterion { times: "0".to_owned(), ..form() }), Unfit::Times);
        let value = |value: &str, unit: &str| Criterion {
            compare: "less".to_owned(),
            value: value.to_owned(),
            unit: unit.to_owned(),
            ..form()
        };
        assert_eq!(about(value("1e3", "%")), Unfit::Value);
        assert_eq!(about(value("7 or death", "%")), Unfit::Value);
        assert_eq!(about(value("7", "")), Unfit::Unit);
        assert_eq!(about(value("7", "% ever or death")), Unfit::Unit);
        let aged = Criterion { age_from: "70".to_owned(), age_to: "20".to_owned(), ..form() };
        assert_eq!(aged.aged().unwrap_err(), Unfit::Age);
        assert_eq!(form().aged().unwrap_err(), Unfit::Age);
    }
}

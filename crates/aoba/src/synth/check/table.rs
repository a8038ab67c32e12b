//! The table of what was planted or cited and what was found, for people and for programs.

use std::io::{self, Write};

use serde_json::{Value, json};
use vocab::{Locale, Text};

use super::estimate::{Estimate, Scale};
use crate::cli::ListFormat;
use crate::output::List;

/// A planted number is off when it is outside the 95 % interval made this many times as wide: of
/// a hundred right ones, fewer than one in ten thousand is then called off by chance.
pub(super) const WIDENED_BY: f64 = 2.0;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A parameter of the simulation, to be found again in the data.
    Planted,
    /// A published figure; the data are to come near it, within this part of it.
    Cited {
        /// 0.3: from 1/1.3 of it to 1.3 times.
        within: f64,
    },
    /// Shown beside others and judged by nobody.
    Shown,
}

/// How a number is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// As it is.
    Plain,
    /// Times a hundred.
    Percent,
    /// Events in a thousand person-years.
    PerThousandYears,
    /// A quotient of two rates or odds.
    Ratio,
}

/// One number, expected and found.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its name for programs, as in `truth.json` where it is there.
    pub(super) name: String,
    /// Its name for people.
    pub(super) title: String,
    /// Whether it was planted or published.
    pub(super) kind: Kind,
    /// How it is printed.
    pub(super) unit: Unit,
    /// What it should be.
    pub(super) expected: f64,
    /// What was found; none where the data cannot tell.
    pub(super) found: Option<Estimate>,
    /// Where the expected number is from.
    pub(super) source: String,
}

/// What a line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Found as expected.
    Fine,
    /// Found otherwise.
    Off,
    /// Too few people to tell.
    Few,
    /// Not judged.
    None,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Off => "off",
            Self::Few => "few",
            Self::None => "shown",
        }
    }
}

impl Line {
    /// Holds what was found against what was expected.
    pub(super) fn verdict(&self) -> Verdict {
        let Some(found) = self.found else { return Verdict::Few };
        let scale = match self.unit {
            Unit::Ratio | Unit::PerThousandYears => Scale::Ratio,
            Unit::Plain | Unit::Percent => Scale::Difference,
        };
        let fine = match self.kind {
            Kind::Planted => found.widened(WIDENED_BY, scale).holds(self.expected),
            Kind::Cited { within } => {
                let (low, high) = (self.expected / (1.0 + within), self.expected * (1.0 + within));
                found.low <= high && found.high >= low
            }
            Kind::Shown => return Verdict::None,
        };
        if fine { Verdict::Fine } else { Verdict::Off }
    }

    /// Whether something planted was not found.
    pub(super) fn is_failure(&self) -> bool {
        self.kind == Kind::Planted && self.verdict() == Verdict::Off
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "title": self.title,
            "kind": match self.kind {
                Kind::Planted => "planted",
                Kind::Cited { .. } => "cited",
                Kind::Shown => "shown",
            },
            "expected": self.expected,
            "found": self.found.map(|found| found.value),
            "low": self.found.map(|found| found.low),
            "high": self.found.map(|found| found.high),
            "verdict": self.verdict().word(),
            "source": self.source,
        })
    }
}

/// Whose numbers they are.
pub(super) struct Checked {
    /// The seed.
    pub(super) seed: u64,
    /// Patients.
    pub(super) patients: u64,
    /// The numbers.
    pub(super) lines: Vec<Line>,
    /// Planted figures that nothing here estimates.
    pub(super) left: Vec<String>,
}

impl Checked {
    /// Prints for programs.
    pub(super) fn print_json(&self, to: &mut dyn Write) -> io::Result<()> {
        let value = json!({
            "seed": self.seed,
            "patients": self.patients,
            "widened_by": WIDENED_BY,
            "failures": self.lines.iter().filter(|line| line.is_failure()).count(),
            "lines": self.lines.iter().map(Line::json).collect::<Vec<_>>(),
            "not_estimated": self.left,
        });
        serde_json::to_writer_pretty(&mut *to, &value)?;
        writeln!(to)
    }

    /// Prints for people.
    pub(super) fn print(&self, locale: Locale, to: &mut dyn Write) -> io::Result<()> {
        let mut list = List::new(&COLUMNS.map(|column| column.get(locale)));
        for line in &self.lines {
            let kind = match line.kind {
                Kind::Planted => PLANTED,
                Kind::Cited { .. } => CITED,
                Kind::Shown => SHOWN,
            };
            let interval = line.found.map(|found| {
                format!("{} – {}", number(found.low, line.unit), number(found.high, line.unit))
            });
            list.push(vec![
                line.title.clone().into(),
                kind.get(locale).into(),
                number(line.expected, line.unit).into(),
                line.found.map(|found| number(found.value, line.unit)).into(),
                interval.into(),
                verdict(line.verdict()).get(locale).into(),
                line.source.clone().into(),
            ]);
        }
        list.print(ListFormat::Table, to)?;
        self.sum_up(locale, to)
    }

    fn sum_up(&self, locale: Locale, to: &mut dyn Write) -> io::Result<()> {
        let count = |wanted: Verdict, planted: bool| {
            let lines = self.lines.iter();
            lines
                .filter(|line| (line.kind == Kind::Planted) == planted)
                .filter(|line| line.verdict() == wanted)
                .count()
        };
        let [fine, off, few] = [Verdict::Fine, Verdict::Off, Verdict::Few].map(|v| count(v, true));
        let [near, far] = [Verdict::Fine, Verdict::Off].map(|v| count(v, false));
        let left = self.left.len();
        match locale {
            Locale::En => {
                writeln!(
                    to,
                    "planted: {fine} found again, {off} off (outside the 95 % interval made \
                     {WIDENED_BY} times as wide), {few} with too few people to tell"
                )?;
                writeln!(to, "cited: {near} near the published figure, {far} not")?;
                writeln!(to, "not estimated: {left} planted figures, named by --format json")
            }
            Locale::Ja => {
                writeln!(
                    to,
                    "設定値: 再現 {fine}、不一致 {off}(95 %信頼区間を{WIDENED_BY}倍に広げても外れるもの)、\
                     人数不足 {few}"
                )?;
                writeln!(to, "公表値: 近い {near}、離れている {far}")?;
                writeln!(to, "推定していない設定値: {left} (名前は--format jsonで)")
            }
        }
    }
}

const COLUMNS: [Text; 7] = [
    Text { ja: "項目", en: "what" },
    Text { ja: "種類", en: "kind" },
    Text { ja: "期待値", en: "expected" },
    Text { ja: "推定値", en: "found" },
    Text { ja: "95 %信頼区間", en: "95 % interval" },
    Text { ja: "判定", en: "verdict" },
    Text { ja: "出典", en: "source" },
];

const PLANTED: Text = Text { ja: "設定", en: "planted" };
const CITED: Text = Text { ja: "公表", en: "cited" };
const SHOWN: Text = Text { ja: "参考", en: "shown" };

fn verdict(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Fine => Text { ja: "一致", en: "ok" },
        Verdict::Off => Text { ja: "不一致", en: "off" },
        Verdict::Few => Text { ja: "人数不足", en: "few" },
        Verdict::None => Text { ja: "—", en: "—" },
    }
}

/// A number for reading: three digits that say something.
fn number(value: f64, unit: Unit) -> String {
    let (value, suffix) = match unit {
        Unit::Plain | Unit::Ratio => (value, ""),
        Unit::Percent => (value * 100.0, " %"),
        Unit::PerThousandYears => (value * 1000.0, " ‰/y"),
    };
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    format!("{value:.decimals$}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: Kind, unit: Unit, expected: f64, found: Option<Estimate>) -> Line {
        let name = "stroke.rate".to_owned();
        let title = "脳卒中の発症率".to_owned();
        let source = "somewhere".to_owned();
        Line { name, title, kind, unit, expected, found, source }
    }

    #[test]
    fn a_planted_number_is_off_only_outside_the_widened_interval() {
        let found = Some(Estimate::normal(1.0, 0.1));
        let verdict = |expected| line(Kind::Planted, Unit::Plain, expected, found).verdict();
        assert_eq!(verdict(1.1), Verdict::Fine);
        assert_eq!(verdict(1.38), Verdict::Fine);
        assert_eq!(verdict(1.40), Verdict::Off);
        let few = line(Kind::Planted, Unit::Plain, 1.0, None);
        assert!(few.verdict() == Verdict::Few && !few.is_failure());
        assert!(line(Kind::Planted, Unit::Ratio, 3.0, found).is_failure());
    }

    #[test]
    fn a_cited_number_is_off_where_the_interval_stays_away_and_is_no_failure() {
        let found = Some(Estimate { value: 0.5, low: 0.45, high: 0.55 });
        let of = |expected| line(Kind::Cited { within: 0.2 }, Unit::Percent, expected, found);
        assert_eq!(of(0.62).verdict(), Verdict::Fine);
        assert_eq!(of(0.70).verdict(), Verdict::Off);
        assert!(!of(0.70).is_failure());
    }

    #[test]
    fn numbers_are_printed_with_three_digits() {
        assert_eq!(number(0.1234, Unit::Percent), "12.3 %");
        assert_eq!(number(0.00123, Unit::PerThousandYears), "1.23 ‰/y");
        assert_eq!(number(1234.5, Unit::Plain), "1234");
        assert_eq!(number(0.8, Unit::Ratio), "0.800");
    }

    #[test]
    fn the_table_speaks_both_languages_and_says_what_failed() {
        let far = Some(Estimate::normal(9.0, 0.1));
        let lines = vec![line(Kind::Planted, Unit::Plain, 1.0, far)];
        let checked = Checked { seed: 1, patients: 2, lines, left: Vec::new() };
        let printed = |locale| {
            let mut out = Vec::new();
            checked.print(locale, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(printed(Locale::Ja).contains("不一致") && printed(Locale::En).contains("1 off"));
        let mut out = Vec::new();
        checked.print_json(&mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["failures"], 1);
        assert_eq!(value["lines"][0]["verdict"], "off");
    }
}

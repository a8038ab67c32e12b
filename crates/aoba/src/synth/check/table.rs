//! The table of what was planted or cited and what was found, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use vocab::{Locale, Text};

use super::super::trouble::grouped;
use super::estimate::{Estimate, Z};
use super::finding::Of;
use super::verdict::{self, ALARM, Row, Verdict};
use crate::cli::ListFormat;
use crate::output::List;

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

/// A planted figure that no line judges, and why.
#[derive(Clone, Debug)]
pub(super) struct Left {
    /// Its name.
    pub(super) name: String,
    /// Why.
    pub(super) reason: String,
}

/// Whose numbers they are.
pub(super) struct Checked {
    /// The seed.
    pub(super) seed: u64,
    /// Patients.
    pub(super) patients: u64,
    /// The numbers.
    pub(super) rows: Vec<Row>,
    /// Planted figures that nothing here estimates.
    pub(super) left: Vec<Left>,
}

/// What the planted figures came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    fine: usize,
    off: usize,
    few: usize,
    left: usize,
}

impl Figures {
    fn estimated(self) -> usize {
        self.fine + self.off + self.few
    }
}

impl Checked {
    /// How far out the limits are.
    fn limit(&self) -> f64 {
        verdict::limit(&self.rows)
    }

    /// Lines of planted numbers that were not found.
    pub(super) fn failures(&self) -> usize {
        let z = self.limit();
        let judged = self.rows.iter().filter(|row| row.is_judged());
        judged.filter(|row| row.verdict(z) == Verdict::Off).count()
    }

    /// What the figures came to: one that is estimated in several ways is off if it is so by one
    /// of them, and too few to tell if it is so by all.
    fn figures(&self) -> Figures {
        let z = self.limit();
        let mut of: BTreeMap<&str, Verdict> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.is_judged()) {
            let Some(figure) = &row.figure else { continue };
            let verdict = row.verdict(z);
            let seen = of.entry(figure).or_insert(verdict);
            *seen = match (*seen, verdict) {
                (Verdict::Off, _) | (_, Verdict::Off) => Verdict::Off,
                (Verdict::Fine, _) | (_, Verdict::Fine) => Verdict::Fine,
                (seen, _) => seen,
            };
        }
        let count = |wanted| of.values().filter(|verdict| **verdict == wanted).count();
        let [fine, off, few] = [Verdict::Fine, Verdict::Off, Verdict::Few].map(count);
        Figures { fine, off, few, left: self.left.len() }
    }

    /// Lines told, and those of them whose plain 95 % interval does not hold the figure.
    fn outside(&self) -> (usize, usize) {
        let told = self.rows.iter().filter_map(Row::is_outside);
        told.fold((0, 0), |(all, outside), is| (all + 1, outside + usize::from(is)))
    }

    /// Prints for programs.
    pub(super) fn print_json(&self, to: &mut dyn Write) -> io::Result<()> {
        let (z, figures, (told, outside)) = (self.limit(), self.figures(), self.outside());
        let left = self.left.iter().map(|left| json!({"name": left.name, "reason": left.reason}));
        let value = json!({
            "seed": self.seed,
            "patients": self.patients,
            "rule": {
                "wrongly_off_in_one_check": ALARM,
                "standard_errors": z,
                "widened_by": z / Z,
                "outside_95_percent": { "told": told, "outside": outside },
            },
            "figures": {
                "planted": figures.estimated() + figures.left,
                "estimated": figures.estimated(),
                "ok": figures.fine,
                "off": figures.off,
                "few": figures.few,
                "not_estimated": figures.left,
            },
            "failures": self.failures(),
            "lines": self.rows.iter().map(|row| self.line(row, z)).collect::<Vec<_>>(),
            "not_estimated": left.collect::<Vec<_>>(),
        });
        serde_json::to_writer_pretty(&mut *to, &value)?;
        writeln!(to)
    }

    fn line(&self, row: &Row, z: f64) -> Value {
        let line = &row.line;
        json!({
            "name": line.name,
            "title": line.title,
            "figure": row.figure,
            "kind": match line.kind {
                Kind::Planted => "planted",
                Kind::Cited { .. } => "cited",
                Kind::Shown => "shown",
            },
            "expected": line.expected,
            "found": line.found.map(|found| found.value),
            "low": line.found.map(|found| found.low),
            "high": line.found.map(|found| found.high),
            "events": row.finding.events,
            "among": row.finding.among.map(|(all, _)| all),
            "among_what": row.finding.among.map(|(_, of)| of.word()),
            "verdict": row.verdict(z).word(),
            "patients_wanted": row.patients_wanted(self.patients, z),
            "source": line.source,
        })
    }

    /// Prints for people.
    pub(super) fn print(&self, locale: Locale, to: &mut dyn Write) -> io::Result<()> {
        let z = self.limit();
        let mut list = List::new(&COLUMNS.map(|column| column.get(locale)));
        for row in &self.rows {
            let line = &row.line;
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
                behind(row, locale).into(),
                self.told(row, z, locale).into(),
                line.source.clone().into(),
            ]);
        }
        list.print(ListFormat::Table, to)?;
        self.sum_up(locale, to)
    }

    /// The verdict, and how many patients would be enough where these are too few.
    fn told(&self, row: &Row, z: f64, locale: Locale) -> String {
        let word = match row.verdict(z) {
            Verdict::Fine => Text { ja: "一致", en: "ok" },
            Verdict::Off => Text { ja: "不一致", en: "off" },
            Verdict::Few => Text { ja: "人数不足", en: "few" },
            Verdict::None => Text { ja: "—", en: "—" },
        };
        let word = word.get(locale);
        match (row.patients_wanted(self.patients, z).map(grouped), locale) {
            (Some(wanted), Locale::En) => format!("{word}: {wanted} wanted"),
            (Some(wanted), Locale::Ja) => format!("{word}({wanted}人で判定可)"),
            (None, _) => word.to_owned(),
        }
    }

    fn sum_up(&self, locale: Locale, to: &mut dyn Write) -> io::Result<()> {
        let z = self.limit();
        let Figures { fine, off, few, left } = self.figures();
        let estimated = fine + off + few;
        let planted = estimated + left;
        let cited = |wanted: Verdict| {
            let cited = self.rows.iter().filter(|row| matches!(row.line.kind, Kind::Cited { .. }));
            cited.filter(|row| row.verdict(z) == wanted).count()
        };
        let (near, far) = (cited(Verdict::Fine), cited(Verdict::Off));
        let (told, outside) = self.outside();
        let widened = z / Z;
        match locale {
            Locale::En => {
                writeln!(
                    to,
                    "planted: {planted} figures, {estimated} estimated: {fine} agree, {off} off \
                     (outside the 95 % interval made {widened:.2} times as wide, so that one check \
                     in twenty calls anything off wrongly), {few} with too few people to tell; \
                     {left} not estimated"
                )?;
                writeln!(
                    to,
                    "of {told} lines told, {outside} are outside their plain 95 % interval; chance \
                     alone makes one in twenty"
                )?;
                writeln!(to, "cited: {near} near the published figure, {far} not")?;
            }
            Locale::Ja => {
                writeln!(
                    to,
                    "設定値: {planted}件のうち{estimated}件を推定。一致 {fine}、不一致 {off}\
                     (95 %信頼区間を{widened:.2}倍に広げても外れるもの。正しい値を1つでも誤って\
                     不一致とするのは20回の検査に1回)、人数不足 {few}。推定していないもの {left}"
                )?;
                writeln!(
                    to,
                    "判定した{told}行のうち、もとの95 %信頼区間から外れるもの {outside}\
                     (偶然でも20に1つは外れる)"
                )?;
                writeln!(to, "公表値: 近い {near}、離れている {far}")?;
            }
        }
        for Left { name, reason } in &self.left {
            match locale {
                Locale::En => writeln!(to, "not estimated: {name}: {reason}")?,
                Locale::Ja => writeln!(to, "推定していない: {name}: {reason}")?,
            }
        }
        Ok(())
    }
}

const COLUMNS: [Text; 8] = [
    Text { ja: "項目", en: "what" },
    Text { ja: "種類", en: "kind" },
    Text { ja: "期待値", en: "expected" },
    Text { ja: "推定値", en: "found" },
    Text { ja: "95 %信頼区間", en: "95 % interval" },
    Text { ja: "件数", en: "events" },
    Text { ja: "判定", en: "verdict" },
    Text { ja: "出典", en: "source" },
];

const PLANTED: Text = Text { ja: "設定", en: "planted" };
const CITED: Text = Text { ja: "公表", en: "cited" };
const SHOWN: Text = Text { ja: "参考", en: "shown" };

/// Events among people, rows or years, as far as they were counted.
fn behind(row: &Row, locale: Locale) -> Option<String> {
    let events = row.finding.events.map(whole);
    let among = row.finding.among.map(|(all, of)| {
        let unit = match of {
            Of::People => Text { ja: "人", en: " people" },
            Of::Rows => Text { ja: "件", en: " rows" },
            Of::Years => Text { ja: "人年", en: " years" },
            Of::Expected => Text { ja: "件期待", en: " expected" },
        };
        format!("{}{}", whole(all), unit.get(locale))
    });
    match (events, among) {
        (Some(events), Some(among)) => Some(format!("{events} / {among}")),
        (events, among) => events.or(among),
    }
}

/// A count for reading.
fn whole(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count is no less than nought and well below what a u64 holds"
    )]
    grouped(number.round().max(0.0) as u64)
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
    use super::super::finding::Finding;
    use super::*;

    fn row(figure: &str, expected: f64, finding: Finding) -> Row {
        let [name, title, source] = [figure, "脳卒中の発症率", "somewhere"].map(str::to_owned);
        let (kind, unit, found) = (Kind::Planted, Unit::PerThousandYears, finding.found);
        let line = Line { name, title, kind, unit, expected, found, source };
        Row { line, figure: Some(figure.to_owned()), finding }
    }

    fn checked() -> Checked {
        let rate = |events| Finding::rate(events, 1_000.0);
        let rows = vec![
            row("far", 0.001, rate(90.0)),
            row("near", 0.09, rate(90.0)),
            row("rare", 0.001, rate(1.0)),
            // In two ways: one agrees, the other cannot tell.
            row("twice", 0.09, rate(90.0)),
            row("twice", 0.09, Finding::of(None)),
        ];
        let left = Left { name: "hidden".to_owned(), reason: "nobody knows".to_owned() };
        Checked { seed: 1, patients: 20_000, rows, left: vec![left] }
    }

    #[test]
    fn numbers_are_printed_with_three_digits() {
        assert_eq!(number(0.1234, Unit::Percent), "12.3 %");
        assert_eq!(number(0.00123, Unit::PerThousandYears), "1.23 ‰/y");
        assert_eq!(number(1234.5, Unit::Plain), "1234");
        assert_eq!(number(0.8, Unit::Ratio), "0.800");
    }

    #[test]
    fn figures_are_counted_once_however_many_lines_they_have() {
        let figures = checked().figures();
        assert_eq!(figures, Figures { fine: 2, off: 1, few: 1, left: 1 });
        assert_eq!((figures.estimated(), checked().failures()), (4, 1));
        assert_eq!(checked().outside(), (3, 1));
    }

    #[test]
    fn the_table_speaks_both_languages_and_says_what_failed_and_what_is_wanted() {
        let printed = |locale| {
            let mut out = Vec::new();
            checked().print(locale, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let (ja, en) = (printed(Locale::Ja), printed(Locale::En));
        assert!(ja.contains("不一致 1") && ja.contains("200,000人で判定可"), "{ja}");
        assert!(ja.contains("90 / 1,000人年") && ja.contains("推定していない: hidden"), "{ja}");
        assert!(en.contains("5 figures, 4 estimated: 2 agree, 1 off"), "{en}");
        assert!(en.contains("few: 200,000 wanted") && en.contains("nobody knows"), "{en}");
        let mut out = Vec::new();
        checked().print_json(&mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&value["failures"], &value["figures"]["few"]), (&json!(1), &json!(1)));
        let [off, _, few] = [0, 1, 2].map(|at| value["lines"][at].clone());
        assert_eq!((&off["verdict"], &off["events"]), (&json!("off"), &json!(90.0)));
        assert_eq!(
            (&few["patients_wanted"], &few["among_what"]),
            (&json!(200_000), &json!("person_years"))
        );
        assert_eq!(value["not_estimated"][0]["name"], "hidden");
    }
}

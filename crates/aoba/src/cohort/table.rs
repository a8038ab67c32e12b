//! Tables of released counts, for people with small bars and for programs as JSON.

use std::io::{self, Write};

use disclosure::{Released, ReleasedValue};
use serde_json::{Map, Value, json};
use vocab::Locale;

use crate::cli::ListFormat;
use crate::output::List;

/// The longest bar, in characters.
const BAR_MAX: u64 = 20;
/// The bar of a number that is not told: one of a kind, whatever the number is.
const HIDDEN: &str = "░";

/// A table of released counts.
pub(super) struct Table {
    /// What is told of.
    pub(super) title: String,
    /// What each number counts: the name for programs, and the words above the column.
    pub(super) columns: Vec<(&'static str, String)>,
    /// The rows, in order.
    pub(super) rows: Vec<Row>,
    /// Of which columns there are bars.
    pub(super) bars: Bars,
    /// Quantiles, by how many of a hundred lie below, where there is an order.
    pub(super) quantiles: Vec<(u8, Option<ReleasedValue>)>,
}

/// Of which columns there are bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bars {
    /// The first.
    First,
    /// The first to the left and the second to the right.
    Both,
}

/// A row of a table.
pub(super) struct Row {
    /// What it is, in words.
    pub(super) label: String,
    /// The same for programs.
    pub(super) facts: Map<String, Value>,
    /// A number for each column.
    pub(super) numbers: Vec<Released>,
}

impl Row {
    /// Whether its first number may be told.
    pub(super) fn is_told(&self) -> bool {
        self.number(0).is_some()
    }

    fn number(&self, at: usize) -> Option<u64> {
        self.numbers.get(at).and_then(|released| released.number())
    }
}

/// Facts of a row from a JSON object.
pub(super) fn facts(of: Value) -> Map<String, Value> {
    match of {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// Without the rows at either end of which nothing may be told: that they are there would tell how
/// far the values reach.
pub(super) fn between_told(mut rows: Vec<Row>) -> Vec<Row> {
    let end = rows.iter().rposition(Row::is_told).map_or(0, |last| last + 1);
    rows.truncate(end);
    let first = rows.iter().position(Row::is_told).unwrap_or(0);
    rows.split_off(first)
}

impl Table {
    /// For reading.
    pub(super) fn print(&self, out: &mut dyn Write, locale: Locale) -> io::Result<()> {
        writeln!(out, "\n{}", self.title)?;
        if self.rows.is_empty() {
            writeln!(
                out,
                "{}",
                match locale {
                    Locale::En => "no row may be told",
                    Locale::Ja => "表示できる行はありません",
                }
            )?;
        } else {
            self.list().print(ListFormat::Table, out)?;
        }
        if self.quantiles.is_empty() {
            return Ok(());
        }
        let said = self.quantiles.iter().map(|(percent, value)| {
            let value = value.map_or("–".to_owned(), |value| value.to_string());
            format!("{percent}% {value}")
        });
        let head = match locale {
            Locale::En => "quantiles of people",
            Locale::Ja => "分位点(人)",
        };
        writeln!(out, "{head}: {}", said.collect::<Vec<_>>().join(", "))
    }

    fn list(&self) -> List {
        let heads = self.columns.iter().map(|(_, head)| head.clone());
        let mut list =
            List::of([String::new()].into_iter().chain(heads).chain([String::new()]).collect());
        let drawn = if self.bars == Bars::Both { 2 } else { 1 };
        let numbers = self.rows.iter().flat_map(|row| (0..drawn).filter_map(|at| row.number(at)));
        let most = numbers.max().unwrap_or(0);
        for row in &self.rows {
            let numbers = row.numbers.iter().map(|released| Value::from(released.brief()));
            let label = Value::from(row.label.clone());
            let bar = Value::from(self.bar(row, most));
            list.push([label].into_iter().chain(numbers).chain([bar]).collect());
        }
        list
    }

    fn bar(&self, row: &Row, most: u64) -> String {
        let bar = |at: usize| match row.numbers.get(at).map(|released| released.number()) {
            None => String::new(),
            Some(None) => HIDDEN.to_owned(),
            Some(Some(number)) => "█".repeat(length(number, most)),
        };
        match self.bars {
            Bars::First => bar(0),
            Bars::Both => {
                let left = bar(0);
                let gap = length(1, 1).saturating_sub(left.chars().count());
                format!("{}{left}|{}", " ".repeat(gap), bar(1))
            }
        }
    }

    /// For programs.
    pub(super) fn value(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let mut value = row.facts.clone();
            for ((name, _), number) in self.columns.iter().zip(&row.numbers) {
                value.insert((*name).to_owned(), json!(number));
            }
            Value::Object(value)
        });
        let mut value = json!({ "title": self.title, "rows": rows.collect::<Vec<_>>() });
        if !self.quantiles.is_empty() {
            let quantiles = self.quantiles.iter().map(|(percent, told)| match told {
                None => json!({ "percent": percent, "withheld": true }),
                Some(told) => {
                    json!({ "percent": percent, "about": told.about(), "step": told.step() })
                }
            });
            value["quantiles"] = quantiles.collect();
        }
        value
    }
}

/// How long the bar of a number is.
fn length(number: u64, most: u64) -> usize {
    let length = number.saturating_mul(BAR_MAX).div_ceil(most.max(1));
    usize::try_from(length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use disclosure::{Policy, release_rounded};
    use vocab::RawCount;

    use super::*;

    fn row(label: &str, numbers: &[u64]) -> Row {
        let released = |number: &u64| {
            let number = RawCount::new(*number);
            release_rounded(number, number, &Policy::default())
        };
        let facts = facts(json!({ "of": label }));
        Row { label: label.to_owned(), facts, numbers: numbers.iter().map(released).collect() }
    }

    fn table(bars: Bars, rows: Vec<Row>) -> Table {
        let columns = vec![("women", "women".to_owned()), ("men", "men".to_owned())];
        Table { title: "ages".to_owned(), columns, rows, bars, quantiles: Vec::new() }
    }

    fn printed(table: &Table) -> String {
        let mut out = Vec::new();
        table.print(&mut out, Locale::En).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn bars_have_the_length_of_what_is_told() {
        let table = table(Bars::Both, vec![row("0-4", &[40, 9]), row("5-9", &[20, 21])]);
        let hidden = format!("{}|░", "█".repeat(20));
        let told = format!("{}{}|{}", " ".repeat(10), "█".repeat(10), "█".repeat(10));
        let expect = format!(
            "\nages\n     women  men\n0-4  40     <10  {hidden}\n5-9  20     20   {told}\n"
        );
        assert_eq!(printed(&table), expect);
        let json = json!({ "title": "ages", "rows": [
            { "of": "0-4", "women": { "about": 40 }, "men": { "fewer_than": 10 } },
            { "of": "5-9", "women": { "about": 20 }, "men": { "about": 20 } },
        ] });
        assert_eq!(table.value(), json);
    }

    #[test]
    fn ends_of_which_nothing_is_told_are_left_out_and_gaps_are_not() {
        let rows = [3, 0, 12, 4, 30, 9].map(|number| row(&number.to_string(), &[number]));
        let told = between_told(rows.into_iter().collect());
        let labels: Vec<&str> = told.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["12", "4", "30"]);
        let none = table(Bars::First, between_told(vec![row("3", &[3])]));
        assert!(printed(&none).contains("no row may be told"));
    }
}

//! Tables of released counts on a terminal, with small bars.

use std::io::{self, Write};

use serde_json::Value;
use slices::cohorts::told::{Bars, Row, Table};
use vocab::Locale;

use crate::cli::ListFormat;
use crate::output::List;

/// The longest bar, in characters.
const BAR_MAX: u64 = 20;
/// The bar of a number that is not told: one of a kind, whatever the number is.
const HIDDEN: &str = "░";

/// Prints a table for reading.
pub(super) fn print(table: &Table, out: &mut dyn Write, locale: Locale) -> io::Result<()> {
    writeln!(out, "\n{}", table.title)?;
    if table.rows.is_empty() {
        writeln!(
            out,
            "{}",
            match locale {
                Locale::En => "no row may be told",
                Locale::Ja => "表示できる行はありません",
            }
        )?;
    } else {
        list(table).print(ListFormat::Table, out)?;
    }
    if table.quantiles.is_empty() {
        return Ok(());
    }
    let said = table.quantiles.iter().map(|(percent, value)| {
        let value = value.map_or("–".to_owned(), |value| value.to_string());
        format!("{percent}% {value}")
    });
    let head = match locale {
        Locale::En => "quantiles of people",
        Locale::Ja => "分位点(人)",
    };
    writeln!(out, "{head}: {}", said.collect::<Vec<_>>().join(", "))
}

fn list(table: &Table) -> List {
    let heads = table.columns.iter().map(|(_, head)| head.clone());
    let mut list =
        List::of([String::new()].into_iter().chain(heads).chain([String::new()]).collect());
    let drawn = if table.bars == Bars::Both { 2 } else { 1 };
    let numbers = table.rows.iter().flat_map(|row| (0..drawn).filter_map(|at| row.number(at)));
    let most = numbers.max().unwrap_or(0);
    for row in &table.rows {
        let numbers = row.numbers.iter().map(|released| Value::from(released.brief()));
        let label = Value::from(row.label.clone());
        let bar = Value::from(bar_of(table.bars, row, most));
        list.push([label].into_iter().chain(numbers).chain([bar]).collect());
    }
    list
}

fn bar_of(bars: Bars, row: &Row, most: u64) -> String {
    let bar = |at: usize| match row.numbers.get(at).map(|released| released.number()) {
        None => String::new(),
        Some(None) => HIDDEN.to_owned(),
        Some(Some(number)) => "█".repeat(length(number, most)),
    };
    match bars {
        Bars::First => bar(0),
        Bars::Both => {
            let left = bar(0);
            let gap = length(1, 1).saturating_sub(left.chars().count());
            format!("{}{left}|{}", " ".repeat(gap), bar(1))
        }
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
    use serde_json::json;
    use slices::cohorts::told::facts;
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
        print(table, &mut out, Locale::En).unwrap();
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
    fn a_table_of_which_nothing_may_be_told_says_so() {
        assert!(printed(&table(Bars::First, Vec::new())).contains("no row may be told"));
    }
}

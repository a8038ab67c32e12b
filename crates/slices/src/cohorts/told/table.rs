//! Tables of released counts: rows with a number for each column, and what programs read of them.

use disclosure::{Released, ReleasedValue};
use serde_json::{Map, Value, json};

/// A table of released counts.
#[derive(Clone, Debug)]
pub struct Table {
    /// What is told of.
    pub title: String,
    /// What each number counts: the name for programs, and the words above the column.
    pub columns: Vec<(&'static str, String)>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// Of which columns there are bars.
    pub bars: Bars,
    /// Quantiles, by how many of a hundred lie below, where there is an order.
    pub quantiles: Vec<(u8, Option<ReleasedValue>)>,
}

/// Of which columns there are bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bars {
    /// The first.
    First,
    /// The first to the left and the second to the right.
    Both,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is, in words.
    pub label: String,
    /// The same for programs.
    pub facts: Map<String, Value>,
    /// A number for each column.
    pub numbers: Vec<Released>,
}

impl Row {
    /// Whether its first number may be told.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.number(0).is_some()
    }

    /// One of its numbers, where it may be told.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<u64> {
        self.numbers.get(at).and_then(|released| released.number())
    }
}

/// Facts of a row from a JSON object.
#[must_use]
pub fn facts(of: Value) -> Map<String, Value> {
    match of {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// Without the rows at either end of which nothing may be told: that they are there would tell how
/// far the values reach.
#[must_use]
pub fn between_told(mut rows: Vec<Row>) -> Vec<Row> {
    let end = rows.iter().rposition(Row::is_told).map_or(0, |last| last + 1);
    rows.truncate(end);
    let first = rows.iter().position(Row::is_told).unwrap_or(0);
    rows.split_off(first)
}

impl Table {
    /// For programs.
    #[must_use]
    pub fn value(&self) -> Value {
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

#[cfg(test)]
mod tests {
    use disclosure::{Policy, release_rounded};
    use vocab::RawCount;

    use super::*;

    #[test]
    fn ends_of_which_nothing_is_told_are_left_out_and_gaps_are_not() {
        let row = |number: u64| {
            let people = RawCount::new(number);
            let numbers = vec![release_rounded(people, people, &Policy::default())];
            Row { label: number.to_string(), facts: facts(json!({ "of": number })), numbers }
        };
        let told = between_told([3, 0, 12, 4, 30, 9].map(row).into_iter().collect());
        let labels: Vec<&str> = told.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["12", "4", "30"]);
        assert!(between_told(vec![row(3)]).is_empty());
    }
}

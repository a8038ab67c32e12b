//! Lists and answers, printed for people or for programs.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::cli::ListFormat;

/// What kept a line from being printed, the first time.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line as `println!` does. Where nobody reads any more the rest is dropped and the work goes
/// on; what else is wrong is told once the command has ended.
macro_rules! tell {
    ($($part:tt)*) => { $crate::output::line(format_args!($($part)*)) };
}
pub(crate) use tell;

/// Prints a line; see [`tell`].
pub(crate) fn line(text: fmt::Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout().lock(), "{text}")
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        FAILED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// What kept lines from being printed, if anything did.
pub(crate) fn failed() -> Option<io::Error> {
    FAILED.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A list with named columns.
pub(crate) struct List {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl List {
    /// Starts a list.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self::of(columns.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Starts a list of which the columns are named elsewhere.
    pub(crate) fn of(columns: Vec<String>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; it has a value for each column.
    pub(crate) fn push(&mut self, row: Vec<Value>) {
        assert_eq!(row.len(), self.columns.len(), "a row has a value for each column");
        self.rows.push(row);
    }

    /// Prints the list.
    pub(crate) fn print(&self, format: ListFormat, to: &mut dyn Write) -> io::Result<()> {
        match format {
            ListFormat::Json => self.print_json(to),
            ListFormat::Csv => self.print_csv(to),
            ListFormat::Table => self.print_table(to),
        }
    }

    fn print_json(&self, to: &mut dyn Write) -> io::Result<()> {
        let objects: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let fields = self.columns.iter().cloned();
                Value::Object(fields.zip(row.iter().cloned()).collect::<Map<_, _>>())
            })
            .collect();
        serde_json::to_writer_pretty(&mut *to, &objects)?;
        writeln!(to)
    }

    fn print_csv(&self, to: &mut dyn Write) -> io::Result<()> {
        let names: Vec<String> = self.columns.iter().map(|name| quote(name)).collect();
        writeln!(to, "{}", names.join(","))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|value| quote(&text(value))).collect();
            writeln!(to, "{}", cells.join(","))?;
        }
        Ok(())
    }

    fn print_table(&self, to: &mut dyn Write) -> io::Result<()> {
        let texts: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let cells = texts.iter().filter_map(|row| row.get(at)).map(|cell| width(cell));
                cells.chain([width(name)]).max().unwrap_or(0)
            })
            .collect();
        let numeric = |at: usize| {
            self.rows.iter().all(|row| row.get(at).is_some_and(|v| v.is_number() || v.is_null()))
        };
        let mut line = |cells: &[String]| -> io::Result<()> {
            let mut out = String::new();
            for (at, (cell, wide)) in cells.iter().zip(&widths).enumerate() {
                let gap = " ".repeat(wide.saturating_sub(width(cell)));
                let padded = if numeric(at) { gap + cell } else { cell.clone() + &gap };
                out.push_str(&padded);
                out.push_str("  ");
            }
            writeln!(to, "{}", out.trim_end())
        };
        line(&self.columns)?;
        texts.iter().try_for_each(|row| line(row))
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Columns a terminal gives the text: two for each wide character.
fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{ffdc}').contains(&c) { 2 } else { 1 }).sum()
}

fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: ListFormat) -> String {
        let mut list = List::new(&["name", "rows"]);
        list.push(vec!["患者".into(), 12.into()]);
        list.push(vec!["a,b".into(), Value::Null]);
        let mut out = Vec::new();
        list.print(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_list_prints_for_people_and_for_programs() {
        assert_eq!(printed(ListFormat::Table), "name  rows\n患者    12\na,b\n");
        assert_eq!(printed(ListFormat::Csv), "name,rows\n患者,12\n\"a,b\",\n");
        let json: Value = serde_json::from_str(&printed(ListFormat::Json)).unwrap();
        assert_eq!(json[0]["rows"], 12);
        assert_eq!(json[1]["rows"], Value::Null);
    }
}

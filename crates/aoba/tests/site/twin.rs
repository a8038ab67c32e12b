//! A file of questions and answers, in the form of sqllogictest as far as it is needed:
//!
//! ```text
//! # What is said of the question.
//! query TI rowsort
//! the question
//! ----
//! answer 1
//! ```
//!
//! Each record ends with an empty line. The types of the columns are `T` (text), `I` (whole
//! number) and `R` (other number); `rowsort` compares rows in no order.

use std::fmt::Write as _;

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Lines before it, each with its `#`.
    pub(crate) comments: Vec<String>,
    /// One letter for each column.
    pub(crate) types: String,
    /// Whether the order of rows is nothing.
    pub(crate) sorted: bool,
    pub(crate) question: String,
    pub(crate) rows: Vec<String>,
}

/// Reads the records of a file.
pub(crate) fn read(text: &str) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    let mut comments = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            comments.push(line.to_owned());
            continue;
        }
        let mut words = line.split_whitespace();
        let (Some("query"), Some(types)) = (words.next(), words.next()) else {
            return Err(format!("{line:?} begins no record; write query TYPES"));
        };
        let sorted = match words.next() {
            None => false,
            Some("rowsort") => true,
            Some(other) => return Err(format!("{other:?} is no way to sort; write rowsort")),
        };
        let question: Vec<&str> = lines.by_ref().take_while(|line| *line != "----").collect();
        let rows = lines.by_ref().take_while(|line| !line.is_empty()).map(str::to_owned).collect();
        records.push(Record {
            comments: std::mem::take(&mut comments),
            types: types.to_owned(),
            sorted,
            question: question.join("\n"),
            rows,
        });
        comments.push(String::new());
    }
    Ok(records)
}

/// Writes records so that they are read again as they are.
pub(crate) fn write(records: &[Record]) -> String {
    let mut text = String::new();
    for record in records {
        for comment in &record.comments {
            let _ = writeln!(text, "{comment}");
        }
        let sort = if record.sorted { " rowsort" } else { "" };
        let _ = writeln!(text, "query {}{sort}\n{}\n----", record.types, record.question);
        for row in &record.rows {
            let _ = writeln!(text, "{row}");
        }
    }
    text
}

#[test]
fn records_are_read_as_they_are_written() {
    let text = "# One file.\n\n# Nobody.\nquery T\na\nb\n----\n\n# Two.\nquery TI rowsort\nc\n----\nx 1\ny 2\n";
    let records = read(text).unwrap();
    assert_eq!(write(&records), text);
    let [nobody, two] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((nobody.question.as_str(), nobody.rows.len(), nobody.sorted), ("a\nb", 0, false));
    assert_eq!(
        (two.types.as_str(), two.rows.as_slice()),
        ("TI", ["x 1", "y 2"].map(str::to_owned).as_slice())
    );
    assert!(two.sorted && read("select 1\n").is_err() && read("query I upside\n").is_err());
}

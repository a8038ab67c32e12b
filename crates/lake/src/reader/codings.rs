//! Which codes occur, under which names, and which of them stand for the same thing in one record.

use std::collections::HashMap;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, RecordBatch, StringArray};

use super::profile::{most_frequent, texts};
use super::tally::{Cell, People, Tally, patients};
use super::{Reader, ReaderError};
use crate::tables::{PATIENT_ID, RESOURCE_KEY, SOURCE};

/// Where codes stand in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codings {
    /// The table.
    pub table: String,
    /// The column of the code.
    pub code: String,
    /// The column of its system.
    pub system: String,
    /// The column of the name beside it.
    pub display: String,
    /// Whether the codings of one record are rows of their own, which then mean the same.
    pub of_one_record: bool,
}

/// One code of one table.
#[derive(Clone, Debug)]
pub struct CodeCount {
    /// The table.
    pub table: String,
    /// Its system, as the sender names it.
    pub system: String,
    /// The code.
    pub code: String,
    /// Its rows and people.
    pub tally: Tally,
    /// The names that stand beside it, the most frequent first.
    pub names: Vec<(String, Tally)>,
    /// Codes that mean the same in the same record: their places in the list.
    pub beside: Vec<(usize, Tally)>,
}

/// So many different codes are counted.
const CODES_MAX: usize = 100_000;
/// So many names of one code are told apart, and kept.
const NAMES_MAX: usize = 50;
const NAMES_KEPT_MAX: usize = 8;
/// So many pairs of codes are counted.
const PAIRS_MAX: usize = 400_000;

impl Reader {
    /// Every code that stands in these columns, in the order met; tables that are not there are
    /// passed over.
    ///
    /// # Errors
    /// When a table cannot be read within the limits.
    ///
    /// # Cost
    /// Reads every row of these tables once.
    pub async fn codes(&self, places: &[Codings]) -> Result<Vec<CodeCount>, ReaderError> {
        let mut told = Vec::new();
        for place in places {
            let Some(columns) = self.columns(&place.table).await? else { continue };
            let names =
                [PATIENT_ID, SOURCE, RESOURCE_KEY, &place.code, &place.system, &place.display];
            if names.iter().any(|name| columns.index_of(name).is_err()) {
                continue;
            }
            let names = names.map(str::to_owned);
            let mut rows = self.scans.rows(&place.table, &names, None).await?;
            let mut counting = Counting::default();
            while let Some(batch) = rows.next().await? {
                counting.add(place, &batch);
            }
            counting.end_record();
            counting.tell(&place.table, &mut told);
        }
        Ok(told)
    }
}

/// The codes of one table while it is read.
#[derive(Default)]
struct Counting {
    people: People,
    /// By system and code: where it is in `codes`.
    places: HashMap<String, usize>,
    codes: Vec<Code>,
    pairs: HashMap<(usize, usize), Cell>,
    /// The record being read: its key, its person and its codes.
    record: String,
    person: u32,
    codes_of_record: Vec<usize>,
}

struct Code {
    system: String,
    code: String,
    cell: Cell,
    names: HashMap<String, Cell>,
}

impl Counting {
    fn add(&mut self, place: &Codings, batch: &RecordBatch) {
        let people = self.people.of(&patients(batch, PATIENT_ID));
        let column = |name: &str| batch.column_by_name(name).and_then(texts);
        let columns =
            [SOURCE, RESOURCE_KEY, &place.system, &place.code, &place.display].map(column);
        let [Some(source), Some(key), Some(system), Some(code), Some(display)] = &columns else {
            return;
        };
        let [source, key, system, code, display] =
            [source, key, system, code, display].map(|column| column.as_string::<i32>());
        for (at, person) in people.iter().enumerate() {
            let Some(number) = self.number(text(system, at), text(code, at)) else { continue };
            self.count(number, text(display, at), *person);
            if place.of_one_record {
                self.beside(text(source, at), text(key, at), number, *person);
            }
        }
    }

    /// The place of a code; none for a row without one, or past the limit.
    fn number(&mut self, system: &str, code: &str) -> Option<usize> {
        if code.is_empty() {
            return None;
        }
        let key = [system, code].join("\u{1f}");
        if let Some(known) = self.places.get(&key) {
            return Some(*known);
        }
        if self.codes.len() >= CODES_MAX {
            return None;
        }
        let number = self.codes.len();
        let (system, code) = (system.to_owned(), code.to_owned());
        self.codes.push(Code { system, code, cell: Cell::default(), names: HashMap::new() });
        self.places.insert(key, number);
        Some(number)
    }

    fn count(&mut self, number: usize, name: &str, person: u32) {
        let Some(code) = self.codes.get_mut(number) else { return };
        code.cell.add(1, person);
        if name.is_empty() {
            return;
        }
        if let Some(known) = code.names.get_mut(name) {
            known.add(1, person);
        } else if code.names.len() < NAMES_MAX {
            code.names.entry(name.to_owned()).or_default().add(1, person);
        }
    }

    /// The codings of one record lie together.
    fn beside(&mut self, source: &str, key: &str, number: usize, person: u32) {
        let same = self.record.strip_prefix(source).and_then(|rest| rest.strip_prefix('\u{1f}'));
        if same != Some(key) {
            self.end_record();
            self.record = [source, key].join("\u{1f}");
        }
        self.person = person;
        self.codes_of_record.push(number);
    }

    fn end_record(&mut self) {
        let codes = std::mem::take(&mut self.codes_of_record);
        for (at, one) in codes.iter().enumerate() {
            for other in codes.iter().skip(at + 1).filter(|other| *other != one) {
                let pair = (*one.min(other), *one.max(other));
                if self.pairs.len() < PAIRS_MAX || self.pairs.contains_key(&pair) {
                    self.pairs.entry(pair).or_default().add(1, self.person);
                }
            }
        }
    }

    fn tell(self, table: &str, told: &mut Vec<CodeCount>) {
        let first = told.len();
        told.extend(self.codes.into_iter().map(|code| CodeCount {
            table: table.to_owned(),
            system: code.system,
            code: code.code,
            tally: code.cell.tally(),
            names: most_frequent(code.names, NAMES_KEPT_MAX),
            beside: Vec::new(),
        }));
        for ((one, other), cell) in self.pairs {
            let tally = cell.tally();
            for (of, with) in [(one, other), (other, one)] {
                if let Some(code) = told.get_mut(first + of) {
                    code.beside.push((first + with, tally));
                }
            }
        }
        for code in told.iter_mut().skip(first) {
            code.beside.sort_by(|a, b| (b.1.rows, a.0).cmp(&(a.1.rows, b.0)));
        }
    }
}

/// The text of a row; empty where there is none.
pub(super) fn text(column: &StringArray, at: usize) -> &str {
    if column.is_valid(at) { column.value(at) } else { "" }
}

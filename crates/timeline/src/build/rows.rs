//! Rows of a shard as they come, with words and codes as numbers.

use std::ops::Range;
use std::sync::Arc;

use crate::dictionary::{Numbered, WordBook};
use crate::event::{
    AttributeValues, Batch, CodeField, CodeSets, Codes, DOSE_UNIT, FIRST_SECOND, LAST_SECOND,
    NUMBER_COLUMNS, STRETCH_MAX, Texts, Times, UNIT, WORD_COLUMNS, Words,
};
use crate::format::decimal::NONE;

/// A start or end that is not recorded.
pub(crate) const NO_TIME: (i64, u32) = (0, 0);

/// Texts that are different in nearly every row.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Arena {
    /// Appends the texts of some rows, which lie one after the other.
    fn push(&mut self, texts: Option<&Texts<'_>>, rows: Range<usize>) {
        let Some(texts) = texts else {
            self.ends.resize(self.ends.len() + rows.len(), self.bytes.len());
            return;
        };
        let wide = |end: Option<&u32>| end.map_or(0, |&end| crate::format::wide(end));
        let first = rows.start.checked_sub(1).map_or(0, |row| wide(texts.ends.get(row)));
        let ends = texts.ends.get(rows.clone()).filter(|ends| ends.is_sorted());
        let bytes = ends.and_then(|ends| texts.bytes.get(first..wide(ends.last()).max(first)));
        if let (Some(ends), Some(bytes)) = (ends, bytes) {
            let before = self.bytes.len();
            self.bytes.extend_from_slice(bytes);
            let end = |&end: &u32| before + crate::format::wide(end).saturating_sub(first);
            self.ends.extend(ends.iter().map(end));
            return;
        }
        // What ends before it begins is no text.
        for row in rows {
            let from = row.checked_sub(1).map_or(0, |row| wide(texts.ends.get(row)));
            let text = texts.bytes.get(from..wide(texts.ends.get(row))).unwrap_or_default();
            self.bytes.extend_from_slice(text);
            self.ends.push(self.bytes.len());
        }
    }

    /// The text of a row; empty where there is none.
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        let Some(&end) = self.ends.get(row) else { return &[] };
        let from = row.checked_sub(1).and_then(|row| self.ends.get(row)).copied().unwrap_or(0);
        self.bytes.get(from..end).unwrap_or_default()
    }
}

/// A column that is made when the first row has something.
#[derive(Debug)]
pub(crate) struct Sparse<T>(Vec<T>);

impl<T: Copy> Sparse<T> {
    /// Appends what the rows from one on have, unless it is nothing in all of them.
    fn push(
        &mut self,
        row: usize,
        values: impl Iterator<Item = T> + Clone,
        nothing: T,
        is_nothing: impl Fn(&T) -> bool,
    ) {
        if !values.clone().all(|value| is_nothing(&value)) {
            self.0.resize(row, nothing);
            self.0.extend(values);
        }
    }

    /// What a row has.
    pub(crate) fn get(&self, row: usize) -> Option<T> {
        self.0.get(row).copied()
    }

    /// Whether no row has anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What rows have under a name of its own.
#[derive(Debug)]
pub(crate) struct Named {
    /// The word of the name.
    pub(crate) name: u32,
    /// Codes + 1; 0 is none.
    pub(crate) codes: Sparse<u32>,
    pub(crate) numbers: Sparse<f64>,
    /// Their units.
    pub(crate) units: Sparse<u32>,
}

impl Named {
    fn new(name: u32) -> Self {
        let (codes, units) = (Sparse(Vec::new()), Sparse(Vec::new()));
        Self { name, codes, numbers: Sparse(Vec::new()), units }
    }
}

/// The rows of a shard.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The shard's first patient.
    pub(crate) first_patient: u32,
    /// How many patients it has, those without rows as well.
    pub(crate) patients: u32,
    /// Patient less the first.
    pub(crate) patient: Vec<u16>,
    pub(crate) kind: Vec<u32>,
    /// Place among the sets of codes + 1; 0 is none.
    pub(crate) codes: Vec<u32>,
    /// The sets of codes of everything that came so far.
    pub(crate) sets: Vec<Arc<[u32]>>,
    pub(crate) start: Vec<(i64, u32)>,
    pub(crate) end: Sparse<(i64, u32)>,
    pub(crate) source: Arena,
    pub(crate) visit: Arena,
    pub(crate) order: Arena,
    pub(crate) words: [Sparse<u32>; WORD_COLUMNS],
    pub(crate) numbers: [Sparse<f64>; NUMBER_COLUMNS],
    pub(crate) flags: Sparse<u8>,
    /// In order of their names.
    pub(crate) named: Vec<Named>,
    /// The word of visits.
    visit_kind: u32,
}

/// The words and codes of everything that came.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) words: WordBook,
    /// Words of system and code.
    pub(crate) codes: Numbered<(u32, u32)>,
    /// Codes that stand together, rising.
    pub(crate) sets: Numbered<Arc<[u32]>>,
}

impl Books {
    pub(crate) fn new() -> Self {
        Self { words: WordBook::new(), codes: Numbered::new(), sets: Numbered::new() }
    }

    /// The number of a code.
    pub(crate) fn code(&mut self, system: &str, code: &str) -> u32 {
        let pair = (self.words.number(system), self.words.number(code));
        self.codes.number(&pair)
    }

    /// The numbers of sets of codes + 1; 0 is one without codes.
    fn sets(&mut self, of: &CodeSets<'_>) -> Vec<u32> {
        let mut from = 0;
        let mut number = |&end: &u32| {
            let end = crate::format::wide(end);
            let codes = of.codes.get(from..end).unwrap_or_default();
            from = from.max(end);
            let mut codes: Vec<u32> =
                codes.iter().map(|(system, code)| self.code(system, code)).collect();
            codes.sort_unstable();
            codes.dedup();
            if codes.is_empty() { 0 } else { self.sets.number(&codes.into()) + 1 }
        };
        of.ends.iter().map(&mut number).collect()
    }
}

/// A batch with its words and codes as numbers.
pub(crate) struct Translated<'a> {
    batch: Batch<'a>,
    kind: Vec<u32>,
    codes: Vec<u32>,
    visit_kind: u32,
    words: [Option<(&'a [u32], Vec<u32>)>; WORD_COLUMNS],
    named: Vec<(u32, NamedColumn<'a>)>,
}

/// A column under a name of its own, with its words as numbers.
enum NamedColumn<'a> {
    Codes(&'a [u32], Vec<u32>),
    Numbers(&'a [f64], &'a [u32], Vec<u32>),
}

impl<'a> Translated<'a> {
    /// Looks all words of a batch up, once each.
    pub(crate) fn new(batch: &Batch<'a>, books: &mut Books) -> Self {
        fn words(of: &Words<'_>, books: &mut Books) -> Vec<u32> {
            of.words.iter().map(|word| books.words.number(word)).collect()
        }
        fn codes(of: &Codes<'_>, books: &mut Books) -> Vec<u32> {
            of.codes.iter().map(|(system, code)| books.code(system, code) + 1).collect()
        }
        let mut columns: [Option<(&[u32], Vec<u32>)>; WORD_COLUMNS] = Default::default();
        for (field, column) in CodeField::ALL.into_iter().zip(&batch.codes) {
            if let (Some(column), Some(to)) = (column, columns.get_mut(field.place())) {
                *to = Some((column.keys, codes(column, books)));
            }
        }
        for (place, column) in [(UNIT, &batch.unit), (DOSE_UNIT, &batch.dose_unit)] {
            if let (Some(column), Some(to)) = (column, columns.get_mut(place)) {
                *to = Some((column.keys, words(column, books)));
            }
        }
        let named = batch.attributes.iter().map(|attribute| {
            let name = books.words.number(attribute.name);
            let column = match &attribute.values {
                AttributeValues::Codes(column) => {
                    NamedColumn::Codes(column.keys, codes(column, books))
                }
                AttributeValues::Numbers(numbers, units) => {
                    NamedColumn::Numbers(numbers, units.keys, words(units, books))
                }
            };
            (name, column)
        });
        let named = named.collect();
        let kind = words(&batch.kind, books);
        let codes = books.sets(&batch.code_sets);
        let visit_kind = books.words.number("visit");
        Self { batch: *batch, kind, codes, visit_kind, words: columns, named }
    }
}

/// The number of a row's word; 0 is none.
fn number(keys: &[u32], numbers: &[u32], row: usize) -> u32 {
    let key = keys.get(row).copied().unwrap_or(u32::MAX);
    numbers.get(crate::format::wide(key)).copied().unwrap_or(0)
}

/// A row's time; none where it is not of the calendar.
fn time(times: &Times<'_>, row: usize) -> Option<(i64, u32)> {
    let (Some(&earliest), Some(&seconds)) = (times.earliest.get(row), times.seconds.get(row))
    else {
        return Some(NO_TIME);
    };
    if seconds == 0 {
        return Some(NO_TIME);
    }
    let known = (FIRST_SECOND..LAST_SECOND).contains(&earliest) && seconds <= STRETCH_MAX;
    known.then_some((earliest, seconds))
}

impl Rows {
    /// No rows yet.
    pub(crate) fn new(first_patient: u32) -> Self {
        Self {
            first_patient,
            patients: 0,
            patient: Vec::new(),
            kind: Vec::new(),
            codes: Vec::new(),
            sets: Vec::new(),
            start: Vec::new(),
            end: Sparse(Vec::new()),
            source: Arena::default(),
            visit: Arena::default(),
            order: Arena::default(),
            words: std::array::from_fn(|_| Sparse(Vec::new())),
            numbers: std::array::from_fn(|_| Sparse(Vec::new())),
            flags: Sparse(Vec::new()),
            named: Vec::new(),
            visit_kind: u32::MAX,
        }
    }

    /// Begins anew with another first patient; what was allocated stays.
    pub(crate) fn begin(&mut self, first_patient: u32) {
        (self.first_patient, self.patients) = (first_patient, 0);
        self.patient.clear();
        self.kind.clear();
        self.codes.clear();
        self.start.clear();
        self.end.0.clear();
        for arena in [&mut self.source, &mut self.visit, &mut self.order] {
            arena.ends.clear();
            arena.bytes.clear();
        }
        self.words.iter_mut().for_each(|column| column.0.clear());
        self.numbers.iter_mut().for_each(|column| column.0.clear());
        self.flags.0.clear();
        for named in &mut self.named {
            named.codes.0.clear();
            named.numbers.0.clear();
            named.units.0.clear();
        }
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.patient.len()
    }

    /// The visit to which a row belongs: a visit belongs to itself.
    pub(crate) fn visit_of(&self, row: usize) -> &[u8] {
        let visit = self.visit.get(row);
        if visit.is_empty() && self.kind.get(row) == Some(&self.visit_kind) {
            return self.source.get(row);
        }
        visit
    }

    /// Appends rows of a batch for a patient of this shard. Says how many it left out, since their
    /// times are none of the calendar.
    pub(crate) fn push(&mut self, of: &Translated<'_>, rows: Range<usize>, patient: u16) -> u64 {
        let batch = &of.batch;
        let is_known = |row: &usize| {
            let end = batch.last.as_ref().map_or(Some(NO_TIME), |times| time(times, *row));
            time(&batch.start, *row).is_some() && end.is_some()
        };
        let (mut from, mut left_out) = (rows.start, 0);
        while from < rows.end {
            // Nearly always all of them.
            let to = from + (from..rows.end).take_while(is_known).count();
            self.append(of, from..to, patient);
            left_out += u64::from(to < rows.end);
            from = to + 1;
        }
        left_out
    }

    /// Appends rows whose times are known to be of the calendar, column by column.
    fn append(&mut self, of: &Translated<'_>, rows: Range<usize>, patient: u16) {
        if rows.is_empty() {
            return;
        }
        let batch = &of.batch;
        let row = self.len();
        self.visit_kind = of.visit_kind;
        self.patient.resize(row + rows.len(), patient);
        self.kind.extend(rows.clone().map(|row| number(batch.kind.keys, &of.kind, row)));
        self.codes.extend(rows.clone().map(|row| number(batch.code_sets.keys, &of.codes, row)));
        let known = |times: &Times<'_>, row| time(times, row).unwrap_or(NO_TIME);
        self.start.extend(rows.clone().map(|row| known(&batch.start, row)));
        if let Some(last) = &batch.last {
            let ends = rows.clone().map(|row| known(last, row));
            self.end.push(row, ends, NO_TIME, |time| time.1 == 0);
        }
        self.source.push(Some(&batch.source_key), rows.clone());
        self.visit.push(batch.visit.as_ref(), rows.clone());
        self.order.push(batch.order.as_ref(), rows.clone());
        for (column, to) in of.words.iter().zip(&mut self.words) {
            if let Some((keys, numbers)) = column {
                let words = rows.clone().map(|row| number(keys, numbers, row));
                to.push(row, words, 0, |word| *word == 0);
            }
        }
        for (column, to) in batch.numbers.iter().zip(&mut self.numbers) {
            if let Some(column) = column {
                let finite = |row| column.get(row).copied().filter(|value: &f64| value.is_finite());
                let values = rows.clone().map(|row| finite(row).unwrap_or(NONE));
                to.push(row, values, NONE, |value| value.is_nan());
            }
        }
        let is = |of: Option<&[bool]>, row| of.and_then(|of| of.get(row)).is_some_and(|is| *is);
        let flags = rows
            .clone()
            .map(|row| u8::from(is(batch.suspected, row)) | (u8::from(is(batch.main, row)) << 1));
        self.flags.push(row, flags, 0, |flags| *flags == 0);
        for (name, column) in &of.named {
            self.push_named(*name, column, (row, rows.clone()));
        }
    }

    fn push_named(
        &mut self,
        name: u32,
        column: &NamedColumn<'_>,
        (row, rows): (usize, Range<usize>),
    ) {
        let place = self.named.binary_search_by_key(&name, |named| named.name);
        let place = place.unwrap_or_else(|place| {
            self.named.insert(place, Named::new(name));
            place
        });
        let Some(to) = self.named.get_mut(place) else { return };
        match column {
            NamedColumn::Codes(keys, codes) => {
                let codes = rows.map(|row| number(keys, codes, row));
                to.codes.push(row, codes, 0, |code| *code == 0);
            }
            NamedColumn::Numbers(of, keys, units) => {
                let finite = |row| of.get(row).copied().filter(|value: &f64| value.is_finite());
                let values = rows.clone().map(|row| finite(row).unwrap_or(NONE));
                to.numbers.push(row, values, NONE, |value| value.is_nan());
                let units = rows.map(|row| number(keys, units, row));
                to.units.push(row, units, 0, |unit| *unit == 0);
            }
        }
    }
}

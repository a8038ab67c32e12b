//! Columns of events: things of which a column has few, each with its place, and texts that are
//! different in nearly every row.

use std::sync::Arc;

use arrow_array::StringArray;
use cohort::eval::{Coded, Stretch};
/// The key of a row that has nothing, as the index has it.
pub(crate) use timeline::event::NOTHING;

/// Things, and which of them each row has. A column of which no row has anything has no keys at all.
#[derive(Clone, Debug)]
pub(crate) struct Keyed<T> {
    /// A place in `things`, or [`NOTHING`], for each row.
    pub(crate) keys: Vec<u32>,
    /// What rows have, each once or more.
    pub(crate) things: Vec<T>,
}

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self { keys: Vec::new(), things: Vec::new() }
    }
}

impl<T> Keyed<T> {
    /// Of these keys; without any where no row has anything.
    pub(crate) fn new(keys: Vec<u32>, things: Vec<T>) -> Self {
        let is_something = keys.iter().any(|key| *key != NOTHING);
        if is_something { Self { keys, things } } else { Self::default() }
    }

    /// The place of what a row has.
    pub(crate) fn key(&self, row: usize) -> Option<usize> {
        self.keys.get(row).filter(|key| **key != NOTHING).map(|key| *key as usize)
    }

    /// What a row has.
    pub(crate) fn at(&self, row: usize) -> Option<&T> {
        self.things.get(self.key(row)?)
    }

    /// Whether no row has anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The same rows with something else for each thing.
    pub(crate) fn map<U>(self, of: impl FnMut(T) -> U) -> Keyed<U> {
        Keyed { keys: self.keys, things: self.things.into_iter().map(of).collect() }
    }

    /// Of several columns what the first one has, row by row.
    pub(crate) fn first_of(columns: Vec<Self>) -> Self {
        let filled = columns.into_iter().filter(|column| !column.is_empty());
        filled.reduce(Self::or).unwrap_or_default()
    }

    /// What another column has, where this one has nothing.
    fn or(mut self, other: Self) -> Self {
        let before = count(&self.things);
        self.things.extend(other.things);
        for (key, other) in self.keys.iter_mut().zip(other.keys) {
            if *key == NOTHING && other != NOTHING {
                *key = other.saturating_add(before);
            }
        }
        self
    }
}

/// How many there are, as a key.
pub(crate) fn count<T>(of: &[T]) -> u32 {
    u32::try_from(of.len()).unwrap_or(NOTHING)
}

/// A code with its system, by short name or address. A word has none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Coding {
    pub(crate) system: Option<Arc<str>>,
    pub(crate) code: Arc<str>,
}

impl Coding {
    /// As definitions have it.
    pub(crate) fn coded(&self) -> Coded {
        Coded { system: self.system.as_deref().map(str::to_owned), code: self.code.to_string() }
    }
}

/// The codes of events: some for each key.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeSets {
    /// A place in `ends`, or [`NOTHING`], for each event; none at all where no event has a code.
    pub(crate) keys: Vec<u32>,
    /// Where the codes of each set end in `codes`; they begin where those before end.
    pub(crate) ends: Vec<u32>,
    /// The codes of all sets, one after the other, each once a set.
    pub(crate) codes: Vec<Coding>,
}

impl CodeSets {
    /// The codes of an event.
    pub(crate) fn of(&self, event: usize) -> &[Coding] {
        let key = self.keys.get(event).filter(|key| **key != NOTHING);
        let codes = key.and_then(|key| {
            let place = *key as usize;
            let start = place.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
            self.codes.get(*start as usize..*self.ends.get(place)? as usize)
        });
        codes.unwrap_or_default()
    }
}

/// Texts, one after the other; an empty one is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    /// Where the text of each row ends; none at all where no row has any.
    pub(crate) ends: Vec<u32>,
    /// All of them.
    pub(crate) all: String,
}

impl Texts {
    /// The text of each of so many rows, which is told in pieces.
    pub(crate) fn of<'t>(rows: usize, each: impl Fn(usize) -> Option<[&'t str; 5]>) -> Self {
        let mut texts = Self { ends: Vec::with_capacity(rows), all: String::new() };
        for row in 0..rows {
            for piece in each(row).unwrap_or_default() {
                texts.all.push_str(piece);
            }
            texts.ends.push(u32::try_from(texts.all.len()).unwrap_or(u32::MAX));
        }
        if texts.all.is_empty() { Self::default() } else { texts }
    }

    /// The text of a row.
    pub(crate) fn at(&self, row: usize) -> Option<&str> {
        let start = row.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        let text = self.all.get(*start as usize..*self.ends.get(row)? as usize);
        text.filter(|text| !text.is_empty())
    }

    /// As a column, for these rows.
    pub(crate) fn column(&self, rows: &[usize]) -> StringArray {
        rows.iter().map(|row| self.at(*row)).collect()
    }
}

/// Numbers; one that is not finite is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Amounts {
    /// Of each row; none at all where no row has any.
    pub(crate) all: Vec<f64>,
}

impl Amounts {
    /// Of rows with or without a number.
    pub(crate) fn of(rows: impl Iterator<Item = Option<f64>>) -> Self {
        let all: Vec<f64> = rows.map(|number| number.unwrap_or(f64::NAN)).collect();
        if all.iter().any(|number| number.is_finite()) { Self { all } } else { Self::default() }
    }

    /// The number of a row.
    pub(crate) fn at(&self, row: usize) -> Option<f64> {
        self.all.get(row).copied().filter(|number| number.is_finite())
    }
}

/// Times: for each row the seconds of the clock of the house in which it lies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spans {
    /// The earliest, since 1970-01-01T00:00:00.
    pub(crate) first: Vec<i64>,
    /// How many; 0 where nothing is recorded.
    pub(crate) seconds: Vec<u32>,
}

impl Spans {
    pub(super) fn push(&mut self, stretch: Option<super::time::Stretch>) {
        let (first, seconds) = stretch.map_or((0, 0), |of| (of.first, of.seconds()));
        self.first.push(first);
        self.seconds.push(u32::try_from(seconds).unwrap_or(0));
    }

    /// The stretch of a row.
    pub(crate) fn at(&self, row: usize) -> Option<Stretch> {
        let (first, seconds) = (*self.first.get(row)?, *self.seconds.get(row)?);
        (seconds > 0).then(|| Stretch::new(first, first + i64::from(seconds) - 1))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(keys: &[u32], things: &[&'static str]) -> Keyed<&'static str> {
        Keyed::new(keys.to_vec(), things.to_vec())
    }

    #[test]
    fn of_several_columns_the_first_that_has_something_counts() {
        let one = column(&[0, NOTHING, NOTHING], &["a"]);
        let nothing = column(&[NOTHING; 3], &["never"]);
        let other = column(&[1, 1, NOTHING], &["b", "c"]);
        let first = Keyed::first_of(vec![nothing, one, other]);
        let texts: Vec<_> = (0..3).map(|row| first.at(row).copied()).collect();
        assert_eq!(texts, [Some("a"), Some("c"), None]);
        assert!(Keyed::<&str>::first_of(Vec::new()).is_empty());
    }

    #[test]
    fn texts_are_told_in_pieces_and_an_empty_one_is_none() {
        let texts = Texts::of(3, |row| (row != 1).then_some(["a", "/", "b", "", ""]));
        assert_eq!([texts.at(0), texts.at(1), texts.at(2)], [Some("a/b"), None, Some("a/b")]);
        assert_eq!(texts.at(3), None);
        assert_eq!(Texts::of(2, |_| None).at(0), None);
    }
}

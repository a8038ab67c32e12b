//! Texts, codes and concepts as numbers, in the order in which they were first met.

use std::collections::HashMap;
use std::sync::Arc;

/// Gives texts numbers; the empty text is 0.
#[derive(Debug)]
pub(crate) struct WordBook {
    numbers: HashMap<Arc<str>, u32>,
    words: Vec<Arc<str>>,
}

impl WordBook {
    /// A book with the empty text.
    pub(crate) fn new() -> Self {
        let mut book = Self { numbers: HashMap::new(), words: Vec::new() };
        book.number("");
        book
    }

    /// The number of a text.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let word: Arc<str> = word.into();
        self.words.push(Arc::clone(&word));
        self.numbers.insert(word, number);
        number
    }

    /// All texts, by their numbers.
    pub(crate) fn words(&self) -> &[Arc<str>] {
        &self.words
    }
}

/// Gives things numbers from 0.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    numbers: HashMap<T, u32>,
    things: Vec<T>,
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { numbers: HashMap::new(), things: Vec::new() }
    }

    /// The number of a thing.
    pub(crate) fn number(&mut self, thing: &T) -> u32 {
        if let Some(&number) = self.numbers.get(thing) {
            return number;
        }
        let number = u32::try_from(self.things.len()).unwrap_or(u32::MAX);
        self.things.push(thing.clone());
        self.numbers.insert(thing.clone(), number);
        number
    }

    /// All things, by their numbers.
    pub(crate) fn things(&self) -> &[T] {
        &self.things
    }
}

/// A kind with the codes that stand together on an event, rising.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Concept {
    /// The word of the kind.
    pub(crate) kind: u32,
    /// The codes.
    pub(crate) codes: Vec<u32>,
}

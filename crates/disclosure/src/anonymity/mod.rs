//! How well people hide among those who look alike in a table of rows.
//!
//! Somebody who knows a few facts of a person (age, sex, ward: the *quasi-identifiers*) looks for rows
//! with these facts. Rows that agree in all of them are a *class*; the person hides in it. The
//! measures here say how small classes get, and how much a class tells of what its people have (the
//! *sensitive* columns). They are for those who decide whether rows may be handed out; they change
//! nothing.

mod hash;
mod measures;
mod risk;
#[cfg(test)]
mod spec;
mod tally;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use vocab::RawCount;

use self::hash::Mixed;
pub use self::measures::{Anonymity, Diversity};
pub use self::risk::Risk;
use self::tally::Tally;

/// How values of a sensitive column are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Two values are the same or not: diagnoses.
    Nominal,
    /// Codes ascend as the values do, and neighbours are one step apart: days of a stay.
    Ordered,
}

/// Columns that are not equally long, or not as many as were declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uneven;

impl fmt::Display for Uneven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the columns are not as many, or not as long, as declared")
    }
}

impl Error for Uneven {}

/// Rows in classes of those that agree in all quasi-identifiers; rows come in any number of parts.
///
/// # Cost
/// Memory grows with the classes and with the values that each has, not with rows.
#[derive(Clone, Debug)]
pub struct Classes {
    /// Which class has these codes.
    found: HashMap<Box<[u32]>, usize, Mixed>,
    /// How many rows each class has.
    sizes: Vec<u64>,
    quasi: usize,
    sensitive: Vec<Sensitive>,
}

#[derive(Clone, Debug)]
struct Sensitive {
    scale: Scale,
    /// How many rows of a class have a code.
    counts: Tally,
}

impl Classes {
    /// No rows yet, of so many quasi-identifiers and these sensitive columns.
    #[must_use]
    pub fn new(quasi: usize, sensitive: &[Scale]) -> Self {
        let sensitive =
            sensitive.iter().map(|scale| Sensitive { scale: *scale, counts: Tally::default() });
        let (found, sizes) = (HashMap::default(), Vec::new());
        Self { found, sizes, quasi, sensitive: sensitive.collect() }
    }

    /// Adds rows, given as columns of category codes; what is missing has a code of its own.
    ///
    /// # Errors
    /// [`Uneven`] if columns are missing or differ in length; no row is added then.
    ///
    /// ```
    /// use disclosure::anonymity::{Classes, Scale};
    /// let mut classes = Classes::new(2, &[Scale::Nominal]);
    /// let (age, sex, diagnosis) = ([6, 6, 7, 7], [0, 0, 1, 1], [11, 12, 11, 11]);
    /// classes.add(&[&age, &sex], &[&diagnosis]).unwrap();
    /// let anonymity = classes.anonymity().unwrap();
    /// assert_eq!(anonymity.k, 2);
    /// assert_eq!(anonymity.diversity.unwrap().distinct, 1);
    /// ```
    pub fn add(&mut self, quasi: &[&[u32]], sensitive: &[&[u32]]) -> Result<(), Uneven> {
        let mut columns = quasi.iter().chain(sensitive);
        let rows = columns.next().map_or(0, |column| column.len());
        let even = columns.all(|column| column.len() == rows);
        if !even || quasi.len() != self.quasi || sensitive.len() != self.sensitive.len() {
            return Err(Uneven);
        }
        let mut codes: Vec<u32> = Vec::with_capacity(self.quasi);
        for row in 0..rows {
            let code = |column: &&[u32]| column.get(row).copied().unwrap_or_default();
            codes.clear();
            codes.extend(quasi.iter().map(code));
            let class = self.class(&codes);
            for (column, counted) in sensitive.iter().zip(&mut self.sensitive) {
                counted.counts.add(class, code(column));
            }
        }
        Ok(())
    }

    /// The class with these codes, one row larger.
    fn class(&mut self, codes: &[u32]) -> usize {
        if let Some(class) = self.found.get(codes) {
            if let Some(size) = self.sizes.get_mut(*class) {
                *size += 1;
            }
            return *class;
        }
        let class = self.sizes.len();
        self.found.insert(codes.into(), class);
        self.sizes.push(1);
        class
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> RawCount {
        RawCount::new(self.sizes.iter().sum())
    }

    /// How many classes there are.
    #[must_use]
    pub fn classes(&self) -> RawCount {
        RawCount::new(self.sizes.len() as u64)
    }

    /// How many rows are in classes with fewer rows than this.
    #[must_use]
    pub fn rows_in_classes_below(&self, rows: u64) -> RawCount {
        RawCount::new(self.sizes.iter().filter(|size| **size < rows).sum())
    }

    /// All measures; none where there is no row.
    #[must_use]
    pub fn anonymity(&self) -> Option<Anonymity> {
        measures::of(self)
    }
}

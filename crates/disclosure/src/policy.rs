//! How small a number may be and still be shown.

/// What happens to a count of zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zero {
    /// Zero is told as "fewer than 10", like every other small number.
    ///
    /// The default, because "nobody" is a statement about people too: that no patient of a ward
    /// of one takes a drug tells about that patient, and a zero beside a total narrows its
    /// neighbours. Hiding zero also keeps one opt-out from turning a 1 into a visible 0.
    #[default]
    Hidden,
    /// Zero is told as zero: for tables of things that are not people.
    Shown,
}

/// The rule under which counts are released.
///
/// ```
/// use disclosure::{Policy, release};
/// use vocab::RawCount;
/// assert!(release(RawCount::new(9), &Policy::default()).is_hidden());
/// assert!(!release(RawCount::new(9), &Policy::exact()).is_hidden());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The smallest number of people that is shown as it is.
    pub min_cell: u64,
    /// What happens to zero.
    pub zero: Zero,
}

impl Policy {
    /// Shows every number as it is: for those who run the house or have the right to exact counts.
    #[must_use]
    pub fn exact() -> Self {
        Self { min_cell: 0, zero: Zero::Shown }
    }

    /// Whether this number is shown as it is when it stands alone.
    pub(crate) fn shows(&self, number: u64) -> bool {
        number >= self.min_cell || (number == 0 && self.zero == Zero::Shown)
    }
}

impl Default for Policy {
    /// Nothing under ten, zero hidden.
    fn default() -> Self {
        Self { min_cell: 10, zero: Zero::Hidden }
    }
}

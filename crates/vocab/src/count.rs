//! A count that cannot be shown by accident.

/// How many people or rows there are, before disclosure control.
///
/// It has no `Display` and no `Serialize`: a small number shown is a person shown, so the only way
/// to a page is through the crate `disclosure`, which turns it into a `Released`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawCount(u64);

impl RawCount {
    /// Nobody, nothing.
    pub const ZERO: Self = Self(0);

    /// Wraps a number just counted.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The bare number, for arithmetic and for disclosure control; never for a page.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// This one and another together, where nobody is counted in both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

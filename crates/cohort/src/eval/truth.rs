//! True, false, unknown.

/// What a condition says: Kleene's three values.
///
/// The order is that of certainty that it holds, so that *and* is the least and *or* the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It cannot be told.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// False where either is; true only where both are.
    ///
    /// ```
    /// use cohort::eval::Truth::{False, True, Unknown};
    /// assert_eq!(True.and(Unknown), Unknown);
    /// assert_eq!(False.and(Unknown), False);
    /// ```
    #[must_use]
    #[inline]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// False only where both are.
    #[must_use]
    #[inline]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Unknown stays unknown.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it is written beside `and` and `or`")]
    #[inline]
    pub fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::Unknown => Self::Unknown,
            Self::False => Self::True,
        }
    }

    /// Whether it is known.
    #[must_use]
    #[inline]
    pub fn is_known(self) -> bool {
        self != Self::Unknown
    }

    /// True where the first is sure, false where the second is sure, else unknown.
    #[must_use]
    #[inline]
    pub fn sure(holds: bool, fails: bool) -> Self {
        match (holds, fails) {
            (true, _) => Self::True,
            (_, true) => Self::False,
            _ => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    #[inline]
    fn from(known: bool) -> Self {
        if known { Self::True } else { Self::False }
    }
}

impl From<Option<bool>> for Truth {
    #[inline]
    fn from(known: Option<bool>) -> Self {
        known.map_or(Self::Unknown, Self::from)
    }
}

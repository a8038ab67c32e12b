//! Moments, lengths of time, and windows.

use serde::{Deserialize, Serialize};

use super::{Event, Name};

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// `s`
    Second,
    /// `min`: 60 s.
    Minute,
    /// `h`: 3,600 s.
    Hour,
    /// `d`: one local day; 86,400 s where seconds are asked for, since local time has no jumps
    /// here.
    Day,
    /// `w`: 7 d.
    Week,
    /// `mo`: the same day of the calendar month reached, or its last day where it has no such day
    /// (31 January + 1 mo = 28 or 29 February). The time of day stays.
    Month,
    /// `y`: 12 mo.
    Year,
}

impl TimeUnit {
    /// Whether the unit is finer than a day. One such offset makes a window or a comparison count
    /// in seconds; without one, it counts in local days.
    #[must_use]
    pub fn is_finer_than_a_day(self) -> bool {
        matches!(self, Self::Second | Self::Minute | Self::Hour)
    }
}

/// A length of time, `30d`: a gap, a washout, a supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many units.
    pub count: u32,
    /// Of which unit.
    pub unit: TimeUnit,
}

/// A step from an anchor, `+ 90d` or `- 48h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Offset {
    /// How many units; below zero is earlier. `+ 0h` changes nothing but that the window or
    /// comparison it stands in counts in seconds.
    pub count: i32,
    /// Of which unit.
    pub unit: TimeUnit,
}

/// A local day, written `2024-05-17`.
///
/// # Units
/// Days since 1970-01-01, proleptic Gregorian, from year 1 to year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String", extend("pattern" = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))]
pub struct LocalDate(pub(crate) i32);

/// Where a moment hangs.
///
/// An anchor is a moment known to some precision: a stretch of seconds in which it lies. It is
/// *absent* where there is no such event (no death, nothing selected, an alternative of the entry
/// that was not the one), and *unknown* where there is one whose time is not recorded. Both make
/// what compares with it unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// `index`: the index date of the entry at hand, by default when the entry event starts.
    Index,
    /// `exit`: the last second in the cohort (the half-open period ends one second later).
    Exit,
    /// `a`, `entry`, `this`, `start of (first …)`: when the event starts.
    Start(Event),
    /// `a.end`: the last second of the event (its half-open end less one second). Unknown where
    /// the event is not known to have ended.
    End(Event),
    /// `birth`: the day of birth.
    Birth,
    /// `death`: the start of the patient's first `death` event.
    Death,
    /// `study.start`: the first day of `calendar`.
    StudyStart,
    /// `study.end`: the last day of `calendar`.
    StudyEnd,
    /// `coverage.start`: the first day of the stretch of coverage that holds the index; absent
    /// where none does.
    CoverageStart,
    /// `coverage.end`: the last day of the stretch of coverage that holds the index.
    CoverageEnd,
    /// `coverage.start of a`: the first day of the stretch of coverage that holds the start of this
    /// event; absent where none does. Unknown where the event's precision leaves it open whether
    /// one stretch holds it.
    CoverageStartOf(Event),
    /// `coverage.end of a`: the last day of that stretch.
    CoverageEndOf(Event),
    /// `interval.start`: the first day of a measure's interval; only in a
    /// [`Measure`](super::Measure).
    IntervalStart,
    /// `interval.end`: the last day of a measure's interval.
    IntervalEnd,
    /// `2024-05-17`: that whole day.
    Date(LocalDate),
    /// A moment named earlier by `let`.
    Named(Name),
    /// `earliest of (…)`: the earliest of those that are there; absent where none is. Unknown ones
    /// make it unknown only where all others are absent. Each may be anywhere in its stretch, so
    /// both ends of the answer are the earliest of the ends.
    Earliest(Vec<Moment>),
    /// `latest of (…)`.
    Latest(Vec<Moment>),
    /// `(a.end else a + 1d)`: the first where it is known at least to the local day, else the
    /// second.
    Else(Box<Moment>, Box<Moment>),
}

/// A moment: an anchor and at most one step from it, `index - 365d`.
///
/// # Meaning
/// In days (see [`Window`]): the local day of the anchor, moved. In seconds: the anchor's second,
/// moved; months and years move its day and keep its time of day. An anchor known only to lie in a
/// stretch moves both ends of the stretch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// Where it hangs.
    pub anchor: Anchor,
    /// The step from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Offset>,
}

/// One side of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `ever`: no bound on this side.
    Ever,
    /// `[m` or `m]`: the moment itself belongs to the window.
    Closed(Moment),
    /// `(m` or `m)`: the moment itself does not.
    Open(Moment),
}

/// Which part of an event must lie in a window.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// `in`: its start.
    #[default]
    Starts,
    /// `ending in`: its last second. Unknown where it is not known to have ended.
    Ends,
    /// `wholly in`: its start and its last second.
    Wholly,
    /// `overlapping`: any second of it. An event not known to have ended goes on for ever.
    Overlaps,
}

/// A window, written with both bounds: `in [index - 365d, index - 1d]`.
///
/// # Meaning
/// The window *counts in seconds* where any offset directly in its two bounds is in `h`, `min` or
/// `s`, and otherwise *in local days*: then every moment stands for its local day, so that
/// `[index, index]` is the whole day of the index. Each side is compared on its own, and the two
/// answers are joined by three-valued *and*. For `Starts` and a closed lower bound *b*: true where
/// the earliest possible start is not before the latest possible *b*; false where the latest
/// possible start is before the earliest possible *b*; otherwise unknown. The other sides are the
/// mirror of it; `ever` is true for every event, also for one without a time. `Overlaps` asks
/// whether the last second is not before the lower bound and the start not after the upper one; of
/// what has no time at all that is unknown.
/// An absent or unknown bound makes its side unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Which part of an event must lie in it.
    #[serde(default, skip_serializing_if = "is_starts")]
    pub relation: Relation,
    /// The earlier side.
    pub from: Bound,
    /// The later side.
    pub to: Bound,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_starts(relation: &Relation) -> bool {
    *relation == Relation::Starts
}

impl Window {
    /// `ever`: no bound on either side.
    #[must_use]
    pub fn ever() -> Self {
        Self { relation: Relation::Starts, from: Bound::Ever, to: Bound::Ever }
    }

    /// Whether the window counts in seconds instead of local days.
    #[must_use]
    pub fn counts_seconds(&self) -> bool {
        self.from.is_fine() || self.to.is_fine()
    }
}

impl Bound {
    /// The moment of the bound.
    #[must_use]
    pub fn moment(&self) -> Option<&Moment> {
        match self {
            Self::Ever => None,
            Self::Closed(moment) | Self::Open(moment) => Some(moment),
        }
    }

    fn is_fine(&self) -> bool {
        self.moment().is_some_and(Moment::is_fine)
    }
}

impl Moment {
    /// An anchor and no step.
    #[must_use]
    pub fn at(anchor: Anchor) -> Self {
        Self { anchor, offset: None }
    }

    /// Whether its own offset is finer than a day.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.offset.is_some_and(|offset| offset.unit.is_finer_than_a_day())
    }
}

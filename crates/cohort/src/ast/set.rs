//! Sets of events and single events.

use serde::{Deserialize, Serialize};

use super::{Condition, Moment, Name, Span, Window};

/// What kind of event: which published events are looked at.
///
/// A slice publishes events with a `kind`; these are the words for kinds that every hospital has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A disease name (傷病名). Only confirmed ones unless asked for: see [`Certainty`].
    Diagnosis,
    /// Any of `drug_order`, `drug_admin` and `dispensing`.
    Drug,
    /// A prescription or injection order.
    DrugOrder,
    /// A drug given.
    DrugAdmin,
    /// A drug handed over.
    Dispensing,
    /// An operation or other procedure.
    Procedure,
    /// A laboratory result.
    Lab,
    /// A vital sign or body measurement.
    Vital,
    /// A visit or stay; its `kind` is `outpatient`, `inpatient`, `emergency`, `home` or `other`.
    Visit,
    /// The death of the patient.
    Death,
    /// Any other finding.
    Observation,
    /// A finding read from text.
    NoteTerm,
    /// A specimen held.
    Specimen,
    /// A genetic variant.
    Variant,
    /// A polygenic score.
    Pgs,
    /// An answer in a registry or form.
    Form,
    /// A device.
    Device,
    /// A vaccination.
    Immunization,
    /// An allergy or intolerance.
    Allergy,
    /// A consent given, from when until when.
    Consent,
    /// Any other kind a slice publishes, written `event NAME`.
    Other(Name),
}

/// Whether suspected diagnoses (疑い) count. An event without a certainty is confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Confirmed ones only; what is meant where nothing is written.
    #[default]
    Confirmed,
    /// `suspected`: suspected ones only.
    Suspected,
    /// `confirmed or suspected`.
    Either,
}

/// The rank of a diagnosis. An event without a rank has `other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// `main`: the main disease name (主病名).
    Main,
    /// `other`.
    Other,
}

/// Published events of a kind, `diagnosis main in t2dm`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// The kind.
    pub kind: Kind,
    /// Whether suspected ones count.
    #[serde(default, skip_serializing_if = "is_confirmed")]
    pub certainty: Certainty,
    /// Only those of this rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Rank>,
    /// Concept sets: an event belongs where any of its codes is in any of them. None: all events
    /// of the kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Name>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_confirmed(certainty: &Certainty) -> bool {
    *certainty == Certainty::Confirmed
}

/// Where the events of a set come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Published events.
    Records(Records),
    /// `cohort NAME`: the patient's periods in another cohort; each starts at its index and its
    /// last second is its exit. Their kind is `cohort`, their source key `NAME:000000`, counted up.
    /// Cohorts may not refer to one another in a circle.
    Cohort(Name),
    /// `list NAME`: the patient's rows in an uploaded list, instants on the day the list gives,
    /// if any. Their kind is `list`, their source key `NAME:000000`, counted up.
    List(Name),
    /// A set or an event named earlier: an event is a set of one or none. Members are uncertain as
    /// they were in the set named; where it cannot be told which event is named, all members of
    /// its set are uncertain.
    Named(Name),
    /// `(a or b or …)`: the events of any of these sets, each once: where one event is in several,
    /// it is certain if any of them has it for certain; its concept sets are those of the first.
    AnyOf(Vec<EventSet>),
    /// `first 3 of (…)`.
    Take(Take),
    /// `episodes gap 30d of (…)`.
    Episodes(Episodes),
    /// `era gap 30d supply recorded carry of (…)`.
    Era(Era),
}

/// A set of events of one patient.
///
/// # Meaning
/// Every event of the source is asked: is it in the window *and* does `with` hold for it? Where
/// this is true the event is a *certain* member, where it is unknown an *uncertain* one, and where
/// false none. What looks at a set says which it uses: counting is three-valued
/// ([`Condition::Has`]); choosing and calculating use certain members only.
///
/// # Order
/// By earliest possible start, latest possible start, end (none last), kind (as text), source key
/// (as bytes). Events without a start come last. This order is total, so "first" is always one
/// event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventSet {
    /// `a: …`: a name for the event at hand, for use inside `with` (and, in an entry, after it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Where the events come from.
    pub from: Source,
    /// `with …`: what must hold for the event at hand, which is called `this`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<Box<Condition>>,
    /// When; written before `with`. None is the same as `ever`, and is refused where it would hide
    /// a choice: every set directly in a rule or an output says its window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// From which end [`Take`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TakeFrom {
    /// The first in order.
    First,
    /// The last in order.
    Last,
}

/// The first or last few certain members of a set; fewer where there are fewer. Uncertain members
/// of the inner set are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Take {
    /// From which end.
    pub from: TakeFrom,
    /// How many; at least 1.
    pub count: u32,
    /// Of what.
    pub of: Box<EventSet>,
}

/// Events joined to episodes.
///
/// # Meaning
/// Certain members in order; a member joins the episode before it where it begins no later than
/// `gap` after the latest end so far: in days, first day of the member − last day of the episode ≤
/// gap; in seconds, from the half-open end, where the gap is in `h`, `min` or `s`. What has not
/// ended reaches everything. Each may be anywhere in its stretch: the earliest possible start and
/// the latest possible end count, and the latest end has the latest of both ends. An episode is an
/// event: it starts as its first member does and ends with the latest end (none where a member has
/// none), `members` says how many they are, and everything else is its first member's. Members
/// without a start are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Episodes {
    /// Of what.
    pub of: Box<EventSet>,
    /// The longest pause inside an episode.
    pub gap: Span,
}

/// How long a drug lasts from the day it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// `supply recorded`: the `days_supply` of the event; where there is none, the event's own
    /// start to end, in days.
    Recorded,
    /// `supply recorded else 30d`: where there is none, this long.
    RecordedElse(Span),
    /// `supply 30d`: this long, whatever is recorded.
    Fixed(Span),
}

/// Exposures joined to a drug era.
///
/// # Meaning
/// Each certain member covers its `supply` in whole local days from the day it starts (at least
/// one; a fraction of a day is rounded up; for ever where it is still going on). The era ends with
/// the last second of its last day. With `carry`, a member that starts before the days covered so
/// far have run out is moved to the day after them (in order, across the whole era), so that
/// supplies handed over early are used up one after the other; what is moved joins the era that it
/// waited for, whatever the gap. Then joined as in [`Episodes`], in days: from the last day covered
/// to the first of the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Era {
    /// Of which exposures.
    pub of: Box<EventSet>,
    /// The longest pause inside an era, in days or longer units.
    pub gap: Span,
    /// How long each lasts.
    pub supply: Supply,
    /// `carry`: whether days left over are used up after one another.
    #[serde(default)]
    pub carry: bool,
}

/// Which event of a set. Only certain members are looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// `first`: in the order of [`EventSet`].
    First,
    /// `last`.
    Last,
    /// `nth(2)`: from 1.
    Nth(u32),
    /// `first in life`: the first when the set's own window is left out, and only where that one
    /// is in the window; unknown where that is unknown.
    FirstInLife,
    /// `highest`: the highest known `value`, in the unit the concept set gives its quantity, or as
    /// recorded where it gives none; of equal ones the first.
    Highest,
    /// `lowest`: the lowest likewise.
    Lowest,
    /// `nearest to (m)`: the smallest distance between the earliest possible starts, in days, or in
    /// seconds where `m` has an offset finer than a day; of equal ones the first. Nothing where `m`
    /// is absent or unknown.
    Nearest(Box<Moment>),
}

/// One event, or none.
///
/// It is *absent* where there is none, and *unknown* where the set has uncertain members only.
/// Either way its fields and moments are unknown; [`Condition::Found`] tells the two apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// `this`: the event at hand in the nearest enclosing `with`.
    This,
    /// `entry`: the event by which the patient enters.
    Entry,
    /// An event named earlier: by `let`, by an alternative of the entry, or by an enclosing set.
    Named(Name),
    /// `first lab in hba1c in […]`.
    Select(Selection, Box<EventSet>),
}

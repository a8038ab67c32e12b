//! What is indexed: people, and their events as slices publish them, in columns.
//!
//! The lake fills these from Arrow arrays without a copy: a dictionary of texts and a key for each
//! row. Decision 0050 says what an event is; the time of an event is a stretch of local seconds.

use vocab::PatientId;

/// The key of a row that has no word or code.
pub const NOTHING: u32 = u32::MAX;

/// The first second that can be indexed: the year 1.
pub(crate) const FIRST_SECOND: i64 = -62_135_596_800;
/// The first second that cannot: the year 10,000.
pub(crate) const LAST_SECOND: i64 = 253_402_300_800;
/// The longest stretch of a time, in seconds: a leap year.
pub(crate) const STRETCH_MAX: u32 = 366 * 86_400;

/// Sex, as far as definitions ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Not known, or not recorded.
    #[default]
    Unknown,
    /// Male.
    Male,
    /// Female.
    Female,
    /// Other.
    Other,
}

/// The days in which a birth date may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BirthDate {
    /// The first of them, in days since 1970-01-01.
    pub first_day: i32,
    /// How many; 1 for a date known to the day, up to 366 for a year.
    pub days: u16,
}

impl BirthDate {
    /// As the evaluator takes it.
    pub(crate) fn stretch(self) -> cohort::eval::Stretch {
        let first = i64::from(self.first_day);
        cohort::eval::Stretch::days(first, first + i64::from(self.days) - 1)
    }
}

/// A person in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who it is.
    pub id: PatientId,
    /// When they were born, as far as it is known.
    pub birth: Option<BirthDate>,
    /// Their sex.
    pub sex: Sex,
    /// In a change: nothing of this person is left.
    pub gone: bool,
}

/// Words of a column: a text for each key, and a key for each row.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// A place in `words`, or [`NOTHING`].
    pub keys: &'a [u32],
    /// The texts.
    pub words: &'a [&'a str],
}

/// Codes of a column.
#[derive(Clone, Copy, Debug)]
pub struct Codes<'a> {
    /// A place in `codes`, or [`NOTHING`].
    pub keys: &'a [u32],
    /// System and code; a word has the empty system.
    pub codes: &'a [(&'a str, &'a str)],
}

/// The codes of events: some for each key, and a key for each row.
#[derive(Clone, Copy, Debug)]
pub struct CodeSets<'a> {
    /// A place in `ends`, or [`NOTHING`]; none at all where no row has a code.
    pub keys: &'a [u32],
    /// Where the codes of each set end in `codes`; they begin where those before end.
    pub ends: &'a [u32],
    /// System and code; a word has the empty system.
    pub codes: &'a [(&'a str, &'a str)],
}

/// Texts that are different in nearly every row.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// Where each row's text ends in `bytes`; it begins where the one before ends. An empty text is
    /// none.
    pub ends: &'a [u32],
    /// The texts, one after the other.
    pub bytes: &'a [u8],
}

/// Times of a column.
#[derive(Clone, Copy, Debug)]
pub struct Times<'a> {
    /// The earliest second in which each may lie.
    pub earliest: &'a [i64],
    /// How many seconds it may be; 0 where there is no time.
    pub seconds: &'a [u32],
}

/// A code or word that an event carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeField {
    /// Where it was asked for or done.
    Department,
    /// The ward.
    Ward,
    /// A result that is a code.
    CodedValue,
    /// The route of a drug.
    Route,
    /// What kind of visit it is.
    VisitKind,
}

impl CodeField {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Department, Self::Ward, Self::CodedValue, Self::Route, Self::VisitKind];

    /// Where its column stands among the columns of words.
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Department => 0,
            Self::Ward => 1,
            Self::CodedValue => 3,
            Self::Route => 5,
            Self::VisitKind => 6,
        }
    }
}

/// The columns of units among the columns of words: of the value, and of the dose.
pub(crate) const UNIT: usize = 2;
/// The unit of the dose.
pub(crate) const DOSE_UNIT: usize = 4;
/// Columns of words.
pub(crate) const WORD_COLUMNS: usize = 7;
/// Columns of numbers.
pub(crate) const NUMBER_COLUMNS: usize = 5;

/// A number that an event carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberField {
    /// What was measured.
    Value,
    /// The lower limit of the reference range.
    LowerLimit,
    /// The upper limit.
    UpperLimit,
    /// The dose of one drug event.
    Dose,
    /// For how many days a drug was given out.
    DaysSupply,
}

impl NumberField {
    /// All of them.
    pub const ALL: [Self; NUMBER_COLUMNS] =
        [Self::Value, Self::LowerLimit, Self::UpperLimit, Self::Dose, Self::DaysSupply];

    /// Where its column stands.
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Value => 0,
            Self::LowerLimit => 1,
            Self::UpperLimit => 2,
            Self::Dose => 3,
            Self::DaysSupply => 4,
        }
    }
}

/// What rows have under a name of its own.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// The name.
    pub name: &'a str,
    /// The values.
    pub values: AttributeValues<'a>,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug)]
pub enum AttributeValues<'a> {
    /// Codes.
    Codes(Codes<'a>),
    /// Numbers with their units.
    Numbers(&'a [f64], Words<'a>),
}

/// Rows of events: one for each, or several that have some of its codes each.
///
/// # Order
/// By patient. Rows of one patient may stand in any order and in several batches.
///
/// # Nulls
/// A column that is `None`, a key that is [`NOTHING`], an empty text and a number that is not finite
/// mean that nothing was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Whose event it is.
    pub patient: &'a [PatientId],
    /// Its kind.
    pub kind: Words<'a>,
    /// Its codes.
    pub code_sets: CodeSets<'a>,
    /// When it began.
    pub start: Times<'a>,
    /// Its last second: for an instant the same as its start. None where it is still going on.
    pub last: Option<Times<'a>>,
    /// What makes it one event within patient and kind.
    pub source_key: Texts<'a>,
    /// The visit it belongs to; a visit without one belongs to itself.
    pub visit: Option<Texts<'a>>,
    /// The order it comes from.
    pub order: Option<Texts<'a>>,
    /// Codes and words, in the order of [`CodeField::ALL`].
    pub codes: [Option<Codes<'a>>; 5],
    /// The UCUM unit of the value and its limits.
    pub unit: Option<Words<'a>>,
    /// The unit of the dose.
    pub dose_unit: Option<Words<'a>>,
    /// Numbers, in the order of [`NumberField::ALL`].
    pub numbers: [Option<&'a [f64]>; NUMBER_COLUMNS],
    /// Whether a diagnosis is suspected (疑い).
    pub suspected: Option<&'a [bool]>,
    /// Whether a diagnosis is the main one (主病名).
    pub main: Option<&'a [bool]>,
    /// Everything else, in any order; a name may stand once with codes and once with numbers.
    pub attributes: &'a [Attribute<'a>],
}

/// Stands for every kind: its coverage is when a house had to do with a person at all.
///
/// Which kinds it holds for, and on which days there are records of them, is said when a definition
/// is asked ([`crate::answer::Question::seen`]): both may change without a patient changing.
pub const EVERY_KIND: &str = "every_kind";

/// The last day that can be indexed, in days since 1970-01-01: the end of a stretch that goes on.
pub const LAST_DAY: i64 = LAST_SECOND.div_euclid(86_400) - 1;

/// The kind under which the coverage of a kind is published: an event without code whose start and
/// end are the first and the last local day of a stretch.
#[must_use]
pub fn coverage_of(kind: &str) -> String {
    format!("coverage {kind}")
}

//! What a note says, as marks on its text.

use super::super::chart::Minute;

/// One thing said at one place of a note's text.
///
/// Spans stand in the order of their start and do not overlap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The first character, counted from zero in Unicode characters.
    pub start: usize,
    /// The first character after it.
    pub end: usize,
    /// The same as bytes of UTF-8: see [`super::Note::slice`].
    pub bytes: (usize, usize),
    /// What is said of it.
    pub meaning: Meaning,
    /// Whether no structured row of the patient says the same.
    pub only_in_text: bool,
    /// Whether the words were carried over from an earlier note.
    pub copied: bool,
}

/// What a span means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meaning {
    /// What kind of thing it is.
    pub category: Category,
    /// Its code, where there is one.
    pub code: Option<Code>,
    /// Whether it is so.
    pub assertion: Assertion,
    /// When it was, where the text says so.
    pub date: Option<Minute>,
    /// How much it is, where the text says so.
    pub value: Option<Amount>,
}

impl Meaning {
    /// Of this category, so or not so; without code, date and value.
    #[must_use]
    pub fn new(category: Category, assertion: Assertion) -> Self {
        Self { category, code: None, assertion, date: None, value: None }
    }

    /// The same with a code.
    #[must_use]
    pub fn coded(self, system: System, code: &'static str) -> Self {
        Self { code: (!code.is_empty()).then_some(Code { system, code }), ..self }
    }

    /// The same with a time.
    #[must_use]
    pub fn on(self, date: Minute) -> Self {
        Self { date: Some(date), ..self }
    }

    /// The same with a value.
    #[must_use]
    pub fn of(self, value: Amount) -> Self {
        Self { value: Some(value), ..self }
    }
}

/// What kind of thing a span names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// A disease or diagnosis.
    Condition,
    /// A symptom, a sign, what a picture or tissue shows.
    Finding,
    /// A drug, without its dose.
    Drug,
    /// A laboratory value or vital sign, from its name to its unit.
    Lab,
    /// An operation, an intervention, an examination.
    Procedure,
    /// TNM, a stage, a functional class.
    Stage,
    /// What the patient does not bear: the substance.
    Allergy,
    /// Smoking, and social matters.
    Lifestyle,
    /// A disease of a relative.
    FamilyHistory,
}

impl Category {
    /// The word in the file of annotations.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Finding => "finding",
            Self::Drug => "drug",
            Self::Lab => "lab",
            Self::Procedure => "procedure",
            Self::Stage => "stage",
            Self::Allergy => "allergy",
            Self::Lifestyle => "lifestyle",
            Self::FamilyHistory => "family_history",
        }
    }
}

/// Whether what a span names is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assertion {
    /// It is so.
    Present,
    /// It is denied: なし, 認めず, (-).
    Absent,
    /// It may be so: 疑い, 否定できない.
    Possible,
    /// It is so of a relative.
    Family,
    /// It was so: 既往, 中止.
    Past,
}

impl Assertion {
    /// The word in the file of annotations.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Possible => "possible",
            Self::Family => "family",
            Self::Past => "past",
        }
    }
}

/// A code in its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The system.
    pub system: System,
    /// The code.
    pub code: &'static str,
}

/// Code systems that spans use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// ICD-10 (2013, Japan), without the dot.
    Icd10,
    /// HOT9.
    Hot9,
    /// JLAC10 of 17 digits.
    Jlac10,
    /// LOINC, for what JLAC10 does not have.
    Loinc,
    /// The fee schedule's code of a procedure.
    Fee,
    /// J-FAGY.
    Allergen,
}

impl System {
    /// The word in the file of annotations.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Icd10 => "icd10_jp",
            Self::Hot9 => "hot9",
            Self::Jlac10 => "jlac10",
            Self::Loinc => "loinc",
            Self::Fee => "k_code",
            Self::Allergen => "jfagy",
        }
    }
}

/// How much the text says something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// A number with its digits after the point and its unit as printed.
    Number {
        /// The number.
        value: f64,
        /// Digits after the point.
        decimals: u8,
        /// The unit; empty where there is none.
        unit: &'static str,
    },
    /// Under (`<`) or over (`>`) a limit.
    Beyond {
        /// `<` or `>`.
        sign: &'static str,
        /// The limit.
        limit: f64,
        /// Digits after the point.
        decimals: u8,
        /// The unit.
        unit: &'static str,
    },
    /// A word: `(±)`, `IIB`.
    Word(&'static str),
    /// Blood pressure in mmHg.
    Pressure(i16, i16),
    /// A drug: hundredths of the unit at a time, times a day, days.
    Dose(i32, u8, i16),
    /// Smoking: cigarettes a day, for so many years.
    Smoking(i16, i16),
    /// A class, one to four.
    Class(u8),
}

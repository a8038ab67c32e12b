//! What is known of a patient: the events of the contract, and where they could have been seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use vocab::PatientId;

use crate::ast::{Kind, LocalDate, Name, Rank};

use super::Stretch;

/// A code, with its system where it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coded {
    /// The code system, by its short name or URI.
    pub system: Option<String>,
    /// The code.
    pub code: String,
}

impl Coded {
    /// A code of a system.
    #[must_use]
    pub fn of(system: &str, code: &str) -> Self {
        Self { system: Some(system.to_owned()), code: code.to_owned() }
    }

    /// A word without a system.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self { system: None, code: word.to_owned() }
    }

    /// `system|code`, or the code alone.
    #[must_use]
    pub fn written(&self) -> String {
        match &self.system {
            Some(system) => format!("{system}|{}", self.code),
            None => self.code.clone(),
        }
    }
}

/// A number with the unit it was recorded in.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The number.
    pub value: f64,
    /// The unit as recorded, by its UCUM code.
    pub unit: Option<String>,
}

/// An event of a patient: all published rows of one kind with one source key.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientEvent {
    /// Its kind; never [`Kind::Drug`], which is three kinds.
    pub kind: Kind,
    /// What names it within its kind.
    pub source_key: String,
    /// When it starts. Without one, it is in no window but `ever`.
    pub start: Option<Stretch>,
    /// Its last second: for an instant the same stretch as its start. None where it is still going
    /// on.
    pub last: Option<Stretch>,
    /// Its codes.
    pub codes: Vec<Coded>,
    /// The visit or stay it belongs to.
    pub visit: Option<String>,
    /// The order it comes from.
    pub order: Option<String>,
    /// The ward.
    pub ward: Option<Coded>,
    /// The department.
    pub department: Option<Coded>,
    /// What was measured.
    pub value: Option<Measured>,
    /// The lower limit of the reference range, in the unit of the value.
    pub lower_limit: Option<f64>,
    /// The upper limit.
    pub upper_limit: Option<f64>,
    /// A result that is a code.
    pub coded_value: Option<Coded>,
    /// The dose of a drug.
    pub dose: Option<Measured>,
    /// Its route.
    pub route: Option<Coded>,
    /// For how many days it was given out.
    pub days_supply: Option<f64>,
    /// The kind of a visit.
    pub visit_kind: Option<Coded>,
    /// Whether a diagnosis is only suspected.
    pub suspected: bool,
    /// The rank of a diagnosis.
    pub rank: Option<Rank>,
    /// Numbers under names of their own.
    pub numbers: BTreeMap<Name, Measured>,
    /// Codes under names of their own.
    pub attributes: BTreeMap<Name, Coded>,
    /// How many events it joins.
    pub members: u32,
}

impl PatientEvent {
    /// An event of which nothing is recorded but its kind and key.
    #[must_use]
    pub fn new(kind: Kind, source_key: &str) -> Self {
        Self {
            kind,
            source_key: source_key.to_owned(),
            start: None,
            last: None,
            codes: Vec::new(),
            visit: None,
            order: None,
            ward: None,
            department: None,
            value: None,
            lower_limit: None,
            upper_limit: None,
            coded_value: None,
            dose: None,
            route: None,
            days_supply: None,
            visit_kind: None,
            suspected: false,
            rank: None,
            numbers: BTreeMap::new(),
            attributes: BTreeMap::new(),
            members: 1,
        }
    }

    /// The same event at a moment, as an instant.
    #[must_use]
    pub fn at(mut self, start: Stretch) -> Self {
        self.start = Some(start);
        self.last = Some(start);
        self
    }

    /// By what events are ordered, and by which two are the same: start, end (none last), kind as
    /// text, source key.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        (
            self.start.is_none(),
            self.start,
            self.last.is_none(),
            self.last,
            kind_word(&self.kind),
            self.source_key.as_bytes(),
        )
    }

    /// The visit it belongs to; a visit belongs to itself.
    #[must_use]
    pub fn visit(&self) -> Option<&str> {
        let itself = || (self.kind == Kind::Visit).then_some(self.source_key.as_str());
        self.visit.as_deref().or_else(itself)
    }
}

/// What orders events; see [`PatientEvent::place`].
pub type Place<'a> = (bool, Option<Stretch>, bool, Option<Stretch>, &'a str, &'a [u8]);

/// A kind as it stands in the contract's column `kind`.
#[must_use]
pub fn kind_word(kind: &Kind) -> &str {
    match kind {
        Kind::Diagnosis => "diagnosis",
        Kind::Drug => "drug",
        Kind::DrugOrder => "drug_order",
        Kind::DrugAdmin => "drug_admin",
        Kind::Dispensing => "dispensing",
        Kind::Procedure => "procedure",
        Kind::Lab => "lab",
        Kind::Vital => "vital",
        Kind::Visit => "visit",
        Kind::Death => "death",
        Kind::Observation => "observation",
        Kind::NoteTerm => "note_term",
        Kind::Specimen => "specimen",
        Kind::Variant => "variant",
        Kind::Pgs => "pgs",
        Kind::Form => "form",
        Kind::Device => "device",
        Kind::Immunization => "immunization",
        Kind::Allergy => "allergy",
        Kind::Consent => "consent",
        Kind::Other(name) => name.as_str(),
    }
}

/// The kinds of published events that have a word of the language.
const PUBLISHED: [Kind; 19] = [
    Kind::Diagnosis,
    Kind::DrugOrder,
    Kind::DrugAdmin,
    Kind::Dispensing,
    Kind::Procedure,
    Kind::Lab,
    Kind::Vital,
    Kind::Visit,
    Kind::Death,
    Kind::Observation,
    Kind::NoteTerm,
    Kind::Specimen,
    Kind::Variant,
    Kind::Pgs,
    Kind::Form,
    Kind::Device,
    Kind::Immunization,
    Kind::Allergy,
    Kind::Consent,
];

/// The kind of published events that has this word: one of the language's, else one of its own;
/// none where no definition can name it.
#[must_use]
pub fn kind_of(word: &str) -> Option<Kind> {
    let known = PUBLISHED.into_iter().find(|kind| kind_word(kind) == word);
    known.or_else(|| Name::new(word).ok().map(Kind::Other))
}

/// The kind of an event in an answer: as [`kind_of`], and those of lists and of other cohorts, which
/// no published event has.
#[must_use]
pub fn kind_told(word: &str) -> Kind {
    kind_of(word).unwrap_or_else(|| Kind::Other(Name(word.to_owned())))
}

/// Whether published events of a kind are meant by a kind as written: `drug` means three.
#[must_use]
pub fn is_of_kind(published: &Kind, written: &Kind) -> bool {
    let is_drug = matches!(published, Kind::DrugOrder | Kind::DrugAdmin | Kind::Dispensing);
    published == written || (*written == Kind::Drug && is_drug)
}

/// The sex of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// `male`
    Male,
    /// `female`
    Female,
    /// `other`
    Other,
}

impl Sex {
    /// The word of the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Other => "other",
        }
    }
}

/// First and last local day of a stretch of coverage, both belonging to it.
pub type Days = (i64, i64);

/// A patient, as far as definitions can ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// Who it is.
    pub id: PatientId,
    /// The sex; None where the record says unknown or nothing.
    pub sex: Option<Sex>,
    /// The days on which the birth may have been.
    pub birth: Option<Stretch>,
    /// The events, in any order.
    pub events: Vec<Arc<PatientEvent>>,
    /// For each kind that is declared, the local days on which such events could have been seen.
    pub coverage: BTreeMap<Kind, Vec<Days>>,
}

impl Patient {
    /// A patient of whom nothing is known.
    #[must_use]
    pub fn new(id: PatientId) -> Self {
        Self { id, sex: None, birth: None, events: Vec::new(), coverage: BTreeMap::new() }
    }

    /// The patient's key in hashes of samples: the number in `patient_id`.
    #[must_use]
    pub fn key(&self) -> String {
        self.id.get().to_string()
    }

    /// Coverage of a kind as written, joined where stretches touch; None where it is not declared.
    /// That of `drug` is where events of any of its kinds could have been seen.
    #[must_use]
    pub fn covered(&self, written: &Kind) -> Option<Vec<Days>> {
        let declared = self.coverage.iter().filter(|(kind, _)| is_of_kind(kind, written));
        let mut stretches: Option<Vec<Days>> = None;
        for (_, days) in declared {
            stretches.get_or_insert_default().extend(days);
        }
        stretches.map(joined)
    }
}

/// Stretches of days in order, joined where they overlap or touch.
pub(crate) fn joined(mut stretches: Vec<Days>) -> Vec<Days> {
    stretches.retain(|(first, last)| first <= last);
    stretches.sort_unstable();
    let mut joined: Vec<Days> = Vec::new();
    for (first, last) in stretches {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// A local day as a stretch.
pub(crate) fn stretch_of(date: LocalDate) -> Stretch {
    Stretch::day(i64::from(date.days()))
}

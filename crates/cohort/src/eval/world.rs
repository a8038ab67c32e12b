//! What a definition refers to, beside the patient.

use std::collections::BTreeMap;

use vocab::{Locale, PatientId};

use crate::ast::{CohortDefinition, Name, UseKind};

use super::patient::Days;
use super::{Codes, Stretch};

/// A row of an uploaded list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// The patient.
    pub patient: PatientId,
    /// When, if the list says.
    pub day: Option<Stretch>,
}

/// What stands in other files, and the days of the data.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// The concept sets.
    pub codes: BTreeMap<Name, Codes<'a>>,
    /// The other cohorts.
    pub cohorts: BTreeMap<Name, &'a CohortDefinition>,
    /// The lists.
    pub lists: BTreeMap<Name, Vec<ListRow>>,
    /// The first and the last day of the data.
    pub data: Days,
}

impl World<'_> {
    /// A world without other files.
    #[must_use]
    pub fn of_data(data: Days) -> Self {
        Self { codes: BTreeMap::new(), cohorts: BTreeMap::new(), lists: BTreeMap::new(), data }
    }
}

/// Why a definition is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A hierarchy that is not held.
    #[error(
        "concept set {set} asks for descendants in {system}, whose hierarchy is not held: load it, \
         or name the branch by a prefix"
    )]
    NoHierarchy {
        /// The concept set.
        set: String,
        /// The code system.
        system: String,
    },
    /// Maps that are not held.
    #[error(
        "concept set {set} asks for mapped codes in {system}, whose maps are not held: load them, \
         or name the mapped codes"
    )]
    NoMaps {
        /// The concept set.
        set: String,
        /// The code system.
        system: String,
    },
    /// A file that is not there.
    #[error("there is no {} named {name}: add its file", word(*.kind))]
    NotHeld {
        /// What kind of file.
        kind: UseKind,
        /// Its name.
        name: String,
    },
    /// A name without a meaning, or with another.
    #[error("the name {0} is not bound to what is needed here: bind it with `let` above")]
    Unbound(String),
    /// A word where it has no meaning.
    #[error("`{0}` has no meaning here")]
    NotHere(&'static str),
    /// Cohorts in a circle.
    #[error("the cohort {0} refers to itself, through others: take one of the references out")]
    Cycle(String),
}

fn word(kind: UseKind) -> &'static str {
    match kind {
        UseKind::Codes => "concept set",
        UseKind::Cohort => "cohort",
        UseKind::List => "list",
    }
}

impl Refused {
    /// The message in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        if locale == Locale::En {
            return self.to_string();
        }
        match self {
            Self::NoHierarchy { set, system } => format!(
                "コード群{set}は{system}の下位コードを求めていますが、その階層は登録されていません。階層を登録するか、コードの先頭部分で指定してください"
            ),
            Self::NoMaps { set, system } => format!(
                "コード群{set}は{system}の対応コードを求めていますが、その対応表は登録されていません。対応表を登録するか、コードを直接指定してください"
            ),
            Self::NotHeld { kind, name } => {
                let what = match kind {
                    UseKind::Codes => "コード群",
                    UseKind::Cohort => "コホート",
                    UseKind::List => "リスト",
                };
                format!("{what}{name}がありません。ファイルを用意してください")
            }
            Self::Unbound(name) => format!(
                "名前{name}は、ここで必要なものを指していません。上で`let`により定めてください"
            ),
            Self::NotHere(word) => format!("`{word}`はここでは意味を持ちません"),
            Self::Cycle(name) => format!(
                "コホート{name}が他の定義を経て自分自身を参照しています。参照のどれかを外してください"
            ),
        }
    }

    pub(crate) fn unbound(name: &Name) -> Self {
        Self::Unbound(name.as_str().to_owned())
    }

    pub(crate) fn not_held(kind: UseKind, name: &Name) -> Self {
        Self::NotHeld { kind, name: name.as_str().to_owned() }
    }
}

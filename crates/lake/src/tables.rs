//! What a table of the lake is: its columns, what they mean, and whom its rows are about.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Whom the rows of a table are about. A table that declares neither is never opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Each row is about the person in `patient_id`; a row without one is shown to nobody.
    PatientKey,
    /// No row is about a person. A row that names a patient all the same is still gated.
    NotAboutPeople {
        /// Why that is so, for whoever reviews the table.
        why: String,
    },
}

impl About {
    const PATIENT_KEY: &'static str = "patient-key";
    const NOT_ABOUT_PEOPLE: &'static str = "not-about-people: ";

    /// The words kept with the table.
    #[must_use]
    pub fn to_words(&self) -> String {
        match self {
            Self::PatientKey => Self::PATIENT_KEY.to_owned(),
            Self::NotAboutPeople { why } => format!("{}{why}", Self::NOT_ABOUT_PEOPLE),
        }
    }

    /// Reads the words kept with a table.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        if words == Self::PATIENT_KEY {
            return Some(Self::PatientKey);
        }
        let why = words.strip_prefix(Self::NOT_ABOUT_PEOPLE)?.trim();
        (!why.is_empty()).then(|| Self::NotAboutPeople { why: why.to_owned() })
    }
}

/// A table of the lake as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// Its name, as in SQL.
    pub name: String,
    /// Whom its rows are about.
    pub about: About,
    /// All its columns, the system's first; see [`system_fields`].
    pub schema: SchemaRef,
    /// What a row is.
    pub description: String,
    /// What each column means.
    pub columns: BTreeMap<String, String>,
    /// The hash of the definition the rows are made by; a change means a rebuild.
    pub definition_hash: String,
    /// The column (`Date32`) that says when, for the table's time span.
    pub day: Option<String>,
    /// The column (`Int64`) by which rows lie in its files; by `patient_id` where none is named.
    pub order: Option<String>,
}

impl TableSpec {
    /// The column by which rows lie.
    pub(crate) fn order(&self) -> &str {
        self.order.as_deref().unwrap_or(PATIENT_ID)
    }

    /// The columns with their meanings in the metadata key `comment`, as Delta Lake keeps them.
    pub(crate) fn commented_schema(&self) -> Schema {
        let fields = self.schema.fields().iter().map(|field| {
            let comment = self.columns.get(field.name()).map(String::as_str);
            let comment = comment.or_else(|| system_comment(field.name()));
            let metadata = comment.map(|comment| ("comment".to_owned(), comment.to_owned()));
            Arc::new(field.as_ref().clone().with_metadata(metadata.into_iter().collect()))
        });
        Schema::new(fields.collect::<Vec<_>>())
    }
}

/// The person the row is about.
pub const PATIENT_ID: &str = "patient_id";
/// The landing file the row came from.
pub const FILE: &str = "file";
/// The line or Bundle entry in that file.
pub const LINE: &str = "line";
/// The load that brought the row.
pub const LOAD: &str = "load";
/// The system that sent the record.
pub const SOURCE: &str = "source";
/// The resource's own id, as references name it.
pub const RESOURCE_KEY: &str = "resource_key";
/// Hash of a resource's source, type and key, by which the rows of the house's own tables lie: so
/// one of millions is found by reading one page.
pub const KEY_HASH: &str = "key_hash";
/// `meta.versionId`.
pub const VERSION: &str = "version";
/// `meta.lastUpdated`.
pub const LAST_UPDATED: &str = "last_updated";

/// The columns every table begins with, in their order.
#[must_use]
pub fn system_fields() -> Vec<Field> {
    vec![
        Field::new(PATIENT_ID, DataType::Int64, true),
        Field::new(RESOURCE_KEY, DataType::Utf8, false),
        Field::new(SOURCE, DataType::Utf8, false),
        Field::new(VERSION, DataType::Utf8, true),
        Field::new(LAST_UPDATED, instant(), true),
        Field::new(LOAD, DataType::Int64, false),
        Field::new(FILE, DataType::Utf8, false),
        Field::new(LINE, DataType::Int64, false),
    ]
}

/// An instant in the lake: microseconds, UTC.
#[must_use]
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn system_comment(name: &str) -> Option<&'static str> {
    Some(match name {
        PATIENT_ID => {
            "The person the row is about, as a number of this house; empty: nobody sees the row"
        }
        RESOURCE_KEY => {
            "The resource's id at its source; a contained resource: ParentType/parentId#id"
        }
        SOURCE => "The system that sent the record",
        VERSION => "meta.versionId as received",
        LAST_UPDATED => "meta.lastUpdated, UTC",
        LOAD => "The load that brought the row",
        FILE => "SHA-256 of the file as received; its name in the landing",
        LINE => "The line in that file, or the entry in that Bundle, from 1",
        _ => return None,
    })
}

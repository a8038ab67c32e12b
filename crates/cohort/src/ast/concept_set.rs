//! Concept sets: lists of codes in files of their own.

use serde::{Deserialize, Serialize};

use super::{Clause, Comments, Name, Remark, Title, Unit, Version};

/// A concept set.
///
/// # Meaning
/// A code belongs where at least one `include` covers it and no `exclude` does. Codes are compared
/// byte for byte within their system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConceptSet {
    /// Comments at the top.
    #[serde(default, skip_serializing_if = "Comments::is_empty")]
    pub comments: Comments,
    /// The name by which definitions refer to it.
    pub name: Name,
    /// The version.
    pub version: Version,
    /// What people call it.
    #[serde(default)]
    pub title: Title,
    /// `source "…"`: where it was published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Clause<String>>,
    /// `quantity hba1c`: what its results measure, so that units of different kinds convert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Clause<Quantity>>,
    /// `vocabulary icd10_jp "2013"`: of which release of a code system the codes are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vocabularies: Vec<Clause<(String, String)>>,
    /// `include SYSTEM CODE …`, at least one.
    pub include: Vec<Clause<Include>>,
    /// `exclude SYSTEM CODE …`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Clause<Include>>,
    /// Comments after the last clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<Remark>,
}

/// One line of a concept set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Include {
    /// The code system, by its short name (`icd10_jp`, `yj`, `jlac10`, `atc`, `loinc`) or its URI.
    pub system: String,
    /// The code.
    pub code: String,
    /// How much beside the code itself.
    #[serde(default, skip_serializing_if = "is_itself")]
    pub branch: Branch,
    /// `mapped`: also the codes of the system that its vocabulary maps to any of these, as OMOP
    /// maps source concepts to standard ones. Where the maps of a system are not held, a definition
    /// that needs them is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mapped: bool,
    /// What the code means, for readers; it is not compared.
    #[serde(default, skip_serializing_if = "is_untitled")]
    pub display: Title,
    /// `unit %{JDS}`: the unit of values under this code where the record says none, or says the
    /// same unit without its annotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_itself(branch: &Branch) -> bool {
    *branch == Branch::Itself
}

fn is_untitled(title: &Title) -> bool {
    *title == Title::default()
}

/// How much beside the code itself.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// The code alone.
    #[default]
    Itself,
    /// `descendants`: the code and all below it in the hierarchy of its system. Where the hierarchy
    /// of a system is not held, a definition that needs it is refused.
    Descendants,
    /// `E11*`: all codes that begin with it.
    Prefix,
}

/// What a laboratory result measures, where conversion needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// `hba1c`, normal unit `%` (NGSP). `%{JDS}`: NGSP = 1.02 × JDS + 0.25. `mmol/mol` (IFCC):
    /// NGSP = 0.09148 × IFCC + 2.152.
    #[serde(rename = "hba1c")]
    HbA1c,
    /// `creatinine`, normal unit `mg/dL`; 113.12 g/mol.
    Creatinine,
    /// `glucose`, normal unit `mg/dL`; 180.156 g/mol.
    Glucose,
    /// `cholesterol` (also HDL and LDL), normal unit `mg/dL`; 386.65 g/mol.
    Cholesterol,
    /// `triglyceride`, normal unit `mg/dL`; 885.4 g/mol.
    Triglyceride,
    /// `urate`, normal unit `mg/dL`; 168.11 g/mol.
    Urate,
    /// `urea_nitrogen`, normal unit `mg/dL`; as nitrogen 28.014 g/mol of urea.
    UreaNitrogen,
    /// `bilirubin`, normal unit `mg/dL`; 584.66 g/mol.
    Bilirubin,
    /// `calcium`, normal unit `mg/dL`; 40.078 g/mol.
    Calcium,
    /// `hemoglobin`, normal unit `g/dL`; 16,114.5 g/mol (monomer).
    Hemoglobin,
}

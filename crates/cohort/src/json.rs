//! Definitions as JSON, for exchange: the tree as it is, in an envelope with a version.
//!
//! The schemas in `schema/` are published; a test keeps them as the types are.

use serde::{Deserialize, Serialize};

use crate::ast::{ConceptSet, Definition};
use crate::problem::{Position, Problem, ProblemCode};
use crate::text::{self, Parsed};

/// The version of the JSON; it changes where a definition of before could no longer be read.
pub const VERSION: u32 = 1;

/// The JSON Schema of a definition.
pub const DEFINITION_SCHEMA: &str = include_str!("../schema/definition.schema.json");
/// The JSON Schema of a concept set.
pub const CONCEPT_SET_SCHEMA: &str = include_str!("../schema/concept_set.schema.json");

/// A definition with the version of its JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DefinitionFile {
    /// [`VERSION`]
    pub aoba_cohort: u32,
    /// The definition.
    pub definition: Definition,
}

/// A concept set with the version of its JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConceptSetFile {
    /// [`VERSION`]
    pub aoba_cohort: u32,
    /// The concept set.
    pub concept_set: ConceptSet,
}

/// Writes a definition.
#[must_use]
pub fn write(definition: &Definition) -> String {
    let file = DefinitionFile { aoba_cohort: VERSION, definition: definition.clone() };
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// Writes a concept set.
#[must_use]
pub fn write_codes(concept_set: &ConceptSet) -> String {
    let file = ConceptSetFile { aoba_cohort: VERSION, concept_set: concept_set.clone() };
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// Reads a definition.
///
/// What the types cannot keep out (a name that is not bound, a circle, a nesting too deep) is found
/// by writing its text and reading that: a tree is good where its text says the same. Places of such
/// problems are those of the canonical text.
///
/// ```
/// let text = "cohort dead version 1\n  entry first death\n";
/// let definition = cohort::text::parse(text).unwrap().definition;
/// let json = cohort::json::write(&definition);
/// assert_eq!(cohort::json::read(&json).unwrap().definition, definition);
/// ```
///
/// # Errors
/// All that is wrong with it.
pub fn read(json: &str) -> Result<Parsed, Vec<Problem>> {
    let file: DefinitionFile = from_json(json, text::TEXT_BYTES_MAX * 8)?;
    is_known(file.aoba_cohort)?;
    let parsed = text::parse(&text::format(&file.definition))?;
    if parsed.definition == file.definition {
        Ok(parsed)
    } else {
        Err(vec![Problem::anywhere(ProblemCode::BadJson, "definition")])
    }
}

/// Reads a concept set.
///
/// # Errors
/// All that is wrong with it.
pub fn read_codes(json: &str) -> Result<ConceptSet, Vec<Problem>> {
    let file: ConceptSetFile = from_json(json, text::CODES_BYTES_MAX * 4)?;
    is_known(file.aoba_cohort)?;
    let read = text::parse_codes(&text::format_codes(&file.concept_set))?;
    if read == file.concept_set {
        Ok(read)
    } else {
        Err(vec![Problem::anywhere(ProblemCode::BadJson, "concept_set")])
    }
}

fn from_json<T: for<'a> Deserialize<'a>>(json: &str, bytes_max: usize) -> Result<T, Vec<Problem>> {
    if json.len() > bytes_max {
        let detail = format!("{} > {bytes_max} B", json.len());
        return Err(vec![Problem::anywhere(ProblemCode::TooLong, detail)]);
    }
    serde_json::from_str(json).map_err(|error| {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let at = Position { line: narrow(error.line()), column: narrow(error.column()) };
        let mut said = error.to_string();
        said.truncate(said.find(" at line ").unwrap_or(said.len()));
        vec![Problem::at(at, ProblemCode::BadJson, said)]
    })
}

fn is_known(version: u32) -> Result<(), Vec<Problem>> {
    if version == VERSION {
        return Ok(());
    }
    let detail = format!("aoba_cohort: {version} → {VERSION}");
    Err(vec![Problem::anywhere(ProblemCode::BadJson, detail)])
}

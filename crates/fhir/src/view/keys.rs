//! The keys a ViewDefinition may have, level by level.
//!
//! # Source
//! SQL-on-FHIR 3.0.0-ballot, StructureDefinition ViewDefinition, and DomainResource of FHIR.

/// Keys of the whole resource.
pub(super) const VIEW: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "url",
    "identifier",
    "version",
    "versionAlgorithmString",
    "versionAlgorithmCoding",
    "name",
    "title",
    "status",
    "experimental",
    "date",
    "publisher",
    "contact",
    "description",
    "useContext",
    "jurisdiction",
    "purpose",
    "copyright",
    "copyrightLabel",
    "approvalDate",
    "lastReviewDate",
    "effectivePeriod",
    "topic",
    "author",
    "editor",
    "reviewer",
    "endorser",
    "relatedArtifact",
    "resource",
    "profile",
    "fhirVersion",
    "constant",
    "select",
    "where",
];

/// Keys of a select, and of a branch of `unionAll`.
pub(super) const SELECT: &[&str] =
    &["id", "extension", "column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"];

/// Keys of a column; the specification's prose writes `tags` where its definition has `tag`.
pub(super) const COLUMN: &[&str] =
    &["id", "extension", "path", "name", "description", "collection", "type", "tag", "tags"];

/// Keys of a column's tag.
pub(super) const TAG: &[&str] = &["id", "extension", "name", "value"];

/// Keys of a condition.
pub(super) const WHERE: &[&str] = &["id", "extension", "path", "description"];

/// Keys of a constant besides `value[x]`.
pub(super) const CONSTANT: &[&str] = &["id", "extension", "name"];

/// What `status` may be.
pub(super) const STATUS: &[&str] = &["draft", "active", "retired", "unknown"];

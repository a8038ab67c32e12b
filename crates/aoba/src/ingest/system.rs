//! The three tables of the house itself: every resource, every extension without a column, and
//! every deletion.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use lake::tables::{About, KEY_HASH, TableSpec, instant, system_fields};
use vocab::PatientId;

use super::catalogue::definition_hash;
use super::extensions::Extension;
use super::occurrence::Deletion;

/// What `key_hash` means.
const HASH_MEANS: &str = "Hash (the upper half of XXH3, 128 bits) of the source, the resource's type \
    and its key, or those of what contains it: the rows lie by it, so that one resource is found by \
    reading one page.";

const RESOURCE_COLUMNS: [(&str, DataType, &str); 5] = [
    (KEY_HASH, DataType::Int64, HASH_MEANS),
    ("resource_type", DataType::Utf8, "The FHIR R4 resource type."),
    (
        "content_hash",
        DataType::Utf8,
        "Hash (XXH3, 128 bits) of the resource's text as received; equal hashes are equal texts, \
         different ones may differ in white space only.",
    ),
    ("size_bytes", DataType::Int64, "Length of the resource's text in bytes."),
    (
        "contained_in",
        DataType::Utf8,
        "For a contained resource, Type/id of what contains it; otherwise null.",
    ),
];

const EXTENSION_COLUMNS: [(&str, DataType, &str); 6] = [
    ("resource_type", DataType::Utf8, "The type of the resource that carries the extension."),
    ("path", DataType::Utf8, "Where in the resource the extension stands."),
    ("url", DataType::Utf8, "What the extension means: its address."),
    (
        "value_type",
        DataType::Utf8,
        "Which value[x] it has, such as valueCodeableConcept; null where it has parts instead.",
    ),
    (
        "value",
        DataType::Utf8,
        "The value as JSON text, or the whole extension where it has parts; null where withheld.",
    ),
    (
        "withheld",
        DataType::Boolean,
        "True where the value is kept back because it may say who the person is.",
    ),
];

const DELETION_COLUMNS: [(&str, DataType, &str); 5] = [
    (KEY_HASH, DataType::Int64, HASH_MEANS),
    ("resource_type", DataType::Utf8, "The type of the resource that was deleted."),
    (
        "dated",
        DataType::Boolean,
        "True where the source told when; then last_updated is that moment. Otherwise last_updated \
         is that of the version deleted.",
    ),
    (
        "missing",
        DataType::Boolean,
        "True where nobody asked for the deletion: a full load did not hold the resource.",
    ),
    (
        "found",
        DataType::Boolean,
        "True where the resource was held; false where there was nothing to delete.",
    ),
];

/// The table `resource`: one row for each resource held, of any type.
pub(super) fn resource_spec() -> TableSpec {
    let description = "Every resource held, one row each, whatever its type: where it came from, \
        which version it is. A type without a table of its own is here too, and its text is in the \
        landing.";
    by_key(spec("resource", description, &RESOURCE_COLUMNS))
}

/// The table `extension`: one row for each extension that no column takes.
pub(super) fn extension_spec() -> TableSpec {
    let description = "Extensions that no column of their type's tables takes, kept as they came. \
        Values that may say who a person is are withheld.";
    spec("extension", description, &EXTENSION_COLUMNS)
}

/// The table `deletion`: one row for each resource that its source has no longer.
pub(super) fn deletion_spec() -> TableSpec {
    let description = "Resources that their source said it has no longer: which, when, and by which \
        line. Their rows are in no other table. The person is known here only where the resource \
        was a Patient.";
    by_key(spec("deletion", description, &DELETION_COLUMNS))
}

/// The same, its rows lying by the hash of their key.
fn by_key(spec: TableSpec) -> TableSpec {
    TableSpec { order: Some(KEY_HASH.to_owned()), ..spec }
}

fn spec(name: &str, description: &str, columns: &[(&str, DataType, &str)]) -> TableSpec {
    let mut fields = system_fields();
    fields.extend(columns.iter().map(|(name, kind, _)| Field::new(*name, kind.clone(), true)));
    let described =
        columns.iter().map(|(name, _, means)| ((*name).to_owned(), (*means).to_owned()));
    let columns: BTreeMap<String, String> = described.collect();
    let definition = format!("{name}\n{description}\n{columns:?}");
    TableSpec {
        name: name.to_owned(),
        about: About::PatientKey,
        day: None,
        description: description.to_owned(),
        columns,
        definition_hash: definition_hash(definition.as_bytes()),
        order: None,
        schema: Arc::new(Schema::new(fields)),
    }
}

/// What these tables begin with, as a plan makes it; source, load and file are added later.
#[derive(Default)]
struct Common {
    patient_id: Int64Builder,
    resource_key: StringBuilder,
    version: StringBuilder,
    last_updated: Vec<Option<i64>>,
    line: Int64Builder,
}

/// Whose row it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    pub(super) patient: Option<PatientId>,
    pub(super) key: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) last_updated_us: Option<i64>,
    pub(super) line: i64,
}

impl Common {
    fn push(&mut self, whose: Whose<'_>) {
        self.patient_id.append_option(whose.patient.map(PatientId::get));
        self.resource_key.append_value(whose.key);
        self.version.append_option(whose.version);
        self.last_updated.push(whose.last_updated_us);
        self.line.append_value(whose.line);
    }

    fn finish(&mut self) -> Vec<ArrayRef> {
        let mut last_updated = TimestampMicrosecondBuilder::new().with_timezone("UTC");
        std::mem::take(&mut self.last_updated)
            .into_iter()
            .for_each(|instant| last_updated.append_option(instant));
        vec![
            Arc::new(self.patient_id.finish()),
            Arc::new(self.resource_key.finish()),
            Arc::new(self.version.finish()),
            Arc::new(last_updated.finish()),
            Arc::new(self.line.finish()),
        ]
    }
}

fn schema_of(columns: &[(&str, DataType, &str)]) -> SchemaRef {
    let mut fields = vec![
        Field::new("patient_id", DataType::Int64, true),
        Field::new("resource_key", DataType::Utf8, false),
        Field::new("version", DataType::Utf8, true),
        Field::new("last_updated", instant(), true),
        Field::new("line", DataType::Int64, false),
    ];
    fields.extend(columns.iter().map(|(name, kind, _)| Field::new(*name, kind.clone(), true)));
    Arc::new(Schema::new(fields))
}

/// Rows of `resource` under construction.
#[derive(Default)]
pub(super) struct ResourceRows {
    common: Common,
    key_hash: Int64Builder,
    resource_type: StringBuilder,
    content_hash: StringBuilder,
    size_bytes: Int64Builder,
    contained_in: StringBuilder,
}

impl ResourceRows {
    /// Adds a resource.
    pub(super) fn push(
        &mut self,
        whose: Whose<'_>,
        (resource_type, key_hash): (&str, i64),
        (content, size_bytes): (u128, usize),
        contained_in: Option<&str>,
    ) {
        self.common.push(whose);
        self.key_hash.append_value(key_hash);
        self.resource_type.append_value(resource_type);
        self.content_hash.append_value(format!("{content:032x}"));
        self.size_bytes.append_value(i64::try_from(size_bytes).unwrap_or(i64::MAX));
        self.contained_in.append_option(contained_in);
    }

    /// Takes the rows.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = self.common.finish();
        columns.push(Arc::new(self.key_hash.finish()));
        columns.push(Arc::new(self.resource_type.finish()));
        columns.push(Arc::new(self.content_hash.finish()));
        columns.push(Arc::new(self.size_bytes.finish()));
        columns.push(Arc::new(self.contained_in.finish()));
        RecordBatch::try_new(schema_of(&RESOURCE_COLUMNS), columns)
    }
}

/// Rows of `extension` under construction.
#[derive(Default)]
pub(super) struct ExtensionRows {
    common: Common,
    resource_type: StringBuilder,
    path: StringBuilder,
    url: StringBuilder,
    value_type: StringBuilder,
    value: StringBuilder,
    withheld: BooleanBuilder,
}

impl ExtensionRows {
    /// Adds an extension; a withheld one keeps its address and loses its value.
    pub(super) fn push(
        &mut self,
        whose: Whose<'_>,
        resource_type: &str,
        extension: &Extension,
        withheld: bool,
    ) {
        self.common.push(whose);
        self.resource_type.append_value(resource_type);
        self.path.append_value(&extension.path);
        self.url.append_value(&extension.url);
        self.value_type.append_option(extension.value_type.as_deref());
        self.value.append_option((!withheld).then_some(&extension.value));
        self.withheld.append_value(withheld);
    }

    /// Takes the rows.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = self.common.finish();
        columns.push(Arc::new(self.resource_type.finish()));
        columns.push(Arc::new(self.path.finish()));
        columns.push(Arc::new(self.url.finish()));
        columns.push(Arc::new(self.value_type.finish()));
        columns.push(Arc::new(self.value.finish()));
        columns.push(Arc::new(self.withheld.finish()));
        RecordBatch::try_new(schema_of(&EXTENSION_COLUMNS), columns)
    }
}

/// Rows of `deletion` under construction.
#[derive(Default)]
pub(super) struct DeletionRows {
    common: Common,
    key_hash: Int64Builder,
    resource_type: StringBuilder,
    dated: BooleanBuilder,
    missing: BooleanBuilder,
    found: BooleanBuilder,
}

impl DeletionRows {
    /// Adds a deletion.
    pub(super) fn push(
        &mut self,
        whose: Whose<'_>,
        (resource_type, key_hash): (&str, i64),
        told: Deletion,
    ) {
        self.common.push(whose);
        self.key_hash.append_value(key_hash);
        self.resource_type.append_value(resource_type);
        self.dated.append_value(told.dated);
        self.missing.append_value(told.missing);
        self.found.append_value(told.found);
    }

    /// Takes the rows.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = self.common.finish();
        columns.push(Arc::new(self.key_hash.finish()));
        columns.push(Arc::new(self.resource_type.finish()));
        columns.push(Arc::new(self.dated.finish()));
        columns.push(Arc::new(self.missing.finish()));
        columns.push(Arc::new(self.found.finish()));
        RecordBatch::try_new(schema_of(&DELETION_COLUMNS), columns)
    }
}

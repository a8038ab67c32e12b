//! What every row of the lake carries: whose it is, of which resource, in which version.

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType, Field};
use vocab::PatientId;
use vocab::date::Zone;

use super::array::{Array, Datum, Misfit};
use super::kind::Kind;
use super::shape::{ROOT, Shapes};

/// Where the walk puts what belongs to the resource itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SystemSlots {
    pub(super) resource_type: u16,
    pub(super) id: u16,
    pub(super) meta: u16,
    pub(super) version: u16,
    pub(super) last_updated: u16,
}

impl SystemSlots {
    pub(super) fn new(shapes: &mut Shapes) -> Option<Self> {
        let (resource_type, _) = shapes.key(ROOT, "resourceType")?;
        let (id, _) = shapes.key(ROOT, "id")?;
        let (meta, within) = shapes.key(ROOT, "meta")?;
        let (version, _) = shapes.key(within, "versionId")?;
        let (last_updated, _) = shapes.key(within, "lastUpdated")?;
        Some(Self { resource_type, id, meta, version, last_updated })
    }
}

/// The fields of the system columns.
pub(super) fn fields() -> Vec<Field> {
    vec![
        Field::new("patient_id", DataType::Int64, true),
        Field::new("resource_key", DataType::Utf8, false),
        Field::new("version", DataType::Utf8, true),
        Field::new("last_updated", Kind::Instant.arrow(), true),
        Field::new("line", DataType::Int64, false),
    ]
}

/// What the system columns hold for one resource.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SystemRow<'r> {
    pub(super) patient: Option<PatientId>,
    pub(super) key: &'r str,
    pub(super) version: Option<&'r str>,
    pub(super) last_updated_us: Option<i64>,
    pub(super) line: i64,
}

/// The system columns of one table.
#[derive(Debug)]
pub(super) struct SystemColumns {
    patient: Array,
    key: Array,
    version: Array,
    last_updated: Array,
    line: Array,
}

impl SystemColumns {
    pub(super) fn new() -> Self {
        Self {
            patient: Array::new(Kind::Int64),
            key: Array::new(Kind::Text),
            version: Array::new(Kind::Text),
            last_updated: Array::new(Kind::Instant),
            line: Array::new(Kind::Int64),
        }
    }

    /// Puts the same row at the end so many times.
    pub(super) fn push(
        &mut self,
        row: &SystemRow<'_>,
        times: usize,
        zone: &Zone,
    ) -> Result<(), Misfit> {
        let patient = row.patient.map_or(Datum::Null, |patient| Datum::Int(patient.get()));
        let version = row.version.map_or(Datum::Null, Datum::Text);
        for _ in 0..times {
            self.patient.push(patient, zone)?;
            self.key.push(Datum::Text(row.key), zone)?;
            self.version.push(version, zone)?;
            self.last_updated.push_instant(row.last_updated_us);
            self.line.push(Datum::Int(row.line), zone)?;
        }
        Ok(())
    }

    fn arrays(&mut self) -> [&mut Array; 5] {
        let Self { patient, key, version, last_updated, line } = self;
        [patient, key, version, last_updated, line]
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        for array in self.arrays() {
            array.truncate(rows);
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        let Self { patient, key, version, last_updated, line } = self;
        [patient, key, version, last_updated, line].iter().map(|array| array.size_bytes()).sum()
    }

    pub(super) fn finish(&mut self, to: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        for array in self.arrays() {
            to.push(array.finish()?);
        }
        Ok(())
    }
}

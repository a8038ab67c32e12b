//! What the table `patient` tells of people beside their events.

use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{ArrowError, Schema};
use cohort::eval::{Sex, Stretch};
use vocab::date::Zone;

use super::values::Rows;
use crate::tables::{PATIENT_ID, RESOURCE_KEY, SOURCE};

/// The columns read.
const COLUMNS: [&str; 6] =
    [PATIENT_ID, SOURCE, RESOURCE_KEY, "gender", "birth_date_low", "birth_date_high"];

/// Rows of the table `patient`.
pub(crate) struct Records<'a>(pub(crate) &'a RecordBatch);

/// What one of them tells.
pub(crate) struct Record {
    pub(crate) patient: i64,
    /// Source and key, by which the records of a person with several are put in order.
    pub(crate) place: (String, String),
    pub(crate) sex: Option<Sex>,
    pub(crate) birth: Option<Stretch>,
}

impl Records<'_> {
    /// The columns it reads, of those that a table has.
    pub(crate) fn columns(table: &Schema) -> Vec<String> {
        let held = |name: &&str| table.index_of(name).is_ok();
        COLUMNS.into_iter().filter(held).map(str::to_owned).collect()
    }

    pub(crate) fn told(&self, zone: &Zone) -> Result<Vec<Record>, ArrowError> {
        let rows = Rows(self.0);
        let (sources, keys) = (rows.texts(SOURCE)?, rows.texts(RESOURCE_KEY)?);
        let (genders, births) = (rows.texts("gender")?, rows.dates("birth_date")?);
        let Some(patients) = rows.whole(PATIENT_ID)? else { return Ok(Vec::new()) };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let record = |row: usize| {
            let birth = births.at(row, zone);
            Record {
                patient: patients.value(row),
                place: (text(sources.at(row)), text(keys.at(row))),
                sex: genders.at(row).and_then(sex),
                birth: birth.and_then(|birth| Stretch::new(birth.first, birth.last)),
            }
        };
        Ok((0..patients.len()).filter(|row| patients.is_valid(*row)).map(record).collect())
    }
}

fn sex(gender: &str) -> Option<Sex> {
    match gender {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        "other" => Some(Sex::Other),
        _ => None,
    }
}

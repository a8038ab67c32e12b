//! The numbers of events with their units.

use arrow_schema::ArrowError;

use super::column::{Amounts, Keyed, NOTHING};
use super::values::{Numbers, Rows};
use super::{Amount, EventsOf};

/// What UCUM is called.
const UCUM: &str = "http://unitsofmeasure.org";

/// The columns of a number and its unit.
pub(super) struct Measure {
    numbers: Vec<Numbers>,
    /// The code of the unit, where it is of UCUM; else the unit as printed.
    unit: Keyed<String>,
    printed: Keyed<String>,
}

impl Measure {
    pub(super) fn new(rows: Rows<'_>, amount: Amount) -> Result<Self, ArrowError> {
        let systems = rows.words(amount.unit_system.unwrap_or_default())?;
        let is_ucum = systems.map(|system| system == UCUM);
        let (mut codes, printed) = (rows.words(amount.unit_code)?, rows.words(amount.unit)?);
        for (row, key) in codes.keys.iter_mut().enumerate() {
            if is_ucum.at(row) == Some(&false) {
                *key = NOTHING;
            }
        }
        let numbers: Result<Vec<_>, _> =
            amount.numbers.iter().map(|number| rows.numbers(number)).collect();
        let numbers = numbers?.into_iter().filter(|numbers| !numbers.is_empty()).collect();
        let codes = Keyed::new(codes.keys, codes.things);
        Ok(Self { numbers, unit: Keyed::first_of(vec![codes, printed.clone()]), printed })
    }

    fn at(&self, row: usize) -> Option<f64> {
        self.numbers.iter().find_map(|numbers| numbers.at(row))
    }

    /// The numbers, and the units of rows that have one.
    pub(super) fn numbers(self, rows: usize) -> (Amounts, Keyed<String>) {
        if self.numbers.is_empty() {
            return Default::default();
        }
        let numbers = Amounts::of((0..rows).map(|row| self.at(row)));
        let Keyed { mut keys, things } = self.unit;
        for (row, key) in keys.iter_mut().enumerate() {
            if numbers.at(row).is_none() {
                *key = NOTHING;
            }
        }
        (numbers, Keyed::new(keys, things))
    }
}

/// The reference range, as far as it is not said to be in another unit than the value.
pub(super) fn limits(
    of: &EventsOf,
    rows: Rows<'_>,
    value: Option<&Measure>,
) -> Result<[Amounts; 2], ArrowError> {
    let Some(limits) = of.limits else { return Ok(Default::default()) };
    let side = |(number, unit): (&str, &str)| -> Result<Amounts, ArrowError> {
        let (numbers, units) = (rows.numbers(number)?, rows.words(unit)?);
        if numbers.is_empty() {
            return Ok(Amounts::default());
        }
        let is_same = |row: usize| {
            let printed = value.and_then(|value| value.printed.at(row));
            units.at(row).zip(printed).is_none_or(|(one, other)| one == other)
        };
        let limit = |row: usize| numbers.at(row).filter(|_| is_same(row));
        Ok(Amounts::of((0..rows.count()).map(limit)))
    };
    Ok([side(limits.low)?, side(limits.high)?])
}

pub(super) fn days_supply(of: &EventsOf, rows: Rows<'_>) -> Result<Amounts, ArrowError> {
    let Some(supply) = of.days_supply else { return Ok(Amounts::default()) };
    let measure = Measure::new(rows, supply)?;
    if measure.numbers.is_empty() {
        return Ok(Amounts::default());
    }
    let days = |row: usize| in_days(measure.at(row)?, measure.unit.at(row).map(String::as_str));
    Ok(Amounts::of((0..rows.count()).map(days)))
}

/// A length of time in days; one without a unit is in days.
fn in_days(number: f64, unit: Option<&str>) -> Option<f64> {
    match unit {
        None | Some("d" | "日" | "日分" | "day" | "days") => Some(number),
        Some("wk" | "週" | "week" | "weeks") => Some(number * 7.0),
        Some("h" | "時間" | "hour" | "hours") => Some(number / 24.0),
        Some(_) => None,
    }
}

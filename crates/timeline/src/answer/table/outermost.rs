//! The zones of a run's patients, from what the file keeps of each patient's values.

use cohort::ast::{Comparison, Equation, NumberField, Quantity};
use cohort::eval::reading;
use cohort::units::normal_unit;

use super::columns::{Data, Of};
use super::filtration::Memo;
use super::zone::{self, Source, Truths, Zone};
use crate::answer::plan::{Amount, Ask, ColumnId, ColumnSpec};
use crate::answer::uses::columns_of_amount;
use crate::event::{self, UNIT};
use crate::format::Damage;

/// A zone for each patient of a run, in order.
pub(super) enum Zones {
    /// Nothing is kept of them.
    Any,
    Same(Zone),
    Each(Vec<Zone>),
}

impl Zones {
    pub(super) fn get(&self, place: usize) -> Zone {
        match self {
            Self::Any => Zone::ANY,
            Self::Same(zone) => *zone,
            Self::Each(zones) => zones.get(place).copied().unwrap_or(Zone::ANY),
        }
    }
}

/// The zones of columns, by the columns' places.
type Columns = [(ColumnId, Zones)];

/// What a table asks of its rows, as far as it is the same for all patients of a run.
pub(super) enum Asked<'a> {
    /// Two numbers, of which each is one zone for all or a column.
    Compared(Side<'a>, Comparison, Side<'a>),
    Any(&'a Ask),
    /// What is known already, for each patient.
    Known(Vec<Truths>),
}

/// A side of a comparison.
pub(super) enum Side<'a> {
    Same(Zone),
    Each(&'a [Zone]),
}

impl<'a> Side<'a> {
    fn of(amount: &Amount, columns: &'a Columns) -> Option<Self> {
        if let Amount::Field(_, column) = amount
            && let Some((_, Zones::Each(zones))) = columns.iter().find(|(id, _)| id == column)
        {
            return Some(Self::Each(zones));
        }
        let mut needed = Vec::new();
        columns_of_amount(amount, &mut needed);
        let is_each = |(id, zones): &(ColumnId, Zones)| {
            needed.contains(id) && matches!(zones, Zones::Each(_))
        };
        let is_same = !columns.iter().any(is_each);
        is_same.then(|| Self::Same(zone::amount(amount, &|source| of_source(source, 0, columns))))
    }

    fn get(&self, place: usize) -> Zone {
        match self {
            Self::Same(zone) => *zone,
            Self::Each(zones) => zones.get(place).copied().unwrap_or(Zone::ANY),
        }
    }
}

impl<'a> Asked<'a> {
    pub(super) fn of(ask: &'a Ask, columns: &'a Columns) -> Self {
        if let Ask::Compare(left, is, right) = ask
            && let (Some(left), Some(right)) = (Side::of(left, columns), Side::of(right, columns))
        {
            return Self::Compared(left, *is, right);
        }
        Self::Any(ask)
    }

    /// What it may be of the rows of a patient, by the patient's place in the run.
    pub(super) fn truths(&self, place: usize, columns: &Columns) -> Truths {
        match self {
            Self::Compared(left, is, right) => {
                zone::compared(left.get(place), *is, right.get(place))
            }
            Self::Known(truths) => truths.get(place).copied().unwrap_or(Truths::ANY),
            Self::Any(ask) => zone::truths(ask, &|source| of_source(source, place, columns)),
        }
    }
}

fn of_source(source: Source<'_>, place: usize, columns: &Columns) -> Zone {
    match source {
        Source::Field(_, column) => {
            let of = columns.iter().find(|(id, _)| *id == column);
            of.map_or(Zone::ANY, |(_, zones)| zones.get(place))
        }
        Source::Members(..) => Zone::ANY,
    }
}

impl Of<'_> {
    /// The zones of a column, for the run's patients.
    pub(super) fn zones(self, spec: &ColumnSpec) -> Result<Zones, Damage> {
        let quantity = self.hit.quantity;
        match spec {
            ColumnSpec::Number(field, asked) => {
                self.zones_of(field, Some(asked.as_deref()), quantity)
            }
            ColumnSpec::Recorded(field) => self.zones_of(field, None, None),
            ColumnSpec::NormalValue => {
                let asked = quantity.map(|quantity| Some(normal_unit(quantity)));
                self.zones_of(&NumberField::Value, asked, quantity)
            }
            ColumnSpec::Egfr(equation) => self.zones_of_rates(*equation),
            _ => Ok(Zones::Any),
        }
    }

    pub(super) fn zones_of(
        self,
        field: &NumberField,
        asked: Option<Option<&str>>,
        quantity: Option<Quantity>,
    ) -> Result<Zones, Damage> {
        let Some(values) = self.run.numbers(event::NumberField::Value.place())? else {
            return Ok(Zones::Any);
        };
        let conversion = match asked {
            None => None,
            Some(asked) => {
                let Some(unit) = self.run.words(UNIT)?.is_constant() else { return Ok(Zones::Any) };
                let unit = u32::try_from(unit).ok().filter(|&unit| unit > 0);
                let unit = unit.and_then(|unit| self.segment.word(unit));
                let default = self.hit.default.as_deref();
                let conversion = reading(unit, default, (asked, quantity));
                // What cannot be read in the unit that is asked is no number.
                let Some(conversion) = conversion else { return Ok(Zones::Same(Zone::NONE)) };
                Some(conversion)
            }
        };
        let zone = |low: f64, high: f64, unknown: bool| match &conversion {
            None => Zone::between(low, high, unknown),
            Some(conversion) => {
                Zone::between(conversion.apply(low), conversion.apply(high), unknown)
            }
        };
        let limit = match field {
            NumberField::Value => {
                let kept = self.run.outermost()?;
                let Some((least, largest)) = kept else {
                    return self.zones_read(field, asked, quantity);
                };
                let unknown = values.has_none();
                let zones = least.iter().zip(largest).map(|(&low, &high)| {
                    if low.is_finite() { zone(low, high, unknown) } else { Zone::NONE }
                });
                return Ok(Zones::Each(zones.collect()));
            }
            NumberField::UpperLimit => event::NumberField::UpperLimit,
            NumberField::LowerLimit => event::NumberField::LowerLimit,
            _ => return Ok(Zones::Any),
        };
        // Where a value may be missing, the unit of its limits may be.
        let limits = self.run.numbers(limit.place())?.filter(|_| !values.has_none());
        let bounds = limits.and_then(|limits| limits.bounds());
        Ok(bounds.map_or(Zones::Any, |(low, high)| Zones::Same(zone(low, high, false))))
    }

    /// The zones of few rows, read.
    fn zones_read(
        self,
        field: &NumberField,
        asked: Option<Option<&str>>,
        quantity: Option<Quantity>,
    ) -> Result<Zones, Damage> {
        let Data::Numbers(values) = self.number(field, asked, quantity)? else {
            return Ok(Zones::Any);
        };
        let mut rest = values.as_slice();
        let zones = self.rows.whose.iter().map(|&(_, count)| {
            let (of, after) = rest.split_at(count.min(rest.len()));
            rest = after;
            of.iter().fold(Zone { unknown: false, ..Zone::NONE }, |zone, value| {
                let is_there = value.is_finite();
                let this = if is_there { Zone::between(*value, *value, false) } else { Zone::NONE };
                zone.join(this)
            })
        });
        Ok(Zones::Each(zones.collect()))
    }

    /// The rate falls as creatinine and age rise. A little is left for how powers are rounded.
    fn zones_of_rates(self, equation: Equation) -> Result<Zones, Damage> {
        const ROUNDING: f64 = 1e-9;
        let asked = Some(Some("mg/dL"));
        let values = self.zones_of(&NumberField::Value, asked, Some(Quantity::Creatinine))?;
        let (Zones::Each(mut zones), Some(days)) = (values, self.days()?) else {
            return Ok(Zones::Any);
        };
        let mut memo = Memo::new(equation);
        for (zone, &(patient, _)) in zones.iter_mut().zip(self.rows.whose) {
            let ages = self.ages(patient, days).filter(|_| zone.low > 0.0 && zone.low <= zone.high);
            let Some((sex, (youngest, oldest))) = ages else {
                *zone = Zone::ANY;
                continue;
            };
            let low = memo.rate(zone.high, oldest, sex) * (1.0 - ROUNDING);
            let high = memo.rate(zone.low, youngest, sex) * (1.0 + ROUNDING);
            *zone = Zone::between(low, high, zone.unknown);
        }
        Ok(Zones::Each(zones))
    }

    /// The first and last day on which any row of the run may start, where all are known to the day.
    pub(super) fn days(self) -> Result<Option<(i64, i64)>, Damage> {
        let times = self.run.times()?;
        let length = times.length.is_constant();
        let is_day = length == Some(86_400) && times.second.is_constant() == Some(0);
        let span = self.segment.span().filter(|_| length == Some(1) || is_day);
        Ok(span.map(|(_, last)| (times.day.least(), last)))
    }
}

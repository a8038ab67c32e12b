//! Units: what a UCUM code means, and numbers in another unit.

mod conversion;
mod flow;
mod ucum;

pub(crate) use conversion::without_notes;
pub use conversion::{Conversion, normal_unit};
pub(crate) use flow::together;
pub use flow::{Own, Trouble, check, own_unit};

use crate::ast::{Quantity, Unit};

/// A number in another unit; none where the units do not convert.
///
/// Mass and amount of substance convert where the quantity is known, and HbA1c between NGSP, JDS
/// and IFCC. A unit that is only a note (`{score}`) takes numbers of units without a dimension.
///
/// ```
/// use cohort::{ast::{Quantity, Unit}, units};
/// let unit = |text| Unit::new(text).unwrap();
/// let mg = units::convert(88.4, &unit("umol/L"), &unit("mg/dL"), Some(Quantity::Creatinine));
/// assert!((mg.unwrap() - 1.0).abs() < 1e-3);
/// assert_eq!(units::convert(48.0, &unit("mmol/mol"), &unit("%"), None), None);
/// ```
#[must_use]
pub fn convert(value: f64, from: &Unit, to: &Unit, quantity: Option<Quantity>) -> Option<f64> {
    let way = Conversion::new(Some(from.as_str()), Some(to.as_str()), quantity)?;
    Some(way.apply(value))
}

/// Whether a unit is known.
#[must_use]
pub fn is_known(unit: &Unit) -> bool {
    ucum::read(unit.as_str()).is_some()
}

/// Whether numbers may convert, whatever they measure: in one dimension, or mass against amount.
#[must_use]
pub fn may_convert(one: &Unit, other: &Unit) -> bool {
    let (Some(one), Some(other)) = (ucum::read(one.as_str()), ucum::read(other.as_str())) else {
        return false;
    };
    one.dimension == other.dimension
        || other.dimension == one.with_amount_for_mass(1)
        || other.dimension == one.with_amount_for_mass(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        Unit::new(text).unwrap()
    }

    fn check(value: f64, from: &str, to: &str, quantity: Option<Quantity>, expect: Option<f64>) {
        let got = convert(value, &unit(from), &unit(to), quantity);
        let agrees = match (got, expect) {
            (Some(got), Some(expect)) => (got - expect).abs() <= 1e-6 * expect.abs().max(1.0),
            (got, expect) => got.is_none() && expect.is_none(),
        };
        assert!(agrees, "{value} {from} in {to}: {got:?}, not {expect:?}");
    }

    #[test]
    fn units_of_one_dimension_convert() {
        check(1.0, "g/L", "mg/dL", None, Some(100.0));
        check(5.0, "10*9/L", "10*3/uL", None, Some(5.0));
        check(120.0, "mm[Hg]", "kPa", None, Some(15.998_686));
        check(37.0, "Cel", "K", None, Some(310.15));
        check(98.6, "[degF]", "Cel", None, Some(37.0));
        check(2.0, "h", "min", None, Some(120.0));
        check(60.0, "mL/min/{1.73_m2}", "mL/min", None, Some(60.0));
        check(1.0, "kg/m2", "g/cm2", None, Some(0.1));
        check(1.0, "U/L", "kat/L", None, Some(1.0 / 6e7));
        check(3.0, "{score}", "%", None, Some(300.0));
        check(1.0, "mg", "mL", None, None);
        check(1.0, "[iU]/L", "U/L", None, None);
    }

    #[test]
    fn mass_and_amount_convert_where_the_quantity_is_known() {
        check(1.0, "mg/dL", "umol/L", Some(Quantity::Creatinine), Some(88.401_697));
        check(5.5, "mmol/L", "mg/dL", Some(Quantity::Glucose), Some(99.085_8));
        check(5.5, "mmol/L", "mg/dL", None, None);
        check(14.0, "g/dL", "mmol/L", Some(Quantity::Hemoglobin), Some(8.687_828));
    }

    #[test]
    fn hba1c_converts_between_its_three_scales() {
        let hba1c = Some(Quantity::HbA1c);
        check(48.0, "mmol/mol", "%", hba1c, Some(6.543_04));
        check(6.5, "%", "%{JDS}", hba1c, Some(6.127_450_98));
        check(6.1, "%{JDS}", "%{NGSP}", hba1c, Some(6.472));
        check(6.5, "%{NGSP}", "mmol/mol", hba1c, Some(47.529_514));
        check(48.0, "mmol/mol", "%", None, None);
        check(48.0, "mg/dL", "%", hba1c, None);
    }

    #[test]
    fn what_is_no_unit_is_known_as_such() {
        for known in ["mg/(24.h)", "10*12/L", "meq/L", "[arb'U]", "ng/mL/h", "cm[H2O]", "dB"] {
            assert_eq!(is_known(&unit(known)), known != "dB", "{known}");
        }
        for text in ["quux", "mg/dl2x", "mg//L", "g.", "kmin"] {
            assert!(Unit::new(text).is_err() || !is_known(&unit(text)), "{text}");
        }
    }
}

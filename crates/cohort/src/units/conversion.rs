//! How a number in one unit becomes a number in another.

use crate::ast::Quantity;

use super::ucum::{self, Meaning};

/// Steps from one unit to another, done in order in double precision.
///
/// Every engine converts by these steps, so that all get the same bits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversion {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Times(f64),
    DividedBy(f64),
    Plus(f64),
}

impl Conversion {
    /// From a unit, as recorded, to another; none is the unit 1. Nothing where there is no way.
    ///
    /// Mass and amount of substance convert where the quantity is known, and HbA1c between NGSP,
    /// JDS and IFCC.
    ///
    /// ```
    /// use cohort::{ast::Quantity, units::Conversion};
    /// let way = Conversion::new(Some("g/L"), Some("mg/dL"), None).unwrap();
    /// assert_eq!(way.apply(1.26), 126.0);
    /// assert!(Conversion::new(Some("umol/L"), Some("mg/dL"), None).is_none());
    /// ```
    #[must_use]
    pub fn new(from: Option<&str>, to: Option<&str>, quantity: Option<Quantity>) -> Option<Self> {
        if from == to {
            return Some(Self::default());
        }
        let (from, to) = (from.unwrap_or("1"), to.unwrap_or("1"));
        if quantity == Some(Quantity::HbA1c) {
            return Some(Self { steps: hba1c(from, to)? });
        }
        let is_molar = |unit: &str| unit.contains("mol");
        // What counts molecules against molecules is no share by weight or volume.
        let is_share = is_molar(from) != is_molar(to);
        let (from, to) = (ucum::read(from)?, ucum::read(to)?);
        if from.dimension == to.dimension {
            if from.dimension == ucum::NONE && is_share {
                return None;
            }
            return Some(Self { steps: linear(from, to) });
        }
        let grams_per_mole = grams_per_mole(quantity?)?;
        // First in the same multiples of grams or moles, then by the weight of a mole.
        let (step, amount) = if to.dimension == from.with_amount_for_mass(1) {
            (Step::DividedBy(grams_per_mole), from.with_amount_for_mass(1))
        } else if to.dimension == from.with_amount_for_mass(-1) {
            (Step::Times(grams_per_mole), from.with_amount_for_mass(-1))
        } else {
            return None;
        };
        let mut steps = vec![step];
        steps.extend(linear(Meaning { dimension: amount, ..from }, to));
        Some(Self { steps })
    }

    /// Each step as a sign of arithmetic and a number.
    pub(crate) fn signs(&self) -> impl Iterator<Item = (char, f64)> {
        self.steps.iter().map(|step| match step {
            Step::Times(factor) => ('*', *factor),
            Step::DividedBy(divisor) => ('/', *divisor),
            Step::Plus(summand) => ('+', *summand),
        })
    }

    /// The same steps as eight numbers, for a table: times, by, times, by, plus, plus, times, by.
    /// What is not done is times or by 1, or plus 0.
    pub(crate) fn numbers(&self) -> [f64; 8] {
        const SIGNS: [char; 8] = ['*', '/', '*', '/', '+', '+', '*', '/'];
        let mut numbers = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0];
        let mut place = 0;
        for (sign, by) in self.signs() {
            while SIGNS.get(place).is_some_and(|other| *other != sign) {
                place += 1;
            }
            if let Some(number) = numbers.get_mut(place) {
                *number = by;
            }
            place += 1;
        }
        numbers
    }

    /// The number after it. Not finite where it has become too large.
    #[must_use]
    #[inline]
    pub fn apply(&self, value: f64) -> f64 {
        self.steps.iter().fold(value, |value, step| match step {
            Step::Times(factor) => value * factor,
            Step::DividedBy(divisor) => value / divisor,
            Step::Plus(summand) => value + summand,
        })
    }
}

/// Only temperatures have an offset; the rest is multiplied by one factor.
fn linear(from: Meaning, to: Meaning) -> Vec<Step> {
    if from.offset == 0.0 && to.offset == 0.0 {
        return by_factor(from.factor, to.factor);
    }
    let mut steps = by_factor(from.factor, 1.0);
    steps.push(Step::Plus(from.offset));
    steps.push(Step::Plus(-to.offset));
    steps.extend(by_factor(1.0, to.factor));
    steps
}

/// A ratio that is a whole number but for rounding is taken as that whole number, and one whose
/// inverse is, divides by it: so 1.26 g/L are 126 mg/dL without a stray last digit.
fn by_factor(from: f64, to: f64) -> Vec<Step> {
    let whole = |ratio: f64| {
        let rounded = ratio.round();
        (rounded >= 1.0 && (ratio - rounded).abs() <= rounded * 1e-12).then_some(rounded)
    };
    let step = match (whole(from / to), whole(to / from)) {
        (Some(factor), _) => Step::Times(factor),
        (None, Some(divisor)) => Step::DividedBy(divisor),
        (None, None) => Step::Times(from / to),
    };
    if step == Step::Times(1.0) { Vec::new() } else { vec![step] }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    Ngsp,
    Jds,
    Ifcc,
}

/// NGSP in percent from JDS in percent, and from IFCC in mmol/mol.
fn hba1c(from: &str, to: &str) -> Option<Vec<Step>> {
    let (from, to) = (scale(from)?, scale(to)?);
    if from == to {
        return Some(Vec::new());
    }
    let mut steps = match from {
        Scale::Ngsp => Vec::new(),
        Scale::Jds => vec![Step::Times(1.02), Step::Plus(0.25)],
        Scale::Ifcc => vec![Step::Times(0.091_48), Step::Plus(2.152)],
    };
    steps.extend(match to {
        Scale::Ngsp => Vec::new(),
        Scale::Jds => vec![Step::Plus(-0.25), Step::DividedBy(1.02)],
        Scale::Ifcc => vec![Step::Plus(-2.152), Step::DividedBy(0.091_48)],
    });
    Some(steps)
}

fn scale(unit: &str) -> Option<Scale> {
    match unit {
        "%{JDS}" => Some(Scale::Jds),
        text if text == "%" || text.starts_with("%{") => Some(Scale::Ngsp),
        text if text == "mmol/mol" || text.starts_with("mmol/mol{") => Some(Scale::Ifcc),
        _ => None,
    }
}

/// Grams of a mole.
fn grams_per_mole(quantity: Quantity) -> Option<f64> {
    Some(match quantity {
        Quantity::HbA1c => return None,
        Quantity::Creatinine => 113.12,
        Quantity::Glucose => 180.156,
        Quantity::Cholesterol => 386.65,
        Quantity::Triglyceride => 885.4,
        Quantity::Urate => 168.11,
        Quantity::UreaNitrogen => 28.014,
        Quantity::Bilirubin => 584.66,
        Quantity::Calcium => 40.078,
        Quantity::Hemoglobin => 16_114.5,
    })
}

/// The unit in which values of a quantity are compared where none is written.
#[must_use]
pub fn normal_unit(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::HbA1c => "%",
        Quantity::Hemoglobin => "g/dL",
        _ => "mg/dL",
    }
}

/// A unit without what stands in braces.
pub(crate) fn without_notes(unit: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for character in unit.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, from: &str, to: &str, quantity: Option<Quantity>, expect: f64) {
        let way = Conversion::new(Some(from), Some(to), quantity);
        let got = way.unwrap_or_else(|| panic!("{from} to {to}")).apply(value);
        let error = (got - expect).abs() / expect.abs().max(1e-300);
        assert!(error < 1e-9, "{value} {from} = {got} {to}, not {expect}");
    }

    #[test]
    fn units_of_one_dimension_convert() {
        for (value, from, to, expect) in [
            (1.0, "10*3/uL", "10*9/L", 1.0),
            (5200.0, "/uL", "10*9/L", 5.2),
            (5200.0, "{cells}/uL", "10*9/L", 5.2),
            (2.5, "u[iU]/mL", "m[iU]/L", 2.5),
            (30.0, "ug", "mg", 0.03),
            (1.0, "U/L", "nkat/L", 16.666_666_666_666_668),
            (37.0, "Cel", "[degF]", 98.6),
            (98.6, "[degF]", "Cel", 37.0),
            (310.15, "K", "Cel", 37.0),
            (7.0, "%", "1", 0.07),
            (60.0, "[lb_av]", "kg", 27.215_542_2),
            (170.0, "cm", "m", 1.7),
        ] {
            check(value, from, to, None, expect);
        }
        for (from, to) in [("[iU]/L", "[arb'U]/L"), ("flurble", "mg"), ("mg", ""), ("/", "1")] {
            assert_eq!(Conversion::new(Some(from), Some(to), None), None, "{from} {to}");
        }
    }

    #[test]
    fn powers_of_ten_leave_no_stray_digit() {
        for tenths in 1..2000_u32 {
            let value = f64::from(tenths) / 10.0;
            let down = Conversion::new(Some("mg/dL"), Some("g/L"), None).unwrap();
            let up = Conversion::new(Some("g/L"), Some("mg/dL"), None).unwrap();
            assert_eq!(down.apply(value).to_bits(), (value / 100.0).to_bits());
            assert_eq!(up.apply(value).to_bits(), (value * 100.0).to_bits());
        }
    }

    /// What is printed on reports: one decimal of NGSP, whole numbers of IFCC.
    #[test]
    fn hba1c_converts_as_reports_print_it() {
        for (ngsp, ifcc) in [(5.0, 31.0), (6.0, 42.0), (6.5, 48.0), (7.0, 53.0), (8.0, 64.0)] {
            let way = Conversion::new(Some("%"), Some("mmol/mol"), Some(Quantity::HbA1c)).unwrap();
            assert!((way.apply(ngsp) - ifcc).abs() <= 0.5, "{ngsp}");
        }
    }

    #[test]
    fn mass_and_moles_convert_where_the_quantity_is_known() {
        for (quantity, mass, from, amount, to) in [
            (Quantity::Creatinine, 1.0, "mg/dL", 88.401_697_312_588_4, "umol/L"),
            (Quantity::Glucose, 126.0, "mg/dL", 6.993_938_586_558_316, "mmol/L"),
            (Quantity::Cholesterol, 200.0, "mg/dL", 5.172_636_751_584_12, "mmol/L"),
            (Quantity::Triglyceride, 150.0, "mg/dL", 1.694_149_536_932_46, "mmol/L"),
            (Quantity::Urate, 7.0, "mg/dL", 416.394_027_719_945, "umol/L"),
            (Quantity::UreaNitrogen, 14.0, "mg/dL", 4.997_501_249_375_31, "mmol/L"),
            (Quantity::Bilirubin, 1.0, "mg/dL", 17.103_957_855_847_842, "umol/L"),
            (Quantity::Calcium, 10.0, "mg/dL", 2.495_134_487_748_89, "mmol/L"),
            (Quantity::Hemoglobin, 14.0, "g/dL", 8.687_827_732_787, "mmol/L"),
        ] {
            check(mass, from, to, Some(quantity), amount);
            check(amount, to, from, Some(quantity), mass);
        }
    }
}

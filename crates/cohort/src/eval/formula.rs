//! Published equations.

use crate::ast::Equation;

use super::Sex;

/// The estimated glomerular filtration rate in mL/min/1.73 m², from creatinine in mg/dL and the age
/// in completed years. Nothing for children, and where the sex is neither male nor female.
///
/// ```
/// use cohort::{ast::Equation, eval::{Sex, egfr}};
/// let rate = egfr(Equation::Jp, 1.0, 50, Sex::Male).unwrap();
/// assert!((rate - 63.1).abs() < 0.05);
/// ```
#[must_use]
pub fn egfr(equation: Equation, creatinine: f64, age_years: i64, sex: Sex) -> Option<f64> {
    let female = match sex {
        Sex::Female => true,
        Sex::Male => false,
        Sex::Other => return None,
    };
    if age_years < 18 || creatinine.is_nan() || creatinine <= 0.0 {
        return None;
    }
    let age = age_years as f64;
    let factor = |factor: f64| if female { factor } else { 1.0 };
    let rate = match equation {
        Equation::Jp => 194.0 * creatinine.powf(-1.094) * age.powf(-0.287) * factor(0.739),
        Equation::CkdEpi2009 => {
            let shape = if female { (0.7, -0.329) } else { (0.9, -0.411) };
            ckd_epi(141.0, creatinine, shape, -1.209) * 0.993_f64.powf(age) * factor(1.018)
        }
        Equation::CkdEpi2021 => {
            let shape = if female { (0.7, -0.241) } else { (0.9, -0.302) };
            ckd_epi(142.0, creatinine, shape, -1.200) * 0.9938_f64.powf(age) * factor(1.012)
        }
    };
    rate.is_finite().then_some(rate)
}

fn ckd_epi(scale: f64, creatinine: f64, (k, low): (f64, f64), high: f64) -> f64 {
    let ratio = creatinine / k;
    scale * ratio.min(1.0).powf(low) * ratio.max(1.0).powf(high)
}

/// The body mass index in kg/m². Nothing where the height is not above 0.
#[must_use]
pub fn bmi(weight_kg: f64, height_m: f64) -> Option<f64> {
    let index = weight_kg / (height_m * height_m);
    (height_m > 0.0 && index.is_finite()).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(equation: Equation, creatinine: f64, age: i64, sex: Sex, expect: f64) {
        let rate = egfr(equation, creatinine, age, sex).unwrap();
        assert!((rate - expect).abs() <= 0.5, "{equation:?} {creatinine} {age}: {rate}");
    }

    /// The calculators of the National Kidney Foundation print whole numbers; the tables of the
    /// Japanese Society of Nephrology one decimal.
    #[test]
    fn the_filtration_rate_is_what_the_published_tables_say() {
        check(Equation::CkdEpi2021, 1.0, 50, Sex::Male, 92.0);
        check(Equation::CkdEpi2021, 1.0, 50, Sex::Female, 69.0);
        check(Equation::CkdEpi2021, 2.0, 70, Sex::Male, 35.0);
        check(Equation::CkdEpi2009, 1.0, 50, Sex::Male, 87.0);
        check(Equation::CkdEpi2009, 1.0, 50, Sex::Female, 66.0);
        for (creatinine, age, sex, expect) in [
            (0.6, 20, Sex::Male, 143.6),
            (1.0, 60, Sex::Male, 59.9),
            (1.0, 60, Sex::Female, 44.3),
            (2.0, 80, Sex::Male, 25.8),
        ] {
            let rate = egfr(Equation::Jp, creatinine, age, sex).unwrap();
            assert!((rate - expect).abs() < 0.06, "{creatinine} {age} {rate}");
        }
    }

    #[test]
    fn it_is_unknown_for_children_and_where_the_sex_is_neither() {
        assert_eq!(egfr(Equation::Jp, 1.0, 17, Sex::Male), None);
        assert!(egfr(Equation::Jp, 1.0, 18, Sex::Male).is_some());
        assert_eq!(egfr(Equation::Jp, 1.0, 50, Sex::Other), None);
        assert_eq!(egfr(Equation::Jp, 0.0, 50, Sex::Male), None);
    }

    #[test]
    fn the_body_mass_index_divides_by_the_square_of_the_height() {
        assert!((bmi(60.0, 1.6).unwrap() - 23.4375).abs() < 1e-12);
        assert_eq!(bmi(60.0, 0.0), None);
    }
}

//! How sure an estimate is of which no formula says so: leaving out one group of people at a time.
//!
//! # Source
//! Tukey 1958; groups as in Efron and Tibshirani, "An introduction to the bootstrap" (1993), 11.

use super::estimate::Estimate;

/// Groups of people, each left out once.
const GROUPS: usize = 40;

/// Estimates several numbers from people, and how sure they are: the value of all, and limits from
/// leaving out groups. What is told by its logarithm is given and taken as such.
pub(super) fn estimates<T, const N: usize>(
    people: &[T],
    of: impl Fn(&[&T]) -> Option<[f64; N]>,
) -> Option<[Estimate; N]> {
    if people.len() < 2 * GROUPS {
        return None;
    }
    let all: Vec<&T> = people.iter().collect();
    let values = of(&all)?;
    let mut without = Vec::with_capacity(GROUPS);
    for group in 0..GROUPS {
        let others = people.iter().enumerate().filter(|(at, _)| at % GROUPS != group);
        let others: Vec<&T> = others.map(|(_, person)| person).collect();
        without.push(of(&others)?);
    }
    let groups = super::notes::count(GROUPS);
    let told: [Option<Estimate>; N] = std::array::from_fn(|at| {
        let one = |values: &[f64; N]| values.get(at).copied().unwrap_or(f64::NAN);
        let mean = without.iter().map(one).sum::<f64>() / groups;
        let squares: f64 = without.iter().map(|values| (one(values) - mean).powi(2)).sum();
        let error = ((groups - 1.0) / groups * squares).sqrt();
        (error.is_finite() && error > 0.0).then(|| Estimate::normal(one(&values), error))
    });
    told.iter()
        .all(Option::is_some)
        .then(|| told.map(|one| one.unwrap_or(Estimate::normal(0.0, 0.0))))
}

/// The same estimate, given as a logarithm, as what it is the logarithm of.
pub(super) fn exp(log: Estimate) -> Estimate {
    let [value, low, high] = [log.value, log.low, log.high].map(f64::exp);
    Estimate { value, low, high }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::Z;
    use super::*;
    use synth::dice::Dice;

    #[test]
    fn a_mean_is_as_sure_as_its_formula_says() {
        let mut dice = Dice::new(4, 4);
        let people: Vec<f64> = (0..4_000).map(|_| 3.0 + 2.0 * dice.normal()).collect();
        let mean = |people: &[&f64]| {
            let sum: f64 = people.iter().copied().sum();
            Some([sum / super::super::notes::count(people.len())])
        };
        let [found] = estimates(&people, mean).unwrap();
        assert!(found.holds(3.0), "{found:?}");
        let error = (found.high - found.low) / (2.0 * Z);
        let told = 2.0 / 4_000.0_f64.sqrt();
        assert!((0.75..1.35).contains(&(error / told)), "{error} is not near {told}");
        assert!(estimates(&people[..60], mean).is_none(), "too few for groups");
    }
}

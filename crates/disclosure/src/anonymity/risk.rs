//! How likely somebody is found again among rows that were handed out.
//!
//! # Source
//! El Emam, *Guide to the De-Identification of Personal Health Information*, 2013 (prosecutor and
//! journalist); Zayatz, *Estimation of the number of unique population elements using a sample*, 1991.

use vocab::RawCount;

use super::Classes;
use super::measures::number;

/// The risk of being found again, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risk {
    /// Of the person who is found most easily.
    pub most: f64,
    /// Of a person taken by chance.
    pub mean: f64,
}

impl Classes {
    /// The prosecutor's risk: the attacker knows that the person is among these rows. None without rows.
    ///
    /// ```
    /// use disclosure::anonymity::Classes;
    /// let mut classes = Classes::new(1, &[]);
    /// classes.add(&[&[1, 1, 1, 2]], &[]).unwrap();
    /// let risk = classes.prosecutor().unwrap();
    /// assert_eq!((risk.most, risk.mean), (1.0, 0.5));
    /// ```
    #[must_use]
    pub fn prosecutor(&self) -> Option<Risk> {
        let smallest = self.sizes.iter().copied().min()?;
        let mean = number(self.sizes.len() as u64) / number(self.rows().get());
        Some(Risk { most: 1.0 / number(smallest), mean })
    }

    /// The journalist's risk: the attacker knows only that the person is in a population from which
    /// these rows were taken. A row hides among all of the population with its codes. None without
    /// rows, or where the population has other quasi-identifiers.
    ///
    /// A class that the population does not have, or has with fewer rows, is taken as it is here.
    #[must_use]
    pub fn journalist(&self, population: &Self) -> Option<Risk> {
        if self.sizes.is_empty() || population.quasi != self.quasi {
            return None;
        }
        let (mut most, mut sum) = (0.0_f64, Vec::with_capacity(self.sizes.len()));
        for (codes, class) in &self.found {
            let here = self.sizes.get(*class).copied().unwrap_or_default();
            let there = population.found.get(codes).and_then(|class| population.sizes.get(*class));
            let hiding = there.copied().unwrap_or_default().max(here);
            most = most.max(1.0 / number(hiding));
            sum.push(number(here) / number(hiding));
        }
        // Added in one order whatever the order of the table was.
        sum.sort_unstable_by(f64::total_cmp);
        Some(Risk { most, mean: sum.iter().sum::<f64>() / number(self.rows().get()) })
    }

    /// How many rows are alone in their class.
    #[must_use]
    pub fn sample_uniques(&self) -> RawCount {
        RawCount::new(self.sizes.iter().filter(|size| **size == 1).count() as u64)
    }

    /// About how many people of the population are alone in it with their codes, where these rows are
    /// such a part of the population (0 to 1) taken by chance. None where the part is no such number.
    ///
    /// Zayatz's way: classes of the population are taken to be as large as those seen here, and a
    /// class of F people is seen with one of them with the chance F·π·(1 − π)^(F − 1). What part of the
    /// rows alone in their class are then alone in the population follows by Bayes; a π of the
    /// population's is seen here. Classes of a sample are smaller than those of its population, so the
    /// answer is rather too high than too low.
    ///
    /// ```
    /// use disclosure::anonymity::Classes;
    /// let mut classes = Classes::new(1, &[]);
    /// classes.add(&[&[1, 2, 3, 4, 4, 5, 5]], &[]).unwrap();
    /// assert_eq!(classes.population_uniques(1.0), Some(3.0));
    /// assert!((classes.population_uniques(0.5).unwrap() - 3.6).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn population_uniques(&self, part: f64) -> Option<f64> {
        if !(part > 0.0 && part <= 1.0) {
            return None;
        }
        let mut sizes = self.sizes.clone();
        sizes.sort_unstable();
        let seen_alone = |size: u64| number(size) * part * (1.0 - part).powf(number(size - 1));
        let all: f64 = sizes
            .chunk_by(|one, other| one == other)
            .filter_map(|same| Some((same.first()?, same.len() as u64)))
            .map(|(size, classes)| number(classes) * seen_alone(*size))
            .sum();
        let alone = number(self.sample_uniques().get());
        if alone == 0.0 {
            return Some(0.0);
        }
        let alone_there = alone * part / all;
        Some(alone * alone_there / part)
    }
}

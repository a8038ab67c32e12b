//! An estimate with its 95 % interval: rates, shares, means, and ratios of rates.

/// Standard errors from the estimate to either end of the interval.
pub(super) const Z: f64 = 1.959_964;

/// A number with the range in which the truth lies in 95 of 100 such samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    /// The estimate.
    pub(super) value: f64,
    /// The lower end.
    pub(super) low: f64,
    /// The upper end.
    pub(super) high: f64,
}

impl Estimate {
    /// From a value and its standard error.
    pub(super) fn normal(value: f64, error: f64) -> Self {
        Self { value, low: value - Z * error, high: value + Z * error }
    }

    /// From the logarithm of a ratio and its standard error.
    pub(super) fn ratio(log: f64, error: f64) -> Self {
        let Self { value, low, high } = Self::normal(log, error);
        Self { value: value.exp(), low: low.exp(), high: high.exp() }
    }

    /// The share of `cases` among `of`: by the exact limits where they are few, or all but a few; by
    /// Wilson's interval otherwise.
    pub(super) fn share(cases: f64, of: f64) -> Option<Self> {
        Self::share_at(cases, of, Z)
    }

    /// The same with so many standard errors to either end.
    pub(super) fn share_at(cases: f64, of: f64, z: f64) -> Option<Self> {
        if of <= 0.0 {
            return None;
        }
        let (share, z2) = (cases / of, z * z);
        let few = cases.min(of - cases);
        if (0.0..=EXACT_CASES_MAX).contains(&few) {
            let (low, high) = share_limits(few, of, z);
            let (low, high) = if cases > few { (1.0 - high, 1.0 - low) } else { (low, high) };
            return Some(Self { value: share, low, high });
        }
        let centre = (share + z2 / (2.0 * of)) / (1.0 + z2 / of);
        let spread = (share * (1.0 - share) / of + z2 / (4.0 * of * of)).max(0.0).sqrt();
        let half = z * spread / (1.0 + z2 / of);
        // Rounding must not part the interval from a share of all or none.
        let (low, high) = ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0));
        Some(Self { value: share, low, high })
    }

    /// Events over person-time, by the exact Poisson limits.
    pub(super) fn rate(events: f64, time: f64) -> Option<Self> {
        Self::rate_at(events, time, Z)
    }

    /// The same with so many standard errors to either end.
    pub(super) fn rate_at(events: f64, time: f64, z: f64) -> Option<Self> {
        if time <= 0.0 {
            return None;
        }
        let (low, high) = poisson_limits(events, z);
        Some(Self { value: events / time, low: low / time, high: high / time })
    }

    /// The same interval made wider, on both sides of the estimate; as a ratio where it is one.
    pub(super) fn widened(self, factor: f64, scale: Scale) -> Self {
        let Self { value, low, high } = self;
        match scale {
            Scale::Difference => Self {
                value,
                low: value - (value - low) * factor,
                high: value + (high - value) * factor,
            },
            Scale::Ratio if value > 0.0 && low > 0.0 => Self {
                value,
                low: value * (low / value).powf(factor),
                high: value * (high / value).powf(factor),
            },
            Scale::Ratio => Self { value, low: 0.0, high: value + (high - value) * factor },
        }
    }

    /// Whether a number is inside.
    pub(super) fn holds(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

/// Above so many events Byar's approximation is as good as the exact limits.
const EXACT_EVENTS_MAX: f64 = 200.0;

/// The means of a Poisson count for which so few, or so many, would be as rare as this.
///
/// # Source
/// Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936); for many events
/// Byar's approximation in Breslow and Day, "Statistical methods in cancer research" II (1987).
fn poisson_limits(events: f64, z: f64) -> (f64, f64) {
    if events > EXACT_EVENTS_MAX {
        let low = events * (1.0 - 1.0 / (9.0 * events) - z / (3.0 * events.sqrt())).powi(3);
        let more = events + 1.0;
        let high = more * (1.0 - 1.0 / (9.0 * more) + z / (3.0 * more.sqrt())).powi(3);
        return (low.max(0.0), high);
    }
    let tail = beyond(z);
    let top = events + (z + 3.0) * (z + 3.0) + 4.0 * (z + 1.0) * (events + 1.0).sqrt();
    // The more is expected, the rarer are so few.
    let high = root((0.0, top), |mean| at_most(events, mean) - tail);
    let low = root((0.0, top), |mean| tail - (1.0 - at_most(events - 1.0, mean)));
    (if events > 0.0 { low } else { 0.0 }, high)
}

/// Up to so many cases the near end of Wilson's interval is too near, the more so the further out.
const EXACT_CASES_MAX: f64 = 20.0;

/// The shares for which so few cases, or so many, would be as rare as this.
///
/// # Source
/// Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
/// binomial", Biometrika 26 (1934).
fn share_limits(cases: f64, of: f64, z: f64) -> (f64, f64) {
    let tail = beyond(z);
    let high = root((0.0, 1.0), |share| at_most_of(cases, of, share) - tail);
    let low = root((0.0, 1.0), |share| tail - (1.0 - at_most_of(cases - 1.0, of, share)));
    (if cases > 0.0 { low } else { 0.0 }, if cases < of { high } else { 1.0 })
}

/// The probability of at most so many cases among so many, each with this probability.
fn at_most_of(cases: f64, of: f64, share: f64) -> f64 {
    let (mut log, mut sum, mut count) = (of * (-share).ln_1p(), 0.0, 0.0);
    let odds = share.ln() - (-share).ln_1p();
    while count <= cases {
        sum += log.exp();
        log += ((of - count) / (count + 1.0)).ln() + odds;
        count += 1.0;
    }
    sum
}

/// The probability of at most so many where so many are expected.
fn at_most(events: f64, mean: f64) -> f64 {
    let (mut term, mut sum, mut count) = ((-mean).exp(), 0.0, 0.0);
    while count <= events {
        sum += term;
        count += 1.0;
        term *= mean / count;
    }
    sum
}

/// Where a falling function is nought.
fn root((mut low, mut high): (f64, f64), falls: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if falls(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability that a standard normal number is beyond this, on one side.
pub(super) fn beyond(z: f64) -> f64 {
    // Simpson's rule over as far as anything is left.
    const STEPS: u32 = 400;
    let width = 10.0 / f64::from(STEPS);
    let density = |at: f64| (-0.5 * at * at).exp() / std::f64::consts::TAU.sqrt();
    let sum: f64 = (0..=STEPS)
        .map(|step| {
            let weight = match step {
                0 | STEPS => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * density(z + width * f64::from(step))
        })
        .sum();
    sum * width / 3.0
}

/// Beyond which standard normal number so rare a one lies, on one side.
pub(super) fn normal_beyond(probability: f64) -> f64 {
    root((0.0, 10.0), |z| beyond(z) - probability)
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// By their difference.
    Difference,
    /// By their quotient.
    Ratio,
}

/// Numbers seen one after another: how many, their mean and spread (Welford).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Mean {
    /// Adds a number.
    pub(super) fn add(&mut self, number: f64) {
        self.count += 1.0;
        let away = number - self.mean;
        self.mean += away / self.count;
        self.squares += away * (number - self.mean);
    }

    /// Adds what another saw (Chan, Golub, LeVeque).
    pub(super) fn merge(&mut self, other: Self) {
        let count = self.count + other.count;
        if other.count <= 0.0 {
            return;
        }
        let away = other.mean - self.mean;
        self.squares += other.squares + away * away * self.count * other.count / count;
        self.mean += away * other.count / count;
        self.count = count;
    }

    /// How many.
    pub(super) fn count(&self) -> f64 {
        self.count
    }

    /// The standard deviation; none of fewer than two.
    pub(super) fn deviation(&self) -> Option<f64> {
        (self.count > 1.0).then(|| (self.squares / (self.count - 1.0)).sqrt())
    }

    /// The mean; none of fewer than ten, whose spread tells too little.
    pub(super) fn estimate(&self) -> Option<Estimate> {
        let told = self.deviation().filter(|_| self.count >= 10.0);
        told.map(|spread| Estimate::normal(self.mean, spread / self.count.sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 5e-4 * right.abs().max(1.0), "{left} is not {right}");
    }

    #[test]
    fn a_share_is_wilsons_or_exact_where_cases_are_few() {
        // Newcombe 1998, table I: 81 of 263, 0.2553 to 0.3662.
        let told = Estimate::share(81.0, 263.0).unwrap();
        near(told.low, 0.2553);
        near(told.high, 0.3662);
        assert!(Estimate::share(0.0, 0.0).is_none());
        // Exact limits: none of 20, 0 to 0.1684; 1 of 18, 0.0014 to 0.2729; all but that one.
        near(Estimate::share(0.0, 20.0).unwrap().high, 0.1684);
        let one = Estimate::share(1.0, 18.0).unwrap();
        near(one.low, 0.001_41);
        near(one.high, 0.272_94);
        let others = Estimate::share(17.0, 18.0).unwrap();
        near(others.low, 1.0 - 0.272_94);
        near(others.high, 1.0 - 0.001_41);
        near(Estimate::share(1.0, 1.0).unwrap().low, 0.025);
        assert!(Estimate::share(7_919.0, 7_919.0).unwrap().holds(1.0));
    }

    #[test]
    fn a_rate_has_the_exact_limits() {
        // Exact Poisson limits of 10 events: 4.7954 and 18.3904; of none: 0 and 3.6889.
        let ten = Estimate::rate(10.0, 1.0).unwrap();
        near(ten.low, 4.7954);
        near(ten.high, 18.3904);
        let none = Estimate::rate(0.0, 1.0).unwrap();
        assert!(none.low == 0.0, "{none:?}");
        near(none.high, 3.6889);
        // Where the approximation begins, both say the same.
        let (exact, byar) = (poisson_limits(200.0, Z), poisson_limits(201.0, Z));
        assert!((byar.0 - exact.0 - 1.0).abs() < 0.1 && (byar.1 - exact.1 - 1.0).abs() < 0.1);
    }

    #[test]
    fn the_normal_distribution_is_that_of_every_table() {
        near(beyond(0.0), 0.5);
        near(beyond(Z), 0.025);
        assert!((beyond(3.890_592) / 5e-5 - 1.0).abs() < 1e-4, "{}", beyond(3.890_592));
        near(normal_beyond(0.025), Z);
    }

    #[test]
    fn a_mean_in_parts_is_the_mean_of_all() {
        let numbers = [1.0, 4.0, 9.0, 16.0, 25.0, 36.0];
        let mut all = Mean::default();
        let (mut left, mut right) = (Mean::default(), Mean::default());
        for (at, number) in numbers.into_iter().enumerate() {
            all.add(number);
            if at < 2 {
                left.add(number);
            } else {
                right.add(number);
            }
        }
        left.merge(right);
        near(left.mean, all.mean);
        assert!(all.estimate().is_none(), "six are too few");
        near(left.deviation().unwrap(), all.deviation().unwrap());
        near(all.deviation().unwrap(), 13.377_842);
    }

    #[test]
    fn an_interval_is_widened_on_its_own_scale() {
        let ratio = Estimate::ratio(0.0, 0.5).widened(2.0, Scale::Ratio);
        near(ratio.high, (2.0_f64 * Z * 0.5).exp());
        near(ratio.low * ratio.high, 1.0);
        let plain = Estimate::normal(3.0, 1.0).widened(2.0, Scale::Difference);
        near(plain.low, 3.0 - 2.0 * Z);
        assert!(plain.holds(0.0) && !plain.holds(-2.0));
    }
}

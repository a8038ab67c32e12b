//! What a line comes to, when many are judged at once.
//!
//! Of five hundred right figures twenty-five lie outside their 95 % interval by chance. So the
//! limits are taken so far out that all judged lines together are called off wrongly in one
//! check of twenty (Bonferroni). And an interval that would hold the figure's double and its half
//! as well agrees with nothing: it says that there are too few people, and how many are wanted.

use super::estimate::{Estimate, Scale, Z, normal_beyond};
use super::finding::Finding;
use super::table::{Kind, Line, Unit};

/// The probability that any of the right figures of one check is called off.
pub(super) const ALARM: f64 = 0.05;

/// What a line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Found as expected.
    Fine,
    /// Found otherwise.
    Off,
    /// Too few people to tell.
    Few,
    /// Not judged.
    None,
}

impl Verdict {
    /// Its name for programs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Off => "off",
            Self::Few => "few",
            Self::None => "shown",
        }
    }
}

/// A line with what stands behind it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The line.
    pub(super) line: Line,
    /// The planted figure that it is about, if any.
    pub(super) figure: Option<String>,
    /// What was found, with the counts behind it.
    pub(super) finding: Finding,
}

impl Row {
    /// A line of which no counts are known.
    pub(super) fn of(line: Line) -> Self {
        let finding = Finding::of(line.found);
        Self { line, figure: None, finding }
    }

    /// Whether this is one of the lines that are judged by the planted figures.
    pub(super) fn is_judged(&self) -> bool {
        self.line.kind == Kind::Planted
    }

    /// Holds what was found against what was expected, with limits so many standard errors out.
    pub(super) fn verdict(&self, z: f64) -> Verdict {
        let line = &self.line;
        match line.kind {
            Kind::Planted => self.judged(z),
            Kind::Cited { within } => line.found.map_or(Verdict::Few, |found| {
                let (low, high) = (line.expected / (1.0 + within), line.expected * (1.0 + within));
                let near = found.low <= high && found.high >= low;
                if near { Verdict::Fine } else { Verdict::Off }
            }),
            Kind::Shown => line.found.map_or(Verdict::Few, |_| Verdict::None),
        }
    }

    fn judged(&self, z: f64) -> Verdict {
        let (line, is_told) = (&self.line, self.is_told());
        let Some(wide) = self.finding.at(z, scale(line.unit)) else { return Verdict::Few };
        // Standard errors of next to nobody are no ground for a charge; counts are their own.
        if !wide.holds(line.expected) && (is_told || self.finding.is_counted()) {
            return Verdict::Off;
        }
        if is_told { Verdict::Fine } else { Verdict::Few }
    }

    /// Whether the interval tells the figure from its double and its half, or from nothing.
    fn is_told(&self) -> bool {
        self.line.found.is_some_and(|found| spread(&self.line, found) <= 1.0)
    }

    /// Whether what was expected is outside the plain 95 % interval; none where it is not told.
    pub(super) fn is_outside(&self) -> Option<bool> {
        let found = self.line.found.filter(|_| self.is_judged() && self.is_told())?;
        Some(!found.holds(self.line.expected))
    }

    /// How many patients would be enough to tell, where these are not.
    pub(super) fn patients_wanted(&self, patients: u64, z: f64) -> Option<u64> {
        if self.verdict(z) != Verdict::Few {
            return None;
        }
        let by_spread = self.line.found.map(|found| spread(&self.line, found).powi(2));
        let by_count = self.finding.times_wanted(self.line.expected);
        let times = match (by_count, by_spread.filter(|times| times.is_finite())) {
            (Some(times), _) if self.finding.is_counted() => times,
            (times, by_spread) => by_spread.or(times)?,
        };
        #[expect(clippy::cast_precision_loss, reason = "a number of patients, for reading")]
        let wanted = patients as f64 * times.max(1.0);
        two_digits(wanted)
    }
}

/// How wide an interval is, beside the widest that still tells.
fn spread(line: &Line, found: Estimate) -> f64 {
    let half = |low: f64, high: f64| (high - low) / 2.0;
    let odds = |share: f64| (share / (1.0 - share)).ln();
    let twice = std::f64::consts::LN_2;
    match line.unit {
        // A rate of nought is told by the first event.
        Unit::PerThousandYears if line.expected <= 0.0 => 0.0,
        Unit::PerThousandYears | Unit::Ratio => half(found.low.ln(), found.high.ln()) / twice,
        // All or none: within a tenth.
        Unit::Percent if line.expected <= 0.0 || line.expected >= 1.0 => {
            (found.high - found.low) / 0.1
        }
        Unit::Percent => half(odds(found.low), odds(found.high)) / twice,
        Unit::Plain => half(found.low, found.high) / line.expected.abs(),
    }
}

/// How the limits of a number are widened.
fn scale(unit: Unit) -> Scale {
    match unit {
        Unit::Ratio | Unit::PerThousandYears => Scale::Ratio,
        Unit::Plain | Unit::Percent => Scale::Difference,
    }
}

/// How far out the limits are for all these lines.
pub(super) fn limit(rows: &[Row]) -> f64 {
    let judged = rows.iter().filter(|row| row.is_judged() && row.line.found.is_some()).count();
    normal_beyond(ALARM / (2.0 * super::notes::count(judged.max(1)))).max(Z)
}

/// A large number rounded up to two digits.
fn two_digits(number: f64) -> Option<u64> {
    let step = 10.0_f64.powf((number.log10().floor() - 1.0).max(0.0));
    let rounded = (number / step).ceil() * step;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within what a u64 holds"
    )]
    (rounded.is_finite() && (0.0..1e15).contains(&rounded)).then_some(rounded as u64)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Of;
    use super::*;

    fn row(kind: Kind, unit: Unit, expected: f64, finding: Finding) -> Row {
        let [name, title, source] =
            ["stroke.rate", "脳卒中の発症率", "somewhere"].map(str::to_owned);
        let found = finding.found;
        Row {
            line: Line { name, title, kind, unit, expected, found, source },
            figure: None,
            finding,
        }
    }

    #[test]
    fn a_planted_number_is_off_only_outside_the_limits_of_all() {
        let found = Finding::of(Some(Estimate::normal(1.0, 0.1)));
        let verdict = |expected| row(Kind::Planted, Unit::Plain, expected, found).verdict(3.5);
        assert_eq!(verdict(1.3), Verdict::Fine);
        assert_eq!(verdict(1.4), Verdict::Off);
        let few = row(Kind::Planted, Unit::Plain, 1.0, Finding::of(None));
        assert_eq!(few.verdict(3.5), Verdict::Few);
        // The more lines are judged, the further out are the limits.
        let many = vec![row(Kind::Planted, Unit::Plain, 1.0, found); 500];
        assert!((limit(&many) - 3.890_592).abs() < 1e-4, "{}", limit(&many));
        assert!((limit(&many[..1]) - Z).abs() < 1e-6);
    }

    #[test]
    fn an_interval_that_holds_double_and_half_agrees_with_nothing() {
        let verdict =
            |finding, planted| row(Kind::Planted, Unit::PerThousandYears, planted, finding);
        let nine = verdict(Finding::rate(9.0, 1_000.0), 0.009);
        assert_eq!(nine.verdict(3.5), Verdict::Few);
        assert_eq!(nine.patients_wanted(20_000, 3.5), Some(23_000));
        let ten = verdict(Finding::rate(10.0, 1_000.0), 0.009);
        assert_eq!(ten.verdict(3.5), Verdict::Fine);
        assert_eq!(ten.patients_wanted(20_000, 3.5), None);
        // None where thirty were expected is too few to tell the rate, and off all the same.
        assert_eq!(verdict(Finding::rate(0.0, 1_000.0), 0.03).verdict(3.5), Verdict::Off);
        // An estimate of next to nobody may be anything.
        let ratio = Finding::of(Some(Estimate::ratio(3.0, 0.6)));
        assert_eq!(row(Kind::Planted, Unit::Ratio, 1.5, ratio).verdict(3.5), Verdict::Few);
        // Where nothing is planted, one event is one too many.
        let planted_none = |events| verdict(Finding::rate(events, 1e9), 0.0).verdict(3.5);
        assert_eq!((planted_none(0.0), planted_none(1.0)), (Verdict::Fine, Verdict::Off));
    }

    #[test]
    fn a_share_of_all_is_told_by_enough_rows() {
        let all = |of| row(Kind::Planted, Unit::Percent, 1.0, Finding::share(of, (of, Of::Rows)));
        assert_eq!(all(1_000.0).verdict(3.5), Verdict::Fine);
        assert_eq!(all(5.0).verdict(3.5), Verdict::Few);
        let some = Finding::share(900.0, (1_000.0, Of::Rows));
        assert_eq!(row(Kind::Planted, Unit::Percent, 1.0, some).verdict(3.5), Verdict::Off);
    }

    #[test]
    fn a_cited_number_is_off_where_the_interval_stays_away_and_one_shown_never() {
        let found = Finding::of(Some(Estimate { value: 0.5, low: 0.45, high: 0.55 }));
        let of = |expected| row(Kind::Cited { within: 0.2 }, Unit::Percent, expected, found);
        assert_eq!(of(0.62).verdict(3.5), Verdict::Fine);
        assert_eq!(of(0.70).verdict(3.5), Verdict::Off);
        assert!(!of(0.70).is_judged());
        assert_eq!(row(Kind::Shown, Unit::Percent, 0.9, found).verdict(3.5), Verdict::None);
    }

    #[test]
    fn numbers_of_patients_have_two_digits() {
        assert_eq!(two_digits(123_456.0), Some(130_000));
        assert_eq!(two_digits(7.2), Some(8));
        assert_eq!(two_digits(f64::INFINITY), None);
    }
}

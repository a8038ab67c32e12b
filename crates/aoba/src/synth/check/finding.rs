//! What was found for a figure, and how much stands behind it: events among people, rows or years.
//!
//! A count knows its own distribution, so its limits can be taken as far out as a judge of many
//! figures wants them; any other interval is widened.

use super::estimate::{Estimate, Scale, Z};

/// Among what events were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// People.
    People,
    /// Rows of the record, or stays, births, alleles.
    Rows,
    /// Years of people under observation.
    Years,
    /// Events that planted figures lead one to expect.
    Expected,
}

impl Of {
    /// Its name for programs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Rows => "rows",
            Self::Years => "person_years",
            Self::Expected => "expected",
        }
    }
}

/// How the limits of an estimate can be taken further out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Law {
    /// By widening.
    Wide,
    /// As a Poisson count over time.
    Poisson,
    /// As a share.
    Share,
}

/// What a rate or share is turned into before it is held against the figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Turned {
    /// Nothing: it is the figure.
    Same,
    /// This many times as much.
    Times(f64),
    /// The share that has not had the event after so many years at this rate.
    Free(f64),
}

impl Turned {
    fn of(self, rate: f64) -> f64 {
        match self {
            Self::Same => rate,
            Self::Times(by) => rate * by,
            Self::Free(years) => (-rate * years).exp(),
        }
    }

    /// The rate or share behind a figure.
    fn back(self, figure: f64) -> f64 {
        match self {
            Self::Same => figure,
            Self::Times(by) => figure / by,
            Self::Free(years) => -figure.ln() / years,
        }
    }

    fn estimate(self, found: Estimate) -> Estimate {
        let [value, one, other] = [found.value, found.low, found.high].map(|end| self.of(end));
        Estimate { value, low: one.min(other), high: one.max(other) }
    }
}

/// An estimate, or that there is none, with how much stands behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding {
    /// The estimate; none where the data cannot tell.
    pub(super) found: Option<Estimate>,
    /// Events, where such were counted.
    pub(super) events: Option<f64>,
    /// Among how much of what.
    pub(super) among: Option<(f64, Of)>,
    law: Law,
    turned: Turned,
}

/// From this many events on a rate can be told from its double and its half.
const EVENTS_MIN: f64 = 10.0;

/// The same for shares: cases, if everybody else is many more.
const CASES_MIN: f64 = 8.0;

/// So many events, or people, are enough for a model, or a mean, to begin with.
const MODEL_MIN: f64 = 40.0;

impl Finding {
    /// An estimate of which the interval is all that is known.
    pub(super) fn of(found: Option<Estimate>) -> Self {
        Self { found, events: None, among: None, law: Law::Wide, turned: Turned::Same }
    }

    /// Events over the years in which they could happen.
    pub(super) fn rate(events: f64, years: f64) -> Self {
        let found = Estimate::rate(events, years);
        let among = Some((years, Of::Years));
        Self { found, events: Some(events), among, law: Law::Poisson, turned: Turned::Same }
    }

    /// Cases among so many.
    pub(super) fn share(cases: f64, (all, of): (f64, Of)) -> Self {
        let found = Estimate::share(cases, all);
        let among = Some((all, of));
        Self { found, events: Some(cases), among, law: Law::Share, turned: Turned::Same }
    }

    /// The same, with how many events there were.
    pub(super) fn events(self, events: f64) -> Self {
        Self { events: Some(events), ..self }
    }

    /// The same, with among how much of what.
    pub(super) fn among(self, all: f64, of: Of) -> Self {
        Self { among: Some((all, of)), ..self }
    }

    /// The same, turned into what the figure is.
    pub(super) fn turned(self, turned: Turned) -> Self {
        Self { found: self.found.map(|found| turned.estimate(found)), turned, ..self }
    }

    /// The estimate with its limits so many standard errors out.
    pub(super) fn at(&self, z: f64, scale: Scale) -> Option<Estimate> {
        let (events, all) = (self.events.unwrap_or_default(), self.among.map_or(0.0, |of| of.0));
        match self.law {
            Law::Wide => self.found.map(|found| found.widened(z / Z, scale)),
            Law::Poisson => {
                Estimate::rate_at(events, all, z).map(|found| self.turned.estimate(found))
            }
            Law::Share => {
                Estimate::share_at(events, all, z).map(|found| self.turned.estimate(found))
            }
        }
    }

    /// Whether the limits come from a count, however small.
    pub(super) fn is_counted(&self) -> bool {
        self.law != Law::Wide
    }

    /// How many times as many people would be enough to tell, if the figure is so; none where not
    /// even that can be said.
    pub(super) fn times_wanted(&self, figure: f64) -> Option<f64> {
        let among = self.among.map(|(all, _)| all).filter(|all| *all > 0.0);
        let behind = self.turned.back(figure);
        let times = match (self.law, among) {
            (Law::Poisson, Some(years)) => EVENTS_MIN / (behind * years),
            (Law::Share, Some(all)) => CASES_MIN / (behind * (1.0 - behind) * all),
            // A model wants some events for each thing that it is to tell, and a mean some people.
            _ => MODEL_MIN / self.events.filter(|events| *events > 0.0).or(among)?,
        };
        (times.is_finite() && times > 0.0).then_some(times.max(1.0))
    }
}

impl From<Option<Estimate>> for Finding {
    fn from(found: Option<Estimate>) -> Self {
        Self::of(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-3 * right.abs().max(1.0), "{left} is not {right}");
    }

    #[test]
    fn a_count_takes_its_own_limits_further_out() {
        let none = Finding::rate(0.0, 100.0);
        let far = none.at(3.890_592, Scale::Ratio).unwrap();
        // Nothing where much was expected: the logarithm of one in twenty thousand.
        near(far.high, -(5e-5_f64).ln() / 100.0);
        assert!(far.low == 0.0 && none.is_counted());
        let normal = Finding::of(Some(Estimate::normal(1.0, 0.1)));
        near(normal.at(2.0 * Z, Scale::Difference).unwrap().high, 1.0 + 0.2 * Z);
    }

    #[test]
    fn survival_falls_as_deaths_rise_and_keeps_its_limits_in_order() {
        let found = Finding::rate(10.0, 100.0).turned(Turned::Free(5.0)).found.unwrap();
        near(found.value, (-0.5_f64).exp());
        near(found.low, (-0.5 * 1.83904_f64).exp());
        near(found.high, (-0.5 * 0.47954_f64).exp());
        near(Turned::Free(5.0).back(found.value), 0.1);
    }

    #[test]
    fn how_many_people_are_wanted_follows_from_the_figure() {
        near(Finding::rate(0.0, 1_000.0).times_wanted(0.001).unwrap(), 10.0);
        near(Finding::share(0.0, (100.0, Of::People)).times_wanted(0.01).unwrap(), 8.081);
        near(Finding::of(None).events(2.0).times_wanted(1.5).unwrap(), 20.0);
        near(Finding::of(None).among(8.0, Of::People).times_wanted(1.5).unwrap(), 5.0);
        assert!(Finding::of(None).times_wanted(1.5).is_none());
        assert!(Finding::rate(0.0, 0.0).times_wanted(0.001).is_none());
    }
}

//! Where events could have been seen: on which days a house had records of a kind, and on which
//! days it had to do with a patient (decision 0053).

use std::collections::BTreeMap;

use cohort::ast::{Kind, LocalDate};
use cohort::eval::{Days, Patient, Stretch, kind_of, kind_word};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::batch::kind;

/// Cohorts: what a house says of its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CohortConfig {
    /// For each kind of events the day since when there are records of all of them; without one, the
    /// first day of that kind in the data.
    #[serde(deserialize_with = "by_kind")]
    pub coverage: BTreeMap<Kind, LocalDate>,
    /// For how many days after a patient's last visit the house would have heard of them.
    pub days_after_last_visit: u32,
}

fn by_kind<'de, D: Deserializer<'de>>(said: D) -> Result<BTreeMap<Kind, LocalDate>, D::Error> {
    let said = BTreeMap::<String, LocalDate>::deserialize(said)?;
    let kinds = said.into_iter().map(|(word, since)| match kind_of(&word) {
        Some(kind) => Ok((kind, since)),
        None => Err(D::Error::custom(format_args!(
            "{word:?} is no kind of events: `lab`, `diagnosis`, `visit` and others are"
        ))),
    });
    kinds.collect()
}

/// The first and the last day of the events of each kind, as far as they are known to the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDays {
    /// By the word of the kind, as they were taken.
    of: BTreeMap<String, Days>,
    /// The day after which nothing of this snapshot can have happened.
    until: i64,
}

impl DataDays {
    /// None yet, of a snapshot of this day.
    #[must_use]
    pub fn until(day: i64) -> Self {
        Self { of: BTreeMap::new(), until: day }
    }

    /// Takes days in which events of a kind happened.
    pub fn take(&mut self, kind: &str, (first, last): Days) {
        match self.of.get_mut(kind) {
            Some(days) => *days = (days.0.min(first), days.1.max(last)),
            None => _ = self.of.insert(kind.to_owned(), (first, last)),
        }
    }

    /// Kinds with their days. Later ones than that of the snapshot are mistakes.
    fn kinds(&self) -> impl Iterator<Item = (&str, Days)> {
        let days = self.of.iter().map(|(kind, (first, last))| {
            let last = *last.min(&self.until);
            (kind.as_str(), (*first, last))
        });
        days.filter(|(_, (first, last))| first <= last)
    }

    /// The days of the data: those of visits, else of everything.
    #[must_use]
    pub fn data(&self) -> Option<Days> {
        let visits = self.kinds().find(|(kind, _)| *kind == kind_word(&Kind::Visit));
        let all = self.kinds().map(|(_, days)| days);
        let widest = all.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        visits.map(|(_, days)| days).or(widest)
    }
}

/// Where the events of each kind could have been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    kinds: BTreeMap<Kind, Days>,
    data: Days,
    days_after_last_visit: i64,
}

impl Covered {
    /// As the settings say, and the data where they say nothing.
    #[must_use]
    pub fn new(config: &CohortConfig, days: &DataDays) -> Self {
        let data = days.data().unwrap_or((0, -1));
        let mut kinds: BTreeMap<Kind, Days> =
            days.kinds().map(|(word, (first, _))| (kind(word), (first, data.1))).collect();
        let said = config.coverage.iter();
        kinds.extend(said.map(|(kind, since)| (kind.clone(), (since.days().into(), data.1))));
        Self { kinds, data, days_after_last_visit: config.days_after_last_visit.into() }
    }

    /// The first and the last day of the data.
    #[must_use]
    pub fn data(&self) -> Days {
        self.data
    }

    /// The kinds for which it is declared.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.keys()
    }

    /// The days on which events of a kind could have been seen of anybody.
    #[must_use]
    pub fn of(&self, kind: &Kind) -> Option<Days> {
        self.kinds.get(kind).copied()
    }

    /// The kinds, each with the days on which its events could have been seen of anybody.
    pub(crate) fn days(&self) -> &BTreeMap<Kind, Days> {
        &self.kinds
    }

    /// Says of a patient where their events could have been seen: from the first visit to the last
    /// one and some days after, not after death, and as far as there are records of the kind.
    pub(crate) fn declare(&self, patient: &mut Patient) {
        let mut met = Met::default();
        patient.events.iter().for_each(|event| met.take(&event.kind, (event.start, event.last)));
        let met = met.days(self.days_after_last_visit);
        let of_kind = |(kind, (first, last)): (&Kind, &Days)| {
            let days = met.map(|met| (met.0.max(*first), met.1.min(*last)));
            (kind.clone(), days.into_iter().filter(|(first, last)| first <= last).collect())
        };
        patient.coverage = self.kinds.iter().map(of_kind).collect();
    }
}

/// When a house had to do with a person.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    visits: Option<Days>,
    died: Option<i64>,
}

/// The last day of what goes on.
pub(crate) const GOES_ON: i64 = i64::MAX;

impl Met {
    /// Takes an event, with its start and its last second.
    pub(crate) fn take(&mut self, kind: &Kind, (start, last): (Option<Stretch>, Option<Stretch>)) {
        let Some(start) = start else { return };
        if *kind == Kind::Death {
            let day = start.last_day();
            self.died = Some(self.died.map_or(day, |died| died.min(day)));
        }
        if *kind == Kind::Visit {
            let last = last.map_or(GOES_ON, |last| last.first_day()).max(start.first_day());
            let days = (start.last_day().min(last), last);
            let wider = |met: Days| (met.0.min(days.0), met.1.max(days.1));
            self.visits = Some(self.visits.map_or(days, wider));
        }
    }

    /// From the first day of a visit to the last one of a visit, and so many days after, not after
    /// death. [`GOES_ON`] where a visit does.
    pub(crate) fn days(&self, after: i64) -> Option<Days> {
        let (first, last) = self.visits?;
        Some((first, last.saturating_add(after).min(self.died.unwrap_or(GOES_ON))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_that_no_definition_can_name_is_refused() {
        let read = |word: &str| {
            serde_json::from_value::<CohortConfig>(json!({ "coverage": { word: "1999-01-01" } }))
        };
        assert_eq!(read("lab").unwrap().coverage.keys().next(), Some(&Kind::Lab));
        assert!(read("own_kind").is_ok());
        let refused = read("Lab Tests").unwrap_err().to_string();
        assert!(refused.contains("\"Lab Tests\" is no kind of events"), "{refused}");
    }
}

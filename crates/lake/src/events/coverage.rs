//! Where events could have been seen: on which days a house had records of a kind, and on which
//! days it had to do with a patient (decision 0053).

use std::collections::BTreeMap;

use cohort::ast::{Kind, LocalDate};
use cohort::eval::{Days, Patient, kind_of, kind_word};
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataDays {
    /// By the word of the kind.
    pub of: BTreeMap<String, Days>,
    /// The day after which nothing of this snapshot can have happened.
    pub last: i64,
}

impl DataDays {
    /// Takes days in which events of a kind happened. Later ones than that of the snapshot are
    /// mistakes.
    pub(crate) fn take(&mut self, kind: &str, (first, last): Days) {
        let last = last.min(self.last);
        if last < first {
            return;
        }
        match self.of.get_mut(kind) {
            Some(days) => *days = (days.0.min(first), days.1.max(last)),
            None => _ = self.of.insert(kind.to_owned(), (first, last)),
        }
    }

    /// The days of the data: those of visits, else of everything.
    #[must_use]
    pub fn data(&self) -> Option<Days> {
        let all = self.of.values().copied();
        let widest = all.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        self.of.get(kind_word(&Kind::Visit)).copied().or(widest)
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
            days.of.iter().map(|(word, (first, _))| (kind(word), (*first, data.1))).collect();
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

    /// Says of a patient where their events could have been seen: from the first visit to the last
    /// one and some days after, not after death, and as far as there are records of the kind.
    pub(crate) fn declare(&self, patient: &mut Patient) {
        let seen = self.seen(patient);
        let of_kind = |(kind, (first, last)): (&Kind, &Days)| {
            let days = seen.map(|seen| (seen.0.max(*first), seen.1.min(*last)));
            (kind.clone(), days.into_iter().filter(|(first, last)| first <= last).collect())
        };
        patient.coverage = self.kinds.iter().map(of_kind).collect();
    }

    /// From the first day of a visit to the last one of a visit; one still going on lasts to the
    /// last day of the data.
    fn seen(&self, patient: &Patient) -> Option<Days> {
        let visits = patient.events.iter().filter(|event| event.kind == Kind::Visit);
        let mut seen: Option<Days> = None;
        for visit in visits {
            let Some(start) = visit.start else { continue };
            let last = visit.last.map_or(self.data.1, |last| last.first_day());
            let days = (start.last_day(), last.max(start.first_day()));
            let days = (days.0.min(days.1), days.1);
            seen = Some(seen.map_or(days, |seen| (seen.0.min(days.0), seen.1.max(days.1))));
        }
        let (first, last) = seen?;
        let deaths = patient.events.iter().filter(|event| event.kind == Kind::Death);
        let died = deaths.filter_map(|death| death.start).map(|start| start.last_day()).min();
        let last = last.saturating_add(self.days_after_last_visit).min(self.data.1);
        Some((first, died.map_or(last, |died| last.min(died))))
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

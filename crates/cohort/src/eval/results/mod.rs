//! What a cohort is like: ages and sexes at the index, when the indexes are, how long the periods
//! are and what ends them, and how the values of the outputs are spread.
//!
//! Everything is a count, and counts of other people are added to it: a house of any size is counted
//! some people at a time. Nothing here may be shown before it went through disclosure control.

mod distribution;
mod numbers;
mod overlap;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use vocab::RawCount;

use crate::ast::{CohortDefinition, Name, TimeUnit};

use super::calendar::{civil, day_of};
use super::cohort::Period;
use super::number::ages;
use super::population::{Answer, PatientAnswer};
use super::{EndedBy, Patient, Sex};

pub use distribution::{CODES_MAX, Distribution, MeasureRow};
pub use numbers::Numbers;
pub use overlap::Overlap;

/// How many people and periods are in one row of a table.
///
/// Each person is counted once, where the first of their periods is. So the people of several rows
/// are the sum of their people, and those of a table are those in the cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// People whose first period is here.
    pub people: RawCount,
    /// Periods that are here, of whomever.
    pub periods: RawCount,
}

impl Cell {
    /// Nobody's.
    pub const NONE: Self = Self { people: RawCount::ZERO, periods: RawCount::ZERO };

    /// One period more, which is at this place, from 0, among those of its person.
    fn add(&mut self, place: usize) {
        let people = RawCount::new(u64::from(place == 0));
        *self = self.with(Self { people, periods: RawCount::new(1) });
    }

    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { people: self.people.plus(other.people), periods: self.periods.plus(other.periods) }
    }
}

/// Adds to each row of a table that of another.
fn add_rows<K: Ord + Clone>(to: &mut BTreeMap<K, Cell>, other: &BTreeMap<K, Cell>) {
    for (row, cell) in other {
        let sum = to.entry(row.clone()).or_insert(Cell::NONE);
        *sum = sum.with(*cell);
    }
}

/// Years of a band of ages.
const BAND_YEARS: u32 = 5;
/// The last band has no end; it begins here.
const LAST_BAND: u32 = 100;

/// Five years of age, by the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeBand(u32);

impl AgeBand {
    /// All bands, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=LAST_BAND / BAND_YEARS).map(|band| Self(band * BAND_YEARS))
    }

    /// The band of an age in completed years.
    #[must_use]
    pub fn of(years: u32) -> Self {
        Self((years / BAND_YEARS * BAND_YEARS).min(LAST_BAND))
    }

    /// The first of its years.
    #[must_use]
    pub fn first(self) -> u32 {
        self.0
    }

    /// The last of its years; none where it has no end.
    #[must_use]
    pub fn last(self) -> Option<u32> {
        (self.0 < LAST_BAND).then_some(self.0 + BAND_YEARS - 1)
    }

    /// That of a patient at an index, where it can be only one.
    fn at(patient: &Patient, period: &Period) -> Option<Self> {
        let (youngest, oldest) = ages(patient.birth?, period.index, TimeUnit::Year)?;
        let band = |years| u32::try_from(years).ok().map(Self::of);
        band(youngest).filter(|youngest| band(oldest) == Some(*youngest))
    }
}

/// A month of the calendar.
///
/// # Order
/// By time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
}

impl Month {
    /// The month of a local day.
    #[must_use]
    pub fn of(day: i64) -> Self {
        let (year, month, _) = civil(day);
        Self { year, month }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// What a cohort is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// People in the cohort, and their periods.
    pub whole: Cell,
    /// People by age and sex, each at the index of their first period; none where unknown.
    pub ages: BTreeMap<(Option<AgeBand>, Option<Sex>), RawCount>,
    /// By the month of the index.
    pub months: BTreeMap<Month, Cell>,
    /// Days from the local day of the index to that of the exit.
    pub follow_up: Numbers,
    /// By what ended the period.
    pub endings: BTreeMap<EndedBy, Cell>,
    /// How the values of each output are spread, in the order of the definition.
    pub outputs: Vec<(Name, Distribution)>,
}

impl Results {
    /// Those of a definition that nobody was asked of.
    #[must_use]
    pub fn nobody(definition: &CohortDefinition) -> Self {
        let outputs = definition.outputs.iter();
        Self {
            whole: Cell::NONE,
            ages: BTreeMap::new(),
            months: BTreeMap::new(),
            follow_up: Numbers::default(),
            endings: BTreeMap::new(),
            outputs: outputs.map(|clause| Distribution::of(&clause.says)).collect(),
        }
    }

    /// Adds those of the same definition over other people, none of whom is in both.
    pub fn add(&mut self, other: &Self) {
        self.whole = self.whole.with(other.whole);
        for (row, people) in &other.ages {
            let sum = self.ages.entry(*row).or_insert(RawCount::ZERO);
            *sum = sum.plus(*people);
        }
        add_rows(&mut self.months, &other.months);
        self.follow_up.add_all(&other.follow_up);
        add_rows(&mut self.endings, &other.endings);
        for ((_, one), (_, other)) in self.outputs.iter_mut().zip(&other.outputs) {
            one.add(other);
        }
    }

    fn take(&mut self, patient: Option<&Patient>, answer: &PatientAnswer) {
        if let Some((first, _)) = answer.periods.first() {
            let band = patient.and_then(|patient| AgeBand::at(patient, first));
            let sex = patient.and_then(|patient| patient.sex);
            let people = self.ages.entry((band, sex)).or_insert(RawCount::ZERO);
            *people = people.plus(RawCount::new(1));
        }
        for (place, (period, _)) in answer.periods.iter().enumerate() {
            let from = period.index.first_day();
            self.whole.add(place);
            self.months.entry(Month::of(from)).or_insert(Cell::NONE).add(place);
            let days = day_of(period.ending.second) - from;
            #[expect(clippy::cast_precision_loss, reason = "days of a life are far below 2^53")]
            self.follow_up.add(days as f64, place);
            self.endings.entry(period.ending.by).or_insert(Cell::NONE).add(place);
        }
        for (at, (_, distribution)) in self.outputs.iter_mut().enumerate() {
            let told = answer.periods.iter().filter_map(|(period, told)| {
                let (_, told) = told.get(at)?;
                Some((period, told))
            });
            distribution.take(told);
        }
    }
}

/// What a cohort is like, by an answer and what is known of the people asked.
///
/// ```
/// use cohort::ast::{Definition, Kind};
/// use cohort::eval::{Patient, PatientEvent, Stretch, World, answer, day_from, results};
/// let text = "cohort seen version 1\n  entry all visit ever\n";
/// let Definition::Cohort(seen) = cohort::text::parse(text).unwrap().definition else { panic!() };
/// let mut patient = Patient::new(vocab::PatientId::from_stored(1).unwrap());
/// for (key, day) in [("a", 3), ("b", 9)] {
///     let visit = PatientEvent::new(Kind::Visit, key).at(Stretch::day(day_from(2024, 5, day)));
///     patient.events.push(visit.into());
/// }
/// let people = [patient];
/// let world = World::of_data((day_from(2024, 1, 1), day_from(2024, 12, 31)));
/// let results = results(&seen, &answer(&seen, &world, &people).unwrap(), &people);
/// assert_eq!((results.whole.people.get(), results.whole.periods.get()), (1, 2));
/// assert_eq!(results.months.keys().next().unwrap().to_string(), "2024-05");
/// ```
#[must_use]
pub fn results(definition: &CohortDefinition, answer: &Answer, patients: &[Patient]) -> Results {
    let known: BTreeMap<_, _> = patients.iter().map(|patient| (patient.id, patient)).collect();
    let mut results = Results::nobody(definition);
    for one in &answer.patients {
        results.take(known.get(&one.id).copied(), one);
    }
    results
}

//! What vaccines leave of influenza and COVID-19, and how the schedule of children is kept.

use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::Person;
use super::planted::Planted;
use super::poisson::{Cells, WIDTH, hundredths};
use super::shares::{NOBODY, Seen, age_at_first, join, one};
use super::when::{self, DAY_MINUTES, YEAR_MINUTES};

/// Influenza among adults whose whole season is known: by whether a vaccination stands in the
/// record.
#[derive(Default)]
pub(super) struct Vaccines {
    not_told: Seen,
    told: Seen,
    /// COVID-19 since Omicron, and admissions for it.
    covid: Cells,
}

/// One vaccination of so many stands in the record, as `truth.json` says.
const STANDS_ONE_OF: f64 = 7.0;

/// The autumns of seasons in which influenza hardly was.
const QUIET: [i64; 2] = [2020, 2021];

const INFLUENZA: &str = "141";

impl Vaccines {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let _ = self.add_influenza(person);
        let _ = self.add_covid(person);
    }

    fn add_influenza(&mut self, person: &Person) -> Option<()> {
        let really = &person.really;
        let (born, known) = (really.born()?, really.known()?);
        for year in (2010..2027).filter(|year| !QUIET.contains(year)) {
            let autumn = when::minute(&format!("{year}-10-15"))?;
            let summer = when::minute(&format!("{}-06-15", year + 1))?;
            if autumn < known.0 || known.1 < summer || when::years(born, autumn) < 16.0 {
                continue;
            }
            let christmas = autumn + 70 * DAY_MINUTES;
            let is_told = person.immunizations.iter().any(|row| {
                let at = row.minute();
                row.cvx() == INFLUENZA && at.is_some_and(|at| (autumn..christmas).contains(&at))
            });
            let is_ill = really.all_of("influenza").any(|at| (autumn..summer).contains(&at));
            join(if is_told { &mut self.told } else { &mut self.not_told }, one(is_ill));
        }
        Some(())
    }

    fn add_covid(&mut self, person: &Person) -> Option<()> {
        let really = &person.really;
        let (born, omicron) = (really.born()?, when::minute("2022-01-01")?);
        let day = |at: i64| at.div_euclid(DAY_MINUTES);
        let since = really.has("covid_vaccinated").map(|first| first + 14 * DAY_MINUTES);
        for at in really.all_of("covid_19").filter(|at| *at >= omicron) {
            let admitted = really.all_of("covid_19_admission").any(|stay| day(stay) == day(at));
            let mut covariates = [0; WIDTH];
            covariates[0] = 100;
            covariates[1] = hundredths(((when::years(born, at) - 60.0) / 10.0 * 5.0).round() / 5.0);
            covariates[2] = hundredths(f64::from(u8::from(since.is_some_and(|since| since < at))));
            self.covid.add(covariates, 1.0, admitted);
        }
        Some(())
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        join(&mut self.not_told, other.not_told);
        join(&mut self.told, other.told);
        self.covid.merge(other.covid);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        let (told, not_told) = (self.told, self.not_told);
        let found = Finding::of(influenza(told, not_told)).events(told.0);
        planted.found("vaccine_on_influenza", found.among(told.1, Of::Rows));
        let fit = self.covid.fit(1).and_then(|fit| fit.ratio(2));
        let (events, cases) = self.covid.of(0);
        let found = Finding::of(fit).events(events).among(cases, Of::Rows);
        planted.found("vaccine_on_covid_19_admission", found);
    }
}

/// What a vaccination leaves, where those without one in the record are in part vaccinated
/// elsewhere: how many, is told by how many are vaccinated here.
fn influenza((told_ill, told): Seen, (other_ill, other): Seen) -> Option<Estimate> {
    if told_ill < 1.0 || other_ill < 1.0 {
        return None;
    }
    let elsewhere = told * (STANDS_ONE_OF - 1.0) / other;
    let log = (told_ill / told / (other_ill / other)).ln();
    let seen = Estimate::ratio(log, (1.0 / told_ill + 1.0 / other_ill).sqrt());
    let left = |ratio: f64| ratio * (1.0 - elsewhere) / (1.0 - ratio * elsewhere);
    let is_told = elsewhere < 1.0 && seen.high * elsewhere < 1.0;
    let Estimate { value, low, high } = seen;
    is_told.then(|| Estimate { value: left(value), low: left(low), high: left(high) })
}

/// A vaccine of the national schedule: CVX, the months of life of its doses, since when.
struct Due {
    cvx: &'static str,
    months: &'static [f64],
    since: &'static str,
}

const fn due(cvx: &'static str, months: &'static [f64], since: &'static str) -> Due {
    Due { cvx, months, since }
}

/// Only girls are offered it.
const HPV: &str = "165";

/// # Source
/// 予防接種法 定期接種 (A類), with the months recommended by 日本小児科学会.
static SCHEDULE: [Due; 10] = [
    due("48", &[2.0, 3.0, 4.0, 12.0], "2013-04-01"),
    due("133", &[2.0, 3.0, 4.0, 12.0], "2013-11-01"),
    due("45", &[2.0, 3.0, 7.5], "2016-10-01"),
    due("119", &[2.0, 3.0], "2020-10-01"),
    due("130", &[3.0, 4.0, 5.0, 18.0], "2012-11-01"),
    due("19", &[5.5], "1951-01-01"),
    due("04", &[12.0, 66.0], "2006-04-01"),
    due("21", &[12.5, 18.5], "2014-10-01"),
    due("134", &[36.0, 37.0, 49.0, 110.0], "2010-04-01"),
    due(HPV, &[150.0, 156.0], "2023-04-01"),
];

/// Days around its day in which a dose counts as given in time.
const AROUND_DAYS: i64 = 30;

/// Doses due while the hospital knew a child, and those of them that were given; none of somebody
/// to whom too few were due to tell.
fn doses(person: &Person) -> Option<(f64, f64)> {
    let really = &person.really;
    let (born, known) = (really.born()?, really.known()?);
    if age_at_first(person)? >= 15.0 {
        return None;
    }
    let (mut all, mut given) = (0.0, 0.0);
    for due in SCHEDULE.iter().filter(|due| due.cvx != HPV || really.sex == "female") {
        let since = when::minute(due.since)?;
        for (dose, month) in (1_u8..).zip(due.months) {
            #[expect(clippy::cast_possible_truncation, reason = "minutes of some years")]
            let at = born + (month / 12.0 * YEAR_MINUTES) as i64;
            // Clinics give it some days later.
            if at < known.0.max(since) || at + AROUND_DAYS * DAY_MINUTES >= known.1 {
                continue;
            }
            all += 1.0;
            let is_given = person.immunizations.iter().any(|row| {
                let near = |given: i64| (given - at).abs() <= AROUND_DAYS * DAY_MINUTES;
                row.cvx() == due.cvx && row.dose() == Some(dose) && row.minute().is_some_and(near)
            });
            given += f64::from(u8::from(is_given));
        }
    }
    (all >= 4.0).then_some((given, all))
}

/// Whether a child's vaccinations stand in the record.
pub(super) fn vaccinated_here(person: &Person) -> Seen {
    doses(person).map_or(NOBODY, |(given, _)| one(given > 0.0))
}

/// Doses given among those due, of children whose vaccinations stand in the record.
pub(super) fn schedule_kept(person: &Person) -> Seen {
    doses(person).filter(|(given, _)| *given > 0.0).unwrap_or(NOBODY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vaccinations_elsewhere_are_reckoned_with() {
        // Of 100,000 three in seven are vaccinated, and one in seven of them here.
        let (rate, left) = (0.02, 0.55);
        let (told, vaccinated, not) =
            (100_000.0 * 3.0 / 49.0, 100_000.0 * 18.0 / 49.0, 100_000.0 * 4.0 / 7.0);
        let other_ill = rate * (vaccinated * left + not);
        let found = influenza((told * rate * left, told), (other_ill, vaccinated + not)).unwrap();
        assert!((found.value - left).abs() < 1e-9, "{found:?}");
        assert!(found.low > 0.3 && found.high < 0.95, "{found:?}");
        assert!(influenza((0.0, 10.0), (1.0, 10.0)).is_none());
    }

    #[test]
    fn a_child_is_vaccinated_here_if_any_dose_that_was_due_stands_in_the_record() {
        // Known from birth to half a year: five kinds of vaccine, thirteen doses were due.
        let known = ["2021-01-01T00:00", "2021-07-05T00:00"];
        let mut child = Person::with("female", "2021-01-01T00:00", known, "");
        assert_eq!(vaccinated_here(&child), (0.0, 1.0));
        assert_eq!(schedule_kept(&child), NOBODY);
        let given = |cvx: &str, dose: u8, day: &str| {
            serde_json::from_str(&format!(
                r#"{{"patient":{{"reference":"Patient/p-0000001"}},
                "vaccineCode":{{"coding":[{{"system":"http://hl7.org/fhir/sid/cvx","code":"{cvx}"}}]}},
                "occurrenceDateTime":"{day}T09:00:00+09:00",
                "protocolApplied":[{{"doseNumberPositiveInt":{dose}}}]}}"#
            ))
            .unwrap()
        };
        child.immunizations = vec![
            given("48", 1, "2021-03-05"),
            given("48", 2, "2021-04-05"),
            // Much too late, and one that is not of the schedule.
            given("48", 3, "2021-07-01"),
            given(INFLUENZA, 1, "2021-03-05"),
        ];
        assert_eq!(vaccinated_here(&child), (1.0, 1.0));
        let (kept, due) = schedule_kept(&child);
        assert_eq!((kept, due), (2.0, 13.0));
        let grown = Person::with("male", "1990-01-01T00:00", known, "");
        assert_eq!(vaccinated_here(&grown), NOBODY);
    }
}

//! How care goes, by the record: deaths in hospital, readmissions, drug shares, the clerks' ways.

use super::estimate::Estimate;
use super::finding::{Finding, Of};
use super::input::{Person, begins};
use super::models;
use super::planted::Planted;
use super::rows::Encounter;
use super::when::{self, DAY_MINUTES};

/// Cases among those who could have been one.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    cases: f64,
    of: f64,
}

impl Share {
    fn add(&mut self, case: bool) {
        self.cases += f64::from(u8::from(case));
        self.of += 1.0;
    }

    /// Events and the years in which they could happen.
    fn add_time(&mut self, events: bool, years: f64) {
        self.cases += f64::from(u8::from(events));
        self.of += years;
    }

    fn merge(&mut self, other: Self) {
        self.cases += other.cases;
        self.of += other.of;
    }

    fn share(self, of: Of) -> Finding {
        Finding::share(self.cases, (self.of, of))
    }

    fn rate(self) -> Finding {
        Finding::rate(self.cases, self.of)
    }
}

/// Events that lead to a stay, and the figure of deaths in it. By its diagnosis alone a stay could
/// also be the last one of somebody who was dying anyway.
const FATAL: [(&[&str], &str); 3] = [
    (
        &["acute_coronary_syndrome", "recurrent_infarction"],
        "acute_coronary_syndrome_death_in_hospital",
    ),
    (&["heart_failure_admission"], "heart_failure_death_in_hospital"),
    (&["stroke_admission"], "stroke_death_in_hospital"),
];

/// The department of kidneys.
const KIDNEYS: &str = "48";

/// What was seen of care.
#[derive(Default)]
pub(super) struct Care {
    deaths: [Share; FATAL.len()],
    heard_of: Share,
    prasugrel: Share,
    readmissions: Share,
    missed: Share,
    never_closed: Share,
    /// Under warfarin, and under the direct ones.
    bleeding: [Share; 2],
}

impl Care {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        for (stay, _) in person.stays().filter(|(stay, _)| stay.status == "finished") {
            let Some(start) = stay.start() else { continue };
            let soon = |event: i64| (0..2 * DAY_MINUTES).contains(&(start - event));
            for (deaths, (events, _)) in self.deaths.iter_mut().zip(FATAL) {
                if events.iter().any(|event| person.really.all_of(event).any(soon)) {
                    deaths.add(stay.ended_in_death());
                }
            }
        }
        if models::died(person).is_some() {
            self.heard_of.add(person.really.happened("death_elsewhere").is_none());
        }
        self.add_missed(person);
        let Some(known) = person.really.known() else { return };
        for row in person.conditions.iter().filter(|row| row.is_suspected()) {
            let year_ago = row.minute().is_some_and(|at| known.1 - at >= 365 * DAY_MINUTES);
            if year_ago {
                self.never_closed.add(row.is_open());
            }
        }
        // Whether a drug was chosen for want of a place to look is no matter before.
        let _ = self.add_stented(person);
        self.add_readmissions(person, known.1);
        let _ = self.add_bleeding(person, known);
    }

    /// Appointments in the clinic for kidneys, whose visits are all made ahead: one who comes for
    /// the first time has not had one before, and each kept one could have been missed.
    fn add_missed(&mut self, person: &Person) {
        // People with this disease go there too, and miss less.
        if person.really.has("fabry_disease").is_some() {
            return;
        }
        let visits = person.encounters.iter();
        let clinic = visits.filter(|one| one.class() == "AMB" && one.department() == KIDNEYS);
        let (missed, kept): (Vec<&Encounter>, Vec<&Encounter>) =
            clinic.partition(|one| one.status == "cancelled");
        self.missed.cases += super::notes::count(missed.len());
        self.missed.of += super::notes::count(kept.len().saturating_sub(1));
    }

    /// The drug of those stented from 2016 on, under 75, whom age does not keep from prasugrel.
    fn add_stented(&mut self, person: &Person) -> Option<()> {
        let stents =
            person.procedures.iter().filter(|one| begins(one.code.code("Procedure"), &["K549"]));
        let first = stents.filter_map(super::rows::Procedure::minute).min()?;
        let age = when::years(person.really.born()?, first);
        if first < when::minute("2016-01-01")? || age >= 75.0 {
            return None;
        }
        let near = |atc: &str| {
            let at = person.first_prescribed(&[atc]);
            at.is_some_and(|at| (first..first + 120 * DAY_MINUTES).contains(&at))
        };
        let (prasugrel, clopidogrel) = (near("B01AC22"), near("B01AC04"));
        if prasugrel != clopidogrel {
            self.prasugrel.add(prasugrel);
        }
        Some(())
    }

    /// From each admission for heart failure to the next, without an SGLT2 inhibitor.
    fn add_readmissions(&mut self, person: &Person, end: i64) {
        let mut admissions: Vec<i64> = person.really.all_of("heart_failure_admission").collect();
        admissions.sort_unstable();
        let treated = person.really.chose("sglt2_or_dpp4").filter(|(arm, _)| *arm == "sglt2");
        let end = treated.map_or(end, |(_, at)| at.min(end));
        // Nobody comes again within three weeks.
        let pause = 22 * DAY_MINUTES;
        for (at, admission) in admissions.iter().enumerate() {
            let next = admissions.get(at + 1).copied();
            let until = next.unwrap_or(end).min(end);
            let from = admission + pause;
            if until > from {
                self.readmissions.add_time(next == Some(until), when::years(from, until));
            }
        }
    }

    /// Stays for bleeding from the first prescription of an anticoagulant on.
    fn add_bleeding(&mut self, person: &Person, known: (i64, i64)) -> Option<()> {
        let warfarin = person.first_prescribed(&["B01AA03"]);
        let direct = person.first_prescribed(&["B01AE07", "B01AF"]);
        let from = warfarin.into_iter().chain(direct).min()?;
        let bled = person.stays().filter(|(_, of)| begins(of, &["K922"]));
        let bled = bled.filter_map(|(stay, _)| Encounter::start(stay)).filter(|at| *at >= from);
        let first = bled.min();
        let until = first.unwrap_or(known.1).min(known.1);
        let [under_warfarin, under_direct] = &mut self.bleeding;
        let seen = if warfarin == Some(from) { under_warfarin } else { under_direct };
        seen.add_time(first == Some(until), when::years(from, until).max(0.0));
        Some(())
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: &Self) {
        self.deaths.iter_mut().zip(other.deaths).for_each(|(one, more)| one.merge(more));
        self.bleeding.iter_mut().zip(other.bleeding).for_each(|(one, more)| one.merge(more));
        self.heard_of.merge(other.heard_of);
        self.prasugrel.merge(other.prasugrel);
        self.readmissions.merge(other.readmissions);
        self.missed.merge(other.missed);
        self.never_closed.merge(other.never_closed);
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        for (deaths, (_, name)) in self.deaths.iter().zip(FATAL) {
            planted.found(name, deaths.share(Of::Rows));
        }
        planted.found("death_heard_of", self.heard_of.share(Of::People));
        planted.found("prasugrel_after_stenting", self.prasugrel.share(Of::People));
        planted.found("heart_failure_readmission", self.readmissions.rate());
        planted.found("missed_appointments", self.missed.share(Of::Rows));
        planted.found("suspected_never_closed", self.never_closed.share(Of::Rows));
        let [warfarin, direct] = self.bleeding;
        planted.found("bleeding_under_warfarin", warfarin.rate());
        let ratio = (warfarin.cases >= 3.0 && direct.cases >= 3.0).then(|| {
            let log = (direct.cases / direct.of / (warfarin.cases / warfarin.of)).ln();
            Estimate::ratio(log, (1.0 / direct.cases + 1.0 / warfarin.cases).sqrt())
        });
        let found = Finding::of(ratio).events(warfarin.cases + direct.cases);
        let found = found.among(warfarin.of + direct.of, Of::Years);
        planted.found("direct_anticoagulant_on_bleeding", found);
    }
}

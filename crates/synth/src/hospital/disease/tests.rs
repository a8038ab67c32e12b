//! What is planted is found again in 20,000 lives, and nobody has what they cannot have.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::super::chart::{
    DAY, Event, Life, Minute, Outcome, Truth, Value, VisitEnd, VisitKind, What, YEAR,
};
use super::super::codes::{cancer, infection, labs, vaccines, vitals};
use super::super::person::{Sex, Smoking};
use super::super::{Hospital, calendar, faults};
use super::pregnancy;

const PATIENTS: u64 = 20_000;

/// What the tests need of 20,000 lives, gathered once.
#[derive(Default)]
struct Sample {
    /// Phenotypes: sex, age at onset, onset, known time, smoking.
    has: Vec<(&'static str, Sex, f64, Minute, Smoking)>,
    /// Events in the known time, with sex and age.
    happened: Vec<(&'static str, Sex, f64, Minute)>,
    /// Years known, by smoking (never, current) over forty.
    years: [f64; 2],
    /// Years known, by tens of years of age.
    years_by_age: [f64; 12],
    wrong: BTreeMap<&'static str, f64>,
    /// What faults can happen to.
    rows: BTreeMap<&'static str, f64>,
    /// Diagnoses by ICD-10: written, suspected, suspected and never closed.
    suspected: [f64; 2],
    /// Vaccinations: age in months.
    vaccinated: Vec<(&'static str, u8, f64)>,
    /// Staged in time to be operated: how many, and how many were.
    operable: [f64; 2],
    /// DAS28-CRP at the first visit and after two years.
    joints: [(f64, f64); 2],
    prostate_in_women: usize,
    after_death: usize,
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let mut sample = Sample::default();
        for life in (Hospital { seed: 11, patients: PATIENTS }).lives() {
            sample.add(&life);
        }
        sample
    })
}

impl Sample {
    fn add(&mut self, life: &Life) {
        let age = |minute: Minute| calendar::age(&life.person, minute);
        for truth in &life.truths {
            match truth {
                Truth::Has { phenotype, time } => {
                    let (sex, smoking) = (life.person.sex, life.person.smoking);
                    self.has.push((phenotype, sex, age(time.0), time.0, smoking));
                }
                Truth::Happened { event, minute } if *minute >= life.known.0 => {
                    self.happened.push((event, life.person.sex, age(*minute), *minute));
                }
                Truth::Wrong { fault, .. } => *self.wrong.entry(fault).or_default() += 1.0,
                _ => {}
            }
        }
        let adult = super::super::hazard::years_at_age(&life.person, life.known, (40.0, 120.0));
        match life.person.smoking {
            Smoking::Never => self.years[0] += adult,
            Smoking::Current => self.years[1] += adult,
            Smoking::Former => {}
        }
        for (ten, years) in (0_u32..).zip(&mut self.years_by_age) {
            let ages = (f64::from(ten) * 10.0, f64::from(ten + 1) * 10.0);
            *years += super::super::hazard::years_at_age(&life.person, life.known, ages);
        }
        for event in &life.events {
            self.event(life, event);
        }
        self.operable(life);
    }

    fn event(&mut self, life: &Life, event: &Event) {
        let mut row = |of: &'static str| *self.rows.entry(of).or_default() += 1.0;
        match &event.what {
            What::Measured { test, value } => {
                row("measured");
                if std::ptr::eq(*test, &labs::PSA) && life.person.sex == Sex::Female {
                    self.prostate_in_women += 1;
                }
                if let (true, Value::Number(score)) =
                    (std::ptr::eq(*test, &vitals::DAS28_CRP), value)
                {
                    let onset = life.truths.iter().find_map(|truth| match truth {
                        Truth::Has { phenotype: "rheumatoid_arthritis", time } => Some(time.0),
                        _ => None,
                    });
                    let since = onset.map_or(0, |onset| event.minute - onset);
                    let place = usize::from(since > 2 * YEAR);
                    if !(60 * DAY..=2 * YEAR).contains(&since) {
                        self.joints[place].0 += 1.0;
                        self.joints[place].1 += score;
                    }
                }
            }
            What::Pressure { .. } => row("pressures"),
            What::Diagnosis(diagnosis) => {
                let is_old = event.minute + 400 * DAY < life.known.1;
                if diagnosis.suspected && diagnosis.for_billing && is_old {
                    self.suspected[0] += 1.0;
                    self.suspected[1] += f64::from(u8::from(diagnosis.closed.is_none()));
                }
                let is_closed_by_death =
                    diagnosis.closed.is_some_and(|(_, how)| how == Outcome::Death);
                if is_closed_by_death && life.died.is_none() {
                    self.after_death += 1;
                }
            }
            What::Vaccinated { vaccine, dose } => {
                let months = calendar::age(&life.person, event.minute) * 12.0;
                self.vaccinated.push((vaccine.en, *dose, months));
            }
            _ => {}
        }
    }

    /// Stage I of stomach, breast and lung must be followed by an operation.
    fn operable(&mut self, life: &Life) {
        for event in &life.events {
            let What::Staged { disease, stage, .. } = event.what else { continue };
            let is_early = matches!(stage, "IA" | "IB" | "I" | "II");
            let of = [&cancer::STOMACH, &cancer::BREAST, &cancer::LUNG, &cancer::COLON];
            let is_of = of.iter().any(|of| std::ptr::eq(*of, disease));
            if is_early && is_of && event.minute + 60 * DAY < life.known.1 {
                self.operable[0] += 1.0;
                let operated = life.events.iter().any(|later| {
                    let in_time =
                        later.minute > event.minute && later.minute < event.minute + 60 * DAY;
                    let is_operation = match &later.what {
                        What::Operated { operation, .. } => operation.code.starts_with('K'),
                        _ => false,
                    };
                    in_time && is_operation
                });
                self.operable[1] += f64::from(u8::from(operated));
            }
        }
    }

    fn count(&self, event: &str) -> f64 {
        let count = self.happened.iter().filter(|(of, ..)| *of == event).count();
        f64::from(u32::try_from(count).unwrap())
    }

    fn people(
        &self,
        phenotype: &str,
    ) -> impl Iterator<Item = &(&'static str, Sex, f64, Minute, Smoking)> {
        self.has.iter().filter(move |(of, ..)| *of == phenotype)
    }
}

/// Whether a count is within four standard deviations (Poisson) and a tenth of what is expected.
fn check_count(name: &str, seen: f64, expected: f64) {
    let room = 4.0 * expected.sqrt() + 0.1 * expected;
    assert!((seen - expected).abs() < room, "{name}: {seen} seen, {expected:.1} expected");
}

#[test]
fn nobody_has_what_the_other_sex_has() {
    let sample = sample();
    assert!(sample.people("prostate_cancer").all(|(_, sex, ..)| *sex == Sex::Male));
    assert!(sample.people("breast_cancer").all(|(_, sex, ..)| *sex == Sex::Female));
    assert!(sample.people("pregnancy").all(|(_, sex, ..)| *sex == Sex::Female));
    assert_eq!(sample.prostate_in_women, 0);
    assert!(sample.people("prostate_cancer").count() > 50);
    assert!(sample.people("pregnancy").count() > 50);
}

#[test]
fn diseases_begin_at_plausible_ages() {
    let sample = sample();
    for (phenotype, from, until) in [
        ("pregnancy", 15.0, 50.0),
        ("prostate_cancer", 35.0, 105.0),
        ("copd", 40.0, 112.0),
        ("rheumatoid_arthritis", 18.0, 112.0),
        ("kawasaki_disease", 0.0, 15.0),
        ("food_allergy", 0.0, 2.0),
    ] {
        for (_, _, age, ..) in sample.people(phenotype) {
            assert!((from..until).contains(age), "{phenotype} at {age}");
        }
    }
    let mean = |phenotype: &str| {
        let ages: Vec<f64> = sample.people(phenotype).map(|(_, _, age, ..)| *age).collect();
        ages.iter().sum::<f64>() / f64::from(u32::try_from(ages.len()).unwrap())
    };
    assert!((24.0..36.0).contains(&mean("pregnancy")));
    assert!((60.0..76.0).contains(&mean("gastric_cancer")));
    assert!(mean("breast_cancer") < mean("pancreatic_cancer"));
}

#[test]
fn smokers_get_copd_more_often() {
    let sample = sample();
    let of = |smoking: Smoking| {
        let people = sample.people("copd").filter(|(.., habit)| *habit == smoking);
        f64::from(u32::try_from(people.count()).unwrap())
    };
    let ratio = (of(Smoking::Current) / sample.years[1]) / (of(Smoking::Never) / sample.years[0]);
    // Planted at seven; men smoke more and the young more, so a crude ratio is below it.
    assert!((2.5..9.0).contains(&ratio), "{ratio}");
}

#[test]
fn shingles_come_as_often_as_planted() {
    let sample = sample();
    let rate = super::infection::ZOSTER;
    let expected: f64 = (0_u32..)
        .zip(sample.years_by_age)
        .map(|(ten, years)| years * rate.at(f64::from(ten) * 10.0 + 5.0))
        .sum();
    // Once in a life only, and biologics add a little.
    check_count("herpes_zoster", sample.count("herpes_zoster"), expected * 0.87);
}

#[test]
fn epidemics_have_their_time() {
    let sample = sample();
    let times = |event: &str| -> Vec<Minute> {
        let of = sample.happened.iter().filter(|(name, ..)| *name == event);
        of.map(|(.., minute)| *minute).collect()
    };
    assert!(times("covid_19").iter().all(|minute| *minute > calendar::date(2020, 1, 15)));
    assert!(times("covid_19").len() > 100);
    let influenza = times("influenza");
    let in_winter = influenza.iter().filter(|minute| {
        let season = calendar::season(**minute);
        !(0.35..0.85).contains(&season)
    });
    assert!(in_winter.count() * 10 > influenza.len() * 9);
    let quiet = calendar::date(2020, 10, 1)..calendar::date(2021, 9, 1);
    assert!(influenza.iter().filter(|minute| quiet.contains(minute)).count() <= 2);
}

#[test]
fn pregnancies_end_as_planted() {
    let sample = sample();
    let births = sample.count("birth");
    assert!(births > 80.0, "{births}");
    let cut = sample.count("caesarean") / births;
    assert!((pregnancy::CAESAREAN[0] - 0.1..0.5).contains(&cut), "{cut}");
    let sugar = f64::from(u32::try_from(sample.people("gestational_diabetes").count()).unwrap());
    let carried = f64::from(u32::try_from(sample.people("pregnancy").count()).unwrap())
        - sample.count("miscarriage");
    let share = sugar / carried;
    assert!((0.05..0.2).contains(&share), "{share}");
}

#[test]
fn early_cancers_are_operated() {
    let [staged, operated] = sample().operable;
    assert!(staged > 100.0, "{staged}");
    // A few die of something else first, or move away.
    assert!(operated / staged > 0.95, "{operated} of {staged}");
}

#[test]
fn suspicions_are_left_open_as_often_as_said() {
    let [written, open] = sample().suspected;
    let share = open / written;
    assert!((share - super::super::care::NEVER_CLOSED).abs() < 0.08, "{share} of {written}");
}

#[test]
fn joints_get_calm_under_treatment() {
    let [(early, sum), (late, later)] = sample().joints;
    assert!(early > 20.0 && late > 100.0);
    assert!(sum / early > later / late + 1.0, "{} {}", sum / early, later / late);
}

#[test]
fn children_are_vaccinated_by_the_schedule() {
    let sample = sample();
    let months = |vaccine: &str, dose: u8| -> Vec<f64> {
        let of = sample.vaccinated.iter().filter(|(name, nth, _)| (*name, *nth) == (vaccine, dose));
        of.map(|(.., months)| *months).collect()
    };
    let first = months(vaccines::MEASLES_RUBELLA.en, 1);
    assert!(first.len() > 15);
    assert!(first.iter().all(|months| (11.9..14.0).contains(months)));
    assert!(months(vaccines::BCG.en, 1).iter().all(|months| (5.0..7.5).contains(months)));
    assert!(months(vaccines::PNEUMOCOCCAL_23.en, 1).iter().all(|months| *months > 64.0 * 12.0));
}

#[test]
fn faults_are_as_many_as_said() {
    let sample = sample();
    let seen = |fault: faults::Rate| sample.wrong.get(fault.fault).copied().unwrap_or_default();
    let rows = |of: &str| sample.rows.get(of).copied().unwrap_or_default();
    check_count("duplicate", seen(faults::DUPLICATE), rows("measured") * faults::DUPLICATE.rate);
    let pressures = rows("pressures") * faults::SWAPPED_PRESSURE.rate;
    check_count("swapped_pressure", seen(faults::SWAPPED_PRESSURE), pressures);
    let births = f64::from(u32::try_from(PATIENTS).unwrap()) * faults::BIRTH_DATE.rate;
    check_count("birth_date", seen(faults::BIRTH_DATE), births);
    for fault in faults::RATES {
        assert!(seen(fault) > 0.0, "{} never happened", fault.fault);
    }
}

#[test]
fn lives_are_the_same_whoever_asks() {
    let (one, other) = (Hospital { seed: 2, patients: 900 }, Hospital { seed: 2, patients: 900 });
    let backwards: BTreeMap<u64, Life> =
        (0..300).rev().map(|number| (number, other.life(number))).collect();
    for number in 0..300 {
        let (one, other) = (one.life(number), &backwards[&number]);
        assert_eq!(one.events, other.events);
        assert_eq!(one.visits, other.visits);
        assert_eq!(one.truths, other.truths);
    }
}

#[test]
fn nobody_is_in_two_places_at_once() {
    let mut stays = 0;
    for life in (Hospital { seed: 6, patients: 3_000 }).lives() {
        let mut free_from = Minute::MIN;
        for visit in &life.visits {
            assert!(visit.time.0 >= free_from, "{visit:?}");
            if matches!(visit.kind, VisitKind::Inpatient { .. }) {
                free_from = visit.time.1;
                stays += 1;
            }
        }
        for event in &life.events {
            let visit = life.visits.iter().find(|visit| visit.id == event.visit).unwrap();
            assert!(event.minute >= visit.time.0 && event.minute < visit.time.1 + DAY, "{event:?}");
        }
    }
    assert!(stays > 200, "{stays}");
}

#[test]
fn who_dies_in_the_ward_leaves_it_so() {
    let mut deaths = 0;
    for life in (Hospital { seed: 3, patients: 12_000 }).lives() {
        let Some((death, of)) = life.died else { continue };
        let is_infection = infection::DISEASES.iter().any(|disease| std::ptr::eq(*disease, of));
        let in_ward = life.visits.iter().find(|visit| {
            matches!(visit.kind, VisitKind::Inpatient { .. })
                && visit.time.0 <= death
                && death <= visit.time.1
        });
        if let (true, Some(visit)) = (is_infection, in_ward) {
            deaths += 1;
            assert_eq!(visit.end, VisitEnd::Death);
        }
        assert!(life.events.iter().all(|event| event.minute < death));
    }
    assert!(deaths > 3, "{deaths}");
    assert_eq!(sample().after_death, 0);
}

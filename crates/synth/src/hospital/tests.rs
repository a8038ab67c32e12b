//! Whether lives are sane, and whether what was planted grows.

use std::fmt::Write as _;
use std::sync::OnceLock;

use super::calendar::{self, BEGIN, TODAY};
use super::chart::{Life, Minute, Truth, VisitEnd, VisitKind, What};
use super::codes::Test;
use super::codes::{labs, vitals};
use super::hazard::Rate;
use super::person::{Sex, Smoking};
use super::world::{self, Fact};
use super::{GENERATOR, Hospital, chart::Value, fhir};

const PATIENTS: u64 = 20_000;

/// The lives that all tests here look at, made once.
fn sample() -> &'static [Life] {
    static SAMPLE: OnceLock<Vec<Life>> = OnceLock::new();
    SAMPLE.get_or_init(|| (Hospital { seed: 11, patients: PATIENTS }).lives().collect())
}

fn since(life: &Life, name: &str) -> Option<Minute> {
    life.truths.iter().find_map(|truth| match truth {
        Truth::Has { phenotype, time } if *phenotype == name => Some(time.0),
        _ => None,
    })
}

#[test]
fn nothing_is_written_of_whom_the_hospital_does_not_know() {
    for life in sample() {
        let known = life.known.0..life.known.1;
        assert!(BEGIN <= known.start && known.end <= TODAY && !known.is_empty());
        assert!(life.visits.iter().all(|visit| known.contains(&visit.time.0)));
        assert!(life.events.iter().all(|event| known.contains(&event.minute)));
        assert!(life.died.is_none_or(|(death, _)| death <= known.end));
    }
}

#[test]
fn visits_are_in_order_and_events_belong_to_them() {
    for life in sample() {
        assert!(life.visits.is_sorted_by_key(|visit| visit.time.0));
        assert!(life.events.is_sorted_by_key(|event| event.minute));
        for event in &life.events {
            let visit = &life.visits[event.visit as usize];
            assert_ne!(visit.end, VisitEnd::NoShow, "{event:?}");
        }
        for (number, visit) in (0..).zip(&life.visits) {
            assert_eq!(visit.id, number);
            assert!(visit.time.0 <= visit.time.1);
        }
    }
}

#[test]
fn clinics_are_open_in_the_daytime_of_working_days() {
    for visit in sample().iter().flat_map(|life| &life.visits) {
        if visit.kind == VisitKind::Outpatient {
            let hour = visit.time.0.rem_euclid(1_440) / 60;
            assert!((8..18).contains(&hour) && !calendar::is_closed(visit.time.0), "{visit:?}");
        }
    }
}

#[test]
fn people_are_of_plausible_ages_and_sizes() {
    let ages: Vec<f64> =
        sample().iter().map(|life| calendar::age(&life.person, life.known.0)).collect();
    assert!(ages.iter().all(|age| (0.0..108.0).contains(age)));
    let old = ages.iter().filter(|age| **age >= 65.0).count();
    assert!((0.25..0.45).contains(&(old as f64 / ages.len() as f64)));
    for (test, low, high) in [
        (&vitals::WEIGHT, 1.5, 190.0),
        (&vitals::HEIGHT, 40.0, 195.0),
        (&labs::HBA1C, 3.5, 17.0),
        (&labs::POTASSIUM, 2.4, 7.5),
        (&labs::SODIUM, 120.0, 155.0),
        (&labs::HEMOGLOBIN, 3.5, 20.0),
        (&vitals::SPO2, 70.0, 103.0),
    ] {
        for value in values(test) {
            assert!((low..=high).contains(&value), "{} {value}", test.en);
        }
    }
}

/// Values of a test that are neither a fault nor beyond the analyser.
fn values(test: &'static Test) -> impl Iterator<Item = f64> {
    let sound = sample()
        .iter()
        .filter(|life| !life.truths.iter().any(|truth| matches!(truth, Truth::Wrong { .. })));
    sound.flat_map(|life| &life.events).filter_map(move |event| match event.what {
        What::Measured { test: of, value: Value::Number(value) } if std::ptr::eq(of, test) => {
            Some(value)
        }
        _ => None,
    })
}

#[test]
fn the_mean_record_is_as_long_as_a_benchmark_needs() {
    let rows: usize = sample().iter().map(|life| life.visits.len() + life.events.len()).sum();
    let mean = rows as f64 / PATIENTS as f64;
    // 900,000 patients are to be more than 250 million rows, and not many more.
    assert!((285.0..335.0).contains(&mean), "{mean}");
    let mut each: Vec<usize> = sample().iter().map(|life| life.events.len()).collect();
    each.sort_unstable();
    assert!(each[each.len() / 2] < 220 && each[each.len() - 1] > 4_000);
}

/// Events seen against events that the figures of the world expect, among some of the people.
struct Tally {
    seen: f64,
    expected: f64,
}

/// Whether a life counts.
type Of<'a> = &'a dyn Fn(&Life) -> bool;

impl Tally {
    /// Counts a disease's beginning while known. The hazard is summed month by month.
    fn of(phenotype: &str, of: Of<'_>, hazard: &dyn Fn(&Life, Minute) -> f64) -> Self {
        let mut tally = Self { seen: 0.0, expected: 0.0 };
        for life in sample().iter().filter(|life| of(life)) {
            let onset = since(life, phenotype).unwrap_or(Minute::MAX);
            let until = onset.min(life.known.1);
            tally.seen += f64::from(u8::from((life.known.0..life.known.1).contains(&onset)));
            let mut minute = life.known.0;
            while minute < until {
                let next = (minute + 30 * 1_440).min(until);
                let middle = minute.midpoint(next);
                tally.expected += hazard(life, middle) * calendar::years(next - minute);
                minute = next;
            }
        }
        tally
    }

    fn check(&self, name: &str) {
        let Self { seen, expected } = *self;
        assert!(expected > 20.0, "{name}: too few to tell, {expected}");
        let off = (seen - expected) / expected.sqrt();
        assert!(off.abs() < 4.0, "{name}: {seen} seen, {expected} expected");
    }
}

fn rate(life: &Life, facts: [Fact; 2], growth: Fact, minute: Minute) -> f64 {
    let rate: Rate = world::rate(life.person.sex, facts, growth);
    rate.at(calendar::age(&life.person, minute))
}

/// The ratio of a figure where somebody already has the phenotype.
fn ratio(life: &Life, minute: Minute, phenotype: &str, fact: Fact) -> f64 {
    if since(life, phenotype).is_some_and(|since| since <= minute) { fact.value } else { 1.0 }
}

fn stroke(life: &Life, minute: Minute) -> f64 {
    if calendar::age(&life.person, minute) < 30.0 {
        return 0.0;
    }
    let smoking =
        if life.person.smoking == Smoking::Current { world::STROKE_SMOKING.value } else { 1.0 };
    rate(life, [world::STROKE_MEN, world::STROKE_WOMEN], world::STROKE_GROWTH, minute)
        * smoking
        * ratio(life, minute, "hypertension", world::STROKE_HYPERTENSION)
        * ratio(life, minute, "type_2_diabetes", world::STROKE_DIABETES)
        * ratio(life, minute, "atrial_fibrillation", world::STROKE_FIBRILLATION)
}

#[test]
fn chronic_diseases_begin_at_their_rates() {
    let everybody: Of<'_> = &|_| true;
    let diabetes = |life: &Life, minute| {
        let adult = f64::from(u8::from(calendar::age(&life.person, minute) >= 25.0));
        let facts = [world::DIABETES_MEN, world::DIABETES_WOMEN];
        adult
            * rate(life, facts, world::DIABETES_GROWTH, minute)
            * world::power(world::DIABETES_BMI, life.person.bmi - 23.0)
    };
    Tally::of("type_2_diabetes", everybody, &diabetes).check("diabetes");
    let women: Of<'_> = &|life| life.person.sex == Sex::Female;
    Tally::of("type_2_diabetes", women, &diabetes).check("diabetes of women");
    let fat: Of<'_> = &|life| life.person.bmi >= 26.0;
    Tally::of("type_2_diabetes", fat, &diabetes).check("diabetes of the heavy");
    let kidney = |life: &Life, minute| {
        let adult = f64::from(u8::from(calendar::age(&life.person, minute) >= 20.0));
        let facts = [world::KIDNEY_RATE, world::KIDNEY_RATE];
        adult
            * rate(life, facts, world::KIDNEY_GROWTH, minute)
            * ratio(life, minute, "type_2_diabetes", world::KIDNEY_DIABETES)
            * ratio(life, minute, "hypertension", world::KIDNEY_HYPERTENSION)
    };
    Tally::of("chronic_kidney_disease", everybody, &kidney).check("kidney disease");
    let diabetic: Of<'_> = &|life| since(life, "type_2_diabetes").is_some();
    Tally::of("chronic_kidney_disease", diabetic, &kidney).check("kidneys of diabetics");
}

#[test]
fn strokes_come_at_their_rate_and_to_smokers_more_often() {
    // Anticoagulants stand in no truth, so whoever fibrillates is left out.
    let calm = |life: &Life| since(life, "atrial_fibrillation").is_none();
    Tally::of("stroke", &calm, &stroke).check("stroke");
    let smokes = |life: &Life| calm(life) && life.person.smoking == Smoking::Current;
    Tally::of("stroke", &smokes, &stroke).check("stroke of smokers");
    let tense = |life: &Life| calm(life) && since(life, "hypertension").is_some();
    Tally::of("stroke", &tense, &stroke).check("stroke of hypertensives");
}

/// Whether an SGLT2 inhibitor is taken: chosen after metformin.
fn on_sglt2(life: &Life, minute: Minute) -> f64 {
    let taken = life.truths.iter().any(
        |truth| matches!(truth, Truth::Chose { arm: "sglt2", minute: from, .. } if *from <= minute),
    );
    if taken { world::FAILURE_SGLT2.value } else { 1.0 }
}

fn failure(life: &Life, minute: Minute) -> f64 {
    if calendar::age(&life.person, minute) < 30.0 {
        return 0.0;
    }
    let obesity = if life.person.bmi >= 25.0 { world::FAILURE_OBESITY.value } else { 1.0 };
    rate(life, [world::FAILURE_MEN, world::FAILURE_WOMEN], world::FAILURE_GROWTH, minute)
        * obesity
        * ratio(life, minute, "type_2_diabetes", world::FAILURE_DIABETES)
        * ratio(life, minute, "hypertension", world::FAILURE_HYPERTENSION)
        * ratio(life, minute, "coronary_disease", world::FAILURE_CORONARY)
        * ratio(life, minute, "atrial_fibrillation", world::FAILURE_FIBRILLATION)
        * ratio(life, minute, "chronic_kidney_disease", world::FAILURE_KIDNEY)
        * on_sglt2(life, minute)
}

#[test]
fn hearts_fail_and_fibrillate_at_their_rates() {
    let everybody: Of<'_> = &|_| true;
    Tally::of("heart_failure", everybody, &failure).check("heart failure");
    let diabetic: Of<'_> = &|life| since(life, "type_2_diabetes").is_some();
    Tally::of("heart_failure", diabetic, &failure).check("heart failure of diabetics");
    let coronary: Of<'_> = &|life| since(life, "coronary_disease").is_some();
    Tally::of("heart_failure", coronary, &failure).check("heart failure after infarction");
    let fibrillation = |life: &Life, minute| {
        let adult = f64::from(u8::from(calendar::age(&life.person, minute) >= 30.0));
        let facts = [world::FIBRILLATION_MEN, world::FIBRILLATION_WOMEN];
        adult
            * rate(life, facts, world::FIBRILLATION_GROWTH, minute)
            * ratio(life, minute, "hypertension", world::FIBRILLATION_HYPERTENSION)
            * ratio(life, minute, "coronary_disease", world::FIBRILLATION_CORONARY)
    };
    Tally::of("atrial_fibrillation", everybody, &fibrillation).check("fibrillation");
}

#[test]
fn figures_have_different_names_and_say_where_they_are_from() {
    let mut names: Vec<&str> = world::FACTS.iter().map(|fact| fact.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), world::FACTS.len());
    for fact in world::FACTS {
        assert!(fact.value.is_finite() && !fact.estimate.is_empty() && !fact.source.is_empty());
    }
}

#[test]
fn the_manual_tells_the_figures_as_they_are() {
    for page in [
        include_str!("../../../../docs/manual/synth-model.md"),
        include_str!("../../../../docs/manual/synth-model.ja.md"),
    ] {
        for fact in world::FACTS {
            let row = format!("| `{}` | {} | ", fact.name, fact.value);
            let told = page.lines().find(|line| line.starts_with(&row));
            assert!(told.is_some_and(|line| line.contains(fact.source)), "no line {row}");
        }
    }
}

#[test]
fn a_life_can_be_read_as_a_story() {
    // A diabetic who was stented while the hospital looked, and not for long.
    let told = sample().iter().find(|life| {
        let stented = since(life, "coronary_disease");
        since(life, "type_2_diabetes").is_some()
            && stented.is_some_and(|since| since > life.known.0)
            && (20..34).contains(&life.visits.len())
    });
    insta::assert_snapshot!(story(told.expect("somebody has both")));
}

/// A life in words, the numbers left out but the telling ones.
fn story(life: &Life) -> String {
    let person = &life.person;
    let day = |minute| {
        let (year, month, day) = calendar::year_month_day(minute);
        format!("{year}-{month:02}-{day:02}")
    };
    let mut text = format!(
        "{} {}, {:?}, born {}, body mass index {:.1}, smoking {:?}, CYP2C19 *{}/*{}\n",
        person.name[0].0,
        person.name[1].0,
        person.sex,
        day(person.born),
        person.bmi,
        person.smoking,
        person.cyp2c19.0,
        person.cyp2c19.1,
    );
    for truth in &life.truths {
        if let Truth::Has { phenotype, time } = truth {
            let _ = writeln!(text, "truly: {phenotype} since {}", day(time.0));
        }
    }
    for visit in &life.visits {
        let _ = write!(text, "{} {:?} {}", day(visit.time.0), visit.kind, visit.department.ja);
        let mut drugs: Vec<&str> = Vec::new();
        for event in life.events.iter().filter(|event| event.visit == visit.id) {
            match event.what {
                What::Diagnosis(told) if told.suspected => {
                    let _ = write!(text, " [{}の疑い]", told.disease.ja);
                }
                What::Diagnosis(told) => {
                    let _ = write!(text, " [{}]", told.disease.ja);
                }
                What::Operated { operation, .. } => {
                    let _ = write!(text, " <{}>", operation.ja);
                }
                What::Measured { test, value: Value::Number(value) }
                    if ["HbA1c(NGSP)", "BNP", "高感度トロポニンI"].contains(&test.ja) =>
                {
                    let _ = write!(text, " {}={value:.1}", test.ja);
                }
                What::Prescribed(dose) => drugs.push(dose.drug.ja),
                _ => {}
            }
        }
        let _ = writeln!(text, " {} {:?}", drugs.join("+"), visit.end);
    }
    let died = life.died.map_or(String::new(), |(at, of)| format!("died {} of {}", day(at), of.ja));
    text + &died
}

/// FNV-1a: small, and the same everywhere.
fn digest(digest: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(digest, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Goal: nobody makes other patients from a recipe that is kept. Where this fails on purpose, raise
/// [`GENERATOR`] and write the new digest here.
#[test]
fn a_seed_gives_the_patients_it_always_gave() {
    let mut pages = fhir::Pages::default();
    Hospital { seed: 1, patients: 60 }.lives().for_each(|life| fhir::write(&life, &mut pages));
    let all = fhir::Kind::ALL.into_iter().map(|kind| pages.bytes(kind));
    let found = all.fold(0xcbf2_9ce4_8422_2325, digest);
    assert_eq!((GENERATOR, found), (2, 0x8a2f_1b4d_72c0_9d07));
}

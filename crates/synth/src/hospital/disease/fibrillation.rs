//! Atrial fibrillation and anticoagulants.

use super::{coronary, hypertension, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Seen, Taken};
use crate::hospital::chart::{
    Chart, Diagnosis, Hidden, Minute, Outcome, Report, ReportKind, Truth, What,
};
use crate::hospital::codes::cardiometabolic::{
    ABLATION, ATRIAL_FIBRILLATION, GASTROINTESTINAL_BLEEDING, HEART_FAILURE, HOLTER,
    PAROXYSMAL_FIBRILLATION, PERMANENT_FIBRILLATION, PERSISTENT_FIBRILLATION,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    APIXABAN, BISOPROLOL, DABIGATRAN, EDOXABAN, PILSICAINIDE, RIVAROXABAN, VERAPAMIL, VONOPRAZAN,
    WARFARIN,
};
use crate::hospital::codes::departments::{CARDIOLOGY, GASTROENTEROLOGY};
use crate::hospital::codes::usages::{AFTER_BREAKFAST, AFTER_MEALS, MORNING_AND_EVENING};
use crate::hospital::codes::{Drug, Usage};
use crate::hospital::hazard::{self, Effect};
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;
use crate::hospital::world::{self, market};

/// The phenotype's name.
pub(super) const PHENOTYPE: &str = "atrial_fibrillation";
/// From when to when any anticoagulant is taken.
pub(super) const ANTICOAGULANT: &str = "anticoagulant";
const WARFARIN_TAKEN: &str = "warfarin";

/// Of those who had it before they came, so many a year were lost.
const LETHAL: f64 = 0.05;

/// When it begins, and whether blood is kept from clotting.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = world::rate(
        person.sex,
        [world::FIBRILLATION_MEN, world::FIBRILLATION_WOMEN],
        world::FIBRILLATION_GROWTH,
    );
    let since = |phenotype, ratio| Effect::since(chart.has(phenotype), ratio);
    let effects = [
        since(hypertension::PHENOTYPE, world::FIBRILLATION_HYPERTENSION.value),
        since(coronary::PHENOTYPE, world::FIBRILLATION_CORONARY.value),
    ];
    let adult = calendar::at_age(person, 30.0);
    let times = (adult, chart.known().0);
    let onset = hazard::first_survived(person, dice, (rate, &effects), times, LETHAL);
    let Some(onset) = onset else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    chart.shift(Shift::lasting(Latent::Pulse, onset, 9.0));
    chart.shift(Shift::lasting(Latent::LnBnp, onset, 0.9));
    let known = calendar::after(onset, 0.25 * dice.wait(1.0));
    if dice.chance(0.78) {
        chart.treated(ANTICOAGULANT, (known, Minute::MAX));
        if dice.chance(share_of_warfarin(known)) {
            chart.treated(WARFARIN_TAKEN, (known, Minute::MAX));
            let by = 0.72 + 0.12 * dice.normal();
            chart.shift(Shift::lasting(Latent::LnInr, known, by));
        }
    }
}

/// How many of those who begin then get warfarin.
fn share_of_warfarin(minute: Minute) -> f64 {
    let since = calendar::years(minute - calendar::date(2011, 3, 14));
    if since < 0.0 { 1.0 } else { (0.85 - 0.085 * since).max(0.1) }
}

/// The visits, and the bleeding that anticoagulants cost.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some(onset) = chart.has(PHENOTYPE) else { return };
    bleed(chart, dice);
    let courses = courses(chart, dice, onset);
    let stays = dice.chance(0.65);
    let warfarin = chart.treatment(WARFARIN_TAKEN).is_some();
    let mut clinic = Clinic::new(chart, &CARDIOLOGY, since_entry(chart, dice, onset));
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = if warfarin { 35.0 } else { 63.0 };
        chart.order(seen.visit, seen.minute, Panel::VISIT);
        if warfarin || nth % 4 == 0 {
            chart.order(seen.visit, seen.minute, Panel::PT_INR.and(Panel::BLOOD_COUNT));
        }
        if nth % 3 == 0 {
            chart.order(seen.visit, seen.minute, Panel::KIDNEY.and(Panel::LIVER).and(Panel::BNP));
            look(chart, dice, seen, nth);
        }
        if nth == 0 {
            care::diagnose(chart, seen, Diagnosis::of(name(dice)).since(onset).main());
        }
        care::continue_courses(chart, seen, days, &courses);
        if nth == 2 && dice.chance(0.18) {
            ablate(chart, dice, seen.minute + 90_000);
        }
        if nth == 5 && !stays {
            clinic.refer_out(chart, seen);
        }
        nth += 1;
    }
}

fn name(dice: &mut Dice) -> &'static crate::hospital::codes::Disease {
    match dice.below(10) {
        0..5 => &PAROXYSMAL_FIBRILLATION,
        5..7 => &PERSISTENT_FIBRILLATION,
        7..9 => &ATRIAL_FIBRILLATION,
        _ => &PERMANENT_FIBRILLATION,
    }
}

fn look(chart: &mut Chart, dice: &mut Dice, seen: Seen, nth: u32) {
    let finding = Some(&ATRIAL_FIBRILLATION);
    let report = Report { kind: ReportKind::Electrocardiogram, finding };
    chart.happened(seen.visit, seen.minute, What::Reported(report));
    if nth == 0 {
        chart.order(seen.visit, seen.minute, Panel::ECHO.and(Panel::THYROID));
        let report = Report { kind: ReportKind::Echocardiography, finding };
        chart.happened(seen.visit, seen.minute, What::Reported(report));
        let holter = What::Operated { operation: &HOLTER, minutes: 1_440, side: None };
        chart.happened(seen.visit, seen.minute, holter);
        care::suspect(chart, dice, seen, &HEART_FAILURE);
        let symptom = Hidden::Symptom { ja: "動悸", present: dice.chance(0.6) };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(symptom));
    }
}

fn courses(chart: &Chart, dice: &mut Dice, onset: Minute) -> Vec<Course> {
    let mut courses = Vec::with_capacity(3);
    if let Some(time) = chart.treatment(ANTICOAGULANT) {
        let (drug, units, usage) = if chart.treatment(WARFARIN_TAKEN).is_some() {
            (&WARFARIN, 3, &AFTER_BREAKFAST)
        } else {
            direct(dice, time.0)
        };
        courses.push(Course { taken: Taken::new(drug, units, usage), time });
    }
    let slowed = chart.has(coronary::PHENOTYPE).or(chart.has(super::heart_failure::PHENOTYPE));
    match dice.below(10) {
        0..5 if slowed.is_some() => {}
        0..5 => courses.push(Course::since(onset, Taken::new(&BISOPROLOL, 1, &AFTER_BREAKFAST))),
        5 => courses.push(Course::since(onset, Taken::new(&VERAPAMIL, 1, &AFTER_MEALS))),
        6..8 => courses.push(Course::since(onset, Taken::new(&PILSICAINIDE, 1, &AFTER_MEALS))),
        _ => {}
    }
    courses
}

/// A direct anticoagulant that is on the market.
fn direct(dice: &mut Dice, from: Minute) -> (&'static Drug, i32, &'static Usage) {
    match dice.below(4) {
        0 if from >= market::EDOXABAN => (&EDOXABAN, 1, &AFTER_BREAKFAST),
        1 if from >= market::APIXABAN => (&APIXABAN, 1, &MORNING_AND_EVENING),
        2 if from >= market::RIVAROXABAN => (&RIVAROXABAN, 1, &AFTER_BREAKFAST),
        _ if from >= market::EDOXABAN && from % 3 > 0 => (&EDOXABAN, 1, &AFTER_BREAKFAST),
        _ => (&DABIGATRAN, 1, &MORNING_AND_EVENING),
    }
}

fn ablate(chart: &mut Chart, dice: &mut Dice, minute: Minute) {
    let begin = calendar::open_day(minute) + 610;
    let Some(stay) = care::admit(chart, dice, &CARDIOLOGY, begin, 4.0) else { return };
    let diagnosis = Diagnosis::of(&PAROXYSMAL_FIBRILLATION).since(begin - 400_000).main();
    care::diagnose(chart, stay.arrival(), diagnosis);
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    let operation = What::Operated { operation: &ABLATION, minutes: 190, side: None };
    chart.happened(stay.visit, stay.day(1, 580).minute, operation);
}

/// Bleeding from stomach and bowels.
fn bleed(chart: &mut Chart, dice: &mut Dice) {
    let Some((from, until)) = chart.treatment(ANTICOAGULANT) else { return };
    let warfarin = chart.treatment(WARFARIN_TAKEN).is_some();
    let ratio = if warfarin { 1.0 } else { world::BLEEDING_DIRECT.value };
    let rate = world::BLEEDING_WARFARIN.value * ratio;
    let minute = calendar::after(from.max(chart.known().0), dice.wait(rate));
    if minute >= until.min(chart.end()) {
        return;
    }
    chart.truth(Truth::Happened { event: "gastrointestinal_bleeding", minute });
    chart.shift(Shift::fading(Latent::Hemoglobin, minute, -4.2, 14.0));
    let days = care::stay_days(dice, 8.0, 0.4);
    let Some(stay) = care::admit(chart, dice, &GASTROENTEROLOGY, minute, days) else { return };
    let bleeding = Diagnosis::of(&GASTROINTESTINAL_BLEEDING).since(minute).main();
    care::diagnose(chart, stay.arrival(), bleeding.closed(stay.time.1, Outcome::Better));
    let report =
        Report { kind: ReportKind::Gastroscopy, finding: Some(&GASTROINTESTINAL_BLEEDING) };
    chart.happened(stay.visit, stay.arrival().minute + 90, What::Reported(report));
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    care::give(chart, stay, (0, stay.days()), Taken::new(&VONOPRAZAN, 2, &AFTER_BREAKFAST));
}

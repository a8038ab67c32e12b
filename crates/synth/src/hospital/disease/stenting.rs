//! The stays in which coronary arteries are opened.

use crate::dice::Dice;
use crate::hospital::body::{Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Seen, Stay, Taken};
use crate::hospital::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, Outcome, Report, ReportKind, VisitEnd, What,
};
use crate::hospital::codes::cardiometabolic::{
    ANTERIOR_INFARCTION, BALLOON_PUMP, CORONARY_ANGIOGRAPHY, ECHOCARDIOGRAPHY, ELECTROCARDIOGRAM,
    INFERIOR_INFARCTION, MYOCARDIAL_INFARCTION, PULMONARY_EMBOLISM, STABLE_ANGINA,
    STENT_INFARCTION, STENT_STABLE, STENT_THROMBOSIS, STENT_UNSTABLE, THROMBUS_ASPIRATION,
    UNSTABLE_ANGINA,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    ASPIRIN, HEPARIN, LANSOPRAZOLE, NITROGLYCERIN, ROSUVASTATIN, SALINE,
};
use crate::hospital::codes::departments::CARDIOLOGY;
use crate::hospital::codes::usages::{
    AFTER_BREAKFAST, AT_ONCE, INFUSED_CONTINUOUSLY, INFUSED_ONCE,
};
use crate::hospital::codes::{Disease, Operation};
use crate::hospital::panel::Panel;

/// What is measured when the heart may be dying.
const ALARM: Panel = Panel::BROAD.and(Panel::HEART_ATTACK).and(Panel::BNP).and(Panel::CLOTTING);

/// An acute coronary syndrome; false if the patient died in the hospital.
pub(super) fn acute(chart: &mut Chart, dice: &mut Dice, minute: Minute, fatality: f64) -> bool {
    let (disease, operation, size) = match dice.below(10) {
        0..3 => (&UNSTABLE_ANGINA, &STENT_UNSTABLE, 0.06),
        3..6 => (&ANTERIOR_INFARCTION, &STENT_INFARCTION, 1.25),
        6..8 => (&INFERIOR_INFARCTION, &STENT_INFARCTION, 0.9),
        _ => (&MYOCARDIAL_INFARCTION, &STENT_INFARCTION, 1.0),
    };
    wound(chart, dice, minute, size);
    open(chart, dice, minute, &Opening { disease, operation, fatality, median_days: 12.0 })
}

/// A stent closes.
pub(super) fn thrombosis(chart: &mut Chart, dice: &mut Dice, minute: Minute) {
    wound(chart, dice, minute, 1.1);
    let (disease, operation) = (&STENT_THROMBOSIS, &THROMBUS_ASPIRATION);
    open(chart, dice, minute, &Opening { disease, operation, fatality: 0.15, median_days: 14.0 });
}

/// A stay of three days in which stable angina is treated.
pub(super) fn planned(chart: &mut Chart, dice: &mut Dice, minute: Minute) {
    let begin = calendar::open_day(minute) + 620;
    let Some(stay) = care::admit(chart, dice, &CARDIOLOGY, begin, 3.0) else { return };
    let angina = Diagnosis::of(&STABLE_ANGINA).since(minute - 40 * DAY).main();
    care::diagnose(chart, stay.arrival(), angina);
    care::nurse(chart, dice, stay, Panel::BROAD.and(Panel::CLOTTING).and(Panel::HEART_ATTACK));
    operate(chart, dice, stay.day(1, 600), &STENT_STABLE);
    report(chart, stay.arrival(), ReportKind::Electrocardiogram, None);
    give_first(chart, stay);
}

/// What an infarction does to the body.
fn wound(chart: &mut Chart, dice: &mut Dice, minute: Minute, size: f64) {
    chart.shift(Shift::fading(Latent::LnTroponin, minute, 7.4 * size.sqrt(), 2.5));
    chart.shift(Shift::fading(Latent::LnMuscle, minute, 2.6 * size, 1.4));
    chart.shift(Shift::fading(Latent::LnCrp, minute, 2.6 * size, 4.0));
    chart.shift(Shift::fading(Latent::LnWhite, minute, 0.45, 2.0));
    chart.shift(Shift::fading(Latent::Pain, minute, 7.0, 0.4));
    let lost = (11.0 * size * dice.wait(1.0)).min(34.0);
    chart.shift(Shift::lasting(Latent::Lvef, minute, -lost));
    chart.shift(Shift::lasting(Latent::LnBnp, minute, 0.045 * lost));
}

struct Opening {
    disease: &'static Disease,
    operation: &'static Operation,
    fatality: f64,
    median_days: f64,
}

/// By ambulance to the catheter laboratory and to the ward; false if the patient died there.
fn open(chart: &mut Chart, dice: &mut Dice, minute: Minute, opening: &Opening) -> bool {
    let door = minute + dice.between(40, 480);
    if let Some(seen) = care::emergency(chart, dice, &CARDIOLOGY, door) {
        chart.order(seen.visit, seen.minute, ALARM.and(Panel::BEDSIDE));
        report(chart, seen, ReportKind::Electrocardiogram, Some(opening.disease));
        care::suspect(chart, dice, seen, &PULMONARY_EMBOLISM);
        tell(chart, dice, seen);
        care::give_now(
            chart,
            seen,
            &[Taken::new(&ASPIRIN, 2, &AT_ONCE), Taken::new(&HEPARIN, 5, &AT_ONCE)],
        );
    }
    let dies = dice.chance(opening.fatality);
    let days = care::stay_days(dice, if dies { 4.0 } else { opening.median_days }, 0.5);
    let Some(stay) = care::admit(chart, dice, &CARDIOLOGY, door + 75, days) else {
        // Treated elsewhere before the hospital knew the patient: then they lived.
        return true;
    };
    operate(chart, dice, Seen { visit: stay.visit, minute: stay.time.0 + 30 }, opening.operation);
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::HEART_ATTACK).and(Panel::BNP));
    let infused = Taken { drug: &NITROGLYCERIN, hundredths: 5_000, usage: &INFUSED_CONTINUOUSLY };
    care::give(chart, stay, (0, 2), infused);
    care::give(chart, stay, (0, 4), Taken::new(&HEPARIN, 10, &INFUSED_CONTINUOUSLY));
    care::give(chart, stay, (0, 5), Taken::new(&SALINE, 100, &INFUSED_ONCE));
    give_first(chart, stay);
    let diagnosis = Diagnosis::of(opening.disease).since(minute).main();
    if dies {
        chart.happened(
            stay.visit,
            stay.day(1, 200).minute,
            What::Operated { operation: &BALLOON_PUMP, minutes: 60, side: None },
        );
        care::diagnose(chart, stay.arrival(), diagnosis.closed(stay.time.1, Outcome::Death));
        chart.ended(stay.visit, VisitEnd::Death);
        chart.dies(stay.time.1, opening.disease);
        return false;
    }
    let closed = diagnosis.closed(stay.time.1, Outcome::Better);
    let is_closed = dice.chance(0.7);
    care::diagnose(chart, stay.arrival(), if is_closed { closed } else { diagnosis });
    let echo = stay.day(4, 840);
    chart.order(echo.visit, echo.minute, Panel::ECHO);
    operated(chart, echo, &ECHOCARDIOGRAPHY, 20);
    report(chart, echo, ReportKind::Echocardiography, Some(opening.disease));
    true
}

/// Angiography and the opening.
fn operate(chart: &mut Chart, dice: &mut Dice, seen: Seen, operation: &'static Operation) {
    operated(chart, seen, &CORONARY_ANGIOGRAPHY, 35);
    operated(chart, seen, &ELECTROCARDIOGRAM, 5);
    let later = Seen { visit: seen.visit, minute: seen.minute + 20 };
    operated(chart, later, operation, i32::try_from(dice.between(45, 130)).unwrap_or(60));
    report(chart, later, ReportKind::CoronaryAngiography, Some(&STABLE_ANGINA));
}

fn operated(chart: &mut Chart, seen: Seen, operation: &'static Operation, minutes: i32) {
    chart.happened(seen.visit, seen.minute, What::Operated { operation, minutes, side: None });
}

fn report(chart: &mut Chart, seen: Seen, kind: ReportKind, finding: Option<&'static Disease>) {
    chart.happened(seen.visit, seen.minute + 5, What::Reported(Report { kind, finding }));
}

/// What is given by mouth from the first day on, besides the P2Y12 inhibitor.
fn give_first(chart: &mut Chart, stay: Stay) {
    let p2y12 = super::coronary::p2y12(chart, stay.time.0);
    let drugs = [Some(&ASPIRIN), Some(&ROSUVASTATIN), Some(&LANSOPRAZOLE), p2y12];
    for drug in drugs.into_iter().flatten() {
        care::give(chart, stay, (1, stay.days()), Taken::new(drug, 1, &AFTER_BREAKFAST));
    }
}

/// What the patient says in the emergency room.
fn tell(chart: &mut Chart, dice: &mut Dice, seen: Seen) {
    let symptoms = [("胸痛", 0.85), ("冷汗", 0.6), ("呼吸困難", 0.35), ("左肩への放散痛", 0.3)];
    for (ja, share) in symptoms {
        let symptom = Hidden::Symptom { ja, present: dice.chance(share) };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(symptom));
    }
}

//! Heart failure: the first admission, those after it, and the clinic between them.

use super::{coronary, diabetes, diabetes_drugs, fibrillation, hypertension, kidney, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Seen, Taken};
use crate::hospital::chart::{
    Chart, Diagnosis, Hidden, Minute, NoteKind, Outcome, Report, ReportKind, Truth, VisitEnd, What,
};
use crate::hospital::codes::cardiometabolic::{
    ACUTE_HEART_FAILURE, CHRONIC_HEART_FAILURE, CONGESTIVE_HEART_FAILURE, DEFIBRILLATOR,
    ECHOCARDIOGRAPHY, HEART_FAILURE, MYOCARDIAL_INFARCTION,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    CANDESARTAN, CARPERITIDE, CARVEDILOL, DOBUTAMINE, FUROSEMIDE, FUROSEMIDE_INJECTED,
    SACUBITRIL_VALSARTAN, SPIRONOLACTONE, TOLVAPTAN,
};
use crate::hospital::codes::departments::CARDIOLOGY;
use crate::hospital::codes::usages::{
    AFTER_BREAKFAST, INFUSED_CONTINUOUSLY, INFUSED_TWICE, MORNING_AND_EVENING,
};
use crate::hospital::hazard::{self, Effect};
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;
use crate::hospital::world::{self, market};

/// The phenotype's name: since the first admission.
pub(super) const PHENOTYPE: &str = "heart_failure";
/// An admission, as a true event.
pub(super) const ADMISSION: &str = "heart_failure_admission";
const REDUCED: &str = "reduced_ejection_fraction";

/// Of those who had it before they came, so many a year were lost.
const LETHAL: f64 = 0.14;

/// When it breaks out, and all admissions.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate =
        world::rate(person.sex, [world::FAILURE_MEN, world::FAILURE_WOMEN], world::FAILURE_GROWTH);
    let effects = effects(person, chart);
    let adult = calendar::at_age(person, 30.0);
    let times = (adult, chart.known().0);
    let onset = hazard::first_survived(person, dice, (rate, &effects), times, LETHAL);
    let Some(onset) = onset else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    let reduced = if chart.has(coronary::PHENOTYPE).is_some() { 0.6 } else { 0.38 };
    if dice.chance(reduced) {
        chart.treated(REDUCED, (onset, Minute::MAX));
        chart.shift(Shift::lasting(Latent::Lvef, onset, -27.0 + 5.0 * dice.normal()));
    }
    chart.shift(Shift::lasting(Latent::LnBnp, onset, 1.5 + 0.4 * dice.normal()));
    chart.shift(Shift::lasting(Latent::Egfr, onset, -6.0));
    admissions(dice, chart, onset);
}

fn effects(person: &Person, chart: &Chart) -> [Effect; 7] {
    let since = |phenotype, ratio| Effect::since(chart.has(phenotype), ratio);
    let obesity = if person.bmi >= 25.0 { world::FAILURE_OBESITY.value } else { 1.0 };
    [
        Effect::always(obesity),
        since(diabetes::PHENOTYPE, world::FAILURE_DIABETES.value),
        since(hypertension::PHENOTYPE, world::FAILURE_HYPERTENSION.value),
        since(coronary::PHENOTYPE, world::FAILURE_CORONARY.value),
        since(fibrillation::PHENOTYPE, world::FAILURE_FIBRILLATION.value),
        since(kidney::PHENOTYPE, world::FAILURE_KIDNEY.value),
        Effect::during(chart.treatment(diabetes_drugs::SGLT2), world::FAILURE_SGLT2.value),
    ]
}

/// The first admission and those after it.
fn admissions(dice: &mut Dice, chart: &mut Chart, onset: Minute) {
    let mut minute = onset;
    while minute < chart.end() {
        if minute >= chart.known().0 {
            chart.truth(Truth::Happened { event: ADMISSION, minute });
            if !admission(dice, chart, minute) {
                return;
            }
        }
        let on = chart.treatment(diabetes_drugs::SGLT2).is_some_and(|(from, _)| from <= minute);
        let ratio = if on { world::FAILURE_SGLT2.value } else { 1.0 };
        minute = calendar::after(minute, 0.06 + dice.wait(world::FAILURE_AGAIN.value * ratio));
    }
}

/// What congestion does to the body for a while.
fn congest(chart: &mut Chart, minute: Minute) {
    let days_before = calendar::days_after(minute, -6.0);
    let pushes = [
        (Latent::LnBnp, 1.4, 12.0),
        (Latent::Weight, 4.5, 5.0),
        (Latent::Spo2, -7.0, 2.0),
        (Latent::Breaths, 9.0, 2.5),
        (Latent::Pulse, 24.0, 3.0),
        (Latent::LnTroponin, 1.4, 4.0),
        (Latent::LnBile, 0.4, 8.0),
        (Latent::Egfr, -9.0, 9.0),
        (Latent::LnCrp, 1.2, 5.0),
    ];
    for (latent, by, half_days) in pushes {
        chart.shift(Shift::fading(latent, days_before.max(minute - 2_000), by, half_days));
    }
}

/// An admission; false if the patient died.
fn admission(dice: &mut Dice, chart: &mut Chart, minute: Minute) -> bool {
    congest(chart, minute);
    let panel = Panel::BROAD.and(Panel::BNP).and(Panel::TROPONIN_I).and(Panel::CLOTTING);
    if dice.chance(0.7)
        && let Some(seen) = care::emergency(chart, dice, &CARDIOLOGY, minute)
    {
        chart.order(seen.visit, seen.minute, panel.and(Panel::BEDSIDE));
        care::suspect(chart, dice, seen, &MYOCARDIAL_INFARCTION);
        tell(chart, dice, seen);
    }
    let dies = dice.chance(world::FAILURE_FATALITY.value);
    let days = care::stay_days(dice, if dies { 13.0 } else { 17.0 }, 0.5);
    let Some(stay) = care::admit(chart, dice, &CARDIOLOGY, minute + 90, days) else { return true };
    let name = [&ACUTE_HEART_FAILURE, &CONGESTIVE_HEART_FAILURE, &HEART_FAILURE];
    let disease = name.get(dice.below(3) as usize).copied().unwrap_or(&HEART_FAILURE);
    treat(chart, dice, stay);
    let diagnosis = Diagnosis::of(disease).since(minute).main();
    if dies {
        care::diagnose(chart, stay.arrival(), diagnosis.closed(stay.time.1, Outcome::Death));
        chart.ended(stay.visit, VisitEnd::Death);
        chart.dies(stay.time.1, disease);
        return false;
    }
    let closed = diagnosis.closed(stay.time.1, Outcome::Better);
    let is_closed = dice.chance(0.4);
    care::diagnose(chart, stay.arrival(), if is_closed { closed } else { diagnosis });
    if dice.chance(0.14) {
        chart.ended(stay.visit, VisitEnd::Transfer);
        chart.happened(stay.visit, stay.leaving().minute, What::Noted(NoteKind::Referral));
    }
    true
}

fn treat(chart: &mut Chart, dice: &mut Dice, stay: care::Stay) {
    let panel = Panel::ROUTINE.and(Panel::BNP);
    care::nurse(chart, dice, stay, panel);
    for day in 0..stay.days() {
        let morning = stay.day(day, 420);
        chart.order(morning.visit, morning.minute, Panel::WEIGHT);
    }
    care::give(chart, stay, (0, 5), Taken::new(&FUROSEMIDE_INJECTED, 2, &INFUSED_TWICE));
    if dice.chance(0.35) {
        let carperitide =
            Taken { drug: &CARPERITIDE, hundredths: 100, usage: &INFUSED_CONTINUOUSLY };
        care::give(chart, stay, (0, 3), carperitide);
    }
    if dice.chance(0.12) {
        care::give(chart, stay, (0, 5), Taken::new(&DOBUTAMINE, 10, &INFUSED_CONTINUOUSLY));
    }
    for drug in [&FUROSEMIDE, &SPIRONOLACTONE, &TOLVAPTAN, &CARVEDILOL] {
        if dice.chance(0.6) {
            care::give(chart, stay, (2, stay.days()), Taken::new(drug, 1, &AFTER_BREAKFAST));
        }
    }
    let look = stay.day(1, 900);
    chart.order(look.visit, look.minute, Panel::ECHO);
    echo(chart, look);
    for minute in [stay.arrival().minute + 20, stay.day(7, 620).minute] {
        let report = Report { kind: ReportKind::ChestXray, finding: Some(&HEART_FAILURE) };
        chart.happened(stay.visit, minute, What::Reported(report));
    }
    let class = Hidden::Nyha(if dice.chance(0.4) { 4 } else { 3 });
    chart.happened(stay.visit, stay.arrival().minute, What::OnlyInText(class));
}

fn echo(chart: &mut Chart, seen: Seen) {
    let operation = What::Operated { operation: &ECHOCARDIOGRAPHY, minutes: 20, side: None };
    chart.happened(seen.visit, seen.minute, operation);
    let report = Report { kind: ReportKind::Echocardiography, finding: Some(&HEART_FAILURE) };
    chart.happened(seen.visit, seen.minute + 30, What::Reported(report));
}

/// What is said in the emergency room.
fn tell(chart: &mut Chart, dice: &mut Dice, seen: Seen) {
    let symptoms = [
        ("労作時呼吸困難", 0.9),
        ("下腿浮腫", 0.7),
        ("起座呼吸", 0.5),
        ("胸痛", 0.1),
        ("咳嗽", 0.3),
    ];
    for (ja, share) in symptoms {
        let symptom = Hidden::Symptom { ja, present: dice.chance(share) };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(symptom));
    }
}

/// The visits between admissions.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some(onset) = chart.has(PHENOTYPE) else { return };
    let courses = courses(chart, dice, onset);
    let mut clinic = Clinic::new(chart, &CARDIOLOGY, since_entry(chart, dice, onset + 45_000));
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = if nth < 4 { 28.0 } else { 49.0 };
        let panel = Panel::VISIT.and(Panel::WEIGHT).and(Panel::SPO2).and(Panel::KIDNEY);
        chart.order(seen.visit, seen.minute, panel.and(Panel::BNP).and(Panel::BLOOD_COUNT));
        if nth == 0 {
            care::diagnose(chart, seen, Diagnosis::of(&CHRONIC_HEART_FAILURE).since(onset).main());
        }
        if nth % 6 == 3 {
            chart.order(seen.visit, seen.minute, Panel::ECHO);
            echo(chart, seen);
        }
        if nth % 2 == 0 {
            let class = Hidden::Nyha(if dice.chance(0.55) { 2 } else { 3 });
            chart.happened(seen.visit, seen.minute, What::OnlyInText(class));
        }
        care::continue_courses(chart, seen, days, &courses);
        if nth == 5 && chart.treatment(REDUCED).is_some() && dice.chance(0.12) {
            implant(chart, dice, seen.minute + 60_000);
        }
        nth += 1;
    }
}

fn courses(chart: &Chart, dice: &mut Dice, onset: Minute) -> [Course; 5] {
    let reduced = chart.treatment(REDUCED).is_some();
    let mut some = |share: f64, from: Minute| if dice.chance(share) { from } else { Minute::MAX };
    let modern = onset.max(market::SACUBITRIL);
    let [loop_diuretic, beta] = [some(0.85, onset), some(if reduced { 0.9 } else { 0.5 }, onset)];
    let [mineral, tolvaptan] = [some(0.5, onset), some(0.2, onset)];
    let sacubitril = some(if reduced { 0.5 } else { 0.2 }, modern);
    // What the clinic for hypertension gives is not given twice.
    let tense = chart.treatment(hypertension::KNOWN).is_some();
    let blocked = if tense { sacubitril } else { onset };
    let blocker = Course {
        taken: Taken::new(&CANDESARTAN, 1, &AFTER_BREAKFAST),
        time: (blocked, sacubitril),
    };
    let since = |from, drug| Course::since(from, Taken::new(drug, 1, &AFTER_BREAKFAST));
    let valsartan = Taken::new(&SACUBITRIL_VALSARTAN, 1, &MORNING_AND_EVENING);
    [
        since(loop_diuretic, &FUROSEMIDE),
        since(beta, &CARVEDILOL),
        if mineral < Minute::MAX {
            since(mineral, &SPIRONOLACTONE)
        } else {
            since(tolvaptan, &TOLVAPTAN)
        },
        blocker,
        Course::since(sacubitril, valsartan),
    ]
}

fn implant(chart: &mut Chart, dice: &mut Dice, minute: Minute) {
    let begin = calendar::open_day(minute) + 610;
    let Some(stay) = care::admit(chart, dice, &CARDIOLOGY, begin, 9.0) else { return };
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    let operation = What::Operated { operation: &DEFIBRILLATOR, minutes: 120, side: None };
    chart.happened(stay.visit, stay.day(1, 620).minute, operation);
    care::diagnose(chart, stay.arrival(), Diagnosis::of(&CHRONIC_HEART_FAILURE).main());
}

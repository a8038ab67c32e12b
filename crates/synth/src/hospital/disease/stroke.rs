//! Stroke: infarctions and haemorrhages of the brain.

use super::{diabetes, fibrillation, hypertension, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Seen, Taken};
use crate::hospital::chart::{
    Chart, Diagnosis, Hidden, Minute, NoteKind, Outcome, Report, ReportKind, Truth, Value,
    VisitEnd, What,
};
use crate::hospital::codes::cardiometabolic::{
    ANEURYSM_CLIPPING, ATHEROTHROMBOTIC_STROKE, CARDIOEMBOLIC_STROKE, CEREBRAL_HAEMORRHAGE,
    CEREBRAL_INFARCTION, HAEMATOMA_REMOVAL, LACUNAR_STROKE, STROKE_SEQUELAE,
    SUBARACHNOID_HAEMORRHAGE, THROMBECTOMY, TRANSIENT_ISCHAEMIA,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    ALTEPLASE, CILOSTAZOL, CLOPIDOGREL, EDARAVONE, NICARDIPINE, SALINE,
};
use crate::hospital::codes::departments::{NEUROLOGY, NEUROSURGERY};
use crate::hospital::codes::usages::{
    AFTER_BREAKFAST, AT_ONCE, INFUSED_CONTINUOUSLY, INFUSED_TWICE, MORNING_AND_EVENING,
};
use crate::hospital::codes::{Department, Disease, Operation, vitals};
use crate::hospital::hazard::{self, Effect};
use crate::hospital::panel::Panel;
use crate::hospital::person::{Person, Smoking};
use crate::hospital::world;

/// The phenotype's name: since the first stroke.
pub(super) const PHENOTYPE: &str = "stroke";
const BLED: &str = "stroke_haemorrhage";

/// Of those who had it before they came, so many a year were lost.
const LETHAL: f64 = 0.07;

/// The first stroke.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate =
        world::rate(person.sex, [world::STROKE_MEN, world::STROKE_WOMEN], world::STROKE_GROWTH);
    let smoking =
        if person.smoking == Smoking::Current { world::STROKE_SMOKING.value } else { 1.0 };
    let since = |phenotype, ratio| Effect::since(chart.has(phenotype), ratio);
    let anticoagulant = chart.treatment(fibrillation::ANTICOAGULANT);
    let effects = [
        Effect::always(smoking),
        since(hypertension::PHENOTYPE, world::STROKE_HYPERTENSION.value),
        since(diabetes::PHENOTYPE, world::STROKE_DIABETES.value),
        since(fibrillation::PHENOTYPE, world::STROKE_FIBRILLATION.value),
        Effect::during(anticoagulant, world::STROKE_ANTICOAGULANT.value),
    ];
    let adult = calendar::at_age(person, 30.0);
    let times = (adult, chart.known().0);
    let onset = hazard::first_survived(person, dice, (rate, &effects), times, LETHAL);
    let Some(onset) = onset else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    let fibrillates = chart.has(fibrillation::PHENOTYPE).is_some_and(|since| since < onset);
    let kind = kind(dice, fibrillates);
    if std::ptr::eq(kind.department, &NEUROSURGERY) {
        chart.treated(BLED, (onset, Minute::MAX));
    }
    if onset >= chart.known().0 {
        chart.truth(Truth::Happened { event: "stroke_admission", minute: onset });
        admission(dice, chart, onset, &kind);
    }
}

struct Kind {
    disease: &'static Disease,
    department: &'static Department,
    operation: Option<&'static Operation>,
    fatality: f64,
}

/// What kind of stroke it is.
fn kind(dice: &mut Dice, fibrillates: bool) -> Kind {
    let fatality = world::STROKE_FATALITY.value;
    let infarction = |disease, operation, ratio| Kind {
        disease,
        department: &NEUROLOGY,
        operation,
        fatality: fatality * ratio,
    };
    let bleeding = |disease, operation, ratio| Kind {
        disease,
        department: &NEUROSURGERY,
        operation,
        fatality: fatality * ratio,
    };
    let removed = dice.chance(0.2).then_some(&THROMBECTOMY);
    let evacuated = dice.chance(0.25).then_some(&HAEMATOMA_REMOVAL);
    match dice.below(100) {
        0..60 if fibrillates => infarction(&CARDIOEMBOLIC_STROKE, removed, 1.2),
        0..24 => infarction(&LACUNAR_STROKE, None, 0.2),
        24..48 => infarction(&ATHEROTHROMBOTIC_STROKE, None, 0.6),
        48..62 => infarction(&CEREBRAL_INFARCTION, None, 0.6),
        62..70 => infarction(&CARDIOEMBOLIC_STROKE, removed, 1.2),
        70..93 => bleeding(&CEREBRAL_HAEMORRHAGE, evacuated, 1.7),
        _ => bleeding(&SUBARACHNOID_HAEMORRHAGE, Some(&ANEURYSM_CLIPPING), 2.4),
    }
}

fn admission(dice: &mut Dice, chart: &mut Chart, onset: Minute, kind: &Kind) {
    chart.shift(Shift::fading(Latent::Systolic, onset, 34.0, 3.0));
    chart.shift(Shift::fading(Latent::LnCrp, onset, 1.3, 6.0));
    chart.shift(Shift::fading(Latent::LnDimer, onset, 0.8, 9.0));
    let door = onset + dice.between(60, 900);
    let severity = (4.0 + 5.5 * dice.wait(1.0)).min(38.0).floor();
    let panel = Panel::BROAD.and(Panel::CLOTTING).and(Panel::TROPONIN_I);
    if let Some(seen) = care::emergency(chart, dice, kind.department, door) {
        chart.order(seen.visit, seen.minute, panel.and(Panel::BEDSIDE));
        care::measure(chart, seen, &vitals::NIHSS, Value::Number(severity));
        picture(chart, seen, ReportKind::Ct, kind);
        care::suspect(chart, dice, seen, &TRANSIENT_ISCHAEMIA);
        for (ja, share) in [("右片麻痺", 0.4), ("構音障害", 0.6), ("頭痛", 0.25), ("嘔吐", 0.2)]
        {
            let symptom = Hidden::Symptom { ja, present: dice.chance(share) };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(symptom));
        }
    }
    let dies = dice.chance(kind.fatality);
    let days = care::stay_days(dice, if dies { 7.0 } else { 22.0 }, 0.5);
    let Some(stay) = care::admit(chart, dice, kind.department, door + 80, days) else { return };
    treat(chart, dice, stay, kind);
    let diagnosis = Diagnosis::of(kind.disease).since(onset).main();
    if dies {
        care::diagnose(chart, stay.arrival(), diagnosis.closed(stay.time.1, Outcome::Death));
        chart.ended(stay.visit, VisitEnd::Death);
        chart.dies(stay.time.1, kind.disease);
        return;
    }
    care::diagnose(chart, stay.arrival(), diagnosis.closed(stay.time.1, Outcome::Better));
    let rankin = (severity / 7.0 + 1.2 * dice.part()).floor().clamp(0.0, 5.0);
    care::measure(chart, stay.leaving(), &vitals::MODIFIED_RANKIN, Value::Number(rankin));
    if rankin >= 2.0 && dice.chance(0.8) {
        chart.ended(stay.visit, VisitEnd::Transfer);
        chart.happened(stay.visit, stay.leaving().minute, What::Noted(NoteKind::Referral));
    }
}

fn picture(chart: &mut Chart, seen: Seen, which: ReportKind, kind: &Kind) {
    let report = Report { kind: which, finding: Some(kind.disease) };
    chart.happened(seen.visit, seen.minute + 15, What::Reported(report));
}

fn treat(chart: &mut Chart, dice: &mut Dice, stay: care::Stay, kind: &Kind) {
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    if let Some(operation) = kind.operation {
        let minutes = i32::try_from(dice.between(70, 260)).unwrap_or(120);
        let what = What::Operated { operation, minutes, side: None };
        chart.happened(stay.visit, stay.time.0 + 45, what);
    }
    picture(chart, stay.day(1, 660), ReportKind::Mri, kind);
    picture(chart, stay.day(7, 660), ReportKind::Ct, kind);
    care::give(chart, stay, (0, 5), Taken::new(&SALINE, 100, &INFUSED_TWICE));
    if std::ptr::eq(kind.department, &NEUROSURGERY) {
        care::give(chart, stay, (0, 3), Taken::new(&NICARDIPINE, 10, &INFUSED_CONTINUOUSLY));
        return;
    }
    if dice.chance(0.1) {
        care::give_now(chart, stay.arrival(), &[Taken::new(&ALTEPLASE, 1, &AT_ONCE)]);
    }
    care::give(chart, stay, (0, 10), Taken::new(&EDARAVONE, 30, &INFUSED_TWICE));
    care::give(chart, stay, (1, stay.days()), Taken::new(&CLOPIDOGREL, 1, &AFTER_BREAKFAST));
}

/// The visits of those who can come.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some(onset) = chart.has(PHENOTYPE) else { return };
    if !dice.chance(0.55) {
        return;
    }
    let bled = chart.treatment(BLED).is_some();
    let none = bled || chart.treatment(fibrillation::ANTICOAGULANT).is_some();
    let (drug, usage) = if dice.chance(0.6) {
        (&CLOPIDOGREL, &AFTER_BREAKFAST)
    } else {
        (&CILOSTAZOL, &MORNING_AND_EVENING)
    };
    let from = if none { Minute::MAX } else { onset };
    let courses = [Course::since(from, Taken::new(drug, 1, usage))];
    let department = if bled { &NEUROSURGERY } else { &NEUROLOGY };
    let mut clinic = Clinic::new(chart, department, since_entry(chart, dice, onset + 70_000));
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = 70.0;
        chart.order(seen.visit, seen.minute, Panel::VISIT);
        if nth == 0 {
            care::diagnose(chart, seen, Diagnosis::of(&STROKE_SEQUELAE).since(onset).main());
        }
        if nth % 3 == 0 {
            chart.order(seen.visit, seen.minute, Panel::ROUTINE.and(Panel::LIPIDS));
        }
        if nth % 6 == 1 {
            let report = Report { kind: ReportKind::Mri, finding: Some(&CEREBRAL_INFARCTION) };
            chart.happened(seen.visit, seen.minute, What::Reported(report));
        }
        care::continue_courses(chart, seen, days, &courses);
        nth += 1;
    }
}

//! Chronic kidney disease, down to dialysis.

use super::{diabetes, hypertension, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Course as Push, Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Taken};
use crate::hospital::chart::{Chart, Diagnosis, Minute, NoteKind, Truth, What};
use crate::hospital::codes::cardiometabolic::{
    CKD, CKD_STAGE_5, END_STAGE_RENAL, HAEMODIALYSIS, HYPERURICAEMIA, RENAL_ANAEMIA, SHUNT,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    CALCIUM_CARBONATE, DARBEPOETIN, FEBUXOSTAT, POTASSIUM_BINDER, SPHERICAL_CARBON,
};
use crate::hospital::codes::departments::NEPHROLOGY;
use crate::hospital::codes::usages::{
    AFTER_BREAKFAST, AFTER_MEALS, INJECTED_EVERY_TWO_WEEKS, MORNING_AND_EVENING,
};
use crate::hospital::hazard::{self, Effect, Rate};
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;
use crate::hospital::world::{self, market};

/// The phenotype's name.
pub(super) const PHENOTYPE: &str = "chronic_kidney_disease";
/// From when on the kidneys no longer suffice.
pub(super) const DIALYSIS: &str = "dialysis";
/// From when on filtration is below 30.
const LATE: &str = "kidney_disease_late";

/// When it begins, and how fast filtration is lost.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = Rate { at_60: world::KIDNEY_RATE.value, growth: world::KIDNEY_GROWTH.value };
    let diabetic = chart.has(diabetes::PHENOTYPE);
    let effects = [
        Effect::since(diabetic, world::KIDNEY_DIABETES.value),
        Effect::since(chart.has(hypertension::PHENOTYPE), world::KIDNEY_HYPERTENSION.value),
    ];
    let adult = calendar::at_age(person, 20.0);
    let Some(onset) = hazard::first(person, dice, rate, &effects, adult) else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    let added = diabetic.map_or(0.0, |_| world::KIDNEY_SLOPE_DIABETES.value);
    // The mean of the factor is one, so the mean slope is the figure.
    let spread = (0.7 * dice.normal() - 0.245).exp();
    let slope = (world::KIDNEY_SLOPE.value + added) * spread;
    let mut push = |latent, by, per_year| {
        let course = Push::Drift(per_year);
        chart.shift(Shift { latent, time: (onset, Minute::MAX), by, course });
    };
    push(Latent::Egfr, -14.0, slope);
    push(Latent::LnUrineAlbumin, 1.6, 0.12);
    push(Latent::Hemoglobin, -0.3, 0.11 * slope);
    push(Latent::Systolic, 4.0, 0.5);
    let left = 108.0 - 0.75 * (calendar::age(person, onset) - 25.0) - 14.0;
    let reaches =
        |filtration: f64| calendar::after(onset, ((left - filtration) / (0.75 - slope)).max(0.2));
    chart.treated(LATE, (reaches(30.0), Minute::MAX));
    if reaches(8.0) < chart.known().1 {
        begin_dialysis(chart, reaches(8.0));
    }
}

fn begin_dialysis(chart: &mut Chart, minute: Minute) {
    chart.treated(DIALYSIS, (minute, Minute::MAX));
    chart.truth(Truth::Has { phenotype: DIALYSIS, time: (minute, None) });
    chart.shift(Shift::lasting(Latent::Hemoglobin, minute, 1.2));
}

/// The visits.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some(onset) = chart.has(PHENOTYPE) else { return };
    let from = |name| chart.treatment(name).map_or(Minute::MAX, |(from, _): (Minute, _)| from);
    let (late, dialysis) = (from(LATE), from(DIALYSIS));
    // Early disease is left to the practices near home.
    let referred = if dice.chance(0.5) { calendar::after(onset, 1.5) } else { late };
    start_dialysis(chart, dice, dialysis);
    let courses = courses(dice, onset, late, dialysis);
    let mut clinic = Clinic::new(chart, &NEPHROLOGY, since_entry(chart, dice, referred));
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = match seen.minute {
            minute if minute >= dialysis => 84.0,
            minute if minute >= late => 35.0,
            _ => 70.0,
        };
        let panel = Panel::VISIT
            .and(Panel::WEIGHT)
            .and(Panel::KIDNEY)
            .and(Panel::BLOOD_COUNT)
            .and(Panel::ALBUMIN)
            .and(Panel::URINE)
            .and(Panel::URINE_PROTEIN_RATIO)
            .and(Panel::URIC_ACID)
            .and(Panel::CALCIUM)
            .and(Panel::PHOSPHATE);
        chart.order(seen.visit, seen.minute, panel);
        if nth == 0 {
            care::diagnose(chart, seen, Diagnosis::of(&CKD).since(onset).main());
            care::suspect(chart, dice, seen, &RENAL_ANAEMIA);
        }
        if nth > 0 && late <= seen.minute && seen.minute < calendar::days_after(late, days * 1.4) {
            care::diagnose(chart, seen, Diagnosis::of(&RENAL_ANAEMIA).since(late));
            care::diagnose(chart, seen, Diagnosis::of(&HYPERURICAEMIA).since(late));
        }
        if nth % 4 == 0 {
            let iron = Panel::FERRITIN.and(Panel::IRON);
            chart.order(seen.visit, seen.minute, iron.and(Panel::ROUTINE));
        }
        care::continue_courses(chart, seen, days, &courses);
        nth += 1;
    }
}

fn courses(dice: &mut Dice, onset: Minute, late: Minute, dialysis: Minute) -> [Course; 5] {
    let until = |from: Minute, taken| Course { taken, time: (from, dialysis) };
    let urate = market::FEBUXOSTAT.max(calendar::after(onset, 4.0 * dice.wait(1.0)));
    let later = calendar::after(late, 1.5 * dice.wait(1.0));
    [
        Course::since(urate, Taken::new(&FEBUXOSTAT, 1, &AFTER_BREAKFAST)),
        Course::since(later, Taken::new(&DARBEPOETIN, 1, &INJECTED_EVERY_TWO_WEEKS)),
        until(later, Taken::new(&SPHERICAL_CARBON, 2, &AFTER_MEALS)),
        until(later, Taken::new(&POTASSIUM_BINDER, 5, &MORNING_AND_EVENING)),
        Course::since(dialysis, Taken::new(&CALCIUM_CARBONATE, 1, &AFTER_MEALS)),
    ]
}

/// The weeks in which dialysis begins: the shunt before, the first dialyses in the ward.
fn start_dialysis(chart: &mut Chart, dice: &mut Dice, dialysis: Minute) {
    if dialysis == Minute::MAX {
        return;
    }
    let shunt = calendar::open_day(calendar::days_after(dialysis, -60.0)) + 600;
    if let Some(stay) = care::admit(chart, dice, &NEPHROLOGY, shunt, 5.0) {
        let operation = What::Operated { operation: &SHUNT, minutes: 95, side: None };
        chart.happened(stay.visit, stay.day(1, 600).minute, operation);
        care::diagnose(chart, stay.arrival(), Diagnosis::of(&CKD_STAGE_5).since(shunt).main());
        care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    }
    let days = care::stay_days(dice, 19.0, 0.4);
    let begin = calendar::midnight(dialysis) + 620;
    let Some(stay) = care::admit(chart, dice, &NEPHROLOGY, begin, days) else { return };
    let renal = Diagnosis::of(&END_STAGE_RENAL).since(dialysis).main();
    care::diagnose(chart, stay.arrival(), renal);
    care::nurse(chart, dice, stay, Panel::BROAD.and(Panel::PHOSPHATE));
    for day in (1..stay.days()).step_by(2) {
        let what = What::Operated { operation: &HAEMODIALYSIS, minutes: 240, side: None };
        chart.happened(stay.visit, stay.day(day, 540).minute, what);
    }
    chart.happened(stay.visit, stay.leaving().minute, What::Noted(NoteKind::Referral));
}

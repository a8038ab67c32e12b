//! Hypertension: when it begins, how high the pressure is, what is taken against it.

use super::{home, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Course as Push, Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Taken};
use crate::hospital::chart::{Chart, Diagnosis, Minute, Truth};
use crate::hospital::codes::cardiometabolic::HYPERTENSION;
use crate::hospital::codes::cardiometabolic_drugs::{
    AMLODIPINE, AZILSARTAN, CANDESARTAN, ESAXERENONE, TELMISARTAN, TRICHLORMETHIAZIDE,
};
use crate::hospital::codes::usages::AFTER_BREAKFAST;
use crate::hospital::hazard::{self, Effect};
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;
use crate::hospital::world::{self, market};

/// The phenotype's name.
pub(super) const PHENOTYPE: &str = "hypertension";
/// Since when it is known to a doctor.
pub(super) const KNOWN: &str = "hypertension_known";

/// When it begins.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = world::rate(
        person.sex,
        [world::HYPERTENSION_MEN, world::HYPERTENSION_WOMEN],
        world::HYPERTENSION_GROWTH,
    );
    let effects = [Effect::always(world::power(world::HYPERTENSION_BMI, person.bmi - 23.0))];
    let adult = calendar::at_age(person, 25.0);
    let Some(onset) = hazard::first(person, dice, rate, &effects, adult) else { return };
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    let rise = (24.0 + 7.0 * dice.normal()).max(8.0);
    for (latent, by) in [(Latent::Systolic, rise), (Latent::Diastolic, 0.5 * rise)] {
        chart.shift(Shift { latent, time: (onset, Minute::MAX), by, course: Push::Rising(600.0) });
    }
    let known = calendar::after(onset, 0.7 * dice.wait(1.0));
    chart.treated(KNOWN, (known, Minute::MAX));
    let lowered = -rise * (0.45 + 0.4 * dice.part());
    for (latent, by) in [(Latent::Systolic, lowered), (Latent::Diastolic, 0.5 * lowered)] {
        chart.shift(Shift { latent, time: (known, Minute::MAX), by, course: Push::Rising(90.0) });
    }
}

/// The visits.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some((known, _)) = chart.treatment(KNOWN) else { return };
    let stays = dice.chance(0.55);
    let mut clinic = Clinic::new(chart, home(chart), since_entry(chart, dice, known));
    let courses = courses(dice, known);
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = 63.0;
        chart.order(seen.visit, seen.minute, Panel::VISIT);
        if nth == 0 {
            care::diagnose(chart, seen, Diagnosis::of(&HYPERTENSION).since(known));
            chart.order(seen.visit, seen.minute, Panel::BUILD);
        }
        if nth % 3 == 0 {
            chart.order(seen.visit, seen.minute, Panel::KIDNEY.and(Panel::LIPIDS));
        }
        care::continue_courses(chart, seen, days, &courses);
        if nth == 2 && !stays {
            clinic.refer_out(chart, seen);
        }
        nth += 1;
    }
}

fn courses(dice: &mut Dice, known: Minute) -> [Course; 3] {
    let second = calendar::after(known, 4.0 * dice.wait(1.0));
    let third = calendar::after(second, 9.0 * dice.wait(1.0));
    let blocker = match dice.below(3) {
        0 if second >= market::AZILSARTAN => &AZILSARTAN,
        1 => &CANDESARTAN,
        _ => &TELMISARTAN,
    };
    let last = if third >= market::ESAXERENONE { &ESAXERENONE } else { &TRICHLORMETHIAZIDE };
    let [first, then] =
        if dice.chance(0.6) { [&AMLODIPINE, blocker] } else { [blocker, &AMLODIPINE] };
    [(first, known), (then, second), (last, third)]
        .map(|(drug, from)| Course::since(from, Taken::new(drug, 1, &AFTER_BREAKFAST)))
}

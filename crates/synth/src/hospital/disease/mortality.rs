//! Death of what no other disease here kills by: by age and sex, and what hastens it.

use super::{coronary, diabetes, fibrillation, heart_failure, kidney, stroke};
use crate::dice::Dice;
use crate::hospital::body::{Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Taken};
use crate::hospital::chart::{Chart, Diagnosis, Minute, Outcome, Truth, VisitEnd};
use crate::hospital::codes::Disease;
use crate::hospital::codes::cardiometabolic::{
    CEREBRAL_INFARCTION, CHRONIC_HEART_FAILURE, SUDDEN_CARDIAC_DEATH,
};
use crate::hospital::codes::cardiometabolic_drugs::SALINE;
use crate::hospital::codes::departments::{GENERAL_MEDICINE, INTERNAL_MEDICINE};
use crate::hospital::codes::general::{
    ACCIDENT, MALIGNANCY, PNEUMONIA_DEATH, RESPIRATORY_ILLNESS, SENILITY,
};
use crate::hospital::codes::usages::INFUSED_TWICE;
use crate::hospital::hazard::{self, Effect};
use crate::hospital::panel::Panel;
use crate::hospital::person::{Person, Smoking};
use crate::hospital::world;

/// Causes of death, with their weights at an age under sixty, under eighty, and older.
///
/// # Source
/// After 厚生労働省「人口動態統計」2023: malignancy 24.3 %, heart 14.7 %, senility 12.1 %, stroke 6.6 %,
/// pneumonia 4.8 % of all deaths; by age from general knowledge. Of the malignancies three tenths
/// are left: the eight sites that are a disease of their own here were 69 % of them in 2019.
const CAUSES: [(&Disease, [f64; 3]); 8] = [
    (&MALIGNANCY, [13.0, 14.0, 5.0]),
    (&SUDDEN_CARDIAC_DEATH, [14.0, 9.0, 6.0]),
    (&CHRONIC_HEART_FAILURE, [3.0, 7.0, 12.0]),
    (&CEREBRAL_INFARCTION, [3.0, 5.0, 7.0]),
    (&PNEUMONIA_DEATH, [3.0, 7.0, 11.0]),
    (&RESPIRATORY_ILLNESS, [3.0, 7.0, 8.0]),
    (&ACCIDENT, [24.0, 6.0, 3.0]),
    (&SENILITY, [0.0, 2.0, 22.0]),
];

/// When somebody dies, where, and whether the hospital hears of it.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = world::rate(person.sex, [world::DEATH_MEN, world::DEATH_WOMEN], world::DEATH_GROWTH);
    let smoking = if person.smoking == Smoking::Current { world::DEATH_SMOKING.value } else { 1.0 };
    let since = |phenotype, ratio| Effect::since(chart.has(phenotype), ratio);
    let effects = [
        Effect::always(smoking),
        since(diabetes::PHENOTYPE, world::DEATH_DIABETES.value),
        since(kidney::PHENOTYPE, world::DEATH_KIDNEY.value),
        since(coronary::PHENOTYPE, world::DEATH_CORONARY.value),
        since(heart_failure::PHENOTYPE, world::DEATH_HEART_FAILURE.value),
        since(fibrillation::PHENOTYPE, world::DEATH_FIBRILLATION.value),
        since(stroke::PHENOTYPE, world::DEATH_STROKE.value),
    ];
    let entry = chart.known().0;
    let Some(minute) = hazard::first(person, dice, rate, &effects, entry) else { return };
    if minute >= chart.end() {
        return;
    }
    let band = match calendar::age(person, minute) {
        age if age < 60.0 => 0,
        age if age < 80.0 => 1,
        _ => 2,
    };
    let weights = CAUSES.map(|(_, weights)| weights.get(band).copied().unwrap_or_default());
    let cause = CAUSES.get(dice.weighted(&weights)).map_or(&SENILITY, |(disease, _)| *disease);
    if dice.chance(0.55) {
        last_stay(dice, chart, minute, cause);
    } else if !dice.chance(heard_of_at_home()) {
        chart.truth(Truth::Happened { event: "death_elsewhere", minute });
        chart.leaves(minute);
        return;
    }
    chart.dies(minute, cause);
}

/// Of the deaths outside the hospital, those it hears of, so that of all it hears of the share in
/// the world's figures.
fn heard_of_at_home() -> f64 {
    (world::DEATH_HEARD_OF.value - 0.55) / 0.45
}

/// The last stay in a ward.
fn last_stay(dice: &mut Dice, chart: &mut Chart, minute: Minute, cause: &'static Disease) {
    let days = care::stay_days(dice, 13.0, 0.8);
    let begin = calendar::days_after(minute, -days).max(chart.known().0);
    let department = if dice.chance(0.5) { &INTERNAL_MEDICINE } else { &GENERAL_MEDICINE };
    let pushes = [
        (Latent::LnCrp, 3.2, 40.0),
        (Latent::Albumin, -1.1, 80.0),
        (Latent::Spo2, -4.0, 60.0),
        (Latent::Pulse, 18.0, 60.0),
        (Latent::Egfr, -14.0, 80.0),
        (Latent::Hemoglobin, -1.8, 80.0),
    ];
    for (latent, by, half_days) in pushes {
        chart.shift(Shift::fading(latent, begin - 3_000, by, half_days));
    }
    let Some(stay) = care::admit(chart, dice, department, begin, days + 1.0) else { return };
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    care::give(chart, stay, (0, stay.days()), Taken::new(&SALINE, 500, &INFUSED_TWICE));
    let diagnosis = Diagnosis::of(cause).since(begin - 10_000).main();
    care::diagnose(chart, stay.arrival(), diagnosis.closed(minute, Outcome::Death));
    chart.ended(stay.visit, VisitEnd::Death);
}

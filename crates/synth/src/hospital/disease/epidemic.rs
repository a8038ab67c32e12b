//! Influenza by season, COVID-19 by wave, and the vaccines of adults.

use super::super::body::{Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, VisitEnd, What,
};
use super::super::codes::{Vaccine, departments, infection, labs, respiratory, usages, vaccines};
use super::super::panel::Panel;
use super::super::person::Person;
use super::write;
use crate::dice::Dice;

/// Influenza in a year that this hospital sees: children under fifteen, and adults.
pub(super) const INFLUENZA: [f64; 2] = [0.03, 0.006];

/// What a vaccine of the season leaves of influenza.
pub(super) const INFLUENZA_VACCINE_RATIO: f64 = 0.55;

/// The seasons that hardly were, half-open.
const NO_INFLUENZA: (Minute, Minute) = (calendar::date(2020, 4, 1), calendar::date(2022, 11, 15));

/// What vaccination leaves of admission or death of COVID-19.
///
/// # Source
/// Near the reports of VERSUS (Japan, 2022-2023), rounded.
pub(super) const COVID_VACCINE_RATIO: f64 = 0.3;

/// Since when Omicron is about, and what it leaves of the risk of admission.
const OMICRON: (Minute, f64) = (calendar::date(2022, 1, 1), 0.3);

/// Waves of COVID-19: the day of the peak, half the width in days, and how many of 1,000 known
/// patients come here with it.
///
/// # Source
/// Peaks by 厚生労働省 (reported cases, from May 2023 cases per sentinel site); sizes are ours.
const WAVES: [(Minute, f64, f64); 15] = [
    (calendar::date(2020, 4, 14), 14.0, 0.5),
    (calendar::date(2020, 8, 5), 18.0, 0.8),
    (calendar::date(2021, 1, 10), 20.0, 2.5),
    (calendar::date(2021, 5, 10), 22.0, 2.5),
    (calendar::date(2021, 8, 22), 16.0, 4.0),
    (calendar::date(2022, 2, 8), 24.0, 9.0),
    (calendar::date(2022, 8, 5), 22.0, 16.0),
    (calendar::date(2022, 12, 28), 25.0, 13.0),
    (calendar::date(2023, 8, 25), 30.0, 9.0),
    (calendar::date(2024, 1, 30), 28.0, 8.0),
    (calendar::date(2024, 7, 30), 24.0, 8.0),
    (calendar::date(2025, 1, 12), 26.0, 4.0),
    (calendar::date(2025, 8, 26), 26.0, 6.0),
    (calendar::date(2026, 1, 14), 26.0, 4.0),
    (calendar::date(2026, 8, 18), 26.0, 5.0),
];

/// The share of vaccinations that happen in this hospital and stand in its record.
const HERE: f64 = 0.25;

/// When COVID-19 vaccination was open to nearly all: 2021-07-01, for the old from 2021-05-15.
const COVID_VACCINE_FROM: [Minute; 2] = [calendar::date(2021, 7, 1), calendar::date(2021, 5, 15)];

/// Lives through epidemics.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let vaccinated = covid_vaccine(person, dice, chart);
    once_old(person, dice, chart);
    influenza(person, dice, chart);
    for (peak, width, size) in WAVES {
        let minute = calendar::days_after(peak, width * dice.normal());
        let comes = dice.chance(size / 1_000.0);
        if comes && care::is_known(chart, minute) {
            let guarded = vaccinated.is_some_and(|from| from + 14 * DAY < minute);
            covid(person, (minute, guarded), dice, chart);
        }
    }
}

/// A visit for a vaccine.
pub(super) fn vaccinate(
    chart: &mut Chart,
    dice: &mut Dice,
    minute: Minute,
    (vaccine, dose): (&'static Vaccine, u8),
) {
    let Some(seen) = care::clinic(chart, dice, &departments::GENERAL_MEDICINE, minute) else {
        return;
    };
    chart.order(seen.visit, seen.minute, Panel::TEMPERATURE);
    chart.happened(seen.visit, seen.minute + 10, What::Vaccinated { vaccine, dose });
}

/// Most are vaccinated, the old more; few of it stands in the record.
fn covid_vaccine(person: &Person, dice: &mut Dice, chart: &mut Chart) -> Option<Minute> {
    let [young, old] = COVID_VACCINE_FROM;
    let age = calendar::age(person, young);
    let accepts = match age {
        age if age < 12.0 => 0.2,
        age if age < 40.0 => 0.78,
        age if age < 65.0 => 0.87,
        _ => 0.93,
    };
    if age < 0.0 || !dice.chance(accepts) {
        return None;
    }
    let first = if age >= 65.0 { old } else { young } + dice.between(0, 90) * DAY;
    chart.truth(Truth::Has { phenotype: "covid_vaccinated", time: (first, None) });
    let is_here = dice.chance(HERE);
    for (dose, after) in [(1, 0), (2, 21), (3, 240), (4, 420)] {
        let minute = first + after * DAY;
        if is_here && care::is_known(chart, minute) {
            vaccinate(chart, dice, minute, (&vaccines::SARS_COV_2, dose));
        }
    }
    Some(first)
}

/// Pneumococcal vaccine at sixty-five, shingles for some.
fn once_old(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let [pneumococcal, shingles] = [65.0, 68.0].map(|age| calendar::at_age(person, age));
    if care::is_known(chart, pneumococcal) && dice.chance(0.4 * HERE * 2.0) {
        vaccinate(chart, dice, pneumococcal, (&vaccines::PNEUMOCOCCAL_23, 1));
    }
    let is_sold = shingles > calendar::date(2020, 2, 1);
    if is_sold && care::is_known(chart, shingles) && dice.chance(0.12) {
        vaccinate(chart, dice, shingles, (&vaccines::ZOSTER, 1));
        vaccinate(chart, dice, shingles + 61 * DAY, (&vaccines::ZOSTER, 2));
    }
}

/// One season after another while known.
fn influenza(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let (year, ..) = calendar::year_month_day(chart.known().0);
    let (last, ..) = calendar::year_month_day(chart.end());
    let accepts = if dice.chance(0.5) { 0.75 } else { 0.1 };
    for season in year - 1..=last {
        let autumn = calendar::date(season, 10, 20) + dice.between(0, 45) * DAY;
        let guarded = dice.chance(accepts);
        if guarded && care::is_known(chart, autumn) && dice.chance(HERE * 0.6) {
            vaccinate(chart, dice, autumn, (&vaccines::INFLUENZA, 1));
        }
        let peak = calendar::date(season + 1, 1, 27);
        let minute = calendar::days_after(peak, 26.0 * dice.normal());
        let [child, adult] = INFLUENZA;
        let rate = if calendar::age(person, minute) < 15.0 { child } else { adult };
        let rate = if guarded { rate * INFLUENZA_VACCINE_RATIO } else { rate };
        let is_quiet = NO_INFLUENZA.0 <= minute && minute < NO_INFLUENZA.1;
        if dice.chance(if is_quiet { rate * 0.01 } else { rate }) && care::is_known(chart, minute) {
            catch_influenza(person, write::any_hour(dice, minute), dice, chart);
        }
    }
}

fn fever(chart: &mut Chart, minute: Minute, strength: f64) {
    for (latent, by, half_days) in [
        (Latent::Temperature, 2.2, 1.5),
        (Latent::LnCrp, 2.6, 2.5),
        (Latent::LnWhite, -0.2, 3.0),
        (Latent::Pulse, 12.0, 1.5),
    ] {
        chart.shift(Shift::fading(latent, minute - DAY / 2, by * strength, half_days));
    }
}

fn catch_influenza(person: &Person, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    chart.truth(Truth::Happened { event: "influenza", minute });
    fever(chart, minute, 1.0);
    let age = calendar::age(person, minute);
    let department =
        if age < 15.0 { &departments::PAEDIATRICS } else { &departments::GENERAL_MEDICINE };
    let Some(seen) = care::emergency(chart, dice, department, minute) else { return };
    // B comes later in the season than A.
    let is_late = (0.15..0.5).contains(&calendar::season(minute));
    let is_b = dice.chance(if is_late { 0.6 } else { 0.12 });
    let (disease, word) = if is_b {
        (&infection::INFLUENZA_B, "B型(+)")
    } else {
        (&infection::INFLUENZA_A, "A型(+)")
    };
    swab(seen, (&labs::INFLUENZA_ANTIGEN, word), dice, chart);
    let diagnosis = Diagnosis::of(disease).main().since(minute);
    care::diagnose(chart, seen, diagnosis.closed(minute + 7 * DAY, Outcome::Cured));
    let is_new = minute > calendar::date(2018, 3, 14) && age >= 12.0 && dice.chance(0.3);
    if is_new {
        let drug = Taken::new(&infection::BALOXAVIR, 2, &usages::AT_ONCE);
        care::prescribe(chart, seen, 1, &[drug]);
    } else if age >= 1.0 {
        let drug = Taken::new(&infection::OSELTAMIVIR, 1, &usages::MORNING_AND_EVENING);
        care::prescribe(chart, seen, 5, &[drug]);
    }
}

/// A swab: one in ten is false negative, and is called unclear in the note.
fn swab(
    seen: Seen,
    (test, word): (&'static super::super::codes::Test, &'static str),
    dice: &mut Dice,
    chart: &mut Chart,
) {
    let word = if dice.chance(0.1) { "(-)" } else { word };
    write::word(chart, seen, test, word);
    chart.order(seen.visit, seen.minute, Panel::BEDSIDE);
    for (ja, chance) in [("発熱", 0.95), ("咽頭痛", 0.5), ("関節痛", 0.55), ("味覚障害", 0.08)]
    {
        let hidden = Hidden::Symptom { ja, present: dice.chance(chance) };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
    }
}

fn covid(person: &Person, (minute, guarded): (Minute, bool), dice: &mut Dice, chart: &mut Chart) {
    chart.truth(Truth::Happened { event: "covid_19", minute });
    let age = calendar::age(person, minute);
    let mut odds = 0.35 * (0.06 * (age - 60.0)).exp();
    if minute >= OMICRON.0 {
        odds *= OMICRON.1;
    }
    if guarded {
        odds *= COVID_VACCINE_RATIO;
    }
    let minute = write::any_hour(dice, minute);
    if dice.chance(odds.min(0.9)) {
        covid_ward(age, minute, dice, chart);
        return;
    }
    fever(chart, minute, 0.8);
    let department =
        if age < 15.0 { &departments::PAEDIATRICS } else { &departments::INFECTIOUS_DISEASES };
    let Some(seen) = care::emergency(chart, dice, department, minute) else { return };
    swab(seen, (&labs::SARS_COV_2_ANTIGEN, "(+)"), dice, chart);
    let diagnosis = Diagnosis::of(&infection::COVID_19).main().since(minute);
    care::diagnose(chart, seen, diagnosis.closed(minute + 10 * DAY, Outcome::Cured));
}

fn covid_ward(age: f64, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    chart.truth(Truth::Happened { event: "covid_19_admission", minute });
    fever(chart, minute, 1.3);
    chart.shift(Shift::fading(Latent::Spo2, minute, -6.0, 5.0));
    chart.shift(Shift::fading(Latent::LnLdh, minute, 0.6, 8.0));
    chart.shift(Shift::fading(Latent::LnDimer, minute, 1.2, 8.0));
    let days = care::stay_days(dice, 11.0, 0.35);
    let here = &departments::INFECTIOUS_DISEASES;
    let Some(stay) = care::admit(chart, dice, here, minute, days) else { return };
    let risk = (0.05 * (0.07 * (age - 70.0)).exp()).min(0.5);
    let length = (stay.time.1 - minute).max(3 * DAY);
    let death = dice.chance(risk).then(|| minute + DAY + dice.between(0, length - 2 * DAY));
    let end = death.map_or((stay.time.1, Outcome::Better), |death| (death, Outcome::Death));
    let diagnosis = Diagnosis::of(&infection::COVID_PNEUMONIA).main().since(minute);
    let arrival = stay.arrival();
    care::diagnose(chart, arrival, diagnosis.closed(end.0, end.1));
    write::word(chart, arrival, &labs::SARS_COV_2_PCR, "検出");
    write::report(chart, arrival, ReportKind::Ct, Some(&infection::COVID_PNEUMONIA));
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL).and(Panel::CLOTTING));
    if minute > calendar::date(2020, 5, 7) {
        care::give(
            chart,
            stay,
            (0, 5),
            Taken::new(&infection::REMDESIVIR, 100, &usages::INFUSED_ONCE),
        );
    }
    if minute > calendar::date(2020, 7, 17) {
        let tablets = Taken::new(&infection::DEXAMETHASONE, 2, &usages::AFTER_BREAKFAST);
        care::give(chart, stay, (0, 8), tablets);
    }
    write::operate(chart, arrival, &respiratory::OXYGEN, 1_440);
    if dice.chance(0.08) || death.is_some() {
        write::operate(chart, stay.day(1, 700), &respiratory::INTUBATED_VENTILATION, 5_000);
    }
    chart.happened(arrival.visit, arrival.minute + 30, What::Noted(NoteKind::Emergency));
    if let Some(death) = death {
        chart.dies(death, &infection::COVID_PNEUMONIA);
        chart.ended(stay.visit, VisitEnd::Death);
    }
}

//! Children: vaccinations by the national schedule, fevers, ears, allergies, Kawasaki disease,
//! growth.

use super::super::body::{Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Clinic, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, What,
};
use super::super::codes::{
    Allergen, Disease, Vaccine, allergens, departments, infection, labs, paediatric, usages,
    vaccines, vitals,
};
use super::super::panel::Panel;
use super::super::person::{Person, Sex};
use super::{epidemic, write};
use crate::dice::Dice;

/// A vaccine of the schedule: which dose at which month of life, since when it is offered.
struct Due {
    vaccine: &'static Vaccine,
    doses: &'static [f64],
    since: Minute,
}

const fn due(vaccine: &'static Vaccine, doses: &'static [f64], since: (i64, i64)) -> Due {
    Due { vaccine, doses, since: calendar::date(since.0, since.1, 1) }
}

/// The national schedule.
///
/// # Source
/// 予防接種法 定期接種 (A類), as of each year; months of life by 日本小児科学会's schedule.
static SCHEDULE: [Due; 11] = [
    due(&vaccines::HIB, &[2.0, 3.0, 4.0, 12.0], (2013, 4)),
    due(&vaccines::PNEUMOCOCCAL_13, &[2.0, 3.0, 4.0, 12.0], (2013, 11)),
    due(&vaccines::HEPATITIS_B, &[2.0, 3.0, 7.5], (2016, 10)),
    due(&vaccines::ROTAVIRUS, &[2.0, 3.0], (2020, 10)),
    due(&vaccines::DPT_IPV, &[3.0, 4.0, 5.0, 18.0], (2012, 11)),
    due(&vaccines::BCG, &[5.5], (1951, 1)),
    due(&vaccines::MEASLES_RUBELLA, &[12.0, 66.0], (2006, 4)),
    due(&vaccines::VARICELLA, &[12.5, 18.5], (2014, 10)),
    due(&vaccines::JAPANESE_ENCEPHALITIS, &[36.0, 37.0, 49.0, 110.0], (2010, 4)),
    due(&vaccines::INFLUENZA, &[], (2000, 1)),
    due(&vaccines::HPV_9, &[150.0, 156.0], (2023, 4)),
];

/// The share of children who are vaccinated in this hospital.
pub(super) const VACCINATED_HERE: f64 = 0.22;

/// The share that keeps a dose of the schedule.
pub(super) const COVERAGE: f64 = 0.95;

/// An illness of children: how many in a year come here at the age of its peak, the age and the
/// width of the peak in years, the season's swing and peak.
struct Illness {
    event: &'static str,
    disease: &'static Disease,
    rate: f64,
    ages: (f64, f64),
    season: (f64, f64),
    /// Share admitted, and days in the ward.
    admitted: (f64, f64),
    crp: f64,
}

/// # Source
/// Kawasaki disease near the nationwide survey (about 360 in 100,000 children under five a year);
/// febrile seizures near 熱性けいれん診療ガイドライン (7 to 11 % of children); the others are ours.
static ILLNESSES: [Illness; 6] = [
    Illness {
        event: "upper_respiratory_infection",
        disease: &paediatric::UPPER_RESPIRATORY,
        rate: 0.5,
        ages: (1.5, 2.5),
        season: (0.4, 0.0),
        admitted: (0.03, 4.0),
        crp: 2.0,
    },
    Illness {
        event: "otitis_media",
        disease: &paediatric::OTITIS_MEDIA,
        rate: 0.14,
        ages: (1.5, 1.8),
        season: (0.3, 0.1),
        admitted: (0.02, 4.0),
        crp: 3.0,
    },
    Illness {
        event: "gastroenteritis",
        disease: &paediatric::GASTROENTERITIS,
        rate: 0.16,
        ages: (2.0, 3.0),
        season: (0.6, 0.05),
        admitted: (0.2, 4.0),
        crp: 1.0,
    },
    Illness {
        event: "rsv_bronchiolitis",
        disease: &paediatric::RSV_BRONCHIOLITIS,
        rate: 0.12,
        ages: (0.6, 0.7),
        season: (0.6, 0.72),
        admitted: (0.4, 6.0),
        crp: 1.5,
    },
    Illness {
        event: "febrile_seizure",
        disease: &paediatric::FEBRILE_SEIZURE,
        rate: 0.05,
        ages: (1.6, 1.2),
        season: (0.3, 0.0),
        admitted: (0.35, 2.5),
        crp: 1.8,
    },
    Illness {
        event: "kawasaki_disease",
        disease: &paediatric::KAWASAKI,
        rate: 0.008,
        ages: (1.2, 1.6),
        season: (0.2, 0.05),
        admitted: (1.0, 11.0),
        crp: 5.0,
    },
];

/// The share of children with a food allergy, and of those the share that outgrows it by six.
///
/// # Source
/// Near 食物アレルギー診療ガイドライン (5 to 10 % of infants).
pub(super) const FOOD_ALLERGY: (f64, f64) = (0.08, 0.7);

/// Before this age somebody is a child.
const ADULT: f64 = 15.0;

/// Lives through childhood, as far as the hospital sees it.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let known = chart.known().0;
    if calendar::age(person, known) >= ADULT {
        return;
    }
    newborn(person, dice, chart);
    if dice.chance(VACCINATED_HERE) {
        vaccinations(person, dice, chart);
    }
    for illness in &ILLNESSES {
        let mut minute = known;
        loop {
            minute = write::seasonal(dice, minute, illness.rate, illness.season);
            if minute >= chart.end() || calendar::age(person, minute) > ADULT {
                break;
            }
            let (peak, width) = illness.ages;
            let off = (calendar::age(person, minute) - peak) / width;
            if dice.chance((-0.5 * off * off).exp()) {
                fall_ill(illness, person, write::any_hour(dice, minute), (dice, chart));
                minute += 14 * DAY;
            }
        }
    }
    food_allergy(person, dice, chart);
}

/// The first days of those who were born here.
fn newborn(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    if chart.known().0 - person.born > 7 * DAY {
        return;
    }
    let small = dice.chance(0.18);
    let weight =
        if small { 2_050.0 + 250.0 * dice.normal() } else { 3_050.0 + 330.0 * dice.normal() };
    let days = if small { 24.0 } else { 5.0 };
    let here = &departments::PAEDIATRICS;
    let Some(stay) = care::admit(chart, dice, here, chart.known().0, days) else { return };
    let arrival = stay.arrival();
    write::number(chart, arrival, &vitals::BIRTH_WEIGHT, weight.clamp(700.0, 4_300.0).round());
    let apgar = if small { dice.between(7, 9) } else { dice.between(8, 10) };
    write::number(chart, arrival, &vitals::APGAR_5, calendar::float(apgar));
    care::nurse(chart, dice, stay, Panel::BLOOD_COUNT.and(Panel::BILIRUBIN));
    if small {
        let diagnosis = Diagnosis::of(&paediatric::LOW_BIRTH_WEIGHT).main().since(person.born);
        care::diagnose(chart, arrival, diagnosis.closed(stay.time.1, Outcome::Better));
    }
    if dice.chance(0.25) {
        chart.shift(Shift::fading(Latent::LnBile, stay.time.0, 2.9, 4.0));
        let diagnosis = Diagnosis::of(&paediatric::NEONATAL_JAUNDICE).since(person.born + 2 * DAY);
        care::diagnose(chart, arrival, diagnosis.closed(stay.time.1, Outcome::Cured));
    }
}

/// Vaccinations by the schedule: what is due at about the same time is given together.
fn vaccinations(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let mut all: Vec<(Minute, &Vaccine, u8)> = Vec::with_capacity(32);
    for due in &SCHEDULE {
        let is_for = !std::ptr::eq(due.vaccine, &vaccines::HPV_9) || person.sex == Sex::Female;
        for (dose, month) in (1_u8..).zip(due.doses) {
            let minute = calendar::after(person.born, month / 12.0) + dice.between(0, 9) * DAY;
            let is_due = is_for && minute >= due.since && care::is_known(chart, minute);
            if is_due && dice.chance(COVERAGE) {
                all.push((minute, due.vaccine, dose));
            }
        }
    }
    all.sort_unstable_by_key(|(minute, ..)| *minute);
    let mut together = None;
    for (minute, vaccine, dose) in all {
        match together {
            Some((from, seen)) if minute < from + 12 * DAY => {
                let seen: care::Seen = seen;
                let what = What::Vaccinated { vaccine, dose };
                chart.happened(seen.visit, seen.minute + 10, what);
            }
            _ => {
                let here = &departments::PAEDIATRICS;
                let Some(seen) = care::clinic(chart, dice, here, minute) else { continue };
                chart.order(seen.visit, seen.minute, Panel::TEMPERATURE.and(Panel::BUILD));
                let what = What::Vaccinated { vaccine, dose };
                chart.happened(seen.visit, seen.minute + 10, what);
                together = Some((minute, seen));
            }
        }
    }
    for year in 1..13 {
        let autumn = calendar::after(person.born, f64::from(year));
        let (of, ..) = calendar::year_month_day(autumn);
        let minute = calendar::date(of, 11, 5) + dice.between(0, 25) * DAY;
        if dice.chance(0.3) {
            epidemic::vaccinate(chart, dice, minute, (&vaccines::INFLUENZA, 1));
        }
    }
}

fn fall_ill(
    illness: &Illness,
    person: &Person,
    minute: Minute,
    (dice, chart): (&mut Dice, &mut Chart),
) {
    chart.truth(Truth::Happened { event: illness.event, minute });
    for (latent, by, half_days) in [
        (Latent::LnCrp, illness.crp, 2.5),
        (Latent::Temperature, 1.9, 1.5),
        (Latent::LnWhite, 0.15 * illness.crp, 2.5),
    ] {
        chart.shift(Shift::fading(latent, minute - DAY / 2, by, half_days));
    }
    let (share, days) = illness.admitted;
    let diagnosis = Diagnosis::of(illness.disease).main().since(minute);
    let here = &departments::PAEDIATRICS;
    if dice.chance(share) {
        let days = care::stay_days(dice, days, 0.3);
        let Some(stay) = care::admit(chart, dice, here, minute, days) else { return };
        let ended = diagnosis.closed(stay.time.1, Outcome::Better);
        care::diagnose(chart, stay.arrival(), ended);
        care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL));
        chart.order(stay.visit, stay.arrival().minute, Panel::BUILD);
        let fluid = Taken::new(&paediatric::MAINTENANCE_FLUID, 500, &usages::INFUSED_TWICE);
        care::give(chart, stay, (0, 3), fluid);
        in_ward(illness, person, stay, (dice, chart));
        return;
    }
    let seen = if dice.chance(0.5) {
        care::emergency(chart, dice, here, minute)
    } else {
        care::clinic(chart, dice, here, minute)
    };
    let Some(seen) = seen else { return };
    let is_closed = !dice.chance(care::NEVER_CLOSED);
    let ended =
        if is_closed { diagnosis.closed(minute + 9 * DAY, Outcome::Cured) } else { diagnosis };
    care::diagnose(chart, seen, ended);
    chart.order(seen.visit, seen.minute, Panel::TEMPERATURE.and(Panel::PULSE).and(Panel::WEIGHT));
    if dice.chance(0.3) {
        chart.order(seen.visit, seen.minute, Panel::BLOOD_COUNT.and(Panel::CRP));
    }
    let age = calendar::age(person, minute);
    let fever = Taken {
        drug: &paediatric::ACETAMINOPHEN,
        hundredths: i32::try_from(calendar::whole(50.0 * (2.5 + age))).unwrap_or(100),
        usage: &usages::FOR_FEVER,
    };
    care::prescribe(chart, seen, 3, &[fever]);
    if illness.event == "otitis_media" {
        let amoxicillin = Taken::new(&paediatric::AMOXICILLIN_FINE, 1, &usages::AFTER_MEALS);
        care::prescribe(chart, seen, 5, &[amoxicillin]);
    } else if illness.event == "gastroenteritis" {
        let salts = Taken::new(&paediatric::ORAL_REHYDRATION, 4, &usages::AFTER_MEALS);
        care::prescribe(chart, seen, 3, &[salts]);
    }
    for (ja, chance) in [("発熱", 0.9), ("鼻汁", 0.6), ("嘔吐", 0.2), ("経口摂取低下", 0.3)]
    {
        let hidden = Hidden::Symptom { ja, present: dice.chance(chance) };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
    }
    chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
}

/// What only some illnesses bring in the ward.
fn in_ward(
    illness: &Illness,
    person: &Person,
    stay: care::Stay,
    (dice, chart): (&mut Dice, &mut Chart),
) {
    let arrival = stay.arrival();
    match illness.event {
        "rsv_bronchiolitis" => {
            write::word(chart, arrival, &labs::RSV_ANTIGEN, "(+)");
            chart.shift(Shift::fading(Latent::Spo2, stay.time.0 - DAY, -6.0, 2.5));
        }
        "kawasaki_disease" => {
            chart.truth(Truth::Has { phenotype: "kawasaki_disease", time: (stay.time.0, None) });
            write::report(
                chart,
                arrival,
                ReportKind::Echocardiography,
                Some(&paediatric::KAWASAKI),
            );
            let weight = 3.3 + 2.6 * calendar::age(person, stay.time.0).min(12.0);
            let globulin = Taken {
                drug: &super::super::codes::rare::IMMUNOGLOBULIN,
                hundredths: i32::try_from(calendar::whole(weight * 20.0) * 100).unwrap_or(10_000),
                usage: &usages::INFUSED_ONCE,
            };
            care::give(chart, stay, (1, 2), globulin);
            chart.shift(Shift::fading(Latent::Platelet, stay.time.0 + 6 * DAY, 22.0, 10.0));
        }
        "gastroenteritis" => {
            let germs = [("Campylobacter jejuni", 0.7), ("Salmonella sp.", 0.3)];
            write::culture(chart, dice, arrival, (&labs::STOOL_CULTURE, 0.15), &germs);
        }
        "febrile_seizure" => {
            let drug = Taken::new(&paediatric::DIAZEPAM_SUPPOSITORY, 1, &usages::AT_ONCE);
            chart.happened(arrival.visit, arrival.minute + 20, What::Given(drug.dose(1)));
        }
        _ => {
            let drug = Taken::new(&infection::CEFTRIAXONE, 1, &usages::INFUSED_ONCE);
            care::give(chart, stay, (0, 3), drug);
        }
    }
}

/// Foods that children do not bear, and the share of each.
static FOODS: [(&Allergen, f64); 5] = [
    (&allergens::EGG, 0.45),
    (&allergens::MILK, 0.25),
    (&allergens::WHEAT, 0.13),
    (&allergens::PEANUT, 0.1),
    (&allergens::SHRIMP, 0.07),
];

fn food_allergy(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let (share, outgrown) = FOOD_ALLERGY;
    if !dice.chance(share) {
        return;
    }
    let onset = calendar::after(person.born, 0.5 + 0.8 * dice.part());
    let over = dice.chance(outgrown).then(|| calendar::at_age(person, 3.0 + 3.0 * dice.part()));
    let until = over.unwrap_or_else(|| calendar::at_age(person, ADULT)).min(chart.end());
    if until <= chart.known().0 || onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: "food_allergy", time: (onset, over) });
    chart.shift(Shift { time: (onset, until), ..Shift::lasting(Latent::LnIge, onset, 1.0) });
    let food = FOODS.get(dice.weighted(&FOODS.map(|(_, share)| share)));
    let to = food.map_or(&allergens::EGG, |(food, _)| food);
    let severity = if dice.chance(0.12) { "severe" } else { "moderate" };
    let mut clinic = Clinic::new(chart, &departments::PAEDIATRICS, (onset, until));
    let mut count = 0_u32;
    while let Some(seen) = clinic.next(chart, dice, super::arrive::next_days(count, 120.0)) {
        if count == 0 {
            let diagnosis = Diagnosis::of(&paediatric::FOOD_ALLERGY).main().since(onset);
            care::diagnose(chart, seen, diagnosis);
            let (reaction, confirmed) = ("蕁麻疹", true);
            let what = What::Allergic { to, severity, reaction, confirmed };
            chart.happened(seen.visit, seen.minute + 6, what);
            if dice.chance(0.5) {
                care::diagnose(chart, seen, Diagnosis::of(&paediatric::ATOPIC_DERMATITIS));
                let ointment = Taken::new(&paediatric::TOPICAL_STEROID, 5, &usages::APPLIED);
                care::prescribe(chart, seen, 14, &[ointment]);
            }
            if severity == "severe" {
                let pen = Taken::new(&paediatric::EPINEPHRINE, 1, &usages::AS_NEEDED);
                care::prescribe(chart, seen, 1, &[pen]);
            }
        }
        chart.order(seen.visit, seen.minute, Panel::BUILD);
        if count.is_multiple_of(3) {
            chart.order(seen.visit, seen.minute, Panel::IGE.and(Panel::BLOOD_COUNT));
        } else if dice.chance(0.3) {
            write::operate(chart, seen, &paediatric::FOOD_CHALLENGE, 240);
        }
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        count += 1;
    }
    if severity == "severe" {
        let minute = calendar::after(onset.max(chart.known().0), dice.wait(0.3));
        anaphylaxis(write::any_hour(dice, minute), until, dice, chart);
    }
}

fn anaphylaxis(minute: Minute, until: Minute, dice: &mut Dice, chart: &mut Chart) {
    if minute >= until {
        return;
    }
    let Some(seen) = care::emergency(chart, dice, &departments::PAEDIATRICS, minute) else {
        return;
    };
    chart.truth(Truth::Happened { event: "anaphylaxis", minute });
    let diagnosis = Diagnosis::of(&paediatric::ANAPHYLAXIS).main().since(minute);
    care::diagnose(chart, seen, diagnosis.closed(minute + DAY, Outcome::Cured));
    chart.order(seen.visit, seen.minute, Panel::BEDSIDE);
    chart.shift(Shift::fading(Latent::Systolic, minute - 60, -25.0, 0.2));
    let pen = Taken::new(&paediatric::EPINEPHRINE, 1, &usages::AT_ONCE);
    chart.happened(seen.visit, seen.minute + 5, What::Given(pen.dose(1)));
}

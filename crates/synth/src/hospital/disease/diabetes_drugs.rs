//! Drugs against type 2 diabetes, one line after the other, and the visits.
//!
//! Whoever has metformin gets an SGLT2 or a DPP-4 inhibitor next, and the sicker get the former:
//! a choice that is confounded by indication, written down with its probability.

use super::{coronary, fibrillation, hypertension, kidney, since_entry};
use crate::dice::Dice;
use crate::hospital::body::{Course as Push, Latent, Shift};
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Seen, Taken};
use crate::hospital::chart::{Chart, Diagnosis, Hidden, Minute, Outcome, Truth, What};
use crate::hospital::codes::cardiometabolic::{
    DIABETIC_NEPHROPATHY, DIABETIC_NEUROPATHY, DIABETIC_RETINOPATHY, FUNDUS, HYPOGLYCAEMIA,
    TYPE_2_DIABETES,
};
use crate::hospital::codes::cardiometabolic_drugs::{
    ASPART, DAPAGLIFLOZIN, DULAGLUTIDE, EMPAGLIFLOZIN, GLARGINE, GLIMEPIRIDE, IPRAGLIFLOZIN,
    LINAGLIPTIN, LIRAGLUTIDE, METFORMIN, SEMAGLUTIDE, SITAGLIPTIN,
};
use crate::hospital::codes::departments::{DIABETES, OPHTHALMOLOGY};
use crate::hospital::codes::usages::{
    AFTER_BREAKFAST, BEFORE_BREAKFAST, INJECTED_AT_BEDTIME, INJECTED_BEFORE_BREAKFAST,
    INJECTED_BEFORE_MEALS, INJECTED_WEEKLY, MORNING_AND_EVENING,
};
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;
use crate::hospital::world::{self, Fact, market};

/// From when to when an SGLT2 inhibitor is taken.
pub(super) const SGLT2: &str = "sglt2_inhibitor";
/// The name of the confounded choice.
pub(super) const CHOICE: &str = "sglt2_or_dpp4";
const FIRST: &str = "first_line";
const SECOND: &str = "second_line";
const THIRD: &str = "third_line";
const INSULIN: &str = "insulin";
const METFORMIN_FIRST: &str = "metformin_first";

/// Chooses the drugs, before what they prevent is decided.
pub(super) fn choose(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some((known, _)) = chart.treatment(super::diabetes::KNOWN) else { return };
    let first = calendar::after(known, 0.3 * dice.wait(1.0));
    chart.treated(FIRST, (first, Minute::MAX));
    if dice.chance(0.6) {
        chart.treated(METFORMIN_FIRST, (first, Minute::MAX));
        push(chart, first, world::HBA1C_METFORMIN);
        let second = line(dice, chart, (SECOND, first), 6.6);
        choose_second(person, dice, chart, second);
    } else {
        push(chart, first, world::HBA1C_DPP4);
        let second = line(dice, chart, (SECOND, first), 6.6);
        push(chart, second, world::HBA1C_METFORMIN);
    }
    let second = chart.treatment(SECOND).map_or(Minute::MAX, |(from, _)| from);
    let third = line(dice, chart, (THIRD, second), 7.2);
    let is_injected = third >= calendar::date(2010, 6, 11) && dice.chance(0.4);
    push(chart, third, if is_injected { world::HBA1C_GLP1 } else { world::HBA1C_SU });
    if is_injected {
        chart.treated("glp1_third", (third, Minute::MAX));
    }
    let insulin = line(dice, chart, (INSULIN, third), 8.2);
    push(chart, insulin, world::HBA1C_INSULIN);
    titrate(chart, insulin);
}

/// Insulin is given in ever higher doses, so from then on `HbA1c` stays.
fn titrate(chart: &mut Chart, insulin: Minute) {
    let drift = chart.shifts().iter().find_map(|shift| match shift.course {
        Push::Drift(drift) if shift.latent == Latent::Hba1c => Some(drift),
        _ => None,
    });
    let course = Push::Drift(-drift.unwrap_or_default());
    chart.shift(Shift { latent: Latent::Hba1c, time: (insulin, Minute::MAX), by: 0.0, course });
}

/// When the next line of drugs begins: when `HbA1c` has been above the limit for some months.
fn line(
    dice: &mut Dice,
    chart: &mut Chart,
    (line, before): (&'static str, Minute),
    limit: f64,
) -> Minute {
    let mut from = calendar::after(before, 0.4);
    let end = chart.end();
    while from < end && usual_hba1c(chart, from) < limit {
        from = calendar::after(from, 0.25);
    }
    let from = calendar::after(from, 0.7 * dice.wait(1.0));
    chart.treated(line, (from, Minute::MAX));
    from
}

/// What `HbA1c` would be in a body like most.
fn usual_hba1c(chart: &Chart, minute: Minute) -> f64 {
    let pushes = chart.shifts().iter().filter(|shift| shift.latent == Latent::Hba1c);
    5.5 + pushes.map(|shift| shift.at(minute)).sum::<f64>()
}

/// The confounded choice.
fn choose_second(person: &Person, dice: &mut Dice, chart: &mut Chart, second: Minute) {
    let has = |phenotype| chart.has(phenotype).is_some_and(|since| since < second);
    let (year, ..) = calendar::year_month_day(second);
    let sum = world::CHOICE_BASE.value
        + log_odds(world::CHOICE_CORONARY, has(coronary::PHENOTYPE))
        + log_odds(world::CHOICE_KIDNEY, has(kidney::PHENOTYPE))
        + log_odds(world::CHOICE_FIBRILLATION, has(fibrillation::PHENOTYPE))
        + log_odds(world::CHOICE_HYPERTENSION, has(hypertension::PHENOTYPE))
        + log_odds(world::CHOICE_OBESITY, person.bmi >= 25.0)
        + world::CHOICE_YEAR.value * (calendar::float(year) - 2018.0);
    let probability = if second < market::SGLT2 { 0.0 } else { 1.0 / (1.0 + (-sum).exp()) };
    let arm = if dice.chance(probability) { "sglt2" } else { "dpp4" };
    if second >= market::SGLT2 {
        chart.truth(Truth::Chose { choice: CHOICE, arm, probability, minute: second });
    }
    if arm == "sglt2" {
        chart.treated(SGLT2, (second, Minute::MAX));
        push(chart, second, world::HBA1C_SGLT2);
        chart.shift(Shift::lasting(Latent::UrineSugar, second, 4.2));
        let course = Push::Rising(150.0);
        let time = (second, Minute::MAX);
        chart.shift(Shift { latent: Latent::Weight, time, by: -2.2, course });
    } else {
        push(chart, second, world::HBA1C_DPP4);
    }
}

fn log_odds(coefficient: Fact, holds: bool) -> f64 {
    if holds { coefficient.value } else { 0.0 }
}

fn push(chart: &mut Chart, from: Minute, by: Fact) {
    let course = Push::Rising(100.0);
    chart.shift(Shift { latent: Latent::Hba1c, time: (from, Minute::MAX), by: by.value, course });
}

/// The visits.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some((known, _)) = chart.treatment(super::diabetes::KNOWN) else { return };
    let stays = dice.chance(0.8);
    let courses = courses(chart, dice);
    let insulin = chart.treatment(INSULIN).map_or(Minute::MAX, |(from, _)| from);
    let damage = Damage::new(dice, chart.has(super::diabetes::PHENOTYPE).unwrap_or(known));
    let mut clinic = Clinic::new(chart, &DIABETES, since_entry(chart, dice, known)).missing(0.045);
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        days = if seen.minute >= insulin { 35.0 } else { 56.0 };
        look(chart, seen, nth);
        if nth == 0 {
            care::diagnose(chart, seen, Diagnosis::of(&TYPE_2_DIABETES).since(known).main());
        }
        damage.tell(chart, seen, days);
        care::continue_courses(chart, seen, days, &courses);
        if seen.minute >= insulin && dice.chance(0.012) {
            let better = Diagnosis::of(&HYPOGLYCAEMIA).since(seen.minute - 4_000);
            care::diagnose(chart, seen, better.closed(seen.minute, Outcome::Better));
            let remark = Hidden::Remark("夜間に冷汗と手指振戦があり、ブドウ糖摂取で改善した");
            chart.happened(seen.visit, seen.minute, What::OnlyInText(remark));
        }
        if nth % 7 == 3 {
            look_at_eyes(chart, dice, seen.minute);
        }
        if nth == 3 && !stays {
            clinic.refer_out(chart, seen);
        }
        nth += 1;
    }
}

/// What is measured at the n-th visit.
fn look(chart: &mut Chart, seen: Seen, nth: u32) {
    let mut panel = Panel::VISIT.and(Panel::WEIGHT).and(Panel::SUGAR).and(Panel::KIDNEY);
    if nth == 0 {
        panel = panel.and(Panel::BUILD).and(Panel::BROAD);
    }
    if nth.is_multiple_of(2) {
        panel = panel.and(Panel::LIPIDS).and(Panel::LIVER_CELLS);
    }
    if nth.is_multiple_of(4) {
        panel = panel.and(Panel::ROUTINE).and(Panel::URINE_ALBUMIN).and(Panel::URINE);
    }
    chart.order(seen.visit, seen.minute, panel);
}

fn look_at_eyes(chart: &mut Chart, dice: &mut Dice, minute: Minute) {
    if let Some(seen) = care::clinic(chart, dice, &OPHTHALMOLOGY, minute + 30_000) {
        let what = What::Operated { operation: &FUNDUS, minutes: 15, side: None };
        chart.happened(seen.visit, seen.minute, what);
        if dice.chance(0.3) {
            care::suspect(chart, dice, seen, &DIABETIC_RETINOPATHY);
        }
    }
}

/// What diabetes does to small vessels, and when it is written down.
struct Damage([(Minute, &'static crate::hospital::codes::Disease); 3]);

impl Damage {
    fn new(dice: &mut Dice, onset: Minute) -> Self {
        let mut after = |years: f64| calendar::after(onset, years * dice.wait(1.0));
        Self([
            (after(28.0), &DIABETIC_RETINOPATHY),
            (after(26.0), &DIABETIC_NEPHROPATHY),
            (after(32.0), &DIABETIC_NEUROPATHY),
        ])
    }

    /// Writes down what has come since the visit before this one.
    fn tell(&self, chart: &mut Chart, seen: Seen, days: f64) {
        let before = calendar::days_after(seen.minute, -1.4 * days);
        for (since, disease) in self.0 {
            if since > before && since <= seen.minute {
                care::diagnose(chart, seen, Diagnosis::of(disease).since(since));
            }
        }
    }
}

/// The drugs with their times.
fn courses(chart: &Chart, dice: &mut Dice) -> Vec<Course> {
    let from = |line| chart.treatment(line).map_or(Minute::MAX, |(from, _)| from);
    let (first, second, third) = (from(FIRST), from(SECOND), from(THIRD));
    let gliptin = |from| {
        let drug =
            if from >= market::LINAGLIPTIN && from % 2 == 0 { &LINAGLIPTIN } else { &SITAGLIPTIN };
        Course::since(from, Taken::new(drug, 1, &AFTER_BREAKFAST))
    };
    let metformin = |from| Course::since(from, Taken::new(&METFORMIN, 2, &MORNING_AND_EVENING));
    let mut courses = Vec::with_capacity(6);
    if chart.treatment(METFORMIN_FIRST).is_some() {
        courses.push(metformin(first));
        let flozin = chart.treatment(SGLT2).is_some();
        courses.push(if flozin { gliflozin(dice, second) } else { gliptin(second) });
    } else {
        courses.extend([gliptin(first), metformin(second)]);
    }
    courses.push(if chart.treatment("glp1_third").is_some() {
        glp1(dice, third)
    } else {
        Course::since(third, Taken::new(&GLIMEPIRIDE, 1, &AFTER_BREAKFAST))
    });
    let insulin = from(INSULIN);
    courses.push(Course::since(insulin, Taken::new(&GLARGINE, 12, &INJECTED_AT_BEDTIME)));
    if dice.chance(0.4) {
        let more = calendar::after(insulin, 2.0 * dice.wait(1.0));
        courses.push(Course::since(more, Taken::new(&ASPART, 6, &INJECTED_BEFORE_MEALS)));
    }
    courses
}

fn gliflozin(dice: &mut Dice, from: Minute) -> Course {
    let drug = match dice.below(3) {
        _ if from < market::EMPAGLIFLOZIN => &IPRAGLIFLOZIN,
        0 => &DAPAGLIFLOZIN,
        1 => &IPRAGLIFLOZIN,
        _ => &EMPAGLIFLOZIN,
    };
    Course::since(from, Taken::new(drug, 1, &AFTER_BREAKFAST))
}

fn glp1(dice: &mut Dice, from: Minute) -> Course {
    let taken = if from >= market::SEMAGLUTIDE && dice.chance(0.5) {
        Taken::new(&SEMAGLUTIDE, 1, &BEFORE_BREAKFAST)
    } else if from >= market::DULAGLUTIDE {
        Taken::new(&DULAGLUTIDE, 1, &INJECTED_WEEKLY)
    } else {
        Taken { drug: &LIRAGLUTIDE, hundredths: 90, usage: &INJECTED_BEFORE_BREAKFAST }
    };
    Course::since(from, taken)
}

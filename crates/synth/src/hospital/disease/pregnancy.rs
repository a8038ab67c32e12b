//! Pregnancy and birth: check-ups, gestational diabetes, pre-eclampsia, how it ends.

use super::super::body::{Course, Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Clinic, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Minute, NoteKind, Outcome, ReportKind, Truth, What,
};
use super::super::codes::{departments, infection, labs, obstetric, usages, vitals};
use super::super::panel::Panel;
use super::super::person::{Person, Sex};
use super::write;
use crate::dice::Dice;

/// Births in a year of one woman, by the age at which the band begins.
///
/// # Source
/// Near 厚生労働省「人口動態統計」2015 to 2022 (total fertility rate 1.26 to 1.45), rounded.
pub(super) const FERTILITY: [(f64, f64); 7] = [
    (16.0, 0.003),
    (20.0, 0.024),
    (25.0, 0.078),
    (30.0, 0.098),
    (35.0, 0.055),
    (40.0, 0.011),
    (45.0, 0.000_4),
];

/// After this age nobody conceives here.
const LAST_AGE: f64 = 49.0;

/// Of births elsewhere and here, this share is cared for in the hospital that already knows the
/// woman.
const HERE: f64 = 0.5;

/// Years' worth of pregnancies that new patients come with.
const REFERRED_YEARS: f64 = 1.2;

/// The chance of a miscarriage at thirty, and the yearly growth of its odds.
pub(super) const MISCARRIAGE: (f64, f64) = (0.12, 0.06);

/// The chance of gestational diabetes at thirty and a body mass index of 21; what a unit of body
/// mass index and a year of age add to its logit.
///
/// # Source
/// 日本産科婦人科学会: 7 to 9 % of pregnancies by the criteria of 2010.
pub(super) const GESTATIONAL_DIABETES: (f64, f64, f64) = (0.07, 0.11, 0.05);

/// The same of pre-eclampsia.
pub(super) const PREECLAMPSIA: (f64, f64, f64) = (0.032, 0.10, 0.045);

/// The chance of a birth before 37 weeks without and with pre-eclampsia: university hospitals see
/// twice the country's 5.6 %.
pub(super) const PRETERM: [f64; 2] = [0.09, 0.35];

/// The chance of a caesarean, and the same at forty and with pre-eclampsia.
pub(super) const CAESAREAN: [f64; 3] = [0.24, 0.38, 0.65];

/// The days of a pregnancy from the last menstruation to term.
const TERM_DAYS: f64 = 280.0;

/// One pregnancy.
struct Pregnancy {
    /// The last menstruation.
    begin: Minute,
    end: Minute,
    age: f64,
    diabetes: bool,
    preeclampsia: bool,
    anaemia: bool,
}

/// Lives through pregnancies.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let known = chart.known().0;
    if person.sex != Sex::Female || calendar::age(person, chart.end()) < 16.0 {
        return;
    }
    let age = calendar::age(person, known);
    if age > LAST_AGE {
        return;
    }
    let mut from = known - 200 * DAY;
    if dice.chance(fertility(age) * REFERRED_YEARS) {
        from = carry(person, known - dice.between(50, 90) * DAY, dice, chart);
    }
    while let Some(begin) = conceives(person, from, dice) {
        if begin >= chart.end() {
            break;
        }
        from = if dice.chance(HERE) {
            carry(person, begin, dice, chart)
        } else {
            calendar::after(begin, 1.9)
        };
    }
}

fn fertility(age: f64) -> f64 {
    let band = FERTILITY.iter().rev().find(|(from, _)| *from <= age);
    band.filter(|_| age < LAST_AGE).map_or(0.0, |(_, rate)| *rate)
}

/// The next last menstruation before a pregnancy.
fn conceives(person: &Person, from: Minute, dice: &mut Dice) -> Option<Minute> {
    let mut left = dice.wait(1.0);
    let mut age = calendar::age(person, from).max(16.0);
    for (place, (_, rate)) in FERTILITY.iter().enumerate() {
        let end = FERTILITY.get(place + 1).map_or(LAST_AGE, |(next, _)| *next);
        let years = (end - age).max(0.0);
        if left < years * rate {
            return Some(calendar::at_age(person, age + left / rate));
        }
        left -= years * rate;
        age = age.max(end);
    }
    None
}

/// The chance with odds that grow by the logarithms given.
fn grown(chance: f64, logit: f64) -> f64 {
    let odds = chance / (1.0 - chance) * logit.exp();
    odds / (1.0 + odds)
}

/// Carries a pregnancy to its end, and says from when on the next may begin.
fn carry(person: &Person, begin: Minute, dice: &mut Dice, chart: &mut Chart) -> Minute {
    let age = calendar::age(person, begin);
    let (chance, growth) = MISCARRIAGE;
    if dice.chance(grown(chance, growth * (age - 30.0))) {
        return lose(begin, dice, chart);
    }
    let by_body = |(chance, a_unit, a_year): (f64, f64, f64)| {
        grown(chance, a_unit * (person.bmi - 21.0) + a_year * (age - 30.0))
    };
    let diabetes = dice.chance(by_body(GESTATIONAL_DIABETES));
    let preeclampsia = dice.chance(by_body(PREECLAMPSIA));
    let days = if dice.chance(PRETERM[usize::from(preeclampsia)]) {
        258.0 - 18.0 * dice.wait(1.0).min(5.0)
    } else {
        (TERM_DAYS - 4.0 + 8.5 * dice.normal()).clamp(259.0, 293.0)
    };
    let end = calendar::days_after(begin, days) + dice.between(0, 1_439);
    let anaemia = dice.chance(0.3);
    let pregnancy = Pregnancy { begin, end, age, diabetes, preeclampsia, anaemia };
    pregnancy.tell(chart);
    pregnancy.visits(person, dice, chart);
    if preeclampsia {
        pregnancy.swell(dice, chart);
    }
    pregnancy.birth(dice, chart);
    calendar::after(end, 0.7)
}

/// A pregnancy that ends by itself in the first weeks.
fn lose(begin: Minute, dice: &mut Dice, chart: &mut Chart) -> Minute {
    let end = begin + dice.between(50, 84) * DAY;
    if !care::is_known(chart, end) {
        return end;
    }
    chart.truth(Truth::Has { phenotype: "pregnancy", time: (begin, Some(end)) });
    chart.truth(Truth::Happened { event: "miscarriage", minute: end });
    chart.shift(hormone(begin, end));
    if let Some(seen) = care::clinic(chart, dice, &departments::OBSTETRICS, end) {
        let diagnosis = Diagnosis::of(&obstetric::MISCARRIAGE).main().since(end);
        care::diagnose(chart, seen, diagnosis.closed(end + 10 * DAY, Outcome::Cured));
        write::report(chart, seen, ReportKind::Ultrasound, Some(&obstetric::MISCARRIAGE));
        chart.order(seen.visit, seen.minute, Panel::HCG.and(Panel::BLOOD_COUNT));
        if dice.chance(0.45) {
            write::operate(chart, seen, &obstetric::UTERINE_CURETTAGE, 20);
        }
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
    }
    end + 90 * DAY
}

fn hormone(begin: Minute, end: Minute) -> Shift {
    let course = Course::Rising(70.0);
    Shift {
        time: (begin + 14 * DAY, end + 10 * DAY),
        course,
        ..Shift::lasting(Latent::LnHcg, begin + 14 * DAY, 12.0)
    }
}

impl Pregnancy {
    fn at_week(&self, week: i64) -> Minute {
        self.begin + week * 7 * DAY
    }

    fn week(&self, minute: Minute) -> f64 {
        calendar::float((minute - self.begin) / DAY / 7)
    }

    fn tell(&self, chart: &mut Chart) {
        let time = (self.begin, Some(self.end));
        chart.truth(Truth::Has { phenotype: "pregnancy", time });
        if self.diabetes {
            let time = (self.at_week(24), Some(self.end));
            chart.truth(Truth::Has { phenotype: "gestational_diabetes", time });
        }
        let over = self.end + 21 * DAY;
        let mut push = |latent, by: f64, days: f64, course: fn(f64) -> Course| {
            let whole = Shift::lasting(latent, self.begin, by);
            chart.shift(Shift { time: (self.begin, over), course: course(days), ..whole });
        };
        push(Latent::Weight, 10.5, 280.0, Course::Rising);
        push(Latent::Hemoglobin, -1.8, 190.0, Course::Rising);
        push(Latent::Egfr, 28.0, 90.0, Course::Rising);
        push(Latent::Albumin, -0.9, 200.0, Course::Rising);
        push(Latent::LnDimer, 1.2, 240.0, Course::Rising);
        chart.shift(hormone(self.begin, self.end));
    }

    /// Check-ups: every four weeks, then every two, at the end every week.
    fn visits(&self, person: &Person, dice: &mut Dice, chart: &mut Chart) {
        let time = (self.begin + 50 * DAY, self.end - DAY);
        let mut clinic = Clinic::new(chart, &departments::OBSTETRICS, time).missing(0.005);
        let (mut count, mut screened) = (0_u32, false);
        let mut days = 3.0;
        while let Some(seen) = clinic.next(chart, dice, days) {
            let week = self.week(seen.minute);
            days = if week < 23.0 {
                27.0
            } else if week < 35.0 {
                14.0
            } else {
                7.0
            };
            if count == 0 {
                self.first(person, seen, dice, chart);
            }
            self.check(seen, week, dice, chart);
            if week >= 24.0 && !screened {
                screened = true;
                self.sugar(seen, dice, chart);
            }
            if self.diabetes && week > 26.0 && dice.chance(0.3) {
                let insulin =
                    Taken::new(&obstetric::INSULIN_PREGNANCY, 6, &usages::INJECTED_BEFORE_MEALS);
                care::prescribe(chart, seen, 14, &[insulin]);
            }
            if week > 28.0 && count.is_multiple_of(3) && self.anaemia {
                let iron = Taken::new(&obstetric::FERROUS_CITRATE, 1, &usages::AFTER_SUPPER);
                care::diagnose(chart, seen, Diagnosis::of(&obstetric::PREGNANCY_ANAEMIA));
                care::prescribe(chart, seen, 28, &[iron]);
            }
            count += 1;
        }
    }

    fn first(&self, person: &Person, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        let diagnosis = Diagnosis::of(&obstetric::PREGNANCY).main().since(self.begin);
        care::diagnose(chart, seen, diagnosis.closed(self.end, Outcome::Cured));
        let blood = Panel::BLOOD_COUNT.and(Panel::GLUCOSE).and(Panel::URINE).and(Panel::HCG);
        chart.order(seen.visit, seen.minute, blood.and(Panel::BUILD).and(Panel::THYROID));
        for test in [&labs::HBS_ANTIGEN, &labs::HCV_ANTIBODY, &labs::HIV, &labs::SYPHILIS] {
            let word = if dice.chance(0.004) { "(+)" } else { "(-)" };
            write::word(chart, seen, test, word);
        }
        let group = person.blood.trim_end_matches(['+', '-']);
        write::word(chart, seen, &labs::ABO, group);
        let rh = if person.blood.ends_with('-') { "(-)" } else { "(+)" };
        write::word(chart, seen, &labs::RH, rh);
    }

    fn check(&self, seen: Seen, week: f64, dice: &mut Dice, chart: &mut Chart) {
        let panel = Panel::PRESSURE.and(Panel::WEIGHT).and(Panel::URINE_PROTEIN);
        chart.order(seen.visit, seen.minute, panel.and(Panel::URINE_GLUCOSE));
        write::number(chart, seen, &vitals::GESTATIONAL_WEEKS, week);
        if week >= 20.0 {
            let height = (week - 2.0 + 1.5 * dice.normal()).round();
            write::number(chart, seen, &vitals::FUNDAL_HEIGHT, height);
            // Near the Japanese standard: 1,500 g at 30 weeks, 3,000 g at 40.
            let heavy = if self.diabetes { 1.06 } else { 1.0 };
            let weight = 1_500.0 * (0.0705 * (week - 30.0) - 0.0002 * (week - 30.0).powi(2)).exp();
            let weight = weight * heavy * (1.0 + 0.08 * dice.normal());
            write::number(chart, seen, &vitals::FETAL_WEIGHT, weight.round());
        }
        write::report(chart, seen, ReportKind::Ultrasound, None);
        if dice.chance(0.4) {
            chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        }
    }

    /// The test with sugar at 24 weeks.
    fn sugar(&self, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        care::suspect(chart, dice, seen, &obstetric::GESTATIONAL_DIABETES);
        chart.order(seen.visit, seen.minute, Panel::BLOOD_COUNT);
        let mean = if self.diabetes { 168.0 } else { 118.0 };
        let hour = (mean + 16.0 * dice.normal()).max(70.0);
        write::number(chart, seen, &labs::GLUCOSE, hour.round());
        if self.diabetes {
            let since = seen.minute + 5 * DAY;
            let diagnosis = Diagnosis::of(&obstetric::GESTATIONAL_DIABETES).since(since);
            care::diagnose(chart, seen, diagnosis.closed(self.end + 90 * DAY, Outcome::Better));
        }
    }

    /// Pre-eclampsia: pressure and protein rise, a stay before the birth.
    fn swell(&self, dice: &mut Dice, chart: &mut Chart) {
        let onset = (self.end - dice.between(6, 24) * DAY).max(self.at_week(21));
        let time = (onset, Some(self.end));
        chart.truth(Truth::Has { phenotype: "preeclampsia", time });
        let over = self.end + 28 * DAY;
        for (latent, by) in [
            (Latent::Systolic, 46.0),
            (Latent::Diastolic, 28.0),
            (Latent::LnUrineAlbumin, 4.2),
            (Latent::Platelet, -6.0),
            (Latent::Urate, 1.8),
            (Latent::LnLiver, 0.5),
        ] {
            chart.shift(Shift { time: (onset, over), ..Shift::lasting(latent, onset, by) });
        }
        let days = calendar::float((self.end - onset) / DAY).max(2.0) - 1.0;
        let here = &departments::OBSTETRICS;
        let Some(stay) = care::admit(chart, dice, here, onset + DAY, days) else { return };
        let diagnosis = Diagnosis::of(&obstetric::PREECLAMPSIA).main().since(onset);
        care::diagnose(chart, stay.arrival(), diagnosis.closed(over, Outcome::Better));
        care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::URINE).and(Panel::URIC_ACID));
        let drug = Taken::new(&obstetric::METHYLDOPA, 1, &usages::AFTER_MEALS);
        care::give(chart, stay, (1, stay.days()), drug);
    }

    fn birth(&self, dice: &mut Dice, chart: &mut Chart) {
        if !care::is_known(chart, self.end) {
            return;
        }
        let weeks = self.week(self.end);
        let is_preterm = weeks < 37.0;
        let chance = match self {
            Self { preeclampsia: true, .. } => CAESAREAN[2],
            Self { age, .. } if *age >= 40.0 => CAESAREAN[1],
            _ => CAESAREAN[0],
        };
        let is_cut = dice.chance(if is_preterm { chance.max(0.5) } else { chance });
        let days = if is_cut { 8.0 } else { 6.0 };
        let begin = self.end - dice.between(180, 900);
        let here = &departments::OBSTETRICS;
        let Some(stay) = care::admit(chart, dice, here, begin, days) else { return };
        chart.truth(Truth::Happened { event: "birth", minute: self.end });
        let disease = if is_cut {
            chart.truth(Truth::Happened { event: "caesarean", minute: self.end });
            &obstetric::CAESAREAN_DELIVERY
        } else if is_preterm {
            &obstetric::PRETERM_DELIVERY
        } else {
            &obstetric::TERM_DELIVERY
        };
        let arrival = stay.arrival();
        let diagnosis = Diagnosis::of(disease).main().since(self.end);
        care::diagnose(chart, arrival, diagnosis.closed(stay.time.1, Outcome::Cured));
        if is_preterm {
            let threatened = Diagnosis::of(&obstetric::THREATENED_PRETERM).since(begin);
            care::diagnose(chart, arrival, threatened.closed(self.end, Outcome::Cured));
            let drug = Taken::new(&obstetric::RITODRINE, 50, &usages::INFUSED_CONTINUOUSLY);
            chart.happened(arrival.visit, arrival.minute + 20, What::Given(drug.dose(1)));
        }
        care::nurse(chart, dice, stay, Panel::BLOOD_COUNT.and(Panel::CRP));
        let at = Seen { visit: stay.visit, minute: self.end - 30 };
        write::number(chart, at, &vitals::GESTATIONAL_WEEKS, weeks);
        if is_cut {
            let is_planned = !is_preterm && dice.chance(0.55);
            let operation = if is_planned {
                &obstetric::CAESAREAN_ELECTIVE
            } else {
                &obstetric::CAESAREAN_EMERGENCY
            };
            write::operate(chart, at, operation, dice.between(45, 90));
            care::give(
                chart,
                stay,
                (0, 2),
                Taken::new(&infection::CEFAZOLIN, 1, &usages::INFUSED_TWICE),
            );
        } else if dice.chance(0.09) {
            write::operate(chart, at, &obstetric::VACUUM_DELIVERY, 10);
        }
        self.bleed(at, dice, chart);
    }

    fn bleed(&self, at: Seen, dice: &mut Dice, chart: &mut Chart) {
        chart.shift(Shift::fading(Latent::LnWhite, self.end, 0.6, 2.0));
        chart.shift(Shift::fading(Latent::LnCrp, self.end, 3.2, 2.5));
        let drug = Taken::new(&obstetric::OXYTOCIN, 1, &usages::AT_ONCE);
        chart.happened(at.visit, at.minute + 31, What::Given(drug.dose(1)));
        if dice.chance(0.05) {
            let diagnosis = Diagnosis::of(&obstetric::POSTPARTUM_HAEMORRHAGE).since(self.end);
            let late = Seen { minute: self.end + 60, ..at };
            care::diagnose(chart, late, diagnosis.closed(self.end + 5 * DAY, Outcome::Cured));
            chart.shift(Shift::fading(Latent::Hemoglobin, self.end, -3.2, 14.0));
        }
    }
}

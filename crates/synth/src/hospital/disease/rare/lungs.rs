//! Pulmonary hypertension: arterial and after clots, with what the right heart tells.

use super::super::super::body::{Course, Latent, Shift};
use super::super::super::calendar;
use super::super::super::care::{self, Clinic, Seen, Taken};
use super::super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, What,
};
use super::super::super::codes::{Disease, departments, rare, usages, vitals};
use super::super::super::panel::Panel;
use super::super::super::person::{Person, Sex};
use super::super::{arrive, write};
use super::shares;
use crate::dice::Dice;
use crate::hospital::world::Fact;

/// Of new patients over fifteen: arterial in men and women, after clots in men and women.
///
/// # Source
/// Ours: a centre for the disease sees about thirty times the country's prevalence of 3 to 4 in
/// 100,000 each (難病情報センター).
pub(super) static SHARES: [[Fact; 2]; 2] = [
    shares!("pulmonary_arterial_hypertension" 0.000_7 0.001_6),
    shares!("chronic_thromboembolic_pulmonary_hypertension" 0.000_6 0.001_5),
];

/// Deaths of it in a year at a mean pressure of 45 mmHg, and the growth of their logarithm with
/// each mmHg.
///
/// # Source
/// Near the Japan PH Registry (Tamura et al. 2018: about nine in ten alive after three years).
pub(in super::super) const DIES: (f64, f64) = (0.045, 0.035);

/// What two drugs from the beginning leave of worsening and death, against one.
///
/// # Source
/// Near AMBITION (Galiè et al., NEJM 2015): 0.5 for clinical failure.
pub(in super::super) const UPFRONT_RATIO: f64 = 0.55;

/// Since when two drugs are begun at once.
const UPFRONT_FROM: Minute = calendar::date(2015, 7, 1);

struct Vessels {
    disease: &'static Disease,
    phenotype: &'static str,
    is_arterial: bool,
    onset: Minute,
    found: Minute,
    /// Mean pulmonary pressure before treatment and how far treatment brings it down, mmHg.
    pressure: f64,
    relief: f64,
    upfront: bool,
    /// Stays of balloon angioplasty, where vessels are opened.
    balloons: i64,
}

/// Lives through pulmonary hypertension.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let age = calendar::age(person, chart.known().0);
    if age < 15.0 {
        return;
    }
    let sex = usize::from(person.sex == Sex::Female);
    let [arterial, clots] = SHARES.map(|shares| shares.get(sex).map_or(0.0, |share| share.value));
    // Arterial at any age, after clots in the old.
    let clots = if age < 45.0 { clots * 0.2 } else { clots * 1.6 };
    let is_arterial = dice.chance(arterial);
    if !is_arterial && !dice.chance(clots) {
        return;
    }
    let (onset, found) = super::begins(person, dice, chart);
    let (disease, phenotype) = if is_arterial {
        (&rare::PULMONARY_HYPERTENSION, "pulmonary_arterial_hypertension")
    } else {
        (&rare::CTEPH, "chronic_thromboembolic_pulmonary_hypertension")
    };
    let pressure = (45.0 + 9.0 * dice.normal()).clamp(27.0, 80.0);
    let relief = pressure * (0.18 + 0.08 * dice.normal()).clamp(0.0, 0.5);
    let balloons = if is_arterial { 0 } else { dice.between(3, 6) };
    let upfront = false;
    let mut vessels = Vessels {
        disease,
        phenotype,
        is_arterial,
        onset,
        found,
        pressure,
        relief,
        upfront,
        balloons,
    };
    vessels.choose(dice, chart);
    vessels.tell(dice, chart);
    vessels.visits(person, dice, chart);
    if found >= chart.known().0 {
        vessels.catheters(dice, chart);
    }
}

impl Vessels {
    /// One drug or two at once: the harder the disease, the more often two.
    fn choose(&mut self, dice: &mut Dice, chart: &mut Chart) {
        if !self.is_arterial || self.found < UPFRONT_FROM {
            return;
        }
        let score = 0.3 + 0.09 * (self.pressure - 45.0);
        let probability = 1.0 / (1.0 + (-score).exp());
        self.upfront = dice.chance(probability);
        let arm = if self.upfront { "upfront_combination" } else { "monotherapy" };
        let choice = "pulmonary_hypertension_first_drugs";
        chart.truth(Truth::Chose { choice, arm, probability, minute: self.found });
        if self.upfront {
            self.relief *= 1.5;
        }
    }

    fn tell(&self, dice: &mut Dice, chart: &mut Chart) {
        chart.truth(Truth::Has { phenotype: self.phenotype, time: (self.onset, None) });
        let high = (self.pressure - 25.0) / 20.0;
        for (latent, by) in [
            (Latent::LnBnp, 1.2 + 0.9 * high),
            (Latent::Spo2, -2.5 * high),
            (Latent::Urate, 0.8 * high),
            (Latent::Pulse, 8.0),
        ] {
            chart.shift(Shift::lasting(latent, self.onset, by));
        }
        let course = Course::Rising(120.0);
        chart.shift(Shift {
            course,
            ..Shift::lasting(Latent::LnBnp, self.found, -0.9 * high.min(1.5))
        });
        let (at_45, growth) = DIES;
        let ratio = if self.upfront { UPFRONT_RATIO } else { 1.0 };
        let opened = if self.is_arterial { 1.0 } else { 0.35 };
        let hazard = at_45 * (growth * (self.pressure - 45.0)).exp() * ratio * opened;
        let death = calendar::after(self.found.max(chart.known().0), dice.wait(hazard));
        if death < chart.known().1 {
            chart.dies(death, self.disease);
        }
    }

    /// Mean pressure at a minute: treatment works over four months.
    fn pressure_at(&self, minute: Minute) -> f64 {
        let share = (calendar::years(minute - self.found) * 3.0).clamp(0.0, 1.0);
        let opened = if self.is_arterial { 1.0 } else { 2.0 };
        (self.pressure - self.relief * opened * share).max(17.0)
    }

    fn drugs(&self, minute: Minute) -> Vec<Taken> {
        if minute < self.found {
            return Vec::new();
        }
        if !self.is_arterial {
            let drug = if minute < calendar::date(2014, 4, 17) {
                Taken::new(&rare::SILDENAFIL, 1, &usages::AFTER_MEALS)
            } else {
                Taken::new(&rare::RIOCIGUAT, 1, &usages::AFTER_MEALS)
            };
            return vec![drug];
        }
        let mut drugs = vec![Taken::new(&rare::TADALAFIL, 2, &usages::AFTER_BREAKFAST)];
        let years = calendar::years(minute - self.found);
        if self.upfront || years > 1.0 {
            drugs.push(if minute < calendar::date(2015, 6, 9) {
                Taken::new(&rare::AMBRISENTAN, 2, &usages::AFTER_BREAKFAST)
            } else {
                Taken::new(&rare::MACITENTAN, 1, &usages::AFTER_BREAKFAST)
            });
        }
        if self.pressure > 50.0 && years > 1.5 && minute > calendar::date(2016, 11, 18) {
            drugs.push(Taken::new(&rare::SELEXIPAG, 4, &usages::MORNING_AND_EVENING));
        } else if self.pressure > 56.0 {
            drugs.push(Taken::new(&rare::EPOPROSTENOL, 3, &usages::INFUSED_CONTINUOUSLY));
        }
        drugs
    }

    fn visits(&self, person: &Person, dice: &mut Dice, chart: &mut Chart) {
        let time = (chart.known().0, chart.end());
        let mut clinic = Clinic::new(chart, &departments::CARDIOLOGY, time).missing(0.01);
        let mut count = 0_u32;
        while let Some(seen) = clinic.next(chart, dice, arrive::next_days(count, 58.0)) {
            if count == 0 {
                self.first(seen, dice, chart);
            }
            let panel = Panel::BNP.and(Panel::ROUTINE).and(Panel::BEDSIDE).and(Panel::WEIGHT);
            chart.order(seen.visit, seen.minute, panel);
            let pressure = self.pressure_at(seen.minute);
            let class = if pressure > 45.0 { 3 } else { 2 };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(Hidden::Nyha(class)));
            if count.is_multiple_of(3) {
                let gradient = 1.45 * pressure + 4.0 * dice.normal();
                write::number(chart, seen, &vitals::TR_GRADIENT, gradient.round());
                write::report(chart, seen, ReportKind::Echocardiography, Some(self.disease));
                let age = calendar::age(person, seen.minute);
                let walk =
                    610.0 - 4.2 * (pressure - 20.0) - 2.4 * (age - 40.0) + 35.0 * dice.normal();
                write::number(
                    chart,
                    seen,
                    &vitals::SIX_MINUTE_WALK,
                    walk.clamp(60.0, 760.0).round(),
                );
            }
            care::prescribe(chart, seen, 58, &self.drugs(seen.minute));
            if dice.chance(0.6) {
                chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
            }
            count += 1;
        }
    }

    fn first(&self, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
        let hidden = Hidden::Symptom { ja: "労作時息切れ", present: true };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        chart.order(seen.visit, seen.minute, Panel::BROAD.and(Panel::BUILD).and(Panel::ECHO));
        care::suspect(chart, dice, seen, &rare::DYSPNOEA);
        if self.found <= seen.minute {
            care::diagnose(chart, seen, Diagnosis::of(self.disease).main().since(self.onset));
        } else {
            let mut suspected = Diagnosis::of(self.disease).suspected();
            suspected.for_billing = false;
            care::diagnose(chart, seen, suspected);
        }
    }

    /// Catheters at the beginning, after four months and each year; balloons in the first year.
    fn catheters(&self, dice: &mut Dice, chart: &mut Chart) {
        let follow = [0.0, 0.35, 1.2, 2.2, 3.2, 4.2, 5.5, 7.0, 9.0];
        for years in follow {
            let minute = calendar::after(self.found, years);
            self.catheter(minute, years <= 0.0, dice, chart);
        }
        for round in 0..self.balloons {
            let minute = self.found + (60 + round * 45) * DAY;
            let here = &departments::CARDIOLOGY;
            let Some(stay) = care::admit(chart, dice, here, calendar::open_day(minute) + 600, 5.0)
            else {
                continue;
            };
            care::diagnose(
                chart,
                stay.arrival(),
                Diagnosis::of(self.disease).main().since(self.onset),
            );
            care::nurse(chart, dice, stay, Panel::ROUTINE);
            write::operate(chart, stay.day(1, 620), &rare::BALLOON_PULMONARY, 150);
        }
    }

    fn catheter(&self, minute: Minute, is_first: bool, dice: &mut Dice, chart: &mut Chart) {
        let here = &departments::CARDIOLOGY;
        let at = calendar::open_day(minute) + 600;
        let Some(stay) = care::admit(chart, dice, here, at, 4.0) else { return };
        let diagnosis = || Diagnosis::of(self.disease).main().since(self.onset);
        let better = diagnosis().closed(stay.time.1, Outcome::Better);
        care::diagnose(chart, stay.arrival(), better);
        if is_first {
            care::diagnose(chart, stay.day(1, 720), diagnosis());
        }
        care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::BNP));
        let seen = stay.day(1, 600);
        write::operate(chart, seen, &rare::RIGHT_HEART_CATHETER, 70);
        let pressure = self.pressure_at(minute) + 2.0 * dice.normal();
        let wedge = (9.0 + 2.0 * dice.normal()).clamp(3.0, 15.0);
        let index = (3.3 - 0.024 * (pressure - 20.0) + 0.3 * dice.normal()).clamp(1.3, 5.0);
        // Resistance is what the three say, for a body surface of 1.6 square metres.
        let resistance = (pressure.round() - wedge.round()) / (index * 1.6);
        for (test, value) in [
            (&vitals::MEAN_PA_PRESSURE, pressure.round()),
            (&vitals::WEDGE_PRESSURE, wedge.round()),
            (&vitals::CARDIAC_INDEX, index),
            (&vitals::VASCULAR_RESISTANCE, resistance),
        ] {
            write::number(chart, seen, test, value);
        }
        write::report(chart, seen, ReportKind::Echocardiography, Some(self.disease));
    }
}

//! Bronchial asthma: in children who often outgrow it, in adults who do not; attacks in autumn.

use super::super::body::{Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Clinic, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, What,
};
use super::super::codes::{Department, departments, respiratory, usages, vitals};
use super::super::hazard::Rate;
use super::super::panel::Panel;
use super::super::person::Person;
use super::{arrive, write};
use crate::dice::Dice;

/// New patients in a year: most in childhood, fewer with each year of age.
///
/// # Source
/// Near アレルギー総合ガイドライン: one in ten children, one in ten to twenty adults, some treated elsewhere.
pub(super) const RATE: Rate = Rate { at_60: 0.000_35, growth: -0.05 };

/// Of those who had it before ten, the share that outgrows it.
pub(super) const OUTGROWN: f64 = 0.65;

/// Attacks in a year that bring somebody to the hospital.
pub(super) const ATTACKS: f64 = 0.22;

/// What inhaled steroids with a bronchodilator leave of attacks, against steroids alone.
pub(super) const COMBINED_RATIO: f64 = 0.7;

/// What antibodies leave of attacks.
///
/// # Source
/// Near LIBERTY ASTHMA QUEST (Castro et al., NEJM 2018), rounded.
pub(super) const ANTIBODY_RATIO: f64 = 0.5;

const REFERRED_YEARS: f64 = 3.0;

struct Airways {
    time: (Minute, Minute),
    is_child: bool,
    /// How hard it is, standard normal.
    hardness: f64,
    department: &'static Department,
    antibody_from: Option<Minute>,
}

/// Lives through asthma.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some(onset) = arrive::onset(person, dice, chart, (RATE, &[]), REFERRED_YEARS) else {
        return;
    };
    let age = calendar::age(person, onset).max(1.0);
    let outgrows = age < 10.0 && dice.chance(OUTGROWN);
    let over = outgrows.then(|| calendar::at_age(person, age + 3.0 + 7.0 * dice.part()));
    chart.truth(Truth::Has { phenotype: "asthma", time: (onset, over) });
    let until = over.unwrap_or(Minute::MAX).min(chart.end());
    if until <= chart.known().0 {
        return;
    }
    let is_child = calendar::age(person, onset.max(chart.known().0)) < 15.0;
    let department = if is_child { &departments::PAEDIATRICS } else { &departments::RESPIRATORY };
    let hardness = dice.normal();
    for (latent, by) in [
        (Latent::LnIge, 1.3),
        (Latent::Eosinophil, 3.0 + hardness),
        (Latent::Fev1, -9.0 - 4.0 * hardness),
        (Latent::Fev1Ratio, -8.0 - 3.0 * hardness),
    ] {
        chart.shift(Shift { time: (onset, until), ..Shift::lasting(latent, onset, by) });
    }
    let antibody_from = antibody(hardness, is_child, onset.max(chart.known().0), dice);
    let airways = Airways { time: (onset, until), is_child, hardness, department, antibody_from };
    visits(&airways, person, dice, chart);
    attacks(&airways, dice, chart);
}

/// When antibodies begin, for the hardest.
fn antibody(hardness: f64, is_child: bool, from: Minute, dice: &mut Dice) -> Option<Minute> {
    let allowed = from.max(calendar::date(2016, 7, 1)) + 400 * DAY;
    (hardness > 1.5 && !is_child && dice.chance(0.6)).then_some(allowed)
}

impl Airways {
    fn has_antibody(&self, minute: Minute) -> bool {
        self.antibody_from.is_some_and(|from| from <= minute)
    }

    fn drugs(&self, minute: Minute) -> Vec<Taken> {
        let mut drugs = Vec::with_capacity(4);
        if self.is_child {
            drugs.push(Taken::new(&respiratory::MONTELUKAST, 1, &usages::AT_BEDTIME));
            if self.hardness > -0.3 {
                drugs.push(Taken::new(&respiratory::FLUTICASONE, 1, &usages::INHALED_TWICE));
            }
            return drugs;
        }
        if self.hardness < -0.5 {
            drugs.push(Taken::new(&respiratory::FLUTICASONE, 1, &usages::INHALED_TWICE));
        } else {
            drugs.push(Taken::new(&respiratory::BUDESONIDE_FORMOTEROL, 2, &usages::INHALED_TWICE));
        }
        if self.hardness > 0.5 {
            drugs.push(Taken::new(&respiratory::MONTELUKAST, 1, &usages::AT_BEDTIME));
        }
        if self.has_antibody(minute) {
            let drug = if minute < calendar::date(2019, 3, 26) {
                &respiratory::MEPOLIZUMAB
            } else {
                &respiratory::DUPILUMAB
            };
            drugs.push(Taken::new(drug, 1, &usages::INJECTED_EVERY_TWO_WEEKS));
        }
        drugs
    }
}

fn visits(airways: &Airways, person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let mut clinic = Clinic::new(chart, airways.department, airways.time).missing(0.06);
    let mut count = 0_u32;
    while let Some(seen) = clinic.next(chart, dice, arrive::next_days(count, 62.0)) {
        if count == 0 {
            first(airways, seen, dice, chart);
        }
        chart.order(seen.visit, seen.minute, Panel::PULSE.and(Panel::SPO2));
        if count.is_multiple_of(8) && calendar::age(person, seen.minute) > 7.0 {
            chart.order(seen.visit, seen.minute, Panel::SPIROMETRY);
            write::operate(chart, seen, &respiratory::SPIROMETRY, 20);
            write::report(chart, seen, ReportKind::Spirometry, Some(&respiratory::ASTHMA));
            let relief = if airways.has_antibody(seen.minute) { -18.0 } else { 0.0 };
            let oxide = 34.0 + 14.0 * airways.hardness + relief + 9.0 * dice.normal();
            write::number(chart, seen, &vitals::FENO, oxide.max(5.0).round());
        }
        care::prescribe(chart, seen, 62, &airways.drugs(seen.minute));
        if dice.chance(0.4) {
            chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        }
        count += 1;
        if count == 14 && airways.hardness < -0.2 && dice.chance(0.6) {
            clinic.refer_out(chart, seen);
        }
    }
}

fn first(airways: &Airways, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
    let diagnosis = Diagnosis::of(&respiratory::ASTHMA).main().since(airways.time.0);
    care::diagnose(chart, seen, diagnosis);
    let blood = Panel::BLOOD_COUNT.and(Panel::DIFFERENTIAL).and(Panel::IGE).and(Panel::BUILD);
    chart.order(seen.visit, seen.minute, blood);
    write::report(chart, seen, ReportKind::ChestXray, None);
    for (ja, chance) in [("夜間の咳嗽", 0.8), ("喘鳴", 0.85), ("発熱", 0.05)] {
        let present = dice.chance(chance);
        chart.happened(seen.visit, seen.minute, What::OnlyInText(Hidden::Symptom { ja, present }));
    }
    if dice.chance(0.35) {
        care::diagnose(chart, seen, Diagnosis::of(&respiratory::ALLERGIC_RHINITIS));
    }
}

fn attacks(airways: &Airways, dice: &mut Dice, chart: &mut Chart) {
    let mut minute = airways.time.0.max(chart.known().0);
    let until = airways.time.1.min(chart.end());
    let combined = if airways.hardness < -0.5 { 1.0 } else { COMBINED_RATIO };
    while minute < until {
        let relief = if airways.has_antibody(minute) { ANTIBODY_RATIO } else { 1.0 };
        let rate = ATTACKS * (0.6 * airways.hardness).exp() * combined * relief;
        // The peak is in the middle of October.
        minute = write::seasonal(dice, minute, rate, (0.5, 0.78));
        if minute >= until {
            break;
        }
        attack(airways, write::any_hour(dice, minute), dice, chart);
        minute += 21 * DAY;
    }
}

fn attack(airways: &Airways, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    chart.truth(Truth::Happened { event: "asthma_attack", minute });
    for (latent, by, half_days) in [
        (Latent::Spo2, -4.5, 1.5),
        (Latent::Breaths, 9.0, 1.5),
        (Latent::Pulse, 22.0, 1.5),
        (Latent::Fev1, -22.0, 6.0),
    ] {
        chart.shift(Shift::fading(latent, minute, by, half_days));
    }
    let steroid = Taken::new(&respiratory::METHYLPREDNISOLONE, 40, &usages::INFUSED_TWICE);
    let written = Diagnosis::of(&respiratory::STATUS_ASTHMATICUS).since(minute);
    if dice.chance(0.3) {
        let days = care::stay_days(dice, 6.0, 0.35);
        let Some(stay) = care::admit(chart, dice, airways.department, minute, days) else { return };
        care::diagnose(chart, stay.arrival(), written.main().closed(stay.time.1, Outcome::Better));
        care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL));
        care::give(chart, stay, (0, 4), steroid);
        write::operate(chart, stay.arrival(), &respiratory::OXYGEN, 600);
        return;
    }
    let Some(seen) = care::emergency(chart, dice, airways.department, minute) else { return };
    care::diagnose(chart, seen, written.closed(minute + 7 * DAY, Outcome::Better));
    chart.order(seen.visit, seen.minute, Panel::BEDSIDE);
    chart.happened(seen.visit, seen.minute + 20, What::Given(steroid.dose(1)));
    let tablets = Taken::new(&respiratory::PREDNISOLONE, 4, &usages::AFTER_BREAKFAST);
    care::prescribe(chart, seen, 5, &[tablets]);
}

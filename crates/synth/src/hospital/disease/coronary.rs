//! Coronary disease: who gets an acute coronary syndrome or angina, and what follows.
//!
//! Everybody is stented, and a P2Y12 inhibitor keeps the stent open for a year. Clopidogrel needs
//! CYP2C19 to work; prasugrel does not.

use super::{diabetes, dyslipidaemia, heart_failure, hypertension, since_entry, stenting};
use crate::dice::Dice;
use crate::hospital::body::Latent;
use crate::hospital::body::Shift;
use crate::hospital::calendar;
use crate::hospital::care::{self, Clinic, Course, Taken};
use crate::hospital::chart::{Chart, Diagnosis, Minute, Report, ReportKind, Truth, What};
use crate::hospital::codes::Drug;
use crate::hospital::codes::cardiometabolic::{ANGINA, OLD_INFARCTION, SUDDEN_CARDIAC_DEATH};
use crate::hospital::codes::cardiometabolic_drugs::{
    ASPIRIN, BISOPROLOL, CANDESARTAN, CLOPIDOGREL, LANSOPRAZOLE, PRASUGREL, VONOPRAZAN,
};
use crate::hospital::codes::departments::CARDIOLOGY;
use crate::hospital::codes::usages::AFTER_BREAKFAST;
use crate::hospital::hazard::{self, Effect, Rate};
use crate::hospital::panel::Panel;
use crate::hospital::person::{Person, Smoking};
use crate::hospital::world::{self, market};

/// The phenotype's name: since the first acute coronary syndrome or angina.
pub(super) const PHENOTYPE: &str = "coronary_disease";
/// An acute coronary syndrome, as a true event.
pub(super) const EVENT: &str = "acute_coronary_syndrome";
const CLOPIDOGREL_YEAR: &str = "clopidogrel";
const PRASUGREL_YEAR: &str = "prasugrel";
/// Of those who had it before they came, so many a year were lost.
const LETHAL: f64 = 0.035;
/// Stable angina is this many times as common as an acute coronary syndrome.
const STABLE: f64 = 0.55;

/// What hospital stays a coronary patient has.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let rate = world::rate(
        person.sex,
        [world::CORONARY_MEN, world::CORONARY_WOMEN],
        world::CORONARY_GROWTH,
    );
    let effects = effects(person, chart);
    let times = (calendar::at_age(person, 30.0), chart.known().0);
    let mut first = |rate: Rate| {
        let onset = hazard::first_survived(person, dice, (rate, &effects), times, LETHAL);
        onset.unwrap_or(Minute::MAX)
    };
    let (acute, stable) = (first(rate), first(rate.times(STABLE)));
    let onset = acute.min(stable);
    if onset >= chart.end() {
        return;
    }
    chart.truth(Truth::Has { phenotype: PHENOTYPE, time: (onset, None) });
    let drug = choose(person, dice, chart, onset);
    if acute > stable {
        stenting::planned(chart, dice, onset);
    } else if !attack(person, dice, chart, onset) {
        return;
    }
    again(person, dice, chart, (onset, drug));
}

fn effects(person: &Person, chart: &Chart) -> [Effect; 5] {
    let smoking = match person.smoking {
        Smoking::Current => world::CORONARY_SMOKING.value,
        Smoking::Former => world::CORONARY_FORMER.value,
        Smoking::Never => 1.0,
    };
    let since = |phenotype, ratio| Effect::since(chart.has(phenotype), ratio);
    [
        Effect::always(smoking),
        Effect::always(world::power(world::CORONARY_SCORE, person.coronary_score)),
        since(hypertension::PHENOTYPE, world::CORONARY_HYPERTENSION.value),
        since(diabetes::PHENOTYPE, world::CORONARY_DIABETES.value),
        since(dyslipidaemia::PHENOTYPE, world::CORONARY_LIPIDS.value),
    ]
}

/// A first acute coronary syndrome; false if nobody survived to be treated.
fn attack(person: &Person, dice: &mut Dice, chart: &mut Chart, onset: Minute) -> bool {
    chart.truth(Truth::Happened { event: EVENT, minute: onset });
    // Whoever came to the hospital later had survived.
    if onset >= chart.known().0 && dice.chance(0.06) {
        chart.dies(onset + 25, &SUDDEN_CARDIAC_DEATH);
        return false;
    }
    let age = calendar::age(person, onset);
    let worse = if age >= 75.0 { 1.6 } else { 0.75 };
    stenting::acute(chart, dice, onset, world::CORONARY_FATALITY.value * worse)
}

/// Which P2Y12 inhibitor is given for a year; gives whether it is clopidogrel, until when.
fn choose(person: &Person, dice: &mut Dice, chart: &mut Chart, onset: Minute) -> Option<Minute> {
    let since = calendar::years(onset - market::PRASUGREL);
    let share = world::PRASUGREL_SHARE.value * (since / 1.6).clamp(0.0, 1.0);
    let probability = if calendar::age(person, onset) >= 75.0 { 0.75 * share } else { share };
    let (arm, name) = if dice.chance(probability) {
        ("prasugrel", PRASUGREL_YEAR)
    } else {
        ("clopidogrel", CLOPIDOGREL_YEAR)
    };
    let until = calendar::after(onset, 1.02 + 0.4 * dice.wait(1.0));
    let choice = "clopidogrel_or_prasugrel";
    chart.truth(Truth::Chose { choice, arm, probability, minute: onset });
    chart.treated(name, (onset, until));
    (name == CLOPIDOGREL_YEAR).then_some(until)
}

/// Which P2Y12 inhibitor is taken at this minute.
pub(super) fn p2y12(chart: &Chart, minute: Minute) -> Option<&'static Drug> {
    let on = |name| {
        let time = chart.treatment(name);
        time.is_some_and(|(from, until)| from <= minute && minute < until)
    };
    match (on(CLOPIDOGREL_YEAR), on(PRASUGREL_YEAR)) {
        (true, _) => Some(&CLOPIDOGREL),
        (_, true) => Some(&PRASUGREL),
        _ => None,
    }
}

/// How many alleles without function somebody has.
#[must_use]
pub(super) fn losses(person: &Person) -> u8 {
    let lost = |allele: u8| u8::from(matches!(allele, 2 | 3));
    lost(person.cyp2c19.0) + lost(person.cyp2c19.1)
}

/// What the genes do to both events in the first year under the drug: thrombosis, infarction.
fn gene_ratios(person: &Person, on_clopidogrel: bool) -> [f64; 2] {
    if !on_clopidogrel {
        return [world::PRASUGREL_LOSS.value; 2];
    }
    match losses(person) {
        0 => [1.0; 2],
        1 => [world::THROMBOSIS_ONE.value, world::REINFARCTION_ONE.value],
        _ => [world::THROMBOSIS_TWO.value, world::REINFARCTION_TWO.value],
    }
}

/// Thromboses of the stent and infarctions after it.
fn again(
    person: &Person,
    dice: &mut Dice,
    chart: &mut Chart,
    (onset, clopidogrel): (Minute, Option<Minute>),
) {
    let ratios = gene_ratios(person, clopidogrel.is_some());
    let thrombosis = dice.wait(world::THROMBOSIS_RATE.value * ratios[0]);
    if thrombosis < 1.0 {
        let minute = calendar::after(onset, thrombosis);
        if minute < chart.end() {
            chart.truth(Truth::Happened { event: "stent_thrombosis", minute });
            stenting::thrombosis(chart, dice, minute);
        }
    }
    let mut wait = dice.wait(world::REINFARCTION_RATE.value * ratios[1]);
    if wait > 1.0 {
        wait = 1.0 + dice.wait(world::REINFARCTION_LATER.value);
    }
    let minute = calendar::after(onset, wait);
    if minute < chart.end() {
        chart.truth(Truth::Happened { event: "recurrent_infarction", minute });
        stenting::acute(chart, dice, minute, world::CORONARY_FATALITY.value);
    }
}

/// The visits.
pub(super) fn clinic(_: &Person, dice: &mut Dice, chart: &mut Chart) {
    let Some(onset) = chart.has(PHENOTYPE) else { return };
    let courses = courses(chart, dice, onset);
    let stays = dice.chance(0.75);
    let mut clinic = Clinic::new(chart, &CARDIOLOGY, since_entry(chart, dice, onset + 40_000));
    let mut days = 0.0;
    let mut nth = 0;
    while let Some(seen) = clinic.next(chart, dice, days) {
        let is_new = seen.minute < calendar::after(onset, 1.0);
        days = if is_new { 35.0 } else { 63.0 };
        chart.order(seen.visit, seen.minute, Panel::VISIT.and(Panel::WEIGHT));
        if nth % 2 == 0 {
            let panel = Panel::BLOOD_COUNT.and(Panel::KIDNEY).and(Panel::LIVER_CELLS);
            let panel = panel.and(Panel::LIPIDS).and(Panel::CK).and(Panel::HBA1C);
            chart.order(seen.visit, seen.minute, panel);
        }
        if nth % 4 == 0 {
            chart.order(seen.visit, seen.minute, Panel::ROUTINE.and(Panel::BNP));
        }
        if nth == 0 {
            let name = if is_new { &ANGINA } else { &OLD_INFARCTION };
            care::diagnose(chart, seen, Diagnosis::of(name).since(onset).main());
        }
        if nth % 6 == 1 {
            let report =
                Report { kind: ReportKind::Electrocardiogram, finding: Some(&OLD_INFARCTION) };
            chart.happened(seen.visit, seen.minute, What::Reported(report));
        }
        if nth % 8 == 2 {
            chart.order(seen.visit, seen.minute, Panel::ECHO);
            let report =
                Report { kind: ReportKind::Echocardiography, finding: Some(&OLD_INFARCTION) };
            chart.happened(seen.visit, seen.minute, What::Reported(report));
        }
        care::continue_courses(chart, seen, days, &courses);
        if nth == 8 && !stays {
            clinic.refer_out(chart, seen);
        }
        nth += 1;
    }
}

fn courses(chart: &mut Chart, dice: &mut Dice, onset: Minute) -> [Course; 6] {
    let year = |name, drug| Course {
        taken: Taken::new(drug, 1, &AFTER_BREAKFAST),
        time: chart.treatment(name).unwrap_or((0, 0)),
    };
    let since = |from, drug| Course::since(from, Taken::new(drug, 1, &AFTER_BREAKFAST));
    let never =
        |chance: f64, dice: &mut Dice| if dice.chance(chance) { onset } else { Minute::MAX };
    // What another clinic already gives is not given twice.
    let failing = chart.has(heart_failure::PHENOTYPE).is_some();
    let tense = chart.treatment(hypertension::KNOWN).is_some();
    let beta = never(if failing { 0.0 } else { 0.65 }, dice);
    let blocker = never(if failing || tense { 0.0 } else { 0.6 }, dice);
    let acid = never(0.85, dice);
    let stomach = if acid >= market::VONOPRAZAN { &VONOPRAZAN } else { &LANSOPRAZOLE };
    let courses = [
        year(CLOPIDOGREL_YEAR, &CLOPIDOGREL),
        year(PRASUGREL_YEAR, &PRASUGREL),
        since(onset, &ASPIRIN),
        since(beta, &BISOPROLOL),
        since(blocker, &CANDESARTAN),
        since(acid, stomach),
    ];
    if beta < Minute::MAX {
        chart.shift(Shift::lasting(Latent::Pulse, beta, -9.0));
    }
    courses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hospital::Hospital;
    use crate::hospital::world::Fact;

    /// Thromboses and infarctions of the first year in 30,000 stented people with these alleles.
    fn events(cyp2c19: (u8, u8), on_clopidogrel: bool) -> [f64; 2] {
        let person = Person { cyp2c19, ..Hospital { seed: 5, patients: 1 }.life(0).person };
        let onset = calendar::date(2020, 1, 6);
        let mut counts = [0.0; 2];
        for number in 0..30_000 {
            let mut chart = Chart::new((onset, calendar::after(onset, 1.0)));
            let until = on_clopidogrel.then_some(Minute::MAX);
            again(&person, &mut Dice::new(8, number), &mut chart, (onset, until));
            let closed = chart.close(number, person.clone());
            for truth in closed.truths {
                let Truth::Happened { event, .. } = truth else { continue };
                counts[usize::from(event == "recurrent_infarction")] += 1.0;
            }
        }
        counts
    }

    fn check(seen: [f64; 2], usual: [f64; 2], ratios: [Fact; 2]) {
        for ((seen, usual), ratio) in seen.into_iter().zip(usual).zip(ratios) {
            // Three standard errors of the logarithm of a ratio of counts.
            let error = 3.0 * (1.0 / seen + 1.0 / usual).sqrt();
            let off = (seen / usual / ratio.value).ln();
            assert!(off.abs() < error + 0.03, "{}: {seen} against {usual}", ratio.name);
        }
    }

    #[test]
    fn stents_close_under_clopidogrel_in_those_who_cannot_activate_it() {
        let usual = events((1, 1), true);
        check(events((1, 2), true), usual, [world::THROMBOSIS_ONE, world::REINFARCTION_ONE]);
        check(events((3, 2), true), usual, [world::THROMBOSIS_TWO, world::REINFARCTION_TWO]);
        check(events((17, 1), true), usual, [world::PRASUGREL_LOSS; 2]);
    }

    #[test]
    fn prasugrel_does_not_ask_for_genes() {
        let usual = events((1, 1), false);
        check(events((2, 2), false), usual, [world::PRASUGREL_LOSS; 2]);
    }
}

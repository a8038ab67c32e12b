//! From the first suspicion to the end: what is done and written for one cancer.

use super::super::super::calendar;
use super::super::super::care::{self, Clinic, Seen};
use super::super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, NoteKind, Outcome, ReportKind, Truth, What,
};
use super::super::super::codes::{Modifier, modifiers, vitals};
use super::super::super::panel::Panel;
use super::super::super::person::Person;
use super::super::write;
use super::{Case, Plan, lines, treat};
use crate::dice::Dice;

/// Years of visits after treatment.
const FOLLOWED_YEARS: f64 = 5.0;

/// Writes the whole course.
pub(super) fn run(case: &Case, person: &Person, dice: &mut Dice, chart: &mut Chart) {
    tell(case, chart);
    for (marker, shift) in &case.pushes {
        if marker.latent.is_some() {
            chart.shift(*shift);
        }
    }
    if case.found + 60 * DAY > chart.known().0 {
        find(case, dice, chart);
        treat::first(case, person, dice, chart);
    }
    follow(case, dice, chart);
    if let Some(from) = case.spread_from() {
        if case.recurs.is_some() {
            come_back(case, dice, chart);
        }
        lines::run(case, person, from, (dice, chart));
    }
}

/// Says what is really so, and lets the patient die of it.
fn tell(case: &Case, chart: &mut Chart) {
    let until = chart.known().1;
    chart.truth(Truth::Has { phenotype: case.site.phenotype, time: (case.found, None) });
    if !case.subtype.phenotype.is_empty() {
        chart.truth(Truth::Has { phenotype: case.subtype.phenotype, time: (case.found, None) });
    }
    if let Some(minute) = case.recurs.filter(|minute| *minute < until) {
        chart.truth(Truth::Happened { event: "cancer_recurrence", minute });
    }
    if let (Some((gets, probability)), Some(minute)) = (case.checkpoint, case.spread_from()) {
        let arm = if gets { "checkpoint_inhibitor" } else { "chemotherapy" };
        let choice = "first_line_of_metastatic_lung_cancer";
        chart.truth(Truth::Chose { choice, arm, probability, minute });
    }
    if case.dies < until {
        chart.truth(Truth::Happened { event: "cancer_death", minute: case.dies });
        chart.dies(case.dies, case.site.disease);
    }
}

/// Suspicion, proof and staging.
fn find(case: &Case, dice: &mut Dice, chart: &mut Chart) {
    let site = case.site;
    let first = case.found - dice.between(12, 20) * DAY;
    if let Some(seen) = care::clinic(chart, dice, site.departments.0, first) {
        let is_felt = dice.chance(if case.place < 2 { 0.35 } else { 0.8 });
        let symptom = Hidden::Symptom { ja: site.symptom, present: is_felt };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(symptom));
        care::diagnose(chart, seen, suspicion(case, dice));
        chart.order(seen.visit, seen.minute, Panel::BROAD.and(Panel::BUILD).and(Panel::VISIT));
        measure(case, seen, dice, chart);
        let image =
            if site.proof.1 == ReportKind::Ct { ReportKind::ChestXray } else { ReportKind::Ct };
        write::report(chart, seen, image, Some(site.disease));
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
    }
    if let Some(seen) = care::clinic(chart, dice, site.departments.0, case.found) {
        write::operate(chart, seen, site.proof.0, dice.between(15, 45));
        write::report(chart, seen, site.proof.1, Some(site.disease));
        write::report(chart, seen, ReportKind::Pathology, Some(site.disease));
        care::diagnose(chart, seen, proven(case));
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
    }
    let staged = case.found + dice.between(8, 15) * DAY;
    if let Some(seen) = care::clinic(chart, dice, site.departments.1, staged) {
        write::report(chart, seen, ReportKind::Ct, Some(site.disease));
        stage(case, seen, dice, chart);
        chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
    }
}

/// 疑い before the proof: closed with it, or left open for ever.
fn suspicion(case: &Case, dice: &mut Dice) -> Diagnosis {
    let mut diagnosis = Diagnosis::of(case.site.disease).suspected();
    diagnosis.for_billing = false;
    if dice.chance(care::NEVER_CLOSED) {
        diagnosis
    } else {
        diagnosis.closed(case.found + dice.between(1, 20) * DAY, Outcome::Stopped)
    }
}

fn proven(case: &Case) -> Diagnosis {
    let diagnosis = Diagnosis::of(case.site.disease).main().since(case.found);
    match side(case) {
        Some(side) => diagnosis.with(side),
        None => diagnosis,
    }
}

/// Right or left, for what there are two of; the same whenever asked about one case.
pub(super) fn side(case: &Case) -> Option<&'static Modifier> {
    let has_sides = matches!(case.site.phenotype, "breast_cancer" | "lung_cancer");
    let side = if case.found % 2 == 0 { &modifiers::RIGHT } else { &modifiers::LEFT };
    has_sides.then_some(side)
}

fn stage(case: &Case, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
    let Some([t, n, m]) = dice.one_of(case.stage.tnm) else { return };
    let (disease, stage) = (case.site.disease, case.stage.name);
    chart.happened(seen.visit, seen.minute + 5, What::Staged { disease, t, n, m, stage });
    let status = if dice.chance(0.75) { 0.0 } else { 1.0 };
    write::number(chart, seen, &vitals::ECOG, status);
}

/// Has the markers measured: those behind which the body stands by order, the others here.
pub(super) fn measure(case: &Case, seen: Seen, dice: &mut Dice, chart: &mut Chart) {
    for marker in case.site.markers {
        let panel = match marker.latent {
            Some(super::Latent::LnCa19) => Panel::CA19_9,
            Some(super::Latent::LnPsa) => Panel::PSA,
            Some(_) => Panel::CEA,
            None => {
                let pushes = case.pushes.iter().filter(|(of, _)| std::ptr::eq(*of, marker));
                let pushed: f64 = pushes.map(|(_, shift)| shift.at(seen.minute)).sum();
                let usual = marker.test.reference.map_or(1.0, |[(_, high), _]| high * 0.4);
                write::number(
                    chart,
                    seen,
                    marker.test,
                    usual * (pushed + 0.2 * dice.normal()).exp(),
                );
                continue;
            }
        };
        chart.order(seen.visit, seen.minute, panel);
    }
}

/// Visits after a treatment that was to cure, until it comes back or five years are over.
fn follow(case: &Case, dice: &mut Dice, chart: &mut Chart) {
    if matches!(case.stage.plan, Plan::Drugs) {
        return;
    }
    let from = case.found + 75 * DAY;
    let until = calendar::after(case.found, FOLLOWED_YEARS).min(case.free_until());
    let mut clinic = Clinic::new(chart, case.site.departments.1, (from, until));
    let mut count = 0_u32;
    loop {
        let days = if count < 8 { 91.0 } else { 182.0 };
        let Some(seen) = clinic.next(chart, dice, days) else { break };
        count += 1;
        measure(case, seen, dice, chart);
        chart.order(seen.visit, seen.minute, Panel::ROUTINE.and(Panel::WEIGHT));
        if count.is_multiple_of(2) {
            write::report(chart, seen, ReportKind::Ct, None);
        }
        if dice.chance(0.6) {
            chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
        }
        let over = seen.minute + 120 * DAY > calendar::after(case.found, FOLLOWED_YEARS);
        if over {
            clinic.refer_out(chart, seen);
        }
    }
}

/// The visit at which it is seen to have come back.
fn come_back(case: &Case, dice: &mut Dice, chart: &mut Chart) {
    let Some(back) = case.recurs else { return };
    let (spread, symptom) = case.site.spread;
    let Some(seen) = care::clinic(chart, dice, case.site.departments.0, back) else { return };
    let is_felt = dice.chance(0.5);
    let symptom = Hidden::Symptom { ja: symptom, present: is_felt };
    chart.happened(seen.visit, seen.minute, What::OnlyInText(symptom));
    measure(case, seen, dice, chart);
    write::report(chart, seen, ReportKind::Ct, Some(spread));
    let again = Diagnosis::of(case.site.disease).since(seen.minute).with(&modifiers::RELAPSE);
    care::diagnose(chart, seen, again);
    care::diagnose(chart, seen, Diagnosis::of(spread).since(seen.minute));
    chart.order(seen.visit, seen.minute, Panel::BROAD.and(Panel::BUILD));
    chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
}

//! The first treatment: endoscope, knife, rays, embolization.

use super::super::super::body::{Latent, Shift};
use super::super::super::care::{self, Stay, Taken};
use super::super::super::chart::{
    Chart, DAY, Diagnosis, Minute, NoteKind, Outcome, ReportKind, VisitEnd, What,
};
use super::super::super::codes::{Operation, cancer, infection, usages};
use super::super::super::panel::Panel;
use super::super::super::person::Person;
use super::super::write;
use super::{Case, Plan, TREATED_DAYS, course, lines, regimens};
use crate::dice::Dice;

/// Of those for whom drugs after the operation are meant, so many get them.
const ADJUVANT: f64 = 0.72;

/// Carries out the first treatment.
pub(super) fn first(case: &Case, person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let minute = case.found + TREATED_DAYS * DAY + 10 * 60;
    match case.stage.plan {
        Plan::Scope(operation) => {
            let Some(stay) = operate(case, operation, (minute, 6.0), (dice, chart)) else { return };
            chart.shift(Shift::fading(Latent::LnCrp, stay.time.0 + DAY, 2.0, 1.5));
        }
        Plan::Surgery(operation, after) => {
            let days = care::stay_days(dice, 11.0, 0.3);
            let Some(stay) = operate(case, operation, (minute, days), (dice, chart)) else {
                return;
            };
            wound(case, stay, dice, chart);
            let Some(regimen) = after.filter(|_| dice.chance(ADJUVANT)) else { return };
            let from = stay.time.1 + dice.between(28, 45) * DAY;
            lines::give(case, person, (regimen, (from, case.free_until())), (dice, chart));
        }
        Plan::Rays => rays(case, person, minute, (dice, chart)),
        Plan::Embolization => {
            for round in 0..4 {
                let at = minute + round * 110 * DAY;
                if at > case.free_until() {
                    break;
                }
                operate(case, &cancer::TACE, (at, 8.0), (dice, chart));
                chart.shift(Shift::fading(Latent::LnLiver, at + DAY, 1.6, 3.0));
            }
        }
        Plan::Drugs => {}
    }
}

/// Admits, operates on the second day, and cares for the patient until going home.
fn operate(
    case: &Case,
    operation: &'static Operation,
    (minute, days): (Minute, f64),
    (dice, chart): (&mut Dice, &mut Chart),
) -> Option<Stay> {
    let stay = care::admit(chart, dice, case.site.departments.1, minute, days)?;
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::CLOTTING));
    care::diagnose(
        chart,
        stay.arrival(),
        Diagnosis::of(case.site.disease).main().since(case.found),
    );
    course::measure(case, stay.arrival(), dice, chart);
    let theatre = stay.day(1, 560);
    let minutes = i32::try_from(dice.between(90, 330)).unwrap_or(180);
    let side = course::side(case);
    chart.happened(theatre.visit, theatre.minute, What::Operated { operation, minutes, side });
    let cefazolin = Taken::new(&infection::CEFAZOLIN, 1, &usages::INFUSED_TWICE);
    care::give(chart, stay, (1, 3), cefazolin);
    write::report(chart, stay.day(3, 900), ReportKind::Pathology, Some(case.site.disease));
    Some(stay)
}

/// What a large operation does to the body, and what may go wrong.
fn wound(case: &Case, stay: Stay, dice: &mut Dice, chart: &mut Chart) {
    let cut = stay.time.0 + DAY;
    chart.shift(Shift::fading(Latent::LnCrp, cut, 4.3, 3.0));
    chart.shift(Shift::fading(Latent::Hemoglobin, cut, -1.8, 25.0));
    chart.shift(Shift::fading(Latent::Albumin, cut, -0.9, 15.0));
    if dice.chance(0.09) {
        let seen = stay.day(5, 600);
        let infected = Diagnosis::of(&infection::WOUND_INFECTION).since(seen.minute);
        care::diagnose(chart, seen, infected.closed(stay.time.1, Outcome::Better));
        chart.shift(Shift::fading(Latent::LnCrp, seen.minute, 2.5, 4.0));
        let drug = Taken::new(&infection::PIPERACILLIN_TAZOBACTAM, 4, &usages::INFUSED_THREE_TIMES);
        care::give(chart, stay, (5, 12), drug);
    }
    if case.dies < stay.time.1 {
        chart.ended(stay.visit, VisitEnd::Death);
    }
}

/// Radiation: lungs in the ward with weekly drugs, the prostate from home.
fn rays(case: &Case, person: &Person, minute: Minute, (dice, chart): (&mut Dice, &mut Chart)) {
    let department = case.site.departments.0;
    if case.site.phenotype == "prostate_cancer" {
        let regimen = &regimens::LEUPRORELIN_BICALUTAMIDE;
        lines::give(case, person, (regimen, (minute, minute + 730 * DAY)), (dice, chart));
        for day in 0..28 {
            let Some(seen) = care::clinic(chart, dice, department, minute + (200 + day) * DAY)
            else {
                return;
            };
            write::operate(chart, seen, &cancer::RADIATION, 15);
        }
        return;
    }
    let Some(stay) = care::admit(chart, dice, department, minute, 46.0) else { return };
    care::diagnose(
        chart,
        stay.arrival(),
        Diagnosis::of(case.site.disease).main().since(case.found),
    );
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL));
    for day in (2..44).filter(|day| day % 7 < 5) {
        write::operate(chart, stay.day(day, 840), &cancer::RADIATION, 15);
    }
    chart.shift(Shift::fading(Latent::LnWhite, stay.time.0 + 10 * DAY, -0.6, 30.0));
    for week in 0..6 {
        let seen = stay.day(2 + week * 7, 600);
        lines::infuse(&regimens::CARBOPLATIN_PACLITAXEL, person, seen, chart);
    }
    chart.happened(stay.visit, stay.leaving().minute, What::Noted(NoteKind::Referral));
}

//! What everybody comes for: a first visit, its follow-up, small problems, health checks, and the
//! names that clerks write so that tests can be billed.

use super::history;
use crate::dice::Dice;
use crate::hospital::calendar;
use crate::hospital::care::{self, Seen, Taken};
use crate::hospital::chart::{
    Chart, DAY, Diagnosis, Minute, NoteKind, Outcome, Report, ReportKind, VisitKind, What,
};
use crate::hospital::codes::cardiometabolic::{
    ANGINA, COAGULOPATHY, DYSLIPIDAEMIA, HEART_FAILURE, HYPERURICAEMIA, TYPE_2_DIABETES,
};
use crate::hospital::codes::departments::{
    CARDIOLOGY, CHECKUP_CENTRE, DERMATOLOGY, GASTROENTEROLOGY, GENERAL_MEDICINE, GYNAECOLOGY,
    INTERNAL_MEDICINE, NEUROLOGY, OPHTHALMOLOGY, ORTHOPAEDICS, OTORHINOLARYNGOLOGY, PAEDIATRICS,
    UROLOGY,
};
use crate::hospital::codes::general::{
    ABDOMINAL_PAIN, ANAEMIA, BETAHISTINE, CATARACT, CHEST_PAIN, CONSTIPATION, DIZZINESS, ECZEMA,
    FATTY_LIVER, GASTRITIS, HEADACHE, HEPARINOID, HYPOTHYROIDISM, INSOMNIA, IRON_DEFICIENCY,
    KNEE_ARTHROSIS, LIMAPROST, LIVER_DYSFUNCTION, LOW_BACK_PAIN, LOXOPROFEN, MAGNESIUM_OXIDE,
    MECOBALAMIN, PANCREATITIS, PARACETAMOL, REBAMIPIDE, REFLUX, ZOLPIDEM,
};
use crate::hospital::codes::usages::{AFTER_MEALS, APPLIED, AT_BEDTIME, FOR_FEVER};
use crate::hospital::codes::{Department, Disease};
use crate::hospital::panel::Panel;
use crate::hospital::person::Person;

/// A small problem: where it is seen, what it is called, what is given, and how common it is.
struct Problem {
    department: &'static Department,
    disease: &'static Disease,
    drug: Option<Taken>,
    weight: f64,
    /// Youngest and oldest age in years.
    ages: (f64, f64),
    /// What is taken for it; nothing where it is only looked at: eyes, ears, skin, joints.
    panel: Panel,
}

/// A problem of which blood tells something.
const fn problem(
    department: &'static Department,
    disease: &'static Disease,
    drug: Taken,
    weight: f64,
    ages: (f64, f64),
) -> Problem {
    Problem { department, disease, drug: Some(drug), weight, ages, panel: Panel::ROUTINE }
}

/// A problem of which it tells nothing.
const fn looked_at(
    department: &'static Department,
    disease: &'static Disease,
    drug: Taken,
    weight: f64,
    ages: (f64, f64),
) -> Problem {
    Problem { panel: Panel::NONE, ..problem(department, disease, drug, weight, ages) }
}

const PAIN: Taken = Taken::new(&LOXOPROFEN, 1, &AFTER_MEALS);
const STOMACH: Taken = Taken::new(&REBAMIPIDE, 1, &AFTER_MEALS);

/// How common they are is from general knowledge.
static PROBLEMS: &[Problem] = &[
    problem(&GASTROENTEROLOGY, &GASTRITIS, STOMACH, 9.0, (18.0, 99.0)),
    problem(&GASTROENTEROLOGY, &REFLUX, STOMACH, 6.0, (25.0, 99.0)),
    problem(&GASTROENTEROLOGY, &ABDOMINAL_PAIN, STOMACH, 6.0, (5.0, 99.0)),
    problem(
        &GENERAL_MEDICINE,
        &CONSTIPATION,
        Taken::new(&MAGNESIUM_OXIDE, 1, &AFTER_MEALS),
        5.0,
        (3.0, 110.0),
    ),
    problem(&GENERAL_MEDICINE, &INSOMNIA, Taken::new(&ZOLPIDEM, 1, &AT_BEDTIME), 6.0, (25.0, 99.0)),
    looked_at(&ORTHOPAEDICS, &LOW_BACK_PAIN, PAIN, 9.0, (20.0, 99.0)),
    looked_at(
        &ORTHOPAEDICS,
        &KNEE_ARTHROSIS,
        Taken::new(&LIMAPROST, 1, &AFTER_MEALS),
        8.0,
        (50.0, 99.0),
    ),
    looked_at(&DERMATOLOGY, &ECZEMA, Taken::new(&HEPARINOID, 1, &APPLIED), 8.0, (0.0, 110.0)),
    problem(&NEUROLOGY, &HEADACHE, Taken::new(&PARACETAMOL, 2, &FOR_FEVER), 5.0, (8.0, 80.0)),
    looked_at(
        &OTORHINOLARYNGOLOGY,
        &DIZZINESS,
        Taken::new(&BETAHISTINE, 1, &AFTER_MEALS),
        5.0,
        (20.0, 99.0),
    ),
    looked_at(
        &OPHTHALMOLOGY,
        &CATARACT,
        Taken::new(&MECOBALAMIN, 1, &AFTER_MEALS),
        6.0,
        (60.0, 99.0),
    ),
    Problem {
        department: &CARDIOLOGY,
        disease: &CHEST_PAIN,
        drug: None,
        weight: 5.0,
        ages: (18.0, 90.0),
        panel: Panel::ROUTINE.and(Panel::HEART_ATTACK).and(Panel::BNP),
    },
    Problem {
        department: &GYNAECOLOGY,
        disease: &IRON_DEFICIENCY,
        drug: None,
        weight: 4.0,
        ages: (14.0, 52.0),
        panel: Panel::BLOOD_COUNT.and(Panel::FERRITIN).and(Panel::IRON),
    },
    Problem {
        department: &UROLOGY,
        disease: &HYPERURICAEMIA,
        drug: None,
        weight: 3.0,
        ages: (30.0, 90.0),
        panel: Panel::ROUTINE.and(Panel::URIC_ACID).and(Panel::URINE),
    },
    Problem {
        department: &INTERNAL_MEDICINE,
        disease: &FATTY_LIVER,
        drug: None,
        weight: 5.0,
        ages: (25.0, 80.0),
        panel: Panel::BROAD,
    },
    Problem {
        department: &PAEDIATRICS,
        disease: &ECZEMA,
        drug: Some(Taken::new(&HEPARINOID, 1, &APPLIED)),
        weight: 30.0,
        ages: (0.0, 15.0),
        panel: Panel::BLOOD_COUNT.and(Panel::CRP),
    },
];

/// A panel, and the name under which its tests are billed.
const BILLED_AS: [(Panel, &Disease); 9] = [
    (Panel::HBA1C, &TYPE_2_DIABETES),
    (Panel::LIPIDS, &DYSLIPIDAEMIA),
    (Panel::LIVER, &LIVER_DYSFUNCTION),
    (Panel::THYROID, &HYPOTHYROIDISM),
    (Panel::BLOOD_COUNT, &ANAEMIA),
    (Panel::BNP, &HEART_FAILURE),
    (Panel::AMYLASE, &PANCREATITIS),
    (Panel::CLOTTING, &COAGULOPATHY),
    (Panel::HEART_ATTACK, &ANGINA),
];

/// All comings for small things.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let entry = chart.known().0;
    let mut minute = entry;
    // The sicker come more often for small things too.
    let ill = chart.treatment(super::diabetes::KNOWN).is_some()
        || chart.has(super::heart_failure::PHENOTYPE).is_some();
    while minute < chart.end() {
        let age = calendar::age(person, minute);
        come(person, dice, chart, minute);
        let rate = if age < 6.0 { 2.2 } else { 0.35 + 0.012 * age };
        minute = calendar::after(minute, 0.1 + dice.wait(if ill { 1.5 * rate } else { rate }));
    }
    check_ups(person, dice, chart);
}

/// One problem: a visit, and one to three more in the weeks after.
fn come(person: &Person, dice: &mut Dice, chart: &mut Chart, minute: Minute) {
    let is_first = minute == chart.known().0;
    let age = calendar::age(person, minute);
    let Some(problem) = choose(dice, age) else { return };
    let Some(seen) = care::clinic(chart, dice, problem.department, minute) else { return };
    let is_looked_at = problem.panel == Panel::NONE;
    let mut panel = if is_looked_at { Panel::NONE } else { problem.panel.and(Panel::VISIT) };
    if is_first {
        history::take(person, dice, chart, seen);
        panel = panel.and(Panel::BUILD).and(Panel::VISIT);
        if age >= 18.0 && dice.chance(if is_looked_at { 0.3 } else { 0.5 }) {
            panel = panel.and(Panel::BROAD);
        }
    }
    if !is_looked_at && dice.chance(0.2) {
        panel = panel.and(Panel::THYROID);
    }
    if age < 15.0 {
        panel = panel.without(Panel::PRESSURE);
        if !is_looked_at {
            panel = panel.and(Panel::TEMPERATURE).and(Panel::BUILD);
        }
    }
    chart.order(seen.visit, seen.minute, panel);
    bill(dice, chart, seen, panel);
    let diagnosis = Diagnosis::of(problem.disease).since(seen.minute - dice.between(1, 60) * DAY);
    follow(dice, chart, seen, (problem, diagnosis));
}

fn choose(dice: &mut Dice, age: f64) -> Option<&'static Problem> {
    let fits = |problem: &&Problem| problem.ages.0 <= age && age < problem.ages.1;
    let sum: f64 = PROBLEMS.iter().filter(fits).map(|problem| problem.weight).sum();
    let mut left = sum * dice.part();
    PROBLEMS.iter().filter(fits).find(|problem| {
        left -= problem.weight;
        left < 0.0
    })
}

/// The visits after the first for a problem, with its drug and how it ends.
fn follow(
    dice: &mut Dice,
    chart: &mut Chart,
    seen: Seen,
    (problem, diagnosis): (&'static Problem, Diagnosis),
) {
    let visits = dice.between(1, 3);
    let end = seen.minute + visits * 21 * DAY;
    let closed = diagnosis.closed(end, Outcome::Better);
    care::diagnose(chart, seen, if dice.chance(0.5) { closed } else { diagnosis });
    let prescribed = |chart: &mut Chart, seen| {
        if let Some(drug) = problem.drug {
            care::prescribe(chart, seen, 14, &[drug]);
            if drug == PAIN {
                care::prescribe(chart, seen, 14, &[STOMACH]);
                care::diagnose(
                    chart,
                    seen,
                    Diagnosis::of(&GASTRITIS).since(seen.minute).for_billing(),
                );
            }
        }
    };
    prescribed(chart, seen);
    picture(dice, chart, seen, problem);
    let mut minute = seen.minute;
    for nth in 1..=visits {
        minute += dice.between(10, 32) * DAY;
        let Some(seen) = care::clinic(chart, dice, problem.department, minute) else { return };
        let again = nth == 1 && dice.chance(0.3);
        let panel = if again { Panel::VISIT.and(problem.panel) } else { Panel::VISIT };
        if problem.panel != Panel::NONE {
            chart.order(seen.visit, seen.minute, panel);
        }
        prescribed(chart, seen);
        if nth == visits && dice.chance(0.3) {
            chart.happened(seen.visit, seen.minute, What::Noted(NoteKind::Referral));
        }
    }
}

fn picture(dice: &mut Dice, chart: &mut Chart, seen: Seen, problem: &Problem) {
    let kind = match problem.department.code {
        "70" if dice.chance(0.5) => ReportKind::Gastroscopy,
        "70" | "01" => ReportKind::Ultrasound,
        "04" => ReportKind::Mri,
        "081" => ReportKind::Electrocardiogram,
        "11" | "20" if dice.chance(0.4) => ReportKind::Ct,
        _ => return,
    };
    let report = Report { kind, finding: dice.chance(0.5).then_some(problem.disease) };
    chart.happened(seen.visit, seen.minute + 90, What::Reported(report));
}

/// Writes suspected names for a part of what is tested.
pub(super) fn bill(dice: &mut Dice, chart: &mut Chart, seen: Seen, panel: Panel) {
    for (part, disease) in BILLED_AS {
        if panel.has(part) && dice.chance(0.22) {
            care::suspect(chart, dice, seen, disease);
        }
    }
}

/// One in twelve adults has the yearly health check here.
fn check_ups(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let (from, until) = (chart.known().0, chart.end());
    if !dice.chance(0.08) {
        return;
    }
    let mut minute = from + dice.between(60, 360) * DAY;
    while minute < until {
        if (30.0..85.0).contains(&calendar::age(person, minute)) {
            check(dice, chart, minute);
        }
        minute += dice.between(350, 390) * DAY;
    }
}

fn check(dice: &mut Dice, chart: &mut Chart, minute: Minute) {
    let begin = calendar::open_day(minute) + 510;
    if !care::is_known(chart, begin) {
        return;
    }
    let visit = chart.visit(VisitKind::Checkup, &CHECKUP_CENTRE, (begin, begin + 200));
    let seen = Seen { visit, minute: begin + 30 };
    chart.order(visit, seen.minute, Panel::BROAD.and(Panel::BUILD).and(Panel::VISIT));
    if dice.chance(0.5) {
        chart.order(visit, seen.minute, Panel::CEA.and(Panel::PSA).and(Panel::CA19_9));
    }
    for kind in [ReportKind::ChestXray, ReportKind::Electrocardiogram, ReportKind::Gastroscopy] {
        let report = Report { kind, finding: dice.chance(0.15).then_some(&GASTRITIS) };
        chart.happened(visit, seen.minute + 60, What::Reported(report));
    }
}

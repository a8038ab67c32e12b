//! The rare diseases, one entry each.

use super::super::super::body::{Latent, Shift};
use super::super::super::care::{self, Seen};
use super::super::super::chart::{Chart, DAY, Diagnosis, Hidden, ReportKind, Truth, What};
use super::super::super::codes::{
    cancer, departments, labs, rare, respiratory, rheumatic, usages, vitals,
};
use super::super::super::panel::Panel;
use super::super::super::person::Sex;
use super::super::write;
use super::{Case, Kind, Step, shares, step};
use crate::dice::Dice;

/// All of them; the shares are of new patients.
///
/// # Source
/// Shares are ours: about ten to thirty times the prevalence by 難病情報センター 受給者証 counts, as people
/// with these diseases go to university hospitals.
pub(super) static KINDS: &[&Kind] = &[&SLE, &MYASTHENIA, &PARKINSON, &COLITIS, &FABRY, &GNE];

const PREDNISOLONE: Step =
    step(&respiratory::PREDNISOLONE, 2, &usages::AFTER_BREAKFAST, (1960, 0.75));

static SLE: Kind = Kind {
    phenotype: "systemic_lupus_erythematosus",
    disease: &rheumatic::SLE,
    shares: shares!("systemic_lupus_erythematosus" 0.0007 0.006),
    ages: (14.0, 70.0),
    department: &departments::RHEUMATOLOGY,
    symptom: "蝶形紅斑",
    suspects: &rheumatic::RHEUMATOID_ARTHRITIS,
    proof: (&rare::ANTIBODY_TEST, ReportKind::Laboratory),
    panel: Panel::ROUTINE.and(Panel::URINE).and(Panel::URINE_PROTEIN_RATIO),
    pushes: &[
        (Latent::LnWhite, -0.35, 0.0),
        (Latent::Platelet, -3.0, 0.0),
        (Latent::Hemoglobin, -1.1, 0.0),
        (Latent::LnUrineAlbumin, 0.9, 0.05),
    ],
    drugs: &[
        PREDNISOLONE,
        step(&rheumatic::HYDROXYCHLOROQUINE, 1, &usages::AFTER_BREAKFAST, (2016, 0.6)),
        step(&rheumatic::MYCOPHENOLATE, 2, &usages::MORNING_AND_EVENING, (2016, 0.35)),
        step(&rheumatic::BELIMUMAB, 1, &usages::INJECTED_WEEKLY, (2018, 0.12)),
    ],
    days: 56.0,
    dies: 0.007,
    visit: lupus,
};

fn lupus(case: &Case, (count, seen): (u32, Seen), dice: &mut Dice, chart: &mut Chart) {
    if !count.is_multiple_of(2) {
        return;
    }
    let active = (0.8 + 0.5 * case.hardness - 0.04 * f64::from(count)).max(0.0);
    let noise = 1.0 + 0.12 * dice.normal();
    write::number(chart, seen, &labs::DS_DNA, 8.0 * (1.9 * active).exp() * noise);
    write::number(chart, seen, &labs::C3, ((98.0 - 32.0 * active) * noise).max(12.0));
    write::number(chart, seen, &labs::C4, ((21.0 - 11.0 * active) * noise).max(1.0));
    if count == 0 {
        write::number(chart, seen, &labs::ANA, 640.0);
        if case.hardness > 0.3 {
            chart.truth(Truth::Has { phenotype: "lupus_nephritis", time: (case.onset, None) });
            chart.shift(Shift::lasting(Latent::LnUrineAlbumin, case.onset, 2.4));
            let nephritis = Diagnosis::of(&rheumatic::LUPUS_NEPHRITIS).since(case.onset);
            care::diagnose(chart, seen, nephritis);
            write::operate(chart, seen, &rheumatic::RENAL_BIOPSY, 60);
            write::report(chart, seen, ReportKind::Pathology, Some(&rheumatic::LUPUS_NEPHRITIS));
        }
    }
}

static MYASTHENIA: Kind = Kind {
    phenotype: "myasthenia_gravis",
    disease: &rare::MYASTHENIA,
    shares: shares!("myasthenia_gravis" 0.0016 0.0022),
    ages: (18.0, 85.0),
    department: &departments::NEUROLOGY,
    symptom: "眼瞼下垂",
    suspects: &rare::MUSCLE_WEAKNESS,
    proof: (&rare::NERVE_STIMULATION, ReportKind::Ct),
    panel: Panel::ROUTINE.and(Panel::GLUCOSE),
    pushes: &[],
    drugs: &[
        step(&rare::PYRIDOSTIGMINE, 1, &usages::AFTER_MEALS, (1960, 0.9)),
        PREDNISOLONE,
        step(&rare::TACROLIMUS, 3, &usages::AFTER_SUPPER, (2009, 0.45)),
    ],
    days: 63.0,
    dies: 0.004,
    visit: crisis,
};

fn crisis(case: &Case, (count, seen): (u32, Seen), dice: &mut Dice, chart: &mut Chart) {
    if count == 0 || !dice.chance(0.008 * (0.7 * case.hardness).exp()) {
        return;
    }
    let minute = seen.minute + 20 * DAY;
    let days = care::stay_days(dice, 28.0, 0.3);
    let Some(stay) = care::admit(chart, dice, &departments::NEUROLOGY, minute, days) else {
        return;
    };
    chart.truth(Truth::Happened { event: "myasthenic_crisis", minute });
    care::diagnose(
        chart,
        stay.arrival(),
        Diagnosis::of(&rare::MYASTHENIA).main().since(case.onset),
    );
    care::nurse(chart, dice, stay, Panel::ROUTINE);
    let globulin = care::Taken::new(&rare::IMMUNOGLOBULIN, 250, &usages::INFUSED_ONCE);
    care::give(chart, stay, (0, 5), globulin);
    write::operate(chart, stay.arrival(), &respiratory::INTUBATED_VENTILATION, 8_000);
}

static PARKINSON: Kind = Kind {
    phenotype: "parkinson_disease",
    disease: &rare::PARKINSON,
    shares: shares!("parkinson_disease" 0.008 0.008),
    ages: (55.0, 90.0),
    department: &departments::NEUROLOGY,
    symptom: "安静時振戦",
    suspects: &rare::MUSCLE_WEAKNESS,
    proof: (&rare::DOPAMINE_SCAN, ReportKind::Mri),
    panel: Panel::VISIT,
    pushes: &[(Latent::Systolic, -6.0, -0.6), (Latent::Weight, -2.0, -0.4)],
    drugs: &[step(&rare::LEVODOPA, 1, &usages::AFTER_MEALS, (1980, 0.95))],
    days: 70.0,
    dies: 0.02,
    visit: |case, (count, seen), dice, chart| {
        if count.is_multiple_of(4) && dice.chance(0.3 + 0.1 * case.hardness) {
            let hidden = Hidden::Symptom { ja: "転倒", present: true };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        }
    },
};

static COLITIS: Kind = Kind {
    phenotype: "ulcerative_colitis",
    disease: &rare::ULCERATIVE_COLITIS,
    shares: shares!("ulcerative_colitis" 0.005 0.0042),
    ages: (14.0, 65.0),
    department: &departments::GASTROENTEROLOGY,
    symptom: "血便",
    suspects: &cancer::COLON,
    proof: (&cancer::COLONOSCOPY, ReportKind::Colonoscopy),
    panel: Panel::ROUTINE,
    pushes: &[(Latent::LnCrp, 0.7, 0.0), (Latent::Hemoglobin, -0.9, 0.0)],
    drugs: &[
        step(&rare::MESALAZINE, 3, &usages::AFTER_MEALS, (2009, 0.95)),
        step(&rare::VEDOLIZUMAB, 300, &usages::INFUSED_ONCE, (2019, 0.12)),
    ],
    days: 60.0,
    dies: 0.001,
    visit: flare,
};

fn flare(case: &Case, (count, seen): (u32, Seen), dice: &mut Dice, chart: &mut Chart) {
    if count > 0 && count.is_multiple_of(7) {
        write::report(chart, seen, ReportKind::Colonoscopy, Some(&rare::ULCERATIVE_COLITIS));
        write::operate(chart, seen, &cancer::COLONOSCOPY, 25);
    }
    if dice.chance(0.06 * (0.5 * case.hardness).exp()) {
        chart.truth(Truth::Happened { event: "ulcerative_colitis_flare", minute: seen.minute });
        for (latent, by) in
            [(Latent::LnCrp, 2.4), (Latent::Hemoglobin, -1.3), (Latent::Albumin, -0.6)]
        {
            chart.shift(Shift::fading(latent, seen.minute - 6 * DAY, by, 14.0));
        }
        let steroid = care::Taken::new(&respiratory::PREDNISOLONE, 6, &usages::AFTER_BREAKFAST);
        care::prescribe(chart, seen, 28, &[steroid]);
    }
}

static FABRY: Kind = Kind {
    phenotype: "fabry_disease",
    disease: &rare::FABRY,
    shares: shares!("fabry_disease" 0.0006 0.0005),
    ages: (10.0, 75.0),
    department: &departments::NEPHROLOGY,
    symptom: "四肢末端痛",
    suspects: &rare::MUSCLE_WEAKNESS,
    proof: (&rare::GENE_TEST, ReportKind::Laboratory),
    panel: Panel::ROUTINE.and(Panel::URINE_PROTEIN_RATIO).and(Panel::BNP),
    pushes: &[
        (Latent::Egfr, -12.0, -1.6),
        (Latent::LnUrineAlbumin, 2.0, 0.08),
        (Latent::LnBnp, 0.7, 0.05),
        (Latent::Pain, 2.0, 0.0),
    ],
    drugs: &[
        step(&rare::AGALSIDASE_BETA, 60, &usages::INFUSED_ONCE, (2004, 0.7)),
        step(&rare::MIGALASTAT, 1, &usages::EVERY_OTHER_DAY, (2018, 0.25)),
    ],
    days: 14.0,
    dies: 0.006,
    visit: |case, (count, seen), dice, chart| {
        if count.is_multiple_of(26) {
            // Men have next to none of the enzyme; women have some to all of it.
            let mean = if case.sex == Sex::Male { 3.0 } else { 28.0 };
            let activity = (mean * (1.0 + 0.3 * dice.normal())).max(0.3);
            write::number(chart, seen, &labs::ALPHA_GALACTOSIDASE, activity);
            chart.order(seen.visit, seen.minute, Panel::ECHO);
            write::report(chart, seen, ReportKind::Echocardiography, Some(&rare::FABRY));
        }
    },
};

static GNE: Kind = Kind {
    phenotype: "gne_myopathy",
    disease: &rare::GNE_MYOPATHY,
    shares: shares!("gne_myopathy" 0.00035 0.00035),
    ages: (18.0, 65.0),
    department: &departments::NEUROLOGY,
    symptom: "つま先の上がりにくさ",
    suspects: &rare::MUSCLE_WEAKNESS,
    proof: (&rare::MUSCLE_BIOPSY, ReportKind::Pathology),
    panel: Panel::CK.and(Panel::LIVER),
    pushes: &[(Latent::LnMuscle, 1.25, -0.04)],
    drugs: &[step(&rare::ACENEURAMIC_ACID, 4, &usages::AFTER_MEALS, (2025, 0.7))],
    days: 91.0,
    dies: 0.002,
    visit: |case, (count, seen), dice, chart| {
        if count == 0 {
            write::operate(chart, seen, &rare::GENE_TEST, 10);
        }
        if count.is_multiple_of(2) {
            // Hands weaken by about two kilograms a year.
            let years = super::super::super::calendar::years(seen.minute - case.onset);
            let start = if case.sex == Sex::Male { 34.0 } else { 21.0 };
            let grip = start - 1.9 * years - 3.0 * case.hardness + 1.2 * dice.normal();
            write::number(chart, seen, &vitals::GRIP, grip.max(0.5));
            write::number(
                chart,
                seen,
                &vitals::SIX_MINUTE_WALK,
                (480.0 - 28.0 * years).max(0.0).round(),
            );
        }
    },
};

//! Bacterial infections and shingles: where they sit, what grows, what is given, who dies.

use super::super::body::{Latent, Shift};
use super::super::calendar;
use super::super::care::{self, Seen, Taken};
use super::super::chart::{
    Chart, DAY, Diagnosis, Hidden, Minute, NoteKind, Outcome, ReportKind, Truth, VisitEnd, What,
};
use super::super::codes::{Department, Disease, Test, departments, infection, labs, usages};
use super::super::hazard::{self, Effect, Rate};
use super::super::panel::Panel;
use super::super::person::{Person, Sex, Smoking};
use super::{rheumatoid, write};
use crate::dice::Dice;

/// An infection: how often, who gets it, what it does.
pub(super) struct Kind {
    pub(super) event: &'static str,
    disease: &'static Disease,
    /// New ones in a year that this hospital sees, in men and in women.
    pub(super) rate: [Rate; 2],
    /// What diabetes multiplies it by.
    pub(super) diabetes: f64,
    /// What COPD multiplies it by.
    pub(super) copd: f64,
    /// The share that is admitted at sixty, and what a year of age adds to its logit.
    admitted: (f64, f64),
    /// The share of the admitted at 75 that dies, and the yearly growth of that share.
    pub(super) dies: (f64, f64),
    /// The share that becomes sepsis.
    pub(super) sepsis: f64,
    department: &'static Department,
    culture: (&'static Test, f64),
    germs: &'static write::Germs,
    symptom: &'static str,
    days: f64,
}

const fn rate(at_60: f64, growth: f64) -> Rate {
    Rate { at_60, growth }
}

/// What diabetes and COPD multiply pneumonia by.
pub(super) const PNEUMONIA_ON: [f64; 2] = [1.3, 2.5];

/// What smoking multiplies pneumonia by.
pub(super) const SMOKING: f64 = 1.3;

/// The share of those admitted for pneumonia at 75 that dies, and the yearly growth of its
/// logarithm.
pub(super) const PNEUMONIA_DIES: (f64, f64) = (0.07, 0.05);

/// Pneumonia in men and women.
pub(super) const PNEUMONIA_RATE: [Rate; 2] = [rate(0.006, 0.075), rate(0.004, 0.075)];

/// Infections of bladder and kidney in men and women.
pub(super) const URINARY_RATE: [Rate; 2] = [rate(0.003, 0.055), rate(0.009, 0.025)];

/// Infections of the lungs.
///
/// # Source
/// Rates near those of Morimoto et al. 2015 (community-onset pneumonia 16.9 per 1,000 adults and
/// year in Japan, steeply with age), the part that a university hospital sees.
pub(super) static PNEUMONIA: Kind = Kind {
    event: "pneumonia",
    disease: &infection::PNEUMONIA,
    rate: PNEUMONIA_RATE,
    diabetes: PNEUMONIA_ON[0],
    copd: PNEUMONIA_ON[1],
    admitted: (0.5, 0.05),
    dies: PNEUMONIA_DIES,
    sepsis: 0.05,
    department: &departments::RESPIRATORY,
    culture: (&labs::SPUTUM_CULTURE, 0.5),
    germs: &[
        ("Streptococcus pneumoniae", 0.34),
        ("Haemophilus influenzae", 0.2),
        ("Klebsiella pneumoniae", 0.14),
        ("Staphylococcus aureus (MSSA)", 0.12),
        ("Staphylococcus aureus (MRSA)", 0.08),
        ("Pseudomonas aeruginosa", 0.08),
        ("Moraxella catarrhalis", 0.04),
    ],
    symptom: "咳嗽・喀痰",
    days: 13.0,
};

/// Infections of bladder and kidney.
pub(super) static URINARY: Kind = Kind {
    event: "urinary_tract_infection",
    disease: &infection::PYELONEPHRITIS,
    rate: URINARY_RATE,
    diabetes: 1.5,
    copd: 1.0,
    admitted: (0.22, 0.04),
    dies: (0.02, 0.04),
    sepsis: 0.06,
    department: &departments::UROLOGY,
    culture: (&labs::URINE_CULTURE, 0.8),
    germs: &[
        ("Escherichia coli", 0.56),
        ("Escherichia coli (ESBL)", 0.13),
        ("Klebsiella pneumoniae", 0.12),
        ("Enterococcus faecalis", 0.1),
        ("Proteus mirabilis", 0.05),
        ("Pseudomonas aeruginosa", 0.04),
    ],
    symptom: "排尿時痛",
    days: 9.0,
};

/// Infections of the skin.
pub(super) static SKIN: Kind = Kind {
    event: "cellulitis",
    disease: &infection::CELLULITIS,
    rate: [rate(0.002_6, 0.03), rate(0.002, 0.03)],
    diabetes: 1.8,
    copd: 1.0,
    admitted: (0.3, 0.03),
    dies: (0.008, 0.04),
    sepsis: 0.02,
    department: &departments::DERMATOLOGY,
    culture: (&labs::BLOOD_CULTURE, 0.06),
    germs: &[("Streptococcus dysgalactiae", 0.6), ("Staphylococcus aureus (MSSA)", 0.4)],
    symptom: "下腿の発赤・腫脹",
    days: 9.0,
};

/// Shingles.
///
/// # Source
/// Near the Miyazaki study (Shiraki et al. 2017): 4 in 1,000 a year at forty, 8 at seventy.
pub(super) const ZOSTER: Rate = rate(0.002_4, 0.024);

/// What a university hospital adds: the share of pneumonia over 75 that is by aspiration.
const ASPIRATION: f64 = 0.45;

/// Death within sepsis, on top of the infection it came from.
pub(super) const SEPSIS_DIES: f64 = 0.17;

/// Lives through infections.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let biologic = Effect::during(chart.treatment("biologic"), rheumatoid::INFECTION_RATIO);
    let (diabetic, copd) = (chart.has("type_2_diabetes"), chart.has("copd"));
    let smokes = if person.smoking == Smoking::Current { SMOKING } else { 1.0 };
    for kind in [&PNEUMONIA, &URINARY, &SKIN] {
        let effects = [
            biologic,
            Effect::since(diabetic, kind.diabetes),
            Effect::since(copd, kind.copd),
            Effect::always(if kind.copd > 1.0 { smokes } else { 1.0 }),
        ];
        let [men, women] = kind.rate;
        let rate = if person.sex == Sex::Female { women } else { men };
        let mut minute = chart.known().0 + DAY;
        while let Some(next) = hazard::first(person, dice, rate, &effects, minute) {
            if next >= chart.end() {
                break;
            }
            infect(kind, person, write::any_hour(dice, next), (dice, chart));
            minute = next + 40 * DAY;
        }
    }
    let shingles = hazard::first(person, dice, ZOSTER, &[biologic], person.born);
    if let Some(minute) = shingles.filter(|minute| care::is_known(chart, *minute)) {
        zoster(minute, dice, chart);
    }
}

fn infect(kind: &Kind, person: &Person, minute: Minute, into: (&mut Dice, &mut Chart)) {
    let (dice, chart) = into;
    let age = calendar::age(person, minute);
    chart.truth(Truth::Happened { event: kind.event, minute });
    let (at_60, a_year) = kind.admitted;
    let odds = at_60 / (1.0 - at_60) * (a_year * (age - 60.0)).exp();
    let is_admitted = dice.chance(odds / (1.0 + odds));
    let is_sepsis = is_admitted && dice.chance(kind.sepsis);
    let strength = if is_admitted { 1.0 } else { 0.65 };
    for (latent, by, half_days) in [
        (Latent::LnCrp, 4.6, 3.0),
        (Latent::LnWhite, 0.55, 3.0),
        (Latent::Temperature, 1.8, 1.8),
        (Latent::Pulse, 14.0, 2.0),
    ] {
        chart.shift(Shift::fading(latent, minute - DAY, by * strength, half_days));
    }
    if kind.event == "pneumonia" {
        chart.shift(Shift::fading(Latent::Spo2, minute - DAY, -5.0 * strength, 4.0));
        chart.shift(Shift::fading(Latent::Breaths, minute - DAY, 7.0 * strength, 3.0));
    } else if kind.event == "urinary_tract_infection" {
        chart.shift(Shift::fading(Latent::UrineInfection, minute - DAY, 2.2, 4.0));
    }
    if is_admitted {
        ward(kind, (age, is_sepsis), minute, (dice, chart));
    } else {
        home(kind, minute, (dice, chart));
    }
}

fn home(kind: &Kind, minute: Minute, (dice, chart): (&mut Dice, &mut Chart)) {
    let seen = if dice.chance(0.4) {
        care::emergency(chart, dice, kind.department, minute)
    } else {
        care::clinic(chart, dice, kind.department, minute)
    };
    let Some(seen) = seen else { return };
    let is_cystitis = kind.event == "urinary_tract_infection";
    let disease = if is_cystitis { &infection::CYSTITIS } else { kind.disease };
    let diagnosis = Diagnosis::of(disease).main().since(minute);
    let closed = dice.chance(1.0 - care::NEVER_CLOSED);
    let diagnosis =
        if closed { diagnosis.closed(minute + 14 * DAY, Outcome::Cured) } else { diagnosis };
    care::diagnose(chart, seen, diagnosis);
    examine(kind, seen, dice, chart);
    let drug = match kind.event {
        "cellulitis" => Taken::new(&infection::CEPHALEXIN, 2, &usages::AFTER_MEALS),
        "pneumonia" if dice.chance(0.5) => {
            Taken::new(&infection::AMOXICILLIN, 2, &usages::AFTER_MEALS)
        }
        _ => Taken::new(&infection::LEVOFLOXACIN, 1, &usages::AFTER_BREAKFAST),
    };
    care::prescribe(chart, seen, 7, &[drug]);
}

/// What is measured and asked on arrival.
fn examine(kind: &Kind, seen: Seen, dice: &mut Dice, chart: &mut Chart) -> Option<&'static str> {
    let panel = Panel::ROUTINE.and(Panel::DIFFERENTIAL).and(Panel::BEDSIDE).and(Panel::URINE);
    chart.order_again(seen.visit, seen.minute, panel);
    for (ja, chance) in [("発熱", 0.85), (kind.symptom, 0.8), ("意識障害", 0.05)] {
        let hidden = Hidden::Symptom { ja, present: dice.chance(chance) };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
    }
    if kind.event == "pneumonia" {
        write::report(chart, seen, ReportKind::ChestXray, Some(kind.disease));
    }
    chart.happened(seen.visit, seen.minute + 20, What::Noted(NoteKind::Progress));
    write::culture(chart, dice, seen, kind.culture, kind.germs)
}

fn ward(
    kind: &Kind,
    (age, is_sepsis): (f64, bool),
    minute: Minute,
    (dice, chart): (&mut Dice, &mut Chart),
) {
    let days = care::stay_days(dice, kind.days, 0.4);
    let Some(stay) = care::admit(chart, dice, kind.department, minute, days) else { return };
    let is_aspiration = kind.event == "pneumonia" && age > 75.0 && dice.chance(ASPIRATION);
    let disease = if is_aspiration { &infection::ASPIRATION_PNEUMONIA } else { kind.disease };
    let (at_75, growth) = kind.dies;
    let risk = at_75 * (growth * (age - 75.0)).exp() + if is_sepsis { SEPSIS_DIES } else { 0.0 };
    let death = dice.chance(risk.min(0.8)).then(|| {
        let last = (stay.time.1 - minute).max(2 * DAY);
        minute + DAY / 2 + dice.between(0, last - DAY)
    });
    let end = death.map_or((stay.time.1, Outcome::Better), |death| (death, Outcome::Death));
    let diagnosis = Diagnosis::of(disease).main().since(minute).closed(end.0, end.1);
    care::diagnose(chart, stay.arrival(), diagnosis);
    let germ = examine(kind, stay.arrival(), dice, chart);
    care::nurse(chart, dice, stay, Panel::ROUTINE.and(Panel::DIFFERENTIAL));
    if is_sepsis {
        sepsis(stay.arrival(), minute, dice, chart);
    }
    let broad = is_sepsis || germ.is_some_and(|germ| germ.contains("ESBL"));
    let drug = match germ {
        _ if broad => Taken::new(&infection::MEROPENEM, 1, &usages::INFUSED_THREE_TIMES),
        Some("Pseudomonas aeruginosa") => {
            Taken::new(&infection::PIPERACILLIN_TAZOBACTAM, 4, &usages::INFUSED_THREE_TIMES)
        }
        Some("Staphylococcus aureus (MRSA)") => {
            Taken::new(&infection::VANCOMYCIN, 1, &usages::INFUSED_TWICE)
        }
        _ if is_aspiration => {
            Taken::new(&infection::AMPICILLIN_SULBACTAM, 3, &usages::INFUSED_FOUR_TIMES)
        }
        _ if kind.event == "cellulitis" => {
            Taken::new(&infection::CEFAZOLIN, 1, &usages::INFUSED_THREE_TIMES)
        }
        _ => Taken::new(&infection::CEFTRIAXONE, 2, &usages::INFUSED_ONCE),
    };
    care::give(chart, stay, (0, 8), drug);
    let fluid = Taken::new(&infection::RINGER_ACETATE, 500, &usages::INFUSED_TWICE);
    care::give(chart, stay, (0, 3), fluid);
    if let Some(death) = death {
        chart.dies(death, disease);
        chart.ended(stay.visit, VisitEnd::Death);
    }
}

fn sepsis(seen: Seen, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    chart.truth(Truth::Happened { event: "sepsis", minute });
    care::diagnose(chart, seen, Diagnosis::of(&infection::SEPSIS).since(minute));
    for (latent, by, half_days) in [
        (Latent::Systolic, -38.0, 1.2),
        (Latent::Diastolic, -22.0, 1.2),
        (Latent::Platelet, -9.0, 4.0),
        (Latent::Egfr, -35.0, 4.0),
        (Latent::LnInr, 0.3, 3.0),
        (Latent::LnDimer, 2.0, 4.0),
    ] {
        chart.shift(Shift::fading(latent, minute, by, half_days));
    }
    chart.order(seen.visit, seen.minute, Panel::PROCALCITONIN.and(Panel::CLOTTING));
    write::number(chart, seen, &labs::LACTATE, (3.4 + 1.6 * dice.normal()).max(0.8));
    write::operate(chart, seen, &infection::CENTRAL_LINE, 30);
    if dice.chance(0.4) {
        care::diagnose(chart, seen, Diagnosis::of(&infection::SEPTIC_SHOCK).since(minute));
        let pressor = Taken::new(&infection::NORADRENALINE, 3, &usages::INFUSED_CONTINUOUSLY);
        chart.happened(seen.visit, seen.minute + 30, What::Given(pressor.dose(1)));
    }
}

fn zoster(minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    let Some(seen) = care::clinic(chart, dice, &departments::DERMATOLOGY, minute) else { return };
    chart.truth(Truth::Happened { event: "herpes_zoster", minute });
    let diagnosis = Diagnosis::of(&infection::HERPES_ZOSTER).main().since(minute);
    care::diagnose(chart, seen, diagnosis.closed(seen.minute + 21 * DAY, Outcome::Cured));
    chart.order(seen.visit, seen.minute, Panel::BLOOD_COUNT.and(Panel::KIDNEY));
    let drug = Taken::new(&infection::VALACICLOVIR, 2, &usages::AFTER_MEALS);
    care::prescribe(chart, seen, 7, &[drug]);
    chart.shift(Shift::fading(Latent::Pain, minute, 6.0, 14.0));
    chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
}

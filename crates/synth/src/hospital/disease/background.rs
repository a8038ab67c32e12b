//! What is asked at the first visit and what is looked for without a complaint: allergies, the
//! family, endoscopes.

use super::super::calendar;
use super::super::care::{self, Seen};
use super::super::chart::{
    Chart, DAY, Hidden, Minute, NoteKind, ReportKind, VisitEnd, VisitKind, What,
};
use super::super::codes::{
    Allergen, Department, Disease, Drug, Operation, allergens, cancer, cancer_drugs,
    cardiometabolic, departments, infection, paediatric, respiratory, rheumatic,
};
use super::super::panel::Panel;
use super::super::person::{Person, Sex};
use super::write;
use crate::dice::Dice;

/// The share of adults in whose record an allergy or intolerance stands.
pub(super) const ALLERGIC: f64 = 0.14;

/// The share of them that was ever proven.
pub(super) const PROVEN: f64 = 0.2;

/// The share whose family was asked for in the form, and of the rest the share in the note only.
pub(super) const FAMILY_ASKED: [f64; 2] = [0.18, 0.3];

/// By how much a disease in the family is more frequent where the patient has it, as log odds.
pub(super) const FAMILIAL_LOG_ODDS: f64 = 0.8;

/// What adults do not bear, what it does, and the share of each.
static INTOLERANCES: [(&Allergen, &str, f64); 12] = [
    (&allergens::PENICILLIN, "薬疹", 0.17),
    (&allergens::CEPHALOSPORIN, "薬疹", 0.11),
    (&allergens::QUINOLONE, "薬疹", 0.04),
    (&allergens::NSAID, "喘息発作", 0.10),
    (&allergens::IODINE_CONTRAST, "蕁麻疹", 0.12),
    (&allergens::LOCAL_ANAESTHETIC, "気分不快", 0.05),
    (&allergens::SHRIMP, "口腔内違和感", 0.07),
    (&allergens::BUCKWHEAT, "アナフィラキシー", 0.05),
    (&allergens::MACKEREL, "蕁麻疹", 0.06),
    (&allergens::CEDAR_POLLEN, "鼻汁", 0.12),
    (&allergens::ALCOHOL, "発赤", 0.08),
    (&allergens::ADHESIVE_TAPE, "接触皮膚炎", 0.06),
];

/// Diseases of families: which, the share of parents, and the phenotype of the patient it goes
/// with.
static FAMILIES: [(&Disease, f64, &str); 9] = [
    (&cardiometabolic::HYPERTENSION, 0.28, "hypertension"),
    (&cardiometabolic::TYPE_2_DIABETES, 0.14, "type_2_diabetes"),
    (&cardiometabolic::CEREBRAL_INFARCTION, 0.11, "stroke"),
    (&cancer::STOMACH, 0.08, "gastric_cancer"),
    (&cancer::COLON, 0.06, "colon_cancer"),
    (&cancer::LUNG, 0.05, "lung_cancer"),
    (&cancer::BREAST, 0.05, "breast_cancer"),
    (&rheumatic::RHEUMATOID_ARTHRITIS, 0.02, "rheumatoid_arthritis"),
    (&respiratory::ASTHMA, 0.05, "asthma"),
];

/// An examination of people who feel well enough: how often in a year over forty, what it looks
/// for, and what it finds instead.
struct Look {
    a_year: f64,
    department: &'static Department,
    suspects: &'static Disease,
    operation: Option<&'static Operation>,
    report: ReportKind,
    finds: Option<(&'static Disease, f64)>,
    marker: Panel,
}

static LOOKS: [Look; 4] = [
    Look {
        a_year: 0.045,
        department: &departments::GASTROENTEROLOGY,
        suspects: &cancer::STOMACH,
        operation: Some(&cancer::GASTROSCOPY),
        report: ReportKind::Gastroscopy,
        finds: Some((&cancer::GASTRIC_ULCER, 0.12)),
        marker: Panel::CEA,
    },
    Look {
        a_year: 0.035,
        department: &departments::GASTROENTEROLOGY,
        suspects: &cancer::COLON,
        operation: Some(&cancer::COLONOSCOPY),
        report: ReportKind::Colonoscopy,
        finds: Some((&cancer::COLON_POLYP, 0.35)),
        marker: Panel::CEA,
    },
    Look {
        a_year: 0.03,
        department: &departments::RESPIRATORY,
        suspects: &cancer::LUNG,
        operation: None,
        report: ReportKind::Ct,
        finds: None,
        marker: Panel::CEA,
    },
    Look {
        a_year: 0.03,
        department: &departments::UROLOGY,
        suspects: &cancer::PROSTATE,
        operation: None,
        report: ReportKind::Mri,
        finds: None,
        marker: Panel::PSA,
    },
];

/// Writes what is asked and looked for.
pub(super) fn live(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    looks(person, dice, chart);
    let Some(seen) = first_visit(chart) else { return };
    if calendar::age(person, seen.minute) >= 15.0 {
        allergies(seen, dice, chart);
        family(seen, dice, chart);
        past(person, seen, chart);
    }
}

/// The first time anybody in the hospital sees the patient.
fn first_visit(chart: &Chart) -> Option<Seen> {
    let known = chart.known().0;
    let kept = chart.visits().iter().filter(|visit| {
        visit.time.0 >= known && visit.end != VisitEnd::NoShow && visit.kind != VisitKind::Checkup
    });
    let first = kept.min_by_key(|visit| (visit.time.0, visit.id))?;
    Some(Seen { visit: first.id, minute: first.time.0 + 12 })
}

/// Drugs that make people feel sick.
static ILL_BORNE: [&Drug; 4] = [
    &infection::LEVOFLOXACIN,
    &infection::AMOXICILLIN,
    &cancer_drugs::OXYCODONE,
    &paediatric::ACETAMINOPHEN,
];

fn allergies(seen: Seen, dice: &mut Dice, chart: &mut Chart) {
    if !dice.chance(ALLERGIC) {
        return;
    }
    if dice.chance(0.2) {
        // Some stand in the note and nowhere else.
        let Some(drug) = dice.one_of(&ILL_BORNE) else { return };
        let hidden = Hidden::Intolerant { drug, reaction: "嘔気" };
        chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        return;
    }
    let weights = INTOLERANCES.each_ref().map(|(_, _, share)| *share);
    let Some((to, reaction, _)) = INTOLERANCES.get(dice.weighted(&weights)) else { return };
    let confirmed = dice.chance(PROVEN);
    let severity = match dice.part() {
        part if part < 0.6 => "mild",
        part if part < 0.92 => "moderate",
        _ => "severe",
    };
    let what = What::Allergic { to, severity, reaction, confirmed };
    chart.happened(seen.visit, seen.minute, what);
}

fn family(seen: Seen, dice: &mut Dice, chart: &mut Chart) {
    let [form, note] = FAMILY_ASKED;
    let in_form = dice.chance(form);
    if !in_form && !dice.chance(note) {
        return;
    }
    for (disease, share, phenotype) in &FAMILIES {
        let odds = share / (1.0 - share);
        let odds =
            if chart.has(phenotype).is_some() { odds * FAMILIAL_LOG_ODDS.exp() } else { odds };
        if !dice.chance(odds / (1.0 + odds)) {
            continue;
        }
        let is_mother =
            dice.chance(if std::ptr::eq(*disease, &cancer::BREAST) { 1.0 } else { 0.5 });
        let what = if in_form {
            let age = dice.chance(0.6).then(|| i16::try_from(dice.between(42, 84)).unwrap_or(60));
            let who = if is_mother { "MTH" } else { "FTH" };
            What::Family { who, disease, age_years: age }
        } else {
            let who = if is_mother { "母" } else { "父" };
            What::OnlyInText(Hidden::FamilyHas { who, disease })
        };
        chart.happened(seen.visit, seen.minute, what);
    }
}

/// Cancers that were treated long before the hospital knew the patient are told, not coded.
fn past(person: &Person, seen: Seen, chart: &mut Chart) {
    for (disease, _, phenotype) in &FAMILIES {
        let long_ago = chart.has(phenotype).filter(|onset| onset + 2_000 * DAY < seen.minute);
        let is_cancer = disease.icd10.starts_with('C');
        if let Some(onset) = long_ago.filter(|_| is_cancer) {
            let years = calendar::whole(calendar::age(person, onset).floor());
            let age_years = i16::try_from(years).unwrap_or_default();
            let hidden = Hidden::Past { disease, age_years };
            chart.happened(seen.visit, seen.minute, What::OnlyInText(hidden));
        }
    }
}

/// Examinations that find nothing, or something else, and leave a suspicion behind.
fn looks(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let from = chart.known().0.max(calendar::at_age(person, 40.0));
    if from >= chart.end() {
        return;
    }
    for look in &LOOKS {
        if std::ptr::eq(look.suspects, &cancer::PROSTATE) && person.sex == Sex::Female {
            continue;
        }
        let minute = calendar::after(from, dice.wait(look.a_year));
        let is_ill = chart.has(ill(look)).is_some_and(|onset| onset < minute);
        if minute < chart.end() && !is_ill {
            examine(look, minute, dice, chart);
        }
    }
}

/// The phenotype of what an examination looks for.
fn ill(look: &Look) -> &'static str {
    match look.suspects {
        of if std::ptr::eq(of, &cancer::STOMACH) => "gastric_cancer",
        of if std::ptr::eq(of, &cancer::COLON) => "colon_cancer",
        of if std::ptr::eq(of, &cancer::LUNG) => "lung_cancer",
        _ => "prostate_cancer",
    }
}

fn examine(look: &Look, minute: Minute, dice: &mut Dice, chart: &mut Chart) {
    let Some(seen) = care::clinic(chart, dice, look.department, minute) else { return };
    care::suspect(chart, dice, seen, look.suspects);
    chart.order(seen.visit, seen.minute, look.marker.and(Panel::BLOOD_COUNT));
    if let Some(operation) = look.operation {
        write::operate(chart, seen, operation, dice.between(10, 30));
    }
    let found = look.finds.filter(|(_, share)| dice.chance(*share)).map(|(disease, _)| disease);
    write::report(chart, seen, look.report, found);
    if let Some(disease) = found {
        care::diagnose(chart, seen, super::super::chart::Diagnosis::of(disease).since(seen.minute));
    }
    chart.happened(seen.visit, seen.minute + 15, What::Noted(NoteKind::Progress));
}

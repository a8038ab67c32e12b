//! The figures of the diseases beyond heart and metabolism, for `truth.json`.

use super::super::hazard::Rate;
use super::super::world::{Fact, FactKind};
use super::{
    asthma, background, cancer, childhood, copd, epidemic, infection, pregnancy, rare, rheumatoid,
};

const OURS: &str = "Ours";

const fn fact(
    name: &'static str,
    kind: FactKind,
    value: f64,
    (estimate, source): (&'static str, &'static str),
) -> Fact {
    Fact { name, kind, value, estimate, source }
}

/// A rate as two facts.
const fn rate(
    names: [&'static str; 2],
    rate: Rate,
    (estimate, source): (&'static str, &'static str),
) -> [Fact; 2] {
    let [at_60, growth] = names;
    [
        fact(at_60, FactKind::RateAt60, rate.at_60, (estimate, source)),
        fact(growth, FactKind::Growth, rate.growth, ("slope of the log rate on age", source)),
    ]
}

/// All of them; those of single cancers stand beside the sites.
pub(in super::super) fn facts() -> impl Iterator<Item = Fact> {
    let rates = RATES.iter().flatten().copied();
    PLANTED.iter().copied().chain(rates).chain(rare::facts()).chain(cancer::facts())
}

/// Rates by age.
static RATES: &[[Fact; 2]] = &[
    rate(
        ["copd", "copd_growth"],
        copd::RATE,
        (
            "first COPD per year at risk of people who never smoked, from the 91st day known on",
            "Ours; fewer than the NICE study (Fukuchi et al. 2004), as most is undiagnosed",
        ),
    ),
    rate(
        ["asthma", "asthma_growth"],
        asthma::RATE,
        (
            "first asthma per year at risk, from the 91st day known on",
            "near アレルギー総合ガイドライン, less what is treated elsewhere",
        ),
    ),
    rate(
        ["rheumatoid_arthritis", "rheumatoid_arthritis_growth"],
        rheumatoid::RATE,
        (
            "first rheumatoid arthritis per year at risk over eighteen, mean of the sexes, from \
             the 91st day known on",
            "near Yamanaka et al. 2014, solved from the prevalence",
        ),
    ),
    rate(
        ["pneumonia_men", "pneumonia_men_growth"],
        infection::PNEUMONIA_RATE[0],
        (
            "pneumonia per year known of men without diabetes, COPD, biologics, smoking",
            "near Morimoto et al. 2015, the part that a university hospital sees",
        ),
    ),
    rate(
        ["pneumonia_women", "pneumonia_women_growth"],
        infection::PNEUMONIA_RATE[1],
        ("the same of women", "near Morimoto et al. 2015, as above"),
    ),
    rate(
        ["urinary_tract_infection_men", "urinary_tract_infection_men_growth"],
        infection::URINARY_RATE[0],
        ("urinary tract infections per year known of men without diabetes and biologics", OURS),
    ),
    rate(
        ["urinary_tract_infection_women", "urinary_tract_infection_women_growth"],
        infection::URINARY_RATE[1],
        ("the same of women", OURS),
    ),
    rate(
        ["herpes_zoster", "herpes_zoster_growth"],
        infection::ZOSTER,
        ("first shingles per year at risk", "near the Miyazaki study (Shiraki et al. 2017)"),
    ),
];

/// The rest.
static PLANTED: &[Fact] = &[
    fact(
        "smoking_on_copd",
        FactKind::HazardRatio,
        copd::SMOKING[0],
        ("Cox on age and smoking, current against never", "general knowledge of cohorts"),
    ),
    fact(
        "former_smoking_on_copd",
        FactKind::HazardRatio,
        copd::SMOKING[1],
        ("the same model, former against never", "general knowledge of cohorts"),
    ),
    fact(
        "copd_exacerbations",
        FactKind::Rate,
        copd::EXACERBATIONS,
        ("exacerbations per year of COPD at an FEV1 of 60 %, median patient, two drugs", OURS),
    ),
    fact(
        "triple_inhaler_on_copd_exacerbations",
        FactKind::HazardRatio,
        copd::TRIPLE_RATIO,
        (
            "rate ratio of triple against dual inhalers from May 2019 on, weighted by the \
             probability of the choice; crude, triple looks harmful",
            "IMPACT (Lipson et al. 2018): 0.75",
        ),
    ),
    fact(
        "asthma_outgrown",
        FactKind::Probability,
        asthma::OUTGROWN,
        ("asthma that begins before ten and ends in youth, in the ground truth", OURS),
    ),
    fact(
        "asthma_attacks",
        FactKind::Rate,
        asthma::ATTACKS,
        ("attacks per year of the median patient under inhaled steroids alone", OURS),
    ),
    fact(
        "bronchodilator_on_asthma_attacks",
        FactKind::HazardRatio,
        asthma::COMBINED_RATIO,
        ("rate ratio of steroid with bronchodilator; given to the harder", OURS),
    ),
    fact(
        "antibody_on_asthma_attacks",
        FactKind::HazardRatio,
        asthma::ANTIBODY_RATIO,
        (
            "rate ratio after against before the first mepolizumab or dupilumab",
            "near LIBERTY ASTHMA QUEST (Castro et al. 2018)",
        ),
    ),
    fact(
        "women_on_rheumatoid_arthritis",
        FactKind::HazardRatio,
        rheumatoid::BY_SEX[1] / rheumatoid::BY_SEX[0],
        ("women against men", "Yamanaka et al. 2014: three to four"),
    ),
    fact(
        "smoking_on_rheumatoid_arthritis",
        FactKind::HazardRatio,
        rheumatoid::SMOKING,
        ("Cox on age, sex, smoking; current against not", "general knowledge of cohorts"),
    ),
    fact(
        "rheumatoid_seropositive",
        FactKind::Probability,
        rheumatoid::SEROPOSITIVE,
        ("anti-CCP over 4.5 U/mL among patients with rheumatoid arthritis", "general knowledge"),
    ),
    fact(
        "rheumatoid_lung",
        FactKind::Probability,
        rheumatoid::WITH_LUNG,
        ("interstitial pneumonia among them", "general knowledge: 7 to 20 %"),
    ),
    fact(
        "methotrexate_on_das28",
        FactKind::Change,
        -rheumatoid::FALLS[0].0,
        ("DAS28-CRP three months after against before, not over 80 and lungs well", OURS),
    ),
    fact(
        "biologic_on_das28",
        FactKind::Change,
        -rheumatoid::FALLS[1].0,
        ("the same of the first biologic, until activity is 1.0", OURS),
    ),
    fact(
        "biologic_on_infections",
        FactKind::HazardRatio,
        rheumatoid::INFECTION_RATIO,
        (
            "pneumonia, urinary and skin infections and shingles under a biologic against before",
            "near Sakai et al. 2012 (REAL)",
        ),
    ),
    fact(
        "diabetes_on_pneumonia",
        FactKind::HazardRatio,
        infection::PNEUMONIA_ON[0],
        ("Poisson on age, sex, diabetes, COPD, smoking, biologic", "general knowledge"),
    ),
    fact(
        "copd_on_pneumonia",
        FactKind::HazardRatio,
        infection::PNEUMONIA_ON[1],
        ("the same model", "general knowledge"),
    ),
    fact(
        "smoking_on_pneumonia",
        FactKind::HazardRatio,
        infection::SMOKING,
        ("the same model, current against not", "general knowledge"),
    ),
    fact(
        "pneumonia_death_in_hospital_at_75",
        FactKind::Probability,
        infection::PNEUMONIA_DIES.0,
        ("deaths among admissions for pneumonia without sepsis at 75", "general knowledge"),
    ),
    fact(
        "sepsis_death_added",
        FactKind::Probability,
        infection::SEPSIS_DIES,
        ("what sepsis adds to death in hospital", "near JAAM registries: a fifth to a quarter"),
    ),
    fact(
        "vaccine_on_influenza",
        FactKind::HazardRatio,
        epidemic::INFLUENZA_VACCINE_RATIO,
        ("not from the record, in which one vaccination of seven stands", "general knowledge"),
    ),
    fact(
        "vaccine_on_covid_19_admission",
        FactKind::HazardRatio,
        epidemic::COVID_VACCINE_RATIO,
        (
            "odds ratio of admission among COVID-19, on age, Omicron and the ground truth's \
             covid_vaccinated",
            "near VERSUS (Japan, 2022-2023)",
        ),
    ),
    fact(
        "miscarriage_at_30",
        FactKind::Probability,
        pregnancy::MISCARRIAGE.0,
        ("miscarriages among pregnancies at thirty", "general knowledge: 10 to 15 %"),
    ),
    fact(
        "gestational_diabetes_at_30",
        FactKind::Probability,
        pregnancy::GESTATIONAL_DIABETES.0,
        (
            "among pregnancies carried, at thirty and a body mass index of 21",
            "日本産科婦人科学会: 7 to 9 %",
        ),
    ),
    fact(
        "bmi_on_gestational_diabetes",
        FactKind::LogOdds,
        pregnancy::GESTATIONAL_DIABETES.1,
        ("logistic model on body mass index at forty and age, per kg/m2", OURS),
    ),
    fact(
        "preeclampsia_at_30",
        FactKind::Probability,
        pregnancy::PREECLAMPSIA.0,
        ("as for gestational diabetes", "general knowledge: 3 to 5 %"),
    ),
    fact(
        "preterm_birth",
        FactKind::Probability,
        pregnancy::PRETERM[0],
        (
            "births before 37 weeks without pre-eclampsia",
            "twice the 5.6 % of 人口動態統計, as university hospitals see, less pre-eclampsia",
        ),
    ),
    fact(
        "caesarean",
        FactKind::Probability,
        pregnancy::CAESAREAN[0],
        (
            "caesareans among births at term under forty without pre-eclampsia",
            "医療施設調査: a quarter",
        ),
    ),
    fact(
        "food_allergy",
        FactKind::Probability,
        childhood::FOOD_ALLERGY.0,
        (
            "children who ever have one, in the ground truth",
            "食物アレルギー診療ガイドライン: 5 to 10 %",
        ),
    ),
    fact(
        "vaccinated_here",
        FactKind::Probability,
        childhood::VACCINATED_HERE,
        ("children whose vaccinations stand in the record", OURS),
    ),
    fact(
        "schedule_kept",
        FactKind::Probability,
        childhood::COVERAGE,
        ("doses of the national schedule that are given to them", "厚生労働省: 95 % and more"),
    ),
    fact(
        "allergy_in_record",
        FactKind::Probability,
        background::ALLERGIC,
        ("adults with an allergy or intolerance; a fifth of it in the note only", OURS),
    ),
    fact(
        "allergy_proven",
        FactKind::Probability,
        background::PROVEN,
        ("confirmed among allergies of adults", OURS),
    ),
    fact(
        "family_asked_in_form",
        FactKind::Probability,
        background::FAMILY_ASKED[0],
        ("adults whose family stands in the form", OURS),
    ),
    fact(
        "familial_log_odds",
        FactKind::LogOdds,
        background::FAMILIAL_LOG_ODDS,
        ("a parent's disease where the patient has it, against where not", OURS),
    ),
    fact(
        "checkpoint_inhibitor_on_lung_cancer_death",
        FactKind::HazardRatio,
        cancer::CHECKPOINT_RATIO,
        (
            "Cox from the first drugs against spread lung cancer without EGFR, from 2019 on, on \
             age or weighted by the probability of the choice; crude, it looks better than it is",
            "near KEYNOTE-189 (Gandhi et al. 2018)",
        ),
    ),
    fact(
        "age_on_cancer_death",
        FactKind::LogOdds,
        cancer::AGE_PER_YEAR,
        ("log hazard ratio of death of the cancer per year of age at the same stage", OURS),
    ),
    fact(
        "cancer_referred_years",
        FactKind::Change,
        cancer::REFERRED_YEARS,
        ("cancers in the first 90 days known, as so many years of the later rate", OURS),
    ),
    fact(
        "upfront_combination_on_pulmonary_hypertension_death",
        FactKind::HazardRatio,
        rare::UPFRONT_RATIO,
        (
            "Cox in arterial pulmonary hypertension from July 2015 on, on mean pulmonary pressure",
            "near AMBITION (Galiè et al. 2015)",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::world::{self, Fact, FactKind};

    #[test]
    fn every_figure_has_one_name_and_a_plausible_value() {
        let all: Vec<Fact> = world::facts().collect();
        let names: BTreeSet<&str> = all.iter().map(|fact| fact.name).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.len() > 300, "{}", all.len());
        for fact in all {
            let is_plausible = match fact.kind {
                FactKind::Probability => (0.0..=1.0).contains(&fact.value),
                FactKind::HazardRatio => (0.1..=20.0).contains(&fact.value),
                FactKind::Rate | FactKind::RateAt60 => (0.0..=1.0).contains(&fact.value),
                FactKind::Growth | FactKind::LogOdds => (-3.0..=3.0).contains(&fact.value),
                FactKind::Change => fact.value.abs() < 100.0,
            };
            assert!(is_plausible, "{fact:?}");
            assert!(!fact.estimate.is_empty() && !fact.source.is_empty(), "{fact:?}");
        }
    }
}

//! Where cancers grow: how often at which age, how far when found, and how long people live.
//!
//! # Source
//! Incidence: by sex and age near 全国がん登録 罹患数・率報告 2019 and 2020, from memory; summed up to 75
//! years it lies within an eighth of the cumulative incidence of 平成29年 全国がん登録 of every site that
//! was looked up (stomach, colorectum, lung, liver, breast, prostate). Stages: near 院内がん登録全国集計
//! 2019-2020 (UICC), from memory, but those of the liver and the lung, which are the counts of
//! 院内がん登録生存率集計 (2014-2015 and 2011). Survival over five years: net survival of 院内がん登録生存率集計, looked up for stomach and
//! colorectum (diagnoses of 2015) and liver (2014-2015), the rest from memory. Smoking: Inoue et
//! al., pooled Japanese cohorts, from memory.

use super::Plan::{Drugs, Embolization, Rays, Scope, Surgery};
use super::regimens as lines;
use super::{Marker, Site, Stage, Subtype};
use crate::hospital::body::Latent;
use crate::hospital::chart::ReportKind;
use crate::hospital::codes::{Test, cancer, departments, labs};
use crate::hospital::world::{Fact, FactKind};

/// Ages at which the bands of five years begin; the last is open.
pub(super) const BAND_YEARS: [f64; 13] =
    [25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0];

pub(super) static SITES: &[&Site] =
    &[&STOMACH, &COLON, &RECTUM, &LUNG, &BREAST, &PROSTATE, &LIVER, &PANCREAS];

/// A figure from a count of the whole country.
const fn counted(
    name: &'static str,
    kind: FactKind,
    value: f64,
    (estimate, source): (&'static str, &'static str),
) -> Fact {
    Fact { name, kind, value, estimate, source }
}

const REGISTRY: (&str, &str) = (
    "new patients per person and year of this sex and five years of age, from the 91st day known \
     on, whatever they smoke and with or without diabetes",
    "near 全国がん登録 罹患数・率報告 2019 and 2020, from memory; looked up: cumulative to 75 years, 2017",
);
const STAGED: (&str, &str) = (
    "share of this stage among those staged in the hospital",
    "near 院内がん登録全国集計 2019-2020, from memory; looked up: 院内がん登録生存率集計, liver 2014-2015, lung 2011",
);
const SURVIVED: (&str, &str) = (
    "alive after five years at 68, deaths of other causes censored; death of the cancer comes 2 % \
     sooner with each year of age",
    "院内がん登録生存率集計 2014-2015, net survival: stomach, colorectum, liver looked up; others from memory",
);
const RATIO: (&str, &str) = (
    "Cox on age, sex, smoking, diabetes; against never or none",
    "near pooled Japanese cohorts (がん予防法の提示研究班), from memory",
);
const KIND: (&str, &str) =
    ("share of this kind among the site's cancers in the ground truth", "general knowledge, Japan");

/// Rates per 100,000 by the thirteen bands of age.
macro_rules! rates {
    ($site:literal $sex:literal: $a:literal $b:literal $c:literal $d:literal $e:literal $f:literal
     $g:literal $h:literal $i:literal $j:literal $k:literal $l:literal $m:literal) => {
        rates!(@ $site $sex 25 $a 30 $b 35 $c 40 $d 45 $e 50 $f 55 $g 60 $h 65 $i 70 $j 75 $k
            80 $l 85 $m)
    };
    (@ $site:literal $sex:literal $($age:literal $per_100k:literal)*) => {
        &[$(counted(
            concat!($site, "_incidence_", $sex, "_from_", $age),
            FactKind::Rate,
            $per_100k * 1e-5,
            REGISTRY,
        )),*]
    };
}

/// Hazard ratios of current smokers, former smokers, people with type 2 diabetes.
macro_rules! ratios {
    ($site:literal $current:literal $former:literal $diabetes:literal) => {
        [
            counted(concat!("smoking_on_", $site), FactKind::HazardRatio, $current, RATIO),
            counted(concat!("former_smoking_on_", $site), FactKind::HazardRatio, $former, RATIO),
            counted(concat!("diabetes_on_", $site), FactKind::HazardRatio, $diabetes, RATIO),
        ]
    };
}

/// Name, share, five-year survival, T, N and M, plan.
macro_rules! stages {
    ($site:literal;
     $($name:literal $share:literal $survival_5y:literal $([$t:literal $n:literal $m:literal])+ =>
       $plan:expr;)*) => {
        &[$(Stage {
            name: $name,
            share: counted(
                concat!($site, "_stage_", $name, "_share"),
                FactKind::Probability,
                $share,
                STAGED,
            ),
            survival_5y: counted(
                concat!($site, "_stage_", $name, "_survival_5y"),
                FactKind::Probability,
                $survival_5y,
                SURVIVED,
            ),
            tnm: &[$([$t, $n, $m]),+],
            plan: $plan,
        }),*]
    };
}

/// The phenotype of a kind, its share, and its lines of drugs.
macro_rules! subtype {
    ($phenotype:literal, $share:literal, $lines:expr $(,)?) => {
        Subtype {
            phenotype: $phenotype,
            share: counted(concat!($phenotype, "_share"), FactKind::Probability, $share, KIND),
            lines: $lines,
        }
    };
}

const fn marker(test: &'static Test, latent: Option<Latent>, by_stage: [f64; 5]) -> Marker {
    Marker { test, latent, by_stage }
}

static STOMACH: Site = Site {
    phenotype: "gastric_cancer",
    disease: &cancer::STOMACH,
    rates: [
        rates!("gastric_cancer" "men": 0.7 2.0 4.5 10.0 22.0 50.0 103.0 180.0 300.0 420.0 520.0 590.0 580.0),
        rates!("gastric_cancer" "women": 1.0 3.0 6.0 10.0 17.0 27.0 42.0 65.0 98.0 135.0 175.0 215.0 245.0),
    ],
    ratios: ratios!("gastric_cancer" 1.6 1.3 1.0),
    departments: (&departments::GASTROENTEROLOGY, &departments::DIGESTIVE_SURGERY),
    proof: (&cancer::GASTROSCOPY, ReportKind::Gastroscopy),
    symptom: "心窩部不快感",
    stages: stages! {
        "gastric_cancer";
        "IA" 0.54 0.935 ["1a" "0" "0"] ["1b" "0" "0"] => Scope(&cancer::STOMACH_ESD);
        "IB" 0.09 0.87 ["1b" "1" "0"] ["2" "0" "0"] => Surgery(&cancer::GASTRECTOMY_DISTAL, None);
        "II" 0.09 0.666 ["2" "1" "0"] ["3" "0" "0"] => Surgery(&cancer::GASTRECTOMY_DISTAL, Some(&lines::S1_ALONE));
        "III" 0.11 0.414 ["3" "2" "0"] ["4a" "1" "0"] ["4a" "3a" "0"] => Surgery(&cancer::GASTRECTOMY_TOTAL, Some(&lines::DOCETAXEL_S1));
        "IV" 0.17 0.067 ["4a" "2" "1"] ["4b" "3b" "1"] ["3" "3a" "1"] => Drugs;
    },
    subtypes: &[
        subtype!(
            "gastric_cancer_her2",
            0.17,
            &[&lines::SOX_TRASTUZUMAB, &lines::RAMUCIRUMAB_PACLITAXEL, &lines::NIVOLUMAB_ALONE],
        ),
        subtype!("", 0.83, &[&lines::SOX, &lines::RAMUCIRUMAB_PACLITAXEL, &lines::NIVOLUMAB_ALONE]),
    ],
    markers: &[
        marker(&labs::CEA, Some(Latent::LnCea), [0.1, 0.3, 0.6, 1.0, 2.2]),
        marker(&labs::CA19_9, Some(Latent::LnCa19), [0.1, 0.2, 0.5, 0.9, 2.2]),
    ],
    spread: (&cancer::PERITONEAL, "腹部膨満感"),
};

pub(super) static COLON: Site = Site {
    phenotype: "colon_cancer",
    disease: &cancer::COLON,
    rates: [
        rates!("colon_cancer" "men": 1.0 2.5 5.5 14.0 26.0 50.0 92.0 145.0 210.0 270.0 325.0 370.0 375.0),
        rates!("colon_cancer" "women": 1.1 2.7 6.0 14.0 27.0 45.0 66.0 92.0 124.0 164.0 207.0 254.0 295.0),
    ],
    ratios: ratios!("colon_cancer" 1.4 1.2 1.3),
    departments: (&departments::GASTROENTEROLOGY, &departments::DIGESTIVE_SURGERY),
    proof: (&cancer::COLONOSCOPY, ReportKind::Colonoscopy),
    symptom: "血便",
    stages: stages! {
        "colon_cancer";
        "0" 0.20 0.98 ["is" "0" "0"] => Scope(&cancer::COLON_EMR);
        "I" 0.20 0.923 ["1" "0" "0"] ["2" "0" "0"] => Surgery(&cancer::COLECTOMY, None);
        "II" 0.20 0.861 ["3" "0" "0"] ["4a" "0" "0"] => Surgery(&cancer::COLECTOMY, None);
        "III" 0.22 0.76 ["3" "1a" "0"] ["3" "1b" "0"] ["4a" "2a" "0"] => Surgery(&cancer::COLECTOMY, Some(&lines::CAPOX));
        "IV" 0.18 0.184 ["3" "1b" "1a"] ["4a" "2b" "1b"] ["4b" "2a" "1c"] => Drugs;
    },
    subtypes: &[
        subtype!(
            "colon_cancer_ras_wild",
            0.5,
            &[&lines::FOLFOX_PANITUMUMAB, &lines::FOLFIRI_BEVACIZUMAB, &lines::S1_ALONE],
        ),
        subtype!(
            "",
            0.5,
            &[&lines::FOLFOX_BEVACIZUMAB, &lines::FOLFIRI_RAMUCIRUMAB, &lines::S1_ALONE],
        ),
    ],
    markers: &[
        marker(&labs::CEA, Some(Latent::LnCea), [0.1, 0.4, 0.9, 1.3, 3.2]),
        marker(&labs::CA19_9, Some(Latent::LnCa19), [0.0, 0.1, 0.3, 0.6, 1.8]),
    ],
    spread: (&cancer::LIVER_METASTASIS, "食欲不振"),
};

static RECTUM: Site = Site {
    phenotype: "rectal_cancer",
    disease: &cancer::RECTUM,
    rates: [
        rates!("rectal_cancer" "men": 0.8 2.0 4.5 11.0 21.0 40.0 68.0 95.0 130.0 150.0 155.0 150.0 125.0),
        rates!("rectal_cancer" "women": 0.7 1.7 4.0 8.0 15.0 25.0 34.0 43.0 51.0 56.0 63.0 66.0 65.0),
    ],
    ratios: ratios!("rectal_cancer" 1.4 1.2 1.1),
    departments: (&departments::GASTROENTEROLOGY, &departments::DIGESTIVE_SURGERY),
    proof: (&cancer::COLONOSCOPY, ReportKind::Colonoscopy),
    symptom: "便柱狭小化",
    stages: stages! {
        "rectal_cancer";
        "I" 0.34 0.923 ["1" "0" "0"] ["2" "0" "0"] => Surgery(&cancer::RECTAL_RESECTION, None);
        "II" 0.20 0.861 ["3" "0" "0"] ["4a" "0" "0"] => Surgery(&cancer::RECTAL_RESECTION, None);
        "III" 0.28 0.76 ["3" "1a" "0"] ["3" "1b" "0"] ["4a" "2a" "0"] => Surgery(&cancer::RECTAL_RESECTION, Some(&lines::CAPOX));
        "IV" 0.18 0.184 ["3" "1b" "1a"] ["4a" "2b" "1b"] => Drugs;
    },
    subtypes: &[
        subtype!(
            "rectal_cancer_ras_wild",
            0.5,
            &[&lines::FOLFOX_PANITUMUMAB, &lines::FOLFIRI_BEVACIZUMAB, &lines::S1_ALONE],
        ),
        subtype!(
            "",
            0.5,
            &[&lines::FOLFOX_BEVACIZUMAB, &lines::FOLFIRI_RAMUCIRUMAB, &lines::S1_ALONE],
        ),
    ],
    markers: &[
        marker(&labs::CEA, Some(Latent::LnCea), [0.3, 0.9, 1.3, 3.0, 3.0]),
        marker(&labs::CA19_9, Some(Latent::LnCa19), [0.1, 0.3, 0.6, 1.6, 1.6]),
    ],
    spread: (&cancer::LUNG_METASTASIS, "咳嗽"),
};

pub(super) static LUNG: Site = Site {
    phenotype: "lung_cancer",
    disease: &cancer::LUNG,
    rates: [
        rates!("lung_cancer" "men": 0.5 1.2 3.2 9.0 20.0 47.0 100.0 180.0 300.0 420.0 530.0 590.0 560.0),
        rates!("lung_cancer" "women": 0.5 1.2 3.0 7.0 15.0 30.0 52.0 82.0 120.0 150.0 180.0 195.0 200.0),
    ],
    ratios: ratios!("lung_cancer" 4.2 2.4 1.0),
    departments: (&departments::RESPIRATORY, &departments::THORACIC_SURGERY),
    proof: (&cancer::BRONCHOSCOPY, ReportKind::Ct),
    symptom: "血痰",
    stages: stages! {
        "lung_cancer";
        "IA" 0.32 0.86 ["1a" "0" "0"] ["1b" "0" "0"] ["1c" "0" "0"] => Surgery(&cancer::LOBECTOMY, None);
        "IB" 0.07 0.72 ["2a" "0" "0"] => Surgery(&cancer::LOBECTOMY, None);
        "II" 0.07 0.526 ["2b" "0" "0"] ["1c" "1" "0"] ["3" "0" "0"] => Surgery(&cancer::LOBECTOMY, Some(&lines::CISPLATIN_PEMETREXED));
        "III" 0.23 0.304 ["2a" "2" "0"] ["3" "2" "0"] ["4" "1" "0"] => Rays;
        "IV" 0.31 0.09 ["2a" "2" "1a"] ["4" "3" "1b"] ["1c" "2" "1c"] => Drugs;
    },
    subtypes: &[
        subtype!(
            "lung_cancer_egfr",
            0.33,
            &[
                &lines::OSIMERTINIB_ALONE,
                &lines::CARBOPLATIN_PEMETREXED,
                &lines::DOCETAXEL_RAMUCIRUMAB,
            ],
        ),
        subtype!(
            "",
            0.67,
            &[&lines::CARBOPLATIN_PEMETREXED, &lines::DOCETAXEL_RAMUCIRUMAB, &lines::S1_ALONE],
        ),
    ],
    markers: &[
        marker(&labs::CEA, Some(Latent::LnCea), [0.2, 0.4, 0.7, 1.1, 2.3]),
        marker(&labs::CYFRA, None, [0.0, 0.2, 0.5, 0.9, 1.6]),
    ],
    spread: (&cancer::BONE_METASTASIS, "腰背部痛"),
};

static BREAST: Site = Site {
    phenotype: "breast_cancer",
    disease: &cancer::BREAST,
    rates: [
        &[],
        rates!("breast_cancer" "women": 8.0 27.0 65.0 145.0 238.0 228.0 222.0 245.0 260.0 265.0 230.0 200.0 160.0),
    ],
    ratios: ratios!("breast_cancer" 1.2 1.1 1.0),
    departments: (&departments::BREAST_SURGERY, &departments::BREAST_SURGERY),
    proof: (&cancer::BREAST_BIOPSY, ReportKind::Ultrasound),
    symptom: "乳房腫瘤",
    stages: stages! {
        "breast_cancer";
        "0" 0.13 0.995 ["is" "0" "0"] => Surgery(&cancer::BREAST_PARTIAL, None);
        "I" 0.42 0.985 ["1b" "0" "0"] ["1c" "0" "0"] => Surgery(&cancer::BREAST_PARTIAL, Some(&lines::ENDOCRINE));
        "II" 0.32 0.946 ["2" "0" "0"] ["2" "1" "0"] ["1c" "1" "0"] => Surgery(&cancer::MASTECTOMY, Some(&lines::EC));
        "III" 0.08 0.806 ["3" "1" "0"] ["2" "2" "0"] ["4b" "1" "0"] => Surgery(&cancer::MASTECTOMY, Some(&lines::EC));
        "IV" 0.05 0.398 ["4b" "2" "1"] ["3" "3a" "1"] => Drugs;
    },
    subtypes: &[
        subtype!(
            "breast_cancer_her2",
            0.15,
            &[
                &lines::DOCETAXEL_TRASTUZUMAB,
                &lines::CAPECITABINE_ALONE,
                &lines::PACLITAXEL_BEVACIZUMAB,
            ],
        ),
        subtype!(
            "breast_cancer_triple_negative",
            0.12,
            &[&lines::PACLITAXEL_BEVACIZUMAB, &lines::EC, &lines::CAPECITABINE_ALONE],
        ),
        subtype!(
            "",
            0.73,
            &[
                &lines::LETROZOLE_PALBOCICLIB,
                &lines::PACLITAXEL_BEVACIZUMAB,
                &lines::CAPECITABINE_ALONE,
            ],
        ),
    ],
    markers: &[
        marker(&labs::CA15_3, None, [0.0, 0.05, 0.2, 0.5, 1.7]),
        marker(&labs::CEA, Some(Latent::LnCea), [0.0, 0.05, 0.2, 0.4, 1.4]),
    ],
    spread: (&cancer::BONE_METASTASIS, "腰背部痛"),
};

static PROSTATE: Site = Site {
    phenotype: "prostate_cancer",
    disease: &cancer::PROSTATE,
    rates: [
        rates!("prostate_cancer" "men": 0.0 0.0 0.1 0.5 2.5 13.0 55.0 155.0 340.0 545.0 640.0 570.0 480.0),
        &[],
    ],
    ratios: ratios!("prostate_cancer" 1.0 1.0 0.85),
    departments: (&departments::UROLOGY, &departments::UROLOGY),
    proof: (&cancer::PROSTATE_BIOPSY, ReportKind::Mri),
    symptom: "排尿困難",
    stages: stages! {
        "prostate_cancer";
        "I" 0.23 0.999 ["1c" "0" "0"] ["2a" "0" "0"] => Surgery(&cancer::PROSTATECTOMY, None);
        "II" 0.40 0.995 ["2a" "0" "0"] ["2b" "0" "0"] ["2c" "0" "0"] => Surgery(&cancer::PROSTATECTOMY, None);
        "III" 0.17 0.98 ["3a" "0" "0"] ["3b" "0" "0"] => Rays;
        "IV" 0.20 0.60 ["3b" "1" "0"] ["3b" "1" "1b"] ["4" "1" "1b"] => Drugs;
    },
    subtypes: &[subtype!(
        "",
        1.0,
        &[
            &lines::LEUPRORELIN_BICALUTAMIDE,
            &lines::LEUPRORELIN_ENZALUTAMIDE,
            &lines::DOCETAXEL_ALONE,
        ],
    )],
    markers: &[marker(&labs::PSA, Some(Latent::LnPsa), [2.0, 2.4, 3.2, 5.2, 5.2])],
    spread: (&cancer::BONE_METASTASIS, "腰痛"),
};

static LIVER: Site = Site {
    phenotype: "liver_cancer",
    disease: &cancer::LIVER,
    rates: [
        rates!("liver_cancer" "men": 0.1 0.3 0.7 2.0 5.0 13.0 28.0 52.0 84.0 118.0 150.0 170.0 165.0),
        rates!("liver_cancer" "women": 0.1 0.2 0.3 0.7 1.4 3.0 7.0 13.0 24.0 38.0 60.0 78.0 80.0),
    ],
    ratios: ratios!("liver_cancer" 1.6 1.4 1.9),
    departments: (&departments::GASTROENTEROLOGY, &departments::DIGESTIVE_SURGERY),
    proof: (&cancer::LIVER_BIOPSY, ReportKind::Ct),
    symptom: "全身倦怠感",
    stages: stages! {
        "liver_cancer";
        "I" 0.55 0.63 ["1a" "0" "0"] ["1b" "0" "0"] => Surgery(&cancer::LIVER_ABLATION, None);
        "II" 0.33 0.452 ["2" "0" "0"] => Surgery(&cancer::HEPATECTOMY, None);
        "III" 0.10 0.16 ["3" "0" "0"] ["4" "0" "0"] => Embolization;
        "IV" 0.02 0.044 ["3" "1" "0"] ["3" "0" "1"] ["4" "1" "1"] => Drugs;
    },
    subtypes: &[subtype!(
        "",
        1.0,
        &[&lines::ATEZOLIZUMAB_BEVACIZUMAB, &lines::LENVATINIB_ALONE, &lines::SORAFENIB_ALONE],
    )],
    markers: &[
        marker(&labs::AFP, None, [1.0, 1.8, 3.2, 4.8, 4.8]),
        marker(&labs::PIVKA_II, None, [0.9, 1.8, 3.4, 4.6, 4.6]),
    ],
    spread: (&cancer::LUNG_METASTASIS, "腹部膨満感"),
};

static PANCREAS: Site = Site {
    phenotype: "pancreatic_cancer",
    disease: &cancer::PANCREAS,
    rates: [
        rates!("pancreatic_cancer" "men": 0.2 0.4 1.0 3.0 8.0 17.0 32.0 52.0 80.0 108.0 135.0 150.0 160.0),
        rates!("pancreatic_cancer" "women": 0.2 0.4 0.9 2.2 5.0 11.0 21.0 34.0 53.0 76.0 100.0 125.0 150.0),
    ],
    ratios: ratios!("pancreatic_cancer" 1.7 1.2 1.9),
    departments: (&departments::GASTROENTEROLOGY, &departments::DIGESTIVE_SURGERY),
    proof: (&cancer::ENDOSONOGRAPHY, ReportKind::Ct),
    symptom: "黄疸",
    stages: stages! {
        "pancreatic_cancer";
        "I" 0.22 0.50 ["1c" "0" "0"] ["2" "0" "0"] => Surgery(&cancer::PANCREATODUODENECTOMY, Some(&lines::S1_ALONE));
        "II" 0.20 0.22 ["3" "0" "0"] ["2" "1" "0"] => Surgery(&cancer::PANCREATODUODENECTOMY, Some(&lines::S1_ALONE));
        "III" 0.14 0.065 ["4" "0" "0"] ["4" "1" "0"] => Drugs;
        "IV" 0.44 0.016 ["3" "1" "1"] ["4" "1" "1"] ["2" "2" "1"] => Drugs;
    },
    subtypes: &[subtype!(
        "",
        1.0,
        &[&lines::GEMCITABINE_NAB_PACLITAXEL, &lines::FOLFIRINOX, &lines::S1_ALONE],
    )],
    markers: &[
        marker(&labs::CA19_9, Some(Latent::LnCa19), [1.5, 2.3, 3.0, 4.2, 4.2]),
        marker(&labs::CEA, Some(Latent::LnCea), [0.3, 0.5, 0.9, 1.6, 1.6]),
    ],
    spread: (&cancer::LIVER_METASTASIS, "腹痛"),
};

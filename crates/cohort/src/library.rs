//! Published phenotypes that come with the program, with their concept sets.
//!
//! They are files in `library/`, canonical as they stand; each says where it was published.

macro_rules! files {
    ($folder:literal, $ending:literal, $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../library/", $folder, "/", $name, ".", $ending)))),*]
    };
}

/// Cohorts and studies: name and text.
pub const DEFINITIONS: &[(&str, &str)] = files!(
    "cohorts",
    "cohort",
    "aki_kdigo",
    "ami_hospital",
    "brca_biobank",
    "ckd_g3plus",
    "hf_hosp",
    "hypertension_new_users",
    "legend_htn_acei_vs_thz",
    "metformin_hba1c",
    "t2dm_incident",
    "t2dm_phekb",
);

/// Concept sets: name and text.
pub const CODES: &[(&str, &str)] = files!(
    "codes",
    "codes",
    "acei",
    "ami",
    "angioedema",
    "antihypertensive",
    "biobank_consent",
    "brca",
    "chronic_dialysis",
    "ckd",
    "creatinine",
    "dna",
    "glucose",
    "glucose_fasting",
    "glucose_lowering_not_insulin",
    "hba1c",
    "heart_failure",
    "htn_negative_controls",
    "hypertension",
    "insulin",
    "kidney_transplant",
    "metformin",
    "secondary_dm",
    "t1dm",
    "t2dm",
    "thiazide_like",
);

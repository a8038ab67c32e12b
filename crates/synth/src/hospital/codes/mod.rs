//! The codes of the hospital: each a static entry that events point at.
//!
//! Codes look like those of the real systems. What could be checked against an open list was (the
//! manual says what); the rest is shaped right and means nothing outside this crate, so nothing here
//! is to be copied into a mapping.

pub mod allergens;
pub mod cancer;
pub mod cancer_drugs;
pub mod cardiometabolic;
pub mod cardiometabolic_drugs;
pub mod departments;
pub mod entry;
pub mod general;
pub mod infection;
pub mod labs;
pub mod materials;
pub mod modifiers;
pub mod obstetric;
pub mod paediatric;
pub mod rare;
pub mod respiratory;
pub mod rheumatic;
pub mod usages;
pub mod vaccines;
pub mod vitals;

/// A name of a disease, as the master of disease names has it.
#[derive(Debug, PartialEq)]
pub struct Disease {
    /// ICD-10 (2013) without the dot: `E119`.
    pub icd10: &'static str,
    /// The disease's key number of eight digits.
    pub byomei: &'static str,
    /// The exchange code of four characters.
    pub exchange: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
}

/// A word before or after the name of a disease: 右, 急性, の疑い.
#[derive(Debug, PartialEq)]
pub struct Modifier {
    /// Its exchange code of four characters.
    pub exchange: &'static str,
    /// The Japanese word.
    pub ja: &'static str,
    /// Whether it stands before the name.
    pub is_prefix: bool,
}

/// A laboratory test, a vital sign or a measure of the body.
#[derive(Debug, PartialEq)]
pub struct Test {
    /// JLAC10, 17 digits; empty where there is none.
    pub jlac10: &'static str,
    /// LOINC; empty where there is none.
    pub loinc: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
    /// The unit as printed; empty for words.
    pub unit: &'static str,
    /// The unit in UCUM; empty for words.
    pub ucum: &'static str,
    /// Digits after the point, as the analyser prints them.
    pub decimals: u8,
    /// Lower and upper reference limits for men, then for women; none where there is none.
    pub reference: Option<[(f64, f64); 2]>,
    /// What kind of observation it is.
    pub kind: TestKind,
    /// The analyser's limits: below or above, `<` or `>` is printed.
    pub measurable: (f64, f64),
}

/// The category of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKind {
    /// From a specimen; the material's JLAC10 digits and name.
    Laboratory(&'static Material),
    /// A vital sign or a measure of the body.
    Vital,
    /// A physiological examination: echocardiography, spirometry.
    Physiology,
    /// What the patient says: smoking, drinking.
    Social,
}

/// What a specimen is.
#[derive(Debug, PartialEq, Eq)]
pub struct Material {
    /// Three digits of JLAC10.
    pub code: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
}

/// A drug.
#[derive(Debug, PartialEq)]
pub struct Drug {
    /// HOT9.
    pub hot9: &'static str,
    /// YJ, twelve characters.
    pub yj: &'static str,
    /// ATC.
    pub atc: &'static str,
    /// The product's Japanese name.
    pub ja: &'static str,
    /// The substance's English name.
    pub en: &'static str,
    /// The unit of one dose in MERIT-9: `TAB`, `mL`; and as printed: `錠`.
    pub unit: (&'static str, &'static str),
    /// The form: oral, injected and so on.
    pub form: DrugForm,
}

/// How a drug gets into the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrugForm {
    /// By mouth.
    Oral,
    /// Into a vein.
    Injected,
    /// Under the skin.
    Subcutaneous,
    /// Breathed in.
    Inhaled,
    /// On the skin, in the eye.
    Topical,
}

/// When a drug is taken: JAMI's standard usage code of sixteen characters.
#[derive(Debug, PartialEq)]
pub struct Usage {
    /// The code.
    pub code: &'static str,
    /// In words.
    pub ja: &'static str,
    /// Times a day.
    pub times_a_day: u8,
}

/// A procedure: an operation, an intervention, an examination.
#[derive(Debug, PartialEq)]
pub struct Operation {
    /// K code (or D, G, J) of the fee schedule: `K549-1`.
    pub code: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
}

/// What somebody is allergic to.
#[derive(Debug, PartialEq)]
pub struct Allergen {
    /// J-FAGY, twelve characters.
    pub code: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
    /// `medication`, `food` or `environment`.
    pub category: &'static str,
}

/// A vaccine.
#[derive(Debug, PartialEq)]
pub struct Vaccine {
    /// YJ, twelve characters.
    pub yj: &'static str,
    /// CVX.
    pub cvx: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
}

/// A department, by the SS-MIX2 code.
#[derive(Debug, PartialEq, Eq)]
pub struct Department {
    /// The code: `01`.
    pub code: &'static str,
    /// The Japanese name.
    pub ja: &'static str,
    /// The English name.
    pub en: &'static str,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn tests() -> impl Iterator<Item = &'static Test> {
        labs::ALL.iter().chain(vitals::ALL).copied()
    }

    #[test]
    fn a_jlac10_code_has_seventeen_digits_and_names_the_material() {
        for test in tests().filter(|test| !test.jlac10.is_empty()) {
            assert_eq!(test.jlac10.len(), 17, "{}", test.ja);
            if let TestKind::Laboratory(material) = test.kind {
                assert_eq!(&test.jlac10[9..12], material.code, "{}", test.ja);
            }
        }
    }

    #[test]
    fn no_two_tests_share_a_code_or_a_name() {
        let mut seen = BTreeSet::new();
        for test in tests() {
            for (field, code) in [test.jlac10, test.loinc, test.ja, test.en].into_iter().enumerate()
            {
                assert!(code.is_empty() || seen.insert((field, code)), "{code} twice");
            }
        }
    }

    #[test]
    fn limits_stand_in_order_and_what_is_a_word_has_none() {
        for test in tests() {
            assert!(test.measurable.0 < test.measurable.1, "{}", test.ja);
            assert!(!test.ucum.is_empty() || (test.unit.is_empty() && test.reference.is_none()));
            for (low, high) in test.reference.into_iter().flatten() {
                assert!(low < high && test.measurable.0 <= high, "{}", test.ja);
            }
        }
    }

    #[test]
    fn codes_have_the_length_of_their_system() {
        for usage in usages::ALL {
            assert!([0, 16].contains(&usage.code.len()), "{}", usage.ja);
        }
        for (code, length) in modifiers::ALL
            .iter()
            .map(|one| (one.exchange, 4))
            .chain(vaccines::ALL.iter().map(|one| (one.yj, 12)))
            .chain(allergens::ALL.iter().map(|one| (one.code, 12)))
        {
            assert_eq!(code.len(), length, "{code}");
        }
    }
}

//! One line an entry, so that tables of codes read as tables; and the units of drugs.
//!
//! Each table also gives the list of all it holds: `DISEASES`, `DRUGS`, `OPERATIONS`.

macro_rules! diseases {
    ($($name:ident = $icd10:literal $byomei:literal $exchange:literal $ja:literal $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: super::Disease = super::Disease {
            icd10: $icd10, byomei: $byomei, exchange: $exchange, ja: $ja, en: $en,
        };)*

        /// All diseases of this table.
        pub static DISEASES: &[&super::Disease] = &[$(&$name),*];
    };
}

macro_rules! drugs {
    ($($name:ident = $hot9:literal $yj:literal $atc:literal $ja:literal $en:literal
        $unit:ident $form:ident;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: super::Drug = super::Drug {
            hot9: $hot9, yj: $yj, atc: $atc, ja: $ja, en: $en,
            unit: $unit, form: super::DrugForm::$form,
        };)*

        /// All drugs of this table.
        pub static DRUGS: &[&super::Drug] = &[$(&$name),*];
    };
}

macro_rules! operations {
    ($($name:ident = $code:literal $ja:literal $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: super::Operation =
            super::Operation { code: $code, ja: $ja, en: $en };)*

        /// All operations of this table.
        pub static OPERATIONS: &[&super::Operation] = &[$(&$name),*];
    };
}

pub(super) use {diseases, drugs, operations};

/// A unit of doses, in MERIT-9 and as printed.
type Unit = (&'static str, &'static str);

/// Tablets.
pub const TABLET: Unit = ("TAB", "錠");
/// Capsules.
pub const CAPSULE: Unit = ("CAP", "カプセル");
/// Millilitres.
pub const ML: Unit = ("mL", "mL");
/// Milligrams, for what is dosed by weight or surface of the body.
pub const MG: Unit = ("mg", "mg");
/// Grams.
pub const GRAM: Unit = ("g", "g");
/// Units of insulin and hormones.
pub const UNITS: Unit = ("UNT", "単位");
/// Puffs of an inhaler.
pub const PUFF: Unit = ("PUFF", "吸入");
/// Syringes and pens filled by the maker.
pub const SYRINGE: Unit = ("SYRG", "筒");
/// Suppositories.
pub const SUPPOSITORY: Unit = ("SUPP", "個");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{
        Disease, Drug, Operation, cancer, cancer_drugs, cardiometabolic, cardiometabolic_drugs,
        general, infection, obstetric, paediatric, rare, respiratory, rheumatic,
    };

    fn diseases() -> impl Iterator<Item = &'static Disease> {
        [
            cancer::DISEASES,
            cardiometabolic::DISEASES,
            general::DISEASES,
            infection::DISEASES,
            obstetric::DISEASES,
            paediatric::DISEASES,
            rare::DISEASES,
            respiratory::DISEASES,
            rheumatic::DISEASES,
        ]
        .into_iter()
        .flatten()
        .copied()
    }

    fn drugs() -> impl Iterator<Item = &'static Drug> {
        [
            cancer_drugs::DRUGS,
            cardiometabolic_drugs::DRUGS,
            general::DRUGS,
            infection::DRUGS,
            obstetric::DRUGS,
            paediatric::DRUGS,
            rare::DRUGS,
            respiratory::DRUGS,
            rheumatic::DRUGS,
        ]
        .into_iter()
        .flatten()
        .copied()
    }

    #[test]
    fn diseases_have_codes_of_the_right_shape() {
        for disease in diseases() {
            let letter = disease.icd10.chars().next();
            assert!(letter.is_some_and(|c| c.is_ascii_uppercase()), "{disease:?}");
            assert!((3..=5).contains(&disease.icd10.len()), "{disease:?}");
            assert!(disease.byomei.len() == 8 && disease.byomei.starts_with("20"), "{disease:?}");
            assert_eq!(disease.exchange.len(), 4, "{disease:?}");
        }
    }

    #[test]
    fn drugs_have_codes_of_the_right_shape() {
        for drug in drugs() {
            assert!(drug.hot9.len() == 9 && drug.yj.len() == 12, "{drug:?}");
            assert!(
                drug.yj.chars().nth(7).is_some_and(|form| form.is_ascii_uppercase()),
                "{drug:?}"
            );
            assert!((5..=7).contains(&drug.atc.len()), "{drug:?}");
        }
    }

    #[test]
    fn a_code_stands_for_one_thing() {
        let keys: Vec<&str> = diseases().map(|disease| disease.byomei).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        let keys: Vec<&str> = drugs().map(|drug| drug.yj).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        let keys: Vec<&str> = drugs().map(|drug| drug.hot9).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn operations_have_a_code_of_the_fee_schedule() {
        let all = [
            cancer::OPERATIONS,
            cardiometabolic::OPERATIONS,
            general::OPERATIONS,
            infection::OPERATIONS,
            obstetric::OPERATIONS,
            paediatric::OPERATIONS,
            rare::OPERATIONS,
            respiratory::OPERATIONS,
            rheumatic::OPERATIONS,
        ];
        let all: Vec<&Operation> = all.into_iter().flatten().copied().collect();
        for operation in &all {
            assert!("CDEGJKM".contains(&operation.code[..1]), "{operation:?}");
            assert!(operation.code[1..4].bytes().all(|byte| byte.is_ascii_digit()));
        }
        let codes: BTreeSet<&str> = all.iter().map(|operation| operation.code).collect();
        assert_eq!(codes.len(), all.len());
    }
}

//! The code systems that have a name here: how they are called, and which codes are neighbours.

use vocab::{Locale, Text};

/// A code system.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct System {
    /// Its part of an address; it never changes.
    pub(crate) slug: &'static str,
    /// The addresses that records name it by, the usual one first.
    pub(crate) uris: &'static [&'static str],
    /// What it is called.
    pub(crate) name: Text,
    /// How many first characters neighbours share; none where codes have no such order.
    pub(crate) block: Option<usize>,
}

macro_rules! systems {
    ($($slug:literal $ja:literal $en:literal $block:expr, [$($uri:literal)*];)*) => {
        &[$(System {
            slug: $slug,
            uris: &[$($uri),*],
            name: Text { ja: $ja, en: $en },
            block: $block,
        },)*]
    };
}

/// Every code system with a name, in the order in which they are listed.
pub(crate) static SYSTEMS: &[System] = systems! {
    "icd10" "ICD-10（2013年版）" "ICD-10 (2013)" Some(3),
        ["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full" "urn:oid:1.2.392.200119.4.101.2"];
    "icd10-who" "ICD-10（WHO）" "ICD-10 (WHO)" Some(3), ["http://hl7.org/fhir/sid/icd-10"];
    "byomei" "標準病名（管理番号）" "Standard disease name (key number)" None,
        ["http://medis.or.jp/CodeSystem/master-disease-keyNumber" "urn:oid:1.2.392.200119.4.101.6"];
    "byomei-exchange" "標準病名（交換用コード）" "Standard disease name (exchange code)" None,
        ["http://medis.or.jp/CodeSystem/master-disease-exCode"];
    "byomei-receipt" "傷病名マスター（レセプト）" "Disease name of claims" None,
        ["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease"];
    "snomed" "SNOMED CT" "SNOMED CT" None, ["http://snomed.info/sct"];
    "jlac10" "JLAC10（臨床検査項目）" "JLAC10 (laboratory tests)" Some(5),
        ["http://medis.or.jp/CodeSystem/master-JLAC10-17digits" "urn:oid:1.2.392.200119.4.504"
         "http://jpfhir.jp/fhir/clins/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_CS"];
    "jlac11" "JLAC11（臨床検査項目）" "JLAC11 (laboratory tests)" Some(5),
        ["http://jpfhir.jp/fhir/clins/CodeSystem/JLAC11/JP_CLINS_ObsLabResult_CoreLabo_CS"];
    "loinc" "LOINC" "LOINC" None, ["http://loinc.org"];
    "nursing-observation" "看護観察" "Nursing observations" None,
        ["http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode"
         "urn:oid:1.2.392.200119.4.402.1" "urn:oid:1.2.392.200119.4.403.1"];
    "atc" "ATC（薬効分類）" "ATC (drug classes)" Some(5), ["http://www.whocc.no/atc"];
    "yj" "YJコード（医薬品）" "YJ (drugs)" Some(7),
        ["http://capstandard.jp/iyaku.info/CodeSystem/YJ-code" "urn:oid:1.2.392.100495.20.1.73"];
    "hot7" "HOT7（医薬品）" "HOT7 (drugs)" None,
        ["http://medis.or.jp/CodeSystem/master-HOT7" "urn:oid:1.2.392.200119.4.403.2"];
    "hot9" "HOT9（医薬品）" "HOT9 (drugs)" Some(7), ["http://medis.or.jp/CodeSystem/master-HOT9"];
    "hot13" "HOT13（医薬品）" "HOT13 (drugs)" Some(7), ["http://medis.or.jp/CodeSystem/master-HOT13"];
    "general-name" "一般名コード" "General name of a drug" Some(9),
        ["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode"
         "urn:oid:1.2.392.100495.20.2.81"];
    "rxnorm" "RxNorm" "RxNorm" None, ["http://www.nlm.nih.gov/research/umls/rxnorm"];
    "k-code" "診療報酬区分（Kコードなど）" "Fee schedule (K codes and others)" Some(4),
        ["http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesMedical_CS"];
    "stem7" "STEM7（手術・処置）" "STEM7 (procedures)" Some(4),
        ["http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesSTEM7_CS"];
    "dental-procedure" "歯科診療行為" "Dental procedures" None,
        ["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterH-dentalProcedure"];
    "nursing-action" "看護行為" "Nursing acts" None,
        ["http://medis.or.jp/CodeSystem/master-nursingAction-16digits"];
    "cvx" "CVX（ワクチン）" "CVX (vaccines)" None, ["http://hl7.org/fhir/sid/cvx"];
    "j-fagy-drug" "J-FAGY（医薬品アレルゲン）" "J-FAGY (drug allergens)" None,
        ["http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyMedicationAllergen_CS"];
    "j-fagy-food" "J-FAGY（食品アレルゲン）" "J-FAGY (food allergens)" None,
        ["http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS"];
    "j-fagy-other" "J-FAGY（その他のアレルゲン）" "J-FAGY (other allergens)" None,
        ["http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS"];
};

/// The system that records name so.
pub(crate) fn named(uri: &str) -> Option<&'static System> {
    SYSTEMS.iter().find(|system| system.uris.contains(&uri))
}

/// The part of an address for a system: its short name, or its own address where it has none.
pub(crate) fn slug(uri: &str) -> &str {
    match (named(uri), uri) {
        (Some(system), _) => system.slug,
        (None, "") => NO_SYSTEM,
        (None, uri) => uri,
    }
}

/// Stands in an address for codes whose system the sender did not say.
const NO_SYSTEM: &str = "none";

/// What a system is called; its own address where it has no name here.
pub(crate) fn name(slug: &str, locale: Locale) -> String {
    match SYSTEMS.iter().find(|system| system.slug == slug) {
        Some(system) => system.name.get(locale).to_owned(),
        None => slug.to_owned(),
    }
}

/// Where a system stands among the others; those without a name come last.
pub(crate) fn place(slug: &str) -> usize {
    SYSTEMS.iter().position(|system| system.slug == slug).unwrap_or(SYSTEMS.len())
}

/// What neighbours of a code begin with; none where its system has no such order.
pub(crate) fn block<'a>(slug: &str, code: &'a str) -> Option<&'a str> {
    let system = SYSTEMS.iter().find(|system| system.slug == slug)?;
    code.get(..system.block?)
}

/// The page of a code.
pub(crate) fn href(slug: &str, code: &str) -> String {
    ["/catalog/concepts", &desk::segment(slug), &desk::segment(code)].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_systems_share_an_address() {
        let mut slugs: Vec<&str> = SYSTEMS.iter().map(|system| system.slug).collect();
        let mut uris: Vec<&str> = SYSTEMS.iter().flat_map(|system| system.uris).copied().collect();
        let (slug_count, uri_count) = (slugs.len(), uris.len());
        slugs.sort_unstable();
        slugs.dedup();
        uris.sort_unstable();
        uris.dedup();
        assert_eq!((slugs.len(), uris.len()), (slug_count, uri_count));
    }

    #[test]
    fn a_system_without_a_name_is_addressed_by_its_own_address() {
        assert_eq!(slug("http://loinc.org"), "loinc");
        assert_eq!(slug("urn:oid:9.9"), "urn:oid:9.9");
        assert_eq!(href(slug("urn:oid:9.9"), "a/b"), "/catalog/concepts/urn%3Aoid%3A9.9/a%2Fb");
        assert_eq!(href(slug(""), "x"), "/catalog/concepts/none/x");
    }

    #[test]
    fn neighbours_share_what_their_system_orders_by() {
        assert_eq!(block("icd10", "E119"), Some("E11"));
        assert_eq!(block("jlac10", "3D046000001906202"), Some("3D046"));
        assert_eq!(block("icd10", "E1"), None);
        assert_eq!(block("loinc", "4548-4"), None);
    }
}

//! Code systems, and the names under which concept sets know them.

use lake::events::CodeSystem;

/// The code systems by the names that concept sets use. Codings of other systems keep their address.
pub static SYSTEMS: &[CodeSystem] = &[
    CodeSystem {
        name: "icd10_jp",
        uris: &["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full"],
        without_dots: true,
    },
    CodeSystem { name: "icd10", uris: &["http://hl7.org/fhir/sid/icd-10"], without_dots: true },
    system(
        "byomei",
        &[
            "http://medis.or.jp/CodeSystem/master-disease-keyNumber",
            "urn:oid:1.2.392.200119.4.101.2",
        ],
    ),
    system(
        "byomei_exchange",
        &["http://medis.or.jp/CodeSystem/master-disease-exCode", "urn:oid:1.2.392.200119.4.101.6"],
    ),
    system("byomei_receipt", &["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease"]),
    system("snomed", &["http://snomed.info/sct"]),
    system(
        "jlac10",
        &[
            "http://medis.or.jp/CodeSystem/master-JLAC10-17digits",
            "urn:oid:1.2.392.200119.4.504",
            "http://jpfhir.jp/fhir/clins/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_CS",
        ],
    ),
    system(
        "jlac11",
        &["http://jpfhir.jp/fhir/clins/CodeSystem/JLAC11/JP_CLINS_ObsLabResult_CoreLabo_CS"],
    ),
    system("loinc", &["http://loinc.org"]),
    system(
        "nursing_observation",
        &["http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode"],
    ),
    system("atc", &["http://www.whocc.no/atc"]),
    system(
        "yj",
        &["http://capstandard.jp/iyaku.info/CodeSystem/YJ-code", "urn:oid:1.2.392.100495.20.1.73"],
    ),
    system(
        "hot7",
        &["http://medis.or.jp/CodeSystem/master-HOT7", "urn:oid:1.2.392.200119.4.403.2"],
    ),
    system(
        "hot9",
        &[
            "http://medis.or.jp/CodeSystem/master-HOT9",
            "urn:oid:1.2.392.200119.4.403.1",
            "urn:oid:1.2.392.100495.20.2.74",
        ],
    ),
    system(
        "hot13",
        &["http://medis.or.jp/CodeSystem/master-HOT13", "urn:oid:1.2.392.200119.4.402.1"],
    ),
    system(
        "general_name",
        &[
            "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode",
            "urn:oid:1.2.392.100495.20.2.81",
        ],
    ),
    system("gs1", &["https://www.gs1.org/gtin"]),
    system("rxnorm", &["http://www.nlm.nih.gov/research/umls/rxnorm"]),
    system("k_code", &["http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesMedical_CS"]),
    system("stem7", &["http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesSTEM7_CS"]),
    system(
        "dental_procedure",
        &["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterH-dentalProcedure"],
    ),
    system("nursing_action", &["http://medis.or.jp/CodeSystem/master-nursingAction-16digits"]),
    system("cvx", &["http://hl7.org/fhir/sid/cvx"]),
    system("jfagy_food", &["http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS"]),
    system(
        "jfagy_medication",
        &["http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyMedicationAllergen_CS"],
    ),
    system(
        "jfagy_other",
        &["http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS"],
    ),
];

const fn system(name: &'static str, uris: &'static [&'static str]) -> CodeSystem {
    CodeSystem { name, uris, without_dots: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_systems_share_a_name_or_an_address() {
        let mut names: Vec<&str> = SYSTEMS.iter().map(|system| system.name).collect();
        let mut uris: Vec<&str> = SYSTEMS.iter().flat_map(|system| system.uris).copied().collect();
        let counts = (names.len(), uris.len());
        names.sort_unstable();
        names.dedup();
        uris.sort_unstable();
        uris.dedup();
        assert_eq!((names.len(), uris.len()), counts);
    }
}

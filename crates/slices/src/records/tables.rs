//! The tables that come with the program: one ViewDefinition each, and whom its rows are about.
//!
//! The file of a table is `tables/<name>.view.json`; the list below is in the order of the manual.
//! What the columns mean stands in the files themselves, in both languages, and
//! [`manual()`] prints it.

#[cfg(test)]
mod days;
mod manual;
#[cfg(test)]
mod tests;

use vocab::Locale;

/// A table made from a bundled ViewDefinition.
#[derive(Clone, Copy, Debug)]
pub struct BundledTable {
    /// Its name, which is the stem of its file.
    pub name: &'static str,
    /// Whom its rows are about.
    pub about: About,
    /// The ViewDefinition as JSON.
    pub view_json: &'static str,
}

/// Whom the rows of a bundled table are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Each row is about one patient; a row without a patient is shown to nobody.
    Patient,
    /// A row with a patient is about that patient (it was contained in the patient's record) and
    /// is hidden with the patient; a row without one is about nobody.
    PatientWhereGiven {
        /// Why a row without a patient tells of nobody.
        why: &'static str,
    },
}

/// An extension whose value enters no table: it could name the person, or is nobody's business.
#[derive(Clone, Copy, Debug)]
pub struct WithheldExtension {
    /// Its URL.
    pub url: &'static str,
    /// What it says, in English.
    pub en: &'static str,
    /// What it says, in Japanese.
    pub ja: &'static str,
}

const PRODUCT: About =
    About::PatientWhereGiven { why: "a medication of its own is an entry of the drug list" };
const HOUSE: About =
    About::PatientWhereGiven { why: "places and organisations belong to the hospital" };
const STAFF: About =
    About::PatientWhereGiven { why: "staff are keys and kinds of profession, without names" };
const STUDY: About = About::PatientWhereGiven { why: "a study is described, not its subjects" };
const MACHINE: About =
    About::PatientWhereGiven { why: "a device without a patient is the hospital's equipment" };

macro_rules! bundled {
    ($($name:literal $about:expr;)*) => {
        &[$(BundledTable {
            name: $name,
            about: $about,
            view_json: include_str!(concat!("tables/", $name, ".view.json")),
        },)*]
    };
}

/// Every bundled table, in the order of the manual.
pub static TABLES: &[BundledTable] = bundled! {
    "patient" About::Patient;
    "patient_link" About::Patient;
    "encounter" About::Patient;
    "encounter_diagnosis" About::Patient;
    "encounter_location" About::Patient;
    "encounter_participant" About::Patient;
    "encounter_class_history" About::Patient;
    "condition" About::Patient;
    "condition_code" About::Patient;
    "condition_modifier" About::Patient;
    "condition_stage" About::Patient;
    "observation" About::Patient;
    "observation_code" About::Patient;
    "observation_component" About::Patient;
    "observation_member" About::Patient;
    "observation_tooth" About::Patient;
    "medication_request" About::Patient;
    "medication_request_code" About::Patient;
    "medication_request_dosage" About::Patient;
    "medication_administration" About::Patient;
    "medication_administration_code" About::Patient;
    "medication_dispense" About::Patient;
    "medication_dispense_code" About::Patient;
    "medication_dispense_dosage" About::Patient;
    "medication_statement" About::Patient;
    "medication_statement_code" About::Patient;
    "medication_statement_dosage" About::Patient;
    "medication" PRODUCT;
    "medication_code" PRODUCT;
    "medication_ingredient" PRODUCT;
    "procedure" About::Patient;
    "procedure_code" About::Patient;
    "allergy_intolerance" About::Patient;
    "allergy_intolerance_code" About::Patient;
    "allergy_reaction" About::Patient;
    "diagnostic_report" About::Patient;
    "diagnostic_report_code" About::Patient;
    "diagnostic_report_result" About::Patient;
    "immunization" About::Patient;
    "specimen" About::Patient;
    "family_member_history" About::Patient;
    "family_member_condition" About::Patient;
    "coverage" About::Patient;
    "imaging_study" About::Patient;
    "imaging_series" About::Patient;
    "document_reference" About::Patient;
    "document_content" About::Patient;
    "service_request" About::Patient;
    "care_plan" About::Patient;
    "care_plan_activity" About::Patient;
    "consent" About::Patient;
    "consent_provision" About::Patient;
    "device" MACHINE;
    "media" About::Patient;
    "body_structure" About::Patient;
    "composition" About::Patient;
    "composition_section" About::Patient;
    "location" HOUSE;
    "organization" HOUSE;
    "practitioner" STAFF;
    "practitioner_role" STAFF;
    "related_person" About::Patient;
    "research_study" STUDY;
    "research_subject" About::Patient;
    "binary" About::Patient;
    "endpoint" HOUSE;
};

/// The known extensions whose values enter no table, whatever resource carries them. An extension
/// that is neither here nor in a column is kept in the table `extension` with its value.
pub static WITHHELD_EXTENSIONS: &[WithheldExtension] = &[
    WithheldExtension {
        url: "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
        en: "whether a name is in kanji or kana: goes with the name into the identity store",
        ja: "氏名の漢字・カナの別。氏名とともに本人情報保管庫へ",
    },
    WithheldExtension {
        url: "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
        en: "place of birth, an address",
        ja: "出生地（住所）",
    },
    WithheldExtension {
        url: "http://hl7.org/fhir/StructureDefinition/patient-religion",
        en: "religion: personal information that needs special care",
        ja: "宗教（要配慮個人情報）",
    },
    WithheldExtension {
        url: "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber",
        en: "number of the insured person",
        ja: "被保険者番号",
    },
    WithheldExtension {
        url: "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber",
        en: "branch number of the insured person",
        ja: "被保険者枝番",
    },
    WithheldExtension {
        url: "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol",
        en: "symbol of the insured person",
        ja: "被保険者記号",
    },
];

/// Whether the value of an extension must not enter any table, whatever resource carries it.
#[must_use]
pub fn withholds(extension_url: &str) -> bool {
    WITHHELD_EXTENSIONS.iter().any(|withheld| withheld.url == extension_url)
}

/// The manual of the bundled tables: each table, each column, and where each extension goes.
///
/// # Shape
/// Markdown; the committed copies are `docs/manual/tables.md` and `docs/manual/tables.ja.md`.
#[must_use]
pub fn manual(locale: Locale) -> String {
    manual::write(locale)
}

//! The tables that come with the program: one ViewDefinition each, and whom its rows are about.
//!
//! The file of a table is `tables/<name>.view.json`; the list below is in the order of the manual.
//! What the columns mean stands in the files themselves, in both languages, and
//! [`manual`] prints it.

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

/// An extension that no column takes, and what becomes of it.
#[derive(Clone, Copy, Debug)]
pub struct KeptExtension {
    /// Its URL.
    pub url: &'static str,
    /// Whether its value names the person and so stays out of the tables altogether.
    pub identifies: bool,
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

/// Extensions of JP Core, JP-CLINS and FHIR that are known and have no column. Any other unknown
/// extension is kept in the table `extension` too.
pub static KEPT_EXTENSIONS: &[KeptExtension] = &[
    KeptExtension {
        url: "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
        identifies: true,
        en: "whether a name is in kanji or kana: goes with the name into the identity store",
        ja: "氏名の漢字・カナの別。氏名とともに本人情報保管庫へ",
    },
    KeptExtension {
        url: "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
        identifies: true,
        en: "place of birth, an address",
        ja: "出生地（住所）",
    },
    KeptExtension {
        url: "http://hl7.org/fhir/StructureDefinition/patient-religion",
        identifies: false,
        en: "religion: special care-required personal information, so no column invites its use",
        ja: "宗教。要配慮個人情報のため列にしない",
    },
    KeptExtension {
        url: "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber",
        identifies: true,
        en: "number of the insured person",
        ja: "被保険者番号",
    },
    KeptExtension {
        url: "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber",
        identifies: true,
        en: "branch number of the insured person",
        ja: "被保険者枝番",
    },
    KeptExtension {
        url: "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol",
        identifies: true,
        en: "symbol of the insured person",
        ja: "被保険者記号",
    },
];

/// The manual of the bundled tables: each table, each column, and where each extension goes.
///
/// # Shape
/// Markdown; the committed copies are `docs/manual/tables.md` and `docs/manual/tables.ja.md`.
#[must_use]
pub fn manual(locale: Locale) -> String {
    manual::write(locale)
}

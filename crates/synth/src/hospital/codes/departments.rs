//! Departments, by the unified codes of SS-MIX2.
//!
//! # Source
//! SS-MIX2 標準化ストレージ仕様書 別紙コード表, 統一診療科コード.

use super::Department;

macro_rules! departments {
    ($($name:ident = $code:literal $ja:literal $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: Department = Department { code: $code, ja: $ja, en: $en };)*

        /// All departments.
        pub static ALL: &[&Department] = &[$(&$name),*];
    };
}

departments! {
    INTERNAL_MEDICINE = "01" "内科" "Internal medicine";
    PSYCHIATRY = "02" "精神科" "Psychiatry";
    NEUROLOGY = "04" "神経内科" "Neurology";
    PAEDIATRICS = "09" "小児科" "Paediatrics";
    SURGERY = "10" "外科" "Surgery";
    ORTHOPAEDICS = "11" "整形外科" "Orthopaedics";
    NEUROSURGERY = "14" "脳神経外科" "Neurosurgery";
    THORACIC_SURGERY = "15" "呼吸器外科" "Thoracic surgery";
    CARDIAC_SURGERY = "16" "心臓血管外科" "Cardiovascular surgery";
    DERMATOLOGY = "19" "皮膚科" "Dermatology";
    UROLOGY = "20" "泌尿器科" "Urology";
    OBSTETRICS = "24" "産科" "Obstetrics";
    GYNAECOLOGY = "25" "婦人科" "Gynaecology";
    OPHTHALMOLOGY = "26" "眼科" "Ophthalmology";
    OTORHINOLARYNGOLOGY = "27" "耳鼻咽喉科" "Otorhinolaryngology";
    RADIOLOGY = "30" "放射線科" "Radiology";
    ANAESTHESIOLOGY = "31" "麻酔科" "Anaesthesiology";
    RHEUMATOLOGY = "35" "リウマチ科" "Rheumatology";
    REHABILITATION = "36" "リハビリテーション科" "Rehabilitation";
    EMERGENCY = "39" "救急科" "Emergency medicine";
    GENETICS = "40" "遺伝科" "Clinical genetics";
    HAEMATOLOGY = "41" "血液内科" "Haematology";
    CHECKUP_CENTRE = "44" "健診科" "Health checks";
    RESPIRATORY = "45" "呼吸器内科" "Respiratory medicine";
    ONCOLOGY = "47" "腫瘍診療科" "Oncology";
    NEPHROLOGY = "48" "腎臓内科" "Nephrology";
    GENERAL_MEDICINE = "51" "総合診療科" "General medicine";
    GASTROENTEROLOGY = "70" "消化器内科" "Gastroenterology";
    DIABETES = "73" "糖尿病内科" "Diabetes and endocrinology";
    INFECTIOUS_DISEASES = "75" "感染症科" "Infectious diseases";
    DIGESTIVE_SURGERY = "7A" "消化器外科" "Digestive surgery";
    BREAST_SURGERY = "82" "乳腺外科" "Breast surgery";
    PALLIATIVE_CARE = "83" "緩和ケア科" "Palliative care";
    CARDIOLOGY = "081" "循環器内科" "Cardiology";
}

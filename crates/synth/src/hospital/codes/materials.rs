//! What specimens are, by the three digits of JLAC10.

use super::Material;

/// Serum.
pub static SERUM: Material = Material { code: "023", ja: "血清", en: "Serum" };
/// Plasma.
pub static PLASMA: Material = Material { code: "022", ja: "血漿", en: "Plasma" };
/// Whole blood.
pub static BLOOD: Material =
    Material { code: "019", ja: "全血(添加物入り)", en: "Whole blood" };
/// Arterial blood.
pub static ARTERIAL_BLOOD: Material =
    Material { code: "020", ja: "動脈血", en: "Arterial blood" };
/// Urine, caught once.
pub static URINE: Material = Material { code: "001", ja: "尿", en: "Urine" };
/// Sputum.
pub static SPUTUM: Material = Material { code: "061", ja: "喀痰", en: "Sputum" };
/// A swab of the nose and throat.
pub static SWAB: Material =
    Material { code: "063", ja: "鼻咽頭ぬぐい液", en: "Nasopharyngeal swab" };
/// Cerebrospinal fluid.
pub static CSF: Material = Material { code: "041", ja: "髄液", en: "Cerebrospinal fluid" };
/// Stool.
pub static STOOL: Material = Material { code: "015", ja: "糞便", en: "Stool" };
/// Tissue.
pub static TISSUE: Material = Material { code: "070", ja: "組織", en: "Tissue" };
/// Pleural fluid.
pub static PLEURAL_FLUID: Material = Material { code: "044", ja: "胸水", en: "Pleural fluid" };
/// Bone marrow.
pub static BONE_MARROW: Material = Material { code: "046", ja: "骨髄液", en: "Bone marrow" };

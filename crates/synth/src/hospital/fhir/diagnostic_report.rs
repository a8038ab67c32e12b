//! DiagnosticReport: of the laboratory on the values of a minute; on pictures, tissue, functions.

use super::super::chart::{Report, ReportKind, What};
use super::super::codes::TestKind;
use super::json::Json;
use super::moment::Moment;
use super::of;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// Writes a report, whose text is in the document of this number.
pub(super) fn write(at: &Moment<'_>, report: Report, document: Option<u64>, pages: &mut Pages) {
    let json = pages.open(Kind::DiagnosticReport, at.of, &at.reported);
    let Words { profile, category, code, ja } = words(report.kind);
    json.raw(profile);
    of::extensions(json, at.visit.department);
    json.raw(r#"],"status":"final","category":[{"coding":["#).raw(coding!("http://loinc.org"));
    json.raw(category).raw(r#"}]}],"code":{"coding":["#);
    json.raw(coding!("http://jpfhir.jp/fhir/core/CodeSystem/JP_DocumentCodes_CS"));
    json.raw(code).raw("},").raw(coding!("http://loinc.org")).raw(code);
    json.raw(r#"}],"text":""#).raw(ja).raw(r#""}"#);
    at.of.patient(json, "subject");
    at.of.encounter(json, at.visit.id);
    json.raw(r#","effectiveDateTime":""#).moment(&at.time).raw(r#"","issued":""#);
    json.moment(&at.reported).raw(r#"","performer":["#);
    at.of.doctor(json, at.visit.department);
    json.raw("]");
    results(at, report.kind, json);
    if let Some(disease) = report.finding {
        json.raw(r#","conclusionCode":[{"#);
        of::disease_codings(json, disease);
        json.raw(r#","text":""#).text(disease.ja).raw(r#""}]"#);
    }
    if let Some(number) = document {
        json.raw(r#","presentedForm":[{"contentType":"text/plain;charset=utf-8","language":"ja","url":"DocumentReference/d-"#);
        json.raw(&at.of.digits).raw("-").number(number);
        json.raw(r#"","title":""#).raw(ja).raw(r#""}]"#);
    }
    json.raw("}").end();
}

/// The values of this minute that the report is on.
fn results(at: &Moment<'_>, kind: ReportKind, json: &mut Json) {
    let mut number = at.first_observation;
    let mut count = 0;
    for event in at.events {
        let kind_of_test = match &event.what {
            What::Measured { test, .. } => test.kind,
            What::Pressure { .. } => TestKind::Vital,
            _ => continue,
        };
        let is_on = match kind {
            ReportKind::Laboratory => matches!(kind_of_test, TestKind::Laboratory(_)),
            ReportKind::Echocardiography
            | ReportKind::Spirometry
            | ReportKind::CoronaryAngiography => kind_of_test == TestKind::Physiology,
            _ => false,
        };
        if is_on {
            json.raw(if count == 0 { r#","result":["# } else { "," });
            at.of.reference(json, "Observation/o-", number);
            count += 1;
        }
        number += 1;
    }
    if count > 0 {
        json.raw("]");
    }
}

/// Profile, category and kind of a report.
struct Words {
    profile: &'static str,
    category: &'static str,
    code: &'static str,
    ja: &'static str,
}

fn words(kind: ReportKind) -> Words {
    const RADIOLOGY: &str = profile!("DiagnosticReport_Radiology");
    const ENDOSCOPY: &str = profile!("DiagnosticReport_Endoscopy");
    const COMMON: &str = profile!("DiagnosticReport_Common");
    const PICTURES: &str = r#"LP29684-5","display":"放射線""#;
    const PICTURE_REPORT: &str = r#"18748-4","display":"画像検査報告書""#;
    const ENDOSCOPIC: &str = r#"LP7796-8","display":"内視鏡""#;
    const UPPER: &str = r#"18751-8","display":"上部消化管内視鏡報告書""#;
    const LOWER: &str = r#"18746-8","display":"下部消化管内視鏡報告書""#;
    const HEART: &str = r#"LP29708-2","display":"循環器""#;
    let (profile, category, code, ja) = match kind {
        ReportKind::ChestXray => (RADIOLOGY, PICTURES, PICTURE_REPORT, "胸部X線検査"),
        ReportKind::Ct => (RADIOLOGY, PICTURES, PICTURE_REPORT, "CT検査"),
        ReportKind::Mri => (RADIOLOGY, PICTURES, PICTURE_REPORT, "MRI検査"),
        ReportKind::Ultrasound => (RADIOLOGY, PICTURES, PICTURE_REPORT, "超音波検査"),
        ReportKind::CoronaryAngiography => (RADIOLOGY, PICTURES, PICTURE_REPORT, "冠動脈造影検査"),
        ReportKind::Echocardiography => (COMMON, HEART, PICTURE_REPORT, "心エコー検査"),
        ReportKind::Electrocardiogram => {
            (COMMON, HEART, r#"11524-6","display":"心電図検査報告書""#, "心電図検査")
        }
        ReportKind::Gastroscopy => (ENDOSCOPY, ENDOSCOPIC, UPPER, "上部消化管内視鏡検査"),
        ReportKind::Colonoscopy => (ENDOSCOPY, ENDOSCOPIC, LOWER, "大腸内視鏡検査"),
        ReportKind::Pathology => (
            COMMON,
            r#"LP7839-6","display":"病理""#,
            r#"11526-1","display":"病理検査報告書""#,
            "病理検査",
        ),
        ReportKind::Spirometry => (
            COMMON,
            r#"LP7751-3","display":"呼吸機能""#,
            r#"81459-0","display":"呼吸機能検査報告書""#,
            "呼吸機能検査",
        ),
        ReportKind::Laboratory => (
            profile!("DiagnosticReport_LabResult"),
            r#"LP29693-6","display":"検体検査""#,
            r#"11502-2","display":"検体検査報告書""#,
            "検体検査",
        ),
    };
    Words { profile, category, code, ja }
}

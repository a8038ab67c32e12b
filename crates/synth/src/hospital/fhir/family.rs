//! FamilyMemberHistory: what a relative has, and since which age.

use super::super::codes::Disease;
use super::moment::Moment;
use super::of;
use super::systems::{coding, profile};
use super::{Kind, Pages};

/// Writes a relative's disease.
pub(super) fn write(
    at: &Moment<'_>,
    (who, age_years): (&str, Option<i16>),
    disease: &Disease,
    pages: &mut Pages,
) {
    let json = pages.open(Kind::FamilyMemberHistory, at.of, &at.time);
    json.raw(profile!("FamilyMemberHistory"));
    of::extensions(json, at.visit.department);
    json.raw(r#"],"status":"partial""#);
    at.of.patient(json, "patient");
    let (ja, sex) = relative(who);
    json.raw(r#","date":""#).moment(&at.time).raw(r#"","relationship":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/v3-RoleCode")).text(who);
    json.raw(r#"","display":""#).raw(ja).raw(r#""}],"text":""#).raw(ja).raw(r#""}"#);
    if let Some(sex) = sex {
        json.raw(r#","sex":{"coding":["#).raw(coding!("http://hl7.org/fhir/administrative-gender"));
        json.raw(sex).raw(r#""}]}"#);
    }
    json.raw(r#","condition":[{"code":{"#);
    of::disease_codings(json, disease);
    json.raw(r#","text":""#).text(disease.ja).raw(r#""}"#);
    if let Some(age) = age_years {
        json.raw(r#","onsetAge":{"value":"#).number(u64::from(age.unsigned_abs()));
        json.raw(r#","unit":"歳","system":"http://unitsofmeasure.org","code":"a"}"#);
    }
    json.raw("}]}").end();
}

/// The Japanese word for a role, and the sex it implies.
fn relative(who: &str) -> (&'static str, Option<&'static str>) {
    match who {
        "MTH" => ("母", Some("female")),
        "FTH" => ("父", Some("male")),
        "SIS" => ("姉妹", Some("female")),
        "BRO" => ("兄弟", Some("male")),
        "DAU" => ("娘", Some("female")),
        "SON" => ("息子", Some("male")),
        "GRMTH" | "MGRMTH" | "PGRMTH" => ("祖母", Some("female")),
        "GRFTH" | "MGRFTH" | "PGRFTH" => ("祖父", Some("male")),
        "UNCLE" => ("おじ", Some("male")),
        "AUNT" => ("おば", Some("female")),
        _ => ("血縁者", None),
    }
}

//! Coverage: the health insurance, with symbol and number as the card has them.

use super::super::calendar;
use super::json::Time;
use super::of::Of;
use super::systems::{coding, extension, json, profile};
use super::{Kind, Pages};

/// An insurer of the made-up country: number, resource and name.
pub(super) struct Insurer {
    pub(super) number: &'static str,
    pub(super) id: &'static str,
    pub(super) ja: &'static str,
    symbol: &'static str,
}

/// Insurers: for those of 75 years and more, of the town, of employees.
pub(super) static INSURERS: [Insurer; 4] = [
    Insurer {
        number: "39040013", id: "insurer-1", ja: "架空県後期高齢者医療広域連合", symbol: ""
    },
    Insurer {
        number: "00040014", id: "insurer-2", ja: "架空市国民健康保険", symbol: "架国"
    },
    Insurer {
        number: "01040015", id: "insurer-3", ja: "架空健康保険協会", symbol: "架協"
    },
    Insurer {
        number: "06040016", id: "insurer-4", ja: "架空健康保険組合", symbol: "架組"
    },
];

/// Writes the insurance the patient had when last seen.
pub(super) fn write(of: &Of<'_>, pages: &mut Pages) {
    let [old, town, association, union] = &INSURERS;
    let age = calendar::years(of.until() - of.life.person.born);
    let insurer = match of.life.number % 10 {
        _ if age >= 75.0 => old,
        0..4 => town,
        4..8 => association,
        _ => union,
    };
    // Children and some of the grown-ups are insured through somebody else.
    let dependent = if age < 20.0 || of.life.number.is_multiple_of(7) { "02" } else { "00" };
    let dependent = if age >= 75.0 { "00" } else { dependent };
    let json = pages.open(Kind::Coverage, of, &Time::of(of.life.known.0));
    json.raw(profile!("Coverage")).raw(r#","extension":["#);
    if !insurer.symbol.is_empty() {
        json.raw(extension!("Coverage_InsuredPersonSymbol")).raw(r#""valueString":""#);
        json.raw(insurer.symbol).raw(r#""},"#);
    }
    json.raw(extension!("Coverage_InsuredPersonNumber")).raw(r#""valueString":""#);
    json.raw(&of.digits).raw(r#""},"#);
    json.raw(extension!("Coverage_InsuredPersonSubNumber")).raw(r#""valueString":""#);
    json.raw(dependent).raw(json!(
        r#""}],"identifier":[{"system":"http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID","value":""#
    ));
    json.raw(insurer.number).raw(":").raw(insurer.symbol).raw(":").raw(&of.digits).raw(":");
    json.raw(dependent).raw(r#""}],"status":"active","type":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/v3-ActCode")).raw(r#"PUBLICPOL"}]}"#);
    json.raw(r#","subscriberId":""#);
    if !insurer.symbol.is_empty() {
        json.raw(insurer.symbol).raw(":");
    }
    json.raw(&of.digits).raw(r#"""#);
    of.patient(json, "beneficiary");
    json.raw(r#","dependent":""#).raw(dependent).raw(r#"","relationship":{"coding":["#);
    json.raw(coding!("http://terminology.hl7.org/CodeSystem/subscriber-relationship"));
    json.raw(if dependent == "00" { "self" } else { "other" });
    json.raw(r#""}]},"period":{"start":""#).date(of.life.known.0);
    json.raw(r#""},"payor":[{"reference":"Organization/"#).raw(insurer.id).raw(r#""}]}"#);
    json.end();
}

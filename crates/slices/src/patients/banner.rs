//! Who the patient is: the one place on these pages where a name stands.

use desk::Page;
use jiff::civil::Date;
use serde_json::Value;

use super::record::Body;
use super::rules::age_years;

/// How JP Core says that a name is written in characters, and that it is written as it sounds.
const REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
/// The beginning of the system of a hospital's own number for a patient.
const LOCAL_NUMBER: &str = "urn:oid:1.2.392.100495.20.3.51.";

/// The head of a patient's page.
#[derive(Clone, Debug)]
pub(crate) struct Banner {
    pub(crate) name: String,
    /// How the name sounds.
    pub(crate) kana: Option<String>,
    /// The hospital's own numbers.
    pub(crate) numbers: Vec<String>,
    /// `1966年9月21日(60歳)`.
    pub(crate) born: Option<String>,
    pub(crate) sex: String,
    /// That, and when, the patient died.
    pub(crate) died: Option<String>,
    /// The day on which the page is read.
    pub(crate) today: Date,
}

impl Banner {
    /// From what the identity store holds and what the table of patients says.
    pub(crate) fn new(page: &Page, identity: Option<&Value>, body: &Body, today: Date) -> Self {
        let (name, kana) = identity.map_or((None, None), names);
        Self {
            name: name.unwrap_or_else(|| page.say("patients.banner.unnamed").to_owned()),
            kana,
            numbers: identity.map(numbers).unwrap_or_default(),
            born: identity.and_then(|identity| born(page, identity, body.died.unwrap_or(today))),
            sex: sex(page, body.gender.as_deref()).to_owned(),
            died: body.is_deceased.then(|| match body.died {
                Some(day) => page.fill("patients.banner.died_on", &[("day", &page.day(day))]),
                None => page.say("patients.banner.died").to_owned(),
            }),
            today,
        }
    }
}

/// The name as it is written, and as it sounds.
fn names(identity: &Value) -> (Option<String>, Option<String>) {
    let all = identity.get("name").and_then(Value::as_array).into_iter().flatten();
    let (mut written, mut sounds) = (None, None);
    for name in all {
        let Some(text) = whole(name) else { continue };
        match representation(name) {
            Some("SYL") => sounds = sounds.or(Some(text)),
            _ if written.is_none() => written = Some(text),
            _ => sounds = sounds.or(Some(text)),
        }
    }
    match written {
        Some(written) => (Some(written), sounds),
        None => (sounds, None),
    }
}

fn whole(name: &Value) -> Option<String> {
    if let Some(text) = name.get("text").and_then(Value::as_str) {
        return Some(text.to_owned());
    }
    let family = name.get("family").and_then(Value::as_str);
    let given = name.get("given").and_then(Value::as_array).into_iter().flatten();
    let parts: Vec<&str> = family.into_iter().chain(given.filter_map(Value::as_str)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn representation(name: &Value) -> Option<&str> {
    let mut extensions = name.get("extension")?.as_array()?.iter();
    let is_it = |one: &&Value| one.get("url").and_then(Value::as_str) == Some(REPRESENTATION);
    extensions.find(is_it)?.get("valueCode")?.as_str()
}

/// The numbers under which the hospital keeps the patient; any number where none says it is one.
fn numbers(identity: &Value) -> Vec<String> {
    let all: Vec<&Value> =
        identity.get("identifier").and_then(Value::as_array).into_iter().flatten().collect();
    let value = |one: &&Value| Some(one.get("value")?.as_str()?.to_owned());
    let is_local = |one: &&&Value| {
        let system = one.get("system").and_then(Value::as_str);
        system.is_some_and(|system| system.starts_with(LOCAL_NUMBER))
    };
    let local: Vec<String> = all.iter().filter(is_local).filter_map(value).collect();
    if local.is_empty() { all.iter().filter_map(value).take(1).collect() } else { local }
}

fn born(page: &Page, identity: &Value, until: Date) -> Option<String> {
    let text = identity.get("birthDate")?.as_str()?;
    let Ok(day) = text.parse::<Date>() else { return Some(text.to_owned()) };
    let age = age_years(day, until);
    let facts = [("day", page.day(day)), ("age", age.to_string())];
    let facts = facts.each_ref().map(|(name, fact)| (*name, fact.as_str()));
    Some(page.fill("patients.banner.born", &facts))
}

pub(crate) fn sex<'a>(page: &'a Page, gender: Option<&str>) -> &'a str {
    page.say(match gender {
        Some("male") => "patients.sex.male",
        Some("female") => "patients.sex.female",
        Some("other") => "patients.sex.other",
        _ => "patients.sex.unknown",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_stands_as_it_is_written_and_as_it_sounds() {
        let sound = json!({ "text": "サトウ タケシ", "extension": [
            { "url": REPRESENTATION, "valueCode": "SYL" }] });
        let written = json!({ "family": "佐藤", "given": ["武"], "extension": [
            { "url": REPRESENTATION, "valueCode": "IDE" }] });
        let both = (Some("佐藤 武".to_owned()), Some("サトウ タケシ".to_owned()));
        assert_eq!(names(&json!({ "name": [written, sound] })), both);
        assert_eq!(names(&json!({ "name": [sound, written] })), both);
        assert_eq!(names(&json!({ "name": [sound] })), (both.1, None));
        assert_eq!(names(&json!({})), (None, None));
    }

    #[test]
    fn the_hospital_s_number_stands_before_an_insurer_s() {
        let local = format!("{LOCAL_NUMBER}10410000001");
        let identity = json!({ "identifier": [
            { "system": "urn:insurer", "value": "9" }, { "system": local, "value": "0000000301" }] });
        assert_eq!(numbers(&identity), ["0000000301"]);
        let other = json!({ "identifier": [{ "value": "7" }, { "value": "8" }] });
        assert_eq!(numbers(&other), ["7"]);
        assert!(numbers(&json!({})).is_empty());
    }
}

//! The members of a cohort as a Group of FHIR R4 (4.0.1).
//!
//! <https://hl7.org/fhir/R4/group.html>

use std::collections::BTreeSet;

use cohort::ast::{CohortDefinition, Definition, Step};
use cohort::eval::written;
use cohort::text::Part;
use cohort::words::{self, Sentence};
use serde_json::{Value, json};
use vocab::Locale;

use super::attrition::rule_word;
use super::files::Source;
use super::members::{Member, Members};

/// Of what system the numbers of `patient_id` are: those of one house, which no other knows.
const PATIENT_SYSTEM: &str = "urn:aoba:patient_id";

/// A sentence of a definition, and the word of the clause that it says.
pub(super) struct Characteristic {
    clause: &'static str,
    sentence: String,
}

/// What decides who is in a cohort: its sentences, but for the heading and what is told of members.
pub(super) fn said(source: &Source, locale: Locale) -> anyhow::Result<Vec<Characteristic>> {
    let parsed = source.definition()?;
    let titles = source.used(&parsed)?.titles;
    let said = words::say(&parsed.definition, locale, &titles).into_iter();
    let Definition::Cohort(cohort) = &parsed.definition else { return Ok(Vec::new()) };
    let of_members = said.filter_map(|Sentence { part, text: sentence }| {
        clause(part, cohort).map(|clause| Characteristic { clause, sentence })
    });
    Ok(of_members.collect())
}

/// The word of a clause that decides who is in a cohort.
fn clause(part: Part, cohort: &CohortDefinition) -> Option<&'static str> {
    Some(match part {
        Part::Calendar => "calendar",
        Part::Before(_) => "let",
        Part::Entry | Part::Alternative(_) => "entry",
        Part::Index => "index",
        Part::Washout => "washout",
        Part::Step(at) => match &cohort.steps.get(at)?.says {
            Step::Let(_) => "let",
            Step::Rule(rule) => rule_word(rule.kind, Locale::En),
        },
        Part::Exit => "exit",
        Part::Censor => "censor",
        Part::FollowUp => "follow_up",
        Part::Keep => "keep",
        Part::Episodes => "episodes",
        Part::Sample => "sample",
        Part::Matched => "matched",
        Part::Heading
        | Part::Source(_)
        | Part::Use(_)
        | Part::Output(_)
        | Part::Target
        | Part::Comparator
        | Part::Covariates
        | Part::NegativeControls => return None,
    })
}

impl Members<'_> {
    /// The Group: a member for each period. `quantity` is the number of people.
    pub(super) fn group(&self, said: &[Characteristic]) -> Value {
        let definition = self.asked.definition();
        let heading = &definition.heading;
        let characteristics = said.iter().map(|one| {
            json!({
                "code": { "text": one.clause },
                "valueCodeableConcept": { "text": one.sentence },
                // What an exclusion says holds of none of the members.
                "exclude": one.clause == "exclude",
            })
        });
        let people: BTreeSet<_> = self.each().map(|member| member.patient).collect();
        let name = heading.title.get(self.told.locale).unwrap_or(heading.name.as_str());
        let mut group = json!({
            "resourceType": "Group",
            "text": { "status": "generated", "div": narrative(&self.asked.heading(self.told)) },
            "identifier": [{ "value": format!("sha256:{}", self.asked.hash) }],
            "active": true,
            "type": "person",
            "actual": true,
            "name": name,
            "quantity": people.len(),
            "characteristic": characteristics.collect::<Vec<_>>(),
        });
        let (_, last) = self.told.covered.data();
        // FHIR knows no empty lists.
        let members: Vec<Value> = self.each().map(|member| entry(&member, last)).collect();
        if !members.is_empty() {
            group["member"] = members.into();
        }
        group
    }
}

/// What the Group is of, for readers: definition, snapshot, days of the data.
fn narrative(lines: &[String]) -> String {
    let escaped =
        |line: &String| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines: Vec<String> = lines.iter().map(escaped).collect();
    format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>", lines.join("<br/>"))
}

/// A member; one that is over before the last day of the data is no longer in the cohort.
fn entry(member: &Member<'_>, last: i64) -> Value {
    json!({
        "entity": {
            "type": "Patient",
            "identifier": {
                "system": PATIENT_SYSTEM,
                "value": member.patient.get().to_string(),
            },
        },
        "period": { "start": written(member.index()), "end": written(member.exit()) },
        "inactive": member.exit() < last,
    })
}

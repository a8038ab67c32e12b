//! What the words of the audit mean, and where its lines lead.

use desk::Page;
use ledger::{AuditRow, patient_of_object};
use vocab::PurposeOfUse;

/// The acts that can be chosen in the filter, each with the key of its name.
pub(crate) const ACTS: [(&str, &str); 25] = [
    ("permit", "audit.act.permit"),
    ("refuse", "audit.act.refuse"),
    ("identity.get", "audit.act.identity"),
    ("opt-out", "audit.act.opt_out"),
    ("opt-in", "audit.act.opt_in"),
    ("grant", "audit.act.grant"),
    ("revoke", "audit.act.revoke"),
    ("session.begin", "audit.act.session_begin"),
    ("session.end", "audit.act.session_end"),
    ("load.begin", "audit.act.load_begin"),
    ("load.commit", "audit.act.load_commit"),
    ("pull.begin", "audit.act.pull_begin"),
    ("link.join", "audit.act.link_join"),
    ("link.part", "audit.act.link_part"),
    ("study", "audit.act.study"),
    ("snapshot.pin", "audit.act.snapshot_pin"),
    ("snapshot.unpin", "audit.act.snapshot_unpin"),
    ("snapshot.expire", "audit.act.snapshot_expire"),
    ("erase.look", "audit.act.erase_look"),
    ("erase.begin", "audit.act.erase_begin"),
    ("erase", "audit.act.erase"),
    ("erase.lift", "audit.act.erase_lift"),
    ("backup", "audit.act.backup"),
    ("restore", "audit.act.restore"),
    ("audit.export", "audit.act.export"),
];

/// A purpose in the reader's words.
pub(crate) fn purpose(page: &Page, word: &str) -> String {
    let key = match word.parse() {
        Ok(PurposeOfUse::Treatment) => "audit.purpose.treatment",
        Ok(PurposeOfUse::Research) => "audit.purpose.research",
        Ok(PurposeOfUse::QualityImprovement) => "audit.purpose.quality",
        Ok(PurposeOfUse::Operations) => "audit.purpose.operations",
        Ok(PurposeOfUse::Education) => "audit.purpose.education",
        Ok(PurposeOfUse::Compliance) => "audit.purpose.compliance",
        Err(_) => return word.to_owned(),
    };
    page.say(key).to_owned()
}

/// An act in the reader's words; as it stands where it has none.
pub(crate) fn act(page: &Page, word: &str) -> String {
    let known = ACTS.iter().find(|(act, _)| *act == word);
    known.map_or_else(|| word.to_owned(), |(_, key)| page.say(key).to_owned())
}

/// One line of a list.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) seq: i64,
    pub(crate) number: String,
    pub(crate) when: String,
    pub(crate) actor: String,
    /// The page of this person's acts.
    pub(crate) actor_href: String,
    pub(crate) act: String,
    /// Whether the act was refused.
    pub(crate) is_refusal: bool,
    pub(crate) object: String,
    /// The page of this object, where it has one here.
    pub(crate) object_href: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) study: Option<String>,
}

/// A row as a line of a list.
pub(crate) fn line(page: &Page, row: &AuditRow) -> Line {
    Line {
        seq: row.seq,
        number: page.number(row.seq.unsigned_abs()),
        when: page.moment(row.at),
        actor: row.actor.clone(),
        actor_href: ["/audit/people", &desk::segment(&row.actor)].join("/"),
        act: act(page, &row.act),
        is_refusal: row.act == "refuse",
        object: row.object.clone(),
        object_href: object_href(&row.object),
        purpose: row.purpose.as_ref().map(|word| purpose(page, word)),
        study: row.study.clone(),
    }
}

/// Where an object leads within these pages: to what was done to the patient it names.
pub(crate) fn object_href(object: &str) -> Option<String> {
    let patient = patient_of_object(object)?;
    Some(format!("/audit/patients/{}", patient.get()))
}

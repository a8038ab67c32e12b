//! One line for ever: what it says, its hash, and the proof that it is in the tree, computed now.

use askama::Template;
use desk::Page;
use ledger::RowProof;

use crate::audit::rules::{self, Line};

/// The page of a line.
#[derive(Debug, Template)]
#[template(path = "audit/templates/row.html")]
pub(crate) struct RowPage {
    pub(crate) page: Page,
    pub(crate) line: Line,
    /// The act as it stands in the audit.
    pub(crate) word: String,
    /// The moment as it was hashed.
    pub(crate) at: String,
    /// Facts of the act: name and value.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) hash: String,
    pub(crate) prev_hash: String,
    pub(crate) holds: bool,
    pub(crate) sentence: String,
    pub(crate) size: String,
    pub(crate) root: String,
    pub(crate) path: Vec<String>,
    /// The signed note; none where no checkpoint covers the line yet.
    pub(crate) note: Option<String>,
}

impl RowPage {
    pub(crate) fn new(page: Page, proof: &RowProof) -> Self {
        let row = &proof.row;
        let size = page.number(proof.tree.size);
        let key = match (proof.holds, &proof.checkpoint) {
            (true, Some(_)) => "audit.row.holds",
            (true, None) => "audit.row.holds_unsigned",
            (false, _) => "audit.row.broken",
        };
        Self {
            line: rules::line(&page, row),
            word: row.act.clone(),
            at: row.at.to_string(),
            facts: facts(&row.detail),
            hash: row.hash.clone(),
            prev_hash: row.prev_hash.clone(),
            holds: proof.holds,
            sentence: page.fill(key, &[("size", &size)]),
            size,
            root: proof.tree.root.to_string(),
            path: proof.path.iter().map(ToString::to_string).collect(),
            note: proof.checkpoint.as_ref().map(|checkpoint| checkpoint.note.clone()),
            page,
        }
    }
}

/// The facts of an act, a line each; as they stand where they are no object.
fn facts(detail: &str) -> Vec<(String, String)> {
    match serde_json::from_str(detail) {
        Ok(serde_json::Value::Object(facts)) => {
            let told = |value: serde_json::Value| match value {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            facts.into_iter().map(|(name, value)| (name, told(value))).collect()
        }
        _ if detail.is_empty() => Vec::new(),
        _ => vec![(String::new(), detail.to_owned())],
    }
}

//! What a server says besides records: `OperationOutcome`s, as codes and counts.
//!
//! Their words are not repeated: they may hold what is a patient's.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use ledger::PullMessage;
use serde::Deserialize;

use super::error::PullError;
use crate::ingest::blocks::{Blocks, Next};

/// How many kinds of messages are told apart; a server that makes up codes is not followed.
const KINDS_MAX: usize = 100;
/// The longest code that is repeated.
const CODE_CHARS_MAX: usize = 40;
/// How much of a file is read at a time.
const BLOCK_BYTES: usize = 1 << 20;
/// The longest message that is read.
const LINE_BYTES_MAX: usize = 1 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Outcome {
    issue: Vec<OutcomeIssue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OutcomeIssue {
    severity: String,
    code: String,
}

/// The codes of an answer that refuses, such as `not-supported`; empty where it has none.
pub(super) fn codes(text: &[u8]) -> String {
    let outcome: Outcome = serde_json::from_slice(text).unwrap_or_default();
    let mut codes: Vec<String> = outcome.issue.iter().map(|issue| plain(&issue.code)).collect();
    codes.retain(|code| !code.is_empty());
    codes.dedup();
    codes.truncate(5);
    codes.join(" ")
}

/// The counts of what a server said, kind by kind.
#[derive(Debug, Default)]
pub(super) struct Messages {
    counts: BTreeMap<(String, String), u64>,
}

impl Messages {
    /// Counts what is in a file of messages, one a line; what is none is a message as well.
    pub(super) fn count(&mut self, content: impl Read, path: &Path) -> Result<(), PullError> {
        let mut blocks = Blocks::new(content, BLOCK_BYTES, LINE_BYTES_MAX);
        loop {
            match blocks.next().map_err(|error| PullError::disk(path, error))? {
                Next::End => return Ok(()),
                Next::TooLong { .. } => self.add("error", "too-long"),
                Next::Block(block) => {
                    for line in block.bytes.split(|byte| *byte == b'\n') {
                        self.line(line.trim_ascii());
                    }
                }
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        let outcome: Outcome = serde_json::from_slice(line).unwrap_or_default();
        if outcome.issue.is_empty() {
            self.add("error", "unknown");
        }
        for issue in outcome.issue {
            self.add(&plain(&issue.severity), &plain(&issue.code));
        }
    }

    fn add(&mut self, severity: &str, code: &str) {
        let known = |text: &str| if text.is_empty() { "unknown" } else { text }.to_owned();
        let mut kind = (known(severity), known(code));
        if self.counts.len() >= KINDS_MAX && !self.counts.contains_key(&kind) {
            kind.1 = "other".to_owned();
        }
        *self.counts.entry(kind).or_default() += 1;
    }

    /// The counts in order.
    pub(super) fn into_list(self) -> Vec<PullMessage> {
        let counts = self.counts.into_iter();
        counts.map(|((severity, code), count)| PullMessage { severity, code, count }).collect()
    }
}

/// A code as it may be told: what is no code becomes nothing.
fn plain(code: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_code = code.len() <= CODE_CHARS_MAX && code.chars().all(fits);
    if is_code { code.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Vec<(String, String, u64)> {
        let mut messages = Messages::default();
        messages.count(text.as_bytes(), Path::new("error.ndjson")).unwrap();
        let list = messages.into_list().into_iter();
        list.map(|message| (message.severity, message.code, message.count)).collect()
    }

    #[test]
    fn messages_are_counted_by_kind_and_their_words_left_out() {
        let outcome = |severity: &str, code: &str| {
            format!(
                r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"{code}","diagnostics":"Patient/Taro"}}]}}"#
            )
        };
        let lines = [
            outcome("error", "not-found"),
            outcome("error", "not-found"),
            outcome("information", "informational"),
            String::new(),
            "<html>".to_owned(),
            outcome("error", "Patient Taro"),
        ];
        let told = counted(&lines.join("\n"));
        let told: Vec<_> = told.iter().map(|(a, b, n)| (a.as_str(), b.as_str(), *n)).collect();
        assert_eq!(
            told,
            [
                ("error", "not-found", 2),
                ("error", "unknown", 2),
                ("information", "informational", 1)
            ]
        );
    }

    #[test]
    fn a_server_that_makes_codes_up_does_not_fill_the_ledger() {
        let lines: Vec<String> = (0..500)
            .map(|n| format!(r#"{{"issue":[{{"severity":"error","code":"c{n}"}}]}}"#))
            .collect();
        let told = counted(&lines.join("\n"));
        assert_eq!(told.len(), KINDS_MAX + 1);
        assert_eq!(told.iter().map(|(_, _, count)| count).sum::<u64>(), 500);
    }

    #[test]
    fn an_answer_that_refuses_is_told_by_its_codes() {
        let text = br#"{"issue":[{"code":"not-supported"},{"code":"Taro"},{"code":"invalid"}]}"#;
        assert_eq!(codes(text), "not-supported invalid");
        assert_eq!(codes(b"<html>no</html>"), "");
    }
}

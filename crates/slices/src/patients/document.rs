//! The text of one document, as it was received.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::record::Note;

/// The largest text shown, in bytes.
const TEXT_BYTES_MAX: usize = 96 * 1024;

/// What can be shown of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Its text.
    Text(String),
    /// It is no text; the form it has.
    Other(String),
    /// Its bytes are elsewhere, or were not kept.
    Elsewhere,
}

/// The name of a document in an address: a hash, because its key may hold the hospital's number.
pub(crate) fn name(note: &Note) -> String {
    let mut hash = Sha256::new();
    hash.update(note.source.as_bytes());
    hash.update([0x1f]);
    hash.update(note.key.as_bytes());
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The first content of a DocumentReference that is a text.
pub(crate) fn content(resource: &Value) -> Content {
    let all = resource.get("content").and_then(Value::as_array).into_iter().flatten();
    let mut other = None;
    for attachment in all.filter_map(|content| content.get("attachment")) {
        let form = attachment.get("contentType").and_then(Value::as_str).unwrap_or("text/plain");
        let Some(data) = attachment.get("data").and_then(Value::as_str) else { continue };
        if !form.starts_with("text/plain") {
            other = other.or(Some(form.to_owned()));
            continue;
        }
        let packed: String = data.chars().filter(|letter| !letter.is_whitespace()).collect();
        let Ok(bytes) = STANDARD.decode(packed) else { continue };
        return Content::Text(readable(&bytes));
    }
    other.map_or(Content::Elsewhere, Content::Other)
}

/// A text as far as it is shown, without what a screen cannot show.
fn readable(bytes: &[u8]) -> String {
    let cut = bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes);
    let text = String::from_utf8_lossy(cut);
    let mut text: String =
        text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
    if bytes.len() > TEXT_BYTES_MAX {
        text.push_str(" …");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attachment(form: &str, data: Option<&str>) -> Value {
        json!({ "attachment": { "contentType": form, "data": data } })
    }

    #[test]
    fn the_first_text_is_shown_and_other_forms_are_named() {
        let text = attachment("text/plain; charset=utf-8", Some("5YWl6Zmi\n44GX44Gf"));
        let picture = attachment("application/pdf", Some("JVBERi0="));
        let check = |contents: Vec<Value>, expect| {
            assert_eq!(content(&json!({ "content": contents })), expect);
        };
        check(vec![picture.clone(), text], Content::Text("入院した".to_owned()));
        check(vec![picture], Content::Other("application/pdf".to_owned()));
        check(vec![attachment("text/plain", None)], Content::Elsewhere);
        check(vec![attachment("text/plain", Some("***"))], Content::Elsewhere);
        check(Vec::new(), Content::Elsewhere);
    }

    #[test]
    fn a_long_or_hostile_text_is_cut_and_cleaned() {
        let long = "あ".repeat(TEXT_BYTES_MAX);
        assert!(readable(long.as_bytes()).len() <= TEXT_BYTES_MAX + 8);
        assert_eq!(readable(b"a\x00\x1b[31mb\r\nc"), "a[31mb\nc");
    }
}

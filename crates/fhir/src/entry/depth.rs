//! How deeply JSON nests, told without a recursive parser.

/// How deeply a resource may nest. FHIR's own types need about thirty.
pub const DEPTH_MAX: usize = 512;

/// Whether the text nests deeper than this, brackets in strings not counted.
///
/// The text need not be JSON. No more is read than is needed to tell.
#[must_use]
pub fn deeper_than(text: &str, most: usize) -> bool {
    let bytes = text.as_bytes();
    // A text with fewer opening brackets than the limit cannot nest deeper, and counting them is
    // far quicker than telling which stand in strings.
    let opening = |byte: &&u8| **byte | 0x20 == b'{';
    if bytes.len() <= most || bytes.iter().filter(opening).count() <= most {
        return false;
    }
    let mut depth = 0_usize;
    let mut at = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at + 1),
            _ => {}
        }
        at += 1;
    }
    false
}

/// Where the string that begins here ends: the place of its closing quote, or the end.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_and_brackets_in_strings_do_not() {
        assert!(deeper_than(&"[".repeat(10_000), 200));
        assert!(!deeper_than(&format!(r#"{{"a": "{}"}}"#, "[".repeat(500)), 200));
        assert!(!deeper_than(&format!(r#"{{"a": "\"{}"}}"#, "[".repeat(500)), 200));
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(!deeper_than(&nested(200), 200));
        assert!(deeper_than(&nested(201), 200));
        assert!(!deeper_than(&"[]".repeat(5_000), 200));
    }
}

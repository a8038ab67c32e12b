//! Parts of addresses: whatever a name holds, it stays one segment of one path.

use std::fmt::Write as _;

/// A text as one segment of a path, or as a value in a query.
///
/// # Source
/// RFC 3986 §2.3: what is not unreserved is written as the bytes of its UTF-8.
///
/// ```
/// assert_eq!(desk::segment("E11.9"), "E11.9");
/// assert_eq!(desk::segment("http://loinc.org"), "http%3A%2F%2Floinc.org");
/// assert_eq!(desk::segment("病"), "%E7%97%85");
/// ```
#[must_use]
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

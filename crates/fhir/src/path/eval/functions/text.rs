//! Functions on texts.
//!
//! Positions count characters, not bytes.

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

use super::super::value::{Collection, Value};
use super::super::{Answer, PathError, Run};
use super::Call;

/// How large a compiled pattern may be.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Calls a function of this file.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    input: Option<Value<'a>>,
    call: &Call<'a, '_>,
) -> Answer<'a> {
    let Some(text) = text_of(input, call)? else { return Ok(Vec::new()) };
    run.charge(text.len() / 8, call.at)?;
    let boolean = |value: bool| Ok(vec![Value::Boolean(value)]);
    let string = |value: String| Ok(vec![Value::text(value)]);
    match call.name {
        "length" => Ok(integer(text.chars().count())),
        "upper" => string(text.to_uppercase()),
        "lower" => string(text.to_lowercase()),
        "trim" => string(text.trim().to_owned()),
        "toChars" => {
            run.charge(text.len(), call.at)?;
            Ok(text.chars().map(|letter| Value::text(letter.to_string())).collect())
        }
        "substring" => substring(run, &text, call),
        "matches" | "matchesFull" => {
            let Some(pattern) = call.string(run, 0)? else { return Ok(Vec::new()) };
            let full = call.name == "matchesFull";
            let flags = call.string(run, 1)?.unwrap_or_default();
            boolean(pattern_of(&pattern, &flags, full, call)?.is_match(&text))
        }
        "replace" | "replaceMatches" => replace(run, &text, call),
        _ => {
            let Some(other) = call.string(run, 0)? else { return Ok(Vec::new()) };
            let position = |byte: Option<usize>| match byte {
                Some(byte) => integer(text.get(..byte).unwrap_or_default().chars().count()),
                None => vec![Value::Integer(-1)],
            };
            match call.name {
                "indexOf" => Ok(position(text.find(&other))),
                "lastIndexOf" => Ok(position(text.rfind(&other))),
                "startsWith" => boolean(text.starts_with(&other)),
                "endsWith" => boolean(text.ends_with(&other)),
                "contains" => boolean(text.contains(&other)),
                "split" => {
                    run.charge(text.len(), call.at)?;
                    Ok(split(&text, &other))
                }
                _ => coded(&text, &other, call),
            }
        }
    }
}

/// The text a function is called on. A date or an identifier of the resource is its own text.
fn text_of<'a>(input: Option<Value<'a>>, call: &Call<'a, '_>) -> Result<Option<String>, PathError> {
    let Some(input) = input else { return Ok(None) };
    let written = input.as_element().and_then(|element| element.node.as_str());
    match (written, input.system()) {
        (Some(written), _) => Ok(Some(written.to_owned())),
        (None, Value::String(text)) => Ok(Some(text.into_owned())),
        (None, other) => {
            let name = other.type_info().name;
            Err(call.fail(format!("{}() is for texts, not for a {name}", call.name)))
        }
    }
}

fn integer<'a>(value: usize) -> Collection<'a> {
    i64::try_from(value).map(Value::Integer).into_iter().collect()
}

fn substring<'a>(run: &Run<'a, '_>, text: &str, call: &Call<'a, '_>) -> Answer<'a> {
    let Some(start) = call.integer(run, 0)? else { return Ok(Vec::new()) };
    let length = call.integer(run, 1)?;
    let Some(start) = usize::try_from(start).ok().filter(|start| *start < text.chars().count())
    else {
        return Ok(Vec::new());
    };
    let rest = text.chars().skip(start);
    let part: String = match length {
        None => rest.collect(),
        Some(length) => rest.take(usize::try_from(length).unwrap_or(0)).collect(),
    };
    Ok(vec![Value::text(part)])
}

/// Compiles a pattern; a point matches line ends too, as the standard says.
fn pattern_of(
    pattern: &str,
    flags: &str,
    full: bool,
    call: &Call<'_, '_>,
) -> Result<Regex, PathError> {
    let whole = format!("^(?:{pattern})$");
    RegexBuilder::new(if full { &whole } else { pattern })
        .dot_matches_new_line(true)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|_| call.fail("not a pattern that can be matched; look-around is not supported"))
}

fn replace<'a>(run: &Run<'a, '_>, text: &str, call: &Call<'a, '_>) -> Answer<'a> {
    let (pattern, with) = (call.string(run, 0)?, call.string(run, 1)?);
    let (Some(pattern), Some(with)) = (pattern, with) else { return Ok(Vec::new()) };
    // The longest the result can be, counted before it is made.
    run.charge((text.len() + 1).saturating_mul(with.len() + 1) / 8, call.at)?;
    let replaced = match call.name {
        "replace" => text.replace(&pattern, &with),
        // The suite: an empty pattern replaces nothing.
        _ if pattern.is_empty() => text.to_owned(),
        _ => {
            let flags = call.string(run, 2)?.unwrap_or_default();
            let found = pattern_of(&pattern, &flags, false, call)?;
            found.replace_all(text, with.as_str()).into_owned()
        }
    };
    Ok(vec![Value::text(replaced)])
}

fn split<'a>(text: &str, separator: &str) -> Collection<'a> {
    if separator.is_empty() {
        return text.chars().map(|letter| Value::text(letter.to_string())).collect();
    }
    text.split(separator).map(|part| Value::text(part.to_owned())).collect()
}

/// `join()`: all texts of the input, one after the other.
pub(super) fn join<'a>(run: &Run<'a, '_>, input: &[Value<'a>], call: &Call<'a, '_>) -> Answer<'a> {
    let separator = call.string(run, 0)?.unwrap_or_default();
    let mut out = String::new();
    let mut first = true;
    for value in input {
        let Some(text) = text_of(Some(value.clone()), call)? else { continue };
        run.charge(1 + (text.len() + separator.len()) / 8, call.at)?;
        if !first {
            out.push_str(&separator);
        }
        out.push_str(&text);
        first = false;
    }
    Ok(if first { Vec::new() } else { vec![Value::text(out)] })
}

/// `encode`, `decode`, `escape` and `unescape`: empty when the text is not in that code.
fn coded<'a>(text: &str, code: &str, call: &Call<'a, '_>) -> Answer<'a> {
    let answer = match (call.name, code) {
        ("encode", "hex") => Some(hex_encoded(text)),
        ("encode", "base64") => Some(base64_encoded(text.as_bytes(), BASE64)),
        ("encode", "urlbase64") => Some(base64_encoded(text.as_bytes(), URL_BASE64)),
        ("decode", "hex") => hex_decoded(text),
        ("decode", "base64") => base64_decoded(text, BASE64),
        ("decode", "urlbase64") => base64_decoded(text, URL_BASE64),
        ("escape", "html") => Some(html_escaped(text)),
        ("escape", "json") => sonic_rs::to_string(text)
            .ok()
            .and_then(|quoted| Some(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned())),
        ("unescape", "html") => Some(html_unescaped(text)),
        ("unescape", "json") => {
            let node = crate::json::Node::parse(&format!("\"{text}\"")).ok();
            // Already plain, as the suite's literal is once its own escapes are resolved.
            node.and_then(|node| node.as_str().map(str::to_owned)).or_else(|| Some(text.to_owned()))
        }
        ("encode" | "decode", _) => {
            return Err(call.fail("the codes are 'hex', 'base64' and 'urlbase64'"));
        }
        _ => return Err(call.fail("the codes are 'html' and 'json'")),
    };
    Ok(answer.map(Value::text).into_iter().collect())
}

fn hex_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn hex_decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8(bytes.collect::<Option<_>>()?).ok()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64_encoded(bytes: &[u8], letters: &[u8; 64]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = (bits >> (18 - 6 * index) & 63) as usize;
            let letter = letters.get(letter).copied().unwrap_or(b'=');
            out.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn base64_decoded(text: &str, letters: &[u8; 64]) -> Option<String> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = letters.iter().position(|known| *known == letter)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    String::from_utf8(out).ok()
}

const HTML: &[(&str, &str)] =
    &[("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")];

fn html_escaped(text: &str) -> String {
    HTML.iter().fold(text.to_owned(), |text, (plain, escaped)| text.replace(plain, escaped))
}

fn html_unescaped(text: &str) -> String {
    // The ampersand last, so that what it brings forth is not read again.
    HTML.iter().rev().fold(text.to_owned(), |text, (plain, escaped)| text.replace(escaped, plain))
}

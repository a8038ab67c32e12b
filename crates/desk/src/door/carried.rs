//! What somebody wanted to do when they were asked to sign in, so that they can go on with it.
//!
//! A form that was sent to a session that had ended is carried through the sign-in as plain values
//! in the page itself, and sent again when its sender says so. Nothing is kept here, and no secret
//! is carried.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};

use crate::refusal::Refusal;

/// The largest form that a page takes, in bytes.
const FORM_BYTES_MAX: usize = 2 << 20;
/// The largest form that is carried through a sign-in, in bytes.
const CARRIED_BYTES_MAX: usize = 64 << 10;
/// The longest address that is gone back to, in bytes.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// Parts of the names of fields that are never carried.
const SECRETS: [&str; 4] = ["password", "code", "token", "secret"];

/// Where somebody was, and what they had filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Path and query on this site.
    pub(crate) to: String,
    /// The form as a browser writes it; empty where there was none.
    pub(crate) form: String,
}

impl Carried {
    /// What a refused request wanted.
    pub(crate) fn of(target: &str, form: Option<&Bytes>) -> Self {
        let form = form.map(|form| without_secrets(form)).unwrap_or_default();
        Self::back(Some(target), Some(&form))
    }

    /// What a sign-in page brings back. An address that leads elsewhere, and what is too long, is
    /// dropped.
    pub(crate) fn back(to: Option<&str>, form: Option<&str>) -> Self {
        let to = to.filter(|to| is_here(to) && to.len() <= ADDRESS_BYTES_MAX).unwrap_or("/");
        let form = form.filter(|form| form.len() <= CARRIED_BYTES_MAX).unwrap_or_default();
        Self { to: to.to_owned(), form: without_secrets(form.as_bytes()) }
    }

    /// The fields of the form, in order.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.form.as_bytes()).into_owned().collect()
    }
}

fn without_secrets(form: &[u8]) -> String {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(form) {
        let lower = name.to_lowercase();
        if !SECRETS.iter().any(|secret| lower.contains(secret)) {
            kept.append_pair(&name, &value);
        }
    }
    kept.finish()
}

/// Reads the form of a request and puts it back, so that it is still there when the page refuses.
pub(crate) async fn form_of(request: Request) -> Result<(Request, Option<Bytes>), Refusal> {
    if request.method() != Method::POST || !is_form(request.headers()) {
        return Ok((request, None));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Refusal::Unprocessable)?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), Some(bytes)))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Whether an address stays on this site.
pub(crate) fn is_here(to: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    to.starts_with('/') && !to.starts_with("//") && to.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_nowhere_else() {
        for here in ["/", "/patients", "/patients/12?from=2020&to=2022"] {
            assert!(is_here(here), "{here}");
            assert_eq!(Carried::back(Some(here), None).to, here);
        }
        for away in ["", "https://evil.example/", "//evil.example", "/\\evil.example", "/a\nb"] {
            assert!(!is_here(away), "{away}");
            assert_eq!(Carried::back(Some(away), None).to, "/");
        }
    }

    #[test]
    fn a_form_is_carried_as_it_was_but_for_its_secrets() {
        let form = "a=1&password=x&Current-Password=y&b=%E9%9D%92+%26&a=2&code=123456";
        let carried = Carried::of("/people?x=1", Some(&Bytes::from(form)));
        assert_eq!(carried.form, "a=1&b=%E9%9D%92+%26&a=2");
        let pairs = carried.fields();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "青 &"), ("a", "2")]);
        let long = format!("a={}", "x".repeat(CARRIED_BYTES_MAX));
        assert_eq!(Carried::of("/", Some(&Bytes::from(long))).form, "");
    }
}

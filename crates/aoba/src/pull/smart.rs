//! Tokens for a registered program: where they are given, and how one is asked for.
//!
//! # Source
//! SMART App Launch 2.2, backend services; RFC 6749 4.4, RFC 7523.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Response, Url};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::Serializer;

use super::access::{Registered, Token};
use super::ask::is_safe;
use super::ask_error::{AskError, KeyFault};
use super::body;
use super::error::{AnswerFault, PullError, shown};
use super::key::SigningKey;
use super::unfit::Unfit;

/// How long an assertion holds; servers take five minutes at most.
const ASSERTION_SECONDS: i64 = 240;
/// How long a token is taken to hold where the server does not say.
const TOKEN_SECONDS: i64 = 300;
/// A token is renewed so long before it ends, so that it does not end on the way.
const EARLY_SECONDS: i64 = 30;
/// Longer than any answer about tokens.
const BYTES_MAX: u64 = 1 << 20;

/// What assertions are made by.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where tokens are given, and what they shall allow.
#[derive(Clone, Debug)]
pub(super) struct Grants {
    url: Url,
    scope: String,
}

/// The part of `.well-known/smart-configuration` that is ours to read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    token_endpoint: Option<String>,
    scopes_supported: Vec<String>,
}

/// An answer with a token.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<i64>,
}

/// An answer without one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: String,
}

/// Finds out where tokens are given; asks the server only for what was not said.
pub(super) async fn grants(
    client: &Client,
    base: &Url,
    registered: &Registered,
) -> Result<Grants, PullError> {
    if let (Some(url), Some(scope)) = (&registered.token_url, &registered.scope) {
        return Ok(Grants { url: url.clone(), scope: scope.clone() });
    }
    let found = match configuration(client, base).await {
        // With the address given, the rest is a guess that may be made.
        Err(_) if registered.token_url.is_some() => Configuration::default(),
        found => found?,
    };
    let url = match &registered.token_url {
        Some(url) => url.clone(),
        None => token_url(base, found.token_endpoint.as_deref())?,
    };
    let scope = registered.scope.clone().unwrap_or_else(|| scope(&found.scopes_supported));
    Ok(Grants { url, scope })
}

fn token_url(base: &Url, told: Option<&str>) -> Result<Url, PullError> {
    let none = || Unfit::NoTokenUrl(shown(base));
    let url = Url::parse(told.ok_or_else(none)?).map_err(|_| none())?;
    if is_safe(&url) { Ok(url) } else { Err(AskError::InClear(shown(&url)).into()) }
}

/// What to ask for: reading everything, in the words of the version that the server speaks.
fn scope(supported: &[String]) -> String {
    let has = |scope: &str| supported.iter().any(|one| one == scope);
    let first = ["system/*.rs", "system/*.read"].into_iter().find(|scope| has(scope));
    first.unwrap_or("system/*.read").to_owned()
}

async fn configuration(client: &Client, base: &Url) -> Result<Configuration, PullError> {
    let mut url = base.clone();
    // An address of the web always has a path to add to.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([".well-known", "smart-configuration"]);
    }
    let asked = client.get(url.clone()).header(ACCEPT, "application/json").send().await;
    let answer = asked.map_err(|error| PullError::unreachable(&url, error))?;
    if !answer.status().is_success() {
        return Err(Unfit::NoTokenUrl(shown(base)).into());
    }
    let text = body::up_to(answer, &url, BYTES_MAX).await?;
    serde_json::from_slice(&text).map_err(|_| Unfit::NoTokenUrl(shown(base)).into())
}

/// Asks for a token; gives it with the moment until which it holds.
pub(super) async fn token(
    client: &Client,
    grants: &Grants,
    (client_id, key): (&str, &SigningKey),
    now: Timestamp,
) -> Result<(Token, Timestamp), PullError> {
    let url = &grants.url;
    let assertion = assertion(url, client_id, key, now)
        .ok_or_else(|| AskError::Key { path: key.id().into(), fault: KeyFault::Broken })?;
    let form = Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", &grants.scope)
        .append_pair("client_assertion_type", ASSERTION_TYPE)
        .append_pair("client_assertion", &assertion)
        .finish();
    let asked = client
        .post(url.clone())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await;
    let answer = asked.map_err(|error| PullError::unreachable(url, error))?;
    if !answer.status().is_success() {
        return Err(refused(answer, url).await);
    }
    let text = body::up_to(answer, url, BYTES_MAX).await?;
    let bad = || PullError::answer(url, AnswerFault::NotJson);
    let granted: Granted = serde_json::from_slice(&text).map_err(|_| bad())?;
    let token = Token::new(&granted.access_token).ok_or_else(bad)?;
    let seconds = granted.expires_in.unwrap_or(TOKEN_SECONDS).clamp(0, 86_400);
    let held = SignedDuration::from_secs(seconds.saturating_sub(EARLY_SECONDS).max(1));
    Ok((token, now.checked_add(held).unwrap_or(now)))
}

async fn refused(answer: Response, url: &Url) -> PullError {
    let status = answer.status();
    if status.is_server_error() || status.as_u16() == 429 {
        return PullError::Busy { url: shown(url), status, wait: None };
    }
    let text = body::up_to(answer, url, BYTES_MAX).await.unwrap_or_default();
    let told: Refused = serde_json::from_slice(&text).unwrap_or_default();
    // A code and nothing else: a description may repeat what was sent.
    let code = told.error.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40);
    PullError::NoToken { url: shown(url), status, code: code.collect() }
}

/// A signed statement of who asks; none where the machine cannot sign.
fn assertion(url: &Url, client_id: &str, key: &SigningKey, now: Timestamp) -> Option<String> {
    let mut nonce = [0; 16];
    rand::fill(&mut nonce).ok()?;
    let header = json!({ "alg": key.algorithm(), "kid": key.id(), "typ": "JWT" });
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": url.as_str(),
        "iat": now.as_second(),
        "exp": now.as_second().saturating_add(ASSERTION_SECONDS),
        "jti": URL_SAFE_NO_PAD.encode(nonce),
    });
    let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())?);
    Some(format!("{signed}.{signature}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_in_the_words_that_the_server_speaks() {
        let check = |supported: &[&str], expect: &str| {
            let supported: Vec<String> = supported.iter().map(|&one| one.to_owned()).collect();
            assert_eq!(scope(&supported), expect);
        };
        check(&["openid", "system/*.rs"], "system/*.rs");
        check(&["system/*.read", "system/*.rs"], "system/*.rs");
        check(&["system/*.read"], "system/*.read");
        check(&[], "system/*.read");
    }

    #[test]
    fn a_place_where_others_could_read_along_gets_no_assertion() {
        let base = Url::parse("https://fhir.example.jp/r4").unwrap();
        assert!(token_url(&base, Some("https://login.example.jp/token")).is_ok());
        let told = token_url(&base, Some("http://login.example.jp/token")).unwrap_err();
        assert!(matches!(told, PullError::Ask(AskError::InClear(_))), "{told}");
        let told = token_url(&base, None).unwrap_err();
        assert!(matches!(told, PullError::Unfit(Unfit::NoTokenUrl(_))), "{told}");
    }
}

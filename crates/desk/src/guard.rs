//! What holds for every route: names answered to, who looks, language, headers, refusals told as
//! pages.

use std::net::IpAddr;
use std::time::Duration;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::door::{self, Carried, Whole, carried};
use crate::origin;
use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::tongue;
use crate::visitor::{self, Arrived, Visitor};

/// Nothing may be loaded, run or framed but what this program itself serves.
pub(crate) const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; \
     img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// How long a page may take, in seconds.
const PAGE_SECONDS_MAX: u64 = 60;

/// Stands around every route.
pub(crate) async fn guard(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let locale = tongue::of(request.uri(), request.headers(), site.settings().locale);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let mut page = site.page(locale, &target);
    let chosen = tongue::chosen(request.uri());
    let mut cookies: Vec<HeaderValue> =
        chosen.and_then(|locale| tongue::cookie(locale).parse().ok()).into_iter().collect();
    let admitted = admit(&site, request.method(), request.uri(), request.headers()).await;
    let mut asked = Asked { target, form: None, visitor: None };
    let mut response = match admitted {
        Ok(Some(arrived)) => {
            let visitor = arrived.visitor;
            page = page.seen_by(&visitor, &site.settings().accounts).with_menu(site.menu(&visitor));
            cookies.extend(arrived.cookie);
            request.extensions_mut().insert(page.clone());
            request.extensions_mut().insert(visitor.clone());
            asked.visitor = Some(visitor);
            kept_and_answered(&mut asked, request, next).await
        }
        Ok(None) => {
            request.extensions_mut().insert(page.clone());
            answer(request, next).await
        }
        Err(Refusal::SignedOut) => {
            asked.form = carried::form_of(request).await.ok().and_then(|(_, form)| form);
            Refusal::SignedOut.into_response()
        }
        Err(refusal) => refusal.into_response(),
    };
    let is_whole = response.extensions_mut().remove::<Whole>().is_some();
    let refusal = response.extensions_mut().remove::<Refusal>();
    let by_status = || if is_whole { None } else { Refusal::of_status(response.status()) };
    if let Some(refusal) = refusal.or_else(by_status) {
        response = instead(&site, page, &refusal, &asked).await;
    }
    close(response.headers_mut());
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What was asked, as far as it must be known when it was refused.
struct Asked {
    target: String,
    form: Option<Bytes>,
    visitor: Option<Visitor>,
}

/// Answers; of somebody who has signed in the form is kept meanwhile.
async fn kept_and_answered(asked: &mut Asked, request: Request, next: Next) -> Response {
    let signed = asked.visitor.as_ref().is_some_and(|visitor| visitor.signed().is_some());
    if !signed {
        return answer(request, next).await;
    }
    match carried::form_of(request).await {
        Ok((request, form)) => {
            asked.form = form;
            answer(request, next).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The page in place of one that was refused: one that asks who it is where that helps, else one
/// that tells why.
async fn instead(site: &Site, mut page: Page, refusal: &Refusal, asked: &Asked) -> Response {
    let accounts = &site.settings().accounts;
    let carried = || Carried::of(&asked.target, asked.form.as_ref());
    let signed = asked.visitor.as_ref().and_then(Visitor::signed);
    let asking = match (refusal, signed) {
        (Refusal::SignedOut, _) if accounts.is_empty() => {
            door::asking_who(page.clone(), &carried())
        }
        (Refusal::Stale, Some(signed)) => {
            door::asking_again(site, page.clone(), signed, &carried()).await
        }
        _ => Err(refusal.clone()),
    };
    match asking {
        Ok(mut response) => {
            response.extensions_mut().remove::<Whole>();
            response
        }
        Err(refusal) => {
            if matches!(refusal, Refusal::SignedOut) {
                page = page.with_accounts(accounts, None);
            }
            told(site, page, &refusal)
        }
    }
}

/// Who looks; nobody where the address or the change of session needs nobody to be known.
async fn admit(
    site: &Site,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Option<Arrived>, Refusal> {
    if !answers_to(headers, &site.settings().hosts) {
        return Err(Refusal::ForeignHost);
    }
    if !origin::is_safe(method) && !origin::is_ours(headers) {
        return Err(Refusal::ForeignPage);
    }
    let changes_session = uri.path() == "/session" && method == Method::POST;
    if changes_session || visitor::is_public(uri) || door::is_before_the_door(uri) {
        return Ok(None);
    }
    visitor::arrive(site, headers).await.map(Some)
}

async fn answer(request: Request, next: Next) -> Response {
    let time = Duration::from_secs(PAGE_SECONDS_MAX);
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(late) => Refusal::internal(late).into_response(),
    }
}

/// The page that tells a refusal. The cause goes to the log under the same number.
fn told(site: &Site, page: Page, refusal: &Refusal) -> Response {
    let reference = site.reference();
    let status = refusal.status();
    if let Refusal::Internal(cause) = refusal {
        tracing::error!(%reference, "a page failed: {cause}");
    } else {
        tracing::debug!(%reference, %status, "a page was refused");
    }
    let [title, mut what, remedy] = refusal.keys().map(|key| page.say(key).to_owned());
    if let Refusal::Forbidden(Some(missing)) = refusal {
        what = missing.say(page.locale());
    }
    let signs_in = matches!(refusal, Refusal::SignedOut) && !page.accounts().is_empty();
    let status_number = status.as_u16();
    let refused = Refused { page, status: status_number, title, what, remedy, reference, signs_in };
    let mut response = match refused.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, refused.reference).into_response(),
    };
    if let Refusal::Busy(seconds) = refusal {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    page: Page,
    status: u16,
    title: String,
    what: String,
    remedy: String,
    reference: String,
    /// Whether the page offers to sign in again.
    signs_in: bool,
}

/// The headers every answer carries.
fn close(headers: &mut HeaderMap) {
    let always = [
        (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
    }
}

/// Whether the request came under a name of this site: another name that resolves to this machine
/// would let a foreign page read ours (DNS rebinding).
fn answers_to(headers: &HeaderMap, hosts: &[String]) -> bool {
    let mut named = headers.get_all(HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let name = without_port(host).to_ascii_lowercase();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(&name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_configured_names_are_answered() {
        let check = |host: &str, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            assert_eq!(
                answers_to(&headers, &["aoba.hospital.example".to_owned()]),
                expect,
                "{host}"
            );
        };
        check("localhost", true);
        check("LOCALHOST:8080", true);
        check("127.0.0.1:8080", true);
        check("[::1]:8080", true);
        check("aoba.hospital.example:443", true);
        check("evil.example", false);
        check("127.0.0.1.evil.example", false);
        check("10.0.0.1:8080", false);
        check("", false);
        assert!(!answers_to(&HeaderMap::new(), &[]));
    }

    #[test]
    fn a_request_with_two_names_is_not_answered() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_static("localhost"));
        headers.append(HOST, HeaderValue::from_static("evil.example"));
        assert!(!answers_to(&headers, &[]));
    }
}

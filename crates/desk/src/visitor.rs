//! Who looks: found out once for each request, before any page is asked.

use axum::http::header::{COOKIE, HOST};
use axum::http::{HeaderMap, HeaderValue, Uri};
use ledger::{LedgerError, Right, SessionToken};
use vocab::{Actor, Locale, PurposeOfUse, StudyId, Text};

use crate::door::Signed;
use crate::refusal::Refusal;
use crate::site::Site;

/// Somebody the demonstration lets its visitor be, with what they may do granted in the ledger.
#[derive(Clone, Debug)]
pub struct Account {
    /// As whom everything is permitted and recorded.
    pub actor: Actor,
    /// The name in the header.
    pub name: Text,
    /// What they do in the hospital.
    pub role: Text,
    /// The page their work begins on.
    pub home: &'static str,
}

/// Who looks, and what they may look for.
#[derive(Clone, Debug)]
pub struct Visitor {
    actor: Actor,
    rights: Vec<Right>,
    account: Option<Account>,
    signed: Option<Signed>,
}

impl Visitor {
    /// As whom everything is permitted and recorded.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether they may look for one of these purposes; with none named, everybody may.
    #[must_use]
    pub fn may(&self, purposes: &[PurposeOfUse]) -> bool {
        purposes.is_empty() || self.rights.iter().any(|right| purposes.contains(&right.purpose))
    }

    /// The first of these purposes they may look for, and the study their right is bound to.
    ///
    /// Where they may look for none, the first purpose of all: the permit is then refused, and the
    /// refusal recorded, by the ledger.
    #[must_use]
    pub fn looks_for(&self, purposes: &[PurposeOfUse]) -> (PurposeOfUse, Option<StudyId>) {
        for purpose in purposes {
            let mut rights = self.rights.iter().filter(|right| right.purpose == *purpose);
            if let Some(first) = rights.next() {
                // A right that is bound to no study is the wider one.
                let unbound = first.study.is_none() || rights.any(|right| right.study.is_none());
                return (*purpose, if unbound { None } else { first.study.clone() });
            }
        }
        (purposes.first().copied().unwrap_or(PurposeOfUse::Operations), None)
    }

    /// The account and session they signed in with; none where nobody signs in.
    pub(crate) fn signed(&self) -> Option<&Signed> {
        self.signed.as_ref()
    }

    /// Whom they chose to be; none but in the demonstration.
    pub(crate) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The name for the header. An account of this machine goes by its own name.
    pub(crate) fn name(&self, locale: Locale) -> String {
        match (&self.account, &self.signed) {
            (Some(account), _) => account.name.get(locale).to_owned(),
            (None, Some(signed)) => signed.account.name(locale).to_owned(),
            (None, None) => {
                let name = self.actor.as_str();
                name.strip_prefix("local:").unwrap_or(name).to_owned()
            }
        }
    }
}

/// A visitor and, where the session began with this very request, the cookie that keeps it.
pub(crate) struct Arrived {
    pub(crate) visitor: Visitor,
    pub(crate) cookie: Option<HeaderValue>,
}

/// Finds out who looks.
///
/// Where one must sign in it is whose session is brought, else the person at this machine. In the
/// demonstration whoever brings no cookie is signed in as the first of its people; a cookie that
/// opens nothing is refused.
pub(crate) async fn arrive(site: &Site, headers: &HeaderMap) -> Result<Arrived, Refusal> {
    let settings = site.settings();
    let Some(first) = settings.accounts.first() else {
        if site.must_sign_in().await? {
            let signed = Signed::in_(site, headers).await?.ok_or(Refusal::SignedOut)?;
            let visitor = visitor(site, signed.actor().clone(), None).await?;
            let visitor = Visitor { signed: Some(signed), ..visitor };
            return Ok(Arrived { visitor, cookie: None });
        }
        let visitor = visitor(site, settings.actor.clone(), None).await?;
        return Ok(Arrived { visitor, cookie: None });
    };
    let Some(value) = kept(headers) else {
        let token = site.ledger().sessions().begin(&first.actor).await?;
        let visitor = visitor(site, first.actor.clone(), Some(first.clone())).await?;
        return Ok(Arrived { visitor, cookie: cookie(headers, &token) });
    };
    let token = SessionToken::parse(value).ok_or(Refusal::SignedOut)?;
    let holder = site.ledger().sessions().holder(&token).await?.ok_or(Refusal::SignedOut)?;
    let account = settings.accounts.iter().find(|account| account.actor == holder);
    let account = account.ok_or(Refusal::SignedOut)?.clone();
    Ok(Arrived { visitor: visitor(site, holder, Some(account)).await?, cookie: None })
}

pub(crate) async fn visitor(
    site: &Site,
    actor: Actor,
    account: Option<Account>,
) -> Result<Visitor, LedgerError> {
    let rights = site.ledger().people().rights_of(&actor).await?;
    Ok(Visitor { actor, rights, account, signed: None })
}

/// The token a request brings, whatever it is worth.
pub(crate) fn kept(headers: &HeaderMap) -> Option<&str> {
    let name = cookie_name(headers);
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim())
}

/// The `Set-Cookie` that keeps a session in the browser until it is closed.
///
/// `Secure` where a proxy says that the browser speaks TLS to it; else the site answers on a
/// loopback address only, where nothing passes a network.
pub(crate) fn cookie(headers: &HeaderMap, token: &SessionToken) -> Option<HeaderValue> {
    let (name, token) = (cookie_name(headers), token.as_str());
    let secure = if speaks_tls(headers) { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}").parse().ok()
}

/// Whether a proxy before the site says that the browser speaks TLS.
pub(crate) fn speaks_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

/// The `Set-Cookie` that forgets it.
pub(crate) fn no_cookie(headers: &HeaderMap) -> Option<HeaderValue> {
    let name = cookie_name(headers);
    format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0").parse().ok()
}

/// Browsers share cookies between the ports of one machine, so the port is part of the name.
fn cookie_name(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    match host.rsplit_once(':') {
        Some((_, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("aoba_session_{port}")
        }
        _ => "aoba_session".to_owned(),
    }
}

/// Whether a page may be asked without anybody being known: files of the program, and its health.
pub(crate) fn is_public(uri: &Uri) -> bool {
    uri.path() == "/health" || uri.path().starts_with("/assets/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(rights: &[(PurposeOfUse, Option<&str>)]) -> Visitor {
        let right = |(purpose, study): &(PurposeOfUse, Option<&str>)| Right {
            purpose: *purpose,
            study: study.map(|id| StudyId::new(id).unwrap()),
            sees_rows: false,
        };
        let rights = rights.iter().map(right).collect();
        Visitor { actor: Actor::new("demo:a").unwrap(), rights, account: None, signed: None }
    }

    #[test]
    fn a_right_bound_to_a_study_brings_the_study_and_a_wider_one_does_not() {
        use PurposeOfUse::{Operations, Research, Treatment};
        let bound = visitor(&[(Research, Some("A"))]);
        let study = Some(StudyId::new("A").unwrap());
        assert_eq!(bound.looks_for(&[Operations, Research]), (Research, study));
        let wider = visitor(&[(Research, Some("A")), (Research, None)]);
        assert_eq!(wider.looks_for(&[Operations, Research]), (Research, None));
        assert_eq!(bound.looks_for(&[Treatment]), (Treatment, None));
        assert!(bound.may(&[]) && bound.may(&[Research]) && !bound.may(&[Treatment]));
    }

    #[test]
    fn each_port_has_its_own_cookie() {
        let token = SessionToken::parse(&"0a".repeat(32)).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8123"));
        let set = cookie(&headers, &token).unwrap();
        let set = set.to_str().unwrap();
        assert!(set.starts_with("aoba_session_8123=") && set.contains("HttpOnly"), "{set}");
        assert!(set.contains("SameSite=Lax"), "{set}");
        headers.insert(COOKIE, set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(kept(&headers), Some(token.as_str()));
        headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8124"));
        assert_eq!(kept(&headers), None);
        assert!(!set.contains("Secure"));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        let set = cookie(&headers, &token).unwrap();
        assert!(set.to_str().unwrap().ends_with("; Secure"), "{set:?}");
    }
}

//! Which language a reader wants: the choice in the URL, else the cookie, else what the browser asks.

use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::{HeaderMap, Uri};
use vocab::Locale;

/// The cookie that remembers the choice.
const COOKIE_NAME: &str = "aoba_lang";

/// One year.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The reader's language.
pub(crate) fn of(uri: &Uri, headers: &HeaderMap, otherwise: Locale) -> Locale {
    chosen(uri).or_else(|| kept(headers)).or_else(|| asked(headers)).unwrap_or(otherwise)
}

/// The choice made with this very request, as in `?lang=ja`.
pub(crate) fn chosen(uri: &Uri) -> Option<Locale> {
    let pairs = uri.query()?.split('&');
    exact(pairs.filter_map(|pair| pair.strip_prefix("lang=")).next_back()?)
}

/// The `Set-Cookie` that remembers a choice.
pub(crate) fn cookie(locale: Locale) -> String {
    format!("{COOKIE_NAME}={locale}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Strict; HttpOnly")
}

fn kept(headers: &HeaderMap) -> Option<Locale> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    exact(pairs.find(|(name, _)| name.trim() == COOKIE_NAME)?.1.trim())
}

/// The language here that the browser likes best; of two it likes the same, the first.
fn asked(headers: &HeaderMap) -> Option<Locale> {
    let line = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(u32, Locale)> = None;
    for wish in line.split(',') {
        let mut parts = wish.split(';').map(str::trim);
        let Ok(locale) = parts.next().unwrap_or_default().to_ascii_lowercase().parse() else {
            continue;
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, per_mille);
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// `0.8` is 800.
fn per_mille(quality: &str) -> u32 {
    let (whole, part) = quality.split_once('.').unwrap_or((quality, ""));
    let part = format!("{part:0<3}");
    let thousandths = part.get(..3).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    (whole.parse::<u32>().unwrap_or(0).min(1) * 1000 + thousandths).min(1000)
}

fn exact(tag: &str) -> Option<Locale> {
    match tag {
        "ja" => Some(Locale::Ja),
        "en" => Some(Locale::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str, headers: &[(&'static str, &str)], expect: Locale) {
        let uri: Uri = uri.parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        assert_eq!(of(&uri, &map, Locale::Ja), expect, "{uri} {headers:?}");
    }

    #[test]
    fn the_choice_in_the_url_outranks_the_cookie_and_the_browser() {
        let cookie = ("cookie", "x=1; aoba_lang=ja");
        check("/?lang=en", &[cookie, ("accept-language", "ja")], Locale::En);
        check("/", &[cookie, ("accept-language", "en")], Locale::Ja);
        check("/?lang=fr", &[("accept-language", "en-GB,en;q=0.9")], Locale::En);
        check("/", &[], Locale::Ja);
    }

    #[test]
    fn the_browser_is_heard_by_weight() {
        check("/", &[("accept-language", "fr, en;q=0.3, ja;q=0.7")], Locale::Ja);
        check("/", &[("accept-language", "ja;q=0, en;q=0.1")], Locale::En);
        check("/", &[("accept-language", "EN-us, ja")], Locale::En);
        check("/", &[("accept-language", "é;q=é, en;q=é")], Locale::Ja);
    }
}

//! What an export gives: the manifest of the Bulk Data specification, read once.

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::error::{AnswerFault, PullError, shown};
use super::http::{Http, may_go};
use super::kept::{ExportFile, FileKind};
use super::unfit::Unfit;

/// A manifest as it was written.
#[derive(Debug, Deserialize)]
struct Written {
    #[serde(rename = "transactionTime")]
    server_time: String,
    #[serde(rename = "requiresAccessToken")]
    wants_token: Option<bool>,
    #[serde(default)]
    output: Vec<Item>,
    #[serde(default)]
    deleted: Vec<Item>,
    #[serde(default)]
    error: Vec<Item>,
    #[serde(default)]
    link: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(rename = "type", default)]
    resource_type: String,
    url: String,
    count: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Link {
    relation: String,
    url: String,
}

/// One page of a manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    /// The moment for which the export holds, as the server writes it.
    pub(super) server_time: String,
    /// Its files.
    pub(super) files: Vec<ExportFile>,
    /// Where the manifest goes on (Bulk Data 3).
    pub(super) next: Option<Url>,
}

impl Manifest {
    /// Reads a manifest that was found at `at`; names of files are counted on from `from`.
    ///
    /// # Errors
    /// When it is none, or leads where one must not go.
    pub(super) fn read(
        json: Value,
        (http, at): (&Http, &Url),
        from: usize,
    ) -> Result<Self, PullError> {
        let bad = |fault| PullError::answer(at, fault);
        let written: Written =
            serde_json::from_value(json).map_err(|_| bad(AnswerFault::NotJson))?;
        let kinds = [
            (FileKind::Output, written.output),
            (FileKind::Deleted, written.deleted),
            (FileKind::Error, written.error),
        ];
        let mut files = Vec::new();
        for (kind, items) in kinds {
            for item in items {
                let url = at.join(&item.url).map_err(|_| bad(AnswerFault::BadUrl))?;
                files.push(ExportFile {
                    shows_token: shows_token(http, at, &url, written.wants_token)?,
                    url: url.to_string(),
                    kind,
                    name: name(kind, &item.resource_type, from + files.len()),
                    count: item.count.filter(|_| kind == FileKind::Output),
                });
            }
        }
        let next = written.link.into_iter().find(|link| link.relation == "next");
        let next = match next {
            None => None,
            Some(link) => {
                let url = at.join(&link.url).map_err(|_| bad(AnswerFault::BadUrl))?;
                if !http.is_own(&url) {
                    return Err(Unfit::Elsewhere { from: shown(at), to: shown(&url) }.into());
                }
                Some(url)
            }
        };
        Ok(Self { server_time: written.server_time, files, next })
    }
}

/// Whether the token is shown where a file lies: at the server itself only.
fn shows_token(
    http: &Http,
    at: &Url,
    url: &Url,
    wants_token: Option<bool>,
) -> Result<bool, PullError> {
    if http.is_own(url) {
        return Ok(wants_token.unwrap_or(true));
    }
    if !may_go(at, url) {
        return Err(Unfit::Elsewhere { from: shown(at), to: shown(url) }.into());
    }
    if wants_token == Some(true) && http.has_token() {
        return Err(Unfit::TokenElsewhere(shown(url)).into());
    }
    Ok(false)
}

/// What a file is called here: nothing of the server's choosing but a known type.
fn name(kind: FileKind, resource_type: &str, position: usize) -> String {
    let word = match kind {
        FileKind::Output if fhir::model::is_resource(resource_type) => resource_type,
        FileKind::Output => "Resource",
        FileKind::Deleted => "deleted",
        FileKind::Error => "error",
    };
    format!("{word}-{:04}", position + 1)
}

#[cfg(test)]
mod tests {
    use ledger::Clock;
    use serde_json::json;

    use super::*;
    use crate::cli::AskArgs;
    use crate::config::PullConfig;
    use crate::pull::ask::Ask;

    /// A client of `https://fhir.example.jp/r4`, with a token or without.
    fn http(folder: &std::path::Path, with_token: bool) -> Http {
        let mut args = AskArgs::default();
        if with_token {
            let path = folder.join("token");
            std::fs::write(&path, "s3cret").unwrap();
            args.token_file = Some(path);
        }
        let ask = Ask::of(None, "https://fhir.example.jp/r4", &args).unwrap();
        let clock = Clock::of_the_machine();
        Http::new(&ask, &PullConfig::default(), &clock, &folder.join("refusal")).unwrap()
    }

    fn read(json: Value, with_token: bool) -> Result<Manifest, PullError> {
        let folder = tempfile::tempdir().unwrap();
        let at = Url::parse("https://fhir.example.jp/r4/status/7").unwrap();
        Manifest::read(json, (&http(folder.path(), with_token), &at), 0)
    }

    fn written(output: &Value, wants_token: &Value) -> Value {
        json!({
            "transactionTime": "2026-11-26T01:02:03.456+09:00", "request": "x",
            "requiresAccessToken": wants_token, "output": output, "error": [],
        })
    }

    #[test]
    fn all_three_lists_are_read_and_named_by_what_they_hold() {
        let mut json = written(
            &json!([
                { "type": "Patient", "url": "https://fhir.example.jp/f/1", "count": 12 },
                { "type": "../../etc", "url": "/f/2" },
            ]),
            &json!(true),
        );
        json["deleted"] = json!([{ "type": "Bundle", "url": "/f/3", "count": 1 }]);
        json["error"] = json!([{ "type": "OperationOutcome", "url": "/f/4" }]);
        json["link"] = json!([{ "relation": "next", "url": "/r4/status/7?page=2" }]);
        let manifest = read(json, true).unwrap();
        assert_eq!(manifest.server_time, "2026-11-26T01:02:03.456+09:00");
        let told: Vec<_> =
            manifest.files.iter().map(|file| (file.name.as_str(), file.count)).collect();
        assert_eq!(
            told,
            [
                ("Patient-0001", Some(12)),
                ("Resource-0002", None),
                ("deleted-0003", None),
                ("error-0004", None)
            ]
        );
        assert!(manifest.files.iter().all(|file| file.shows_token));
        assert!(manifest.files[1].url.starts_with("https://fhir.example.jp/f/2"));
        assert!(manifest.next.is_some());
    }

    #[test]
    fn a_token_is_never_shown_to_another_server() {
        let elsewhere = json!([{ "type": "Patient", "url": "https://store.example.com/x?sig=1" }]);
        for wants in [json!(false), json!(null)] {
            let manifest = read(written(&elsewhere, &wants), true).unwrap();
            assert!(!manifest.files[0].shows_token);
        }
        let told = read(written(&elsewhere, &json!(true)), true).unwrap_err();
        assert!(matches!(told, PullError::Unfit(Unfit::TokenElsewhere(_))), "{told}");
        assert!(!told.to_string().contains("sig"), "{told}");
        assert!(!read(written(&elsewhere, &json!(true)), false).unwrap().files[0].shows_token);
        // The same name at another port is another server.
        let port = json!([{ "type": "Patient", "url": "https://fhir.example.jp:8443/f" }]);
        assert!(!read(written(&port, &json!(false)), true).unwrap().files[0].shows_token);
    }

    #[test]
    fn what_leads_to_an_open_line_or_off_the_web_is_not_followed() {
        for url in ["http://fhir.example.jp/f/1", "file:///etc/passwd", "http://127.0.0.1/x"] {
            let told =
                read(written(&json!([{ "type": "Patient", "url": url }]), &json!(false)), true);
            assert!(matches!(told, Err(PullError::Unfit(Unfit::Elsewhere { .. }))), "{url}");
        }
        let mut json = written(&json!([]), &json!(false));
        json["link"] = json!([{ "relation": "next", "url": "https://evil.example/2" }]);
        assert!(matches!(read(json, true), Err(PullError::Unfit(Unfit::Elsewhere { .. }))));
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        for json in [json!({}), json!([]), json!({ "transactionTime": 7, "output": [] })] {
            assert!(matches!(read(json, false), Err(PullError::Answer { .. })));
        }
    }
}

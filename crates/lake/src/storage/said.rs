//! What an object store's answer means, in the words of [`StorageError`].
//!
//! Of the answer itself only its status and its code are kept: its text repeats what was signed.

use std::error::Error;
use std::io;
use std::path::Path;

use object_store::client::{HttpError, HttpErrorKind};

use vocab::Locale;

use super::{StorageError, Trouble};

/// What the store says when it does not know who asks.
const KEY_REFUSED: [&str; 10] = [
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidSecurity",
    "InvalidToken",
    "NotSignedUp",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnauthorizedAccess",
];

/// Finds what a folder or a bucket said in whatever was made of it above.
pub(crate) fn told(error: &(dyn Error + 'static)) -> Option<StorageError> {
    let told = chain(error).find_map(|cause| cause.downcast_ref::<StorageError>());
    told.map(StorageError::again).or_else(|| in_words(&error.to_string()))
}

/// The same where only its words are left: readers of Parquet hand an error on as text.
fn in_words(text: &str) -> Option<StorageError> {
    let (act, words) = ["read", "list"].into_iter().find_map(|act| {
        let (_, words) = text.split_once(&format!("cannot {act} s3://"))?;
        Some((act, words))
    })?;
    let troubles =
        [Trouble::Unreachable, Trouble::MayNotRead, Trouble::KeyRefused, Trouble::NoBucket];
    troubles.into_iter().find_map(|trouble| {
        let what = format!(": {}: ", trouble.what(Locale::En));
        let (path, rest) = words.split_once(&what)?;
        let said = rest.split(&format!(" ({}", trouble.remedy(Locale::En))).next()?;
        let path = format!("s3://{path}").into();
        Some(StorageError { act, path, trouble, source: io::Error::other(said.to_owned()) })
    })
}

/// An error and what it stands on. An [`io::Error`] hands on what its own content stands on, and
/// not that content: it is looked into.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| stands_on(*error))
}

fn stands_on<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inside) => Some(inside),
        None => error.source(),
    }
}

/// Whether the same request may well succeed in a moment, and the client has not made it again:
/// the connection broke, and it could not know whether the request was carried out.
pub(super) fn is_passing(error: &object_store::Error) -> bool {
    let broke = |kind| !matches!(kind, HttpErrorKind::Connect);
    chain(error)
        .any(|cause| cause.downcast_ref::<HttpError>().is_some_and(|http| broke(http.kind())))
}

/// Says in our words why an object would not be read or written.
pub(super) fn explained(
    act: &'static str,
    place: &Path,
    error: &object_store::Error,
) -> StorageError {
    if let Some(known) = told(error) {
        return known;
    }
    let text = chain(error).map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let code = between(&text, "<Code>", "</Code>").unwrap_or_default();
    let status = between(&text, "status code: ", ":").unwrap_or_default();
    let writes = act != "read" && act != "list";
    let trouble = match error {
        _ if code == "NoSuchBucket" => Trouble::NoBucket,
        _ if KEY_REFUSED.contains(&code) => Trouble::KeyRefused,
        _ if code == "NotImplemented" || status.starts_with("501") => Trouble::NotConditional,
        _ if status.starts_with("401") => Trouble::KeyRefused,
        _ if status.starts_with("403") && writes => Trouble::MayNotWrite,
        _ if status.starts_with("403") => Trouble::MayNotRead,
        _ if status.starts_with('5') || status.starts_with("429") => Trouble::Unreachable,
        _ if chain(error).any(|cause| cause.is::<HttpError>()) => Trouble::Unreachable,
        _ => Trouble::Other,
    };
    let said = match (status, code) {
        ("", "") => innermost(error),
        (status, "") => status.to_owned(),
        ("", code) => code.to_owned(),
        (status, code) => format!("{status}, {code}"),
    };
    let source = io::Error::other(said);
    StorageError { act, path: place.to_owned(), trouble, source }
}

/// The last cause: the others repeat it, with addresses around it.
fn innermost(error: &object_store::Error) -> String {
    let last = chain(error).last().map(ToString::to_string).unwrap_or_default();
    last.lines().next().unwrap_or_default().to_owned()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split(after).next().map(str::trim).filter(|found| !found.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: &str, body: &str) -> object_store::Error {
        let source = format!("Server returned non-2xx status code: {status}: {body}").into();
        object_store::Error::Generic { store: "S3", source }
    }

    #[test]
    fn each_answer_is_told_by_what_a_person_can_do_about_it() {
        let code = |code: &str| format!("<Error><Code>{code}</Code><Message>x</Message></Error>");
        let cases = [
            ("list", "404 Not Found", code("NoSuchBucket"), Trouble::NoBucket),
            ("list", "403 Forbidden", code("InvalidAccessKeyId"), Trouble::KeyRefused),
            ("write", "403 Forbidden", code("SignatureDoesNotMatch"), Trouble::KeyRefused),
            ("write", "403 Forbidden", code("AccessDenied"), Trouble::MayNotWrite),
            ("read", "403 Forbidden", code("AccessDenied"), Trouble::MayNotRead),
            ("read", "403 Forbidden", String::new(), Trouble::MayNotRead),
            ("write", "501 Not Implemented", code("NotImplemented"), Trouble::NotConditional),
            ("write", "503 Service Unavailable", code("SlowDown"), Trouble::Unreachable),
            ("write", "400 Bad Request", code("InvalidArgument"), Trouble::Other),
        ];
        for (act, status, body, expect) in cases {
            let error = explained(act, Path::new("s3://b/x"), &answered(status, &body));
            assert_eq!(error.trouble, expect, "{status} {body}");
        }
    }

    #[test]
    fn what_was_signed_is_not_repeated() {
        let body = "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIA1</AWSAccessKeyId>\
                    <StringToSign>AWS4-HMAC</StringToSign></Error>";
        let said = explained("list", Path::new("s3://b"), &answered("403 Forbidden", body));
        let said = said.to_string();
        assert!(said.contains("SignatureDoesNotMatch"), "{said}");
        assert!(!said.contains("AKIA1") && !said.contains("HMAC"), "{said}");
    }

    #[test]
    fn what_a_bucket_said_is_found_again_inside_other_errors() {
        let deep = explained("read", Path::new("s3://b"), &answered("403 Forbidden", ""));
        let store = object_store::Error::Generic { store: "S3", source: Box::new(deep) };
        let io = io::Error::other(io::Error::other(store));
        assert_eq!(told(&io).map(|found| found.trouble), Some(Trouble::MayNotRead));
        assert!(told(&io::Error::other("else")).is_none());
        let only_words = io::Error::other(format!("Parquet error: {io}: and more"));
        let again = told(&only_words).unwrap();
        let same = explained("read", Path::new("s3://b"), &answered("403 Forbidden", ""));
        assert_eq!(again.to_string(), same.to_string());
    }
}

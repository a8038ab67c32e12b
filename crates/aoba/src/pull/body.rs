//! The body of an answer, read up to a limit.

use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::{Response, Url};

use super::error::{AnswerFault, PullError};

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// With gzip.
    Gzip,
}

/// How the body of an answer is packed.
///
/// # Errors
/// When it is packed in a way nobody asked for.
pub(super) fn packing(headers: &HeaderMap, url: &Url) -> Result<Packing, PullError> {
    let told = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim());
    match told {
        None | Some("" | "identity") => Ok(Packing::Plain),
        Some("gzip" | "x-gzip") => Ok(Packing::Gzip),
        Some(other) => {
            let other = other.chars().filter(|c| !c.is_control()).take(40).collect();
            Err(PullError::answer(url, AnswerFault::Packing(other)))
        }
    }
}

/// Reads a body that is not packed, to its end or to the limit.
///
/// # Errors
/// When the connection breaks, or the body is packed or larger.
pub(super) async fn up_to(
    mut answer: Response,
    url: &Url,
    bytes_max: u64,
) -> Result<Vec<u8>, PullError> {
    if packing(answer.headers(), url)? != Packing::Plain {
        return Err(PullError::answer(url, AnswerFault::Packing("gzip".to_owned())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| PullError::cut_off(url, error))? {
        if body.len() as u64 + chunk.len() as u64 > bytes_max {
            return Err(PullError::answer(url, AnswerFault::TooLarge { bytes_max }));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

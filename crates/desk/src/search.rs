//! The header's search: one address for it, whichever domain answers.

use axum::extract::{Query, State};
use axum::http::Uri;
use axum::response::Redirect;
use serde::Deserialize;

use crate::refusal::Refusal;
use crate::site::Site;

/// How long a search may be, in bytes.
const QUERY_BYTES_MAX: usize = 400;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// Leads to the domain that finds things, with the words searched for.
pub(crate) async fn search(
    State(site): State<Site>,
    Query(asked): Query<Asked>,
    uri: Uri,
) -> Result<Redirect, Refusal> {
    let page = site.search().ok_or(Refusal::NotFound)?;
    if asked.q.len() > QUERY_BYTES_MAX {
        return Err(Refusal::Unprocessable);
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Redirect::to(&format!("{page}{query}")))
}

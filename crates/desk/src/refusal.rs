//! What a reader is told when a page cannot be given.
//!
//! A handler returns a [`Refusal`]; the guard around all routes turns it into one page in the
//! reader's language, with a reference number that stands in the log beside the cause.

use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lake::ReaderError;
use ledger::{LedgerError, MissingRight};

/// Why a page is not given.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Nothing is kept at this address.
    NotFound,
    /// No permit covers this look; says which right is missing, where it is known.
    Forbidden(Option<MissingRight>),
    /// Only an administrator may do this.
    NotAdministrator,
    /// Nobody is known to look: the session ended, or never was.
    SignedOut,
    /// The password was given too long ago for something that matters.
    Stale,
    /// A link was used, has ended, or never was.
    DeadLink,
    /// Too many ask at once: come again in so many seconds.
    Busy(u64),
    /// What would change something was asked from a page that is not ours.
    ForeignPage,
    /// The request came under a name this site does not answer to.
    ForeignHost,
    /// Consents or records changed meanwhile.
    Conflict,
    /// What was sent cannot be understood.
    Unprocessable,
    /// A fault on our side; the cause goes to the log and to nobody else.
    Internal(Arc<dyn Error + Send + Sync>),
}

impl Refusal {
    /// A fault on our side.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Internal(Arc::new(cause))
    }

    /// The status that tells it to machines.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotAdministrator => StatusCode::FORBIDDEN,
            Self::SignedOut | Self::Stale => StatusCode::UNAUTHORIZED,
            Self::DeadLink => StatusCode::GONE,
            Self::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::ForeignPage => StatusCode::FORBIDDEN,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The keys of what it is called, what happened and what to do.
    pub(crate) fn keys(&self) -> [&'static str; 3] {
        match self {
            Self::NotFound => [
                "desk.refused.not_found",
                "desk.refused.not_found_what",
                "desk.refused.not_found_remedy",
            ],
            Self::Forbidden(_) => [
                "desk.refused.forbidden",
                "desk.refused.forbidden_what",
                "desk.refused.forbidden_remedy",
            ],
            Self::NotAdministrator => [
                "desk.refused.not_administrator",
                "desk.refused.not_administrator_what",
                "desk.refused.not_administrator_remedy",
            ],
            Self::DeadLink => [
                "desk.refused.dead_link",
                "desk.refused.dead_link_what",
                "desk.refused.dead_link_remedy",
            ],
            Self::Busy(_) => {
                ["desk.refused.busy", "desk.refused.busy_what", "desk.refused.busy_remedy"]
            }
            Self::SignedOut | Self::Stale => [
                "desk.refused.signed_out",
                "desk.refused.signed_out_what",
                "desk.refused.signed_out_remedy",
            ],
            Self::ForeignPage => [
                "desk.refused.foreign_page",
                "desk.refused.foreign_page_what",
                "desk.refused.foreign_page_remedy",
            ],
            Self::ForeignHost => {
                ["desk.refused.host", "desk.refused.host_what", "desk.refused.host_remedy"]
            }
            Self::Conflict => [
                "desk.refused.conflict",
                "desk.refused.conflict_what",
                "desk.refused.conflict_remedy",
            ],
            Self::Unprocessable => [
                "desk.refused.unprocessable",
                "desk.refused.unprocessable_what",
                "desk.refused.unprocessable_remedy",
            ],
            Self::Internal(_) => [
                "desk.refused.internal",
                "desk.refused.internal_what",
                "desk.refused.internal_remedy",
            ],
        }
    }

    /// What a bare status of the router or of an extractor means; `None` when nothing was refused.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Some(Self::NotFound),
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Some(Self::Forbidden(None)),
            StatusCode::CONFLICT => Some(Self::Conflict),
            status if status.is_client_error() => Some(Self::Unprocessable),
            status if status.is_server_error() => {
                Some(Self::internal(std::io::Error::other(format!("a handler answered {status}"))))
            }
            _ => None,
        }
    }
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused { missing } => Self::Forbidden(Some(missing)),
            LedgerError::NoLoad(_) | LedgerError::NoAccount(_) => Self::NotFound,
            LedgerError::LinkDead => Self::DeadLink,
            other => Self::internal(other),
        }
    }
}

impl From<ReaderError> for Refusal {
    fn from(error: ReaderError) -> Self {
        match error {
            ReaderError::Refused(missing) => Self::Forbidden(Some(missing)),
            ReaderError::Ledger(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

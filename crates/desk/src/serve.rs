//! The server: one router out of all slices, on a loopback address.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::assets;
use crate::door;
use crate::guard;
use crate::kit;
use crate::refusal::Refusal;
use crate::search;
use crate::session;
use crate::site::Site;

/// Says why the site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not of the form `127.0.0.1:8080`.
    #[error("{0:?} is not an address to listen on: say 127.0.0.1:8080 or [::1]:8080")]
    NotAnAddress(String),
    /// Others could reach the address, and there is no signing in yet.
    #[error("{0} is not a loopback address: anybody could look; put a signing proxy before it")]
    NotLoopback(SocketAddr),
    /// The machine does not give the address.
    #[error("cannot listen on {address}: {cause}")]
    Taken {
        /// The address.
        address: SocketAddr,
        /// What the machine says.
        cause: std::io::Error,
    },
    /// The server stopped.
    #[error("the server stopped: {0}")]
    Stopped(std::io::Error),
}

/// Takes a loopback address for the site; port 0 takes any free one.
///
/// # Errors
/// When the text is no address, others could reach it, or it is taken.
pub async fn bind(address: &str) -> Result<TcpListener, ServeError> {
    let address: SocketAddr =
        address.parse().map_err(|_| ServeError::NotAnAddress(address.to_owned()))?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|cause| ServeError::Taken { address, cause })
}

/// Answers until the program is asked to end (Ctrl-C or a termination signal), then lets pages
/// under way finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(site: Site, listener: TcpListener) -> Result<(), ServeError> {
    // From which address somebody signs in is part of what keeps guessing slow.
    let answers = router(site).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, answers)
        .with_graceful_shutdown(asked_to_end())
        .await
        .map_err(ServeError::Stopped)
}

/// All routes, with the guard around them.
pub fn router(site: Site) -> Router {
    let mut routes = Router::new()
        .route("/health", get(health))
        .route("/assets/{name}", get(asset))
        .route("/search", get(search::search))
        .route("/session", post(session::change))
        .merge(door::router())
        .merge(kit::router());
    for slice in site.slices() {
        routes = routes.merge((slice.pages)());
    }
    let guard = middleware::from_fn_with_state(site.clone(), guard::guard);
    routes.fallback(no_page).layer(guard).with_state(site)
}

async fn no_page() -> Refusal {
    Refusal::NotFound
}

/// Whether the program answers; tells nothing about records, so it needs no permit.
async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], "{\"status\":\"up\"}\n")
}

async fn asset(Path(name): Path<String>) -> Response {
    match assets::find(&name) {
        Some(asset) => {
            let kept = "public, max-age=31536000, immutable";
            ([(CONTENT_TYPE, asset.media), (CACHE_CONTROL, kept)], asset.bytes).into_response()
        }
        None => Refusal::NotFound.into_response(),
    }
}

async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            () = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => interrupt.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_loopback_address_is_taken() {
        let refused = async |address: &str| bind(address).await.unwrap_err().to_string();
        assert!(refused("0.0.0.0:0").await.contains("not a loopback address"));
        assert!(refused("somewhere").await.contains("not an address"));
        let listener = bind("127.0.0.1:0").await.unwrap();
        assert_ne!(listener.local_addr().unwrap().port(), 0);
    }
}

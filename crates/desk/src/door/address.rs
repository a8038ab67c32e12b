//! From where a request comes, as far as it is known.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The address of the person's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) IpAddr);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(of(peer.map(|ConnectInfo(peer)| peer.ip()), &parts.headers)))
    }
}

/// The peer; of a proxy on this machine, whom it names last: what stands before that, anybody may
/// have written.
fn of(peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    if !peer.is_loopback() {
        return peer;
    }
    let line = headers.get_all("x-forwarded-for").iter().next_back();
    let last = line.and_then(|line| line.to_str().ok()).and_then(|line| line.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_speaks_for_others() {
        let check = |peer: Option<&str>, forwarded: &str, expect: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let peer = peer.map(|peer| peer.parse().unwrap());
            assert_eq!(of(peer, &headers).to_string(), expect, "{peer:?} {forwarded}");
        };
        check(Some("127.0.0.1"), "192.0.2.9, 192.0.2.7", "192.0.2.7");
        check(Some("192.0.2.1"), "192.0.2.7", "192.0.2.1");
        check(Some("::1"), "nonsense", "::1");
        check(None, "", "127.0.0.1");
    }
}

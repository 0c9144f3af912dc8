//! Checks that a request has to pass before it is routed: the `Host` header, and the connection limit.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, Request as HttpRequest, StatusCode, Version,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HOST, RETRY_AFTER},
        uri::Authority,
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    error::HttpError,
    meter::{self, Rejected},
    state::AppState,
};

/// Whether a path is for monitoring (health probes and metrics), and so requested every few seconds.
pub(crate) fn is_monitoring_path(path: &str) -> bool {
    path == "/metrics" || path.starts_with("/health/")
}

/// The error response to a request that HTTP/1.1 forbids: without a `Host` header, with several, or with an invalid
/// one. <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
pub(crate) fn reject_invalid_host<B>(request: &HttpRequest<B>) -> Option<Response> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let is_valid = match (hosts.next(), hosts.next()) {
        (None, _) => request.version() != Version::HTTP_11,
        (Some(host), None) => host.is_empty() || authority(host).is_some(),
        (Some(_), Some(_)) => false,
    };
    if is_valid {
        return None;
    }
    let error = HttpError::bad_request("requests name their host in one header `Host`");
    Some(error.into_response())
}

fn authority(host: &HeaderValue) -> Option<Authority> {
    let authority = Authority::try_from(host.as_bytes()).ok()?;
    (!authority.as_str().contains('@')).then_some(authority)
}

/// The response when the connection limit is reached and every other connection has a request in progress.
pub(crate) fn overloaded() -> Response {
    meter::count_rejected(Rejected::Overloaded);
    let headers = [
        (RETRY_AFTER, "1"),
        // Readable across origins, like the responses of the routes.
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after"),
    ];
    (headers, HttpError::service_unavailable()).into_response()
}

/// The host names that `coach dev` accepts. Protects against DNS rebinding, in which a page of another site resolves
/// its own name to this machine to become same-origin with it. IP addresses are always accepted: they cannot be
/// rebound.
#[derive(Clone)]
pub(super) struct AllowedHosts(Arc<[String]>);

impl AllowedHosts {
    /// `None` outside of development, where any host name is accepted: no page shows a member's token or mail.
    pub(super) fn from_state(state: &AppState) -> Option<Self> {
        let names = state.shared().allowed_hosts.as_slice();
        state.is_development().then(|| Self(names.into()))
    }

    fn allows(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.ends_with(".localhost")
            || address.parse::<std::net::IpAddr>().is_ok()
            || self.0.contains(&host)
    }
}

/// Middleware that rejects requests whose host name is not allowed.
pub(super) async fn check_host(
    State(allowed_hosts): State<AllowedHosts>,
    request: Request,
    next: Next,
) -> Response {
    // HTTP/2 has the name in `:authority`.
    let target = request.uri().authority().cloned();
    let host = request.headers().get(HOST).map(authority);
    let mut names = target.map(Some).into_iter().chain(host).peekable();
    let has_name = names.peek().is_some();
    if has_name && names.all(|name| name.is_some_and(|name| allowed_hosts.allows(name.host()))) {
        return next.run(request).await;
    }
    let error = HttpError::new(
        StatusCode::MISDIRECTED_REQUEST,
        "MISDIRECTED_REQUEST",
        "`coach dev` answers to localhost and to addresses; other names of this machine are set in COACH_ALLOWED_HOSTS",
    );
    error.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_hosts_and_addresses_are_accepted() {
        let allowed = AllowedHosts(["coach.test".to_owned()].into());
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "coach.localhost",
            "127.0.0.1",
            "192.168.7.2",
            "[::1]",
            "coach.test",
        ] {
            assert!(allowed.allows(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "evilcoach.test",
            "",
        ] {
            assert!(!allowed.allows(host), "{host}");
        }
    }

    #[test]
    fn http_1_1_requires_exactly_one_host() {
        let check = |version, hosts: &[&str]| {
            let mut request = HttpRequest::builder().version(version);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            reject_invalid_host(&request.body(()).unwrap()).is_none()
        };
        for hosts in [&["coach.example:8080"][..], &["[::1]:8080"], &[""]] {
            assert!(check(Version::HTTP_11, hosts), "{hosts:?}");
        }
        for hosts in [
            &[][..],
            &["a.example", "a.example"],
            &["a.example/x"],
            &["a b"],
            &["me@a.example"],
        ] {
            assert!(!check(Version::HTTP_11, hosts), "{hosts:?}");
        }
        assert!(check(Version::HTTP_10, &[]) && check(Version::HTTP_2, &[]));
    }
}

//! Which requests are let in, before anybody looks at what they ask for.

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

use super::{refusal::Refusal, state::AppState};

/// Whether a path is asked by machines every few seconds.
pub(crate) fn is_upkeep(path: &str) -> bool {
    path == "/metrics" || path.starts_with("/health/")
}

/// Refuses what HTTP/1.1 does not allow: a request without `Host`, with several, or with one that names no host.
/// <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
pub(crate) fn refuse_host<B>(request: &HttpRequest<B>) -> Option<Response> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let fits = match (hosts.next(), hosts.next()) {
        (None, _) => request.version() != Version::HTTP_11,
        (Some(host), None) => host.is_empty() || authority(host).is_some(),
        (Some(_), Some(_)) => false,
    };
    if fits {
        return None;
    }
    let refusal = Refusal::bad_request("requests name their host in one header `Host`");
    Some(refusal.into_response())
}

fn authority(host: &HeaderValue) -> Option<Authority> {
    let authority = Authority::try_from(host.as_bytes()).ok()?;
    (!authority.as_str().contains('@')).then_some(authority)
}

/// The answer where all connections have requests that are worked on.
pub(crate) fn overloaded() -> Response {
    let later = [
        (RETRY_AFTER, HeaderValue::from_static("1")),
        // Pages elsewhere are to see it, as what the routes answer.
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after"),
        ),
    ];
    (later, Refusal::not_now()).into_response()
}

/// The names of hosts under which `coach dev` answers. A page elsewhere can have its own name lead to this machine, and
/// would then be read as if it were ours (DNS rebinding); an address cannot be made to lead anywhere else.
#[derive(Clone)]
pub(super) struct Allowed(Arc<[String]>);

impl Allowed {
    /// None where everything is open to everybody anyway.
    pub(super) fn of(state: &AppState) -> Option<Self> {
        let names = state.allowed_hosts()?;
        Some(Self(names.into()))
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

/// Refuses requests to names that are not this machine's.
pub(super) async fn check_name(
    State(allowed): State<Allowed>,
    request: Request,
    next: Next,
) -> Response {
    // With HTTP/2 it stands in `:authority`.
    let target = request.uri().authority().cloned();
    let named = request.headers().get(HOST).map(authority);
    let mut names = target.map(Some).into_iter().chain(named).peekable();
    let is_named = names.peek().is_some();
    if is_named && names.all(|name| name.is_some_and(|name| allowed.allows(name.host()))) {
        return next.run(request).await;
    }
    let refusal = Refusal::new(
        StatusCode::MISDIRECTED_REQUEST,
        "MISDIRECTED_REQUEST",
        "`coach dev` answers to localhost and to addresses; other names of this machine are set in COACH_ALLOWED_HOSTS",
    );
    refusal.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        let allowed = Allowed(["coach.test".to_owned()].into());
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
    fn http_1_1_wants_one_host() {
        let check = |version, hosts: &[&str]| {
            let mut request = HttpRequest::builder().version(version);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            refuse_host(&request.body(()).unwrap()).is_none()
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

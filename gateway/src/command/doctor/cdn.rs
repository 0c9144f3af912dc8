//! The status file of live sessions, at the address that apps poll.

use reqwest::{
    Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, AGE, CACHE_CONTROL, ORIGIN},
};

use super::{
    check::{Check, Findings, Severity},
    context::{Context, cause},
};

const NAME: &str = "CDN";

/// How long caches may keep the file, in seconds: docs/LIVE.md.
const LIFETIME: u64 = 2;

/// The oldest copy that an edge may give out, in seconds: some count whole seconds.
const MAX_AGE: u64 = 2 * LIFETIME;

const MEND_LIFETIME: &str = "have the CDN keep the file for two seconds: on CloudFront a cache policy with MinTTL 0, DefaultTTL 2 and \
     MaxTTL 2, as deploy/aws/messaging.yaml has; elsewhere its Cache-Control, which is public, max-age=2, must not be overridden";

/// Whether the file is there, and kept for two seconds.
pub(super) async fn check(context: &Context<'_>) -> Check {
    if !context.has_gateway() {
        return Check::skipped(NAME, "--role worker: gateways give out the address");
    }
    let mend = "check COACH_LIVE_STATUS_URL, and that the CDN reaches its origin";
    context
        .check(NAME, &["live_status_url", "listen"], mend, look(context))
        .await
}

async fn look(context: &Context<'_>) -> Findings {
    let settings = context.settings;
    let url = match settings.status_url(settings.listen) {
        Ok(url) => url,
        Err(error) => return Findings::skipped(error.to_string()),
    };
    let url = url.as_str();
    let client = match context.http() {
        Ok(client) => client,
        Err(error) => return Findings::skipped(cause(&error)),
    };
    // As a web page asks for it.
    let request = client.get(url).header(ORIGIN, "https://app.example.com");
    match request.send().await {
        Ok(response) => inspected(url, &response),
        Err(error) if settings.live_status_url.is_none() => Findings::skipped(format!(
            "COACH_LIVE_STATUS_URL is not set, and the gateway itself is not reached at {url}: {}",
            cause(&error)
        )),
        Err(error) => Findings::problem(
            format!("{url} cannot be reached: {}", cause(&error)),
            "correct COACH_LIVE_STATUS_URL, or the name and the certificate of the CDN",
        ),
    }
}

fn inspected(url: &str, response: &Response) -> Findings {
    let status = response.status();
    let header = |name| response.headers().get(name)?.to_str().ok();
    if !matches!(status, StatusCode::OK | StatusCode::NOT_FOUND) {
        return Findings::problem(
            format!("{url} answered {status}"),
            "let the CDN read live/status.json of the bucket (its origin access control in the bucket's policy), or GET \
             /live/status.json of the gateway",
        );
    }
    let policy = header(CACHE_CONTROL).unwrap_or_default();
    let mut findings = Findings::ok(format!("{url} answered {}, {policy}", status.as_u16()));
    if status == StatusCode::NOT_FOUND {
        findings.add(
            Severity::Warning,
            format!("{url} answered {status}"),
            "start a worker, which writes the file; if one runs, correct COACH_OBJECTS or the path of COACH_LIVE_STATUS_URL",
        );
        return findings;
    }
    match lifetime(policy) {
        Some(LIFETIME) => {}
        Some(seconds) if seconds < LIFETIME => findings.add(
            Severity::Warning,
            format!("caches keep {url} for {seconds} s and not for {LIFETIME}, so that every poll goes to the origin"),
            MEND_LIFETIME,
        ),
        Some(seconds) => findings.add(
            Severity::Problem,
            format!("caches keep {url} for {seconds} s: apps learn of a session's start that much later"),
            MEND_LIFETIME,
        ),
        None => findings.add(
            Severity::Problem,
            format!("{url} has no lifetime in Cache-Control (`{policy}`): caches keep it as long as they like"),
            MEND_LIFETIME,
        ),
    }
    let age = header(AGE).and_then(|age| age.parse::<u64>().ok());
    if let Some(age) = age.filter(|age| *age > MAX_AGE) {
        findings.add(
            Severity::Problem,
            format!("the CDN gave out a copy of {url} that was {age} s old"),
            MEND_LIFETIME,
        );
    }
    if header(ACCESS_CONTROL_ALLOW_ORIGIN) != Some("*") {
        findings.add(
            Severity::Warning,
            format!("web pages may not read {url}: the answer has no Access-Control-Allow-Origin: *"),
            "add CORS to the CDN (on CloudFront the response headers policy SimpleCORS) or to the bucket",
        );
    }
    findings
}

/// The lifetime in shared caches, in seconds.
fn lifetime(policy: &str) -> Option<u64> {
    let directives = || {
        let directives = policy.split(',');
        directives.map(|it| it.trim().to_ascii_lowercase())
    };
    if directives().any(|it| matches!(&*it, "no-store" | "no-cache" | "private")) {
        return Some(0);
    }
    let seconds = |name: &str| {
        directives().find_map(|it| it.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    };
    seconds("s-maxage").or_else(|| seconds("max-age"))
}

#[cfg(test)]
mod tests {
    use super::lifetime;

    #[test]
    fn shared_caches_have_a_lifetime_of_their_own() {
        for (policy, seconds) in [
            ("public, max-age=2", Some(2)),
            ("max-age=60, s-maxage=2", Some(2)),
            ("no-store", Some(0)),
            ("public", None),
            ("", None),
        ] {
            assert_eq!(lifetime(policy), seconds, "{policy}");
        }
    }
}

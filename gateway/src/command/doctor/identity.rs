//! The identity provider: its keys, and whether its tokens will have the issuer that is expected.

use coach_gateway::auth::{InspectError, Issuer, SUPPORTED_ALGORITHMS, discover, inspect_keys};
use reqwest::Client;

use super::{
    check::{Check, Findings, Severity},
    context::{Context, cause},
};

const KEYS: &str = "identity provider: keys";
const DISCOVERY: &str = "identity provider: issuer";

const UNREACHABLE: &str =
    "check the address, and the way to it (DNS, a NAT gateway, certificates of the machine)";

/// What to do when the keys are not where they are expected.
const MEND_KEYS: &str = "set COACH_AUTH_JWKS_URL to the `jwks_uri` of the provider's /.well-known/openid-configuration, or correct \
     COACH_AUTH_ISSUER";

/// Whether tokens of the issuer can be verified.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let skip = |reason| {
        vec![
            Check::skipped(KEYS, reason),
            Check::skipped(DISCOVERY, reason),
        ]
    };
    if !context.has_gateway() {
        return skip("--role worker: gateways verify tokens");
    }
    let settings = &["auth_"];
    let Some(issuer) = &context.settings.auth.issuer else {
        if context.is_dev {
            return skip("`coach dev` is an issuer itself");
        }
        if context.settings.auth.local {
            let local = async {
                Findings::warning(
                    "COACH_AUTH_LOCAL=yes: gateways take tokens that anybody can make who reads COACH_HOME",
                    "in production, set COACH_AUTH_ISSUER and COACH_AUTH_AUDIENCE, and remove COACH_AUTH_LOCAL",
                )
            };
            let local = context.check(KEYS, settings, "", local).await;
            return vec![local, Check::skipped(DISCOVERY, "the issuer is local")];
        }
        return skip("COACH_AUTH_ISSUER is not set");
    };
    let client = match context.http() {
        Ok(client) => client,
        Err(error) => return skip(&cause(&error)),
    };
    let (keys, discovery) = tokio::join!(
        context.check(KEYS, settings, UNREACHABLE, keys(&client, issuer)),
        context.check(DISCOVERY, settings, UNREACHABLE, discovery(&client, issuer)),
    );
    vec![keys, discovery]
}

async fn keys(client: &Client, issuer: &Issuer) -> Findings {
    let url = &issuer.jwks_url;
    let found = match inspect_keys(client, issuer).await {
        Ok(found) => found,
        Err(error) => {
            let mend = match &error {
                InspectError::Http(_) => format!("{UNREACHABLE}; {MEND_KEYS}"),
                _ => MEND_KEYS.to_owned(),
            };
            return Findings::problem(
                format!("the keys cannot be fetched from {url}: {}", message(&error)),
                mend,
            );
        }
    };
    let mut findings = Findings::ok(format!("{} keys at {url}", found.usable));
    if found.usable == 0 {
        findings.note = String::new();
        findings.add(
            Severity::Problem,
            format!("no key at {url} can be used: nobody can sign in"),
            format!("have the provider sign with one of {SUPPORTED_ALGORITHMS}"),
        );
    }
    if !found.unsupported.is_empty() {
        findings.add(
            Severity::Warning,
            format!(
                "tokens that these keys sign are not taken: {}",
                found.unsupported
            ),
            format!("have the provider sign with one of {SUPPORTED_ALGORITHMS}"),
        );
    }
    findings
}

async fn discovery(client: &Client, issuer: &Issuer) -> Findings {
    let found = match discover(client, issuer).await {
        Ok(found) => found,
        Err(error) => {
            return Findings::warning(
                format!(
                    "whether tokens will have the issuer {} is not known: there is no /.well-known/openid-configuration ({})",
                    issuer.issuer,
                    message(&error)
                ),
                "compare `iss` of a token with COACH_AUTH_ISSUER, byte for byte; providers without discovery work",
            );
        }
    };
    let mut findings = Findings::ok(issuer.issuer.clone());
    if found.issuer != issuer.issuer {
        findings.note = String::new();
        findings.add(
            Severity::Problem,
            format!(
                "the provider's tokens have `iss` {}, and only {} is taken, byte for byte: nobody can sign in",
                found.issuer, issuer.issuer
            ),
            format!("set COACH_AUTH_ISSUER={}", found.issuer),
        );
    }
    if let Some(uri) = &found.jwks_uri
        && *uri != issuer.jwks_url.as_str()
    {
        findings.add(
            Severity::Warning,
            format!(
                "the provider's keys are at {uri}, and {} is used",
                issuer.jwks_url
            ),
            format!("set COACH_AUTH_JWKS_URL={uri}"),
        );
    }
    findings
}

fn message(error: &InspectError) -> String {
    match error {
        InspectError::Http(error) => cause(error),
        error => error.to_string(),
    }
}

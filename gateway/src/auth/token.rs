//! What makes a bearer token count.

use chrono::{DateTime, Utc};
use coach_domain::{
    member::EmailAddress,
    viewer::{Role, Subject, Viewer},
};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::{Rejection, key_set::PublicKey};

/// How far clocks may be apart, in seconds.
const LEEWAY: f64 = 30.0;

/// What the tokens of one issuer must say.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) roles_claim: String,
}

/// What a token says that it is signed with.
pub(super) struct Signed {
    /// The id of the key; many issuers with a single key leave it out.
    pub(super) key_id: Option<String>,
    pub(super) algorithm: Algorithm,
}

/// What a token says that it is signed with.
pub(super) fn signed(token: &str) -> Result<Signed, Rejection> {
    let header = decode_header(token)?;
    if header.crit.is_some() {
        return Err(Rejection::Critical);
    }
    Ok(Signed {
        key_id: header.kid,
        algorithm: header.alg,
    })
}

/// Verifies signature and claims, and says who bears the token.
pub(super) fn verify(
    token: &str,
    key: &PublicKey,
    expected: &Expectation,
    now: DateTime<Utc>,
) -> Result<Viewer, Rejection> {
    let mut validation = Validation::default();
    // What the header names has to be one of them.
    validation.algorithms.clone_from(&key.algorithms);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    validation.set_issuer(&[&expected.issuer]);
    // By our own clock, below.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    // Below too: Cognito's access tokens have none.
    validation.validate_aud = false;
    let claims = decode::<Map<String, Value>>(token, &key.key, &validation)?.claims;

    check_time(&claims, now)?;
    if !names_audience(&claims, &expected.audience) {
        return Err(Rejection::Audience);
    }
    // A list of issuers would do for the library.
    let issuer = text(&claims, "iss").ok_or(Rejection::Claim("iss"))?;
    let subject = text(&claims, "sub").filter(|subject| !subject.is_empty());
    let subject = Subject {
        issuer: issuer.to_owned(),
        subject: subject.ok_or(Rejection::Claim("sub"))?.to_owned(),
    };
    let role = role(claim(&claims, &expected.roles_claim));
    Ok(Viewer::authenticated(subject, role).with_verified_email(verified_email(&claims)))
}

/// The address in the token, unless it may be anybody's. Cognito writes `email_verified` as a text at times.
fn verified_email(claims: &Map<String, Value>) -> Option<EmailAddress> {
    let verified = match claims.get("email_verified")? {
        Value::Bool(verified) => *verified,
        Value::String(verified) => verified == "true",
        _ => false,
    };
    let address = text(claims, "email").filter(|_| verified)?;
    EmailAddress::parse(address)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

fn check_time(claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Rejection> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of this age are whole numbers that a double holds"
    )]
    let now = now.timestamp_millis() as f64 / 1000.0;
    let expires = claims.get("exp").and_then(Value::as_f64);
    if expires.ok_or(Rejection::Claim("exp"))? + LEEWAY <= now {
        return Err(Rejection::Expired);
    }
    match claims.get("nbf").map(Value::as_f64) {
        Some(None) => Err(Rejection::Claim("nbf")),
        Some(Some(begins)) if begins - LEEWAY > now => Err(Rejection::NotYet),
        _ => Ok(()),
    }
}

fn names_audience(claims: &Map<String, Value>, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(it)) => it == audience,
        Some(Value::Array(all)) => all.iter().any(|it| it == audience),
        Some(_) => false,
        None => {
            text(claims, "token_use") == Some("access")
                && text(claims, "client_id") == Some(audience)
        }
    }
}

/// A claim by its name, or one within others by their names with dots between them, such as `realm_access.roles`. Names
/// may have dots of their own: `https://example.com/roles`.
fn claim<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut dots = path.match_indices('.');
    dots.find_map(|(dot, _)| {
        let inner = claims.get(&path[..dot])?.as_object()?;
        claim(inner, &path[dot + 1..])
    })
}

/// From the groups in the token. No group makes a token another service's. Keycloak writes groups as paths: `/staff`.
fn role(groups: Option<&Value>) -> Role {
    let is = |value: &Value, group: &str| {
        let text = value.as_str();
        text.is_some_and(|text| text.strip_prefix('/').unwrap_or(text) == group)
    };
    let is_in = |group: &str| match groups {
        Some(Value::Array(groups)) => groups.iter().any(|it| is(it, group)),
        Some(it) => is(it, group),
        None => false,
    };
    if is_in("staff") {
        Role::Staff
    } else if is_in("coach") {
        Role::Coach
    } else {
        Role::Member
    }
}

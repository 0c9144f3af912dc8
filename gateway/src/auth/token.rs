//! Verification of bearer tokens (JWT).

use chrono::{DateTime, Utc};
use coach_domain::{
    email_address::EmailAddress,
    viewer::{Role, Subject, Viewer},
};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::{AuthError, key_set::PublicKey};

/// The tolerated clock skew, in seconds.
const LEEWAY: f64 = 30.0;

/// The claims that the tokens of an issuer must have.
#[derive(Clone, Debug)]
pub(super) struct ExpectedClaims {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) roles_claim: String,
}

/// The part of a token's header that selects the key.
pub(super) struct TokenHeader {
    /// `kid`; many issuers with a single key omit it.
    pub(super) key_id: Option<String>,
    pub(super) algorithm: Algorithm,
}

/// Parses the header of a token, which is not verified yet.
pub(super) fn parse_header(token: &str) -> Result<TokenHeader, AuthError> {
    let header = decode_header(token)?;
    if header.crit.is_some() {
        return Err(AuthError::CriticalExtensions);
    }
    Ok(TokenHeader {
        key_id: header.kid,
        algorithm: header.alg,
    })
}

/// When a token is valid, in seconds since the epoch.
#[derive(Clone, Copy)]
pub(super) struct Validity {
    not_before: Option<f64>,
    expires: f64,
}

impl Validity {
    fn of(claims: &Map<String, Value>) -> Result<Self, AuthError> {
        let expires = claims.get("exp").and_then(Value::as_f64);
        let not_before = claims.get("nbf").map(|claim| {
            let time = claim.as_f64();
            time.ok_or(AuthError::Claim("nbf"))
        });
        Ok(Self {
            expires: expires.ok_or(AuthError::Claim("exp"))?,
            not_before: not_before.transpose()?,
        })
    }

    /// Whether a token is valid now, with the tolerated clock skew.
    pub(super) fn check(self, now: DateTime<Utc>) -> Result<(), AuthError> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of this age are whole numbers that a double holds"
        )]
        let now = now.timestamp_millis() as f64 / 1000.0;
        if self.expires + LEEWAY <= now {
            return Err(AuthError::Expired);
        }
        match self.not_before {
            Some(not_before) if not_before - LEEWAY > now => Err(AuthError::NotYetValid),
            _ => Ok(()),
        }
    }
}

/// Verifies signature and claims, and returns the bearer, and when the token is valid.
pub(super) fn verify(
    token: &str,
    key: &PublicKey,
    expected: &ExpectedClaims,
    now: DateTime<Utc>,
) -> Result<(Viewer, Validity), AuthError> {
    let mut validation = Validation::default();
    // The algorithm in the header has to be one of the key's.
    validation.algorithms.clone_from(&key.algorithms);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    validation.set_issuer(&[&expected.issuer]);
    // Checked below with the injected clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    // Checked below too: Cognito's access tokens have no `aud`.
    validation.validate_aud = false;
    let claims = decode::<Map<String, Value>>(token, &key.key, &validation)?.claims;

    let validity = Validity::of(&claims)?;
    validity.check(now)?;
    if !matches_audience(&claims, &expected.audience) {
        return Err(AuthError::Audience);
    }
    // The library would also accept a list of issuers.
    let issuer = text_claim(&claims, "iss").ok_or(AuthError::Claim("iss"))?;
    let subject = text_claim(&claims, "sub").filter(|subject| !subject.is_empty());
    let subject = Subject {
        issuer: issuer.to_owned(),
        subject: subject.ok_or(AuthError::Claim("sub"))?.to_owned(),
    };
    let role = role(claim(&claims, &expected.roles_claim));
    let viewer = Viewer::authenticated(subject, role).with_verified_email(verified_email(&claims));
    Ok((viewer, validity))
}

/// The email address, if the issuer has verified it. Cognito sometimes sends `email_verified` as a string.
fn verified_email(claims: &Map<String, Value>) -> Option<EmailAddress> {
    let verified = match claims.get("email_verified")? {
        Value::Bool(verified) => *verified,
        Value::String(verified) => verified == "true",
        _ => false,
    };
    let address = text_claim(claims, "email").filter(|_| verified)?;
    EmailAddress::parse(address)
}

fn text_claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

fn matches_audience(claims: &Map<String, Value>, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(it)) => it == audience,
        Some(Value::Array(all)) => all.iter().any(|it| it == audience),
        Some(_) => false,
        None => {
            text_claim(claims, "token_use") == Some("access")
                && text_claim(claims, "client_id") == Some(audience)
        }
    }
}

/// Finds a claim by its name, or a nested one by a path with dots, such as `realm_access.roles`. Names may contain dots
/// themselves: `https://example.com/roles`.
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

/// The role by the groups in the token. There is no group for services. Keycloak writes groups as paths: `/staff`.
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

//! Whose tokens are taken.

use reqwest::Url;

use super::{
    Error,
    reader::Reader,
    value::{self, Parsed},
};

/// Who may ask.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// An OIDC issuer; without one, tokens are those of the local issuer, for verbs that take them.
    pub issuer: Option<Issuer>,
    /// Whether `coach serve` takes tokens of the local issuer.
    pub local: bool,
    /// The claim that lists the groups which make somebody a coach or one of the staff; names with dots between them
    /// lead to a claim within others.
    pub roles_claim: String,
    /// Keys of other services.
    pub api_keys: Vec<ApiKey>,
}

/// An OIDC issuer.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Exactly as it stands in `iss`.
    pub issuer: String,
    /// What must stand in `aud` (or in `client_id` of Cognito's access tokens).
    pub audience: String,
    /// Where its public keys are.
    pub jwks_url: Url,
}

/// A service's key, of which only the digest is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The service.
    pub name: String,
    /// SHA-256 of the key.
    pub digest: [u8; 32],
}

impl AuthSettings {
    pub(super) fn read(reader: &Reader) -> Result<Self, Error> {
        let issuer = Issuer::read(reader)?;
        let local = reader.read("auth_local", value::yes_or_no)?;
        if local && issuer.is_some() {
            let remark = "COACH_AUTH_ISSUER is set, and only one issuer's tokens are taken";
            return Err(reader.invalid("auth_local", remark));
        }
        Ok(Self {
            issuer,
            local,
            roles_claim: reader.read("auth_roles_claim", value::word)?,
            api_keys: reader
                .optional("auth_api_keys", api_keys)?
                .unwrap_or_default(),
        })
    }
}

impl Issuer {
    fn read(reader: &Reader) -> Result<Option<Self>, Error> {
        let issuer = reader.optional("auth_issuer", |text| {
            value::web_address(text).map(|_| text.to_owned())
        })?;
        let audience = reader.optional("auth_audience", value::word)?;
        let jwks_url = reader.optional("auth_jwks_url", value::web_address)?;
        let Some(issuer) = issuer else {
            // Half an issuer would silently leave the local one in charge.
            return match (audience, jwks_url) {
                (None, None) => Ok(None),
                _ => reader.required("auth_issuer", |_| Ok(None), "other settings of it are"),
            };
        };
        let Some(audience) = audience else {
            let because = "a token for another service must not count here";
            return reader.required("auth_audience", |_| Ok(None), because);
        };
        let jwks_url = match jwks_url {
            Some(url) => url,
            // Where Cognito and many others have them.
            None => Url::parse(&format!(
                "{}/.well-known/jwks.json",
                issuer.trim_end_matches('/')
            ))
            .map_err(|error| reader.invalid("auth_issuer", &error.to_string()))?,
        };
        Ok(Some(Self {
            issuer,
            audience,
            jwks_url,
        }))
    }
}

fn api_keys(text: &str) -> Parsed<Vec<ApiKey>> {
    text.split(',').map(api_key).collect()
}

fn api_key(pair: &str) -> Parsed<ApiKey> {
    let (name, digits) = pair.trim().split_once('=').ok_or("a name is missing")?;
    let digest = value::digest(digits)
        .map_err(|_| format!("the digest of `{name}` has not 64 hexadecimal digits"))?;
    let name = value::word(name)?;
    Ok(ApiKey { name, digest })
}

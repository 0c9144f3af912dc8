//! Settings of authentication: which tokens and API keys are accepted.

use reqwest::Url;

use super::{
    Error,
    reader::Reader,
    value::{self, Parsed},
};
use crate::auth::{ApiKey, AuthSettings, Issuer};

pub(super) fn read(reader: &Reader) -> Result<AuthSettings, Error> {
    let issuer = issuer(reader)?;
    let local = reader.read("auth_local", value::yes_or_no)?;
    if local && issuer.is_some() {
        let remark = "COACH_AUTH_ISSUER is set, and only one issuer's tokens are taken";
        return Err(reader.invalid("auth_local", remark));
    }
    Ok(AuthSettings {
        issuer,
        local,
        roles_claim: reader.read("auth_roles_claim", value::non_empty)?,
        api_keys: reader.list("auth_api_keys", api_key)?,
    })
}

fn issuer(reader: &Reader) -> Result<Option<Issuer>, Error> {
    let issuer = reader.optional("auth_issuer", |text| {
        value::http_url(text).map(|_| text.to_owned())
    })?;
    let audience = reader.optional("auth_audience", value::non_empty)?;
    let jwks_url = reader.optional("auth_jwks_url", value::http_url)?;
    let Some(issuer) = issuer else {
        // An incomplete issuer must not silently fall back to the local one.
        return match (audience, jwks_url) {
            (None, None) => Ok(None),
            _ => Err(Error::Missing {
                name: "auth_issuer",
                because: "other settings of it are",
            }),
        };
    };
    let audience = audience.ok_or(Error::Missing {
        name: "auth_audience",
        because: "a token for another service must not count here",
    })?;
    let jwks_url = match jwks_url {
        Some(url) => url,
        // The location that Cognito and many other providers use.
        None => Url::parse(&format!(
            "{}/.well-known/jwks.json",
            issuer.trim_end_matches('/')
        ))
        .map_err(|error| reader.invalid("auth_issuer", &error.to_string()))?,
    };
    Ok(Some(Issuer {
        issuer,
        audience,
        jwks_url,
    }))
}

fn api_key(pair: &str) -> Parsed<ApiKey> {
    let (name, digits) = pair.trim().split_once('=').ok_or("a name is missing")?;
    let digest = value::digest(digits)
        .map_err(|_| format!("the digest of `{name}` has not 64 hexadecimal digits"))?;
    let name = value::non_empty(name)?;
    Ok(ApiKey { name, digest })
}

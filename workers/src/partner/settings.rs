//! The settings of partners.

use std::{net::IpAddr, time::Duration};

use coach_domain::standard_webhooks::{Secret, SecretError};
use reqwest::Url;

use super::address::is_public;

/// The maximum length of a partner's name, in bytes.
const MAX_NAME_LENGTH: usize = 40;

/// A partner: the URL that records are posted to, and the secrets that sign them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerSettings {
    pub(super) name: String,
    pub(super) url: Url,
    pub(super) secrets: Vec<Secret>,
    pub(super) allow_private: bool,
}

/// Why the settings of a partner are invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartnerSettingsError {
    /// The name is empty, too long, or has characters that are not allowed.
    #[error("a name has up to 40 small letters, digits and hyphens")]
    Name,
    /// The URL cannot be parsed.
    #[error("the url is none: {0}")]
    Url(String),
    /// The URL is not encrypted, which is required since records have personal data.
    #[error("the url must begin with https://")]
    Scheme,
    /// The URL has a user or a password, which could appear in logs of others.
    #[error("the url must hold no user and no password; the signature shows who we are")]
    Credentials,
    /// The URL has a private address.
    #[error("the url is at an address that is not public; only `allow_private` takes it")]
    Private,
    /// The secret is invalid.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl PartnerSettings {
    /// Validates the settings. `name` must never change, since the records that the partner has accepted are stored by
    /// it. `secret` may be two secrets separated by a space, the old one and the new one, during a rotation.
    /// `allow_private` allows addresses that are not public, and URLs without TLS, for development and tests.
    ///
    /// # Errors
    ///
    /// When one of the settings is invalid.
    pub fn new(
        name: &str,
        url: &str,
        secret: &str,
        allow_private: bool,
    ) -> Result<Self, PartnerSettingsError> {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > MAX_NAME_LENGTH || !name.bytes().all(is_allowed) {
            return Err(PartnerSettingsError::Name);
        }
        let secrets = secret.split_whitespace().map(str::parse);
        let secrets = secrets.collect::<Result<Vec<Secret>, _>>()?;
        if secrets.is_empty() {
            return Err(SecretError.into());
        }
        Ok(Self {
            name: name.to_owned(),
            url: parse_url(url, allow_private)?,
            secrets,
            allow_private,
        })
    }

    /// The name of the partner.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn parse_url(text: &str, allow_private: bool) -> Result<Url, PartnerSettingsError> {
    let url = Url::parse(text).map_err(|error| PartnerSettingsError::Url(error.to_string()))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        _ => return Err(PartnerSettingsError::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(PartnerSettingsError::Credentials);
    }
    // Names are checked when they are resolved, but an address is not resolved. The URL parser has normalized it, in
    // whatever notation it was (`0x7f.1`).
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = host.parse().ok();
    if !allow_private && address.is_some_and(|address| !is_public(address)) {
        return Err(PartnerSettingsError::Private);
    }
    Ok(url)
}

/// The options of requests to partners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerOptions {
    /// The timeout of a request, from the resolution of the name to the end of the response.
    pub timeout: Duration,
    /// The number of consecutive failures after which the circuit breaker stops requests to a partner.
    pub failure_threshold: u32,
    /// How long the circuit breaker stops them. Then one request probes whether the partner works again.
    pub open_duration: Duration,
}

impl Default for PartnerOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            failure_threshold: 5,
            open_duration: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn url(url: &str, allow_private: bool) -> Result<String, PartnerSettingsError> {
        let partner = PartnerSettings::new("acme", url, SECRET, allow_private)?;
        Ok(partner.url.to_string())
    }

    #[test]
    fn a_partner_is_at_a_public_address_by_tls() {
        for good in [
            "https://hooks.acme.example/coach?to=us",
            "https://1.1.1.1:8443/",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert_eq!(url(good, false).as_deref(), Ok(good));
        }
        for (bad, why) in [
            ("http://hooks.acme.example/", PartnerSettingsError::Scheme),
            ("ftp://hooks.acme.example/", PartnerSettingsError::Scheme),
            (
                "https://us:them@hooks.acme.example/",
                PartnerSettingsError::Credentials,
            ),
            (
                "https://us@hooks.acme.example/",
                PartnerSettingsError::Credentials,
            ),
            ("https://127.0.0.1/", PartnerSettingsError::Private),
            ("https://0x7f.1/", PartnerSettingsError::Private),
            ("https://2130706433/", PartnerSettingsError::Private),
            (
                "https://169.254.169.254/latest",
                PartnerSettingsError::Private,
            ),
            ("https://[::1]/", PartnerSettingsError::Private),
            ("https://[::ffff:10.0.0.1]/", PartnerSettingsError::Private),
        ] {
            assert_eq!(url(bad, false), Err(why), "{bad}");
        }
        assert!(matches!(
            url("hooks.acme.example", false),
            Err(PartnerSettingsError::Url(_))
        ));
    }

    #[test]
    fn private_addresses_are_accepted_if_they_are_allowed() {
        for good in [
            "http://127.0.0.1:8080/",
            "https://[::1]/",
            "http://localhost/",
        ] {
            assert_eq!(url(good, true).as_deref(), Ok(good));
        }
        assert_eq!(
            url("file:///etc/passwd", true),
            Err(PartnerSettingsError::Scheme)
        );
    }

    #[test]
    fn names_and_secrets_are_checked() {
        let new = |name: &str, secret: &str| {
            PartnerSettings::new(name, "https://acme.example/", secret, false)
                .map(|it| it.secrets.len())
        };
        assert_eq!(new("acme-2", SECRET), Ok(1));
        assert_eq!(new("acme", &format!("{SECRET} {SECRET}")), Ok(2));
        for name in ["", "Acme", "acme inc", "acme:x", &"a".repeat(41)] {
            assert_eq!(new(name, SECRET), Err(PartnerSettingsError::Name), "{name}");
        }
        for secret in ["", "  ", "hunter2", &format!("{SECRET} hunter2")] {
            assert_eq!(new("acme", secret), Err(SecretError.into()), "{secret}");
        }
    }
}

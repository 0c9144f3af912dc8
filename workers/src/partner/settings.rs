//! Who the partners are.

use std::{net::IpAddr, time::Duration};

use reqwest::Url;

use super::address::is_public;
use crate::standard_webhooks::{NoSecret, Secret};

/// The longest name of a partner, in bytes.
const LONGEST_NAME: usize = 40;

/// A partner: where records for it go, and what they are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerSettings {
    pub(super) name: String,
    pub(super) url: Url,
    pub(super) secrets: Vec<Secret>,
    pub(super) allow_private: bool,
}

/// Why somebody cannot be a partner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPartner {
    /// The name would not do in a table or a log.
    #[error("a name has up to 40 small letters, digits and hyphens")]
    Name,
    /// Not a URL.
    #[error("the url is none: {0}")]
    Url(String),
    /// Records hold what is the member's own.
    #[error("the url must begin with https://")]
    Scheme,
    /// They would show in logs of others.
    #[error("the url must hold no user and no password; the signature shows who we are")]
    Credentials,
    /// What is behind our walls.
    #[error("the url is at an address that is not public; only `allow_private` takes it")]
    Private,
    /// Not what signs.
    #[error(transparent)]
    Secret(#[from] NoSecret),
}

impl PartnerSettings {
    /// A partner of this name, which stays the same for good: by it is known what the partner has. `secret` may be two
    /// with a space between, the old one and the new, for as long as the partner takes to change. `allow_private`
    /// leads to addresses that are not public, and to ones without TLS: for development and tests.
    ///
    /// # Errors
    ///
    /// When one of them will not do.
    pub fn new(
        name: &str,
        url: &str,
        secret: &str,
        allow_private: bool,
    ) -> Result<Self, NoPartner> {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(letters) {
            return Err(NoPartner::Name);
        }
        let secrets = secret.split_whitespace().map(str::parse);
        let secrets = secrets.collect::<Result<Vec<Secret>, _>>()?;
        if secrets.is_empty() {
            return Err(NoSecret.into());
        }
        Ok(Self {
            name: name.to_owned(),
            url: checked(url, allow_private)?,
            secrets,
            allow_private,
        })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn checked(text: &str, allow_private: bool) -> Result<Url, NoPartner> {
    let url = Url::parse(text).map_err(|error| NoPartner::Url(error.to_string()))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        _ => return Err(NoPartner::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NoPartner::Credentials);
    }
    // Names are looked at when they are resolved; an address never is. However it is spelt (`0x7f.1`), it is in its
    // plain form here.
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = host.parse().ok();
    if !allow_private && address.is_some_and(|address| !is_public(address)) {
        return Err(NoPartner::Private);
    }
    Ok(url)
}

/// How partners are dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerOptions {
    /// For one request, from the look for its address to the end of the answer.
    pub timeout: Duration,
    /// So many failures in a row, and a partner is left alone.
    pub failures: u32,
    /// For so long. Then one request tries whether it works again.
    pub rest: Duration,
}

impl Default for PartnerOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            failures: 5,
            rest: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn url(url: &str, allow_private: bool) -> Result<String, NoPartner> {
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
            ("http://hooks.acme.example/", NoPartner::Scheme),
            ("ftp://hooks.acme.example/", NoPartner::Scheme),
            (
                "https://us:them@hooks.acme.example/",
                NoPartner::Credentials,
            ),
            ("https://us@hooks.acme.example/", NoPartner::Credentials),
            ("https://127.0.0.1/", NoPartner::Private),
            ("https://0x7f.1/", NoPartner::Private),
            ("https://2130706433/", NoPartner::Private),
            ("https://169.254.169.254/latest", NoPartner::Private),
            ("https://[::1]/", NoPartner::Private),
            ("https://[::ffff:10.0.0.1]/", NoPartner::Private),
        ] {
            assert_eq!(url(bad, false), Err(why), "{bad}");
        }
        assert!(matches!(
            url("hooks.acme.example", false),
            Err(NoPartner::Url(_))
        ));
    }

    #[test]
    fn private_ones_are_taken_where_that_is_said() {
        for good in [
            "http://127.0.0.1:8080/",
            "https://[::1]/",
            "http://localhost/",
        ] {
            assert_eq!(url(good, true).as_deref(), Ok(good));
        }
        assert_eq!(url("file:///etc/passwd", true), Err(NoPartner::Scheme));
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
            assert_eq!(new(name, SECRET), Err(NoPartner::Name), "{name}");
        }
        for secret in ["", "  ", "hunter2", &format!("{SECRET} hunter2")] {
            assert_eq!(new("acme", secret), Err(NoSecret.into()), "{secret}");
        }
    }
}

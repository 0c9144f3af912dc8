//! The address of the server, and how to connect to it.

use std::{fmt, net::IpAddr, time::Duration};

use coach_domain::mail::Error;
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters},
    extension::ClientId,
};
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::response;

/// The timeout of connecting, without TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The settings of [`Smtp`](super::Smtp).
#[derive(Clone)]
pub struct SmtpSettings {
    /// The URL: `smtp://user:password@host:port` for STARTTLS, or `smtps://…` for TLS from the start. `smtp` to this
    /// machine is not encrypted unless `?tls=required` is added.
    pub url: String,
    /// The domain of `EHLO`.
    pub hello: String,
    /// A root certificate (PEM) to trust in addition to those of the system.
    pub root_certificate: Option<Vec<u8>>,
    /// The timeout of each of two phases: from connecting until the message can be transmitted, and from there to its
    /// acceptance. Servers may be slow to accept messages: a minute is a good value.
    pub timeout: Duration,
}

/// Omits the URL, which has the password.
impl fmt::Debug for SmtpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SmtpSettings(…)")
    }
}

/// How the connections to a server are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpEncryption {
    /// Not at all, to this machine.
    None,
    /// By STARTTLS.
    StartTls,
    /// From the start.
    Tls,
}

impl SmtpEncryption {
    /// What the URL of a server asks for; see [`SmtpSettings::url`].
    ///
    /// # Errors
    ///
    /// A message without the URL, when it has another scheme or other parameters.
    pub fn of_url(url: &Url) -> Result<Self, String> {
        match (url.scheme(), url.query()) {
            ("smtps", None) => Ok(Self::Tls),
            ("smtp", None) if is_loopback(host(url)) => Ok(Self::None),
            ("smtp", None | Some("tls=required")) => Ok(Self::StartTls),
            _ => Err("the mail server's URL begins with smtp:// or smtps://, and may end in ?tls=required".to_owned()),
        }
    }
}

pub(super) struct Server {
    host: String,
    port: u16,
    hello: ClientId,
    credentials: Option<Credentials>,
    tls: Tls,
}

impl Server {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, String> {
        let url =
            Url::parse(&settings.url).map_err(|error| format!("the mail server's URL: {error}"))?;
        let host = host(&url).to_owned();
        if host.is_empty() {
            return Err("the mail server's URL has no host".to_owned());
        }
        let mut parameters = TlsParameters::builder(host.clone());
        if let Some(pem) = &settings.root_certificate {
            let certificate = Certificate::from_pem(pem);
            parameters =
                parameters.add_root_certificate(certificate.map_err(|error| error.to_string())?);
        }
        let parameters = parameters
            .build_rustls()
            .map_err(|error| error.to_string())?;
        let (tls, port) = match SmtpEncryption::of_url(&url)? {
            SmtpEncryption::None => (Tls::None, 25),
            SmtpEncryption::StartTls => (Tls::Required(parameters), 587),
            SmtpEncryption::Tls => (Tls::Wrapper(parameters), 465),
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            hello: ClientId::Domain(settings.hello.clone()),
            credentials: credentials(&url)?,
            tls,
        })
    }

    /// Opens a connection, encrypted and authenticated as configured.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let implicit_tls = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let address = (self.host.as_str(), self.port);
        let connected = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(CONNECT_TIMEOUT),
            &self.hello,
            implicit_tls,
            None,
        );
        let unavailable = |error| response::connection_error(&error);
        let mut connection = connected.await.map_err(unavailable)?;
        if let Tls::Required(parameters) = &self.tls {
            // It fails if the server does not support it, so that a password is never sent unencrypted.
            let encrypted = connection.starttls(parameters.clone(), &self.hello).await;
            encrypted.map_err(unavailable)?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let response = connection.auth(&mechanisms, credentials).await;
            response.map_err(unavailable)?;
        }
        Ok(connection)
    }
}

/// The host, an IPv6 address without its brackets; empty without one.
fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_matches(['[', ']'])
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    let Some(password) = url.password() else {
        return if url.username().is_empty() {
            Ok(None)
        } else {
            Err("the mail server's URL has a user without a password".to_owned())
        };
    };
    let decode = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from)
            .map_err(|_| "the mail server's user or password is not UTF-8".to_owned())
    };
    Ok(Some(Credentials::new(
        decode(url.username())?,
        decode(password)?,
    )))
}

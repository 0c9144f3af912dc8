//! Amazon SES, version 2: `SendEmail` with a raw message.
//!
//! The call is signed here and not made by the SDK, which has 160,000 lines, does not distinguish a failed connection
//! from one that ended early, and by default retries requests that may have been carried out.

mod identity;
mod response;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use coach_domain::{
    clock::Clock,
    mail::{Error, Mailer, Message},
};
use reqwest::{
    Client, Url,
    header::{CONTENT_TYPE, HOST},
};
use serde_json::json;

pub use identity::{IdentityError, MailIdentity};

use super::unavailable;
use crate::{
    api::{self, client_builder},
    aws::{
        CachedCredentials,
        signature::{Scope, sign},
    },
};

const JSON: &str = "application/json";

/// The settings of [`Ses`].
#[derive(Clone, Debug)]
pub struct SesSettings {
    /// The configuration set, if one is used.
    pub configuration_set: Option<String>,
    /// The timeout for one message, from connecting to the end of the response.
    pub timeout: Duration,
}

impl Default for SesSettings {
    fn default() -> Self {
        Self {
            configuration_set: None,
            timeout: Duration::from_secs(30),
        }
    }
}

/// Amazon SES in one region.
pub struct Ses {
    client: Client,
    /// Where mail is submitted.
    url: Url,
    host: String,
    region: String,
    credentials: CachedCredentials,
    configuration_set: Option<String>,
    clock: Arc<dyn Clock>,
}

impl Ses {
    /// Uses the region, credentials and endpoint of `config`.
    ///
    /// # Errors
    ///
    /// A message about the missing or wrong setting.
    pub fn new(
        config: &SdkConfig,
        settings: SesSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let region = config
            .region()
            .ok_or("SES needs a region: set AWS_REGION")?;
        let region = region.to_string();
        let endpoint = config
            .endpoint_url()
            .map_or_else(|| endpoint(&region), str::to_owned);
        let url = format!(
            "{}/v2/email/outbound-emails",
            endpoint.trim_end_matches('/')
        );
        let url = Url::parse(&url).map_err(|error| format!("the endpoint of SES: {error}"))?;
        let host = url.host_str().ok_or("the endpoint of SES has no host")?;
        let host = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let client = client_builder(settings.timeout).build();
        Ok(Self {
            client: client.map_err(|error| error.to_string())?,
            url,
            host,
            region,
            credentials: CachedCredentials::new(config, Arc::clone(&clock)),
            configuration_set: settings.configuration_set,
            clock,
        })
    }

    fn body(&self, message: &Message) -> String {
        let mut body = json!({
            "Destination": { "ToAddresses": [message.to] },
            "FeedbackForwardingEmailAddress": message.from,
            "Content": { "Raw": { "Data": STANDARD.encode(&message.mime) } },
        });
        if let Some(set) = &self.configuration_set {
            body["ConfigurationSetName"] = set.as_str().into();
        }
        body.to_string()
    }

    /// The headers of a signed request (Signature Version 4).
    fn signature(
        &self,
        credentials: Credentials,
        method: &str,
        url: &Url,
        body: &str,
    ) -> Result<Vec<(&'static str, String)>, String> {
        let scope = Scope {
            region: &self.region,
            service: "ses",
            time: SystemTime::from(self.clock.now()),
        };
        let headers = [
            (HOST.as_str(), self.host.as_str()),
            (CONTENT_TYPE.as_str(), JSON),
        ];
        let body = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new(method, url.as_str(), headers.into_iter(), body);
        let request = request.map_err(|error| error.to_string())?;
        let signed = sign(request, credentials, &scope, SigningSettings::default())?;
        let (headers, _) = signed.into_parts();
        let headers = headers
            .iter()
            .map(|header| (header.name(), header.value().to_owned()));
        Ok(headers.collect())
    }
}

#[async_trait::async_trait]
impl Mailer for Ses {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        let credentials = self.credentials.get().await.map_err(unavailable)?;
        let body = self.body(message);
        let signature = self.signature(credentials, "POST", &self.url, &body);
        let signature = signature.map_err(unavailable)?;
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, JSON);
        for (name, value) in signature {
            request = request.header(name, value);
        }
        match api::send(request.body(body)).await {
            Ok(response) => response::parse(response).await,
            Err(error) => Err(response::transport_error(&error)),
        }
    }
}

fn endpoint(region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://email.{region}.{suffix}")
}

//! Compares the answers of servers.

use anyhow::{Context as _, bail};
use reqwest::Client;
use serde_json::Value;

use super::Prepared;
use crate::{difference::difference, service::Service};

/// The number of members whose answers are compared.
const COMPARED_MEMBERS: usize = 100;

/// What a server answers to some members: what other servers have to answer.
pub(crate) struct Answers<'a> {
    prepared: &'a Prepared,
    expected: Vec<Value>,
}

impl<'a> Answers<'a> {
    /// The answers of this server.
    pub(crate) async fn of(service: &Service, prepared: &'a Prepared) -> anyhow::Result<Self> {
        let expected = responses(service, prepared).await?;
        Ok(Self { prepared, expected })
    }

    /// The number of members that are compared.
    pub(crate) fn len(&self) -> usize {
        self.expected.len()
    }

    /// Sends the same requests to another server.
    ///
    /// # Errors
    ///
    /// At the first difference.
    pub(crate) async fn compare(&self, other: &Service) -> anyhow::Result<()> {
        let actual = responses(other, self.prepared).await?;
        for (number, (expected, actual)) in self.expected.iter().zip(&actual).enumerate() {
            if let Some(difference) = difference(expected, actual) {
                bail!(
                    "the answer of {} to request {number} differs: {difference}",
                    other.name
                );
            }
        }
        Ok(())
    }
}

async fn responses(service: &Service, prepared: &Prepared) -> anyhow::Result<Vec<Value>> {
    let (client, url) = (Client::new(), service.url("/graphql"));
    let mut responses = Vec::new();
    for request in prepared.requests.iter().take(COMPARED_MEMBERS) {
        let response = async {
            let response = request.send(&client, &url, false).await?;
            anyhow::Ok(response.json().await?)
        };
        responses.push(response.await.with_context(|| service.name)?);
    }
    Ok(responses)
}

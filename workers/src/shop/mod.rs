//! The shops: clients of those from which the state of a purchase has to be fetched, and Apple's signatures.

mod app_store;
mod google_play;
pub(crate) mod stripe;

use std::time::Duration;

use coach_domain::purchase::PurchaseError;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::api;

pub use app_store::{APPLE_ROOT, Apple};
pub use google_play::{GooglePlay, GooglePlayError, GooglePlaySettings, Notification};
pub use stripe::Stripe;

/// The timeout of a request: a member waits for it, with an operation that has a few seconds in total.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);

fn client() -> reqwest::Result<Client> {
    api::client_builder(REQUEST_TIMEOUT).build()
}

/// Sends a request, and deserializes the response. Errors do not contain the URL, which identifies the purchase.
async fn fetch<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, PurchaseError> {
    let unavailable =
        |error: reqwest::Error| PurchaseError::Unavailable(error.without_url().to_string());
    let response = api::send(request).await.map_err(unavailable)?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::GONE => {
            return Err(PurchaseError::Invalid("the shop does not know it"));
        }
        status => return Err(PurchaseError::Unavailable(format!("it answers {status}"))),
    }
    let bytes = response.bytes().await.map_err(unavailable)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| PurchaseError::Unavailable(format!("its answer cannot be read: {error}")))
}

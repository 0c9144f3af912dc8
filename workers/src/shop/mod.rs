//! Shops whose word on a purchase has to be asked for.

mod google_play;
pub(crate) mod stripe;

use std::time::Duration;

use coach_domain::subscription::purchase::PurchaseError;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::api;

pub use google_play::{GooglePlay, GooglePlayError, GooglePlaySettings, Notification};
pub use stripe::Stripe;

/// For one answer: a member waits for it, whose operation has a few seconds in all.
const WITHIN: Duration = Duration::from_secs(3);

fn client() -> reqwest::Result<Client> {
    api::client(WITHIN)
}

/// What a shop answers. Its address names the purchase, and is told to nobody.
async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, PurchaseError> {
    let unavailable =
        |error: reqwest::Error| PurchaseError::Unavailable(error.without_url().to_string());
    let answer = request.send().await.map_err(unavailable)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::GONE => {
            return Err(PurchaseError::Invalid("the shop does not know it"));
        }
        status => return Err(PurchaseError::Unavailable(format!("it answers {status}"))),
    }
    let bytes = answer.bytes().await.map_err(unavailable)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| PurchaseError::Unavailable(format!("its answer cannot be read: {error}")))
}

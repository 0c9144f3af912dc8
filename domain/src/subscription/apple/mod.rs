//! Apple's App Store: transactions that the store has signed, which can be checked without asking it.
//!
//! `StoreKit` hands the app a JWS whose header carries the chain of certificates that its key belongs to. It is Apple's
//! when the chain ends in Apple's root, which is known here by its fingerprint.
//! <https://developer.apple.com/documentation/appstoreserverapi/jwstransaction>

mod chain;
mod notification;
mod transaction;

pub use notification::Notification;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, de::DeserializeOwned};

use self::{chain::Chain, transaction::SignedTransaction};
use super::{
    Report, Stage,
    purchase::{Products, PurchaseError, PurchaseVerifier},
};
use crate::clock::from_milliseconds;

/// SHA-256 of the certificate `Apple Root CA - G3`, as <https://www.apple.com/certificateauthority/> has it.
pub const APPLE_ROOT: [u8; 32] = [
    0x63, 0x34, 0x3a, 0xbf, 0xb8, 0x9a, 0x6a, 0x03, 0xeb, 0xb5, 0x7e, 0x9b, 0x3f, 0x5f, 0xa7, 0xbe,
    0x7c, 0x4f, 0x5c, 0x75, 0x6f, 0x30, 0x17, 0xb3, 0xa8, 0xc4, 0x88, 0xc3, 0x65, 0x3e, 0x91, 0x79,
];

/// How far the clocks of Apple and ours may differ.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// The App Store, as the seller of one app sees it.
#[derive(Clone, Debug)]
pub struct Apple {
    bundle_id: String,
    products: Products,
    sandbox: bool,
    root: [u8; 32],
}

impl Apple {
    /// For the app with this bundle id, and these of its products. `sandbox` says whether purchases for which nothing was
    /// paid count as well.
    pub fn new(bundle_id: impl Into<String>, products: Products, sandbox: bool) -> Self {
        Self::with_root(bundle_id, products, sandbox, APPLE_ROOT)
    }

    /// The same with another root, for tests.
    pub fn with_root(
        bundle_id: impl Into<String>,
        products: Products,
        sandbox: bool,
        root: [u8; 32],
    ) -> Self {
        Self {
            bundle_id: bundle_id.into(),
            products,
            sandbox,
            root,
        }
    }

    /// What is in a JWS, once its signature is known to be Apple's.
    fn open(&self, jws: &str, now: DateTime<Utc>) -> Result<Opened, PurchaseError> {
        let broken = || PurchaseError::Invalid("it is nothing that Apple signs");
        let mut parts = jws.split('.');
        let (Some(head), Some(body), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(broken());
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| broken())?;
        let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| broken())?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| broken())?;
        let header: Header = serde_json::from_slice(&head).map_err(|_| broken())?;
        let dated: Dated = serde_json::from_slice(&body).map_err(|_| broken())?;
        if header.alg != "ES256" {
            return Err(PurchaseError::Invalid("it is signed in another way"));
        }
        let signed = jws.len() - jws.rsplit('.').next().map_or(0, str::len) - 1;
        // Certificates are replaced every other year, and what they signed stays true.
        let signed_at = from_milliseconds(dated.signed_date).ok_or_else(broken)?;
        if signed_at > now + AHEAD {
            return Err(PurchaseError::Invalid("it is signed in the future"));
        }
        let chain = Chain::read(&header.x5c, &self.root, signed_at)?;
        chain.verify(&jws.as_bytes()[..signed], &signature)?;
        Ok(Opened { body, signed_at })
    }

    /// Refuses what is of another app, or of an environment that does not count: one where nothing is paid, such as
    /// Apple's own review of the app.
    fn is_ours(&self, bundle_id: &str, environment: &str) -> Result<(), PurchaseError> {
        if bundle_id != self.bundle_id {
            return Err(PurchaseError::Invalid("it is of another app"));
        }
        match environment {
            "Production" => Ok(()),
            "Sandbox" if self.sandbox => Ok(()),
            _ => Err(PurchaseError::Invalid("nothing was paid for it")),
        }
    }
}

/// What Apple has signed.
struct Opened {
    body: Vec<u8>,
    signed_at: DateTime<Utc>,
}

impl Opened {
    /// What it says; an error where Apple has signed something else.
    fn read<T: DeserializeOwned>(&self) -> Result<T, PurchaseError> {
        let read = serde_json::from_slice(&self.body);
        read.map_err(|_| PurchaseError::NotOurs("Apple has signed something else"))
    }
}

/// All that Apple signs says when, in milliseconds since 1970.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dated {
    signed_date: i64,
}

fn moment(milliseconds: i64) -> Result<DateTime<Utc>, PurchaseError> {
    from_milliseconds(milliseconds).ok_or(PurchaseError::NotOurs("it has an impossible date"))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5c: Vec<String>,
}

#[async_trait::async_trait]
impl PurchaseVerifier for Apple {
    /// What the store has signed is dated by the store.
    async fn verify(
        &self,
        purchase: &str,
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let transaction: SignedTransaction = self.open(purchase, asked_at)?.read()?;
        self.is_ours(&transaction.bundle_id, &transaction.environment)?;
        transaction.report(&self.products, Stage::Changed)
    }
}

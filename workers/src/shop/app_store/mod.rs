//! Apple's App Store: transactions that the store has signed, which can be verified without a request to it.
//!
//! `StoreKit` passes the app a JWS whose header contains the certificate chain of the signing key. It is trusted if the
//! chain ends in Apple's root certificate, which is pinned here by its fingerprint.
//! <https://developer.apple.com/documentation/appstoreserverapi/jwstransaction>

mod chain;
mod notification;
mod transaction;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::from_milliseconds,
    purchase::{Products, PurchaseError, PurchaseVerifier, Report},
    subscription::Stage,
};
use serde::{Deserialize, de::DeserializeOwned};

use self::transaction::SignedTransaction;

/// SHA-256 of the certificate `Apple Root CA - G3`, as published on <https://www.apple.com/certificateauthority/>.
pub const APPLE_ROOT: [u8; 32] = [
    0x63, 0x34, 0x3a, 0xbf, 0xb8, 0x9a, 0x6a, 0x03, 0xeb, 0xb5, 0x7e, 0x9b, 0x3f, 0x5f, 0xa7, 0xbe,
    0x7c, 0x4f, 0x5c, 0x75, 0x6f, 0x30, 0x17, 0xb3, 0xa8, 0xc4, 0x88, 0xc3, 0x65, 0x3e, 0x91, 0x79,
];

/// Maximum difference between Apple's clock and this one.
const MAX_CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// Verifies purchases of one app in the App Store.
#[derive(Clone, Debug)]
pub struct Apple {
    bundle_id: String,
    products: Products,
    sandbox: bool,
    root: [u8; 32],
}

impl Apple {
    /// A verifier for the app with this bundle id and these products. `sandbox` states whether purchases in the
    /// sandbox, for which nothing is paid, are accepted too. `root` is the SHA-256 of the root certificate:
    /// [`APPLE_ROOT`], or another one in tests.
    pub fn new(
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

    /// Verifies a JWS that Apple has signed, and returns its payload.
    fn verify_jws(&self, jws: &str, now: DateTime<Utc>) -> Result<SignedPayload, PurchaseError> {
        let malformed = || PurchaseError::Invalid("it is not a JWS of Apple");
        // A body with another dot is no base64.
        let (signed, signature) = jws.rsplit_once('.').ok_or_else(malformed)?;
        let (head, body) = signed.split_once('.').ok_or_else(malformed)?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed());
        let (signature, head, body) = (decode(signature)?, decode(head)?, decode(body)?);
        let header: Header = serde_json::from_slice(&head).map_err(|_| malformed())?;
        let date: SignedDate = serde_json::from_slice(&body).map_err(|_| malformed())?;
        if header.alg != "ES256" {
            return Err(PurchaseError::Invalid("its algorithm is not ES256"));
        }
        // The chain is verified as of the time of signing: certificates expire after two years, but signatures stay
        // valid.
        let signed_at = from_milliseconds(date.signed_date).ok_or_else(malformed)?;
        if signed_at > now + MAX_CLOCK_SKEW {
            return Err(PurchaseError::Invalid("it is signed in the future"));
        }
        let key = chain::verify(&header.x5c, &self.root, signed_at)?;
        let verified = key.verify(signed.as_bytes(), &signature);
        verified.map_err(|_| PurchaseError::Invalid("its signature is wrong"))?;
        Ok(SignedPayload { body, signed_at })
    }

    /// Rejects other apps, and environments that are not accepted: those in which nothing is paid, such as Apple's
    /// review of the app.
    fn check_app(&self, bundle_id: &str, environment: &str) -> Result<(), PurchaseError> {
        if bundle_id != self.bundle_id {
            return Err(PurchaseError::Invalid("it belongs to another app"));
        }
        match environment {
            "Production" => Ok(()),
            "Sandbox" if self.sandbox => Ok(()),
            _ => Err(PurchaseError::Invalid("nothing was paid for it")),
        }
    }
}

/// The payload of a verified JWS.
struct SignedPayload {
    body: Vec<u8>,
    signed_at: DateTime<Utc>,
}

impl SignedPayload {
    /// Decodes the payload; an error if it is of another type.
    fn decode<T: DeserializeOwned>(&self) -> Result<T, PurchaseError> {
        let decoded = serde_json::from_slice(&self.body);
        decoded.map_err(|_| PurchaseError::NotApplicable("its payload has another type"))
    }
}

/// The time of signing, which every payload has, in milliseconds since the Unix epoch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedDate {
    signed_date: i64,
}

fn timestamp(milliseconds: i64) -> Result<DateTime<Utc>, PurchaseError> {
    from_milliseconds(milliseconds).ok_or(PurchaseError::NotApplicable("it has an impossible date"))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5c: Vec<String>,
}

#[async_trait::async_trait]
impl PurchaseVerifier for Apple {
    /// The report has the time at which the store signed the transaction.
    async fn verify(
        &self,
        purchase: &str,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let transaction: SignedTransaction = self.verify_jws(purchase, requested_at)?.decode()?;
        self.check_app(&transaction.bundle_id, &transaction.environment)?;
        transaction.report(&self.products, Stage::Changed)
    }
}

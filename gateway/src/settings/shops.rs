//! The shops that subscriptions are sold through.

use std::sync::Arc;

use coach_domain::subscription::{
    SubscriptionProvider,
    apple::{APPLE_ROOT, Apple},
    purchase,
};
use coach_workers::{
    ApiSettings,
    shop::{GooglePlay, GooglePlayError, GooglePlaySettings, Stripe},
};

use super::{Error, reader::Reader, value};

/// All of them; one that is not set sells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shops {
    /// The app's bundle id in Apple's App Store.
    pub apple_bundle_id: Option<String>,
    /// Whether purchases of Apple's sandbox count too.
    pub apple_sandbox: bool,
    /// SHA-256 of the certificate that Apple's signatures go back to.
    pub apple_root: [u8; 32],
    /// The app in Google Play.
    pub google: Option<GooglePlaySettings>,
    /// The account with Stripe, for checkouts that members bring along.
    pub stripe: Option<ApiSettings>,
}

impl Shops {
    pub(super) fn read(reader: &Reader) -> Result<Self, Error> {
        Ok(Self {
            apple_bundle_id: reader.optional("apple_bundle_id", value::word)?,
            apple_sandbox: reader.read("apple_sandbox", value::yes_or_no)?,
            apple_root: reader
                .optional("apple_root", value::digest)?
                .unwrap_or(APPLE_ROOT),
            google: google(reader)?,
            stripe: reader.api("stripe_api_url", "stripe_api_key")?,
        })
    }

    /// What asks them.
    ///
    /// # Errors
    ///
    /// When Google's service account cannot be used.
    pub fn open(&self) -> Result<purchase::Shops, GooglePlayError> {
        let mut shops = purchase::Shops::default();
        if let Some(apple) = self.apple() {
            shops = shops.with(SubscriptionProvider::Apple, Arc::new(apple));
        }
        if let Some(google) = self.google()? {
            shops = shops.with(SubscriptionProvider::Google, google);
        }
        if let Some(stripe) = self.stripe.clone().map(Stripe::new).transpose()? {
            shops = shops.with(SubscriptionProvider::Stripe, Arc::new(stripe));
        }
        Ok(shops)
    }

    /// What asks Google, where the app is sold there.
    ///
    /// # Errors
    ///
    /// When the service account cannot be used.
    pub fn google(&self) -> Result<Option<Arc<GooglePlay>>, GooglePlayError> {
        let google = self.google.as_ref().map(GooglePlay::new).transpose()?;
        Ok(google.map(Arc::new))
    }

    /// What knows what Apple has signed, where the app is sold there.
    pub fn apple(&self) -> Option<Apple> {
        let bundle = self.apple_bundle_id.as_ref()?;
        let root = self.apple_root;
        Some(Apple::with_root(bundle, self.apple_sandbox, root))
    }
}

fn google(reader: &Reader) -> Result<Option<GooglePlaySettings>, Error> {
    let url = reader.read("google_api_url", value::web_address)?;
    let package = reader.optional("google_package", value::word)?;
    let Some(package) = package else {
        return Ok(None);
    };
    let because = "google_package is set, and what it sold is asked for with it";
    let service_account =
        reader.required("google_service_account", value::existing_file, because)?;
    Ok(Some(GooglePlaySettings {
        url,
        package,
        service_account,
    }))
}

//! Settings of the shops through which subscriptions are sold: Apple, Google Play and Stripe.

use std::sync::Arc;

use coach_domain::{
    purchase::{self, Products},
    subscription::SubscriptionProvider,
};
use coach_workers::{
    ApiSettings,
    shop::{APPLE_ROOT, Apple, GooglePlay, GooglePlayError, GooglePlaySettings, Stripe},
};

use super::{Error, reader::Reader, value};

/// The settings of all shops. A shop that is not configured sells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopSettings {
    /// The app's bundle id in Apple's App Store.
    pub apple_bundle_id: Option<String>,
    /// The product ids in the App Store that count as the subscription.
    pub apple_products: Products,
    /// Whether purchases in Apple's sandbox are accepted too.
    pub apple_sandbox: bool,
    /// SHA-256 of the root certificate of Apple's signatures.
    pub apple_root: [u8; 32],
    /// The app in Google Play and the API client's settings.
    pub google: Option<GooglePlaySettings>,
    /// Stripe's API, which is queried for the state of subscriptions.
    pub stripe: Option<ApiSettings>,
    /// The ids of products or prices at Stripe that count as the subscription.
    pub stripe_products: Products,
}

impl ShopSettings {
    pub(super) fn read(reader: &Reader) -> Result<Self, Error> {
        let apple_bundle_id = reader.optional("apple_bundle_id", value::non_empty)?;
        let stripe = reader.api("stripe_api_url", "stripe_api_key")?;
        let webhooks = reader.optional("webhook_stripe_secrets", value::non_empty)?;
        Ok(Self {
            apple_products: products(reader, "apple_products", apple_bundle_id.is_some())?,
            apple_bundle_id,
            apple_sandbox: reader.read("apple_sandbox", value::yes_or_no)?,
            apple_root: reader
                .optional("apple_root", value::digest)?
                .unwrap_or(APPLE_ROOT),
            google: google(reader)?,
            stripe_products: products(
                reader,
                "stripe_products",
                stripe.is_some() || webhooks.is_some(),
            )?,
            stripe,
        })
    }

    /// Creates the clients of all configured shops.
    ///
    /// # Errors
    ///
    /// As [`ShopSettings::google()`] and [`ShopSettings::stripe()`].
    pub fn open(&self) -> Result<purchase::Shops, GooglePlayError> {
        let mut shops = purchase::Shops::default();
        if let Some(apple) = self.apple() {
            shops = shops.with(SubscriptionProvider::Apple, Arc::new(apple));
        }
        if let Some(google) = self.google()? {
            shops = shops.with(SubscriptionProvider::Google, google);
        }
        if let Some(stripe) = self.stripe()? {
            shops = shops.with(SubscriptionProvider::Stripe, stripe);
        }
        Ok(shops)
    }

    /// Creates the client of Google Play's API; `None` when the shop is not configured.
    ///
    /// # Errors
    ///
    /// When the service account is unusable.
    pub fn google(&self) -> Result<Option<Arc<GooglePlay>>, GooglePlayError> {
        let google = self.google.as_ref().map(GooglePlay::new).transpose()?;
        Ok(google.map(Arc::new))
    }

    /// Creates the client of Stripe's API; `None` when there is no API key.
    ///
    /// # Errors
    ///
    /// When the TLS backend cannot be initialized.
    pub fn stripe(&self) -> Result<Option<Arc<Stripe>>, GooglePlayError> {
        let Some(settings) = self.stripe.clone() else {
            return Ok(None);
        };
        let stripe = Stripe::new(settings, self.stripe_products.clone())?;
        Ok(Some(Arc::new(stripe)))
    }

    /// Creates the verifier of Apple's signed transactions; `None` when the shop is not configured.
    pub fn apple(&self) -> Option<Apple> {
        let bundle = self.apple_bundle_id.as_ref()?;
        let (products, root) = (self.apple_products.clone(), self.apple_root);
        Some(Apple::new(bundle, products, self.apple_sandbox, root))
    }
}

fn google(reader: &Reader) -> Result<Option<GooglePlaySettings>, Error> {
    let url = reader.read("google_api_url", value::http_url)?;
    let package = reader.optional("google_package", value::non_empty)?;
    let Some(package) = package else {
        return Ok(None);
    };
    let because = "google_package is set, and what it sold is asked for with it";
    let service_account =
        reader.required("google_service_account", value::existing_file, because)?;
    Ok(Some(GooglePlaySettings {
        url,
        package,
        products: products(reader, "google_products", true)?,
        service_account,
    }))
}

/// The products of a shop that count as the subscription. Required when the shop is configured: without this list, any
/// other product sold there, at whatever price, would give access.
fn products(reader: &Reader, name: &'static str, is_set: bool) -> Result<Products, Error> {
    let products: Products = reader.list(name, value::non_empty)?;
    if is_set && products == Products::default() {
        let because =
            "what counts as the subscription, of all that can be bought there, has to be said";
        return Err(Error::Missing { name, because });
    }
    Ok(products)
}

//! The shops that subscriptions are sold through.

use std::sync::Arc;

use coach_domain::subscription::{
    SubscriptionProvider,
    apple::{APPLE_ROOT, Apple},
    purchase::{self, Products},
};
use coach_workers::{
    ApiSettings,
    shop::{GooglePlay, GooglePlayError, GooglePlaySettings, Stripe},
};

use super::{
    Error,
    reader::Reader,
    value::{self, Parsed},
};

/// All of them; one that is not set sells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shops {
    /// The app's bundle id in Apple's App Store.
    pub apple_bundle_id: Option<String>,
    /// What of the app's products there counts.
    pub apple_products: Products,
    /// Whether purchases of Apple's sandbox count too.
    pub apple_sandbox: bool,
    /// SHA-256 of the certificate that Apple's signatures go back to.
    pub apple_root: [u8; 32],
    /// The app in Google Play.
    pub google: Option<GooglePlaySettings>,
    /// The account with Stripe, which is asked how subscriptions stand.
    pub stripe: Option<ApiSettings>,
    /// What of the products there counts.
    pub stripe_products: Products,
}

impl Shops {
    pub(super) fn read(reader: &Reader) -> Result<Self, Error> {
        let apple_bundle_id = reader.optional("apple_bundle_id", value::word)?;
        let stripe = reader.api("stripe_api_url", "stripe_api_key")?;
        let webhooks = reader.optional("webhook_stripe_secrets", value::word)?;
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
        if let Some(stripe) = self.stripe()? {
            shops = shops.with(SubscriptionProvider::Stripe, stripe);
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

    /// What asks Stripe, where there is a key for it.
    ///
    /// # Errors
    ///
    /// When this machine has no TLS.
    pub fn stripe(&self) -> Result<Option<Arc<Stripe>>, GooglePlayError> {
        let Some(settings) = self.stripe.clone() else {
            return Ok(None);
        };
        let stripe = Stripe::new(settings, self.stripe_products.clone())?;
        Ok(Some(Arc::new(stripe)))
    }

    /// What knows what Apple has signed, where the app is sold there.
    pub fn apple(&self) -> Option<Apple> {
        let bundle = self.apple_bundle_id.as_ref()?;
        let (products, root) = (self.apple_products.clone(), self.apple_root);
        Some(Apple::with_root(bundle, products, self.apple_sandbox, root))
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
        products: products(reader, "google_products", true)?,
        service_account,
    }))
}

/// What counts of all that a shop sells. Where the shop is set it has to be said: anything else that can be bought there,
/// at whatever price, would give access.
fn products(reader: &Reader, name: &'static str, is_set: bool) -> Result<Products, Error> {
    if is_set {
        let because =
            "what counts as the subscription, of all that can be bought there, has to be said";
        return reader.required(name, product_list, because);
    }
    let given = reader.optional(name, product_list)?;
    Ok(given.unwrap_or_default())
}

fn product_list(text: &str) -> Parsed<Products> {
    text.split(',').map(value::word).collect()
}

//! The shops that subscriptions are sold through.

use std::sync::Arc;

use coach_domain::subscription::{
    SubscriptionProvider,
    apple::{APPLE_ROOT, Apple},
    purchase,
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
    /// Whether purchases of Apple's sandbox count too.
    pub apple_sandbox: bool,
    /// SHA-256 of the certificate that Apple's signatures go back to.
    pub apple_root: [u8; 32],
}

impl Shops {
    pub(super) fn read(reader: &Reader) -> Result<Self, Error> {
        Ok(Self {
            apple_bundle_id: reader.optional("apple_bundle_id", value::word)?,
            apple_sandbox: reader.read("apple_sandbox", yes)?,
            apple_root: reader
                .optional("apple_root", value::digest)?
                .unwrap_or(APPLE_ROOT),
        })
    }

    /// What asks them.
    pub fn open(&self) -> purchase::Shops {
        let shops = purchase::Shops::default();
        match self.apple() {
            Some(apple) => shops.with(SubscriptionProvider::Apple, Arc::new(apple)),
            None => shops,
        }
    }

    /// What knows what Apple has signed, where the app is sold there.
    pub fn apple(&self) -> Option<Apple> {
        let bundle = self.apple_bundle_id.as_ref()?;
        let root = self.apple_root;
        Some(Apple::with_root(bundle, self.apple_sandbox, root))
    }
}

fn yes(text: &str) -> Parsed<bool> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(String::new()),
    }
}

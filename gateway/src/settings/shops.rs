//! The shops that subscriptions are sold through.

use std::sync::Arc;

use coach_domain::subscription::{SubscriptionProvider, apple::Apple, purchase};

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
}

impl Shops {
    pub(super) fn read(reader: &Reader) -> Result<Self, Error> {
        Ok(Self {
            apple_bundle_id: reader.optional("apple_bundle_id", value::word)?,
            apple_sandbox: reader.read("apple_sandbox", yes)?,
        })
    }

    /// What asks them.
    pub fn open(&self) -> purchase::Shops {
        let shops = purchase::Shops::default();
        match &self.apple_bundle_id {
            Some(bundle) => {
                let apple = Apple::new(bundle, self.apple_sandbox);
                shops.with(SubscriptionProvider::Apple, Arc::new(apple))
            }
            None => shops,
        }
    }
}

fn yes(text: &str) -> Parsed<bool> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(String::new()),
    }
}

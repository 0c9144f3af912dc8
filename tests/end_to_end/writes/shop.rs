//! A gateway that sells through an App Store of the tests' own.

use std::sync::Arc;

use coach_domain::subscription::{SubscriptionProvider, apple::Apple, purchase::Shops};
pub(crate) use coach_tests::app_store::{BUNDLE, Flaws, PRODUCTS, Shop, products, transaction};

use crate::harness::TestApp;

/// A gateway that sells through such a shop.
pub(crate) async fn selling() -> (Shop, TestApp) {
    let shop = Shop::new();
    let apple = Apple::with_root(BUNDLE, products(), false, shop.root);
    let test =
        TestApp::selling(Shops::default().with(SubscriptionProvider::Apple, Arc::new(apple))).await;
    (shop, test)
}

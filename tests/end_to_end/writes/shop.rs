//! A gateway with a fake App Store.

use std::sync::Arc;

use coach_domain::{purchase::Shops, subscription::SubscriptionProvider};
pub(crate) use coach_tests::app_store::{BUNDLE, Flaws, PRODUCTS, Shop, products, transaction};
use coach_workers::shop::Apple;

use crate::harness::TestApp;

/// Starts a gateway with a fake App Store.
pub(crate) async fn start() -> (Shop, TestApp) {
    let shop = Shop::new();
    let apple = Apple::new(BUNDLE, products(), false, shop.root);
    let test =
        TestApp::with_shops(Shops::default().with(SubscriptionProvider::Apple, Arc::new(apple)))
            .await;
    (shop, test)
}

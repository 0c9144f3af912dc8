//! The purchase, as far as it goes without money: the subscription is visible, and a purchase that there is not is
//! refused.

use coach_domain::id;
use serde_json::json;

use super::{
    JourneyResult,
    client::{Client, user_error},
    member::TestMember,
    report::Finding,
};

const LINK: &str = include_str!("../../../../schema/operations/LinkPurchase.graphql");

pub(super) async fn run(client: &Client, member: &TestMember<'_>) -> JourneyResult {
    let me = member.profile().await?;
    let subscription = &me["subscription"];
    if subscription.is_null() {
        return Err(
            "the test member has no subscription: give it one that does not end".to_owned(),
        );
    }
    if me["purchaseToken"].is_null() {
        return Err("the test member has no purchase token, with which an app buys".to_owned());
    }
    // The shop that the member has bought in, so that the way to it is probed too.
    let shop = subscription["provider"].as_str().unwrap_or("APPLE");
    let purchase = format!("coach-probe-{}", id::new_v7(Client::now()));
    let input = json!({ "provider": shop, "purchase": purchase });
    let payload = client.change(LINK, "linkPurchase", input).await?;
    match user_error(&payload) {
        Some(("PURCHASE_INVALID", _)) => Ok(Finding::Done),
        Some(("SHOP_NOT_CONFIGURED", _)) => Ok(Finding::Note(format!(
            "the service sells nothing through {shop}, so no shop was asked"
        ))),
        Some(("TOO_MANY_ATTEMPTS", _)) => Ok(Finding::skipped(
            "a member may link ten purchases an hour; probe `purchase` less often",
        )),
        Some((code, message)) => Err(format!(
            "`linkPurchase` refused an unknown purchase with {code} instead of PURCHASE_INVALID: {message}"
        )),
        None => Err("`linkPurchase` accepted a purchase that there is not".to_owned()),
    }
}

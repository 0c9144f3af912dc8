//! What partners are told depends on what the member agrees to, at the moment at which they are told.

use coach_domain::{
    clock::Clock as _,
    consent::ConsentPurpose::{self, MarketingEmail, PartnerSharing},
    partner::{ConsentRecord, DeletionRecord, SubscriptionRecord, delivery::DeliveryStatus},
    queue::Envelope,
    subscription::Access,
};
use coach_workers::consumer::Verdict;

use crate::{
    fixture::{Fixture, again, partner},
    server::{Reply, Server},
};

const SUBSCRIPTION: SubscriptionRecord = SubscriptionRecord {
    access: Access::Lapsed,
    provider: None,
    expires_at: None,
    trial_ends_at: None,
    will_renew: false,
};

fn answer(fixture: &Fixture, purpose: ConsentPurpose, granted: bool) -> Envelope {
    fixture.envelope(&ConsentRecord {
        purpose,
        granted,
        changed_at: fixture.clock.now(),
    })
}

/// Withheld is done, and seen.
async fn withheld(fixture: &Fixture, envelope: &Envelope) {
    assert_eq!(fixture.consume(envelope, 1).await, Verdict::Done);
    let withheld = ("acme".to_owned(), DeliveryStatus::Withheld, None);
    assert_eq!(fixture.recorded(envelope.id).await, [withheld]);
    assert_eq!(fixture.entered(envelope.id).await, ["partner:acme"]);
    // And stays so.
    assert_eq!(fixture.consume(envelope, 1).await, Verdict::Done);
    assert_eq!(fixture.recorded(envelope.id).await.len(), 1);
}

#[tokio::test]
async fn a_subscription_is_told_with_consent_alone() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    // Never asked, refused, and agreed to something else.
    withheld(&fixture, &fixture.envelope(&SUBSCRIPTION)).await;
    fixture.answer(PartnerSharing, false).await;
    fixture.answer(MarketingEmail, true).await;
    withheld(&fixture, &fixture.envelope(&SUBSCRIPTION)).await;
    assert_eq!(server.times(), 0);
    fixture.answer(PartnerSharing, true).await;
    let envelope = fixture.envelope(&SUBSCRIPTION);
    assert_eq!(fixture.consume(&envelope, 1).await, Verdict::Done);
    assert_eq!(server.times(), 1);
}

#[tokio::test]
async fn consent_that_was_withdrawn_meanwhile_counts() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture.answer(PartnerSharing, true).await;
    server.next(Reply::new(503));
    let (subscription, grant) = (
        fixture.envelope(&SUBSCRIPTION),
        answer(&fixture, PartnerSharing, true),
    );
    again(fixture.consume(&subscription, 1).await);
    fixture.answer(PartnerSharing, false).await;
    let withdrawal = answer(&fixture, PartnerSharing, false);
    assert_eq!(fixture.consume(&withdrawal, 1).await, Verdict::Done);
    // What was on its way is not told any more, nor the grant that came before.
    assert_eq!(fixture.consume(&subscription, 2).await, Verdict::Done);
    withheld(&fixture, &grant).await;
    let told: Vec<_> = server
        .asked()
        .iter()
        .map(|it| it.json()["type"].to_string())
        .collect();
    assert_eq!(told, ["\"subscription.updated\"", "\"consent.updated\""]);
    let statuses = fixture.recorded(subscription.id).await;
    assert_eq!(statuses[1].1, DeliveryStatus::Withheld);
}

#[tokio::test]
async fn an_end_is_told_in_any_case() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let withdrawal = answer(&fixture, MarketingEmail, false);
    assert_eq!(fixture.consume(&withdrawal, 1).await, Verdict::Done);
    // Of the member nothing is left.
    fixture.execute("DELETE FROM member", []).await;
    let deletion = fixture.envelope(&DeletionRecord {
        deleted_at: fixture.clock.now(),
    });
    assert_eq!(fixture.consume(&deletion, 1).await, Verdict::Done);
    withheld(&fixture, &fixture.envelope(&SUBSCRIPTION)).await;
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].json()["type"], "member.deleted");
    let member = serde_json::json!(fixture.member.0);
    assert_eq!(asked[1].json()["data"]["memberId"], member);
}

#[tokio::test]
async fn a_grant_is_told_while_it_holds() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture.answer(MarketingEmail, true).await;
    let grant = answer(&fixture, MarketingEmail, true);
    assert_eq!(fixture.consume(&grant, 1).await, Verdict::Done);
    assert_eq!(server.times(), 1);
    fixture.answer(MarketingEmail, false).await;
    withheld(&fixture, &answer(&fixture, MarketingEmail, true)).await;
}

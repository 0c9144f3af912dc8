//! Which records partners get depends on the member's consent at the time of sending.

use coach_domain::{
    clock::Clock as _,
    enums::ConsentPurpose::{self, MarketingEmail, PartnerSharing},
    partner::{ConsentRecord, DeletionRecord, SubscriptionRecord, delivery::DeliveryStatus},
    queue::Envelope,
    subscription::Access,
};
use coach_workers::consumer::Ack;

use crate::{
    fixture::{Fixture, expect_retry, partner},
    server::{Reply, Server},
};

const SUBSCRIPTION: SubscriptionRecord = SubscriptionRecord {
    access: Access::Lapsed,
    provider: None,
    expires_at: None,
    trial_ends_at: None,
    will_renew: false,
};

fn consent_record(fixture: &Fixture, purpose: ConsentPurpose, granted: bool) -> Envelope {
    fixture.envelope(&ConsentRecord {
        purpose,
        granted,
        changed_at: fixture.clock.now(),
    })
}

/// Fails unless the record is withheld and the message done.
async fn assert_withheld(fixture: &Fixture, envelope: &Envelope) {
    assert_eq!(fixture.consume(envelope, 1).await, Ack::Done);
    let withheld = ("acme".to_owned(), DeliveryStatus::Withheld, None);
    assert_eq!(fixture.deliveries(envelope.id).await, [withheld]);
    assert_eq!(fixture.inbox_entries(envelope.id).await, ["partner:acme"]);
    // A repetition changes nothing.
    assert_eq!(fixture.consume(envelope, 1).await, Ack::Done);
    assert_eq!(fixture.deliveries(envelope.id).await.len(), 1);
}

#[tokio::test]
async fn a_subscription_is_sent_with_consent_alone() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    // Without an answer, refused, and granted for another purpose.
    assert_withheld(&fixture, &fixture.envelope(&SUBSCRIPTION)).await;
    fixture.set_consent(PartnerSharing, false).await;
    fixture.set_consent(MarketingEmail, true).await;
    assert_withheld(&fixture, &fixture.envelope(&SUBSCRIPTION)).await;
    assert_eq!(server.request_count(), 0);
    fixture.set_consent(PartnerSharing, true).await;
    let envelope = fixture.envelope(&SUBSCRIPTION);
    assert_eq!(fixture.consume(&envelope, 1).await, Ack::Done);
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn consent_that_was_withdrawn_meanwhile_counts() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture.set_consent(PartnerSharing, true).await;
    server.next(Reply::new(503));
    let (subscription, grant) = (
        fixture.envelope(&SUBSCRIPTION),
        consent_record(&fixture, PartnerSharing, true),
    );
    expect_retry(fixture.consume(&subscription, 1).await);
    fixture.set_consent(PartnerSharing, false).await;
    let withdrawal = consent_record(&fixture, PartnerSharing, false);
    assert_eq!(fixture.consume(&withdrawal, 1).await, Ack::Done);
    // Neither the pending record is sent any more, nor the earlier grant.
    assert_eq!(fixture.consume(&subscription, 2).await, Ack::Done);
    assert_withheld(&fixture, &grant).await;
    let sent: Vec<_> = server
        .requests()
        .iter()
        .map(|it| it.json()["type"].to_string())
        .collect();
    assert_eq!(sent, ["\"subscription.updated\"", "\"consent.updated\""]);
    let statuses = fixture.deliveries(subscription.id).await;
    assert_eq!(statuses[1].1, DeliveryStatus::Withheld);
}

#[tokio::test]
async fn an_end_is_sent_in_any_case() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let withdrawal = consent_record(&fixture, MarketingEmail, false);
    assert_eq!(fixture.consume(&withdrawal, 1).await, Ack::Done);
    // The member is erased.
    fixture.execute("DELETE FROM member", []).await;
    let deletion = fixture.envelope(&DeletionRecord {
        deleted_at: fixture.clock.now(),
    });
    assert_eq!(fixture.consume(&deletion, 1).await, Ack::Done);
    assert_withheld(&fixture, &fixture.envelope(&SUBSCRIPTION)).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].json()["type"], "member.deleted");
    let member = serde_json::json!(fixture.member.0);
    assert_eq!(requests[1].json()["data"]["memberId"], member);
}

#[tokio::test]
async fn a_grant_is_sent_while_it_holds() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture.set_consent(MarketingEmail, true).await;
    let grant = consent_record(&fixture, MarketingEmail, true);
    assert_eq!(fixture.consume(&grant, 1).await, Ack::Done);
    assert_eq!(server.request_count(), 1);
    fixture.set_consent(MarketingEmail, false).await;
    assert_withheld(&fixture, &consent_record(&fixture, MarketingEmail, true)).await;
}

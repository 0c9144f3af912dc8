//! Reports of shops about a purchase outlive the member who bought it.

use chrono::TimeDelta;
use coach_domain::{
    account::erase_due,
    database::Session,
    purchase::{UNLINKED_PURGE, UNLINKED_RETENTION},
};
use serde_json::json;

use super::{Market, refunded, signed, this_month};
use crate::{
    harness::member::{CHEN, NORA},
    writes::{change, rows},
};

impl Market {
    /// Deletes a member's account, and erases the member.
    async fn erase(&self, email: &str) {
        let input = json!({ "idempotencyKey": "bye" });
        change(&self.test, email, "DeleteAccount", input)
            .await
            .success();
        self.test.advance(TimeDelta::days(14));
        let session = Session::new((*self.test.pool).clone(), tracing::Span::none());
        let erased = erase_due(&session, &*self.test.clock, 10).await;
        assert_eq!(erased.expect("run"), 1);
        self.test.take_outbox().await;
    }

    async fn register(&self, email: &str) {
        let input = json!({
            "idempotencyKey": "again", "displayName": "Nora", "locale": "en-GB", "timeZone": "Europe/London",
            "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 2 },
        });
        change(&self.test, email, "RegisterMember", input)
            .await
            .success();
        self.test.take_outbox().await;
    }
}

#[tokio::test]
async fn a_refunded_purchase_stays_refunded_for_whoever_links_it() {
    for refund_comes_after in [false, true] {
        let market = Market::open().await;
        let year = json!({ "productId": "coach.yearly", "expiresDate": 1_805_367_600_000_i64 });
        let year = signed(this_month(), 3_600, &year);
        assert_eq!(
            market.link_signed(NORA, "1", &year).await["access"],
            "ACTIVE"
        );
        let refund = market.apple(1, "REFUND", &refunded(year.clone(), 60), Some(false));
        if !refund_comes_after {
            market.deliver(&refund).await;
        }
        market.erase(NORA).await;
        if refund_comes_after {
            market.test.advance(-TimeDelta::days(14));
            assert_eq!(market.deliver(&refund).await, [""; 0]);
            market.test.advance(TimeDelta::days(14));
        }
        market.register(NORA).await;
        assert_eq!(market.access(NORA).await, "NONE");
        assert_eq!(
            market.link_signed(NORA, "2", &year).await["access"],
            "LAPSED"
        );
        // No other member can link it now.
        let other = market
            .link(CHEN, "1", "APPLE", &market.shop.sign(&year))
            .await;
        assert_eq!(other.user_error().0, "PURCHASE_INVALID");
    }
}

#[tokio::test]
async fn what_is_paid_for_comes_back_with_who_comes_back() {
    let market = Market::open().await;
    let year = json!({ "productId": "coach.yearly", "expiresDate": 1_805_367_600_000_i64 });
    let year = signed(this_month(), 3_600, &year);
    market.link_signed(NORA, "1", &year).await;
    market.erase(NORA).await;
    // The report does not refer to a member.
    let reports = rows(&market.test, "SELECT * FROM subscription_report").await;
    let of = |id: &str| {
        reports
            .iter()
            .filter(|row| row["external_id"] == id)
            .count()
    };
    assert_eq!(of(super::ORIGINAL), 1);
    market.register(NORA).await;
    let back = market.link_signed(NORA, "2", &year).await;
    assert_eq!(back["expiresAt"], "2027-03-18T11:00:00Z");
    assert_eq!(back["access"], "ACTIVE");
}

#[tokio::test]
async fn it_is_forgotten_once_nobody_could_link_it_any_more() {
    let market = Market::open().await;
    market.link_signed(NORA, "1", &this_month()).await;
    let purge = async |market: &Market| {
        use coach_domain::clock::Clock as _;
        let now = market.test.clock.now();
        UNLINKED_PURGE
            .run(&*market.test.pool, now - UNLINKED_RETENTION, 100)
            .await
            .expect("run")
    };
    // It ends on 2026-04-18. It is kept as long as it is linked to a member.
    market.test.set_clock("2028-05-01T12:00:00Z");
    assert_eq!(purge(&market).await, 0);
    market.test.set_clock("2026-03-19T12:00:00Z");
    market.erase(NORA).await;
    market.test.set_clock("2028-04-18T10:59:59Z");
    let of_others = purge(&market).await;
    let sql = format!(
        "SELECT FROM subscription_report WHERE external_id = '{}'",
        super::ORIGINAL
    );
    assert_eq!(rows(&market.test, &sql).await.len(), 1);
    market.test.set_clock("2028-04-18T11:00:01Z");
    assert_eq!(purge(&market).await, 1, "{of_others}");
    assert_eq!(rows(&market.test, &sql).await.len(), 0);
}

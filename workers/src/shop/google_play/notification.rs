//! What Google Play pushes by way of Pub/Sub: that something has changed, and of which purchase.
//! <https://developer.android.com/google/play/billing/rtdn-reference>,
//! <https://cloud.google.com/pubsub/docs/push#receive_push>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use coach_domain::clock::from_milliseconds;
use serde::Deserialize;

/// A push's body.
#[derive(Deserialize)]
struct Push {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    data: String,
}

/// `DeveloperNotification`. One of the others than subscriptions and voided purchases is of no concern here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Developer {
    package_name: String,
    /// Milliseconds since 1970, as a text.
    event_time_millis: String,
    #[serde(default)]
    subscription_notification: Option<OfSubscription>,
    #[serde(default)]
    voided_purchase_notification: Option<Voided>,
    #[serde(default)]
    one_time_product_notification: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    test_notification: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfSubscription {
    notification_type: i64,
    purchase_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Voided {
    purchase_token: String,
    /// 1: a subscription.
    product_type: i64,
}

/// What is in a push.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// Pub/Sub's id of it, by which repeated ones are known.
    pub id: String,
    /// Which member of `DeveloperNotification` it has, and for subscriptions the number of its type.
    pub kind: String,
    /// The app.
    pub package: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Which subscription changed; `None` when it is about something else.
    pub purchase_token: Option<String>,
}

impl Notification {
    /// Reads the body of a push.
    ///
    /// # Errors
    ///
    /// What it is not.
    pub fn read(body: &[u8]) -> Result<Self, &'static str> {
        let push: Push = serde_json::from_slice(body).map_err(|_| "it is no push of Pub/Sub's")?;
        let data = STANDARD.decode(&push.message.data);
        let data = data.map_err(|_| "its data is not in Base64")?;
        let told: Developer =
            serde_json::from_slice(&data).map_err(|_| "it is no DeveloperNotification")?;
        let at = told.event_time_millis.parse().ok();
        let at = at.and_then(from_milliseconds);
        let (kind, purchase_token) = if let Some(of) = told.subscription_notification {
            let kind = format!("subscriptionNotification.{}", of.notification_type);
            (kind, Some(of.purchase_token))
        } else if let Some(voided) = told.voided_purchase_notification {
            let token = (voided.product_type == 1).then_some(voided.purchase_token);
            ("voidedPurchaseNotification".to_owned(), token)
        } else if told.one_time_product_notification.is_some() {
            ("oneTimeProductNotification".to_owned(), None)
        } else if told.test_notification.is_some() {
            ("testNotification".to_owned(), None)
        } else {
            ("unknown".to_owned(), None)
        };
        Ok(Self {
            id: push.message.message_id,
            kind,
            package: told.package_name,
            at: at.ok_or("it has an impossible date")?,
            purchase_token,
        })
    }
}

/// Without the purchase.
impl std::fmt::Debug for Notification {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Notification({}, {}, …)", self.id, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn push(told: &Value) -> Vec<u8> {
        let data = STANDARD.encode(told.to_string());
        let push = json!({
            "message": { "messageId": "136969346945", "data": data, "attributes": {} },
            "subscription": "projects/coach/subscriptions/play",
        });
        push.to_string().into_bytes()
    }

    fn read(member: &str, content: Value) -> Result<Notification, &'static str> {
        let mut told = json!({
            "version": "1.0", "packageName": "com.example.coach", "eventTimeMillis": "1773835200000",
        });
        told[member] = content;
        Notification::read(&push(&told))
    }

    #[test]
    fn each_kind_says_which_purchase_it_is_about() {
        let subscription = json!({ "version": "1.0", "notificationType": 4, "purchaseToken": "t" });
        let voided =
            |kind: i64| json!({ "purchaseToken": "t", "orderId": "GPA.1", "productType": kind });
        let cases = [
            (
                "subscriptionNotification",
                subscription,
                "subscriptionNotification.4",
                Some("t"),
            ),
            (
                "voidedPurchaseNotification",
                voided(1),
                "voidedPurchaseNotification",
                Some("t"),
            ),
            (
                "voidedPurchaseNotification",
                voided(2),
                "voidedPurchaseNotification",
                None,
            ),
            (
                "oneTimeProductNotification",
                json!({ "sku": "s" }),
                "oneTimeProductNotification",
                None,
            ),
            (
                "testNotification",
                json!({ "version": "1.0" }),
                "testNotification",
                None,
            ),
            ("somethingNew", json!({}), "unknown", None),
        ];
        for (member, content, kind, token) in cases {
            let read = read(member, content).unwrap();
            assert_eq!(read.id, "136969346945");
            assert_eq!(read.package, "com.example.coach");
            assert_eq!(read.at.to_rfc3339(), "2026-03-18T12:00:00+00:00");
            assert_eq!(
                (read.kind.as_str(), read.purchase_token.as_deref()),
                (kind, token)
            );
        }
    }

    #[test]
    fn what_is_no_notification_is_refused() {
        let broken = [
            b"{}".to_vec(),
            br#"{"message":{"messageId":"1","data":"?"}}"#.to_vec(),
            br#"{"message":{"messageId":"1","data":"e30="}}"#.to_vec(),
            push(&json!({ "packageName": "x", "eventTimeMillis": "soon", "testNotification": {} })),
            push(&json!({ "packageName": "x", "eventTimeMillis": "9223372036854775807" })),
        ];
        for body in broken {
            assert!(Notification::read(&body).is_err());
        }
    }
}

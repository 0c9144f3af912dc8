//! Real-time developer notifications, which Google Play pushes through Pub/Sub: they tell which purchase has changed.
//! <https://developer.android.com/google/play/billing/rtdn-reference>,
//! <https://cloud.google.com/pubsub/docs/push#receive_push>,
//! <https://cloud.google.com/pubsub/docs/payload-unwrapping>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// The body of a push, unless the Pub/Sub subscription unwraps payloads.
#[derive(Deserialize)]
struct Push {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: Option<String>,
    data: Option<String>,
}

/// A `DeveloperNotification`. Only those about subscriptions and voided purchases are used. The time of the event is
/// not used, since the current state of the subscription is fetched.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeveloperNotification {
    package_name: String,
    subscription_notification: Option<SubscriptionNotification>,
    voided_purchase_notification: Option<VoidedPurchaseNotification>,
    one_time_product_notification: Option<serde::de::IgnoredAny>,
    test_notification: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionNotification {
    #[serde(default)]
    notification_type: i64,
    purchase_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VoidedPurchaseNotification {
    purchase_token: String,
    /// 1 for a subscription.
    #[serde(default)]
    product_type: i64,
}

/// A parsed notification.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// The name of the field that `DeveloperNotification` has, and for subscriptions the number of the type.
    pub kind: String,
    /// The package name of the app.
    pub package: String,
    /// The purchase token of the changed subscription; `None` if it is not about a subscription.
    pub purchase_token: Option<String>,
}

impl Notification {
    /// Pub/Sub's message id, by which duplicates are recognized; `None` if the body does not have it.
    pub fn message_id(body: &[u8]) -> Option<String> {
        let push: Push = serde_json::from_slice(body).ok()?;
        push.message.message_id.filter(|id| !id.is_empty())
    }

    /// Parses the body of a push.
    ///
    /// # Errors
    ///
    /// A message about what is wrong. A retry cannot succeed.
    pub fn parse(body: &[u8]) -> Result<Self, &'static str> {
        let invalid = "it is no DeveloperNotification";
        let notification: DeveloperNotification = match serde_json::from_slice::<Push>(body) {
            Ok(push) => {
                let data = push.message.data.filter(|data| !data.is_empty());
                let data = STANDARD.decode(data.ok_or("it has no data")?);
                let data = data.map_err(|_| "its data is not in Base64")?;
                serde_json::from_slice(&data).map_err(|_| invalid)?
            }
            Err(_) => serde_json::from_slice(body).map_err(|_| invalid)?,
        };
        let subscription = notification.subscription_notification;
        let (kind, purchase_token) = if let Some(subscription) = subscription {
            let kind = format!(
                "subscriptionNotification.{}",
                subscription.notification_type
            );
            (kind, Some(subscription.purchase_token))
        } else if let Some(voided) = notification.voided_purchase_notification {
            let token = (voided.product_type == 1).then_some(voided.purchase_token);
            ("voidedPurchaseNotification".to_owned(), token)
        } else if notification.one_time_product_notification.is_some() {
            ("oneTimeProductNotification".to_owned(), None)
        } else if notification.test_notification.is_some() {
            ("testNotification".to_owned(), None)
        } else {
            ("unknown".to_owned(), None)
        };
        Ok(Self {
            kind,
            package: notification.package_name,
            purchase_token,
        })
    }
}

/// Omits the purchase token.
impl std::fmt::Debug for Notification {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Notification({}, …)", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn push(notification: &Value) -> Vec<u8> {
        let data = STANDARD.encode(notification.to_string());
        let push = json!({
            "message": { "messageId": "136969346945", "data": data, "attributes": {} },
            "subscription": "projects/coach/subscriptions/play",
        });
        push.to_string().into_bytes()
    }

    fn notification(field: &str, content: Value) -> Value {
        let mut notification = json!({
            "version": "1.0", "packageName": "com.example.coach", "eventTimeMillis": "1773835200000",
        });
        notification[field] = content;
        notification
    }

    #[test]
    fn each_kind_has_the_token_of_its_purchase() {
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
        for (field, content, kind, token) in cases {
            let mut notification = notification(field, content);
            let wrapped = push(&notification);
            assert_eq!(
                Notification::message_id(&wrapped).as_deref(),
                Some("136969346945")
            );
            // The time may be a number, and the payload may be unwrapped.
            notification["eventTimeMillis"] = json!(1_773_835_200_000_i64);
            let unwrapped = notification.to_string().into_bytes();
            assert_eq!(Notification::message_id(&unwrapped), None);
            for body in [wrapped, push(&notification), unwrapped] {
                let parsed = Notification::parse(&body).unwrap();
                assert_eq!(parsed.package, "com.example.coach");
                assert_eq!(
                    (parsed.kind.as_str(), parsed.purchase_token.as_deref()),
                    (kind, token)
                );
            }
        }
    }

    #[test]
    fn invalid_bodies_are_rejected() {
        let broken: [&[u8]; 5] = [
            b"{}",
            br#"{"message":{"messageId":"1"}}"#,
            br#"{"message":{"messageId":"1","data":""}}"#,
            br#"{"message":{"messageId":"1","data":"?"}}"#,
            br#"{"message":{"messageId":"1","data":"e30="}}"#,
        ];
        for body in broken {
            assert!(Notification::parse(body).is_err());
        }
    }
}

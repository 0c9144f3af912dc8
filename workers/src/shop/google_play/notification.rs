//! What Google Play pushes by way of Pub/Sub: that something has changed, and of which purchase.
//! <https://developer.android.com/google/play/billing/rtdn-reference>,
//! <https://cloud.google.com/pubsub/docs/push#receive_push>,
//! <https://cloud.google.com/pubsub/docs/payload-unwrapping>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// A push's body, unless the subscription unwraps what it pushes.
#[derive(Deserialize)]
struct Push {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    data: Option<String>,
}

/// `DeveloperNotification`. One of the others than subscriptions and voided purchases is of no concern here. When it
/// happened does not matter: how the subscription stands is asked for, and counts from then.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Developer {
    package_name: String,
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
    #[serde(default)]
    notification_type: i64,
    purchase_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Voided {
    purchase_token: String,
    /// 1: a subscription.
    #[serde(default)]
    product_type: i64,
}

/// What is in a push.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// Which member of `DeveloperNotification` it has, and for subscriptions the number of its type.
    pub kind: String,
    /// The app.
    pub package: String,
    /// Which subscription changed; `None` when it is about something else.
    pub purchase_token: Option<String>,
}

impl Notification {
    /// Pub/Sub's id of a push, by which repeated ones are known; `None` where the body does not have it.
    pub fn id(body: &[u8]) -> Option<String> {
        let push: Push = serde_json::from_slice(body).ok()?;
        push.message.message_id.filter(|id| !id.is_empty())
    }

    /// Reads the body of a push.
    ///
    /// # Errors
    ///
    /// What it is not. Another time it would be no other.
    pub fn read(body: &[u8]) -> Result<Self, &'static str> {
        let told = "it is no DeveloperNotification";
        let told: Developer = match serde_json::from_slice::<Push>(body) {
            Ok(push) => {
                let data = push.message.data.filter(|data| !data.is_empty());
                let data = STANDARD.decode(data.ok_or("it has no data")?);
                let data = data.map_err(|_| "its data is not in Base64")?;
                serde_json::from_slice(&data).map_err(|_| told)?
            }
            Err(_) => serde_json::from_slice(body).map_err(|_| told)?,
        };
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
            kind,
            package: told.package_name,
            purchase_token,
        })
    }
}

/// Without the purchase.
impl std::fmt::Debug for Notification {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Notification({}, …)", self.kind)
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

    fn told(member: &str, content: Value) -> Value {
        let mut told = json!({
            "version": "1.0", "packageName": "com.example.coach", "eventTimeMillis": "1773835200000",
        });
        told[member] = content;
        told
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
            let mut told = told(member, content);
            let wrapped = push(&told);
            assert_eq!(Notification::id(&wrapped).as_deref(), Some("136969346945"));
            // Some have the time as a number, and some pushes are not wrapped.
            told["eventTimeMillis"] = json!(1_773_835_200_000_i64);
            let unwrapped = told.to_string().into_bytes();
            assert_eq!(Notification::id(&unwrapped), None);
            for body in [wrapped, push(&told), unwrapped] {
                let read = Notification::read(&body).unwrap();
                assert_eq!(read.package, "com.example.coach");
                assert_eq!(
                    (read.kind.as_str(), read.purchase_token.as_deref()),
                    (kind, token)
                );
            }
        }
    }

    #[test]
    fn what_is_no_notification_is_told_apart() {
        let broken: [&[u8]; 5] = [
            b"{}",
            br#"{"message":{"messageId":"1"}}"#,
            br#"{"message":{"messageId":"1","data":""}}"#,
            br#"{"message":{"messageId":"1","data":"?"}}"#,
            br#"{"message":{"messageId":"1","data":"e30="}}"#,
        ];
        for body in broken {
            assert!(Notification::read(body).is_err());
        }
    }
}

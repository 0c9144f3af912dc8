//! Our decoding of Apple's signed data, compared with that of the crate `app-store-server-library`.

use app_store_server_library::{
    models::{
        app_store_environment::Environment, auto_renew_status::AutoRenewStatus,
        offer_discount_type::OfferDiscountType,
    },
    signed_data_verifier::SignedDataVerifier,
};
use chrono::{DateTime, Utc};
use coach_tests::Random;
use serde_json::{Value, json};

use super::{APP, Market, ORIGINAL, signed, this_month};
use crate::{
    webhooks::senders::Event,
    writes::{
        rows,
        shop::{BUNDLE, Flaws, PRODUCTS, Shop},
    },
};

fn library(shop: &Shop) -> SignedDataVerifier {
    let roots = vec![shop.anchor.clone()];
    let bundle = BUNDLE.to_owned();
    SignedDataVerifier::new(roots, Environment::Production, bundle, Some(APP), false)
        .expect("a verifier")
}

/// A random transaction.
fn transaction(random: &mut Random) -> Value {
    let day = |random: &mut Random, bound: usize| {
        i64::try_from(random.below(bound)).expect("small") * 86_400_000
    };
    let mut fields = json!({
        "transactionId": format!("20000002{:08}", random.below(100_000_000)),
        "originalTransactionId": format!("20000001{:08}", random.below(100_000_000)),
        "productId": PRODUCTS[random.below(2)],
        "purchaseDate": 1_773_000_000_000_i64 + day(random, 9),
        "expiresDate": 1_774_000_000_000_i64 + day(random, 400),
        "quantity": 1, "inAppOwnershipType": "PURCHASED", "storefront": "DEU", "price": 9_990, "currency": "EUR",
    });
    if random.one_in(3) {
        fields["offerDiscountType"] =
            json!(["FREE_TRIAL", "PAY_AS_YOU_GO", "SOMETHING_NEW"][random.below(3)]);
        fields["offerType"] = json!(1);
    }
    if random.one_in(3) {
        fields["revocationDate"] = json!(1_773_700_000_000_i64 + day(random, 2));
        fields["revocationReason"] = json!(random.below(2));
    }
    if random.one_in(2) {
        fields["appAccountToken"] = json!("7e3fb20b-4cdb-47cc-936d-99d65f608138");
    }
    let seconds = i64::try_from(random.below(3_600)).expect("small");
    signed(this_month(), 1_000 + seconds, &fields)
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str()?;
    Some(text.parse().expect("a moment"))
}

#[tokio::test]
async fn both_read_the_same_in_what_apple_signs() {
    let market = Market::open().await;
    let library = library(&market.shop);
    let mut random = Random::new(17, 6);
    for number in 0..100 {
        let bought = transaction(&mut random);
        let kinds = [
            "DID_RENEW",
            "REFUND",
            "REFUND_REVERSED",
            "DID_CHANGE_RENEWAL_STATUS",
            "REVOKE",
        ];
        let renews = random.one_in(2);
        let event = market.apple(
            number,
            kinds[random.below(kinds.len())],
            &bought,
            Some(renews),
        );
        market.deliver(&event).await;

        let body: Value = serde_json::from_str(&event.body).expect("JSON");
        let payload = body["signedPayload"].as_str().expect("a JWS");
        let notification = library
            .verify_and_decode_notification(payload)
            .expect("genuine");
        let data = notification.data.expect("data");
        let theirs = library
            .verify_and_decode_signed_transaction(&data.signed_transaction_info.expect("a JWS"))
            .expect("genuine");
        let renewal = library
            .verify_and_decode_renewal_info(&data.signed_renewal_info.expect("a JWS"))
            .expect("genuine");
        let original = theirs.original_transaction_id.expect("an id");
        let sql = format!(
            "SELECT * FROM subscription_report WHERE external_id = '{original}' ORDER BY subject DESC"
        );
        let ours = rows(&market.test, &sql).await;
        let [of_transaction, of_renewal] = ours.as_slice() else {
            panic!("{ours:#?}")
        };
        assert_eq!(
            of_transaction["transaction_id"],
            json!(theirs.transaction_id)
        );
        assert_eq!(of_transaction["product_id"], json!(theirs.product_id));
        assert_eq!(time(&of_transaction["starts_at"]), theirs.purchase_date);
        assert_eq!(time(&of_transaction["ends_at"]), theirs.expires_date);
        assert_eq!(time(&of_transaction["revoked_at"]), theirs.revocation_date);
        assert_eq!(time(&of_transaction["said_at"]), theirs.signed_date);
        let is_trial = theirs.offer_discount_type == Some(OfferDiscountType::FreeTrial);
        assert_eq!(of_transaction["is_trial"], is_trial);
        assert_eq!(renewal.original_transaction_id, Some(original));
        assert_eq!(
            of_renewal["will_renew"],
            renewal.auto_renew_status == Some(AutoRenewStatus::On)
        );
        assert_eq!(
            time(&of_renewal["grace_ends_at"]),
            renewal.grace_period_expires_date
        );
        assert_eq!(time(&of_renewal["said_at"]), renewal.signed_date);
    }
}

#[tokio::test]
async fn both_refuse_what_apple_has_not_signed_for_this_app() {
    let market = Market::open().await;
    let library = library(&market.shop);
    let genuine = market.apple(1, "DID_RENEW", &this_month(), Some(true));
    let body: Value = serde_json::from_str(&genuine.body).expect("JSON");
    let jws = body["signedPayload"].as_str().expect("a JWS");
    let (head, rest) = jws.split_once('.').expect("parts");
    let (payload, signature) = rest.split_once('.').expect("parts");
    let of = |shop: &Shop, fields: Value| {
        let mut notification = json!({
            "notificationType": "TEST", "notificationUUID": "1", "version": "2.0",
            "signedDate": 1_773_835_199_500_i64,
            "data": { "bundleId": BUNDLE, "appAppleId": APP, "environment": "Production" },
        });
        for (name, value) in fields.as_object().expect("fields") {
            notification["data"][name] = value.clone();
        }
        shop.sign(&notification)
    };
    let (stranger, expired) = (Shop::new(), Shop::expired());
    let unmarked = Shop::with(Flaws {
        unmarked_signer: true,
        ..Flaws::default()
    });
    let invalid = [
        of(&stranger, json!({})),
        of(&expired, json!({})),
        of(&unmarked, json!({})),
        of(&market.shop, json!({ "bundleId": "com.example.else" })),
        of(&market.shop, json!({ "environment": "Sandbox" })),
        of(&market.shop, json!({ "environment": "Xcode" })),
        format!("{head}.{payload}."),
        format!("{head}.{payload}"),
        format!("{head}.{}x.{signature}", &payload[..payload.len() - 1]),
    ];
    for jws in invalid {
        assert!(
            library.verify_and_decode_notification(&jws).is_err(),
            "{jws}"
        );
        let body = json!({ "signedPayload": jws }).to_string();
        let refused = Event::new("app-store", &[], body).send(&market.test).await;
        assert_eq!(refused.0, 401, "{jws}");
    }
    let known = of(&market.shop, json!({}));
    assert!(library.verify_and_decode_notification(&known).is_ok());
    let body = json!({ "signedPayload": known }).to_string();
    market.deliver(&Event::new("app-store", &[], body)).await;
    let reports = format!("SELECT FROM subscription_report WHERE external_id = '{ORIGINAL}'");
    assert_eq!(rows(&market.test, &reports).await.len(), 0);
}

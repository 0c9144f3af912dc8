//! Invalid transactions of the App Store.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use coach_domain::{clock::Clock as _, purchase::PurchaseVerifier as _};
use coach_workers::shop::Apple;
use serde_json::{Value, json};

use super::{
    purchases::link,
    rows::count,
    shop::{BUNDLE, Flaws, Shop, products, start, transaction},
};
use crate::harness::{TestApp, member, noon};

async fn assert_all_rejected(test: &TestApp, cases: Vec<(&str, String)>) {
    for (flaw, purchase) in cases {
        let refused = link(test, member::NORA, "1", &purchase).await;
        let expected = ("PURCHASE_INVALID", "input.purchase".to_owned());
        assert_eq!(refused.user_error(), expected, "{flaw}");
        // Resets the limit of attempts within an hour.
        test.execute("DELETE FROM purchase_check").await;
    }
    assert_eq!(count(test, "idempotency_key").await, 0);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn what_the_shop_has_not_signed_is_not_valid() {
    let (shop, test) = start().await;
    let valid = transaction("2000000123456789");
    let jws = shop.sign(&valid);
    let (head, rest) = jws.split_once('.').expect("parts");
    let (body, signature) = rest.split_once('.').expect("parts");
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let stolen = part(&transaction("1").to_string());
    let by = |alg: &str| shop.sign_as(&json!({ "alg": alg, "x5c": shop.x5c }), &valid);
    let cases = vec![
        ("nothing", "x".to_owned()),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{jws}.{signature}")),
        ("another body", format!("{head}.{stolen}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("a text", format!("{head}.{}.{signature}", part("\"text\""))),
        ("another shop", Shop::new().sign(&valid)),
        ("no algorithm", by("none")),
        ("a shared key", by("HS256")),
    ];
    assert_all_rejected(&test, cases).await;
}

#[tokio::test]
async fn a_chain_that_is_not_the_shops_is_not_valid() {
    let (shop, test) = start().await;
    let valid = transaction("2000000123456789");
    let [signer, issuer, root] = shop.x5c.as_slice() else {
        panic!("three certificates")
    };
    let foreign = &Shop::new().x5c[1];
    let nothing = &"AAAA".to_owned();
    let chain = |x5c: &[&String]| shop.sign_as(&json!({ "alg": "ES256", "x5c": x5c }), &valid);
    let cases = vec![
        ("none", shop.sign_as(&json!({ "alg": "ES256" }), &valid)),
        ("no root", chain(&[signer, issuer])),
        ("the root alone", chain(&[root, root, root])),
        ("another order", chain(&[issuer, signer, root])),
        ("a foreign issuer", chain(&[signer, foreign, root])),
        ("no certificate", chain(&[nothing, issuer, root])),
        ("one more", chain(&[signer, issuer, issuer, root])),
    ];
    assert_all_rejected(&test, cases).await;
}

#[tokio::test]
async fn what_the_shop_has_signed_about_something_else_is_not_valid() {
    let (shop, test) = start().await;
    let mut cases = Vec::new();
    for (flaw, field, value) in [
        ("another app", "bundleId", json!("com.example.other")),
        ("the sandbox", "environment", json!("Sandbox")),
        ("a test store", "environment", json!("Xcode")),
        ("no subscription", "type", json!("Consumable")),
        (
            "another product",
            "productId",
            json!("com.example.newsletter.monthly"),
        ),
        ("no transaction", "transactionId", json!("")),
        ("over long ago", "expiresDate", json!(1_742_299_199_999_i64)),
        ("no end", "expiresDate", Value::Null),
        ("an impossible end", "expiresDate", json!(i64::MAX)),
        ("no id", "originalTransactionId", json!("")),
        (
            "signed tomorrow",
            "signedDate",
            json!(1_773_918_000_000_i64),
        ),
        (
            "signed before there was a key",
            "signedDate",
            json!(1_600_000_000_000_i64),
        ),
        ("a token that is none", "appAccountToken", json!("maya")),
    ] {
        let mut changed = transaction("2000000123456789");
        changed[field] = value;
        cases.push((flaw, shop.sign(&changed)));
    }
    assert_all_rejected(&test, cases).await;
}

/// Any developer has a certificate that leads to Apple's root, which must not be enough to sign transactions.
#[tokio::test]
async fn certificates_for_other_purposes_do_not_count() {
    let verified = async |flaws: Flaws| {
        let shop = Shop::with(flaws);
        let jws = shop.sign(&transaction("2000000123456789"));
        // With its root, so that the flaw is the only difference.
        let apple = Apple::new(BUNDLE, products(), false, shop.root);
        apple.verify(&jws, noon().now()).await.is_ok()
    };
    let none = Flaws::default();
    assert!(verified(none).await);
    for flaws in [
        Flaws {
            unmarked_signer: true,
            ..none
        },
        Flaws {
            unmarked_issuer: true,
            ..none
        },
        Flaws {
            issuer_is_no_authority: true,
            ..none
        },
    ] {
        assert!(!verified(flaws).await, "{flaws:?}");
    }
}

//! An App Store of the tests' own, which signs as Apple's does.

use std::sync::Arc;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use coach_domain::subscription::{SubscriptionProvider, apple::Apple, purchase::Shops};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, date_time_ymd,
};
use serde_json::{Value, json};

use crate::harness::TestApp;

pub(crate) const BUNDLE: &str = "com.example.coach";
const SIGNS: &[u64] = &[1, 2, 840, 113_635, 100, 6, 11, 1];
const ISSUES: &[u64] = &[1, 2, 840, 113_635, 100, 6, 2, 1];

/// How a chain may differ from Apple's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flaws {
    pub(crate) unmarked_signer: bool,
    pub(crate) unmarked_issuer: bool,
    pub(crate) issuer_is_no_authority: bool,
}

/// A shop that signs.
pub(crate) struct Shop {
    pub(crate) x5c: Vec<String>,
    pub(crate) root: [u8; 32],
    key: EcdsaKeyPair,
}

fn params(name: &str, mark: Option<&[u64]>, authority: bool) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    // The content is NULL, as Apple has it.
    let mark = mark.map(|oid| CustomExtension::from_oid_content(oid, vec![5, 0]));
    params.custom_extensions.extend(mark);
    params
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(Flaws::default())
    }

    /// Whose certificate was over before anything here was signed.
    pub(crate) fn expired() -> Self {
        Self::made(Flaws::default(), (2026, 3))
    }

    pub(crate) fn with(flaws: Flaws) -> Self {
        Self::made(flaws, (2027, 1))
    }

    fn made(flaws: Flaws, until: (i32, u8)) -> Self {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("a key");
        let (root_key, issuer_key) = (key(), key());
        let signer_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let root = params("Root", None, true);
        let issuer = params(
            "Issuer",
            (!flaws.unmarked_issuer).then_some(ISSUES),
            !flaws.issuer_is_no_authority,
        );
        let mut signer = params("Signer", (!flaws.unmarked_signer).then_some(SIGNS), false);
        signer.not_after = date_time_ymd(until.0, until.1, 1);
        let root_cert = root.self_signed(&root_key).expect("a root");
        let by_root = Issuer::from_params(&root, &root_key);
        let issuer_cert = issuer.signed_by(&issuer_key, &by_root).expect("an issuer");
        let by_issuer = Issuer::from_params(&issuer, &issuer_key);
        let signer_cert = signer.signed_by(&signer_key, &by_issuer).expect("a signer");
        let certificates = [&signer_cert, &issuer_cert, &root_cert];
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, root_cert.der());
        let pkcs8 = signer_key.serialize_der();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8);
        let key = key.expect("the same key");
        assert!(!key.public_key().as_ref().is_empty());
        Self {
            x5c: certificates.map(|it| STANDARD.encode(it.der())).to_vec(),
            root: digest.as_ref().try_into().expect("32 bytes"),
            key,
        }
    }

    /// A signed transaction.
    pub(crate) fn sign(&self, payload: &Value) -> String {
        self.sign_as(&json!({ "alg": "ES256", "x5c": self.x5c }), payload)
    }

    pub(crate) fn sign_as(&self, header: &Value, payload: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature.expect("signed"))
        )
    }

    fn shops(&self) -> Shops {
        let apple = Apple::with_root(BUNDLE, false, self.root);
        Shops::default().with(SubscriptionProvider::Apple, Arc::new(apple))
    }
}

/// A gateway that sells through such a shop.
pub(crate) async fn selling() -> (Shop, TestApp) {
    let shop = Shop::new();
    let test = TestApp::selling(shop.shops()).await;
    (shop, test)
}

/// A subscription that was paid an hour ago for a month.
pub(crate) fn transaction(id: &str) -> Value {
    json!({
        "transactionId": "2000000999999999",
        "originalTransactionId": id,
        "bundleId": BUNDLE,
        "productId": "coach.monthly",
        "type": "Auto-Renewable Subscription",
        "environment": "Production",
        "purchaseDate": 1_773_831_600_000_i64,
        "signedDate": 1_773_831_600_000_i64,
        "expiresDate": 1_776_510_000_000_i64,
    })
}

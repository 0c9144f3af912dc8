//! A fake App Store, which signs transactions as Apple's does.

#![expect(clippy::missing_panics_doc, reason = "a test fails by panicking")]

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use coach_domain::purchase::Products;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, date_time_ymd,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The bundle id of the app that it sells.
pub const BUNDLE: &str = "com.example.coach";
/// The ids of the accepted products.
pub const PRODUCTS: [&str; 2] = ["coach.monthly", "coach.yearly"];
/// The extension of Apple's signing certificate.
const SIGNER_OID: &[u64] = &[1, 2, 840, 113_635, 100, 6, 11, 1];
/// The extension of Apple's intermediate certificate.
const ISSUER_OID: &[u64] = &[1, 2, 840, 113_635, 100, 6, 2, 1];

/// How a certificate chain may differ from Apple's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flaws {
    /// The signer's certificate lacks Apple's extension.
    pub unmarked_signer: bool,
    /// The issuer's certificate lacks Apple's extension.
    pub unmarked_issuer: bool,
    /// The issuer's certificate is not that of a certificate authority.
    pub issuer_is_no_authority: bool,
}

/// A certificate chain, with the key that signs transactions.
pub struct Shop {
    /// The chain in Base64, from the signer up to the root.
    pub x5c: Vec<String>,
    /// The root certificate, in DER.
    pub anchor: Vec<u8>,
    /// SHA-256 of the root certificate.
    pub root: [u8; 32],
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
    // Apple's extensions contain NULL.
    let mark = mark.map(|oid| CustomExtension::from_oid_content(oid, vec![5, 0]));
    params.custom_extensions.extend(mark);
    params
}

impl Default for Shop {
    fn default() -> Self {
        Self::with(Flaws::default())
    }
}

impl Shop {
    /// A chain like Apple's.
    pub fn new() -> Self {
        Self::default()
    }

    /// A chain whose signing certificate expired before anything here was signed.
    pub fn expired() -> Self {
        Self::build(Flaws::default(), (2026, 3))
    }

    /// A chain with these flaws.
    pub fn with(flaws: Flaws) -> Self {
        Self::build(flaws, (2027, 1))
    }

    fn build(flaws: Flaws, until: (i32, u8)) -> Self {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("a key");
        let (root_key, issuer_key) = (key(), key());
        let signer_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let root = params("Root", None, true);
        let issuer = params(
            "Issuer",
            (!flaws.unmarked_issuer).then_some(ISSUER_OID),
            !flaws.issuer_is_no_authority,
        );
        let mut signer = params(
            "Signer",
            (!flaws.unmarked_signer).then_some(SIGNER_OID),
            false,
        );
        signer.not_after = date_time_ymd(until.0, until.1, 1);
        let root_cert = root.self_signed(&root_key).expect("a root");
        let by_root = Issuer::from_params(&root, &root_key);
        let issuer_cert = issuer.signed_by(&issuer_key, &by_root).expect("an issuer");
        let by_issuer = Issuer::from_params(&issuer, &issuer_key);
        let signer_cert = signer.signed_by(&signer_key, &by_issuer).expect("a signer");
        let certificates = [&signer_cert, &issuer_cert, &root_cert];
        let pkcs8 = signer_key.serialize_der();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8);
        let key = key.expect("the same key");
        assert!(!key.public_key().as_ref().is_empty());
        Self {
            anchor: root_cert.der().to_vec(),
            x5c: certificates.map(|it| STANDARD.encode(it.der())).to_vec(),
            root: Sha256::digest(root_cert.der()).into(),
            key,
        }
    }

    /// A transaction as a JWS.
    pub fn sign(&self, payload: &Value) -> String {
        self.sign_as(&json!({ "alg": "ES256", "x5c": self.x5c }), payload)
    }

    /// A transaction as a JWS with this header.
    pub fn sign_as(&self, header: &Value, payload: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature.expect("signed"))
        )
    }
}

/// [`PRODUCTS`], as settings hold them.
pub fn products() -> Products {
    PRODUCTS.into_iter().collect()
}

/// The transaction of a subscription that was paid for a month an hour ago.
pub fn transaction(id: &str) -> Value {
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

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use coach_domain::{member::EmailAddress, viewer::Role};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet},
};
use serde_json::{Value, json};

use super::*;
use crate::settings::{Settings, Sources};

const NOW: i64 = 1_900_000_000;

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }
}

fn settings() -> AuthSettings {
    Settings::load(&Sources::default()).unwrap().auth
}

fn issuer() -> LocalIssuer {
    LocalIssuer::generate().unwrap()
}

fn claims() -> Value {
    json!({"iss": LOCAL_ISSUER, "aud": LOCAL_AUDIENCE, "sub": "maya", "exp": NOW + 60})
}

/// The good claims with one changed, or taken away with null.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(name),
        value => claims
            .as_object_mut()
            .unwrap()
            .insert(name.to_owned(), value),
    };
    claims
}

fn bearing(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(AUTHORIZATION, value)])
}

async fn ask(issuer: &LocalIssuer, token: &str) -> Result<Viewer, Rejection> {
    let authenticator = Authenticator::local(issuer, &settings(), Arc::new(Fixed));
    authenticator.authenticate(&bearing(token)).await
}

#[tokio::test]
async fn a_good_token_says_who_and_what_its_bearer_is() {
    let issuer = issuer();
    let mut roles = Vec::new();
    for groups in [
        json!(null),
        json!(["runners"]),
        json!(["coach"]),
        json!(["coach", "staff"]),
        json!(["service"]),
    ] {
        let token = issuer.sign(&with("cognito:groups", groups)).unwrap();
        let viewer = ask(&issuer, &token).await.unwrap();
        assert_eq!(viewer.subject().unwrap().subject, "maya");
        assert_eq!(viewer.subject().unwrap().issuer, LOCAL_ISSUER);
        roles.push(viewer.role());
    }
    assert_eq!(
        roles,
        [
            Role::Member,
            Role::Member,
            Role::Coach,
            Role::Staff,
            Role::Member
        ]
    );
}

#[tokio::test]
async fn an_address_counts_when_the_issuer_has_verified_it() {
    let issuer = issuer();
    let says = |email: Value, verified: Value| {
        let mut claims = claims();
        claims["email"] = email;
        claims["email_verified"] = verified;
        issuer.sign(&claims).unwrap()
    };
    let address = json!("maya@Coach.example");
    let cases = [
        (address.clone(), json!(true), Some("maya@coach.example")),
        (address.clone(), json!("true"), Some("maya@coach.example")),
        (address.clone(), json!(false), None),
        (address.clone(), json!("false"), None),
        (address.clone(), json!(1), None),
        (address, json!(null), None),
        (json!("maya"), json!(true), None),
        (json!(null), json!(true), None),
    ];
    for (email, verified, expected) in cases {
        let token = says(email.clone(), verified.clone());
        let viewer = ask(&issuer, &token).await.unwrap();
        let address = viewer.verified_email().map(EmailAddress::as_str);
        assert_eq!(address, expected, "{email} {verified}");
    }
    let token = |subject| issuer.token(subject, &[], Fixed.now()).unwrap();
    let own = ask(&issuer, &token("maya@coach.example")).await.unwrap();
    assert!(own.verified_email().is_some());
    let none = ask(&issuer, &token("maya")).await.unwrap();
    assert!(none.verified_email().is_none());
}

#[tokio::test]
async fn claims_that_are_missing_or_wrong_are_refused() {
    let issuer = issuer();
    let refused = [
        with("exp", json!(null)),
        with("exp", json!(NOW - 31)),
        with("exp", json!("tomorrow")),
        with("iss", json!(null)),
        with("iss", json!("https://evil.example")),
        with("iss", json!([LOCAL_ISSUER])),
        with("aud", json!(null)),
        with("aud", json!("another")),
        with("aud", json!([])),
        with("aud", json!({"coach": true})),
        with("sub", json!(null)),
        with("sub", json!("")),
        with("sub", json!(7)),
        with("nbf", json!(NOW + 31)),
        with("nbf", json!("never")),
    ];
    for claims in refused {
        let token = issuer.sign(&claims).unwrap();
        assert!(ask(&issuer, &token).await.is_err(), "{claims}");
    }
    let accepted = [
        with("exp", json!(NOW - 29)),
        with("nbf", json!(NOW + 29)),
        with("aud", json!(["another", LOCAL_AUDIENCE])),
    ];
    for claims in accepted {
        let token = issuer.sign(&claims).unwrap();
        assert!(ask(&issuer, &token).await.is_ok(), "{claims}");
    }
}

#[tokio::test]
async fn cognitos_access_tokens_have_a_client_id_for_an_audience() {
    let issuer = issuer();
    let mut claims = with("aud", json!(null));
    claims["client_id"] = json!(LOCAL_AUDIENCE);
    assert!(ask(&issuer, &issuer.sign(&claims).unwrap()).await.is_err());
    claims["token_use"] = json!("access");
    assert!(ask(&issuer, &issuer.sign(&claims).unwrap()).await.is_ok());
    claims["client_id"] = json!("another");
    assert!(ask(&issuer, &issuer.sign(&claims).unwrap()).await.is_err());
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let issuer = issuer();
    let set = issuer.key_set();
    let id = set.keys[0].common.key_id.clone();
    let good = issuer.sign(&claims()).unwrap();
    let parts: Vec<&str> = good.split('.').collect();

    // {"alg":"none"}, with and without a signature.
    let none = "eyJhbGciOiJub25lIn0";
    for token in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
    ] {
        assert!(ask(&issuer, &token).await.is_err(), "{token}");
    }
    // HS256 with the public key, in each form in which it is public.
    let public = serde_json::to_value(&set.keys[0]).unwrap();
    let text = public["x"].as_str().unwrap();
    for secret in [
        EncodingKey::from_secret(text.as_bytes()),
        EncodingKey::from_urlsafe_base64_secret(&format!("{text}=")).unwrap(),
    ] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid.clone_from(&id);
        let token = encode(&header, &claims(), &secret).unwrap();
        assert!(ask(&issuer, &token).await.is_err());
    }
    // Another's key under this one's id, and under an id that there is not.
    let other = self::issuer();
    assert!(ask(&issuer, &other.sign(&claims()).unwrap()).await.is_err());
    // Other claims under the signature of these.
    let changed = issuer.sign(&with("sub", json!("staff"))).unwrap();
    let changed: Vec<&str> = changed.split('.').collect();
    assert!(
        ask(
            &issuer,
            &format!("{}.{}.{}", parts[0], changed[1], parts[2])
        )
        .await
        .is_err()
    );
    for garbage in [
        "",
        "x",
        "..",
        "a.b.c",
        &"x".repeat(9000),
        &format!("{good}.{}", parts[2]),
    ] {
        assert!(ask(&issuer, garbage).await.is_err(), "{garbage}");
    }
    assert!(ask(&issuer, &good).await.is_ok());
}

#[tokio::test]
async fn headers_that_are_ambiguous_or_of_another_scheme_are_refused() {
    let issuer = issuer();
    let authenticator = Authenticator::local(&issuer, &settings(), Arc::new(Fixed));
    let good = bearing(&issuer.sign(&claims()).unwrap());
    let mut twice = good.clone();
    twice.append(AUTHORIZATION, good[AUTHORIZATION].clone());
    let mut both = good.clone();
    both.insert(API_KEY, HeaderValue::from_static("key"));
    let basic = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic bWF5YTo="))]);
    for headers in [twice, both, basic] {
        assert!(authenticator.authenticate(&headers).await.is_err());
    }
    let nobody = authenticator.authenticate(&HeaderMap::new()).await.unwrap();
    assert_eq!(nobody, Viewer::anonymous());
    assert!(authenticator.authenticate(&good).await.is_ok());
}

/// A key of one of the kinds that OIDC issuers use.
fn public(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
    jwk.common.key_id = Some(id.to_owned());
    jwk
}

#[test]
fn rsa_and_elliptic_keys_count_for_their_own_algorithm_only() {
    let rsa = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
    // The signer wants what is inside of PKCS #8.
    let rsa = EncodingKey::from_rsa_der(&rsa.as_ref()[26..]);
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    let ec = EncodingKey::from_ec_der(ec.unwrap().as_ref());
    let keys = KeySet::new(&JwkSet {
        keys: vec![
            public(&rsa, Algorithm::RS256, "rsa"),
            public(&ec, Algorithm::ES256, "ec"),
            public(&rsa, Algorithm::PS256, "pss"),
        ],
    });
    assert!(keys.find("pss").is_none());
    let expected = Expectation {
        issuer: LOCAL_ISSUER.to_owned(),
        audience: LOCAL_AUDIENCE.to_owned(),
        roles_claim: "groups".to_owned(),
    };
    let check = |algorithm, key: &EncodingKey, id: &str| {
        let mut header = Header::new(algorithm);
        header.kid = Some(id.to_owned());
        let token = encode(&header, &claims(), key).unwrap();
        let id = token::key_id(&token).unwrap();
        token::verify(&token, keys.find(&id).unwrap(), &expected, Fixed.now())
    };
    assert!(check(Algorithm::RS256, &rsa, "rsa").is_ok());
    assert!(check(Algorithm::ES256, &ec, "ec").is_ok());
    assert!(check(Algorithm::PS256, &rsa, "rsa").is_err());
    assert!(check(Algorithm::RS512, &rsa, "rsa").is_err());
    assert!(check(Algorithm::RS256, &rsa, "ec").is_err());
}

use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use coach_domain::{email_address::EmailAddress, viewer::Role};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use super::*;
use crate::settings::{Settings, Sources};

const NOW: i64 = 1_900_000_000;

struct FixedClock;

impl Clock for FixedClock {
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

/// The valid claims with one replaced, or removed if the value is null.
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

fn bearer_headers(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(AUTHORIZATION, value)])
}

async fn authenticate(issuer: &LocalIssuer, token: &str) -> Result<Viewer, AuthError> {
    let authenticator = Authenticator::local(issuer, &settings(), Arc::new(FixedClock));
    authenticator.authenticate(&bearer_headers(token)).await
}

/// A clock that a test moves, in seconds.
struct MovableClock(AtomicI64);

impl Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).unwrap()
    }
}

#[tokio::test]
async fn a_token_that_was_verified_expires_like_any_other() {
    let (issuer, clock) = (issuer(), Arc::new(MovableClock(AtomicI64::new(NOW))));
    let authenticator = Authenticator::local(&issuer, &settings(), clock.clone());
    let headers = bearer_headers(&issuer.sign(&with("nbf", json!(NOW - 60))).unwrap());
    for (moved, expired) in [(0, false), (60, false), (91, true), (0, false)] {
        clock.0.store(NOW + moved, Ordering::Relaxed);
        match authenticator.authenticate(&headers).await {
            Ok(viewer) => assert!(!expired && viewer.subject().unwrap().subject == "maya"),
            Err(error) => assert!(expired && matches!(error, AuthError::Expired), "{error:?}"),
        }
    }
    clock.0.store(NOW - 91, Ordering::Relaxed);
    let early = authenticator.authenticate(&headers).await;
    assert!(matches!(early, Err(AuthError::NotYetValid)), "{early:?}");
}

#[tokio::test]
async fn a_token_that_was_verified_is_rejected_once_its_key_is_withdrawn() {
    let (first, second) = (issuer(), issuer());
    let keys = |issuer: &LocalIssuer| {
        let json = serde_json::to_vec(&issuer.key_set()).unwrap();
        KeySource::Local(KeySet::parse(&json).unwrap())
    };
    let mut authenticator = Authenticator::local(&first, &settings(), Arc::new(FixedClock));
    authenticator.token_verifier.keys = keys(&first);
    let headers = bearer_headers(&first.sign(&claims()).unwrap());
    for _ in 0..2 {
        assert!(authenticator.authenticate(&headers).await.is_ok());
    }
    authenticator.token_verifier.keys = keys(&second);
    assert!(authenticator.authenticate(&headers).await.is_err());
}

#[tokio::test]
async fn a_valid_token_identifies_its_bearer_and_role() {
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
        let viewer = authenticate(&issuer, &token).await.unwrap();
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
async fn an_address_is_accepted_when_the_issuer_has_verified_it() {
    let issuer = issuer();
    let token_with = |email: Value, verified: Value| {
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
        let token = token_with(email.clone(), verified.clone());
        let viewer = authenticate(&issuer, &token).await.unwrap();
        let address = viewer.verified_email().map(EmailAddress::as_str);
        assert_eq!(address, expected, "{email} {verified}");
    }
    let token = |subject| issuer.token(subject, &[], FixedClock.now()).unwrap();
    let own = authenticate(&issuer, &token("maya@coach.example"))
        .await
        .unwrap();
    assert!(own.verified_email().is_some());
    let none = authenticate(&issuer, &token("maya")).await.unwrap();
    assert!(none.verified_email().is_none());
}

#[tokio::test]
async fn claims_that_are_missing_or_wrong_are_refused() {
    let issuer = issuer();
    let invalid = [
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
    for claims in invalid {
        let token = issuer.sign(&claims).unwrap();
        assert!(authenticate(&issuer, &token).await.is_err(), "{claims}");
    }
    let valid = [
        with("exp", json!(NOW - 29)),
        with("nbf", json!(NOW + 29)),
        with("aud", json!(["another", LOCAL_AUDIENCE])),
    ];
    for claims in valid {
        let token = issuer.sign(&claims).unwrap();
        assert!(authenticate(&issuer, &token).await.is_ok(), "{claims}");
    }
}

#[tokio::test]
async fn cognitos_access_tokens_have_a_client_id_for_an_audience() {
    let issuer = issuer();
    let mut claims = with("aud", json!(null));
    claims["client_id"] = json!(LOCAL_AUDIENCE);
    assert!(
        authenticate(&issuer, &issuer.sign(&claims).unwrap())
            .await
            .is_err()
    );
    claims["token_use"] = json!("access");
    assert!(
        authenticate(&issuer, &issuer.sign(&claims).unwrap())
            .await
            .is_ok()
    );
    claims["client_id"] = json!("another");
    assert!(
        authenticate(&issuer, &issuer.sign(&claims).unwrap())
            .await
            .is_err()
    );
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
        assert!(authenticate(&issuer, &token).await.is_err(), "{token}");
    }
    // HS256 with the public key as the secret, in both encodings of the key.
    let public = serde_json::to_value(&set.keys[0]).unwrap();
    let text = public["x"].as_str().unwrap();
    for secret in [
        EncodingKey::from_secret(text.as_bytes()),
        EncodingKey::from_urlsafe_base64_secret(&format!("{text}=")).unwrap(),
    ] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid.clone_from(&id);
        let token = encode(&header, &claims(), &secret).unwrap();
        assert!(authenticate(&issuer, &token).await.is_err());
    }
    // The key of another issuer.
    let other = self::issuer();
    assert!(
        authenticate(&issuer, &other.sign(&claims()).unwrap())
            .await
            .is_err()
    );
    // Other claims with the signature of the valid ones.
    let changed = issuer.sign(&with("sub", json!("staff"))).unwrap();
    let changed: Vec<&str> = changed.split('.').collect();
    assert!(
        authenticate(
            &issuer,
            &format!("{}.{}.{}", parts[0], changed[1], parts[2])
        )
        .await
        .is_err()
    );
    for garbage in [
        "x",
        "..",
        "a.b.c",
        &"x".repeat(9000),
        &format!("{good}.{}", parts[2]),
    ] {
        assert!(authenticate(&issuer, garbage).await.is_err(), "{garbage}");
    }
    assert!(authenticate(&issuer, &good).await.is_ok());
}

#[tokio::test]
async fn headers_that_are_ambiguous_or_of_another_scheme_are_refused() {
    let issuer = issuer();
    let authenticator = Authenticator::local(&issuer, &settings(), Arc::new(FixedClock));
    let good = bearer_headers(&issuer.sign(&claims()).unwrap());
    let mut twice = good.clone();
    twice.append(AUTHORIZATION, good[AUTHORIZATION].clone());
    let mut both = good.clone();
    both.insert(API_KEY_HEADER, HeaderValue::from_static("key"));
    let basic = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic bWF5YTo="))]);
    let mut beside_blank = bearer_headers("");
    beside_blank.append(AUTHORIZATION, good[AUTHORIZATION].clone());
    for headers in [twice, both, basic, beside_blank] {
        assert!(authenticator.authenticate(&headers).await.is_err());
    }
    let viewer = authenticator.authenticate(&HeaderMap::new()).await.unwrap();
    assert_eq!(viewer, Viewer::anonymous());
    assert!(authenticator.authenticate(&good).await.is_ok());
}

#[tokio::test]
async fn a_header_without_a_credential_is_anonymous() {
    let issuer = issuer();
    let authenticator = Authenticator::local(&issuer, &settings(), Arc::new(FixedClock));
    for (name, value) in [
        ("authorization", ""),
        ("authorization", "Bearer"),
        ("authorization", "bearer "),
        ("authorization", "Bearer   "),
        (API_KEY_HEADER, ""),
    ] {
        let value = HeaderValue::from_static(value);
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value)]);
        let viewer = authenticator.authenticate(&headers).await.unwrap();
        assert_eq!(viewer, Viewer::anonymous(), "{headers:?}");
    }
    // A blank header beside an API key is ignored.
    let mut headers = bearer_headers("");
    headers.insert(API_KEY_HEADER, HeaderValue::from_static("key"));
    assert!(matches!(
        authenticator.authenticate(&headers).await,
        Err(AuthError::ApiKey)
    ));
    for word in ["Bearer undefined", "Bearer null", "Basic", "Token"] {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(word))]);
        assert!(
            authenticator.authenticate(&headers).await.is_err(),
            "{word}"
        );
    }
}

/// The JWK of a public key.
fn public(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
    jwk.common.key_id = Some(id.to_owned());
    serde_json::to_value(jwk).unwrap()
}

/// A JWK without one of its members.
fn without(mut key: Value, member: &str) -> Value {
    key.as_object_mut().unwrap().remove(member);
    key
}

fn set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn rsa() -> EncodingKey {
    let rsa = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
    // The signer expects the RSA key without its PKCS #8 wrapping.
    EncodingKey::from_rsa_der(&rsa.as_ref()[26..])
}

fn elliptic(curve: &'static aws_lc_rs::signature::EcdsaSigningAlgorithm) -> EncodingKey {
    let key = EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new());
    EncodingKey::from_ec_der(key.unwrap().as_ref())
}

/// Signs a token with `key`, with `id` in its header, and verifies it with `keys`.
fn check(
    keys: &KeySet,
    algorithm: Algorithm,
    key: &EncodingKey,
    id: Option<&str>,
) -> Result<Viewer, AuthError> {
    let expected = ExpectedClaims {
        issuer: LOCAL_ISSUER.to_owned(),
        audience: LOCAL_AUDIENCE.to_owned(),
        roles_claim: "groups".to_owned(),
    };
    let mut header = Header::new(algorithm);
    header.kid = id.map(str::to_owned);
    let token = encode(&header, &claims(), key).unwrap();
    let key = keys.find(&token::parse_header(&token)?)?;
    let (viewer, _) = token::verify(&token, key, &expected, FixedClock.now())?;
    Ok(viewer)
}

const RSA_ALGORITHMS: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

#[test]
fn keys_are_used_only_for_the_algorithm_that_the_issuer_declares() {
    let (rsa, p256, p384) = (
        rsa(),
        elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING),
        elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING),
    );
    for declared in RSA_ALGORITHMS {
        let keys = set(&[public(&rsa, declared, "rsa")]);
        for algorithm in RSA_ALGORITHMS {
            let checked = check(&keys, algorithm, &rsa, Some("rsa"));
            assert_eq!(checked.is_ok(), algorithm == declared, "{algorithm:?}");
        }
    }
    let keys = set(&[
        without(public(&rsa, Algorithm::RS256, "rsa"), "alg"),
        public(&p256, Algorithm::ES256, "p256"),
        without(public(&p384, Algorithm::ES384, "p384"), "alg"),
    ]);
    for algorithm in RSA_ALGORITHMS {
        assert!(check(&keys, algorithm, &rsa, Some("rsa")).is_ok());
        assert!(check(&keys, algorithm, &rsa, Some("p256")).is_err());
    }
    assert!(check(&keys, Algorithm::ES256, &p256, Some("p256")).is_ok());
    assert!(check(&keys, Algorithm::ES384, &p384, Some("p384")).is_ok());
    assert!(check(&keys, Algorithm::ES256, &p256, Some("rsa")).is_err());
}

#[test]
fn a_token_without_a_key_id_is_verified_with_a_single_key() {
    let (one, other) = (rsa(), elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING));
    let first = public(&one, Algorithm::RS256, "one");
    let single_header = set(std::slice::from_ref(&first));
    assert!(check(&single_header, Algorithm::RS256, &one, None).is_ok());
    assert!(check(&single_header, Algorithm::ES256, &other, None).is_err());
    // A key for encryption does not count as a second one.
    let mut encrypting = public(&other, Algorithm::ES256, "enc");
    encrypting["use"] = json!("enc");
    let single_header = set(&[first.clone(), encrypting]);
    assert!(check(&single_header, Algorithm::RS256, &one, None).is_ok());
    assert!(matches!(
        check(&single_header, Algorithm::ES256, &other, Some("enc")),
        Err(AuthError::UnknownKey)
    ));
    let several = set(&[first.clone(), public(&other, Algorithm::ES256, "other")]);
    assert!(matches!(
        check(&several, Algorithm::RS256, &one, None),
        Err(AuthError::NoKeyId)
    ));
    let nameless = set(&[without(first, "kid")]);
    assert!(check(&nameless, Algorithm::RS256, &one, Some("any")).is_ok());
}

#[test]
fn unsupported_keys_are_reported_and_do_not_affect_the_others() {
    let good = rsa();
    let keys = set(&[
        json!({"kid": "p521", "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "alg": "ES512"}),
        json!({"kid": "koblitz", "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "alg": "ES256K"}),
        json!({"kid": "future", "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}),
        json!({"kid": "short", "kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RS256"}),
        public(&good, Algorithm::RS256, "good"),
    ]);
    assert!(check(&keys, Algorithm::RS256, &good, Some("good")).is_ok());
    let unsupported = keys.unsupported();
    for name in ["p521 (EC P-521 ES512)", "koblitz", "future", "short"] {
        assert!(unsupported.contains(name), "{unsupported}");
    }
    // Not a 401: the token may be valid.
    assert!(matches!(
        check(&keys, Algorithm::RS256, &good, Some("p521")),
        Err(AuthError::KeysUnavailable)
    ));
}

#[tokio::test]
async fn roles_are_found_in_nested_claims_and_behind_slashes() {
    let issuer = issuer();
    for (claim, claims, role) in [
        (
            "realm_access.roles",
            with("realm_access", json!({"roles": ["offline", "staff"]})),
            Role::Staff,
        ),
        (
            "resource_access.my.app.roles",
            with("resource_access", json!({"my.app": {"roles": ["coach"]}})),
            Role::Coach,
        ),
        (
            "https://example.com/roles",
            with("https://example.com/roles", json!(["coach"])),
            Role::Coach,
        ),
        ("groups", with("groups", json!(["/staff"])), Role::Staff),
        ("groups", with("groups", json!("/coach")), Role::Coach),
        (
            "groups",
            with("groups", json!(["/else/staff"])),
            Role::Member,
        ),
        ("groups", with("groups", json!([["staff"]])), Role::Member),
        (
            "realm_access.roles",
            with("realm_access", json!(["staff"])),
            Role::Member,
        ),
    ] {
        let mut authenticator = Authenticator::local(&issuer, &settings(), Arc::new(FixedClock));
        claim.clone_into(&mut authenticator.token_verifier.expected.roles_claim);
        let token = issuer.sign(&claims).unwrap();
        let viewer = authenticator
            .authenticate(&bearer_headers(&token))
            .await
            .unwrap();
        assert_eq!(viewer.role(), role, "{claim} {claims}");
    }
}

//! Fake APIs of Google Play and Stripe for looking up purchases, and the tokens that Google signs for its push
//! requests.
//!
//! The responses have the form of the published references; none was recorded from a real API.

#![expect(clippy::missing_panics_doc, reason = "a test fails by panicking")]

use std::{
    collections::HashMap,
    fs, io,
    path::{Path as FilePath, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    crypto::verify,
    encode,
    jwk::{Jwk, JwkSet},
};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app_store::PRODUCTS;

/// The app's package name in Google Play.
pub const PACKAGE: &str = "com.example.coach";
/// The audience of push tokens.
pub const AUDIENCE: &str = "https://coach.example/webhooks/google-play";
/// The service account that sends push requests.
pub const PUSH_ACCOUNT: &str = "push@coach.iam.gserviceaccount.com";
/// The id of the accepted Stripe product.
pub const STRIPE_PRODUCT: &str = "prod_coach";
/// The API key of Stripe.
pub const STRIPE_KEY: &str = "rk_test_of_the_tests";

const SERVICE_ACCOUNT: &str = "play@coach.iam.gserviceaccount.com";
const ACCESS_TOKEN: &str = "ya29.an-access-token";
const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// A server of both APIs.
pub struct ShopApis {
    base: String,
    /// The responses, by purchase token, or by the id of a checkout session or subscription.
    purchases: Mutex<HashMap<String, Value>>,
    /// The status of every response instead, such as 503.
    failing: Mutex<Option<StatusCode>>,
    lookups: AtomicUsize,
    file: PathBuf,
}

/// The private key of Google and of the service account. Generating one is slow, so both use the same.
fn pem() -> &'static str {
    static PEM: OnceLock<String> = OnceLock::new();
    PEM.get_or_init(new_pem)
}

/// A new RSA key, in PKCS #8 as PEM.
fn new_pem() -> String {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("its encoding");
    let text = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..text.len().min(at + 64)])
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n")
}

/// A new key, which Google does not publish.
pub fn unknown_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(new_pem().as_bytes()).expect("a key")
}

/// The key that Google signs with.
fn google_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(pem().as_bytes()).expect("a key")
}

fn public_key() -> Jwk {
    let mut key = Jwk::from_encoding_key(&google_key(), Algorithm::RS256).expect("its public part");
    key.common.key_id = Some("google-1".to_owned());
    key
}

/// A token as Pub/Sub sends it with push requests; the claims in `other` replace or extend the usual ones.
pub fn push_token(expires: i64, other: &Value) -> String {
    let mut claims = json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "sub": "113774264463038321964",
        "azp": "113774264463038321964", "email": PUSH_ACCOUNT, "email_verified": true,
        "iat": expires - 3_600, "exp": expires,
    });
    for (name, value) in other.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    signed(&google_key(), "google-1", &claims)
}

/// A token signed with this key.
pub fn signed(key: &EncodingKey, id: &str, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(id.to_owned());
    encode(&header, claims, key).expect("signed")
}

/// The body of a push request with the Pub/Sub message of this id: a notification whose `member` holds `content`. `at`
/// is in milliseconds since 1970.
pub fn push(id: &str, at: i64, member: &str, content: &Value) -> Value {
    let mut notification = json!({
        "version": "1.0", "packageName": PACKAGE, "eventTimeMillis": at.to_string(),
    });
    notification[member] = content.clone();
    json!({
        "message": {
            "attributes": {}, "data": STANDARD.encode(notification.to_string()),
            "messageId": id, "message_id": id, "publishTime": "2026-03-18T12:00:00.000Z",
        },
        "subscription": "projects/coach/subscriptions/google-play",
    })
}

/// Google's response for a subscription in this state, which ends at this time.
pub fn subscription(state: &str, ends: &str) -> Value {
    json!({
        "kind": "androidpublisher#subscriptionPurchaseV2", "regionCode": "DE",
        "subscriptionState": format!("SUBSCRIPTION_STATE_{state}"),
        "acknowledgementState": "ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED",
        "lineItems": [{
            "productId": "coach.monthly", "expiryTime": ends,
            "autoRenewingPlan": { "autoRenewEnabled": state != "CANCELED" },
            "offerDetails": { "basePlanId": "monthly" },
        }],
    })
}

/// Stripe's response for a subscription with one item, whose period is in seconds since 1970.
pub fn stripe_subscription_of(id: &str, status: &str, (start, end): (i64, i64)) -> Value {
    json!({
        "id": id, "object": "subscription", "status": status, "cancel_at_period_end": false,
        "items": { "object": "list", "data": [{
            "current_period_start": start, "current_period_end": end,
            "price": { "id": "price_coach_monthly", "product": STRIPE_PRODUCT },
        }] },
    })
}

impl ShopApis {
    /// Starts the server, which runs as long as the test, and writes the service account's file to `folder`.
    pub async fn start(folder: &FilePath) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let base = format!("http://{address}");
        let file = folder.join(format!("service-account-{}.json", address.port()));
        let apis = Arc::new(Self {
            purchases: Mutex::default(),
            failing: Mutex::default(),
            lookups: AtomicUsize::new(0),
            file,
            base,
        });
        apis.write_service_account().expect("written");
        let router = Router::new()
            .route("/certs", get(async || Json(JwkSet { keys: vec![public_key()] })))
            .route("/token", post(token))
            .route(
                "/androidpublisher/v3/applications/{package}/purchases/subscriptionsv2/tokens/{token}",
                get(google_subscription),
            )
            .route("/v1/checkout/sessions/{id}", get(stripe_session))
            .route("/v1/subscriptions/{id}", get(stripe_subscription))
            .with_state(apis.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        apis
    }

    fn write_service_account(&self) -> io::Result<()> {
        let account = json!({
            "type": "service_account", "project_id": "coach", "private_key_id": "1", "private_key": pem(),
            "client_email": SERVICE_ACCOUNT, "client_id": "1",
            "token_uri": format!("{}/token", self.base),
        });
        fs::write(&self.file, account.to_string())
    }

    /// The URL of both APIs.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The path of the service account's file.
    pub fn service_account(&self) -> &FilePath {
        &self.file
    }

    /// Sets the response for a purchase.
    pub fn set_purchase(&self, purchase: &str, response: Value) {
        let mut all = self.purchases.lock().expect("not poisoned");
        all.insert(purchase.to_owned(), response);
    }

    /// Makes every lookup fail with this status, or succeed again with `None`.
    pub fn fail_with(&self, status: Option<StatusCode>) {
        *self.failing.lock().expect("not poisoned") = status;
    }

    /// The number of lookups so far.
    pub fn lookups(&self) -> usize {
        self.lookups.load(Ordering::Relaxed)
    }

    /// The settings of a process that uses them.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("COACH_GOOGLE_PACKAGE", PACKAGE.to_owned()),
            ("COACH_GOOGLE_PRODUCTS", PRODUCTS.join(", ")),
            (
                "COACH_GOOGLE_SERVICE_ACCOUNT",
                self.file.display().to_string(),
            ),
            ("COACH_GOOGLE_API_URL", self.base.clone()),
            ("COACH_GOOGLE_PUSH_AUDIENCE", AUDIENCE.to_owned()),
            ("COACH_GOOGLE_PUSH_ACCOUNT", PUSH_ACCOUNT.to_owned()),
            ("COACH_GOOGLE_PUSH_KEYS_URL", format!("{}/certs", self.base)),
            ("COACH_STRIPE_API_KEY", STRIPE_KEY.to_owned()),
            ("COACH_STRIPE_API_URL", self.base.clone()),
            ("COACH_STRIPE_PRODUCTS", STRIPE_PRODUCT.to_owned()),
        ]
    }

    fn answer(&self, purchase: &str) -> Result<Json<Value>, StatusCode> {
        self.lookups.fetch_add(1, Ordering::Relaxed);
        if let Some(status) = *self.failing.lock().expect("not poisoned") {
            return Err(status);
        }
        let all = self.purchases.lock().expect("not poisoned");
        let purchase = all.get(purchase).cloned();
        purchase.map(Json).ok_or(StatusCode::NOT_FOUND)
    }
}

impl Drop for ShopApis {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.file));
    }
}

/// Exchanges an assertion of the service account for an access token, as
/// <https://developers.google.com/identity/protocols/oauth2/service-account> describes.
async fn token(State(apis): State<Arc<ShopApis>>, body: String) -> Result<Json<Value>, StatusCode> {
    let bad_request = StatusCode::BAD_REQUEST;
    let form = Url::parse(&format!("http://form/?{body}")).map_err(|_| bad_request)?;
    let form: HashMap<_, _> = form.query_pairs().into_owned().collect();
    let grant = form.get("grant_type").ok_or(bad_request)?;
    if grant != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        return Err(bad_request);
    }
    let claims = form
        .get("assertion")
        .and_then(|assertion| claims(assertion));
    let claims = claims.ok_or(bad_request)?;
    let (audience, scope) = (format!("{}/token", apis.base), SCOPE);
    if claims["aud"] != audience || claims["scope"] != scope || claims["iss"] != SERVICE_ACCOUNT {
        return Err(bad_request);
    }
    Ok(Json(
        json!({ "access_token": ACCESS_TOKEN, "expires_in": 3_599, "token_type": "Bearer" }),
    ))
}

/// The claims of an assertion with a valid signature. The library of service accounts adds Base64 padding, which Google
/// accepts.
fn claims(assertion: &str) -> Option<Value> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let key = DecodingKey::from_jwk(&public_key()).ok()?;
    let signature = signature.trim_end_matches('=');
    let is_valid = verify(signature, signed.as_bytes(), &key, Algorithm::RS256).ok()?;
    let (_, claims) = signed.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('='));
    is_valid.then(|| serde_json::from_slice(&claims.ok()?).ok())?
}

fn require_bearer(headers: &HeaderMap, token: &str) -> Result<(), StatusCode> {
    let value = headers.get("authorization").and_then(|it| it.to_str().ok());
    let matches = value == Some(format!("Bearer {token}").as_str());
    matches.then_some(()).ok_or(StatusCode::UNAUTHORIZED)
}

async fn google_subscription(
    State(apis): State<Arc<ShopApis>>,
    Path((package, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    require_bearer(&headers, ACCESS_TOKEN)?;
    if package != PACKAGE {
        return Err(StatusCode::FORBIDDEN);
    }
    apis.answer(&token)
}

async fn stripe_session(
    State(apis): State<Arc<ShopApis>>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    require_bearer(&headers, STRIPE_KEY)?;
    let expands = query.get("expand[]").is_some_and(|it| it == "subscription");
    let mut session = apis.answer(&id)?;
    if !expands {
        session["subscription"] = session["subscription"]["id"].clone();
    }
    Ok(session)
}

async fn stripe_subscription(
    State(apis): State<Arc<ShopApis>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    require_bearer(&headers, STRIPE_KEY)?;
    apis.answer(&id)
}

//! What Google and Stripe answer when they are asked about purchases, and the tokens that Google signs for its pushes.
//!
//! The answers have the form of the published references; none was recorded from a shop.

#![expect(
    clippy::missing_panics_doc,
    reason = "of tests, which end where they cannot go on"
)]

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

/// The app in Google Play.
pub const PACKAGE: &str = "com.example.coach";
/// What pushes are for.
pub const AUDIENCE: &str = "https://coach.example/webhooks/google-play";
/// The service account that pushes.
pub const PUSHES: &str = "push@coach.iam.gserviceaccount.com";
/// What can be bought at Stripe and counts.
pub const STRIPE_PRODUCT: &str = "prod_coach";
/// The key of Stripe's API.
pub const STRIPE_KEY: &str = "rk_test_of_the_tests";

const ACCOUNT: &str = "play@coach.iam.gserviceaccount.com";
const ACCESS: &str = "ya29.an-access-token";
const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// Both, on a port of their own.
pub struct ShopApis {
    base: String,
    /// By purchase token, or by the id of a checkout session or subscription.
    stands: Mutex<HashMap<String, Value>>,
    /// What is answered instead, such as 503.
    failing: Mutex<Option<StatusCode>>,
    asked: AtomicUsize,
    file: PathBuf,
}

/// Google's, and the service account's. Making one takes a while, so there is one.
fn pem() -> &'static str {
    static PEM: OnceLock<String> = OnceLock::new();
    PEM.get_or_init(new_pem)
}

/// A key of RSA, in PKCS #8 as PEM.
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

/// A key that nobody else has.
pub fn strangers_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(new_pem().as_bytes()).expect("a key")
}

/// The key that Google signs with.
fn google_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(pem().as_bytes()).expect("a key")
}

fn public() -> Jwk {
    let mut key = Jwk::from_encoding_key(&google_key(), Algorithm::RS256).expect("its public part");
    key.common.key_id = Some("google-1".to_owned());
    key
}

/// A token as Pub/Sub sends with its pushes, with other claims where they are given.
pub fn push_token(expires: i64, other: &Value) -> String {
    let mut claims = json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "sub": "113774264463038321964",
        "azp": "113774264463038321964", "email": PUSHES, "email_verified": true,
        "iat": expires - 3_600, "exp": expires,
    });
    for (name, value) in other.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    signed(&google_key(), "google-1", &claims)
}

/// A token with any key.
pub fn signed(key: &EncodingKey, id: &str, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(id.to_owned());
    encode(&header, claims, key).expect("signed")
}

/// A push's body: what happened at this millisecond to this purchase, in Pub/Sub's message of this id.
pub fn push(id: &str, at: i64, member: &str, content: &Value) -> Value {
    let mut told = json!({
        "version": "1.0", "packageName": PACKAGE, "eventTimeMillis": at.to_string(),
    });
    told[member] = content.clone();
    json!({
        "message": {
            "attributes": {}, "data": STANDARD.encode(told.to_string()),
            "messageId": id, "message_id": id, "publishTime": "2026-03-18T12:00:00.000Z",
        },
        "subscription": "projects/coach/subscriptions/google-play",
    })
}

/// How a subscription stands, as Google says it.
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

/// A subscription of Stripe's with one item, for a period in seconds since 1970.
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
    /// Answers as long as the test runs; keeps the service account's file in `folder`.
    pub async fn start(folder: &FilePath) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let base = format!("http://{address}");
        let file = folder.join(format!("service-account-{}.json", address.port()));
        let apis = Arc::new(Self {
            stands: Mutex::default(),
            failing: Mutex::default(),
            asked: AtomicUsize::new(0),
            file,
            base,
        });
        apis.keep_account().expect("written");
        let router = Router::new()
            .route("/certs", get(async || Json(JwkSet { keys: vec![public()] })))
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

    fn keep_account(&self) -> io::Result<()> {
        let account = json!({
            "type": "service_account", "project_id": "coach", "private_key_id": "1", "private_key": pem(),
            "client_email": ACCOUNT, "client_id": "1",
            "token_uri": format!("{}/token", self.base),
        });
        fs::write(&self.file, account.to_string())
    }

    /// Where they are.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The service account's file.
    pub fn service_account(&self) -> &FilePath {
        &self.file
    }

    /// From now on the purchase stands like this.
    pub fn say(&self, purchase: &str, stands: Value) {
        let mut all = self.stands.lock().expect("not poisoned");
        all.insert(purchase.to_owned(), stands);
    }

    /// From now on everything is answered with this, or as it should be.
    pub fn fail(&self, with: Option<StatusCode>) {
        *self.failing.lock().expect("not poisoned") = with;
    }

    /// How often they were asked about a purchase.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// The settings of who asks them.
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
            ("COACH_GOOGLE_PUSH_ACCOUNT", PUSHES.to_owned()),
            ("COACH_GOOGLE_PUSH_KEYS_URL", format!("{}/certs", self.base)),
            ("COACH_STRIPE_API_KEY", STRIPE_KEY.to_owned()),
            ("COACH_STRIPE_API_URL", self.base.clone()),
            ("COACH_STRIPE_PRODUCTS", STRIPE_PRODUCT.to_owned()),
        ]
    }

    fn answer(&self, purchase: &str) -> Result<Json<Value>, StatusCode> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let Some(status) = *self.failing.lock().expect("not poisoned") {
            return Err(status);
        }
        let all = self.stands.lock().expect("not poisoned");
        let stands = all.get(purchase).cloned();
        stands.map(Json).ok_or(StatusCode::NOT_FOUND)
    }
}

impl Drop for ShopApis {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.file));
    }
}

/// An access token for an assertion of the service account, as
/// <https://developers.google.com/identity/protocols/oauth2/service-account> has it.
async fn token(State(apis): State<Arc<ShopApis>>, body: String) -> Result<Json<Value>, StatusCode> {
    let refused = StatusCode::BAD_REQUEST;
    let form = Url::parse(&format!("http://form/?{body}")).map_err(|_| refused)?;
    let form: HashMap<_, _> = form.query_pairs().into_owned().collect();
    let grant = form.get("grant_type").ok_or(refused)?;
    if grant != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        return Err(refused);
    }
    let claims = form
        .get("assertion")
        .and_then(|assertion| claims(assertion));
    let claims = claims.ok_or(refused)?;
    let (audience, scope) = (format!("{}/token", apis.base), SCOPE);
    if claims["aud"] != audience || claims["scope"] != scope || claims["iss"] != ACCOUNT {
        return Err(refused);
    }
    Ok(Json(
        json!({ "access_token": ACCESS, "expires_in": 3_599, "token_type": "Bearer" }),
    ))
}

/// What the service account has signed. Its library pads, which Google takes and others do not.
fn claims(assertion: &str) -> Option<Value> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let key = DecodingKey::from_jwk(&public()).ok()?;
    let signature = signature.trim_end_matches('=');
    let genuine = verify(signature, signed.as_bytes(), &key, Algorithm::RS256).ok()?;
    let (_, claims) = signed.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('='));
    genuine.then(|| serde_json::from_slice(&claims.ok()?).ok())?
}

fn bears(headers: &HeaderMap, token: &str) -> Result<(), StatusCode> {
    let given = headers.get("authorization").and_then(|it| it.to_str().ok());
    let is_it = given == Some(format!("Bearer {token}").as_str());
    is_it.then_some(()).ok_or(StatusCode::UNAUTHORIZED)
}

async fn google_subscription(
    State(apis): State<Arc<ShopApis>>,
    Path((package, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    bears(&headers, ACCESS)?;
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
    bears(&headers, STRIPE_KEY)?;
    let whole = query.get("expand[]").is_some_and(|it| it == "subscription");
    let mut session = apis.answer(&id)?;
    if !whole {
        session["subscription"] = session["subscription"]["id"].clone();
    }
    Ok(session)
}

async fn stripe_subscription(
    State(apis): State<Arc<ShopApis>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    bears(&headers, STRIPE_KEY)?;
    apis.answer(&id)
}

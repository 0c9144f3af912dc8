//! Tests of the routes that need no database; the others are in the end-to-end tests.

mod browsers;
mod requests;

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{self, State},
    http::{
        HeaderValue, Request, Response, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL,
            CONTENT_TYPE, ETAG,
        },
    },
};
use coach_domain::{
    clock::SystemClock,
    command::CommandRate,
    live::{STATUS_FILE_ATTRIBUTES, STATUS_FILE_KEY, StatusCache},
    object::{Condition, ObjectStore},
    purchase::Shops,
    request_trace::TraceStore,
};
use coach_resolvers::App;
use coach_workers::object::Folder;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::*;
use crate::{
    auth::{Authenticator, LocalIssuer},
    database, queues,
    settings::{Settings, Sources},
};

/// A gateway whose database is not reachable.
async fn gateway() -> Router {
    gateway_over(Arc::new(Folder::new("none"))).await
}

/// The same in development mode, as `coach dev` runs it.
async fn development() -> Router {
    gateway_with(
        Arc::new(Folder::new("none")),
        Some("maya@demo.coach.example"),
    )
    .await
}

/// The same, with this object store.
async fn gateway_over(objects: Arc<dyn ObjectStore>) -> Router {
    gateway_with(objects, None).await
}

async fn gateway_with(objects: Arc<dyn ObjectStore>, demo: Option<&'static str>) -> Router {
    let settings = Settings::load(&Sources::default()).unwrap();
    let pool = database::pool(
        "postgres://nobody@127.0.0.1:1/none?sslmode=disable",
        &settings,
    );
    let app = app(&settings, pool.unwrap(), objects).await;
    let issuer = Arc::new(LocalIssuer::generate().unwrap());
    let authenticator = Authenticator::local(&issuer, &settings.auth, Arc::new(SystemClock));
    let state = AppState::with_demo(&settings, app, authenticator, Some(issuer), demo);
    router(state)
}

async fn app(settings: &Settings, pool: Pool, objects: Arc<dyn ObjectStore>) -> Arc<App> {
    let clock = Arc::new(SystemClock);
    Arc::new(App {
        operations: queues::operations(settings, pool.clone()).await,
        database: pool,
        replica: None,
        catalogue: Arc::default(),
        clock: clock.clone(),
        shops: Arc::new(Shops::default()).into(),
        live: StatusCache::new(objects.clone(), clock),
        objects,
        rate: CommandRate::new(settings.limits.commands),
        status_url: settings.status_url(settings.listen).expect("an address"),
        traces: Arc::new(TraceStore::new(settings.traces, "here")),
        record_statements: false,
    })
}

async fn send(request: axum::http::request::Builder, body: impl Into<Body>) -> Response<Body> {
    let request = request.body(body.into()).unwrap();
    gateway().await.oneshot(request).await.unwrap()
}

async fn post(body: impl Into<Body>) -> Response<Body> {
    send(
        Request::post("/graphql").header("content-type", "application/json"),
        body,
    )
    .await
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

async fn json(response: Response<Body>) -> Value {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Status and code of an error response, which has a request id and a media type like every response.
async fn error_of(response: Response<Body>) -> (u16, String) {
    assert_eq!(header(&response, "x-request-id").len(), 36);
    assert!(header(&response, "content-type").contains("json; charset=utf-8"));
    assert_eq!(header(&response, "cache-control"), "no-store");
    let status = response.status().as_u16();
    let body = json(response).await;
    let code = &body["errors"][0]["extensions"]["code"];
    (status, code.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn error_responses_have_a_code() {
    let get = |uri: &str| Request::get(uri);
    let empty = Body::empty;
    let mutation = "/graphql?query=mutation%7B__typename%7D";
    let html = Request::post("/graphql").header("accept", "text/html");
    let plain = Request::post("/graphql").header("content-type", "text/plain");
    let forged = Request::post("/graphql").header("authorization", "Bearer a.b.c");
    let batch = |size| json!(vec![json!({"query": "{__typename}"}); size]).to_string();
    for (response, status, code) in [
        (send(get("/nothing"), empty()).await, 404, "NOT_FOUND"),
        (
            send(get("/graphiql/nothing.js"), empty()).await,
            404,
            "NOT_FOUND",
        ),
        (
            send(Request::delete("/graphql"), empty()).await,
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            send(Request::post("/health/live"), empty()).await,
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            send(get(mutation), empty()).await,
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (send(html, "{}").await, 406, "NOT_ACCEPTABLE"),
        (send(plain, "{}").await, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (send(forged, "{}").await, 401, "UNAUTHENTICATED"),
        (
            post(vec![b' '; (1 << 20) + 1]).await,
            413,
            "PAYLOAD_TOO_LARGE",
        ),
        (post("{").await, 400, "BAD_REQUEST"),
        (post(r#"{"query": "{"}"#).await, 400, "GRAPHQL_PARSE_FAILED"),
        (
            post(r#"{"query": "{nope}"}"#).await,
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        assert_eq!(error_of(response).await, (status, code.to_owned()));
    }
    assert_eq!(
        json(post(batch(10)).await).await.as_array().unwrap().len(),
        10
    );
}

#[tokio::test]
async fn a_401_has_a_www_authenticate_header() {
    let forged = Request::post("/graphql").header("authorization", "Bearer a.b.c");
    let response = send(forged, "{}").await;
    assert_eq!(
        header(&response, "www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
}

#[tokio::test]
async fn without_a_database_the_process_is_live_and_not_ready() {
    let get = async |uri| send(Request::get(uri), Body::empty()).await;
    assert_eq!(get("/health/live").await.status(), StatusCode::OK);
    let ready = get("/health/ready").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    let checks = &json(ready).await["checks"];
    assert_eq!(
        *checks,
        json!({
            "serving": true, "database": false, "schema": false, "catalogue": false, "credentials": true,
        })
    );
    let body = json(post(r#"{"query": "{recipes(first: 1){edges{node{id}}}}"}"#).await).await;
    assert_eq!(
        body["errors"][0]["extensions"]["code"],
        "SERVICE_UNAVAILABLE"
    );
}

#[tokio::test]
async fn the_schema_is_cacheable_and_compressed() {
    let response = send(Request::get("/schema.graphql"), Body::empty()).await;
    let tag = header(&response, "etag").to_owned();
    let again = Request::get("/schema.graphql").header("if-none-match", tag);
    let response = send(again, Body::empty()).await;
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    let small = Request::get("/schema.graphql").header("accept-encoding", "gzip");
    let response = send(small, Body::empty()).await;
    assert_eq!(header(&response, "content-encoding"), "gzip");
    // Libraries for Node accept zstd and cannot always decode it, so it is not used.
    let any = Request::get("/schema.graphql").header("accept-encoding", "gzip, deflate, br, zstd");
    let response = send(any, Body::empty()).await;
    assert_eq!(header(&response, "content-encoding"), "gzip");
}

#[tokio::test]
async fn graphiql_contains_no_token_without_a_demo_member() {
    let response = send(Request::get("/graphiql"), Body::empty()).await;
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let page = String::from_utf8_lossy(&bytes);
    assert!(
        page.contains("query Today") && !page.contains("Bearer"),
        "{page}"
    );
}

#[tokio::test]
async fn the_console_contains_no_token_and_nothing_of_others_outside_of_development() {
    for page in ["/console", "/console/"] {
        let response = send(Request::get(page), Body::empty()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "cache-control"), "no-store");
        let policy = header(&response, "content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "script-src 'self';",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let html = String::from_utf8_lossy(&bytes);
        assert!(html.contains(r#"{"demo":null}"#), "{html}");
    }
}

#[tokio::test]
async fn files_of_the_console_are_kept_and_checked() {
    for (name, content_type) in [
        ("main.js", "text/javascript; charset=utf-8"),
        ("base.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let path = format!("/console/{name}");
        let response = send(Request::get(&path), Body::empty()).await;
        assert_eq!(header(&response, "content-type"), content_type);
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        let known = Request::get(&path).header("if-none-match", header(&response, "etag"));
        let response = send(known, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{name}");
    }
    let missing = send(Request::get("/console/nothing.js"), Body::empty()).await;
    assert_eq!(error_of(missing).await, (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn panics_are_masked() {
    let routes = Router::new().route("/boom", get(async || panic!("a secret") as &'static str));
    let state = Settings::load(&Sources::default()).unwrap();
    let pool = database::pool("postgres://nobody@127.0.0.1:1/none", &state).unwrap();
    let issuer = LocalIssuer::generate().unwrap();
    let authenticator = Authenticator::local(&issuer, &state.auth, Arc::new(SystemClock));
    let app = app(&state, pool, Arc::new(Folder::new("none"))).await;
    let state = AppState::new(&state, app, authenticator, None);
    let routes = routes.layer(middleware::from_fn_with_state(state, observe::observe));
    let request = Request::get("/boom").header("x-request-id", "mine");
    let response = routes
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = json(response).await;
    assert_eq!(
        body["errors"][0]["extensions"],
        json!({"code": "INTERNAL_SERVER_ERROR", "requestId": "mine"})
    );
    assert!(!body.to_string().contains("secret"));
}

/// The number of allocations per request, for many requests that share one read of the store.
fn allocations(runtime: &Runtime, router: &Router, path: &str) -> u64 {
    let many = |count: usize| {
        let requests = (0..count).map(|_| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request)
        });
        let requests: Vec<_> = requests.collect();
        let mut answers = Vec::with_capacity(count);
        // Without those for creating the requests, which a connection does.
        let counted = allocation_counter::measure(|| {
            runtime.block_on(async {
                for answer in join_all(requests).await {
                    answers.push(answer.unwrap());
                }
            });
        });
        assert!(answers.iter().all(|answer| answer.status() == 200));
        counted.count_total
    };
    // Warm up first. Both counts include the allocations that do not depend on the number of requests.
    many(2_000);
    (many(2_000) - many(1_000)).div_ceil(1_000)
}

/// A minimal handler, for comparison.
async fn bare(State(body): State<Bytes>, _request: extract::Request) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    for name in [
        CONTENT_TYPE,
        ETAG,
        CACHE_CONTROL,
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS,
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static("text"));
    }
    response
}

#[test]
fn the_status_file_takes_no_allocations_beyond_those_of_http() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = std::env::temp_dir().join(format!("coach-allocations-{}", std::process::id()));
    let (router, bare) = runtime.block_on(async {
        let objects = Arc::new(Folder::new(&folder));
        let status = Bytes::from_static(b"{}");
        let put = objects.put(
            STATUS_FILE_KEY,
            &status,
            &STATUS_FILE_ATTRIBUTES,
            &Condition::Always,
        );
        put.await.unwrap();
        let methods = get(bare).options(bare).fallback(bare);
        let bare = Router::new()
            .route("/live/status.json", methods)
            .with_state(status);
        (gateway_over(objects).await, bare)
    });
    let [actual, minimal] =
        [&router, &bare].map(|router| allocations(&runtime, router, "/live/status.json"));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        actual <= minimal,
        "{actual} allocations, and {minimal} of a minimal route"
    );
    assert!(minimal > 0);
}

//! `GET /graphiql`: the page in which people try queries.

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use super::{media, refusal::Refusal, state::AppState};

/// A file of the page.
struct Asset {
    name: &'static str,
    /// Its usual public address.
    public: &'static str,
    /// SHA-384 of the file, as the browser checks it.
    integrity: &'static str,
    /// The file, unless it could not be fetched when this was built.
    bytes: Option<&'static [u8]>,
}

// What build.rs makes of `graphiql/package.json`.
include!(concat!(env!("OUT_DIR"), "/graphiql_assets.rs"));

const START: &str = include_str!("graphiql.js");
const PAGE: &str = include_str!("graphiql.html");

/// What is in the editor at first: today's workouts and meals.
pub const FIRST_QUERY: &str = include_str!("first_query.graphql");

/// The page, signed in as the demo member if there is one.
pub(super) async fn page(State(state): State<AppState>) -> Response {
    let token = state.shared().demo.and_then(|demo| {
        let issuer = state.shared().local_issuer.as_ref()?;
        issuer
            .token(demo, &[], state.shared().app.services.clock.now())
            .ok()
    });
    let headers = token.map(|token| {
        let headers = json!({"Authorization": format!("Bearer {token}")});
        format!("{headers:#}")
    });
    let start = json!({"query": FIRST_QUERY, "headers": headers}).to_string();
    // In a script nothing but its end has a meaning.
    let start = start.replace('<', "\\u003c");
    let html = PAGE
        .replace("<!-- assets -->", &assets())
        .replace("/* start */", &start);
    let elsewhere = if ASSETS.iter().all(|asset| asset.bytes.is_some()) {
        ""
    } else {
        " https://unpkg.com"
    };
    // The editor writes styles into its elements.
    let policy = format!(
        "default-src 'self'; script-src 'self'{elsewhere}; style-src 'self' 'unsafe-inline'{elsewhere}; \
         img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"
    );
    let policy =
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'self'"));
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, html).into_response()
}

/// `GET /`: for people, in development.
pub(super) async fn front_door(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if state.is_development() && media::is_browser(&headers) {
        return go_there();
    }
    Refusal::not_found().into_response()
}

/// Whether somebody types the address of the endpoint, without asking it for anything.
pub(super) fn is_first_visit(state: &AppState, uri: &Uri) -> bool {
    state.is_development() && uri.query().is_none_or(str::is_empty)
}

/// Leads to the page.
pub(super) fn go_there() -> Response {
    let kept = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept")),
    ];
    (kept, Redirect::to("/graphiql")).into_response()
}

/// A file of the page.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    if name == "start.js" {
        return file(&name, START.as_bytes(), "no-cache");
    }
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    match asset.and_then(|asset| asset.bytes) {
        // The names hold the versions.
        Some(bytes) => file(&name, bytes, "public, max-age=31536000, immutable"),
        None => Refusal::not_found().into_response(),
    }
}

fn file(name: &str, bytes: &'static [u8], kept: &'static str) -> Response {
    let kind = if name.rsplit('.').next() == Some("css") {
        "text/css; charset=utf-8"
    } else {
        "text/javascript; charset=utf-8"
    };
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, kept),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, bytes).into_response()
}

fn assets() -> String {
    let elements = ASSETS.iter().map(|asset| {
        let Asset {
            name,
            public,
            integrity,
            ..
        } = asset;
        let address = match asset.bytes {
            Some(_) => format!("/graphiql/{name}"),
            None => (*public).to_owned(),
        };
        let checked = format!("integrity=\"{integrity}\" crossorigin=\"anonymous\"");
        if name.rsplit('.').next() == Some("css") {
            format!("    <link rel=\"stylesheet\" href=\"{address}\" {checked}>\n")
        } else {
            format!("    <script defer src=\"{address}\" {checked}></script>\n")
        }
    });
    elements.collect()
}

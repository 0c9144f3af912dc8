//! `GET /graphiql`: the `GraphiQL` page, an editor for queries.

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use super::{
    error::HttpError,
    media_type,
    response::{escape_json, respond_with_page},
    state::AppState,
};

/// A file of the page.
struct Asset {
    name: &'static str,
    /// Where the page loads the file from if it is not embedded.
    cdn_url: &'static str,
    /// SHA-384 of the file, in the format of subresource integrity.
    integrity: &'static str,
    /// The content; `None` if npm was not available when the binary was built.
    bytes: Option<&'static [u8]>,
}

// The `ASSETS` that build.rs generates.
include!(concat!(env!("OUT_DIR"), "/graphiql_assets.rs"));

const START_SCRIPT: &str = include_str!("graphiql.js");
const PAGE_TEMPLATE: &str = include_str!("graphiql.html");

/// The initial content of the editor: a query for today's workouts and meals.
pub const FIRST_QUERY: &str = include_str!("first_query.graphql");

/// The page, with a token of the demo member if there is one.
pub(super) async fn page(State(state): State<AppState>) -> Response {
    let demo = state.shared().demo;
    let token = demo.and_then(|demo| state.development_token(demo, &[]));
    let headers = token.map(|token| {
        let headers = json!({"Authorization": format!("Bearer {token}")});
        format!("{headers:#}")
    });
    let editor = escape_json(&json!({"query": FIRST_QUERY, "headers": headers}));
    let html = PAGE_TEMPLATE
        .replace("<!-- assets -->", &assets())
        .replace("/* start */", &editor);
    let cdn_source = if ASSETS.iter().all(|asset| asset.bytes.is_some()) {
        ""
    } else {
        " https://unpkg.com"
    };
    // The editor sets inline styles.
    let policy = format!(
        "default-src 'self'; script-src 'self'{cdn_source}; style-src 'self' 'unsafe-inline'{cdn_source}; \
         img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"
    );
    respond_with_page(html, &policy)
}

/// `GET /`: redirects browsers to `GraphiQL` in development; 404 otherwise.
pub(super) async fn root(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if state.is_development() && media_type::is_browser(&headers) {
        return redirect();
    }
    HttpError::not_found().into_response()
}

/// Whether a browser's request to the endpoint is redirected to `GraphiQL`: in development, without a query string.
pub(super) fn should_redirect(state: &AppState, uri: &Uri) -> bool {
    state.is_development() && uri.query().is_none_or(str::is_empty)
}

/// A redirect to the page.
pub(super) fn redirect() -> Response {
    let headers = [(CACHE_CONTROL, "no-store"), (VARY, "accept")];
    (headers, Redirect::to("/graphiql")).into_response()
}

/// A file of the page.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    if name == "start.js" {
        return file(&name, START_SCRIPT.as_bytes(), "no-cache");
    }
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    match asset.and_then(|asset| asset.bytes) {
        // The names contain the versions.
        Some(bytes) => file(&name, bytes, "public, max-age=31536000, immutable"),
        None => HttpError::not_found().into_response(),
    }
}

fn file(name: &str, bytes: &'static [u8], cache_control: &'static str) -> Response {
    let content_type = if is_css(name) {
        "text/css; charset=utf-8"
    } else {
        "text/javascript; charset=utf-8"
    };
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, cache_control),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes).into_response()
}

fn is_css(name: &str) -> bool {
    name.rsplit('.').next() == Some("css")
}

/// The HTML elements that load the assets.
fn assets() -> String {
    let elements = ASSETS.iter().map(|asset| {
        let name = asset.name;
        let url = match asset.bytes {
            Some(_) => format!("/graphiql/{name}"),
            None => asset.cdn_url.to_owned(),
        };
        let integrity = format!(
            "integrity=\"{}\" crossorigin=\"anonymous\"",
            asset.integrity
        );
        if is_css(name) {
            format!("    <link rel=\"stylesheet\" href=\"{url}\" {integrity}>\n")
        } else {
            format!("    <script defer src=\"{url}\" {integrity}></script>\n")
        }
    });
    elements.collect()
}

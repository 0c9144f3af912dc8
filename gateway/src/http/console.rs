//! `GET /console`: the console for staff and people on call.
//!
//! The page is the same for everybody and holds no data: what it shows it asks of `/graphql`, which answers staff alone.
//! Only in development does it contain a token, of the demo's staff.

use std::sync::LazyLock;

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use coach_content::seed::DEMO;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    conditional,
    error::HttpError,
    response::{escape_json, respond_with_page},
    state::AppState,
};

/// The files of the page, by name.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../console/", $name)))),+]
    };
}

static FILES: [(&str, &str); 34] = files![
    "api.js",
    "bar.js",
    "base.css",
    "change.js",
    "dom.js",
    "explain.js",
    "fields.js",
    "format.js",
    "icon.svg",
    "layout.css",
    "live_changes.js",
    "live_state.js",
    "main.js",
    "messages.css",
    "notice.js",
    "operation.js",
    "page_audit.js",
    "page_live.js",
    "page_overview.js",
    "page_queue.js",
    "page_request.js",
    "page_requests.js",
    "page_webhooks.js",
    "parts.css",
    "queue_changes.js",
    "queues.js",
    "refresh.js",
    "router.js",
    "session.js",
    "sign_in.js",
    "table.js",
    "view.js",
    "waterfall.css",
    "waterfall.js",
];

const PAGE_TEMPLATE: &str = include_str!("../../console/index.html");

/// Nothing is loaded from elsewhere, nothing is sent elsewhere, and no text becomes HTML: the browser refuses all three.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// A file of the page, as it is served.
struct Asset {
    name: &'static str,
    content: &'static str,
    etag: HeaderValue,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let assets = FILES.iter().map(|(name, content)| {
        let hash = hex::encode(&Sha256::digest(content)[..8]);
        let etag = HeaderValue::try_from(format!("\"{hash}\""));
        Asset {
            name,
            content,
            etag: etag.unwrap_or(HeaderValue::from_static("\"\"")),
        }
    });
    assets.collect()
});

/// The page, in development with a token of the demo's staff.
pub(super) async fn page(State(state): State<AppState>) -> Response {
    let token = state.development_token(DEMO.staff, &["staff"]);
    let html = PAGE_TEMPLATE.replace("/* start */", &escape_json(&json!({ "demo": token })));
    let headers = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (headers, respond_with_page(html, POLICY)).into_response()
}

/// A file of the page. Its name stays the same in each version, so browsers have to ask whether it has changed.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return HttpError::not_found().into_response();
    };
    let validators = [
        (ETAG, asset.etag.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if conditional::is_not_modified(&headers, &asset.etag) {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let headers = [
        (CONTENT_TYPE, content_type(asset.name)),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (validators, headers, asset.content).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    fn names() -> BTreeSet<&'static str> {
        FILES.iter().map(|(name, _)| *name).collect()
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/console");
        let files = fs::read_dir(folder).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<_> = files.filter(|name| name != "index.html").collect();
        assert_eq!(files, names().into_iter().map(str::to_owned).collect());
    }

    #[test]
    fn every_file_that_is_loaded_is_served_and_none_comes_from_elsewhere() {
        let mut loaded: BTreeSet<&str> = BTreeSet::new();
        for (name, text) in FILES.into_iter().chain([("index.html", PAGE_TEMPLATE)]) {
            for part in text.split(['"', '\'']) {
                let file = part.strip_prefix("./").or(part.strip_prefix("/console/"));
                loaded.extend(file);
                let is_outside =
                    part.contains("://") || (part.starts_with("//") && !part.contains(' '));
                let is_namespace = part == "http://www.w3.org/2000/svg";
                assert!(!is_outside || is_namespace, "{name}: {part}");
            }
        }
        assert_eq!(loaded, names());
    }

    #[test]
    fn nothing_is_parsed_as_html() {
        for (name, text) in FILES {
            for way in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!text.contains(way), "{name}: {way}");
            }
        }
    }
}

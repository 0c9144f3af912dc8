//! Tests of what browsers need: CORS, and redirects to `GraphiQL`.

use super::*;

/// Headers for tracing, client awareness and caching, which libraries add.
const SENT_BY_APPS: &str = "apollographql-client-name,apollographql-client-version,authorization,baggage,cache-control,\
                            content-type,graphql-cost,idempotency-key,sentry-trace,traceparent";

async fn preflight(path: &str) -> Response<Body> {
    let preflight = Request::options(path)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", SENT_BY_APPS);
    send(preflight, Body::empty()).await
}

#[tokio::test]
async fn other_origins_may_send_any_headers() {
    for path in ["/graphql", "/graphql/", "/nothing", "/live/status.json"] {
        let response = preflight(path).await;
        assert!(response.status().is_success(), "{path}");
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert_eq!(
            header(&response, "access-control-allow-headers"),
            SENT_BY_APPS,
            "{path}"
        );
        let varies = response.headers().get_all("vary").iter();
        let mut varies = varies.filter_map(|value| value.to_str().ok());
        assert!(varies.any(|value| value.contains("access-control-request-headers")));
        // Browsers reject it along with the wildcard origin.
        let credentials = response.headers().get("access-control-allow-credentials");
        assert_eq!(credentials, None);
    }
}

#[tokio::test]
async fn other_origins_can_read_errors() {
    let error_of = async |request: axum::http::request::Builder| {
        let response = send(request.header("origin", "https://app.example"), "{}").await;
        let exposed = header(&response, "access-control-expose-headers").to_owned();
        let origin = header(&response, "access-control-allow-origin").to_owned();
        (response.status().as_u16(), origin, exposed)
    };
    let forged = Request::post("/graphql").header("authorization", "Bearer a.b.c");
    for (request, status) in [
        (Request::get("/nothing"), 404),
        (Request::post("/graphqll"), 404),
        (Request::delete("/graphql"), 405),
        (Request::post("/graphql"), 415),
        (forged, 401),
    ] {
        let (actual, origin, exposed) = error_of(request).await;
        assert_eq!((actual, origin.as_str()), (status, "*"));
        assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"));
    }
}

#[tokio::test]
async fn other_origins_cannot_read_the_page_with_the_token() {
    for page in ["/graphiql", "/console", "/", "/metrics"] {
        let request = Request::get(page).header("origin", "https://evil.example");
        let response = send(request, Body::empty()).await;
        let origin = response.headers().get("access-control-allow-origin");
        assert_eq!(origin, None, "{page}");
    }
}

async fn visit(gateway: Router, path: &str, accept: &str) -> (u16, String) {
    let request = Request::get(path).header("accept", accept);
    let request = request.header("host", "localhost");
    let response = gateway
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let location = header(&response, "location").to_owned();
    (response.status().as_u16(), location)
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn in_development_browsers_are_redirected_to_graphiql() {
    let redirected = (303, "/graphiql".to_owned());
    for path in ["/", "/graphql", "/graphql/", "/graphql?"] {
        assert_eq!(visit(development().await, path, BROWSER).await, redirected);
    }
    let missing = (404, String::new());
    assert_eq!(visit(development().await, "/", "*/*").await, missing);
    let rejected = (400, String::new());
    assert_eq!(
        visit(development().await, "/graphql", "*/*").await,
        rejected
    );
    let with_query = "/graphql?query=%7B__typename%7D";
    let answered = (200, String::new());
    assert_eq!(
        visit(development().await, with_query, BROWSER).await,
        answered
    );
}

#[tokio::test]
async fn outside_of_development_browsers_are_not_redirected() {
    let missing = (404, String::new());
    assert_eq!(visit(gateway().await, "/", BROWSER).await, missing);
    let rejected = (400, String::new());
    assert_eq!(visit(gateway().await, "/graphql", BROWSER).await, rejected);
}

#[tokio::test]
async fn browsers_get_a_type_that_they_display() {
    let request = Request::get("/graphql?query=%7B__typename%7D").header("accept", BROWSER);
    let response = send(request, Body::empty()).await;
    assert_eq!(
        header(&response, "content-type"),
        "application/json; charset=utf-8"
    );
}

//! What browsers need: permission for pages of other sites, and a page for people.

use super::*;

/// Headers of tracing, client awareness and caching, which apps add without knowing it.
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
async fn other_sites_may_ask_with_any_headers() {
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
        // With it a browser would send cookies, and then nobody could be allowed everything.
        let credentials = response.headers().get("access-control-allow-credentials");
        assert_eq!(credentials, None);
    }
}

#[tokio::test]
async fn other_sites_see_why_they_are_refused() {
    let of = async |request: axum::http::request::Builder| {
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
        let (answered, origin, exposed) = of(request).await;
        assert_eq!((answered, origin.as_str()), (status, "*"));
        assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"));
    }
}

#[tokio::test]
async fn other_sites_cannot_read_the_page_with_the_token() {
    for page in ["/graphiql", "/", "/metrics"] {
        let request = Request::get(page).header("origin", "https://evil.example");
        let response = send(request, Body::empty()).await;
        let origin = response.headers().get("access-control-allow-origin");
        assert_eq!(origin, None, "{page}");
    }
}

async fn look(gateway: Router, path: &str, accept: &str) -> (u16, String) {
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
async fn in_development_people_get_to_graphiql() {
    let there = (303, "/graphiql".to_owned());
    for path in ["/", "/graphql", "/graphql/", "/graphql?"] {
        assert_eq!(look(development().await, path, BROWSER).await, there);
    }
    let missing = (404, String::new());
    assert_eq!(look(development().await, "/", "*/*").await, missing);
    let refused = (400, String::new());
    assert_eq!(look(development().await, "/graphql", "*/*").await, refused);
    let asked = "/graphql?query=%7B__typename%7D";
    let answered = (200, String::new());
    assert_eq!(look(development().await, asked, BROWSER).await, answered);
}

#[tokio::test]
async fn elsewhere_there_is_nothing_for_people() {
    let missing = (404, String::new());
    assert_eq!(look(gateway().await, "/", BROWSER).await, missing);
    let refused = (400, String::new());
    assert_eq!(look(gateway().await, "/graphql", BROWSER).await, refused);
}

#[tokio::test]
async fn a_browser_shows_answers_and_does_not_save_them() {
    let request = Request::get("/graphql?query=%7B__typename%7D").header("accept", BROWSER);
    let response = send(request, Body::empty()).await;
    assert_eq!(
        header(&response, "content-type"),
        "application/json; charset=utf-8"
    );
}

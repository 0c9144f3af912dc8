//! `GraphiQL`. Its page loads nothing from other hosts if it was built with npm; without npm it does.

use serde_json::json;

use crate::harness::{TestApp, member, read_operation};

#[cfg_attr(without_npm, ignore = "it was built without npm (tests/run)")]
#[tokio::test]
async fn graphiql_needs_no_outside_address() {
    let test = TestApp::start().await;
    let get = async |path: &str| {
        let response = test
            .client
            .get(format!("{}{path}", test.base))
            .send()
            .await
            .expect("an answer");
        (
            response.status().as_u16(),
            response.text().await.expect("text"),
        )
    };
    let (status, page) = get("/graphiql").await;
    assert_eq!(status, 200);
    assert!(
        !page.contains("unpkg.com"),
        "the page loads from outside: touch gateway/build.rs and build again with npm and a network, or set \
         COACH_TEST_WITHOUT=npm"
    );
    let mut assets = 0;
    for part in page
        .split(['"', '\''])
        .filter(|part| part.starts_with("/graphiql/"))
    {
        let (status, text) = get(part).await;
        assert!(status == 200 && text.len() > 500, "{part}: {status}");
        assets += 1;
    }
    assert!(assets >= 4, "{page}");
}

#[tokio::test]
async fn the_catalogue_may_be_kept_and_what_is_the_members_may_not() {
    let test = TestApp::start().await;
    for (name, variables, cache_control) in [
        ("RecipeSearch", json!({ "first": 5 }), "public, max-age=300"),
        ("Today", json!({}), "no-store"),
    ] {
        let response = test
            .client
            .post(format!("{}/graphql", test.base))
            .bearer_auth(test.token(member::MAYA))
            .json(&json!({ "query": read_operation(name), "variables": variables }))
            .send()
            .await
            .expect("an answer");
        let header = response.headers()["cache-control"]
            .to_str()
            .expect("text")
            .to_owned();
        assert_eq!(
            (response.status().as_u16(), header.as_str()),
            (200, cache_control),
            "{name}"
        );
    }
}

#[tokio::test]
async fn documents_and_health() {
    let test = TestApp::start().await;
    for (path, status, part) in [
        ("/schema.graphql", 200, "type Query"),
        ("/health/live", 200, ""),
        ("/health/ready", 200, ""),
        ("/.well-known/jwks.json", 200, "Ed25519"),
        ("/nothing", 404, "NOT_FOUND"),
        ("/graphql?query=%7B__typename%7D", 200, "Query"),
        (
            "/graphql?query=mutation%7BstartPlan(input:%7BidempotencyKey:%221%22%7D)%7Bplan%7Bid%7D%7D%7D",
            405,
            "METHOD_NOT_ALLOWED",
        ),
    ] {
        let response = test
            .client
            .get(format!("{}{path}", test.base))
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert!(response.headers().contains_key("x-request-id"), "{path}");
        assert!(
            response.text().await.expect("text").contains(part),
            "{path}"
        );
    }
}

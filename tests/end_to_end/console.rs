//! The console: what its page contains, and where that comes from. `tests/clients` has the tests in a browser.

use serde_json::{Value, json};

use crate::harness::{TestApp, member};

const QUEUES: &str = "{ operations { queues { name } } }";

async fn get(test: &TestApp, path: &str) -> reqwest::Response {
    let request = test.client.get(format!("{}{path}", test.base));
    request.send().await.expect("an answer")
}

/// The JSON in the page that the scripts begin with.
async fn start(test: &TestApp) -> Value {
    let page = get(test, "/console").await.text().await.expect("text");
    let (_, json) = page.split_once("id=\"start\">").expect("the element");
    let (json, _) = json.split_once("</script>").expect("its end");
    serde_json::from_str(json).expect("JSON")
}

#[tokio::test]
async fn the_console_needs_no_outside_address() {
    let test = TestApp::start().await;
    let response = get(&test, "/console").await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].clone();
    let policy = policy.to_str().expect("text");
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    let page = response.text().await.expect("text");
    // The page, and what its files import from each other.
    let mut waiting: Vec<String> = files_in(&page);
    let mut loaded = Vec::new();
    while let Some(file) = waiting.pop() {
        if loaded.contains(&file) {
            continue;
        }
        let response = get(&test, &format!("/console/{file}")).await;
        assert_eq!(response.status(), 200, "{file}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers().contains_key("etag"), "{file}");
        waiting.extend(files_in(&response.text().await.expect("text")));
        loaded.push(file);
    }
    assert!(loaded.len() > 20, "{loaded:?}");
}

fn files_in(text: &str) -> Vec<String> {
    let parts = text.split(['"', '\'']);
    let files = parts.filter_map(|part| {
        let file = part.strip_prefix("/console/");
        file.or_else(|| part.strip_prefix("./"))
    });
    files.map(str::to_owned).collect()
}

#[tokio::test]
async fn in_development_it_is_the_demos_staff_who_signs_in() {
    let test = TestApp::in_dev_mode(&[]).await;
    let start = start(&test).await;
    let token = start["demo"].as_str().expect("a token");
    let ask = async |token: &str| {
        let request = test.client.post(format!("{}/graphql", test.base));
        let request = request.bearer_auth(token).json(&json!({ "query": QUEUES }));
        let response = request.send().await.expect("an answer");
        response.json::<Value>().await.expect("JSON")
    };
    let queues = &ask(token).await["data"]["operations"]["queues"];
    assert!(queues.as_array().is_some_and(|queues| !queues.is_empty()));
    // A member who opens the page sees what they see without it.
    let refused = ask(&test.token(member::MAYA)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn in_production_it_contains_no_token() {
    let test = TestApp::start().await;
    assert_eq!(start(&test).await, json!({ "demo": null }));
}

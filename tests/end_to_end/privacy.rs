//! Logs and spans contain no personal data. The harness searches those of the whole run; here canaries are planted
//! wherever a client can put them.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{TestApp, leaks, member::MAYA};

const CANARY: &str = "canary@aviary.example";

#[test]
fn the_listener_knows_what_is_private() {
    let names = BTreeSet::from(["Maya Brandt".to_owned()]);
    for (text, found) in [
        ("WHERE diets @> $1 AND search @@ $2", false),
        ("postgres://coach:@/coach", false),
        ("sent to canary@aviary.example today", true),
        ("authorization: Bearer eyJhbGciOi", true),
        ("hello Maya Brandt", true),
        ("hello Maya", false),
    ] {
        assert_eq!(
            leaks::find_personal_data(text, &names).is_some(),
            found,
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_canaries_do_not_leak() {
    // What is slow is written to a table, too.
    let app = TestApp::with_env(&[("COACH_SLOW_REQUEST", "1ms")]).await;
    let before = leaks::searched();
    let token = app.token(MAYA);

    app.graphql(MAYA, "{ me { displayName email } }", json!({}))
        .await;
    let literal = format!("{{ recipes(filter: {{ text: \"{CANARY}\" }}) {{ nodes {{ id }} }} }}");
    assert!(app.graphql(MAYA, &literal, json!({})).await.body["errors"].is_null());
    let wrong = format!("{{ recipes(first: \"{CANARY}\") {{ nodes {{ id }} }} }}");
    app.graphql(MAYA, &wrong, json!({})).await;
    let query = "query Q($text: String) { recipes(filter: { text: $text }) { nodes { id } } }";
    app.graphql(MAYA, query, json!({ "text": CANARY })).await;
    app.graphql(MAYA, query, json!({ "text": { "a": CANARY } }))
        .await;
    let broken = format!("{{ me {{ \"{CANARY}\" ");
    app.graphql(MAYA, &broken, json!({})).await;
    app.post(MAYA, format!("{{\"query\": {CANARY}")).await;
    let id = format!("query {{ node(id: \"{CANARY}\") {{ id }} }}");
    app.graphql(MAYA, &id, json!({})).await;

    let get = |path: String| app.client.get(format!("{}{path}", app.base));
    for request in [
        get(format!("/{CANARY}?q={CANARY}")),
        get(format!("/graphql?query={CANARY}")),
        get("/graphql?query={me{id}}".to_owned()).header("x-api-key", CANARY),
        get("/graphql?query={me{id}}".to_owned()).bearer_auth(format!("{token}x{CANARY}")),
        get("/graphql?query={me{id}}".to_owned()).bearer_auth(CANARY),
        get("/graphql?query={me{id}}".to_owned())
            .bearer_auth(&token)
            .header("x-request-id", CANARY)
            .header("traceparent", CANARY)
            .header("user-agent", CANARY)
            .header("accept", CANARY)
            .header("content-type", CANARY),
    ] {
        request.send().await.expect("an answer");
    }
    app.app.traces.write(&*app.pool).await.expect("written");
    let traces = "SELECT string_agg(trace::text, ' ') FROM request_trace";
    let traces = app.value(traces).await.expect("slow requests");
    let names = BTreeSet::from(["Maya Brandt".to_owned(), CANARY.to_owned()]);
    assert_eq!(leaks::find_personal_data(&traces, &names), None);

    let after = leaks::searched();
    assert!(
        after.0 >= before.0 + 14,
        "lines were heard: {before:?} {after:?}"
    );
    assert!(
        after.1 >= before.1 + 20,
        "spans were heard: {before:?} {after:?}"
    );
}

//! The rate limit of members' mutations.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    harness::{
        TestApp,
        member::{MAYA, THEO},
        read_operation,
    },
    writes::change,
};

fn input(key: &str) -> Value {
    json!({ "idempotencyKey": key, "consents": [{ "purpose": "MARKETING_EMAIL", "granted": true }] })
}

#[tokio::test]
async fn a_member_has_a_rate_of_changes() {
    let test = TestApp::with_env(&[("COACH_LIMIT_COMMANDS", "3")]).await;
    for key in ["1", "2", "2"] {
        change(&test, MAYA, "UpdateConsents", input(key))
            .await
            .success();
    }
    test.take_outbox().await;
    let refused = change(&test, MAYA, "UpdateConsents", input("3")).await;
    assert_eq!(
        (refused.status, refused.codes()),
        (294, vec!["RATE_LIMITED"])
    );
    assert_eq!(refused.body["errors"][0]["extensions"]["retryAfter"], 20);
    // It takes no statement.
    assert_eq!(refused.statements.len(), 0, "{:#?}", refused.statements);
    let stored = "SELECT count(*) FROM idempotency_key WHERE key = '3'";
    assert_eq!(test.number(stored).await, 0);
    let answer = test
        .client
        .post(format!("{}/graphql", test.base))
        .bearer_auth(test.token(MAYA))
        .json(&json!({ "query": read_operation("UpdateConsents"), "variables": { "input": input("3") } }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 294);
    assert_eq!(answer.headers()["retry-after"], "20");

    // Neither queries nor other members are limited.
    let me = test
        .graphql(MAYA, "{ me { displayName } }", json!({}))
        .await;
    assert_eq!(me.data()["me"]["displayName"], "Maya Brandt");
    change(&test, THEO, "UpdateConsents", input("3"))
        .await
        .success();

    test.advance(TimeDelta::seconds(20));
    change(&test, MAYA, "UpdateConsents", input("3"))
        .await
        .success();
    let refused = change(&test, MAYA, "UpdateConsents", input("4")).await;
    assert_eq!(refused.codes(), ["RATE_LIMITED"]);
    test.take_outbox().await;
}

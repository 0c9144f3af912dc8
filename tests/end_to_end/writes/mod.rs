//! Mutations: their results, their errors, and the messages that they enqueue.

mod account;
mod bad_input;
mod check_ins;
mod confirmation;
mod consents;
mod corrections;
mod day;
mod decisions;
mod erasure;
mod exports;
mod favourites;
mod forgeries;
mod keys;
mod meals;
mod next_programme;
mod overtaking;
mod plans;
mod preferences;
mod purchase_lookups;
mod purchases;
mod races;
mod registration;
mod rows;
pub(crate) mod shop;
mod statements;
mod time_zones;
mod workouts;

use serde_json::{Value, json};

pub(crate) use day::{day, past};
pub(crate) use rows::{member_id, rows};
pub(crate) use statements::changes;

use crate::harness::{GraphqlResponse, TestApp, read_operation};

/// Calls one of the app's mutations.
pub(crate) async fn change(
    test: &TestApp,
    email: &str,
    operation: &str,
    input: Value,
) -> GraphqlResponse {
    let variables = json!({ "input": input });
    test.graphql(email, &read_operation(operation), variables)
        .await
}

/// An input with its idempotency key.
fn keyed(key: &str, mut input: Value) -> Value {
    input["idempotencyKey"] = key.into();
    input
}

/// The member's plan with its current cycle. `today` is null without access.
async fn plan(test: &TestApp, email: &str) -> Value {
    let query = "{ me { plan { id goal status startedOn endedOn
        currentCycle { id number startsOn endsOn checkInDue checkInOpensOn today { number date } } } } }";
    let answer = test.graphql(email, query, json!({})).await;
    answer.body["data"]["me"]["plan"].clone()
}

/// Gives a member without subscription one that does not expire.
async fn subscribe(test: &TestApp, email: &str) {
    test.execute(&format!(
        "INSERT INTO subscription (member_id, id, will_renew, updated_at)
         SELECT id, md5(email)::uuid, false, now() FROM member WHERE email = '{email}'"
    ))
    .await;
}

/// The programme of the member's latest cycle: goal, level, diet and days per week.
async fn programme(test: &TestApp, email: &str) -> String {
    let sql = format!(
        "SELECT concat_ws(' ', p.goal, p.level, p.diet, p.days_per_week)
         FROM cycle c JOIN member m ON m.id = c.member_id
         JOIN programme p ON p.id = c.programme_id AND p.version = c.programme_version
         WHERE m.email = '{email}' ORDER BY c.starts_on DESC, c.number DESC, c.id DESC LIMIT 1"
    );
    test.value(&sql).await.expect("a cycle")
}

/// Fails if messages were enqueued or idempotency keys used.
async fn assert_no_effect(test: &TestApp) {
    assert_eq!(test.take_outbox().await, []);
    let keys = test.number("SELECT count(*) FROM idempotency_key").await;
    assert_eq!(keys, 0);
}

//! From the id of a slow answer to the statement that made it slow.

use std::pin::pin;

use chrono::TimeDelta;
use coach_domain::audit;
use coach_tests::until;
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::{Value, json};
use tokio::select;

use crate::{
    harness::{
        TestApp,
        member::{MAYA, SAM},
        read_operation,
    },
    writes::day,
};

const TRACE: &str = "query ($id: String!) { requestTrace(requestId: $id) {
    requestId startedAt instance operation operationType status durationMs cost errorCodes prepareMs executeMs poolWaitMs
    statements { position sql startedAtMs durationMs waitMs rows errorCode }
    batches { name keys startedAtMs durationMs }
    sideEffects { messageId kind queue state } traceId
} }";

const SLOW: &str = "{ slowRequests(first: 100) { requestId durationMs errorCodes } }";

const EXPLAIN: &str = "mutation ($input: ExplainRequestInput!) { explainRequest(input: $input) {
    explanations { position sql plan skipped } userErrors { code path message }
} }";

const FAVOURITES: &str = "query Favourites { recipes(first: 1) { nodes { id isFavourite } } }";

/// Sends an operation in a request with this id.
async fn send(test: &TestApp, email: &str, id: &str, query: &str, variables: Value) -> Value {
    let response = request(test, email, id, query, variables).await;
    assert_eq!(response.headers()["x-request-id"], id);
    response.json().await.expect("JSON")
}

async fn request(
    test: &TestApp,
    email: &str,
    id: &str,
    query: &str,
    variables: Value,
) -> reqwest::Response {
    let request = test
        .client
        .post(format!("{}/graphql", test.base))
        .header("x-request-id", id)
        .bearer_auth(test.token(email))
        .json(&json!({ "query": query, "variables": variables }));
    request.send().await.expect("an answer")
}

/// Sends an operation while nobody can use a table, until a statement has waited for longer than a slow request takes, or
/// the request is given up.
async fn send_blocked(
    test: &TestApp,
    table: &str,
    id: &str,
    query: &str,
    variables: Value,
) -> Value {
    let blocker = test.pool.begin().await.expect("a transaction");
    let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    blocker.execute_unprepared(&lock).await.expect("locked");
    let waited = async {
        // The tables of other tests' databases have the same numbers.
        let waits = format!(
            "SELECT count(*) FROM pg_locks
            WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND relation = '{table}'::regclass AND NOT granted
                AND waitstart < clock_timestamp() - interval '600 milliseconds'"
        );
        until("it waits", async || test.number(&waits).await > 0).await;
    };
    let mut answer = pin!(send(test, MAYA, id, query, variables));
    let given_up = select! {
        () = waited => None,
        answer = &mut answer => Some(answer),
    };
    blocker.rollback().await.expect("released");
    match given_up {
        Some(answer) => answer,
        None => answer.await,
    }
}

async fn trace(test: &TestApp, id: &str) -> Value {
    let answer = test.graphql(SAM, TRACE, json!({ "id": id })).await;
    answer.data()["requestTrace"].clone()
}

async fn explain(test: &TestApp, key: &str, id: &str) -> Value {
    let input = json!({ "idempotencyKey": key, "requestId": id });
    let answer = test.graphql(SAM, EXPLAIN, json!({ "input": input })).await;
    answer.payload().clone()
}

/// The slowest statement of a trace.
fn slowest(trace: &Value) -> &Value {
    let statements = trace["statements"].as_array().expect("statements");
    let duration = |statement: &Value| statement["durationMs"].as_f64().expect("a number");
    let slowest = statements.iter();
    let slowest = slowest.max_by(|one, other| duration(one).total_cmp(&duration(other)));
    slowest.expect("a statement")
}

#[tokio::test]
async fn the_id_of_a_slow_answer_leads_to_the_slow_statement() {
    let test = TestApp::start().await;
    send(&test, MAYA, "fast", FAVOURITES, json!({})).await;
    send_blocked(&test, "favourite_recipe", "slow", FAVOURITES, json!({})).await;

    let found = trace(&test, "slow").await;
    let statement = slowest(&found);
    let sql = statement["sql"].as_str().expect("a text");
    assert!(sql.contains("favourite_recipe"), "{found:#}");
    assert!(statement["durationMs"].as_f64() >= Some(500.0), "{found:#}");
    assert!(statement["rows"].is_i64() && statement["errorCode"].is_null());
    assert!(statement["waitMs"].as_f64() < Some(500.0), "{found:#}");
    assert_eq!(found["operation"], "Favourites");
    assert_eq!(found["operationType"], "query");
    assert_eq!(found["status"], 200);
    assert_eq!(found["instance"], "here");
    assert_eq!(found["errorCodes"], json!([]));
    assert!(found["cost"].as_i64() > Some(0));
    assert!(found["durationMs"].as_f64() >= statement["durationMs"].as_f64());
    assert!(found["executeMs"].as_f64() >= statement["durationMs"].as_f64());
    assert!(found["prepareMs"].as_f64() < Some(500.0));
    let batches = found["batches"].as_array().expect("batches");
    let batch = batches
        .iter()
        .find(|batch| batch["name"] == "Recipe.isFavourite");
    let batch = batch.unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!(batch["keys"], 1);
    assert!(batch["durationMs"].as_f64() >= Some(500.0));

    // The fast one is known here, and is none of the slow ones.
    assert!(trace(&test, "fast").await["durationMs"].is_f64());
    let slow = test.graphql(SAM, SLOW, json!({})).await;
    let slow = slow.data()["slowRequests"].as_array().expect("a list");
    let is = |id: &str| slow.iter().any(|it| it["requestId"] == id);
    assert!(is("slow"), "{slow:#?}");

    // In an hour it is forgotten here.
    test.advance(TimeDelta::minutes(61));
    assert_eq!(trace(&test, "slow").await, Value::Null);
    assert_eq!(trace(&test, "never").await, Value::Null);
}

#[tokio::test]
async fn other_processes_find_what_was_slow_in_the_table() {
    let test = TestApp::start().await;
    send(&test, MAYA, "fast", FAVOURITES, json!({})).await;
    send_blocked(&test, "favourite_recipe", "slow", FAVOURITES, json!({})).await;
    let here = trace(&test, "slow").await;
    let written = test.app.traces.write(&*test.pool).await.expect("written");
    assert!(written >= 1);
    assert_eq!(test.app.traces.write(&*test.pool).await.expect("none"), 0);

    let other = TestApp::with_database(test.url.clone()).await;
    assert_eq!(trace(&other, "slow").await, here);
    let slow = other.graphql(SAM, SLOW, json!({})).await;
    let slow = slow.data()["slowRequests"].as_array().expect("a list");
    assert!(slow.iter().any(|it| it["requestId"] == "slow"), "{slow:#?}");
    // The gateway that has it in both places tells it once.
    let slow = test.graphql(SAM, SLOW, json!({})).await;
    let slow = slow.data()["slowRequests"].as_array().expect("a list");
    let count = slow.iter().filter(|it| it["requestId"] == "slow").count();
    assert_eq!(count, 1, "{slow:#?}");
    // It has no parameters.
    let payload = explain(&other, "1", "slow").await;
    for explanation in payload["explanations"].as_array().expect("a list") {
        assert_eq!(explanation["plan"], Value::Null);
        assert_eq!(
            explanation["skipped"],
            "its parameters are not kept any more"
        );
    }
}

#[tokio::test]
async fn a_plan_shows_no_parameters_and_leaves_an_audit_entry() {
    let test = TestApp::start().await;
    let search = "query Search($text: String!) { recipes(filter: { text: $text }, first: 5) { nodes { id } } }";
    let canary = json!({ "text": "canaryword" });
    send_blocked(&test, "recipe", "slow", search, canary).await;
    for _ in 0..2 {
        // The second time it is a retry.
        let payload = explain(&test, "1", "slow").await;
        assert_eq!(payload["userErrors"], json!([]));
        let explanations = payload["explanations"].as_array().expect("a list");
        let plans = explanations.iter().filter_map(|it| it["plan"].as_str());
        let plans: Vec<_> = plans.collect();
        assert!(!plans.is_empty(), "{payload:#}");
        for plan in &plans {
            assert!(
                plan.contains("Execution Time") && plan.contains('$'),
                "{plan}"
            );
        }
        assert!(!payload.to_string().contains("canaryword"), "{payload:#}");
    }
    let entries = audit::newest(&*test.pool, 10).await.expect("found");
    let [entry] = &entries[..] else {
        panic!("one entry: {entries:?}");
    };
    assert_eq!(entry.action, "request.explain");
    assert_eq!(entry.actor, SAM);
    assert_eq!(entry.detail["request"], "slow");

    let unknown = explain(&test, "2", "never").await;
    assert_eq!(unknown["explanations"], Value::Null);
    assert_eq!(unknown["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(
        unknown["userErrors"][0]["path"],
        json!(["input", "requestId"])
    );
    // Prepared statements outlive transactions; none is left.
    let left = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'coach%'";
    assert_eq!(test.number(left).await, 0);
}

#[tokio::test]
async fn a_change_is_not_run_again_and_its_side_effects_are_followed() {
    let test = TestApp::start().await;
    let today = day(&test, MAYA, "2026-03-18").await;
    let workout = &today["workouts"][0]["id"];
    let input = json!({ "idempotencyKey": "one", "scheduledWorkoutId": workout });
    let mutation = read_operation("CompleteWorkout");
    let variables = json!({ "input": input });
    let answer = send_blocked(&test, "workout_completion", "slow", &mutation, variables).await;
    assert_eq!(answer["data"]["completeWorkout"]["userErrors"], json!([]));

    let found = trace(&test, "slow").await;
    assert_eq!(found["operationType"], "mutation");
    let texts = found["statements"].as_array().expect("statements").iter();
    let texts: Vec<_> = texts.filter_map(|it| it["sql"].as_str()).collect();
    assert!(
        texts.contains(&"BEGIN") && texts.contains(&"COMMIT"),
        "{texts:#?}"
    );
    let effect = &found["sideEffects"][0];
    assert_eq!(effect["kind"], "event.workout-completed");
    assert_eq!(effect["queue"], "events");
    assert_eq!(effect["state"], "UNSENT");

    let payload = explain(&test, "1", "slow").await;
    let explanations = payload["explanations"].as_array().expect("a list");
    assert_eq!(explanations.len(), texts.len());
    for explanation in explanations {
        let sql = explanation["sql"].as_str().expect("a text");
        if sql.contains("INSERT") {
            assert_eq!(explanation["skipped"], "it writes or locks rows", "{sql}");
            assert_eq!(explanation["plan"], Value::Null);
        }
    }

    // Sent; done by one consumer, and then given up by another; given back.
    let message = effect["messageId"].as_str().expect("an id");
    let state = async || trace(&test, "slow").await["sideEffects"][0]["state"].clone();
    assert_eq!(test.take_outbox_kinds().await, ["event.workout-completed"]);
    assert_eq!(state().await, "SENT");
    let done = format!("INSERT INTO inbox (envelope_id, consumer) VALUES ('{message}', 'test')");
    test.execute(&done).await;
    assert_eq!(state().await, "DONE");
    let dead = format!(
        "INSERT INTO queue_message (queue, body, sent_at, visible_at, receives)
         VALUES ('events', '{{\"id\": \"{message}\"}}', now(), '2026-01-01', 5)"
    );
    test.execute(&dead).await;
    assert_eq!(state().await, "DEAD");
    test.execute("DELETE FROM queue_message").await;
    assert_eq!(state().await, "DONE");
}

#[tokio::test]
async fn a_failed_request_tells_which_statement_failed() {
    let test = TestApp::start().await;
    test.execute("ALTER TABLE favourite_recipe RENAME TO elsewhere")
        .await;
    send(&test, MAYA, "failed", FAVOURITES, json!({})).await;
    let found = trace(&test, "failed").await;
    assert_eq!(found["errorCodes"], json!(["INTERNAL_SERVER_ERROR"]));
    let statements = found["statements"].as_array().expect("statements");
    let failed = statements.iter().find(|it| it["errorCode"] == "42P01");
    let failed = failed.unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!(failed["rows"], Value::Null);
    let slow = test.graphql(SAM, SLOW, json!({})).await;
    let slow = slow.data()["slowRequests"].as_array().expect("a list");
    assert!(
        slow.iter().any(|it| it["requestId"] == "failed"),
        "{slow:#?}"
    );
}

#[tokio::test]
async fn a_request_that_is_given_up_tells_what_it_waited_for() {
    let timeouts = [
        ("COACH_TIMEOUT_EXECUTION", "700ms"),
        ("COACH_TIMEOUT_STATEMENT", "600ms"),
    ];
    let test = TestApp::with_env(&timeouts).await;
    let answer = send_blocked(&test, "favourite_recipe", "slow", FAVOURITES, json!({})).await;
    let found = trace(&test, "slow").await;
    if answer["errors"].is_array() {
        assert_eq!(found["errorCodes"], json!(["TIMEOUT"]), "{answer:#}");
    }
    let sql = slowest(&found)["sql"].as_str().expect("a text");
    assert!(sql.contains("favourite_recipe"), "{found:#}");
}

#[tokio::test]
async fn nobody_but_staff_sees_any_of_it() {
    let test = TestApp::start().await;
    send(&test, MAYA, "hers", FAVOURITES, json!({})).await;
    let input = json!({ "idempotencyKey": "1", "requestId": "hers" });
    for (email, code) in [(MAYA, "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        for (query, variables) in [
            (TRACE, json!({ "id": "hers" })),
            (SLOW, json!({})),
            (EXPLAIN, json!({ "input": input })),
        ] {
            let answer = test.graphql(email, query, variables).await;
            assert_eq!(answer.codes(), [code], "{query}");
        }
    }
    let entries = audit::newest(&*test.pool, 10).await.expect("found");
    assert_eq!(entries, []);
}

#[tokio::test]
async fn a_flood_of_fast_requests_does_not_push_out_a_slow_one() {
    // On a busy machine requests take long; the one that is blocked takes longer.
    let few = [
        ("COACH_TRACE_REQUESTS", "10"),
        ("COACH_SLOW_REQUEST", "600ms"),
    ];
    let test = TestApp::with_env(&few).await;
    send_blocked(&test, "favourite_recipe", "slow", FAVOURITES, json!({})).await;
    for number in 0..40 {
        let id = format!("flood-{number}");
        send(&test, MAYA, &id, "{ __typename }", json!({})).await;
    }
    assert!(trace(&test, "slow").await["durationMs"].is_f64());
    assert_eq!(trace(&test, "flood-0").await, Value::Null);
    assert!(trace(&test, "flood-39").await["durationMs"].is_f64());
}

#[tokio::test]
async fn browsers_see_where_the_time_went_in_development_alone() {
    let dev = TestApp::in_dev_mode(&[]).await;
    let response = request(&dev, MAYA, "1", FAVOURITES, json!({})).await;
    let timing = response.headers()["server-timing"].to_str().expect("text");
    for part in [
        "total;dur=",
        "prepare;dur=",
        "execute;dur=",
        "db;dur=",
        "pool;dur=",
    ] {
        assert!(timing.contains(part), "{timing}");
    }
    let test = TestApp::start().await;
    let response = request(&test, MAYA, "1", FAVOURITES, json!({})).await;
    assert!(!response.headers().contains_key("server-timing"));
}

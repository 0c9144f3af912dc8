//! Concurrent requests for one member. `tests/mutants` removes locks and constraints, and shows that these tests fail
//! without them.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{change, day::meal, keyed, plan};
use crate::harness::{
    GraphqlResponse, TestApp,
    member::{CHEN, MAYA, RAVI, UNREGISTERED},
};

/// The number of concurrent requests, which is less than the number of connections in the pool.
const CALLS: usize = 8;

/// Sends inputs concurrently.
async fn race(
    test: &TestApp,
    email: &str,
    operation: &str,
    inputs: impl IntoIterator<Item = Value>,
) -> Vec<GraphqlResponse> {
    // Opens the pool's connections, so that the requests really start at the same time.
    let reads = (0..CALLS).map(|_| test.graphql(email, "{ me { id } }", json!({})));
    join_all(reads).await;
    let calls = inputs
        .into_iter()
        .map(|input| change(test, email, operation, input));
    join_all(calls).await
}

/// Fails unless one succeeded and all others failed with this code.
fn assert_one_succeeded(answers: &[GraphqlResponse], code: &str) {
    let done = |answer: &&GraphqlResponse| answer.payload()["userErrors"] == json!([]);
    let refused = answers.iter().filter(|answer| !done(answer));
    assert!(refused.clone().all(|answer| answer.user_error().0 == code));
    assert_eq!(refused.count(), answers.len() - 1);
}

/// Fails unless all have the same payload.
fn assert_all_the_same(answers: &[GraphqlResponse]) {
    for answer in answers {
        assert_eq!(answer.success(), answers[0].success());
    }
}

/// Inputs with different keys, or with the same key.
fn inputs(same_key: bool, input: &Value) -> Vec<Value> {
    let key = |number: usize| if same_key { 0 } else { number };
    let keyed = (0..CALLS).map(|number| keyed(&key(number).to_string(), input.clone()));
    keyed.collect()
}

/// How many rows a member has that meet a condition.
async fn rows(test: &TestApp, email: &str, table: &str, condition: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM {table} t JOIN member m ON m.id = t.member_id
         WHERE m.subject = '{email}' AND {condition}"
    );
    test.number(&sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_plans_one_starts() {
    for same_key in [false, true] {
        let test = TestApp::start().await;
        let inputs = inputs(same_key, &json!({}));
        let answers = race(&test, RAVI, "StartPlan", inputs).await;
        // The rows first, since they matter most.
        assert_eq!(rows(&test, RAVI, "plan", "status = 'ACTIVE'").await, 1);
        assert_eq!(rows(&test, RAVI, "plan", "true").await, 2);
        assert_eq!(rows(&test, RAVI, "cycle", "true").await, 2);
        assert_eq!(test.number("SELECT count(*) FROM idempotency_key").await, 1);
        assert_eq!(test.take_outbox().await.len(), 3);
        if same_key {
            assert_all_the_same(&answers);
        } else {
            assert_one_succeeded(&answers, "ACTIVE_PLAN_EXISTS");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_check_ins_one_counts() {
    for same_key in [false, true] {
        let test = TestApp::start().await;
        let cycle = plan(&test, CHEN).await["currentCycle"]["id"].clone();
        let input = json!({ "cycleId": cycle, "energy": 4, "sleep": 4 });
        let answers = race(&test, CHEN, "SubmitCheckIn", inputs(same_key, &input)).await;
        assert_eq!(rows(&test, CHEN, "check_in", "true").await, 1);
        assert_eq!(rows(&test, CHEN, "cycle", "true").await, 2);
        assert_eq!(rows(&test, CHEN, "cycle", "closed_on IS NULL").await, 1);
        assert_eq!(test.number("SELECT count(*) FROM idempotency_key").await, 1);
        assert_eq!(test.take_outbox().await.len(), 4);
        if same_key {
            assert_all_the_same(&answers);
        } else {
            assert_one_succeeded(&answers, "CHECK_IN_EXISTS");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_registrations_one_counts() {
    for same_key in [false, true] {
        let test = TestApp::start().await;
        let input = json!({
            "displayName": "Noa Berg", "locale": "nb-NO", "timeZone": "Europe/Oslo",
            "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
        });
        let answers = race(
            &test,
            UNREGISTERED,
            "RegisterMember",
            inputs(same_key, &input),
        )
        .await;
        let members = format!("SELECT count(*) FROM member WHERE subject = '{UNREGISTERED}'");
        assert_eq!(test.number(&members).await, 1);
        assert_eq!(
            rows(&test, UNREGISTERED, "member_preferences", "true").await,
            1
        );
        assert_eq!(test.number("SELECT count(*) FROM idempotency_key").await, 1);
        assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
        if same_key {
            assert_all_the_same(&answers);
        } else {
            assert_one_succeeded(&answers, "ALREADY_REGISTERED");
        }
    }
}

/// Each change reads all preferences and writes them back: none may be lost. In any order, the next cycle has nothing
/// that is excluded.
#[tokio::test(flavor = "multi_thread")]
async fn preferences_that_change_during_a_check_in_are_all_kept() {
    let test = TestApp::start().await;
    let cycle = plan(&test, CHEN).await["currentCycle"]["id"].clone();
    let changes = [
        json!({ "diet": "VEGAN" }),
        json!({ "allergens": ["SOY", "NUTS", "GLUTEN"] }),
        json!({ "level": "ADVANCED" }),
        json!({ "daysPerWeek": 5 }),
        json!({ "goal": "BUILD_STRENGTH" }),
        json!({ "units": "IMPERIAL" }),
        json!({ "locale": "de-AT" }),
    ];
    let changes = changes.into_iter().zip(1..);
    let changes = changes.map(|(change, number)| keyed(&number.to_string(), change));
    let check_in = json!({ "cycleId": cycle, "energy": 3, "sleep": 3 });
    let (changed, submitted) = tokio::join!(
        race(&test, CHEN, "UpdatePreferences", changes),
        change(&test, CHEN, "SubmitCheckIn", keyed("0", check_in)),
    );
    for answer in &changed {
        answer.success();
    }
    submitted.success();
    assert_eq!(test.take_outbox().await.len(), 4);
    let query = "{ me { locale units preferences { goal level diet allergens daysPerWeek }
        plan { currentCycle { number days { meals { recipe { diets allergens } } } } } } }";
    let answer = test.graphql(CHEN, query, json!({})).await;
    let mut me = answer.data()["me"].clone();
    let cycle = me["plan"]["currentCycle"].take();
    assert_eq!(
        me,
        json!({
            "locale": "de-AT", "units": "IMPERIAL", "plan": { "currentCycle": null },
            "preferences": {
                "goal": "BUILD_STRENGTH", "level": "ADVANCED", "diet": "VEGAN",
                "allergens": ["GLUTEN", "SOY", "NUTS"], "daysPerWeek": 5,
            },
        })
    );
    assert_eq!(cycle["number"], 2);
    let days = cycle["days"].as_array().expect("days").iter();
    let meals: Vec<_> = days
        .flat_map(|day| day["meals"].as_array().expect("meals"))
        .collect();
    assert_eq!(meals.len(), 28 * 4);
    for meal in meals {
        let of = |list: &str| meal["recipe"][list].as_array().expect(list).clone();
        assert!(of("diets").contains(&json!("VEGAN")), "{meal}");
        let excluded = [json!("SOY"), json!("NUTS"), json!("GLUTEN")];
        assert!(
            !of("allergens").iter().any(|it| excluded.contains(it)),
            "{meal}"
        );
    }
    assert_eq!(rows(&test, CHEN, "cycle", "closed_on IS NULL").await, 1);
}

/// In any order, nothing that the preferences exclude is served. The lock decides only about the result of the swap:
/// reads check the preferences again.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_during_a_change_of_preferences_serves_nothing_that_is_excluded() {
    let test = TestApp::start().await;
    for round in 0..12 {
        let lunch = meal(&test, "LUNCH").await;
        let query = "query Offered($id: ID!) { node(id: $id) { ... on PlannedMeal {
            alternatives(first: 50) { nodes { id allergens } } } } }";
        let offered = test
            .graphql(MAYA, query, json!({ "id": lunch["id"] }))
            .await;
        let offered = &offered.data()["node"]["alternatives"]["nodes"];
        let offered = offered.as_array().expect("nodes").iter();
        let has_milk = |recipe: &&Value| recipe["allergens"].to_string().contains("MILK");
        let cheesy = offered.clone().find(has_milk).expect("one with milk");
        let swap = json!({ "plannedMealId": lunch["id"], "recipeId": cheesy["id"] });
        let without = json!({ "allergens": ["NUTS", "MILK"] });
        let (swapped, changed) = tokio::join!(
            change(&test, MAYA, "SwapMeal", keyed(&format!("s{round}"), swap)),
            change(
                &test,
                MAYA,
                "UpdatePreferences",
                keyed(&format!("p{round}"), without)
            ),
        );
        changed.success();
        if swapped.payload()["userErrors"] != json!([]) {
            assert_eq!(swapped.user_error().0, "NOT_ALLOWED_BY_ALLERGENS");
        }
        let query =
            "{ me { plan { currentCycle { today { meals { recipe { id allergens } } } } } } }";
        let today = test.graphql(MAYA, query, json!({})).await;
        let meals = today.data()["me"]["plan"]["currentCycle"]["today"]["meals"].to_string();
        assert!(
            meals.contains("allergens") && !meals.contains("MILK"),
            "{meals}"
        );
        // Restores the state for the next round.
        let back = json!({ "allergens": ["NUTS"] });
        change(
            &test,
            MAYA,
            "UpdatePreferences",
            keyed(&format!("b{round}"), back),
        )
        .await
        .success();
        let reset = json!({ "plannedMealId": lunch["id"] });
        change(&test, MAYA, "ResetMeal", keyed(&format!("r{round}"), reset))
            .await
            .success();
    }
}

/// Either the plan starts before the account is deleted, or it does not start at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_starts_while_the_account_is_deleted_starts_whole_or_not_at_all() {
    for _ in 0..6 {
        let test = TestApp::start().await;
        let (started, deleted) = tokio::join!(
            change(&test, RAVI, "StartPlan", keyed("start", json!({}))),
            change(&test, RAVI, "DeleteAccount", keyed("delete", json!({}))),
        );
        assert!(deleted.success()["finalAt"].is_string());
        let done = started.payload()["userErrors"] == json!([]);
        if !done {
            assert_eq!(started.user_error().0, "DELETION_REQUESTED");
        }
        let new = i64::from(done);
        assert_eq!(rows(&test, RAVI, "plan", "status = 'ACTIVE'").await, new);
        assert_eq!(rows(&test, RAVI, "cycle", "true").await, 1 + new);
        assert_eq!(test.take_outbox().await.len(), if done { 3 } else { 0 });
        let keys = test.number("SELECT count(*) FROM idempotency_key").await;
        assert_eq!(keys, 1 + new);
        // Later requests are rejected in either case.
        let late = change(&test, RAVI, "StartPlan", keyed("late", json!({}))).await;
        assert_eq!(late.user_error().0, "DELETION_REQUESTED");
    }
}

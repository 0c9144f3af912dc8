//! How many SQL statements each of the app's operations takes.

use serde_json::{Value, json};

use crate::harness::{GraphqlResponse, TestApp, member, operations, read_operation};

pub(crate) async fn ids(test: &TestApp) -> (Value, Value) {
    let query = "{ recipes(first: 1) { nodes { id } } workouts(first: 1) { nodes { id } } }";
    let answer = test.graphql("", query, json!({})).await;
    let data = answer.data();
    (
        data["recipes"]["nodes"][0]["id"].clone(),
        data["workouts"]["nodes"][0]["id"].clone(),
    )
}

fn assert_within_budget(name: &str, answer: &GraphqlResponse, budget: usize) {
    let statements = &answer.statements;
    let list = statements.join("\n---\n");
    assert!(
        statements.len() <= budget,
        "{name} takes {} statements, not {budget}:\n{list}",
        statements.len()
    );
}

#[tokio::test]
async fn each_operation_keeps_its_budget() {
    let test = TestApp::start().await;
    let (recipe, workout) = ids(&test).await;
    for (name, variables, budget) in operations(&recipe, &workout) {
        let answer = test
            .graphql(member::MAYA, &read_operation(name), variables)
            .await;
        answer.data();
        assert_within_budget(name, &answer, budget);
    }
}

/// BEGIN and COMMIT are not counted. Every change takes four statements: it locks the member's row, looks up the
/// idempotency key, reads the member, and stores the key. One more writes to the outbox if there are messages, and one
/// reads the member again for the payload.
#[tokio::test]
async fn each_change_keeps_its_budget() {
    let test = TestApp::start().await;
    let first = async |email, query: &str, path: &str| {
        let answer = test.graphql(email, query, json!({})).await;
        let id = answer.data().pointer(path).cloned();
        id.unwrap_or_else(|| panic!("{path} in {answer:#?}"))
    };
    let workout = "{ me { plan { id currentCycle { id today { workouts { id } } } } } }";
    let check_in = "{ me { checkIns(first: 1) { nodes { id } } } }";
    let cycle = "/me/plan/currentCycle/id";
    let changes = [
        (
            "RegisterMember",
            member::UNREGISTERED,
            json!({
                "displayName": "Noa", "locale": "nb-NO", "timeZone": "Europe/Oslo",
                "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
            }),
            10,
        ),
        (
            "UpdatePreferences",
            member::NORA,
            json!({ "diet": "VEGAN", "units": "IMPERIAL" }),
            9,
        ),
        ("StartPlan", member::RAVI, json!({}), 12),
        (
            "CompleteWorkout",
            member::MAYA,
            json!({ "scheduledWorkoutId": first(member::MAYA, workout, "/me/plan/currentCycle/today/workouts/0/id").await }),
            11,
        ),
        (
            "EndPlan",
            member::MAYA,
            json!({ "planId": first(member::MAYA, workout, "/me/plan/id").await }),
            10,
        ),
        (
            "SubmitCheckIn",
            member::CHEN,
            json!({ "cycleId": first(member::CHEN, workout, cycle).await, "energy": 4, "sleep": 4 }),
            16,
        ),
        (
            "CorrectCheckIn",
            member::THEO,
            json!({ "checkInId": first(member::THEO, check_in, "/me/checkIns/nodes/0/id").await, "energy": 4 }),
            10,
        ),
    ];
    for (name, email, mut input, budget) in changes {
        input["idempotencyKey"] = name.into();
        let variables = json!({ "input": input });
        let answer = test
            .graphql(email, &read_operation(name), variables.clone())
            .await;
        answer.success();
        assert_within_budget(name, &answer, budget);
        // A repeated call only locks the row, looks up the key, and reads what the payload has.
        let again = test.graphql(email, &read_operation(name), variables).await;
        again.success();
        assert!(again.statements.len() < answer.statements.len(), "{name}");
    }
    test.take_outbox().await;
}

#[tokio::test]
async fn the_statements_of_today() {
    let test = TestApp::start().await;
    let answer = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    // Statements that run concurrently may be sent in either order.
    let mut statements: Vec<_> = answer
        .statements
        .iter()
        .map(|sql| collapse_whitespace(sql))
        .collect();
    statements.sort();
    insta::assert_snapshot!("today_statements", statements.join("\n\n"));
}

fn collapse_whitespace(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_cold_catalogue_costs_four_statements() {
    let test = TestApp::start().await;
    test.app.catalogue.clear();
    let cold = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    cold.data();
    assert_within_budget("Today, cold", &cold, 6);
    assert!(cold.statements.len() > 2, "it was not cold");
}

#[tokio::test]
async fn the_calendar_costs_no_more_than_today() {
    let test = TestApp::start().await;
    let today = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    let calendar = test
        .graphql(member::MAYA, &read_operation("CycleCalendar"), json!({}))
        .await;
    let days = calendar.data()["me"]["plan"]["currentCycle"]["days"]
        .as_array()
        .expect("days");
    assert_eq!(days.len(), 28);
    assert!(
        calendar.statements.len() <= today.statements.len(),
        "{:#?}",
        calendar.statements
    );
}

#[tokio::test]
async fn an_anonymous_search_takes_one_statement() {
    let test = TestApp::start().await;
    let query = "{ recipes(filter: { text: \"oat\", slots: [BREAKFAST] }, first: 100) { nodes { title ingredients { name } } } }";
    let answer = test.graphql("", query, json!({})).await;
    assert!(
        !answer.data()["recipes"]["nodes"]
            .as_array()
            .expect("nodes")
            .is_empty()
    );
    assert_within_budget("recipes", &answer, 1);
}

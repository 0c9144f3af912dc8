//! How many SQL statements each of the app's reads takes.

use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, member, named, operations};

async fn ids(test: &TestApp) -> (Value, Value) {
    let query = "{ recipes(first: 1) { nodes { id } } workouts(first: 1) { nodes { id } } }";
    let answer = test.ask("", query, json!({})).await;
    let data = answer.data();
    (
        data["recipes"]["nodes"][0]["id"].clone(),
        data["workouts"]["nodes"][0]["id"].clone(),
    )
}

fn assert_within(name: &str, answer: &Answer, budget: usize) {
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
        let answer = test.ask(member::MAYA, &named(name), variables).await;
        if name != "LiveStream" {
            answer.data();
        }
        assert_within(name, &answer, budget);
    }
}

#[tokio::test]
async fn the_statements_of_today() {
    let test = TestApp::start().await;
    let answer = test.ask(member::MAYA, &named("Today"), json!({})).await;
    // What is loaded together may be sent in either order.
    let mut statements: Vec<_> = answer.statements.iter().map(|sql| squeezed(sql)).collect();
    statements.sort();
    insta::assert_snapshot!("today_statements", statements.join("\n\n"));
}

fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_cold_catalogue_costs_four_statements() {
    let test = TestApp::start().await;
    test.app.catalogue.clear();
    let cold = test.ask(member::MAYA, &named("Today"), json!({})).await;
    cold.data();
    assert_within("Today, cold", &cold, 11);
    assert!(cold.statements.len() > 7, "it was not cold");
}

#[tokio::test]
async fn the_calendar_costs_no_more_than_today() {
    let test = TestApp::start().await;
    let today = test.ask(member::MAYA, &named("Today"), json!({})).await;
    let calendar = test
        .ask(member::MAYA, &named("CycleCalendar"), json!({}))
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
    let answer = test.ask("", query, json!({})).await;
    assert!(
        !answer.data()["recipes"]["nodes"]
            .as_array()
            .expect("nodes")
            .is_empty()
    );
    assert_within("recipes", &answer, 1);
}

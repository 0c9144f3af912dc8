//! Renewing the seed's demo members when their cycles have ended.

use chrono::TimeDelta;
use coach_content::seed;
use serde_json::json;

use crate::harness::{TestApp, member, read_operation};

#[tokio::test]
async fn demo_members_are_renewed_when_their_cycle_has_passed() {
    let test = TestApp::start().await;
    let query = "{ me { plan { currentCycle { checkInDue today { number } } } } }";
    let before = test.graphql(member::MAYA, query, json!({})).await;
    test.advance(TimeDelta::days(40));
    let expired = test.graphql(member::MAYA, query, json!({})).await;
    assert_eq!(
        expired.data()["me"]["plan"]["currentCycle"],
        json!({ "checkInDue": true, "today": null })
    );

    seed::renew(&test.pool, &*test.clock)
        .await
        .expect("renewed");
    let after = test.graphql(member::MAYA, query, json!({})).await;
    assert_eq!(after.data(), before.data());
    test.graphql(member::THEO, &read_operation("Today"), json!({}))
        .await
        .data();

    // Renewing again changes nothing.
    let first = test
        .graphql(member::MAYA, "{ me { plan { id } } }", json!({}))
        .await;
    seed::renew(&test.pool, &*test.clock)
        .await
        .expect("renewed");
    let second = test
        .graphql(member::MAYA, "{ me { plan { id } } }", json!({}))
        .await;
    assert_eq!(first.data(), second.data());
}

#[tokio::test]
async fn seeding_twice_changes_nothing_and_a_strange_database_is_refused() {
    use sea_orm::ConnectionTrait as _;
    let test = TestApp::start().await;
    let count = async || {
        let answer = test.graphql("", "{ recipes(first: 100) { nodes { id } } exercises(first: 100) { nodes { id } } workouts(first: 100) { nodes { id } } }", json!({})).await;
        let data = answer.data().clone();
        ["recipes", "exercises", "workouts"]
            .map(|list| data[list]["nodes"].as_array().map_or(0, Vec::len))
    };
    let before = count().await;
    assert!(
        before[0] >= 60 && before[1] >= 60 && before[2] >= 30,
        "{before:?}"
    );
    seed::seed(&test.pool, &*test.clock)
        .await
        .expect("seeded again");
    assert_eq!(count().await, before);

    test.pool
        .execute_unprepared("CREATE TABLE invoices (id int)")
        .await
        .expect("a table");
    let refused = seed::seed(&test.pool, &*test.clock)
        .await
        .expect_err("not our database");
    assert!(refused.to_string().contains("invoices"), "{refused}");
}

//! What viewers see: anonymous, not registered, without a plan, with a lapsed subscription, and staff.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{TestApp, member, read_operation};

#[tokio::test]
async fn who_is_not_registered_has_no_member_but_the_catalogue() {
    let test = TestApp::start().await;
    let answer = test
        .graphql(member::UNREGISTERED, &read_operation("Today"), json!({}))
        .await;
    assert_eq!(answer.data(), &json!({ "me": null }));
    let recipes = test
        .graphql(
            member::UNREGISTERED,
            "{ recipes(first: 1) { nodes { title isFavourite } } }",
            json!({}),
        )
        .await;
    assert_eq!(recipes.data()["recipes"]["nodes"][0]["isFavourite"], false);
}

#[tokio::test]
async fn who_is_not_signed_in_gets_unauthenticated() {
    let test = TestApp::start().await;
    let answer = test.graphql("", "{ me { id } }", json!({})).await;
    assert_eq!(
        (answer.status, answer.codes()),
        (294, vec!["UNAUTHENTICATED"])
    );
    let open = test
        .graphql("", "{ recipes(first: 1) { nodes { title } } }", json!({}))
        .await;
    assert_eq!(open.status, 200);
}

#[tokio::test]
async fn staff_alone_sees_members_by_id() {
    let test = TestApp::start().await;
    let me = test.graphql(member::MAYA, "{ me { id } }", json!({})).await;
    let id = me.data()["me"]["id"].clone();
    let query = "query ($id: ID!) { member(id: $id) { displayName plan { currentCycle { number today { number } } } } }";
    let refused = test.graphql(member::DANI, query, json!({ "id": id })).await;
    assert_eq!(refused.codes(), ["FORBIDDEN"]);
    let staff = test.graphql(member::SAM, query, json!({ "id": id })).await;
    assert_eq!(
        staff.data()["member"]["plan"]["currentCycle"]["today"]["number"],
        12
    );
}

#[tokio::test]
async fn members_without_a_plan_have_none() {
    let test = TestApp::start().await;
    let answer = test
        .graphql(member::NORA, &read_operation("Today"), json!({}))
        .await;
    assert_eq!(answer.data()["me"]["plan"], Value::Null);
}

#[tokio::test]
async fn the_states_of_the_demo_members() {
    let test = TestApp::start().await;
    let query = "{ me { access plan { currentCycle { number checkInDue today { number } progress { daysElapsed } } } checkIns { nodes { id } } } }";
    for (email, number, day, due, check_ins) in [
        (member::DANI, 1, json!(1), false, 0),
        (member::MAYA, 1, json!(12), false, 0),
        (member::CHEN, 1, Value::Null, true, 0),
        (member::THEO, 3, json!(null), false, 2),
    ] {
        let answer = test.graphql(email, query, json!({})).await;
        let me = &answer.data()["me"];
        let cycle = &me["plan"]["currentCycle"];
        assert_eq!(cycle["number"], number, "{email}");
        assert_eq!(cycle["checkInDue"], due, "{email}");
        assert_eq!(
            me["checkIns"]["nodes"].as_array().map(Vec::len),
            Some(check_ins),
            "{email}"
        );
        let today = &cycle["today"]["number"];
        assert!(
            *today == day || email == member::THEO && today.is_number(),
            "{email}: {today}"
        );
    }
}

#[tokio::test]
async fn a_lapsed_member_keeps_history_and_profile_but_no_days_ahead() {
    let test = TestApp::start().await;
    let today = test
        .graphql(member::LARA, &read_operation("Today"), json!({}))
        .await;
    assert_eq!(today.codes(), ["SUBSCRIPTION_REQUIRED"]);
    assert_eq!(today.body["data"]["me"]["access"], "LAPSED");
    assert_eq!(
        today.body["data"]["me"]["plan"]["currentCycle"]["today"],
        Value::Null
    );

    let cycle = today.body["data"]["me"]["plan"]["currentCycle"].clone();
    assert!(cycle["number"].is_number());
    let query = "query ($from: Date, $to: Date) { me { plan { currentCycle { days(from: $from, to: $to) { date meals { id } } } } } }";
    let past = test
        .graphql(member::LARA, query, json!({ "to": "2026-03-16" }))
        .await;
    let days = past.data()["me"]["plan"]["currentCycle"]["days"]
        .as_array()
        .expect("days");
    assert!(!days.is_empty());
    for (from, to) in [
        (None, None),
        (Some("2026-03-18"), Some("2026-03-18")),
        (Some("2026-03-25"), None),
    ] {
        let future = test
            .graphql(member::LARA, query, json!({ "from": from, "to": to }))
            .await;
        assert_eq!(future.codes(), ["SUBSCRIPTION_REQUIRED"], "{from:?} {to:?}");
    }
    let profile = test
        .graphql(member::LARA, &read_operation("Profile"), json!({}))
        .await;
    assert_eq!(profile.data()["me"]["subscription"]["access"], "LAPSED");
    test.graphql(
        member::LARA,
        &read_operation("CheckInHistory"),
        json!({ "first": 5 }),
    )
    .await
    .data();
}

#[tokio::test]
async fn a_cycle_has_28_days_and_then_waits_for_its_check_in() {
    let test = TestApp::start().await;
    let query = "{ me { plan { currentCycle { checkInDue checkInOpensOn endsOn today { number date } } } } }";
    // Maya is on day 12 of her cycle.
    for (days, number, due) in [
        (0, json!(12), false),
        (16, json!(28), false),
        (17, Value::Null, true),
    ] {
        test.advance(TimeDelta::days(days));
        let answer = test.graphql(member::MAYA, query, json!({})).await;
        let cycle = answer.data()["me"]["plan"]["currentCycle"].clone();
        let today = cycle["today"].get("number").cloned().unwrap_or(Value::Null);
        assert_eq!(
            (today, &cycle["checkInDue"]),
            (number, &json!(due)),
            "after {days} days"
        );
        test.advance(-TimeDelta::days(days));
    }
}

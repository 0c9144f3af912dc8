//! What all mutations have in common: authorization, and the idempotency key.

use serde_json::{Value, json};

use super::{assert_no_effect, change, keyed, plan};
use crate::harness::{
    TestApp,
    member::{CHEN, MAYA, RAVI, THEO, UNREGISTERED},
};

struct Case {
    operation: &'static str,
    email: &'static str,
    input: Value,
    /// Other valid arguments.
    other: Value,
    /// The number of messages that it enqueues.
    enqueues: usize,
}

async fn cases(test: &TestApp) -> Vec<Case> {
    let mayas = plan(test, MAYA).await["id"].clone();
    let chens = plan(test, CHEN).await["currentCycle"]["id"].clone();
    let query = "{ me { checkIns(first: 1) { nodes { id } } } }";
    let theos = test.graphql(THEO, query, json!({})).await;
    let theos = theos.data()["me"]["checkIns"]["nodes"][0]["id"].clone();
    let newcomer = |units| {
        json!({
            "displayName": "Noa Berg", "locale": "nb-NO", "timeZone": "Europe/Oslo", "units": units,
            "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
        })
    };
    let case = |operation, email, input, other, enqueues| Case {
        operation,
        email,
        input,
        other,
        enqueues,
    };
    let before = "2026-03-18T11:00:00Z";
    vec![
        case(
            "RegisterMember",
            UNREGISTERED,
            newcomer("METRIC"),
            newcomer("IMPERIAL"),
            1,
        ),
        case(
            "StartPlan",
            RAVI,
            json!({}),
            json!({ "occurredAt": before }),
            3,
        ),
        case(
            "UpdatePreferences",
            MAYA,
            json!({ "level": "ADVANCED" }),
            json!({ "level": "ADVANCED", "diet": "VEGAN" }),
            0,
        ),
        case(
            "EndPlan",
            MAYA,
            json!({ "planId": mayas }),
            json!({ "planId": mayas, "occurredAt": before }),
            0,
        ),
        case(
            "SubmitCheckIn",
            CHEN,
            json!({ "cycleId": chens, "energy": 3, "sleep": 3 }),
            json!({ "cycleId": chens, "energy": 3, "sleep": 4 }),
            4,
        ),
        // Absent and null are different arguments.
        case(
            "CorrectCheckIn",
            THEO,
            json!({ "checkInId": theos, "energy": 2 }),
            json!({ "checkInId": theos, "energy": 2, "notes": null }),
            0,
        ),
    ]
}

/// An operation that calls the same mutation and selects other fields.
fn other_operation(operation: &str) -> String {
    let mut field = operation.to_owned();
    field[..1].make_ascii_lowercase();
    let payload = match operation {
        "RegisterMember" | "UpdatePreferences" => "changed: member { key: id locale }",
        "StartPlan" | "EndPlan" => "changed: plan { key: id cycles { number } }",
        _ => "changed: checkIn { key: id energy cycle { startsOn } }",
    };
    format!(
        "mutation Again($input: {operation}Input!) {{
            done: {field}(input: $input) {{ __typename {payload} userErrors {{ code message path }} }}
        }}"
    )
}

fn object(payload: &Value) -> &Value {
    let names = ["changed", "member", "plan", "checkIn"];
    let found = names.iter().find_map(|name| payload.get(name));
    found.expect("what was changed")
}

#[tokio::test]
async fn a_key_does_it_once_and_stands_for_one_intention() {
    let test = TestApp::start().await;
    for case in cases(&test).await {
        let Case {
            operation, email, ..
        } = case;
        let input = keyed("once", case.input);
        let first = change(&test, email, operation, input.clone()).await;
        let id = object(first.success())["id"].clone();
        assert!(id.is_string(), "{operation}");
        assert_eq!(test.take_outbox().await.len(), case.enqueues, "{operation}");

        // The response was lost, and the client retries with another operation.
        let (query, variables) = (other_operation(operation), json!({ "input": input }));
        let again = test.graphql(email, &query, variables).await;
        assert_eq!(object(again.success())["key"], id, "{operation}");
        let repeated = change(&test, email, operation, input).await;
        assert_eq!(repeated.success(), first.success(), "{operation}");

        let other = keyed("once", case.other);
        let reused = change(&test, email, operation, other).await;
        let expected = ("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey".to_owned());
        assert_eq!(reused.user_error(), expected, "{operation}");
        assert_eq!(test.take_outbox().await, [], "{operation}");
        test.execute("DELETE FROM idempotency_key").await;
    }
}

#[tokio::test]
async fn a_key_is_its_owners_alone_and_one_for_all_changes() {
    let test = TestApp::start().await;
    let units = json!({ "units": "IMPERIAL" });
    for email in [MAYA, THEO] {
        let answer = change(&test, email, "UpdatePreferences", keyed("k", units.clone())).await;
        assert_eq!(answer.success()["member"]["units"], "IMPERIAL");
    }
    let plan = plan(&test, MAYA).await["id"].clone();
    let answer = change(
        &test,
        MAYA,
        "EndPlan",
        keyed("k", json!({ "planId": plan })),
    )
    .await;
    let expected = ("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey".to_owned());
    assert_eq!(answer.user_error(), expected);
    // A failed mutation does not use up the key.
    let answer = change(
        &test,
        MAYA,
        "EndPlan",
        keyed("l", json!({ "planId": "pln_" })),
    )
    .await;
    assert_eq!(answer.user_error().0, "NOT_FOUND");
    let answer = change(
        &test,
        MAYA,
        "EndPlan",
        keyed("l", json!({ "planId": plan })),
    )
    .await;
    answer.success();
}

#[tokio::test]
async fn who_is_not_signed_in_or_not_registered_changes_nothing() {
    let test = TestApp::start().await;
    for case in cases(&test).await {
        let input = keyed("1", case.input);
        let anonymous = change(&test, "", case.operation, input.clone()).await;
        assert_eq!(
            (anonymous.status, anonymous.codes()),
            (294, vec!["UNAUTHENTICATED"]),
            "{}",
            case.operation
        );
        if case.operation != "RegisterMember" {
            let stranger = change(&test, UNREGISTERED, case.operation, input).await;
            assert_eq!(
                stranger.user_error(),
                ("NOT_REGISTERED", String::new()),
                "{}",
                case.operation
            );
        }
    }
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn changes_of_one_request_see_each_other() {
    let test = TestApp::start().await;
    let plan = plan(&test, MAYA).await["id"].clone();
    let query = "mutation ($end: EndPlanInput!, $start: StartPlanInput!, $prefer: UpdatePreferencesInput!) {
        prefer: updatePreferences(input: $prefer) { member { preferences { diet } } }
        early: startPlan(input: $start) { plan { id } userErrors { code } }
        end: endPlan(input: $end) { plan { status } userErrors { code } }
        start: startPlan(input: $start) { plan { status } reasons userErrors { code } }
    }";
    let variables = json!({
        "prefer": keyed("1", json!({ "diet": "VEGAN" })),
        "end": keyed("2", json!({ "planId": plan })),
        "start": keyed("3", json!({})),
    });
    let answer = test.graphql(MAYA, query, variables).await;
    let data = answer.data();
    assert_eq!(data["prefer"]["member"]["preferences"]["diet"], "VEGAN");
    assert_eq!(
        data["early"]["userErrors"],
        json!([{ "code": "ACTIVE_PLAN_EXISTS" }])
    );
    assert_eq!(data["end"]["plan"]["status"], "ENDED");
    assert_eq!(data["start"]["plan"]["status"], "ACTIVE");
    assert_eq!(
        data["start"]["reasons"][3],
        "Its meals are vegan, as you eat."
    );
    assert_eq!(test.take_outbox().await.len(), 3);
}

#[tokio::test]
async fn a_key_is_up_to_255_characters_of_printable_ascii() {
    let test = TestApp::start().await;
    let recipe = test
        .graphql("", "{ recipes(first: 1) { nodes { id } } }", json!({}))
        .await;
    let recipe = &recipe.data()["recipes"]["nodes"][0]["id"];
    let favour = |key: &str, is: bool| {
        let input = json!({ "recipeId": recipe, "isFavourite": is });
        change(&test, MAYA, "SetFavouriteRecipe", keyed(key, input))
    };
    let printable: String = (' '..='~').collect();
    let longest = "k".repeat(255);
    for key in [printable.as_str(), &longest, " "] {
        favour(key, true).await.success();
        favour(key, true).await.success();
        assert_eq!(
            favour(key, false).await.user_error().0,
            "IDEMPOTENCY_KEY_REUSED",
            "{key}"
        );
    }
    let too_long = "k".repeat(256);
    for key in ["", "a\tb", "a\u{7f}", "clé", "🍕", &too_long] {
        let answer = favour(key, true).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{key:?}: {answer:#?}");
    }
    let stored = super::rows::count(&test, "idempotency_key").await;
    assert_eq!(stored, 3);
}

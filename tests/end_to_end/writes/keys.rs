//! What all of these changes have in common: who may ask, and what a key is good for.

use serde_json::{Value, json};

use super::{assert_nothing_done, change, keyed, plan};
use crate::harness::{
    TestApp,
    member::{CHEN, MAYA, NOBODY, RAVI, THEO},
};

struct Case {
    operation: &'static str,
    email: &'static str,
    input: Value,
    /// Other arguments that would do as well.
    other: Value,
    /// How many side effects it owes.
    owes: usize,
}

async fn cases(test: &TestApp) -> Vec<Case> {
    let mayas = plan(test, MAYA).await["id"].clone();
    let chens = plan(test, CHEN).await["currentCycle"]["id"].clone();
    let query = "{ me { checkIns(first: 1) { nodes { id } } } }";
    let theos = test.ask(THEO, query, json!({})).await;
    let theos = theos.data()["me"]["checkIns"]["nodes"][0]["id"].clone();
    let newcomer = |units| {
        json!({
            "displayName": "Noa Berg", "locale": "nb-NO", "timeZone": "Europe/Oslo", "units": units,
            "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
        })
    };
    let case = |operation, email, input, other, owes| Case {
        operation,
        email,
        input,
        other,
        owes,
    };
    let before = "2026-03-18T11:00:00Z";
    vec![
        case(
            "RegisterMember",
            NOBODY,
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
        // Absent and null are two things.
        case(
            "CorrectCheckIn",
            THEO,
            json!({ "checkInId": theos, "energy": 2 }),
            json!({ "checkInId": theos, "energy": 2, "notes": null }),
            0,
        ),
    ]
}

/// The same field, without variables' names in the way, selecting something else.
fn otherwise(operation: &str) -> String {
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
        let id = object(first.done())["id"].clone();
        assert!(id.is_string(), "{operation}");
        assert_eq!(test.owed().await.len(), case.owes, "{operation}");

        // The phone did not hear of it, and asks again, by now for something else.
        let (query, variables) = (otherwise(operation), json!({ "input": input }));
        let again = test.ask(email, &query, variables).await;
        assert_eq!(object(again.done())["key"], id, "{operation}");
        let repeated = change(&test, email, operation, input).await;
        assert_eq!(repeated.done(), first.done(), "{operation}");

        let other = keyed("once", case.other);
        let reused = change(&test, email, operation, other).await;
        let expected = ("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey".to_owned());
        assert_eq!(reused.refusal(), expected, "{operation}");
        assert_eq!(test.owed().await, [], "{operation}");
        test.execute("DELETE FROM idempotency_key").await;
    }
}

#[tokio::test]
async fn a_key_is_its_owners_alone_and_one_for_all_changes() {
    let test = TestApp::start().await;
    let units = json!({ "units": "IMPERIAL" });
    for email in [MAYA, THEO] {
        let answer = change(&test, email, "UpdatePreferences", keyed("k", units.clone())).await;
        assert_eq!(answer.done()["member"]["units"], "IMPERIAL");
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
    assert_eq!(answer.refusal(), expected);
    // A refusal leaves the key free.
    let answer = change(
        &test,
        MAYA,
        "EndPlan",
        keyed("l", json!({ "planId": "pln_" })),
    )
    .await;
    assert_eq!(answer.refusal().0, "NOT_FOUND");
    let answer = change(
        &test,
        MAYA,
        "EndPlan",
        keyed("l", json!({ "planId": plan })),
    )
    .await;
    answer.done();
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
            let stranger = change(&test, NOBODY, case.operation, input).await;
            assert_eq!(
                stranger.refusal(),
                ("NOT_REGISTERED", String::new()),
                "{}",
                case.operation
            );
        }
    }
    assert_nothing_done(&test).await;
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
    let answer = test.ask(MAYA, query, variables).await;
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
    assert_eq!(test.owed().await.len(), 3);
}

//! `correctCheckIn`.

use serde_json::{Value, json};

use super::{assert_no_effect, change, check_ins::BOUNDS, keyed, plan, programme};
use crate::harness::{
    GraphqlResponse, TestApp,
    member::{CHEN, MAYA, THEO},
};

/// Theo's check-ins, the latest first.
async fn check_ins(test: &TestApp) -> Vec<Value> {
    let query = "{ me { checkIns { nodes { id submittedAt weightGrams waistMillimetres hipsMillimetres
        chestMillimetres energy sleep notes changeSincePrevious { weightGrams chestMillimetres } } } } }";
    let answer = test.graphql(THEO, query, json!({})).await;
    let nodes = &answer.data()["me"]["checkIns"]["nodes"];
    nodes.as_array().expect("nodes").clone()
}

async fn correct(test: &TestApp, key: &str, id: &Value, mut input: Value) -> GraphqlResponse {
    input["checkInId"] = id.clone();
    change(test, THEO, "CorrectCheckIn", keyed(key, input)).await
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let test = TestApp::start().await;
    let programme_before = programme(&test, THEO).await;
    let [mut latest, mut first] = check_ins(&test).await.try_into().expect("two");
    let id = latest["id"].clone();
    for (field, value) in [
        ("weightGrams", json!(90_000)),
        ("waistMillimetres", json!(1_000)),
        ("hipsMillimetres", json!(null)),
        ("chestMillimetres", json!(1_075)),
        ("energy", json!(1)),
        ("sleep", json!(5)),
        ("notes", json!("Was ill.")),
    ] {
        correct(&test, field, &id, json!({ field: value }))
            .await
            .success();
        latest[field] = value;
        if field == "weightGrams" {
            latest["changeSincePrevious"]["weightGrams"] = (90_000 - 91_400).into();
        }
        assert_eq!(check_ins(&test).await[0], latest, "{field}");
    }
    // The change since the previous check-in follows the corrections of both.
    let answer = correct(
        &test,
        "first",
        &first["id"],
        json!({ "chestMillimetres": 1_085, "notes": null }),
    );
    let answer = answer.await;
    assert_eq!(answer.success()["checkIn"]["cycle"]["number"], 1);
    first["chestMillimetres"] = 1_085.into();
    first["notes"] = Value::Null;
    latest["changeSincePrevious"]["chestMillimetres"] = (-10).into();
    assert_eq!(check_ins(&test).await, [latest, first]);
    // The corrected check-in would lead to another programme, but the cycle that it started does not change.
    assert_eq!(programme(&test, THEO).await, programme_before);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn what_cannot_be_corrected() {
    let test = TestApp::start().await;
    let before = check_ins(&test).await;
    let id = &before[0]["id"];
    for field in ["energy", "sleep"] {
        let answer = correct(
            &test,
            "1",
            id,
            json!({ field: null, "weightGrams": 90_000 }),
        )
        .await;
        assert_eq!(answer.user_error(), ("REQUIRED", format!("input.{field}")));
    }
    for (field, refused, _) in BOUNDS {
        for value in refused {
            let answer = correct(&test, "1", id, json!({ field: value, "energy": 5 })).await;
            assert_eq!(
                answer.user_error(),
                ("OUT_OF_RANGE", format!("input.{field}")),
                "{value}"
            );
        }
    }
    for at in ["2026-03-04T11:59:59Z", "2026-03-18T12:05:01Z"] {
        let answer = correct(&test, "1", id, json!({ "occurredAt": at, "energy": 5 })).await;
        let expected = ("OUT_OF_RANGE", "input.occurredAt".to_owned());
        assert_eq!(answer.user_error(), expected);
    }
    let cycle = plan(&test, THEO).await["currentCycle"]["id"].clone();
    for unknown in [&cycle, &json!("chk_"), &json!("")] {
        let answer = correct(&test, "1", unknown, json!({ "energy": 5 })).await;
        assert_eq!(
            answer.user_error(),
            ("NOT_FOUND", "input.checkInId".to_owned())
        );
    }
    for other in [MAYA, CHEN] {
        let input = keyed("1", json!({ "checkInId": id, "energy": 5 }));
        let answer = change(&test, other, "CorrectCheckIn", input).await;
        assert_eq!(
            answer.user_error(),
            ("NOT_FOUND", "input.checkInId".to_owned())
        );
    }
    assert_eq!(check_ins(&test).await, before);
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn history_is_ones_own_without_a_plan_or_access() {
    let test = TestApp::start().await;
    let id = check_ins(&test).await[0]["id"].clone();
    let plan_id = json!({ "planId": plan(&test, THEO).await["id"] });
    change(&test, THEO, "EndPlan", keyed("1", plan_id))
        .await
        .success();
    test.execute("DELETE FROM subscription").await;
    for (index, (field, _, accepted)) in BOUNDS.into_iter().enumerate() {
        for value in accepted {
            let key = format!("{index} {value}");
            let answer = correct(&test, &key, &id, json!({ field: value })).await;
            assert_eq!(answer.success()["checkIn"][field], value);
        }
    }
}

//! `deleteAccount` and `keepAccount`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{change, day, rows::count};
use crate::harness::{GraphqlResponse, TestApp, member};

const FINAL: &str = "2026-04-01T12:00:00Z";

async fn delete(test: &TestApp, email: &str, key: &str) -> GraphqlResponse {
    let input = json!({ "idempotencyKey": key });
    change(test, email, "DeleteAccount", input).await
}

async fn keep(test: &TestApp, key: &str) -> GraphqlResponse {
    let input = json!({ "idempotencyKey": key });
    change(test, member::MAYA, "KeepAccount", input).await
}

async fn final_at(test: &TestApp) -> Value {
    let answer = test
        .graphql(member::MAYA, "{ me { deletionFinalAt } }", json!({}))
        .await;
    answer.data()["me"]["deletionFinalAt"].clone()
}

#[tokio::test]
async fn an_account_is_deleted_in_fourteen_days_unless_it_is_kept() {
    let test = TestApp::start().await;
    for key in ["1", "1"] {
        let deleted = delete(&test, member::MAYA, key).await;
        assert_eq!(deleted.success()["finalAt"], FINAL);
        assert!(deleted.payload()["member"]["id"].is_string());
    }
    assert_eq!(final_at(&test).await, FINAL);
    // A second request keeps the first date.
    test.advance(TimeDelta::days(3));
    assert_eq!(
        delete(&test, member::MAYA, "2").await.success()["finalAt"],
        FINAL
    );
    for key in ["3", "3", "4"] {
        let kept = keep(&test, key).await;
        assert_eq!(kept.success()["member"]["deletionFinalAt"], Value::Null);
    }
    // A late retry of the deletion that was revoked has no effect.
    assert_eq!(
        delete(&test, member::MAYA, "1").await.success()["finalAt"],
        Value::Null
    );
    assert_eq!(final_at(&test).await, Value::Null);
    // Partners are notified only once it is final.
    assert_eq!(test.take_outbox().await, []);
    let unregistered = delete(&test, member::UNREGISTERED, "1").await;
    assert_eq!(unregistered.user_error().0, "NOT_REGISTERED");
}

#[tokio::test]
async fn who_leaves_can_read_export_and_withdraw_but_change_nothing_else() {
    let test = TestApp::start().await;
    let today = day(&test, member::MAYA, "2026-03-18").await;
    delete(&test, member::MAYA, "1").await.success();
    assert_eq!(day(&test, member::MAYA, "2026-03-18").await, today);
    let workout =
        json!({ "idempotencyKey": "2", "scheduledWorkoutId": today["workouts"][0]["id"] });
    let meal = json!({ "idempotencyKey": "2", "plannedMealId": today["meals"][0]["id"] });
    let recipe = &today["meals"][0]["recipe"]["id"];
    let favourite = json!({ "idempotencyKey": "2", "recipeId": recipe, "isFavourite": true });
    for (operation, input) in [
        ("CompleteWorkout", &workout),
        ("UndoCompleteWorkout", &workout),
        ("RecordMeal", &meal),
        ("SetFavouriteRecipe", &favourite),
    ] {
        let refused = change(&test, member::MAYA, operation, input.clone()).await;
        assert_eq!(
            refused.user_error(),
            ("DELETION_REQUESTED", String::new()),
            "{operation}"
        );
    }
    let withdrawn = json!({ "idempotencyKey": "3",
        "consents": [{ "purpose": "MARKETING_EMAIL", "granted": false }] });
    change(&test, member::MAYA, "UpdateConsents", withdrawn)
        .await
        .success();
    let export = json!({ "idempotencyKey": "4" });
    change(&test, member::MAYA, "RequestDataExport", export)
        .await
        .success();
    assert_eq!(
        test.take_outbox_kinds().await,
        [
            "member.data-export",
            "event.consent-changed",
            "partner.consent"
        ]
    );
    // Other members are not affected, and Maya can make changes again once she keeps the account.
    let input = json!({ "idempotencyKey": "2", "recipeId": recipe, "isFavourite": true });
    change(&test, member::THEO, "SetFavouriteRecipe", input)
        .await
        .success();
    keep(&test, "5").await.success();
    change(&test, member::MAYA, "RecordMeal", meal)
        .await
        .success();
    assert_eq!(
        count(&test, "member WHERE deletion_requested_at IS NOT NULL").await,
        0
    );
}

#[tokio::test]
async fn what_is_final_cannot_be_kept() {
    let test = TestApp::start().await;
    delete(&test, member::MAYA, "1").await.success();
    test.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    keep(&test, "2").await.success();
    assert_eq!(
        delete(&test, member::MAYA, "3").await.success()["finalAt"],
        "2026-04-15T11:59:59Z"
    );
    test.advance(TimeDelta::days(14));
    let late = keep(&test, "4").await;
    assert_eq!(late.user_error(), ("DELETION_REQUESTED", String::new()));
    assert_eq!(final_at(&test).await, "2026-04-15T11:59:59Z");
}

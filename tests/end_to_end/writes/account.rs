//! Leaving, and staying after all.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{change, day, rows::count};
use crate::harness::{Answer, TestApp, member};

const FINAL: &str = "2026-04-01T12:00:00Z";

async fn delete(test: &TestApp, email: &str, key: &str) -> Answer {
    let input = json!({ "idempotencyKey": key });
    change(test, email, "DeleteAccount", input).await
}

async fn keep(test: &TestApp, key: &str) -> Answer {
    let input = json!({ "idempotencyKey": key });
    change(test, member::MAYA, "KeepAccount", input).await
}

async fn final_at(test: &TestApp) -> Value {
    let answer = test
        .ask(member::MAYA, "{ me { deletionFinalAt } }", json!({}))
        .await;
    answer.data()["me"]["deletionFinalAt"].clone()
}

#[tokio::test]
async fn an_account_is_deleted_in_fourteen_days_unless_it_is_kept() {
    let test = TestApp::start().await;
    for key in ["1", "1"] {
        let deleted = delete(&test, member::MAYA, key).await;
        assert_eq!(deleted.done()["finalAt"], FINAL);
        assert!(deleted.payload()["member"]["id"].is_string());
    }
    assert_eq!(final_at(&test).await, FINAL);
    // Asked for again it stays with the first date.
    test.advance(TimeDelta::days(3));
    assert_eq!(
        delete(&test, member::MAYA, "2").await.done()["finalAt"],
        FINAL
    );
    for key in ["3", "3", "4"] {
        let kept = keep(&test, key).await;
        assert_eq!(kept.done()["member"]["deletionFinalAt"], Value::Null);
    }
    // A late retry of what was taken back does nothing again.
    assert_eq!(
        delete(&test, member::MAYA, "1").await.done()["finalAt"],
        Value::Null
    );
    assert_eq!(final_at(&test).await, Value::Null);
    // Partners are told when it is final.
    assert_eq!(test.owed().await, []);
    let nobody = delete(&test, member::NOBODY, "1").await;
    assert_eq!(nobody.refusal().0, "NOT_REGISTERED");
}

#[tokio::test]
async fn who_leaves_can_read_export_and_withdraw_but_change_nothing_else() {
    let test = TestApp::start().await;
    let today = day(&test, member::MAYA, "2026-03-18").await;
    delete(&test, member::MAYA, "1").await.done();
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
            refused.refusal(),
            ("DELETION_REQUESTED", String::new()),
            "{operation}"
        );
    }
    let withdrawn = json!({ "idempotencyKey": "3",
        "consents": [{ "purpose": "MARKETING_EMAIL", "granted": false }] });
    change(&test, member::MAYA, "UpdateConsents", withdrawn)
        .await
        .done();
    let export = json!({ "idempotencyKey": "4" });
    change(&test, member::MAYA, "RequestDataExport", export)
        .await
        .done();
    assert_eq!(
        test.owed_kinds().await,
        [
            "member.data-export",
            "event.consent-changed",
            "partner.consent"
        ]
    );
    // Nobody else is held up, and neither is she once she stays.
    let input = json!({ "idempotencyKey": "2", "recipeId": recipe, "isFavourite": true });
    change(&test, member::THEO, "SetFavouriteRecipe", input)
        .await
        .done();
    keep(&test, "5").await.done();
    change(&test, member::MAYA, "RecordMeal", meal).await.done();
    assert_eq!(
        count(&test, "member WHERE deletion_requested_at IS NOT NULL").await,
        0
    );
}

#[tokio::test]
async fn what_is_final_cannot_be_kept() {
    let test = TestApp::start().await;
    delete(&test, member::MAYA, "1").await.done();
    test.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    keep(&test, "2").await.done();
    assert_eq!(
        delete(&test, member::MAYA, "3").await.done()["finalAt"],
        "2026-04-15T11:59:59Z"
    );
    test.advance(TimeDelta::days(14));
    let late = keep(&test, "4").await;
    assert_eq!(late.refusal(), ("DELETION_REQUESTED", String::new()));
    assert_eq!(final_at(&test).await, "2026-04-15T11:59:59Z");
}

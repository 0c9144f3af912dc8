//! `startPlan` and `endPlan`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{assert_no_effect, change, keyed, plan, programme, subscribe};
use crate::harness::{
    TestApp, kinds,
    member::{DANI, GWEN, LARA, MAYA, NORA, RAVI, THEO},
};

async fn start(
    test: &TestApp,
    email: &str,
    key: &str,
    input: Value,
) -> crate::harness::GraphqlResponse {
    change(test, email, "StartPlan", keyed(key, input)).await
}

async fn end(test: &TestApp, email: &str, key: &str) -> crate::harness::GraphqlResponse {
    let plan = plan(test, email).await["id"].clone();
    let input = keyed(key, json!({ "planId": plan }));
    change(test, email, "EndPlan", input).await
}

#[tokio::test]
async fn a_plan_begins_today_with_reasons_and_is_reported() {
    let test = TestApp::start().await;
    let answer = start(&test, RAVI, "1", json!({})).await;
    let payload = answer.success();
    let mut started = payload["plan"].clone();
    assert!(started["id"].take().is_string() && started["currentCycle"]["id"].take().is_string());
    assert_eq!(
        started,
        json!({
            "id": null, "goal": "LOSE_WEIGHT", "status": "ACTIVE", "startedOn": "2026-03-18", "endedOn": null,
            "currentCycle": {
                "id": null, "number": 1, "startsOn": "2026-03-18", "endsOn": "2026-04-14", "checkInDue": false,
                "checkInOpensOn": "2026-04-15",
            },
        })
    );
    let reasons = payload["reasons"].as_array().expect("reasons");
    assert_eq!(
        reasons[..4],
        [
            "It is made for losing weight.",
            "Its training is at your level, beginner.",
            "You train on 3 days a week, as you wish.",
            "Its meals are vegetarian, as you eat.",
        ]
    );
    // The number of recipes depends on the seed.
    let last = reasons[4].as_str().expect("a sentence");
    assert!(last.contains("what you must not eat"), "{last}");
    assert_eq!(
        programme(&test, RAVI).await,
        "LOSE_WEIGHT BEGINNER VEGETARIAN 3"
    );

    let enqueued = test.take_outbox().await;
    let kinds = kinds(&enqueued);
    assert_eq!(
        kinds,
        [
            "email.your-plan",
            "event.cycle-started",
            "event.plan-started"
        ]
    );
    let row = async |column| {
        let sql = format!(
            "SELECT c.{column} FROM cycle c JOIN member m ON m.id = c.member_id
             WHERE m.email = '{RAVI}' ORDER BY c.starts_on DESC LIMIT 1"
        );
        test.value(&sql).await
    };
    let (plan, cycle) = (row("plan_id").await, row("id").await);
    let programme = row("programme_id").await;
    let payloads: Vec<_> = enqueued
        .iter()
        .map(|it| it.envelope.payload.clone())
        .collect();
    assert_eq!(
        payloads,
        [
            json!({ "cycle": cycle }),
            json!({
                "planId": plan, "cycleId": cycle, "number": 1, "startsOn": "2026-03-18",
                "programmeId": programme, "programmeVersion": 1,
            }),
            json!({ "planId": plan, "goal": "LOSE_WEIGHT", "startedOn": "2026-03-18" }),
        ]
    );
    let member = enqueued[0].envelope.member;
    assert!(member.is_some() && enqueued.iter().all(|it| it.envelope.member == member));
}

#[tokio::test]
async fn the_programme_follows_from_all_that_is_preferred() {
    let test = TestApp::start().await;
    subscribe(&test, NORA).await;
    let nora = json!({ "goal": "LOSE_WEIGHT", "level": "BEGINNER", "diet": "OMNIVORE", "daysPerWeek": 3, "allergens": [] });
    let mut key = 0;
    for (field, values) in [
        (
            "goal",
            json!(["LOSE_WEIGHT", "BUILD_STRENGTH", "IMPROVE_ENDURANCE"]),
        ),
        ("level", json!(["BEGINNER", "INTERMEDIATE", "ADVANCED"])),
        (
            "diet",
            json!(["OMNIVORE", "PESCATARIAN", "VEGETARIAN", "VEGAN"]),
        ),
        ("daysPerWeek", json!([2, 3, 4, 5, 6])),
    ] {
        for value in values.as_array().expect("values") {
            key += 1;
            let mut preferred = keyed(&format!("prefer {key}"), nora.clone());
            preferred[field] = value.clone();
            let answer = change(&test, NORA, "UpdatePreferences", preferred.clone()).await;
            answer.success();
            let answer = start(&test, NORA, &format!("start {key}"), json!({})).await;
            assert_eq!(
                answer.success()["reasons"].as_array().map(Vec::len),
                Some(4)
            );
            let text = |name: &str| preferred[name].to_string().replace('"', "");
            let expected = ["goal", "level", "diet", "daysPerWeek"].map(text).join(" ");
            assert_eq!(programme(&test, NORA).await, expected);
            end(&test, NORA, &format!("end {key}")).await.success();
            assert_eq!(test.take_outbox().await.len(), 3);
        }
    }
    // A plan can have another goal than the preferences.
    let goal = json!({ "goal": "IMPROVE_ENDURANCE" });
    let answer = start(&test, NORA, "goal", goal).await;
    assert_eq!(answer.success()["plan"]["goal"], "IMPROVE_ENDURANCE");
    assert_eq!(test.take_outbox().await.len(), 3);
    let me = test
        .graphql(NORA, "{ me { preferences { goal } } }", json!({}))
        .await;
    assert_eq!(me.data()["me"]["preferences"]["goal"], "LOSE_WEIGHT");
}

#[tokio::test]
async fn who_has_a_plan_or_no_access_starts_none() {
    let test = TestApp::start().await;
    for email in [MAYA, DANI, GWEN] {
        let answer = start(&test, email, "1", json!({})).await;
        assert_eq!(
            answer.user_error(),
            ("ACTIVE_PLAN_EXISTS", String::new()),
            "{email}"
        );
    }
    for email in [NORA, LARA] {
        let answer = start(&test, email, "1", json!({})).await;
        assert_eq!(answer.user_error().0, "SUBSCRIPTION_REQUIRED", "{email}");
    }
    // Lara cannot end her plan without a subscription.
    let answer = end(&test, LARA, "2").await;
    assert_eq!(answer.user_error().0, "SUBSCRIPTION_REQUIRED");
    assert_no_effect(&test).await;
    // During the grace period after a failed payment there still is access.
    end(&test, GWEN, "2").await.success();
    start(&test, GWEN, "3", json!({})).await.success();
    assert_eq!(test.take_outbox().await.len(), 3);
}

#[tokio::test]
async fn where_nothing_can_be_served_there_is_no_programme() {
    let test = TestApp::start().await;
    test.execute("UPDATE recipe SET archived_at = now() WHERE 'SNACK' = ANY(slots) AND 'VEGETARIAN' = ANY(diets)")
        .await;
    test.app.catalogue.clear();
    let answer = start(&test, RAVI, "1", json!({})).await;
    assert_eq!(answer.user_error(), ("NO_PROGRAMME", String::new()));
    assert_no_effect(&test).await;
    assert_eq!(plan(&test, RAVI).await, Value::Null);
}

#[tokio::test]
async fn a_phone_that_was_offline_says_when() {
    let test = TestApp::start().await;
    subscribe(&test, NORA).await;
    for (at, path) in [
        ("2026-03-04T11:59:59Z", "input.occurredAt"),
        ("2026-03-18T12:05:01Z", "input.occurredAt"),
    ] {
        let answer = start(&test, NORA, "1", json!({ "occurredAt": at })).await;
        assert_eq!(
            answer.user_error(),
            ("OUT_OF_RANGE", path.to_owned()),
            "{at}"
        );
    }
    // Ravi's last plan ended on the 7th in his time zone, which is five and a half hours ahead of UTC.
    let answer = start(
        &test,
        RAVI,
        "1",
        json!({ "occurredAt": "2026-03-06T18:29:59Z" }),
    )
    .await;
    let refused = ("OUT_OF_RANGE", "input.occurredAt".to_owned());
    assert_eq!(answer.user_error(), refused);
    assert_no_effect(&test).await;

    let ravi = json!({ "occurredAt": "2026-03-06T18:30:00Z" });
    let answer = start(&test, RAVI, "1", ravi.clone()).await;
    assert_eq!(answer.success()["plan"]["startedOn"], "2026-03-07");
    assert_eq!(
        plan(&test, RAVI).await["currentCycle"]["today"]["number"],
        12
    );
    let fortnight = json!({ "occurredAt": "2026-03-04T12:00:00Z" });
    let answer = start(&test, NORA, "1", fortnight.clone()).await;
    assert_eq!(answer.success()["plan"]["startedOn"], "2026-03-04");
    assert_eq!(test.take_outbox().await.len(), 6);

    // A retry is accepted even when its time is too long ago by now.
    test.advance(TimeDelta::days(5));
    let again = start(&test, NORA, "1", fortnight).await;
    assert_eq!(again.success(), answer.success());
    end(&test, NORA, "2").await.success();
    // The time of a client whose clock is ahead is taken as now.
    let future = json!({ "occurredAt": "2026-03-23T12:05:00Z" });
    let answer = start(&test, NORA, "3", future).await;
    assert_eq!(answer.success()["plan"]["startedOn"], "2026-03-23");
    let enqueued = test.take_outbox().await;
    assert_eq!(enqueued.len(), 3);
    let occurred_at = enqueued[0].envelope.occurred_at;
    assert_eq!(occurred_at, coach_domain::clock::Clock::now(&*test.clock));
}

#[tokio::test]
async fn an_ended_plan_is_history() {
    let test = TestApp::start().await;
    let id = plan(&test, MAYA).await["id"].clone();
    let days = "query ($id: ID!) { node(id: $id) { ... on Plan { cycles { days { number } } } } }";
    let answer = end(&test, MAYA, "1").await;
    assert_eq!(
        answer.success()["plan"],
        json!({
            "id": id, "goal": "BUILD_STRENGTH", "status": "ENDED", "startedOn": "2026-03-07",
            "endedOn": "2026-03-18", "currentCycle": null,
        })
    );
    assert_eq!(plan(&test, MAYA).await, Value::Null);
    let node = test.graphql(MAYA, days, json!({ "id": id })).await;
    let days = node.data()["node"]["cycles"][0]["days"]
        .as_array()
        .map(Vec::len);
    assert_eq!(days, Some(12), "up to the day on which it ended");

    // Ending it again a day later changes nothing.
    test.advance(TimeDelta::days(1));
    let input = json!({ "planId": id });
    let again = change(&test, MAYA, "EndPlan", keyed("2", input)).await;
    assert_eq!(again.success()["plan"]["endedOn"], "2026-03-18");
    start(&test, MAYA, "3", json!({})).await.success();
    assert_eq!(test.take_outbox().await.len(), 3);
    let plans = test
        .graphql(MAYA, "{ me { plans { status startedOn } } }", json!({}))
        .await;
    assert_eq!(
        plans.data()["me"]["plans"],
        json!([
            { "status": "ACTIVE", "startedOn": "2026-03-19" },
            { "status": "ENDED", "startedOn": "2026-03-07" },
        ])
    );
}

#[tokio::test]
async fn what_cannot_be_ended() {
    let test = TestApp::start().await;
    let theirs = plan(&test, THEO).await;
    let mine = plan(&test, MAYA).await;
    for id in [
        &theirs["id"],
        &mine["currentCycle"]["id"],
        &json!("pln_"),
        &json!(""),
    ] {
        let answer = change(&test, MAYA, "EndPlan", keyed("1", json!({ "planId": id }))).await;
        let expected = ("NOT_FOUND", "input.planId".to_owned());
        assert_eq!(answer.user_error(), expected, "{id}");
    }
    // The cycle began on the 7th in Berlin.
    let early = json!({ "planId": mine["id"], "occurredAt": "2026-03-06T22:59:59Z" });
    let answer = change(&test, MAYA, "EndPlan", keyed("1", early)).await;
    let expected = ("OUT_OF_RANGE", "input.occurredAt".to_owned());
    assert_eq!(answer.user_error(), expected);
    assert_no_effect(&test).await;
    let first_day = json!({ "planId": mine["id"], "occurredAt": "2026-03-06T23:00:00Z" });
    let answer = change(&test, MAYA, "EndPlan", keyed("1", first_day)).await;
    assert_eq!(answer.success()["plan"]["endedOn"], "2026-03-07");
}

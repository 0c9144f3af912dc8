//! `submitCheckIn`.

use serde_json::{Value, json};

use super::{assert_no_effect, change, keyed, plan};
use crate::harness::{
    GraphqlResponse, TestApp, kinds,
    member::{CHEN, DANI, LARA, MAYA, THEO},
};

/// Submits the check-in of the current cycle.
async fn submit(test: &TestApp, email: &str, key: &str, mut answers: Value) -> GraphqlResponse {
    let cycle = plan(test, email).await["currentCycle"]["id"].clone();
    answers["cycleId"] = cycle;
    change(test, email, "SubmitCheckIn", keyed(key, answers)).await
}

fn average_answers() -> Value {
    json!({ "energy": 3, "sleep": 3 })
}

#[tokio::test]
async fn a_check_in_closes_the_cycle_and_opens_the_next() {
    let test = TestApp::start().await;
    let before = plan(&test, CHEN).await["currentCycle"].clone();
    assert_eq!(
        (&before["checkInDue"], &before["today"]),
        (&json!(true), &Value::Null)
    );
    let answers = json!({
        "weightGrams": 61_300, "waistMillimetres": 742, "energy": 4, "sleep": 3, "notes": "Less rice.\nMore sleep.",
    });
    let answer = submit(&test, CHEN, "1", answers).await;
    let payload = answer.success();
    let mut check_in = payload["checkIn"].clone();
    assert!(check_in["id"].take().is_string());
    assert_eq!(
        check_in,
        json!({
            "id": null, "submittedAt": "2026-03-18T12:00:00Z", "weightGrams": 61_300, "waistMillimetres": 742,
            "hipsMillimetres": null, "chestMillimetres": null, "energy": 4, "sleep": 3,
            "notes": "Less rice.\nMore sleep.", "changeSincePrevious": null,
            "cycle": { "id": before["id"], "number": 1, "checkInDue": false },
        })
    );
    let mut next = payload["nextCycle"].clone();
    let after = plan(&test, CHEN).await["currentCycle"].clone();
    assert_eq!(next["id"].take(), after["id"]);
    assert_eq!(
        next,
        json!({
            "id": null, "number": 2, "startsOn": "2026-03-18", "endsOn": "2026-04-14", "checkInDue": false,
            "checkInOpensOn": "2026-04-15",
        })
    );
    assert_eq!(after["today"], json!({ "number": 1, "date": "2026-03-18" }));

    let enqueued = test.take_outbox().await;
    assert_eq!(
        kinds(&enqueued),
        [
            "email.check-in-received",
            "email.your-plan",
            "event.check-in-submitted",
            "event.cycle-started",
        ]
    );
    let payload = |index: usize| &enqueued[index].envelope.payload;
    assert_eq!(
        payload(0),
        &json!({
            "cycleNumber": 1, "submittedAt": "2026-03-18T12:00:00Z", "weightGrams": 61_300, "nextStartsOn": "2026-03-18",
        })
    );
    assert_eq!(payload(1)["cycle"], payload(3)["cycleId"]);
    assert_eq!(payload(2)["cycleNumber"], 1);
    let submitted = payload(2).as_object().expect("an object");
    assert_eq!(submitted.len(), 4, "no measures: {submitted:?}");
    assert_eq!(
        (&payload(3)["number"], &payload(3)["startsOn"]),
        (&json!(2), &json!("2026-03-18"))
    );
}

#[tokio::test]
async fn the_change_since_the_one_before_is_returned_to_who_agreed() {
    for consent in [true, false] {
        let test = TestApp::start().await;
        if !consent {
            // Without an answer about consent; a member who refuses consent cannot submit measures at all.
            test.execute("DELETE FROM consent WHERE purpose = 'HEALTH_DATA'")
                .await;
        }
        test.set_clock("2026-04-08T12:00:00Z");
        let answers = json!({
            "weightGrams": 88_000, "waistMillimetres": 990, "chestMillimetres": 1_070, "energy": 3, "sleep": 5,
        });
        let answer = submit(&test, THEO, "1", answers).await;
        assert_eq!(
            answer.success()["checkIn"]["changeSincePrevious"],
            json!({
                "weightGrams": -1_600, "waistMillimetres": 5, "hipsMillimetres": null, "chestMillimetres": -10,
                "energy": -1, "sleep": 1,
            })
        );
        let enqueued = test.take_outbox().await;
        assert_eq!(enqueued.len(), 4);
        let mut letter = json!({
            "cycleNumber": 3, "submittedAt": "2026-04-08T12:00:00Z", "nextStartsOn": "2026-04-09",
        });
        if consent {
            letter["weightGrams"] = 88_000.into();
            letter["weightChangeGrams"] = (-1_600).into();
            letter["waistChangeMillimetres"] = 5.into();
        }
        assert_eq!(enqueued[0].envelope.payload, letter);
    }
}

/// Day 29 begins at midnight in the member's time zone. Daylight saving time begins in Berlin on 29 March 2026, within
/// Maya's cycle, and ends in Auckland on 5 April, within Theo's.
#[tokio::test]
async fn it_opens_on_day_29_whatever_the_clocks_do() {
    let test = TestApp::start().await;
    for (email, last_of_day_28, opens, closed_on) in [
        (
            MAYA,
            "2026-04-03T21:59:59Z",
            "2026-04-03T22:00:00Z",
            "2026-04-04",
        ),
        (
            THEO,
            "2026-04-07T11:59:59Z",
            "2026-04-07T12:00:00Z",
            "2026-04-08",
        ),
    ] {
        test.set_clock(last_of_day_28);
        let cycle = plan(&test, email).await["currentCycle"].clone();
        assert_eq!(
            (&cycle["today"]["number"], &cycle["checkInDue"]),
            (&json!(28), &json!(false))
        );
        let early = submit(&test, email, "1", average_answers()).await;
        let expected = ("CHECK_IN_NOT_OPEN", "input.cycleId".to_owned());
        assert_eq!(early.user_error(), expected, "{email}");
        assert_eq!(test.take_outbox().await, []);

        test.set_clock(opens);
        let cycle = plan(&test, email).await["currentCycle"].clone();
        assert_eq!(
            (&cycle["today"], &cycle["checkInDue"]),
            (&Value::Null, &json!(true))
        );
        let answer = submit(&test, email, "1", average_answers()).await;
        assert_eq!(
            answer.success()["nextCycle"]["startsOn"],
            closed_on,
            "{email}"
        );
        assert_eq!(test.take_outbox().await.len(), 4);
    }
}

#[tokio::test]
async fn late_is_not_too_late() {
    let test = TestApp::start().await;
    // Three weeks after it opened, during which there is no current day.
    test.set_clock("2026-04-07T00:00:00Z");
    assert_eq!(
        plan(&test, CHEN).await["currentCycle"]["today"],
        Value::Null
    );
    let answer = submit(&test, CHEN, "1", average_answers()).await;
    assert_eq!(answer.success()["nextCycle"]["startsOn"], "2026-04-07");
    assert_eq!(test.take_outbox().await.len(), 4);
}

#[tokio::test]
async fn a_phone_that_was_offline_says_when() {
    let test = TestApp::start().await;
    // It opened on the 17th in Singapore, which is eight hours ahead of UTC.
    for (at, code) in [
        ("2026-03-16T15:59:59Z", "CHECK_IN_NOT_OPEN"),
        ("2026-03-04T11:59:59Z", "OUT_OF_RANGE"),
        ("2026-03-18T12:05:01Z", "OUT_OF_RANGE"),
    ] {
        let mut answers = average_answers();
        answers["occurredAt"] = at.into();
        let answer = submit(&test, CHEN, "1", answers).await;
        assert_eq!(
            answer.user_error(),
            (code, "input.occurredAt".to_owned()),
            "{at}"
        );
    }
    assert_no_effect(&test).await;
    let mut answers = average_answers();
    answers["occurredAt"] = "2026-03-16T16:00:00Z".into();
    let answer = submit(&test, CHEN, "1", answers).await;
    assert_eq!(
        answer.success()["checkIn"]["submittedAt"],
        "2026-03-16T16:00:00Z"
    );
    assert_eq!(answer.success()["nextCycle"]["startsOn"], "2026-03-17");
    assert_eq!(
        plan(&test, CHEN).await["currentCycle"]["today"]["number"],
        2
    );
    assert_eq!(test.take_outbox().await.len(), 4);
}

#[tokio::test]
async fn what_cannot_be_checked_in() {
    let test = TestApp::start().await;
    let mine = plan(&test, CHEN).await;
    let theirs = plan(&test, THEO).await;
    let send = async |key: &str, cycle: &Value| {
        let mut input = keyed(key, average_answers());
        input["cycleId"] = cycle.clone();
        change(&test, CHEN, "SubmitCheckIn", input).await
    };
    for id in [
        &theirs["currentCycle"]["id"],
        &mine["id"],
        &json!("cyc_"),
        &json!(""),
    ] {
        let expected = ("NOT_FOUND", "input.cycleId".to_owned());
        assert_eq!(send("1", id).await.user_error(), expected, "{id}");
    }
    let lapsed = submit(&test, LARA, "1", average_answers()).await;
    assert_eq!(lapsed.user_error().0, "SUBSCRIPTION_REQUIRED");
    let first_day = submit(&test, DANI, "1", average_answers()).await;
    assert_eq!(first_day.user_error().0, "CHECK_IN_NOT_OPEN");
    assert_no_effect(&test).await;

    let cycle = &mine["currentCycle"]["id"];
    send("1", cycle).await.success();
    assert_eq!(test.take_outbox().await.len(), 4);
    let expected = ("CHECK_IN_EXISTS", "input.cycleId".to_owned());
    assert_eq!(send("2", cycle).await.user_error(), expected);
    let plan_id = json!({ "planId": mine["id"] });
    change(&test, CHEN, "EndPlan", keyed("3", plan_id))
        .await
        .success();
    let expected = ("CHECK_IN_EXISTS", "input.cycleId".to_owned());
    assert_eq!(send("4", cycle).await.user_error(), expected);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn without_a_programme_to_follow_the_check_in_waits() {
    let test = TestApp::start().await;
    test.execute("UPDATE recipe SET archived_at = now() WHERE 'SNACK' = ANY(slots)")
        .await;
    test.app.catalogue.clear();
    let answer = submit(&test, CHEN, "1", average_answers()).await;
    assert_eq!(answer.user_error(), ("NO_PROGRAMME", String::new()));
    assert_no_effect(&test).await;
    assert_eq!(plan(&test, CHEN).await["currentCycle"]["checkInDue"], true);
    let check_ins = test.graphql(CHEN, "{ me { checkIns { nodes { id } } } }", json!({}));
    let check_ins = check_ins.await.data()["me"]["checkIns"]["nodes"].clone();
    assert_eq!(check_ins, json!([]));
}

#[tokio::test]
async fn nobody_waits_for_the_check_in_of_an_ended_plan() {
    let test = TestApp::start().await;
    let mine = plan(&test, CHEN).await;
    let plan_id = json!({ "planId": mine["id"] });
    change(&test, CHEN, "EndPlan", keyed("1", plan_id))
        .await
        .success();
    let mut input = keyed("2", average_answers());
    input["cycleId"] = mine["currentCycle"]["id"].clone();
    let answer = change(&test, CHEN, "SubmitCheckIn", input).await;
    let expected = ("PLAN_ENDED", "input.cycleId".to_owned());
    assert_eq!(answer.user_error(), expected);
    let cycles = format!(
        "SELECT count(*) FROM cycle c JOIN member m ON m.id = c.member_id WHERE m.email = '{CHEN}'"
    );
    assert_eq!(test.number(&cycles).await, 1);
    assert_eq!(test.take_outbox().await, []);
}

/// The limits of measures: values just outside, and values just inside.
pub(super) const BOUNDS: [(&str, [i32; 2], [i32; 2]); 4] = [
    ("weightGrams", [19_999, 400_001], [20_000, 400_000]),
    ("waistMillimetres", [299, 3_001], [300, 3_000]),
    ("hipsMillimetres", [299, 3_001], [300, 3_000]),
    ("chestMillimetres", [299, 3_001], [300, 3_000]),
];

#[tokio::test]
async fn implausible_measures_are_refused() {
    let test = TestApp::start().await;
    for (field, refused, _) in BOUNDS {
        for value in refused {
            let mut answers = average_answers();
            answers[field] = value.into();
            let answer = submit(&test, CHEN, "1", answers).await;
            assert_eq!(
                answer.user_error(),
                ("OUT_OF_RANGE", format!("input.{field}")),
                "{value}"
            );
        }
    }
    assert_no_effect(&test).await;
    let mut smallest = json!({ "energy": 1, "sleep": 5, "notes": " \n" });
    for (field, _, [value, _]) in BOUNDS {
        smallest[field] = value.into();
    }
    let answer = submit(&test, CHEN, "1", smallest).await;
    let check_in = &answer.success()["checkIn"];
    assert_eq!(
        (&check_in["weightGrams"], &check_in["notes"]),
        (&json!(20_000), &Value::Null)
    );
    assert_eq!(test.take_outbox().await.len(), 4);
}

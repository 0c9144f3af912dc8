//! Time zones with several names, unknown time zones, and that changing it gives no access to days.

use chrono_tz::TZ_VARIANTS;
use coach_domain::time_zone;
use serde_json::{Value, json};

use super::{change, keyed, member_id, rows::rows};
use crate::harness::{
    TestApp,
    member::{LARA, MAYA, THEO, UNREGISTERED},
};

async fn stored(test: &TestApp, email: &str) -> String {
    let sql = format!("SELECT time_zone FROM member WHERE subject = '{email}'");
    test.value(&sql).await.expect("a zone")
}

#[tokio::test]
async fn a_zone_is_kept_by_its_name_of_today() {
    let test = TestApp::start().await;
    let input = json!({
        "displayName": "Noa Berg", "locale": "nb-NO", "timeZone": "Asia/Calcutta",
        "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
    });
    let answer = change(&test, UNREGISTERED, "RegisterMember", keyed("1", input)).await;
    assert_eq!(answer.success()["member"]["timeZone"], "Asia/Kolkata");
    assert_eq!(stored(&test, UNREGISTERED).await, "Asia/Kolkata");
    let input = json!({ "timeZone": "US/Eastern" });
    let answer = change(&test, UNREGISTERED, "UpdatePreferences", keyed("2", input)).await;
    assert_eq!(answer.success()["member"]["timeZone"], "America/New_York");
    assert_eq!(stored(&test, UNREGISTERED).await, "America/New_York");
    // So is a name that an older release has stored.
    test.execute("UPDATE member SET time_zone = 'Europe/Kiev'")
        .await;
    let me = test.graphql(MAYA, "{ me { timeZone } }", json!({})).await;
    assert_eq!(me.data()["me"]["timeZone"], "Europe/Kyiv");
    test.take_outbox().await;
}

#[tokio::test]
async fn what_was_stored_before_gets_the_same_names() {
    let test = TestApp::start().await;
    for zone in TZ_VARIANTS {
        test.execute(&format!(
            "INSERT INTO member SELECT gen_random_uuid(), 'zones', '{name}', display_name, email, locale, '{name}', units,
                                       gen_random_uuid(), created_at
             FROM member WHERE subject = '{MAYA}'",
            name = zone.name(),
        ))
        .await;
    }
    test.execute(include_str!("../../../migrations/sql/0027_time_zone.sql"))
        .await;
    let sql = "SELECT subject, time_zone FROM member WHERE issuer = 'zones'";
    let names = rows(&test, sql).await;
    assert_eq!(names.len(), TZ_VARIANTS.len());
    for row in names {
        let zone = row["subject"].as_str().expect("a name").parse();
        let canonical = time_zone::canonical(zone.expect("a zone"));
        assert_eq!(row["time_zone"], canonical.name(), "{row}");
    }
}

#[tokio::test]
async fn a_zone_that_nobody_knows_is_utc() {
    let test = TestApp::start().await;
    let maya = member_id(&test, MAYA).await;
    test.execute(&format!(
        "UPDATE member SET time_zone = 'Mars/Phobos' WHERE id = '{maya}'"
    ))
    .await;
    let query = "{ me { timeZone plan { currentCycle { today { date } } } } }";
    let me = test.graphql(MAYA, query, json!({})).await;
    assert_eq!(
        me.data()["me"],
        json!({ "timeZone": "UTC", "plan": { "currentCycle": { "today": { "date": "2026-03-18" } } } })
    );
    // The member can correct it.
    let input = json!({ "timeZone": "Europe/Vienna" });
    let answer = change(&test, MAYA, "UpdatePreferences", keyed("1", input)).await;
    assert_eq!(answer.success()["member"]["timeZone"], "Europe/Vienna");
    let others = test.graphql(THEO, query, json!({})).await;
    assert!(others.data()["me"]["plan"]["currentCycle"]["today"].is_object());
}

#[tokio::test]
async fn without_access_no_zone_gives_a_day_away_that_is_not_over_everywhere() {
    let test = TestApp::start().await;
    let query = "query ($date: Date!) { me { plan { currentCycle {
        day(date: $date) { number } days(from: $date, to: $date) { number }
        shoppingList(from: $date, to: $date) { __typename } } } } }";
    let codes = async |date: &str| {
        let answer = test.graphql(LARA, query, json!({ "date": date })).await;
        answer.codes().join(" ")
    };
    let zones = [
        "America/New_York",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Etc/GMT+12",
        "Etc/GMT-14",
    ];
    for zone in zones {
        let input = json!({ "timeZone": zone });
        let answer = change(&test, LARA, "UpdatePreferences", keyed(zone, input));
        answer.await.success();
        // The 17th is over everywhere at noon UTC on the 18th.
        for (now, rejected, accepted) in [
            (
                "2026-03-18T11:59:59Z",
                ["2026-03-17", "2026-03-18"],
                "2026-03-16",
            ),
            (
                "2026-03-18T12:00:00Z",
                ["2026-03-18", "2026-03-19"],
                "2026-03-17",
            ),
        ] {
            test.set_clock(now);
            for date in rejected {
                let refused = codes(date).await;
                assert!(
                    refused.contains("SUBSCRIPTION_REQUIRED"),
                    "{zone} {now} {date}"
                );
            }
            assert_eq!(codes(accepted).await, "", "{zone} {now} {accepted}");
        }
    }
}

#[tokio::test]
async fn a_moment_is_the_same_in_answers_and_events() {
    let test = TestApp::start().await;
    for (index, (given, stored)) in [
        ("2026-03-18T11:34:60Z", "2026-03-18T11:35:00Z"),
        ("2026-03-18T11:40:08.0216467891Z", "2026-03-18T11:40:08Z"),
    ]
    .into_iter()
    .enumerate()
    {
        let answers = json!([{ "purpose": "PARTNER_SHARING", "granted": index == 0 }]);
        let input = json!({ "consents": answers, "occurredAt": given });
        let answer = change(&test, MAYA, "UpdateConsents", keyed(given, input)).await;
        let consents = answer.success()["consents"]
            .as_array()
            .expect("answers")
            .clone();
        let sharing = consents
            .iter()
            .find(|it| it["purpose"] == "PARTNER_SHARING");
        let at = sharing.expect("an answer")["changedAt"].clone();
        assert_eq!(at, stored);
        let enqueued = test.take_outbox().await;
        let published: Vec<&Value> = (enqueued.iter().rev().take(2))
            .map(|message| &message.envelope.payload["changedAt"])
            .collect();
        assert_eq!(published, [&at, &at], "{enqueued:#?}");
    }
}

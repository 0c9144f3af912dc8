//! The two kinds of errors in input. Errors that a person can correct are `userErrors` of the payload, all at once and
//! in their language. Errors that only the client's developer can correct are GraphQL errors with the path of the
//! argument.

use serde_json::{Value, json};

use crate::harness::{
    TestApp,
    member::{CHEN, LARA, MAYA, RAVI, SAM, UNREGISTERED},
};

/// Calls `mutation` with an input, and returns the response's body.
async fn send(test: &TestApp, email: &str, mutation: &str, language: &str, input: Value) -> Value {
    let mut name = mutation.to_owned();
    name[..1].make_ascii_uppercase();
    let query = format!(
        "mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code path message }} }} }}"
    );
    let request = test
        .client
        .post(format!("{}/graphql", test.base))
        .bearer_auth(test.token(email))
        .header("accept-language", language)
        .json(&json!({ "query": query, "variables": { "input": input } }));
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

fn user_errors(answer: &Value) -> Vec<(&str, String, &str)> {
    assert!(answer["errors"].is_null(), "{answer:#}");
    let payload = answer["data"]
        .as_object()
        .and_then(|data| data.values().next());
    let errors = payload.map(|payload| &payload["userErrors"]);
    let errors = errors.and_then(Value::as_array).expect("userErrors");
    errors
        .iter()
        .map(|error| {
            let path = error["path"].as_array().expect("a path").iter();
            let path: Vec<_> = path.filter_map(Value::as_str).collect();
            (
                error["code"].as_str().expect("a code"),
                path.join("."),
                error["message"].as_str().expect("a message"),
            )
        })
        .collect()
}

#[tokio::test]
async fn all_that_is_wrong_with_a_form_is_reported_at_once() {
    let test = TestApp::start().await;
    let input = json!({
        "idempotencyKey": "1",
        "displayName": "",
        "locale": "in German, please",
        "timeZone": "Mars/Phobos",
        "daysPerWeek": 1,
        "goal": "LOSE_WEIGHT",
    });
    let answer = send(&test, MAYA, "updatePreferences", "", input).await;
    assert_eq!(
        user_errors(&answer),
        [
            (
                "OUT_OF_RANGE",
                "input.daysPerWeek".to_owned(),
                "Die Zahl der Trainingstage pro Woche muss mindestens 2 sein."
            ),
            (
                "TOO_SHORT",
                "input.displayName".to_owned(),
                "Der Name muss mindestens ein Zeichen haben."
            ),
            (
                "UNKNOWN_LOCALE",
                "input.locale".to_owned(),
                "Diese Sprache ist nicht bekannt."
            ),
            (
                "UNKNOWN_TIME_ZONE",
                "input.timeZone".to_owned(),
                "Diese Zeitzone ist nicht bekannt."
            ),
        ]
    );
    let input = json!({ "idempotencyKey": "1", "displayName": "x".repeat(81) });
    let answer = send(&test, MAYA, "updatePreferences", "", input).await;
    assert_eq!(user_errors(&answer)[0].0, "TOO_LONG");
    let notes = json!({ "idempotencyKey": "1", "cycleId": "cyc_", "energy": 6, "sleep": 0, "notes": "x".repeat(2_001) });
    let answer = send(&test, CHEN, "submitCheckIn", "", notes).await;
    let codes: Vec<_> = user_errors(&answer)
        .into_iter()
        .map(|(code, ..)| code)
        .collect();
    assert_eq!(codes, ["OUT_OF_RANGE", "OUT_OF_RANGE", "TOO_LONG"]);
}

#[tokio::test]
async fn one_that_fails_leaves_the_others_their_answers() {
    let test = TestApp::start().await;
    let query = r#"mutation {
        a: updatePreferences(input: { idempotencyKey: "a", daysPerWeek: 5 }) { member { id } userErrors { code } }
        b: recordMeal(input: { idempotencyKey: "b", plannedMealId: "x", servings: 11 }) { userErrors { code path } }
        c: updatePreferences(input: { idempotencyKey: "c", timeZone: "Mars/X" }) { userErrors { code } }
    }"#;
    let answer = test.graphql(MAYA, query, json!({})).await;
    let data = answer.data();
    assert_eq!(data["a"]["userErrors"], json!([]));
    assert!(data["a"]["member"]["id"].is_string());
    assert_eq!(
        data["b"]["userErrors"],
        json!([{ "code": "OUT_OF_RANGE", "path": ["input", "servings"] }])
    );
    assert_eq!(data["c"]["userErrors"][0]["code"], "UNKNOWN_TIME_ZONE");
}

#[tokio::test]
async fn what_only_a_programmer_can_mend_points_at_the_argument() {
    let test = TestApp::start().await;
    for (input, path) in [
        (
            json!({ "idempotencyKey": "", "displayName": "" }),
            json!(["input", "idempotencyKey"]),
        ),
        (
            json!({ "idempotencyKey": "1", "timeZone": 5 }),
            json!(["input", "timeZone"]),
        ),
        (
            json!({ "idempotencyKey": "1", "occurredAt": "yesterday" }),
            json!(["input", "occurredAt"]),
        ),
        (
            json!({ "idempotencyKey": "1", "allergens": ["MILK", "CHALK"] }),
            json!(["input", "allergens", 1]),
        ),
    ] {
        let answer = send(&test, MAYA, "updatePreferences", "de", input).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "BAD_USER_INPUT", "{answer:#}");
        assert_eq!(extensions["argumentPath"], path, "{answer:#}");
        assert!(answer["data"]["updatePreferences"].is_null());
    }
    for (query, path) in [
        ("{ recipes(first: 101) { nodes { id } } }", json!(["first"])),
        (
            "{ recipes(after: \"nowhere\") { nodes { id } } }",
            json!(["after"]),
        ),
        (
            "{ me { plan { currentCycle { shoppingList(from: \"2026-03-18\", to: \"2026-03-17\") { from } } } } }",
            json!(["to"]),
        ),
    ] {
        let answer = test.graphql(MAYA, query, json!({})).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{query}: {answer:#?}");
        let extensions = &answer.body["errors"][0]["extensions"];
        assert_eq!(extensions["argumentPath"], path, "{answer:#?}");
    }
}

#[tokio::test]
async fn sentences_are_in_the_members_language_else_in_one_that_the_client_accepts() {
    let test = TestApp::start().await;
    let german = "Bitte registriere dich zuerst.";
    let english = "Please register first.";
    // The viewer is not registered, so no locale is known.
    for (accepted, expected) in [
        ("de-AT,de;q=0.9,en;q=0.8", german),
        ("fr;q=0.9,de;q=0.1", german),
        ("fr", english),
        ("", english),
    ] {
        let input = json!({ "idempotencyKey": "1" });
        let answer = send(&test, UNREGISTERED, "startPlan", accepted, input).await;
        assert_eq!(
            user_errors(&answer),
            [("NOT_REGISTERED", String::new(), expected)],
            "{accepted}"
        );
    }
    let lapsed = async |locale: &str, accepted: &str| {
        let sql = format!("UPDATE member SET locale = '{locale}' WHERE email = '{LARA}'");
        test.execute(&sql).await;
        let input = json!({ "idempotencyKey": "1" });
        let answer = send(&test, LARA, "startPlan", accepted, input).await;
        let errors = user_errors(&answer);
        let [(code, path, message)] = &errors[..] else {
            panic!("one error: {answer:#}");
        };
        assert_eq!((*code, path.as_str()), ("SUBSCRIPTION_REQUIRED", ""));
        (*message).to_owned()
    };
    let (german, english) = (
        "Dafür brauchst du ein Abo.",
        "You need a subscription for this.",
    );
    assert_eq!(lapsed("de-AT", "en").await, german);
    assert_eq!(lapsed("en-GB", "de").await, english);
    // There is no translation into Italian.
    assert_eq!(lapsed("it-IT", "de").await, german);
    assert_eq!(lapsed("it-IT", "it").await, english);
    // Errors in the input's form are in the member's language too.
    test.execute(&format!(
        "UPDATE member SET locale = 'de' WHERE email = '{MAYA}'"
    ))
    .await;
    let input = json!({ "idempotencyKey": "1", "displayName": "" });
    let answer = send(&test, MAYA, "updatePreferences", "en", input).await;
    assert_eq!(
        user_errors(&answer)[0].2,
        "Der Name muss mindestens ein Zeichen haben."
    );
}

#[tokio::test]
async fn moments_are_in_the_members_time_zone() {
    let test = TestApp::start().await;
    test.execute(&format!(
        "UPDATE member SET locale = 'de', time_zone = 'Asia/Tokyo', email_confirmed_at = now() WHERE email = '{RAVI}'"
    ))
    .await;
    let input = |key: &str| json!({ "idempotencyKey": key });
    let first = send(&test, RAVI, "requestDataExport", "", input("1")).await;
    assert_eq!(user_errors(&first), []);
    let second = send(&test, RAVI, "requestDataExport", "", input("2")).await;
    let message = user_errors(&second)[0].2;
    assert!(message.ends_with("ab 19.03.2026, 21:00 Uhr."), "{message}");
    test.take_outbox().await;
}

#[tokio::test]
async fn staff_get_the_same_errors() {
    let test = TestApp::start().await;
    let input = json!({ "idempotencyKey": "1", "queue": "", "limit": 0 });
    let answer = send(&test, SAM, "redriveDeadLetters", "de", input).await;
    assert_eq!(
        user_errors(&answer),
        [
            (
                "TOO_SHORT",
                "input.queue".to_owned(),
                "Der Name der Warteschlange muss mindestens ein Zeichen haben."
            ),
            (
                "OUT_OF_RANGE",
                "input.limit".to_owned(),
                "Die Höchstzahl muss mindestens 1 sein."
            ),
        ]
    );
}

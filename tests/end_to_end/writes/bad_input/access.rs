//! Access in each state of a subscription: fields whose description in the SDL names `SUBSCRIPTION_REQUIRED` are
//! rejected without access, and no others. The cases are generated from the SDL.

use apollo_compiler::{ExecutableDocument, Schema, schema::ExtendedType};
use serde_json::{Value, json};

use super::{Examples, TESTED_ELSEWHERE, call, input_type};
use crate::{
    budgets::ids,
    harness::{TestApp, member, operations, read_operation},
    ownership::sdl,
    writes::shop,
};

const CODE: &str = "SUBSCRIPTION_REQUIRED";

/// The states, whether they give access, and the row by which a member is in that state at noon: provider and id, end
/// of the trial, expiry, end of the grace period.
const STATES: [(&str, bool, Option<&str>); 6] = [
    (
        "LAPSED",
        false,
        Some("'STRIPE', 'x', NULL, '2026-03-18T11:59:59Z', NULL"),
    ),
    (
        "LAPSED",
        false,
        Some("NULL, NULL, '2026-03-18T12:00:00Z', NULL, NULL"),
    ),
    ("NONE", false, None),
    (
        "TRIAL",
        true,
        Some("NULL, NULL, '2026-03-18T12:00:01Z', NULL, NULL"),
    ),
    (
        "ACTIVE",
        true,
        Some("'APPLE', 'x', '2026-03-01T12:00:00Z', '2026-04-18T12:00:00Z', NULL"),
    ),
    (
        "GRACE",
        true,
        Some("'GOOGLE', 'x', NULL, '2026-03-18T11:00:00Z', '2026-03-19T12:00:00Z'"),
    ),
];

async fn set_subscription(test: &TestApp, email: &str, row: Option<&str>) {
    let member = format!("SELECT id FROM member WHERE email = '{email}'");
    test.execute(&format!(
        "DELETE FROM subscription WHERE member_id = ({member})"
    ))
    .await;
    if let Some(row) = row {
        test.execute(&format!(
            "INSERT INTO subscription
                 (member_id, id, will_renew, updated_at, provider, external_id, trial_ends_at, expires_at, grace_ends_at)
             SELECT id, gen_random_uuid(), TRUE, '2026-03-18T11:00:00Z', {row} FROM ({member}) member"
        ))
        .await;
    }
}

fn needs_access(description: Option<&str>) -> bool {
    description.is_some_and(|text| text.contains(CODE))
}

/// Whether an operation has a field that needs access.
fn is_gated(schema: &apollo_compiler::validation::Valid<Schema>, text: &str) -> bool {
    let document = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql");
    let document = document.expect("an operation of this schema");
    let mut operations = document.operations.iter();
    operations.any(|operation| {
        let mut fields = operation.all_fields(&document);
        fields.any(|field| needs_access(field.definition.description.as_deref()))
    })
}

async fn access(test: &TestApp, email: &str) -> Value {
    let answer = test.graphql(email, "{ me { subscription { access } } }", json!({}));
    answer.await.data()["me"]["subscription"]["access"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_read_keeps_to_it_in_each_state() {
    let schema = sdl();
    let test = TestApp::start().await;
    let (recipe, workout) = ids(&test).await;
    let (mut gated, mut free) = (0, 0);
    for (state, gives_access, row) in STATES {
        set_subscription(&test, member::MAYA, row).await;
        let actual = access(&test, member::MAYA).await;
        assert_eq!(
            actual,
            if row.is_some() {
                json!(state)
            } else {
                Value::Null
            }
        );
        for (name, variables, _) in operations(&recipe, &workout) {
            let text = read_operation(name);
            let answer = test.graphql(member::MAYA, &text, variables).await;
            let refused = is_gated(&schema, &text) && !gives_access;
            let codes = answer.codes();
            assert_eq!(
                codes.contains(&CODE),
                refused,
                "{name} in {state}: {answer:#?}"
            );
            assert!(
                codes.iter().all(|code| *code == CODE),
                "{name} in {state}: {codes:?}"
            );
            *(if refused { &mut gated } else { &mut free }) += 1;
        }
    }
    assert!(gated >= 9 && free > 30, "{gated} {free}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mutation_keeps_to_it_in_each_state() {
    let schema = sdl();
    let ExtendedType::Object(mutations) = &schema.types["Mutation"] else {
        panic!("an object type")
    };
    let (mut gated, mut free) = (Vec::new(), Vec::new());
    for (name, field) in &mutations.fields {
        if TESTED_ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let (store, test) = shop::start().await;
        let purchase = store.sign(&shop::transaction("2000000123456789"));
        let examples = Examples::gather(&test, &schema, name, &purchase).await;
        let needs = needs_access(field.description.as_deref());
        let mut done = false;
        for (index, (state, gives_access, row)) in STATES.into_iter().enumerate() {
            set_subscription(&test, examples.email, row).await;
            let mut input = examples.input(input_type(field));
            input["idempotencyKey"] = json!(format!("{index}"));
            let variables = json!({ "input": input });
            let answer = call(&test, &schema, field, examples.email, &variables).await;
            if needs && !gives_access {
                let errors = &answer.data()[name.as_str()]["userErrors"];
                assert_eq!(errors[0]["code"], CODE, "{name} in {state}");
                assert_eq!(errors.as_array().map(Vec::len), Some(1));
                assert_eq!(test.take_outbox().await, [], "{name} in {state}");
                continue;
            }
            let payload = &answer.data()[name.as_str()];
            // Some mutations fail the second time, by other rules.
            if !done {
                assert_eq!(payload["userErrors"], json!([]), "{name} in {state}");
            }
            done = true;
        }
        assert!(done, "{name}");
        test.take_outbox().await;
        (if needs { &mut gated } else { &mut free }).push(name.as_str());
    }
    eprintln!(
        "with access: {}; without: {}",
        gated.join(", "),
        free.join(", ")
    );
    assert!(gated.len() >= 9 && free.len() >= 12, "{gated:?} {free:?}");
}

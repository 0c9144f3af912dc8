//! What a subscription gives, in each of its states: what the contract says needs access is refused without it, and
//! nothing else ever is. Generated from the SDL, where `SUBSCRIPTION_REQUIRED` stands with what needs access.

use apollo_compiler::{ExecutableDocument, Schema, schema::ExtendedType};
use serde_json::{Value, json};

use super::{Examples, ask, input_type};
use crate::{
    budgets::ids,
    harness::{TestApp, member, named, operations},
    ownership::written,
    writes::shop,
};

const CODE: &str = "SUBSCRIPTION_REQUIRED";

/// States, whether they give access, and the row that puts a member there at noon: provider and id, trial, end, grace.
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

async fn put(test: &TestApp, email: &str, row: Option<&str>) {
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

/// Whether the contract lets an operation need access.
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
    let answer = test.ask(email, "{ me { subscription { access } } }", json!({}));
    answer.await.data()["me"]["subscription"]["access"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_read_keeps_to_it_in_each_state() {
    let schema = written();
    let test = TestApp::start().await;
    let (recipe, workout) = ids(&test).await;
    let (mut gated, mut free) = (0, 0);
    for (state, gives, row) in STATES {
        put(&test, member::MAYA, row).await;
        let is = access(&test, member::MAYA).await;
        assert_eq!(
            is,
            if row.is_some() {
                json!(state)
            } else {
                Value::Null
            }
        );
        for (name, variables, _) in operations(&recipe, &workout) {
            let text = named(name);
            let answer = test.ask(member::MAYA, &text, variables).await;
            let refused = is_gated(&schema, &text) && !gives;
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
    let schema = written();
    let ExtendedType::Object(mutations) = &schema.types["Mutation"] else {
        panic!("an object type")
    };
    let (mut gated, mut free) = (Vec::new(), Vec::new());
    for (name, field) in &mutations.fields {
        // That of the staff has its own in operations.rs.
        if name == "redriveDeadLetters" {
            continue;
        }
        let (store, test) = shop::selling().await;
        let purchase = store.sign(&shop::transaction("2000000123456789"));
        let examples = Examples::gather(&test, &schema, name, &purchase).await;
        let needs = needs_access(field.description.as_deref());
        let mut done = false;
        for (place, (state, gives, row)) in STATES.into_iter().enumerate() {
            put(&test, examples.email, row).await;
            let mut input = examples.input(input_type(field));
            input["idempotencyKey"] = json!(format!("{place}"));
            let variables = json!({ "input": input });
            let answer = ask(&test, &schema, field, examples.email, &variables).await;
            if needs && !gives {
                let errors = &answer.data()[name.as_str()]["userErrors"];
                assert_eq!(errors[0]["code"], CODE, "{name} in {state}");
                assert_eq!(errors.as_array().map(Vec::len), Some(1));
                assert_eq!(test.owed().await, [], "{name} in {state}");
                continue;
            }
            let payload = &answer.data()[name.as_str()];
            // Done once, some cannot be done again: that is another rule's.
            if !done {
                assert_eq!(payload["userErrors"], json!([]), "{name} in {state}");
            }
            done = true;
        }
        assert!(done, "{name}");
        test.owed().await;
        (if needs { &mut gated } else { &mut free }).push(name.as_str());
    }
    eprintln!(
        "with access: {}; without: {}",
        gated.join(", "),
        free.join(", ")
    );
    assert!(gated.len() >= 9 && free.len() >= 12, "{gated:?} {free:?}");
}

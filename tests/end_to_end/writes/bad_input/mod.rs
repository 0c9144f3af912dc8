//! Invalid input: each mutation with each field missing, null, of another type, out of bounds, too long, or with an id
//! of another object. The cases are generated from the SDL.

mod access;
mod example;
mod invalid_input;

use apollo_compiler::{
    Schema,
    schema::{ExtendedType, FieldDefinition},
};
use serde_json::{Value, json};

use self::{
    example::Examples,
    invalid_input::{InvalidInput, invalid_inputs},
};
use super::{rows, shop};
use crate::{
    harness::{GraphqlResponse, TestApp},
    ownership::sdl,
};

/// The number of mutations. Raise it with each new one.
const MUTATIONS: usize = 23;

/// The mutations about queues, webhook events and requests, which are for staff: they are tested in `operations` and
/// `slow_requests`.
const TESTED_ELSEWHERE: [&str; 6] = [
    "explainRequest",
    "redriveDeadLetters",
    "discardDeadLetters",
    "pauseQueue",
    "resumeQueue",
    "replayWebhookEvents",
];

/// The minimum number of invalid inputs.
const CASES: usize = 500;

/// Error codes of server errors.
const SERVER_ERRORS: [&str; 3] = ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_is_refused_and_leaves_nothing_behind() {
    let schema = sdl();
    let ExtendedType::Object(mutations) = &schema.types["Mutation"] else {
        panic!("an object type")
    };
    let (mut tried, mut cases) = (Vec::new(), 0);
    for (name, field) in &mutations.fields {
        if TESTED_ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let (store, test) = shop::start().await;
        let purchase = store.sign(&shop::transaction("2000000123456789"));
        let examples = Examples::gather(&test, &schema, name, &purchase).await;
        cases += assert_all_rejected(&test, &schema, field, &examples).await;
        // The valid input is accepted.
        let input = json!({ "input": examples.input(input_type(field)) });
        let answer = call(&test, &schema, field, examples.email, &input).await;
        let payload = &answer.data()[name.as_str()];
        assert_eq!(payload["userErrors"], json!([]), "{name}: {input:#}");
        test.take_outbox().await;
        tried.push(name.as_str());
    }
    eprintln!(
        "{cases} wrong inputs for {} mutations: {}",
        tried.len(),
        tried.join(", ")
    );
    assert!(tried.len() >= MUTATIONS, "{tried:?}");
    assert!(cases >= CASES, "{cases}");
}

fn input_type(field: &FieldDefinition) -> &str {
    field.arguments[0].ty.inner_named_type()
}

async fn assert_all_rejected(
    test: &TestApp,
    schema: &Schema,
    field: &FieldDefinition,
    examples: &Examples<'_>,
) -> usize {
    let name = &field.name;
    let before = digest(test).await;
    let all = invalid_inputs(schema, examples, input_type(field));
    for invalid in &all {
        let InvalidInput {
            what, variables, ..
        } = invalid;
        let answer = call(test, schema, field, examples.email, variables).await;
        if let Err(why) =
            is_rejected(&answer, name).and_then(|()| is_user_friendly(&answer, name, invalid))
        {
            panic!(
                "{name}, {what}: {why}\n{}\n{answer:#?}",
                truncated(variables)
            );
        }
        let after = digest(test).await;
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after, "{name}, {what}: {}", truncated(variables));
        }
        assert_eq!(before.len(), after.len());
    }
    all.len()
}

fn is_rejected(answer: &GraphqlResponse, name: &str) -> Result<(), String> {
    let codes = answer.codes();
    if answer.status >= 500 || SERVER_ERRORS.iter().any(|code| codes.contains(code)) {
        return Err("it is taken for a fault of ours".to_owned());
    }
    let payload = &answer.body["data"][name];
    if !codes.is_empty() {
        let nothing = payload.is_null();
        return nothing
            .then_some(())
            .ok_or("there is an answer beside the error".to_owned());
    }
    let Some(fields) = payload.as_object() else {
        return Err("there is neither an answer nor an error".to_owned());
    };
    for (field, value) in fields {
        let errors = field == "userErrors" && value.as_array().is_some_and(|list| !list.is_empty());
        if !errors && !value.is_null() {
            return Err(format!("`{field}` is there"));
        }
    }
    Ok(())
}

/// Whether the error reaches whoever can correct it: a `userError` has a sentence about the field, and any other error
/// the path of the argument.
fn is_user_friendly(
    answer: &GraphqlResponse,
    name: &str,
    invalid: &InvalidInput,
) -> Result<(), String> {
    let expected = format!("/input{}", invalid.path);
    let joined = |path: &Value| {
        let path = path.as_array().into_iter().flatten();
        let path = path.map(|segment| match segment.as_str() {
            Some(name) => format!("/{name}"),
            None => format!("/{segment}"),
        });
        path.collect::<String>()
    };
    let errors = answer.body["data"][name]["userErrors"].as_array();
    if let Some(error) = errors.and_then(|errors| errors.first()) {
        let message = error["message"].as_str().unwrap_or_default();
        // Fields with limits have translated names.
        if message.starts_with("This must") || !message.ends_with('.') {
            return Err("the sentence does not say what is meant".to_owned());
        }
        return if invalid.is_user_error && !joined(&error["path"]).starts_with(&expected) {
            Err(format!("the path is not {expected}"))
        } else {
            Ok(())
        };
    }
    if invalid.is_user_error {
        return Err("a person can mend it, and is not told".to_owned());
    }
    for error in answer.body["errors"].as_array().into_iter().flatten() {
        let extensions = &error["extensions"];
        let path = joined(&extensions["argumentPath"]);
        if extensions["code"] == "BAD_USER_INPUT" && !path.starts_with("/input") {
            return Err(format!("the error points at {path:?}"));
        }
    }
    Ok(())
}

/// Calls a mutation with all fields of the payload selected.
async fn call(
    test: &TestApp,
    schema: &Schema,
    field: &FieldDefinition,
    email: &str,
    variables: &Value,
) -> GraphqlResponse {
    let ExtendedType::Object(payload) = &schema.types[field.ty.inner_named_type()] else {
        panic!("an object type")
    };
    let selected = payload.fields.iter().map(|(name, field)| {
        let ty = &schema.types[field.ty.inner_named_type()];
        match name.as_str() {
            "userErrors" => "userErrors { code message path }".to_owned(),
            name if ty.is_leaf() => name.to_owned(),
            name => format!("{name} {{ __typename }}"),
        }
    });
    let selected: Vec<_> = selected.collect();
    let query = format!(
        "mutation ($input: {}!) {{ {}(input: $input) {{ {} }} }}",
        input_type(field),
        field.name,
        selected.join(" ")
    );
    test.graphql(email, &query, variables.clone()).await
}

/// For each table the number of rows and a digest of their content.
async fn digest(test: &TestApp) -> Vec<Value> {
    use tokio::sync::OnceCell;
    static SQL: OnceCell<String> = OnceCell::const_new();
    let sql = SQL.get_or_init(|| async {
        let tables = "SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
              -- Attempts are counted whatever comes of them.
              AND relname NOT IN ('purchase_check', 'shop_clock')";
        let tables = rows(test, tables).await;
        assert!(tables.len() > 30, "{}", tables.len());
        let parts = tables.iter().map(|table| {
            let table = table["relname"].as_str().expect("a name");
            format!(
                "SELECT '{table}' AS of, count(*) AS rows,
                        md5(coalesce(string_agg(t::text, '\\n' ORDER BY t::text), '')) AS content FROM {table} t"
            )
        });
        parts.collect::<Vec<_>>().join(" UNION ALL ")
    });
    rows(test, sql.await).await
}

fn truncated(variables: &Value) -> String {
    variables.to_string().chars().take(400).collect()
}

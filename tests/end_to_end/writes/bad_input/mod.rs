//! Input that is wrong, in every way that the schema lets one think of: each mutation with each field missing, null, of
//! another type, out of its bounds, too long, or with an id of something else. Generated from the SDL.

mod access;
mod example;
mod fault;

use apollo_compiler::{
    Schema,
    schema::{ExtendedType, FieldDefinition},
};
use serde_json::{Value, json};

use self::{
    example::Examples,
    fault::{Fault, faults},
};
use super::{rows, shop};
use crate::{
    harness::{Answer, TestApp},
    ownership::written,
};

/// How many mutations are there to be tried. Raise it with each that is built; it never falls.
const MUTATIONS: usize = 21;

/// How many wrong inputs they make at least.
const CASES: usize = 500;

/// What the server is to blame for.
const OUR_FAULTS: [&str; 3] = ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_is_refused_and_leaves_nothing_behind() {
    let schema = written();
    let ExtendedType::Object(mutations) = &schema.types["Mutation"] else {
        panic!("an object type")
    };
    let (mut tried, mut cases) = (Vec::new(), 0);
    for (name, field) in &mutations.fields {
        // That of the staff has its own in operations.rs.
        if name == "redriveDeadLetters" {
            continue;
        }
        let (store, test) = shop::selling().await;
        let purchase = store.sign(&shop::transaction("2000000123456789"));
        let examples = Examples::gather(&test, &schema, name, &purchase).await;
        cases += refuse_all(&test, &schema, field, &examples).await;
        // It would have been accepted but for the fault.
        let input = json!({ "input": examples.input(input_type(field)) });
        let answer = ask(&test, &schema, field, examples.email, &input).await;
        let payload = &answer.data()[name.as_str()];
        assert_eq!(payload["userErrors"], json!([]), "{name}: {input:#}");
        test.owed().await;
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

async fn refuse_all(
    test: &TestApp,
    schema: &Schema,
    field: &FieldDefinition,
    examples: &Examples<'_>,
) -> usize {
    let name = &field.name;
    let before = digest(test).await;
    let all = faults(schema, examples, input_type(field));
    for fault in &all {
        let Fault {
            what, variables, ..
        } = fault;
        let answer = ask(test, schema, field, examples.email, variables).await;
        if let Err(why) = is_refused(&answer, name).and_then(|()| is_told(&answer, name, fault)) {
            panic!("{name}, {what}: {why}\n{}\n{answer:#?}", cut(variables));
        }
        let after = digest(test).await;
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after, "{name}, {what}: {}", cut(variables));
        }
        assert_eq!(before.len(), after.len());
    }
    all.len()
}

fn is_refused(answer: &Answer, name: &str) -> Result<(), String> {
    let codes = answer.codes();
    if answer.status >= 500 || OUR_FAULTS.iter().any(|fault| codes.contains(fault)) {
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

/// Whether it is told to who can mend it: in the payload with a sentence about the field, or with the argument's path.
fn is_told(answer: &Answer, name: &str, fault: &Fault) -> Result<(), String> {
    let expected = format!("/input{}", fault.path);
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
        // Fields with limits have a name in each language.
        if message.starts_with("This must") || !message.ends_with('.') {
            return Err("the sentence does not say what is meant".to_owned());
        }
        return if fault.is_typed && !joined(&error["path"]).starts_with(&expected) {
            Err(format!("the path is not {expected}"))
        } else {
            Ok(())
        };
    }
    if fault.is_typed {
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

/// Asks with everything of the payload selected.
async fn ask(
    test: &TestApp,
    schema: &Schema,
    field: &FieldDefinition,
    email: &str,
    variables: &Value,
) -> Answer {
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
    test.ask(email, &query, variables.clone()).await
}

/// A line for each table: how many rows, and what is in them.
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

fn cut(variables: &Value) -> String {
    variables.to_string().chars().take(400).collect()
}

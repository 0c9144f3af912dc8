//! Coercion of arguments and variables.

use serde_json::json;

use crate::{Role, answer, codes, execute};

async fn echo(input: &str) -> String {
    let answer = answer(&format!("{{ echo(input: {input}) }}")).await;
    answer["data"]["echo"]
        .as_str()
        .map_or_else(|| answer.to_string(), str::to_owned)
}

#[tokio::test]
async fn absent_null_and_value_are_distinct() {
    let absent = echo("{}").await;
    assert!(
        absent.contains("text: Undefined") && absent.contains("number: Some(7)"),
        "{absent}"
    );
    let null = echo("{ text: null, number: null, type: null }").await;
    assert!(
        null.contains("text: Null") && null.contains("number: None") && null.contains("type: Null"),
        "{null}"
    );
    let value = echo("{ text: \"abc\", number: 1, list: [1, null] }").await;
    assert!(
        value.contains("Value(\"abc\")") && value.contains("Value([Some(1), None])"),
        "{value}"
    );
    assert!(echo("{ list: 5 }").await.contains("Value([Some(5)])"));
}

#[tokio::test]
async fn a_variable_without_a_value_counts_as_absent() {
    let query = "query ($t: String, $n: Int = 3, $l: [Int]) { echo(input: { text: $t, number: $n, list: $l }) }";
    let (answer, _) = execute(query, json!({}), Role::Member).await;
    assert!(
        answer.contains("text: Undefined") && answer.contains("number: Some(3)"),
        "{answer}"
    );
    let (answer, _) = execute(
        query,
        json!({ "t": null, "n": null, "l": [null, 2] }),
        Role::Member,
    )
    .await;
    assert!(
        answer.contains("text: Null") && answer.contains("number: None"),
        "{answer}"
    );
    assert!(answer.contains("Value([None, Some(2)])"), "{answer}");
}

#[tokio::test]
async fn skip_and_include_see_the_defaults_of_variables() {
    let query = "query ($yes: Boolean! = true, $no: Boolean = false) { probe { value @include(if: $yes) a: value @skip(if: $yes) b: value @include(if: $no) } }";
    let (answer, _) = execute(query, json!({}), Role::Member).await;
    assert_eq!(answer, r#"{"data":{"probe":{"value":1}},"errors":[]}"#);
    let (answer, _) = execute(query, json!({ "yes": false, "no": true }), Role::Member).await;
    assert_eq!(answer, r#"{"data":{"probe":{"a":1,"b":1}},"errors":[]}"#);
}

#[tokio::test]
async fn constraints_are_checked_and_named() {
    for (query, part) in [
        (
            "{ dishes(first: 11) { id } }",
            "dishes(first): is more than 10",
        ),
        (
            "{ dishes(first: 0) { id } }",
            "dishes(first): is less than 1",
        ),
        (
            "{ dishes(first: 2, filter: { tags: [\"1\", \"2\", \"3\", \"4\"] }) { id } }",
            "filter.tags): has more than 3 items",
        ),
        (
            "{ dishes(filter: { not: { tags: [\"far too long a tag\"] } }) { id } }",
            "filter.not.tags.0): is longer than 10",
        ),
        (
            "{ echo(input: { text: \"a\" }) }",
            "input.text): is shorter than 2",
        ),
        (
            "{ echo(input: { text: \"ABC\" }) }",
            "input.text): does not match",
        ),
        ("{ echo(input: { text: \"a\\u0000b\" }) }", "U+0000"),
    ] {
        let answer = answer(query).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(part), "{query}: {answer}");
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"]);
    }
}

#[tokio::test]
async fn values_of_the_wrong_type_are_rejected_before_execution() {
    for query in [
        "{ dishes(first: \"2\") { id } }",
        "{ dishes(first: 99999999999) { id } }",
        "{ dishes(first: 1.5) { id } }",
        "{ dishes(filter: { unknown: 1 }) { id } }",
        "{ dishes(filter: { course: NONE }) { id } }",
        "{ echo(input: { date: \"soon\" }) }",
        "{ echo }",
        "{ dish(id: null) { id } }",
        "{ nothing }",
        "{ probe }",
    ] {
        let answer = answer(query).await;
        assert!(answer["data"].is_null(), "{query}: {answer}");
        assert_eq!(codes(&answer).len(), 1, "{query}: {answer}");
    }
}

#[tokio::test]
async fn variables_of_the_wrong_type_are_rejected() {
    let query = "query ($input: EchoInput!) { echo(input: $input) }";
    for input in [
        json!(null),
        json!(5),
        json!({ "number": "7" }),
        json!({ "number": 1e10 }),
        json!({ "x": 1 }),
        json!({ "list": [["a"]] }),
    ] {
        let (answer, _) = execute(query, json!({ "input": input }), Role::Member).await;
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        assert!(
            answer["data"].is_null() && !codes(&answer).is_empty(),
            "{input}: {answer}"
        );
    }
    for (query, variables) in [
        (query, json!({})),
        ("query ($id: ID!) { dish(id: $id) { id } }", json!({})),
        (
            "query ($id: ID!) { dish(id: $id) { id } }",
            json!({ "id": null }),
        ),
        (
            "query ($full: Boolean!) { probe { value fails @include(if: $full) } }",
            json!({}),
        ),
        (
            "query ($f: DishFilter) { dishes(filter: $f) { id } }",
            json!({ "f": { "not": { "tags": [1] } } }),
        ),
    ] {
        let (answer, loads) = execute(query, variables, Role::Member).await;
        assert!(
            answer.contains("\"data\":null") && answer.contains("BAD_USER_INPUT"),
            "{answer}"
        );
        assert!(loads.is_empty());
    }
}

#[tokio::test]
async fn a_bad_value_is_not_repeated() {
    let query = "query ($f: DishFilter) { dishes(filter: $f) { id } ...F } fragment F on Query { dishes(filter: $f) { name } }";
    let long = "x".repeat(100_000);
    let (answer, _) = execute(query, json!({ "f": { "course": long } }), Role::Member).await;
    assert!(answer.len() < 300, "{} bytes", answer.len());
}

#[tokio::test]
async fn one_of_takes_exactly_one_field() {
    let choose = async |choice: &str| answer(&format!("{{ choose(choice: {choice}) }}")).await;
    assert_eq!(
        choose("{ text: \"a\" }").await["data"]["choose"],
        "Text(\"a\")"
    );
    assert_eq!(
        choose("{ either: [{ number: 1 }] }").await["data"]["choose"],
        "Either([Number(1)])"
    );
    for invalid in [
        "{}",
        "{ text: null }",
        "{ text: \"a\", number: 1 }",
        "{ text: \"a\", number: null }",
        "{ either: [{}] }",
    ] {
        let answer = choose(invalid).await;
        assert_eq!(
            codes(&answer),
            ["GRAPHQL_VALIDATION_FAILED"],
            "{invalid}: {answer}"
        );
    }
    assert_eq!(
        codes(&choose("{ text: \"long\" }").await),
        ["BAD_USER_INPUT"]
    );

    let query = "query ($choice: Choice!) { choose(choice: $choice) }";
    for (choice, code) in [
        (json!({ "number": 7 }), None),
        (json!({}), Some("BAD_USER_INPUT")),
        (json!({ "number": null }), Some("BAD_USER_INPUT")),
        (json!({ "number": 7, "text": null }), Some("BAD_USER_INPUT")),
    ] {
        let (answer, _) = execute(query, json!({ "choice": choice }), Role::Member).await;
        assert_eq!(
            answer.contains("errors\":[]"),
            code.is_none(),
            "{choice}: {answer}"
        );
        assert!(
            code.is_none_or(|code| answer.contains(code)),
            "{choice}: {answer}"
        );
    }
    // A variable may be null unless its type says otherwise.
    let nullable = "query ($number: Int) { choose(choice: { number: $number }) }";
    let (answer, _) = execute(nullable, json!({ "number": 7 }), Role::Member).await;
    assert!(answer.contains("GRAPHQL_VALIDATION_FAILED"), "{answer}");
    let number = "query ($number: Int!) { choose(choice: { number: $number }) }";
    let (answer, _) = execute(number, json!({ "number": 7 }), Role::Member).await;
    assert!(answer.contains("Number(7)"), "{answer}");
}

#[tokio::test]
async fn variables_with_integral_floats_are_ints() {
    let query = "query ($first: Int!) { dishes(first: $first) { id } }";
    for first in [json!(2), json!(2.0), json!(2e0)] {
        let (answer, _) = execute(query, json!({ "first": first }), Role::Member).await;
        assert!(answer.contains("d2"), "{first}: {answer}");
    }
    for first in [
        json!(2.5),
        json!("2"),
        json!(55_376_161_017_i64),
        json!(1e300),
        json!(true),
    ] {
        let (answer, _) = execute(query, json!({ "first": first }), Role::Member).await;
        assert!(
            answer.contains("$first must be an Int"),
            "{first}: {answer}"
        );
    }
    let literal = answer("{ dishes(first: 2.0) { id } }").await;
    assert_eq!(codes(&literal), ["GRAPHQL_VALIDATION_FAILED"]);
}

#[tokio::test]
async fn all_problems_of_variables_are_reported_with_their_paths() {
    let query = "query ($f: DishFilter, $first: Int!, $text: String) {
        dishes(first: $first, filter: { not: $f }) { id }
        echo(input: { text: $text })
    }";
    let variables = json!({
        "first": "many",
        "text": ["a"],
        "f": { "course": "LUNCH", "tags": ["a", 1, "b", {}], "minutes": null, "colour": 1 },
    });
    let (answer, _) = execute(query, variables, Role::Member).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let errors = answer["errors"].as_array().expect("errors").iter();
    let errors: Vec<_> = errors
        .map(|error| {
            let path = error["extensions"]["argumentPath"].to_string();
            format!("{path} {}", error["message"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        errors,
        [
            r#"["filter","not","colour"] $f.colour is not a field of DishFilter"#,
            r#"["filter","not","minutes"] $f.minutes must not be null; a value of the type Int! is required"#,
            r#"["filter","not","tags",1] $f.tags[1] must be of the type String; this number is not"#,
            r#"["filter","not","tags",3] $f.tags[3] must be of the type String; this object is not"#,
            r#"["filter","not","course"] $f.course must be one of STARTER, MAIN, DESSERT, SELF, OLD, the values of Course; this string is not"#,
            r#"["first"] $first must be an Int, a whole number of 32 bits; this string is not"#,
            r#"["input","text"] $text must be of the type String; this list is not"#,
        ]
    );
}

#[tokio::test]
async fn null_for_a_variable_with_a_default_is_the_fields_error() {
    let query = "query ($first: Int = 2) { dishes(first: $first) { id } probe { value } }";
    let (answer, _) = execute(query, json!({ "first": null }), Role::Member).await;
    assert!(
        answer.contains("BAD_USER_INPUT") && answer.contains("\"path\":[\"dishes\"]"),
        "{answer}"
    );
    let skip = "query ($skip: Boolean = true) { probe { value @skip(if: $skip) } }";
    let (answer, _) = execute(skip, json!({ "skip": null }), Role::Member).await;
    assert!(answer.contains("must not be null"), "{answer}");
}

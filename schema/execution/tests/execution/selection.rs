//! Response keys, fragments, batches, mutations and authorization.

use serde_json::json;

use crate::{Role, answer, codes, execute};

async fn text(query: &str) -> String {
    execute(query, json!({}), Role::Member).await.0
}

#[tokio::test]
async fn response_keys_are_in_the_order_of_the_document() {
    let text =
        text("{ probe { child { value } value } b: fails type { __typename } a: probe { value } }")
            .await;
    let places = [
        "\"probe\"",
        "\"child\"",
        "\"value\":1",
        "\"b\"",
        "\"type\"",
        "\"a\"",
    ]
    .map(|key| text.find(key));
    assert!(places.is_sorted() && places[0].is_some(), "{text}");
}

#[tokio::test]
async fn duplicate_keys_are_merged_at_every_level() {
    let answer = text(
        "{ dish(id: \"d1\") { name } ...Q dish(id: \"d1\") { ingredients { name } ...D } }
         fragment Q on Query { dish(id: \"d1\") { cook { id } } }
         fragment D on Named { id ... on Dish { ingredients { supplier { name } } } ... on Cook { name } }",
    )
    .await;
    let expected = concat!(
        r#"{"data":{"dish":{"name":"Dish d1","cook":{"id":"c1"},"ingredients":[{"name":"salt of d1","#,
        r#""supplier":{"name":"Cook c2"}},{"name":"rice of d1","supplier":{"name":"Cook c2"}}],"id":"d1"}},"errors":[]}"#
    );
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn conflicting_fields_are_rejected() {
    for query in [
        "{ dish(id: \"a\") { name } ... on Query { dish: probe { value } } }",
        "{ dish(id: \"a\") { name } dish(id: \"b\") { name } }",
        "{ probe { a: value } probe { a: fails } }",
        "{ dish(id: \"a\") { p: pairing { id } } ...F } fragment F on Query { dish(id: \"a\") { p: cook { id } } }",
        "{ dish(id: \"a\") { p: pairing { id } } dish(id: \"a\") { p: pairing(note: \"x\") { id } } }",
    ] {
        let refused = answer(query).await;
        assert_eq!(
            (&refused["data"], codes(&refused)),
            (&json!(null), vec!["GRAPHQL_VALIDATION_FAILED"]),
            "{query}"
        );
    }
    // The same field may be selected twice with the same arguments, in any order.
    let same = "{ dishes(first: 1, filter: null) { id } dishes(filter: null, first: 1) { name } }";
    assert_eq!(codes(&answer(same).await), Vec::<&str>::new());
}

#[tokio::test]
async fn data_is_empty_if_all_fields_are_skipped() {
    assert_eq!(
        text("{ probe @skip(if: true) { value } }").await,
        r#"{"data":{},"errors":[]}"#
    );
}

#[tokio::test]
async fn a_duplicate_root_field_is_resolved_once() {
    let (answer, loads) = execute(
        "{ dishes(first: 2) { ingredients { name } } dishes(first: 2) { cook { id } } }",
        json!({}),
        Role::Member,
    )
    .await;
    assert!(answer.contains("\"cook\"") && answer.contains("\"ingredients\""));
    assert_eq!(loads, ["Cook 1", "DishIngredients 2"]);
}

#[tokio::test]
async fn one_batch_serves_all_objects_and_fields_that_share_it() {
    let (answer, loads) = execute(
        "{ dishes(first: 3) { ingredients { supplier { name } } cook { name } pairing { name } } }",
        json!({}),
        Role::Member,
    )
    .await;
    // A key that is missing in the batch of a list field is an empty list.
    assert!(answer.contains("\"ingredients\":[]"), "{answer}");
    // `cook` and `supplier` share one batch function, and one call of it although
    // their keys are at two depths.
    assert_eq!(loads, ["Cook 2", "DishIngredients 3", "DishPairing 3"]);
}

#[tokio::test]
async fn batches_with_arguments_are_loaded_by_key_and_arguments() {
    let (answer, loads) = execute(
        "{ dish(id: \"d\") { a: pairing { id } b: pairing(course: STARTER) { id } c: pairing(note: null) { id } } }",
        json!({}),
        Role::Member,
    )
    .await;
    assert!(
        answer.contains(r#""a":{"id":"d+"},"b":null,"c":{"id":"d+"}"#),
        "{answer}"
    );
    assert_eq!(loads, ["DishPairing 3"]);
}

#[tokio::test]
async fn interfaces_and_unions_know_their_type() {
    let query = "{ named(id: \"c9\") { __typename id name ... on Cook { other: name } ... on Edible { course } } type { ... on Cook { name } } }";
    let expected = r#"{"data":{"named":{"__typename":"Cook","id":"c9","name":"Cook c9","other":"Cook c9"},"type":{"name":"Cook c1"}},"errors":[]}"#;
    assert_eq!(text(query).await, expected);
    let edible = "{ named(id: \"d9\") { ... on Edible { course } } }";
    assert_eq!(
        text(edible).await,
        r#"{"data":{"named":{"course":"MAIN"}},"errors":[]}"#
    );
}

#[tokio::test]
async fn mutations_run_one_after_the_other_and_a_failure_stops_none() {
    let answer = text("mutation { a: add(amount: 1) b: add(amount: 2) a: add(amount: 1) }").await;
    assert_eq!(answer, r#"{"data":{"a":1,"b":3},"errors":[]}"#);
    let answer =
        text("mutation { a: add(amount: 1) x: addOrFail(amount: 5) b: add(amount: 2) }").await;
    assert!(
        answer.starts_with(r#"{"data":{"a":1,"x":null,"b":8},"errors":[{"message":"it broke""#),
        "{answer}"
    );
    assert_eq!(answer.matches("BROKEN").count(), 1);
}

#[tokio::test]
async fn roles_and_owners_are_checked() {
    let refused = answer("{ secret dish(id: \"d\") { name secret } }").await;
    assert_eq!(
        refused["data"],
        json!({ "secret": null, "dish": { "name": "Dish d", "secret": null } })
    );
    assert_eq!(codes(&refused), ["FORBIDDEN", "FORBIDDEN"]);
    let (staff, _) = execute("{ secret }", json!({}), Role::Staff).await;
    assert_eq!(staff, r#"{"data":{"secret":"told"},"errors":[]}"#);
    // The role of a type applies to every field that returns it.
    let (anonymous, _) = execute(
        "{ dish(id: \"d\") { cook { id } } }",
        json!({}),
        Role::Anonymous,
    )
    .await;
    assert!(
        anonymous.contains("FORBIDDEN") && anonymous.contains(r#""cook":null"#),
        "{anonymous}"
    );
    // It also applies if the object is returned as an interface.
    let (named, _) = execute("{ named(id: \"c9\") { name } }", json!({}), Role::Anonymous).await;
    assert!(
        named.contains("FORBIDDEN") && named.contains(r#""named":null"#),
        "{named}"
    );
    let stolen = answer("{ self { ... on Cook { id } } }").await;
    assert_eq!(
        (&stolen["data"], codes(&stolen)),
        (
            &json!({ "self": [{}, null] }),
            vec!["INTERNAL_SERVER_ERROR"]
        )
    );
}

#[tokio::test]
async fn costs_multiply_through_lists() {
    let cheap = answer("{ dishes(first: 10) { ingredients { name } } }").await;
    assert_eq!(codes(&cheap), Vec::<&str>::new());
    let expensive = "{ dishes(first: 10) { pairing { pairing { ingredients { supplier { id } } } } ingredients { a: supplier { id } } } }";
    let context = std::sync::Arc::new(crate::RequestContext::new(Role::Member));
    let limits = coach_execution::document::Limits::default();
    let engine = coach_execution::Engine::<crate::Schema>::new(limits);
    let document = engine.prepare(expensive).expect("a valid document");
    let variables = async_graphql::Variables::default();
    let response = engine.execute(&document, None, variables, context, 100);
    let response = response.await;
    // 10 * (1 + pairing 1 + pairing 1 + ingredients 10 * (1 + 1) + ingredients 10 * (1 + 1))
    assert_eq!(response.cost, 430);
    assert!(response.data.is_none());
}

#[tokio::test]
async fn nested_abstract_types_are_planned_once_and_not_for_each_path() {
    // Two possible types at each of 18 levels would be 262,144 paths.
    let query = format!(
        "{{ probe {{ {} value {} }} }}",
        "next { ".repeat(17),
        "}".repeat(17)
    );
    let answer = text(&query).await;
    assert!(answer.contains(r#""value":18"#), "{answer}");
}

#[tokio::test]
async fn a_field_that_looks_ahead_loads_what_is_selected_below_it() {
    let query = "{
        probeAhead { child { value } ahead { value child { value } more: ahead { child { value } } } }
        other: probeAhead { ...P }
    } fragment P on Probe { ahead { value } }";
    let (answer, loads) = execute(query, json!({}), Role::Member).await;
    let expected = concat!(
        r#"{"data":{"probeAhead":{"child":{"value":2},"ahead":{"value":2,"child":null,"more":{"child":{"value":8}}}},"#,
        r#""other":{"ahead":{"value":2}}},"errors":[]}"#
    );
    assert_eq!(answer, expected);
    // No batch loads a child: its parent has loaded it, or that there is none.
    assert_eq!(loads, ["ProbeAhead 1", "ProbeAhead 1"]);
}

#[tokio::test]
async fn what_was_not_loaded_ahead_is_loaded_by_its_batch() {
    let query = "{ probe { child { value } } probeAhead { ahead { value } } }";
    let (answer, loads) = execute(query, json!({}), Role::Member).await;
    let expected = r#"{"data":{"probe":{"child":{"value":2}},"probeAhead":{"ahead":{"value":2}}},"errors":[]}"#;
    assert_eq!(answer, expected);
    assert_eq!(loads, ["ProbeAhead 1", "ProbeChild 1"]);
}

//! Parsing and validation of documents by the specification's sections 2
//! "Language" and 5 "Validation". Parsers or validators got each of these cases
//! wrong.

use crate::{answer, codes};

#[tokio::test]
async fn documents_are_parsed_by_the_grammar_of_the_specification() {
    for (query, text) in [
        (r#"{ echo(input: { text: "\u0061b" }) }"#, "ab"),
        (r#"{ echo(input: { text: "\u{61}b" }) }"#, "ab"),
        (
            r"query ( $a : [ Int! ]! = [ 1 ] ) { probe { value @include(if: true) } loops: dishes(loop: $a) { id } }",
            "loops",
        ),
        (
            "{ dish(id: \"\"\"d\\\"\"\"1\"\"\") { id } }",
            "d\\\"\\\"\\\"1",
        ),
        ("\u{feff}{ probe { value } }", "1"),
        ("{ probe { value # a comment\r value } }", "1"),
        ("{ dish(id: \"\\ud83c\\udf55\") { id } }", "🍕"),
        ("{ dish(id: \"\\u{1F355}\") { id } }", "🍕"),
    ] {
        let answer = answer(query).await;
        assert!(
            answer["data"].to_string().contains(text),
            "{query}: {answer}"
        );
    }
}

#[tokio::test]
async fn syntax_errors_use_the_terms_of_graphql() {
    for (query, message) in [
        ("{ probe {", "expected"),
        ("{ probe(", "expected"),
        ("{ }", "expected at least one Selection"),
        ("query ($a: Int { probe { value } }", "expected \")\""),
        ("{ echo(input: { text: \"\\ud83c\" }) }", ""),
        ("", "Unexpected the end of the document"),
    ] {
        let answer = answer(query).await;
        assert_eq!(
            codes(&answer),
            ["GRAPHQL_PARSE_FAILED"],
            "{query}: {answer}"
        );
        let found = answer["errors"][0]["message"].as_str().expect("a message");
        assert!(found.contains(message), "{query}: {found}");
        assert!(
            !found.contains("R_") && !found.contains("EOF"),
            "{query}: {found}"
        );
    }
}

#[tokio::test]
async fn invalid_documents_are_rejected() {
    for query in [
        // 5.6.1: literals of another type.
        "{ dishes(filter: 5) { id } }",
        "{ dishes(filter: []) { id } }",
        "{ dishes(filter: \"x\") { id } }",
        "{ dishes(filter: { course: \"MAIN\" }) { id } }",
        "{ dishes(filter: { course: \"\"\"MAIN\"\"\" }) { id } }",
        "query ($c: Course = \"MAIN\") { dishes(filter: { course: $c }) { id } }",
        "{ echo(input: { date: 5 }) }",
        // 5.6.3: duplicate input fields.
        "{ dishes(filter: { minutes: 1, minutes: 2 }) { id } }",
        // 5.7: directives, on __typename as on every field.
        "query ($x: Boolean!) { probe { value } }",
        "{ probe { __typename @include(if: $nope) } }",
        "{ probe { __typename @foo } }",
        "{ probe { __typename @skip } }",
        "{ probe { __typename @skip(if: true) @skip(if: false) } }",
        "{ probe { __typename(x: 1) } }",
        "{ probe { __typename { value } } }",
        "query ($a: [ Int ! ] = [1] @foo) { dishes(loop: $a) { id } }",
        "query ($a: Int @foo) { dishes(first: $a) { id } }",
        // 5.3.2: one response key with two types.
        "{ type { ... on Dish { x: name } ... on Cook { x: id } } dish(id: \"a\") { x: minutes x: name } }",
        "{ type { ... on Dish { x: minutes } ... on Cook { x: name } } }",
        // 5.8.5: variables in positions of other types.
        "query ($f: Int) { dishes(loop: [$f]) { id } }",
        "query ($m: Int) { dishes(filter: { minutes: $m, not: { minutes: $m, tags: [$m] } }) { id } }",
        // 5.2: operations.
        "query A { probe { value } } query A { probe { value } }",
        "{ probe { value } } query B { probe { value } }",
        "subscription { probe { value } }",
        "type Extra { id: ID }",
    ] {
        let answer = answer(query).await;
        assert!(answer["data"].is_null(), "{query}: {answer}");
        let codes = codes(&answer);
        assert!(!codes.is_empty(), "{query}: {answer}");
        assert!(
            codes
                .iter()
                .all(|code| *code == "GRAPHQL_VALIDATION_FAILED"),
            "{query}: {answer}"
        );
    }
}

#[tokio::test]
async fn valid_documents_are_executed() {
    for query in [
        "query ($x: Boolean!) { probe { __typename @include(if: $x) value } }",
        "query ($m: Int! = 3) { dishes(filter: { minutes: $m }) { id } }",
        "query ($c: Course! = MAIN) { dishes(filter: { course: $c }) { id } }",
        "{ type { ... on Dish { x: name } ... on Cook { x: name } } }",
    ] {
        let (text, _) =
            crate::execute(query, serde_json::json!({ "x": true }), crate::Role::Member).await;
        assert!(text.contains(r#""errors":[]"#), "{query}: {text}");
    }
}

#[tokio::test]
async fn several_operations_without_an_operation_name_are_an_error() {
    let both = answer("query A { probe { value } } query B { probe { value } }").await;
    assert_eq!(codes(&both), ["GRAPHQL_VALIDATION_FAILED"]);
    assert!(both["data"].is_null());
}

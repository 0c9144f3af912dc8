//! What a document must be, by the specification's sections 2 "Language" and 5
//! "Validation". Each case is one that parsers or validators got wrong.

use crate::{answer, codes};

#[tokio::test]
async fn documents_are_read_as_the_grammar_has_them() {
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
async fn mistakes_of_syntax_are_told_in_the_terms_of_graphql() {
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
        let told = answer["errors"][0]["message"].as_str().expect("a message");
        assert!(told.contains(message), "{query}: {told}");
        assert!(
            !told.contains("R_") && !told.contains("EOF"),
            "{query}: {told}"
        );
    }
}

#[tokio::test]
async fn what_the_specification_does_not_allow_is_refused() {
    for query in [
        // 5.6.1: literals of another kind.
        "{ dishes(filter: 5) { id } }",
        "{ dishes(filter: []) { id } }",
        "{ dishes(filter: \"x\") { id } }",
        "{ dishes(filter: { course: \"MAIN\" }) { id } }",
        "{ dishes(filter: { course: \"\"\"MAIN\"\"\" }) { id } }",
        "query ($c: Course = \"MAIN\") { dishes(filter: { course: $c }) { id } }",
        "{ echo(input: { date: 5 }) }",
        // 5.6.3: input fields that come twice.
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
        // 5.3.2: one key, two shapes.
        "{ type { ... on Dish { x: name } ... on Cook { x: id } } dish(id: \"a\") { x: minutes x: name } }",
        "{ type { ... on Dish { x: minutes } ... on Cook { x: name } } }",
        // 5.8.5: variables in places of other types.
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
async fn what_the_specification_allows_is_answered() {
    for query in [
        "query ($x: Boolean!) { probe { __typename @include(if: $x) value } }",
        "query ($m: Int! = 3) { dishes(filter: { minutes: $m }) { id } }",
        "query ($c: Course! = MAIN) { dishes(filter: { course: $c }) { id } }",
        "{ type { ... on Dish { x: name } ... on Cook { x: name } } }",
    ] {
        let (text, _) =
            crate::ask(query, serde_json::json!({ "x": true }), crate::Role::Member).await;
        assert!(text.contains(r#""errors":[]"#), "{query}: {text}");
    }
}

#[tokio::test]
async fn with_several_operations_and_no_name_nothing_runs() {
    let both = answer("query A { probe { value } } query B { probe { value } }").await;
    assert_eq!(codes(&both), ["GRAPHQL_VALIDATION_FAILED"]);
    assert!(both["data"].is_null());
}

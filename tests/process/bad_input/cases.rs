//! Invalid requests, and the error codes that responses to them may have.

use serde_json::{Value, json};

use crate::coach::TODAY;

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) body: Vec<u8>,
    /// The error codes that the response may have.
    pub(super) codes: &'static [&'static str],
    /// The token instead of a valid one.
    pub(super) token: Option<String>,
}

fn case(name: &'static str, body: impl Into<Vec<u8>>, codes: &'static [&'static str]) -> Case {
    Case {
        name,
        body: body.into(),
        codes,
        token: None,
    }
}

pub(super) fn query(
    name: &'static str,
    query: impl Into<String>,
    codes: &'static [&'static str],
) -> Case {
    case(name, json!({ "query": query.into() }).to_string(), codes)
}

fn with(
    name: &'static str,
    query: &str,
    variables: &Value,
    codes: &'static [&'static str],
) -> Case {
    case(
        name,
        json!({ "query": query, "variables": variables }).to_string(),
        codes,
    )
}

fn bomb() -> String {
    let spreads =
        (0..40).map(|n| format!(" fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1));
    format!(
        "{{ ...F0 }}{} fragment F40 on Query {{ __typename }}",
        spreads.collect::<String>()
    )
}

const VALIDATION: &[&str] = &["GRAPHQL_VALIDATION_FAILED"];
const INPUT: &[&str] = &["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"];
const LARGE: &[&str] = &["DOCUMENT_TOO_LARGE"];
const REQUEST: &[&str] = &["BAD_REQUEST"];
const PARSE: &[&str] = &[
    "GRAPHQL_PARSE_FAILED",
    "BAD_USER_INPUT",
    "GRAPHQL_VALIDATION_FAILED",
];

#[expect(clippy::too_many_lines, reason = "a list, one line a case")]
pub(super) fn cases() -> Vec<Case> {
    let recipes = "query ($f: RecipeFilter) { recipes(filter: $f) { nodes { id } } }";
    let day = |date: &str| {
        format!("{{ me {{ plan {{ currentCycle {{ day(date: \"{date}\") {{ id }} }} }} }} }}")
    };
    let nested =
        |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    vec![
        case("wrong JSON", "{\"query\": ", REQUEST),
        case("no JSON", vec![0xFF, 0xFE, 0x00], REQUEST),
        case("a number", "5", REQUEST),
        case("no query", "{}", REQUEST),
        case("a query of another type", "{\"query\": 5}", REQUEST),
        case(
            "variables of another type",
            "{\"query\": \"{ __typename }\", \"variables\": []}",
            REQUEST,
        ),
        case(
            "a lone surrogate",
            "{\"query\": \"{ recipe(id: \\\"\\ud800\\\") { id } }\"}",
            REQUEST,
        ),
        case(
            "batch of eleven",
            format!("[{}]", ["{\"query\":\"{ __typename }\"}"; 11].join(",")),
            &["BATCH_TOO_LARGE", "BAD_REQUEST"],
        ),
        case(
            "brackets in variables",
            format!(
                "{{\"query\": \"{{ __typename }}\", \"variables\": {{\"x\": {}}}}}",
                nested("[", "]", 10_000)
            ),
            REQUEST,
        ),
        case(
            "a megabyte of body",
            format!("{{\"query\": \"{}\"}}", "a ".repeat(600_000)),
            &["PAYLOAD_TOO_LARGE", "BODY_TOO_LARGE"],
        ),
        query("a megabyte of query", "{ a }".repeat(190_000), LARGE),
        query(
            "brackets in a literal",
            format!(
                "{{ recipes(filter: {}) {{ nodes {{ id }} }} }}",
                nested("[", "]", 10_000)
            ),
            LARGE,
        ),
        query(
            "objects in a literal",
            format!(
                "{{ recipes(filter: {}) {{ nodes {{ id }} }} }}",
                "{a:".repeat(10_000)
            ),
            LARGE,
        ),
        query(
            "fifty levels",
            format!("{}{}", "{ me ".repeat(50), "}".repeat(50)),
            LARGE,
        ),
        query(
            "thirteen levels",
            format!("{}{}", "{ me ".repeat(13), "}".repeat(13)),
            LARGE,
        ),
        query("a fragment bomb", bomb(), LARGE),
        query(
            "a fragment cycle",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            VALIDATION,
        ),
        query(
            "a fragment cycle below a field",
            "{ me { ...A } } fragment A on Member { plan { ...B } } fragment B on Plan { cycles { checkIn { ...C } } } fragment C on CheckIn { cycle { checkIn { ...C } } }",
            VALIDATION,
        ),
        query(
            "aliases",
            format!(
                "{{ {} }}",
                (0..31)
                    .map(|n| format!("a{n}: __typename "))
                    .collect::<String>()
            ),
            LARGE,
        ),
        query(
            "directives",
            format!("{{ __typename {} }}", "@skip(if: false) ".repeat(51)),
            LARGE,
        ),
        query(
            "introspection in introspection",
            "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }",
            LARGE,
        ),
        query(
            "introspection in circles",
            format!(
                "{{ __type(name: \"Node\") {{ {} name {} }} }}",
                "possibleTypes { interfaces { ".repeat(6),
                "} }".repeat(6)
            ),
            LARGE,
        ),
        query(
            "operations",
            (0..11)
                .map(|n| format!("query Q{n} {{ __typename }} "))
                .collect::<String>(),
            LARGE,
        ),
        query(
            "fields that conflict",
            "{ recipes(first: 1) { nodes { title } } ... on Query { recipes: workouts(first: 1) { nodes { durationMinutes } } } }",
            VALIDATION,
        ),
        with(
            "a long value used often",
            &format!(
                "query ($f: WorkoutFilter) {{ {} }}",
                "workouts(filter: $f) { __typename } ".repeat(60)
            ),
            &json!({ "f": { "level": "x".repeat(300_000) } }),
            INPUT,
        ),
        query(
            "cost",
            "{ a: recipes(first: 100) { nodes { ingredients { name } } edges { node { ingredients { name } } } } b: recipes(first: 100) { nodes { ingredients { name } } edges { node { ingredients { name } } } } c: recipes(first: 100) { nodes { ingredients { name } } edges { node { ingredients { name } } } } }",
            &["COST_LIMIT_EXCEEDED"],
        ),
        query("no GraphQL", "select * from member", PARSE),
        query("an open string", "{ recipe(id: \"", PARSE),
        query("NUL in the text", "{ recipe(id: \u{0}) { id } }", PARSE),
        query("an unknown field", "{ passwords }", VALIDATION),
        query(
            "an unknown argument",
            "{ recipe(id: \"x\", drop: true) { id } }",
            VALIDATION,
        ),
        query(
            "two operations and no name",
            "query A { __typename } query B { __typename }",
            VALIDATION,
        ),
        query("a subscription", "subscription { x }", VALIDATION),
        query(
            "an argument of another type",
            "{ recipes(first: \"many\") { nodes { id } } }",
            INPUT,
        ),
        query(
            "first: 101",
            "{ recipes(first: 101) { nodes { id } } }",
            INPUT,
        ),
        query(
            "first: -1",
            "{ recipes(first: -1) { nodes { id } } }",
            INPUT,
        ),
        query(
            "first: a billion",
            "{ recipes(first: 1000000000000) { nodes { id } } }",
            &["GRAPHQL_VALIDATION_FAILED"],
        ),
        query(
            "a cursor that is none",
            "{ recipes(after: \"💥\") { nodes { id } } }",
            INPUT,
        ),
        query(
            "an unknown enum value",
            "{ recipes(filter: { diet: MEAT }) { nodes { id } } }",
            INPUT,
        ),
        query("a date that is none", day("2026-02-30"), INPUT),
        query("a date of the year 99999", day("99999-01-01"), INPUT),
        with(
            "NUL in a variable",
            recipes,
            &json!({ "f": { "text": "a\u{0}b" } }),
            INPUT,
        ),
        with(
            "a variable of another type",
            recipes,
            &json!({ "f": { "maxMinutes": "ten" } }),
            INPUT,
        ),
        with(
            "an unknown field of a variable",
            recipes,
            &json!({ "f": { "secret": 1 } }),
            INPUT,
        ),
        with(
            "a list for an object",
            recipes,
            &json!({ "f": [[1]] }),
            INPUT,
        ),
        with(
            "a long text",
            recipes,
            &json!({ "f": { "text": "x".repeat(101) } }),
            INPUT,
        ),
    ]
}

/// The operation `Today` with invalid tokens.
pub(super) fn invalid_tokens(good: &str) -> Vec<Case> {
    let parts: Vec<&str> = good.split('.').collect();
    let [head, claims, signature] = parts[..] else {
        panic!("a JWT")
    };
    let other = "eyJhbGciOiJub25lIn0";
    let tokens = [
        ("a token without a signature", format!("{other}.{claims}.")),
        (
            "a token with another's signature",
            format!(
                "{head}.{claims}.{}",
                signature.chars().rev().collect::<String>()
            ),
        ),
        (
            "a token with other claims",
            format!("{head}.{other}.{signature}"),
        ),
        ("a token of garbage", "x".repeat(4_000)),
    ];
    let body = json!({ "query": TODAY }).to_string();
    let cases = tokens.map(|(name, token)| Case {
        token: Some(token),
        ..case(name, body.clone(), &["UNAUTHENTICATED"])
    });
    cases.into()
}

/// Unusual but valid requests, which have no errors.
pub(super) fn harmless() -> Vec<Case> {
    let recipe = "query ($id: ID!) { recipe(id: $id) { id } node(id: $id) { id } }";
    vec![
        with(
            "an id of garbage",
            recipe,
            &json!({ "id": "'; drop table member; --" }),
            &[],
        ),
        query(
            "the year 9999",
            "{ me { plan { currentCycle { day(date: \"9999-12-31\") { id } days(from: \"0001-01-01\", to: \"9999-12-31\") { id } } } } }",
            &[],
        ),
        with(
            "a search for operators",
            "query ($f: RecipeFilter) { recipes(filter: $f) { nodes { id } } }",
            &json!({ "f": { "text": "' & | ! :* <-> ( \\" } }),
            &[],
        ),
    ]
}

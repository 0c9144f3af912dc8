//! What a GraphQL request asks for, from its body or its URL.

use async_graphql::Variables;
use axum::{extract::Query, http::Uri};
use serde::Deserialize;

use super::refusal::Refusal;

/// The parameters of one operation. Others are ignored, as the specification reserves them for its future.
#[derive(Debug, Deserialize)]
pub(super) struct Params {
    pub(super) query: String,
    #[serde(default, rename = "operationName")]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Variables,
    #[serde(default)]
    extensions: Option<Extensions>,
}

/// An object, whatever is in it.
#[derive(Debug, Deserialize)]
struct Extensions {}

/// One operation, or several that are answered together.
#[derive(Debug)]
pub(super) enum Request {
    Single(Box<Params>),
    Batch(Vec<Params>),
}

const SHAPE: &str = "the body must be a JSON object (or a list of such) in which `query` is a string, and, where \
                     they are given, `operationName` is a string, `variables` and `extensions` are objects";

impl Request {
    /// From the body of a POST.
    pub(super) fn from_body(body: &[u8], largest_batch: usize) -> Result<Self, Refusal> {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        if first != Some(&b'[') {
            return serde_json::from_slice(body)
                .map(Self::Single)
                .map_err(|error| refuse(&error));
        }
        let batch: Vec<Params> = serde_json::from_slice(body).map_err(|error| refuse(&error))?;
        match batch.len() {
            0 => Err(Refusal::bad_request("the batch is empty")),
            size if size > largest_batch => Err(Refusal::bad_request(format!(
                "the batch has {size} operations, which is more than {largest_batch}"
            ))),
            _ => Ok(Self::Batch(batch)),
        }
    }

    /// From the URL of a GET.
    pub(super) fn from_uri(uri: &Uri) -> Result<Self, Refusal> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(Refusal::bad_request("the URL's query is not well-formed"));
        };
        let mut pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let mut params = Params {
            query: String::new(),
            operation_name: None,
            variables: Variables::default(),
            extensions: None,
        };
        pairs.try_for_each(|(name, value)| {
            match name.as_str() {
                "query" => params.query = value,
                "operationName" => params.operation_name = Some(value),
                "variables" => params.variables = json(&name, &value)?,
                "extensions" => params.extensions = json(&name, &value)?,
                _ => {}
            }
            Ok(())
        })?;
        if params.query.is_empty() {
            return Err(Refusal::bad_request("the parameter `query` is missing"));
        }
        Ok(Self::Single(Box::new(params)))
    }
}

fn json<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text)
        .map_err(|_| Refusal::bad_request(format!("the parameter `{name}` is not a JSON object")))
}

/// In our own words: a parser's talk about types and traits is not for strangers.
fn refuse(error: &serde_json::Error) -> Refusal {
    if error.is_data() {
        return Refusal::bad_request(SHAPE);
    }
    Refusal::bad_request(format!(
        "the body is not JSON (line {}, column {})",
        error.line(),
        error.column()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<Request, Refusal> {
        Request::from_body(text.as_bytes(), 2)
    }

    #[test]
    fn well_formed_requests_are_read() {
        let Ok(Request::Single(params)) = body(
            r#" {"query": "{a}", "variables": {"x": [1, null]}, "operationName": null, "id": 7, "extensions": {}}"#,
        ) else {
            panic!("refused");
        };
        assert_eq!(params.query, "{a}");
        assert_eq!(params.variables.into_value().to_string(), "{x: [1, null]}");
        assert!(body(r#"{"query": "{a}", "variables": null, "extensions": null}"#).is_ok());
        assert!(
            matches!(body(r#"[{"query": "{a}"}]"#), Ok(Request::Batch(batch)) if batch.len() == 1)
        );
    }

    #[test]
    fn what_is_not_a_request_is_refused_in_our_own_words() {
        let deep = format!(
            r#"{{"query": "{{a}}", "variables": {{"x": {}"#,
            "[".repeat(10_000)
        );
        let batch = r#"[{"query": "a"}, {"query": "b"}, {"query": "c"}]"#;
        for wrong in [
            "",
            "NONSENSE",
            r#"{"query":"#,
            "[]",
            "[1]",
            "7",
            "null",
            "\"{a}\"",
            "{}",
            r#"{"qeury": "{a}"}"#,
            r#"{"query": 7}"#,
            r#"{"query": null}"#,
            r#"{"query": "{a}", "variables": [7]}"#,
            r#"{"query": "{a}", "variables": "x"}"#,
            r#"{"query": "{a}", "operationName": 7}"#,
            r#"{"query": "{a}", "extensions": 0}"#,
            r#"{"query": "\ud800"}"#,
            &deep,
            batch,
        ] {
            let refusal = format!("{:?}", body(wrong).expect_err(wrong));
            assert!(
                !refusal.contains("invalid type") && !refusal.contains("Variables"),
                "{refusal}"
            );
        }
        assert!(Request::from_body(b"{\"query\": \"\xff\"}", 2).is_err());
    }

    #[test]
    fn urls_carry_queries_too() {
        let uri = |text: &str| Request::from_uri(&text.parse().unwrap());
        let Ok(Request::Single(params)) =
            uri("/graphql?query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=&x=y")
        else {
            panic!("refused");
        };
        assert_eq!(
            (params.query.as_str(), params.operation_name),
            ("{a}", None)
        );
        assert_eq!(params.variables.len(), 1);
        assert!(uri("/graphql").is_err());
        assert!(uri("/graphql?query=").is_err());
        assert!(uri("/graphql?query=%7Ba%7D&variables=7").is_err());
        assert!(uri("/graphql?query=%7Ba%7D&variables=%5B").is_err());
    }
}

//! Parses GraphQL requests from bodies and URLs.

use async_graphql::Variables;
use axum::{extract::Query, http::Uri};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    error::HttpError,
    json_object::JsonObject,
    lone_surrogate::{self, PathSegment},
};

/// The parameters of one operation. Unknown ones are ignored, because the specification reserves them for the future.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Params {
    /// The document; `None` if the client sends the hash of a persisted query instead.
    pub(super) query: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
    extensions: Option<JsonObject<Extensions>>,
}

/// The known member of `extensions`; others are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    /// Set by Apollo's convention for persisted queries.
    persisted_query: Option<IgnoredAny>,
}

impl Params {
    /// Parses the URL of a GET.
    pub(super) fn from_uri(uri: &Uri) -> Result<Self, HttpError> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(HttpError::bad_request("the URL's query is not well-formed"));
        };
        let mut params = Self::default();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "query" => params.query = Some(value),
                "operationName" => params.operation_name = Some(value),
                "variables" => params.variables = json_parameter(&name, &value)?,
                "extensions" => params.extensions = json_parameter(&name, &value)?,
                _ => {}
            }
        }
        params.validated("the parameter `query` is missing")
    }

    /// Fails with `message` unless there is a document or the hash of one. Some clients send an empty document along
    /// with the hash.
    fn validated(mut self, message: &'static str) -> Result<Self, HttpError> {
        let extensions = self.extensions.as_ref();
        let is_persisted = extensions.is_some_and(|it| it.0.persisted_query.is_some());
        self.query = self.query.filter(|text| !(is_persisted && text.is_empty()));
        if self.query.is_some() || is_persisted {
            return Ok(self);
        }
        Err(HttpError::bad_request(message))
    }
}

/// A request with one operation, or a batch of them.
#[derive(Debug)]
pub(super) enum GraphqlRequest {
    Single(Params),
    Batch(Vec<Params>),
}

const EXPECTED_SHAPE: &str = "the body must be a JSON object (or a list of such) in which `query` is a string, and, \
                              where they are given, `operationName` is a string, `variables` and `extensions` are \
                              objects";

impl GraphqlRequest {
    /// Parses the body of a POST.
    pub(super) fn from_body(body: &[u8], max_batch_size: usize) -> Result<Self, HttpError> {
        if !is_list(body) {
            let JsonObject(params) = serde_json::from_slice::<JsonObject<Params>>(body)
                .map_err(|error| parse_error(&error, body))?;
            return Ok(Self::Single(params.validated(EXPECTED_SHAPE)?));
        }
        // The operations are only parsed if there are not too many.
        let size = Self::batch_size(body).unwrap_or_default();
        if size > max_batch_size {
            return Err(HttpError::bad_request(format!(
                "the batch has {size} operations, which is more than {max_batch_size}"
            )));
        }
        let batch: Vec<JsonObject<Params>> =
            serde_json::from_slice(body).map_err(|error| parse_error(&error, body))?;
        if batch.is_empty() {
            return Err(HttpError::bad_request("the batch is empty"));
        }
        let batch = batch
            .into_iter()
            .map(|JsonObject(params)| params.validated(EXPECTED_SHAPE));
        Ok(Self::Batch(batch.collect::<Result<_, _>>()?))
    }

    /// The number of operations in a body; `None` if it is not a batch.
    pub(super) fn batch_size(body: &[u8]) -> Option<usize> {
        // A list: `Vec` accepts nothing else.
        let entries: Vec<IgnoredAny> = serde_json::from_slice(body).ok()?;
        Some(entries.len())
    }
}

fn is_list(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'[')
}

fn json_parameter<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, HttpError> {
    serde_json::from_str(text).map_err(|_| match lone_surrogate::find(text.as_bytes()) {
        Some(mut path) => {
            path.insert(0, PathSegment::Key(name.to_owned()));
            lone_surrogate_error(&path)
        }
        None => HttpError::bad_request(format!("the parameter `{name}` is not a JSON object")),
    })
}

/// The error for a body that cannot be parsed. It does not contain serde's message, which is about Rust types.
fn parse_error(error: &serde_json::Error, body: &[u8]) -> HttpError {
    if error.is_data() {
        return HttpError::bad_request(EXPECTED_SHAPE);
    }
    if let Some(path) = lone_surrogate::find(body) {
        return lone_surrogate_error(&path);
    }
    HttpError::bad_request(format!(
        "the body is not JSON (line {}, column {})",
        error.line(),
        error.column()
    ))
}

/// The error for a lone surrogate at `path`. It contains the name of the variable if it is in one.
fn lone_surrogate_error(path: &[PathSegment]) -> HttpError {
    const PROBLEM: &str = "has half of a surrogate pair, which is no character";
    // In a batch the path begins with the index of the operation.
    let in_batch = matches!(path, [PathSegment::Index(_), ..]);
    let path = &path[usize::from(in_batch)..];
    match path {
        [PathSegment::Key(key), PathSegment::Key(variable), path @ ..] if key == "variables" => {
            let mut location = format!("${variable}");
            for segment in path {
                match segment {
                    PathSegment::Key(name) => location += &format!(".{name}"),
                    PathSegment::Index(index) => location += &format!("[{index}]"),
                }
            }
            HttpError::invalid_variable(variable.clone(), format!("{location} {PROBLEM}"))
        }
        [PathSegment::Key(key), ..] => HttpError::bad_request(format!("`{key}` {PROBLEM}")),
        _ => HttpError::bad_request(format!("the body {PROBLEM}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<GraphqlRequest, HttpError> {
        GraphqlRequest::from_body(text.as_bytes(), 2)
    }

    #[test]
    fn well_formed_requests_are_read() {
        let Ok(GraphqlRequest::Single(params)) = body(
            r#" {"query": "{a}", "variables": {"x": [1, null]}, "operationName": null, "id": 7, "extensions": {}}"#,
        ) else {
            panic!("rejected");
        };
        assert_eq!(params.query.as_deref(), Some("{a}"));
        assert_eq!(params.variables.into_value().to_string(), "{x: [1, null]}");
        assert!(body(r#"{"query": "{a}", "variables": null, "extensions": null}"#).is_ok());
        assert!(
            matches!(body(r#"[{"query": "{a}"}]"#), Ok(GraphqlRequest::Batch(batch)) if batch.len() == 1)
        );
    }

    #[test]
    fn malformed_requests_are_rejected_without_serde_messages() {
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
            let error = format!("{:?}", body(wrong).expect_err(wrong));
            assert!(
                !error.contains("invalid type") && !error.contains("Variables"),
                "{error}"
            );
        }
        assert!(GraphqlRequest::from_body(b"{\"query\": \"\xff\"}", 2).is_err());
    }

    #[test]
    fn urls_carry_queries_too() {
        let uri = |text: &str| Params::from_uri(&text.parse().unwrap());
        let params =
            uri("/graphql?query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=&x=y").unwrap();
        assert_eq!(
            (params.query.as_deref(), params.operation_name),
            (Some("{a}"), None)
        );
        assert_eq!(params.variables.len(), 1);
        assert!(uri("/graphql").is_err());
        assert!(uri("/graphql?query=").is_err());
        assert!(uri("/graphql?query=%7Ba%7D&variables=7").is_err());
        assert!(uri("/graphql?query=%7Ba%7D&variables=%5B").is_err());
    }
}

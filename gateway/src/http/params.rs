//! What a GraphQL request asks for, from its body or its URL.

use async_graphql::Variables;
use axum::{extract::Query, http::Uri};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    half_pair::{self, Segment},
    object::Object,
    refusal::Refusal,
};

/// The parameters of one operation. Others are ignored, as the specification reserves them for its future.
#[derive(Debug, Deserialize)]
pub(super) struct Params {
    /// `None` where the client hopes that we know the text by its hash.
    #[serde(default)]
    pub(super) query: Option<String>,
    #[serde(default, rename = "operationName")]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Variables,
    #[serde(default)]
    extensions: Option<Object<Extensions>>,
}

/// What may be in it, besides anything else.
#[derive(Debug, Deserialize)]
struct Extensions {
    /// Of Apollo's convention for persisted queries.
    #[serde(default, rename = "persistedQuery")]
    persisted_query: Option<IgnoredAny>,
}

impl Params {
    /// With a text, or the hash of one. Some clients send an empty text beside the hash.
    fn checked(mut self) -> Option<Self> {
        let extensions = self.extensions.as_ref();
        let is_persisted = extensions.is_some_and(|it| it.0.persisted_query.is_some());
        self.query = self.query.filter(|text| !(is_persisted && text.is_empty()));
        (self.query.is_some() || is_persisted).then_some(self)
    }
}

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
        if !is_list(body) {
            let Object(params) = serde_json::from_slice::<Object<Params>>(body)
                .map_err(|error| refuse(&error, body))?;
            let params = params.checked();
            let params = params.ok_or_else(|| Refusal::bad_request(SHAPE))?;
            return Ok(Self::Single(Box::new(params)));
        }
        // Looked at only when there are not too many.
        let size = Self::operations(body).unwrap_or_default();
        if size > largest_batch {
            return Err(Refusal::bad_request(format!(
                "the batch has {size} operations, which is more than {largest_batch}"
            )));
        }
        let batch: Vec<Object<Params>> =
            serde_json::from_slice(body).map_err(|error| refuse(&error, body))?;
        if batch.is_empty() {
            return Err(Refusal::bad_request("the batch is empty"));
        }
        let batch = batch.into_iter().map(|Object(params)| params.checked());
        let batch: Option<_> = batch.collect();
        let batch = batch.ok_or_else(|| Refusal::bad_request(SHAPE))?;
        Ok(Self::Batch(batch))
    }

    /// How many operations a body is about; `None` where it is not a batch.
    pub(super) fn operations(body: &[u8]) -> Option<usize> {
        let entries: Vec<IgnoredAny> = is_list(body)
            .then(|| serde_json::from_slice(body).ok())
            .flatten()?;
        Some(entries.len())
    }

    /// From the URL of a GET.
    pub(super) fn from_uri(uri: &Uri) -> Result<Self, Refusal> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(Refusal::bad_request("the URL's query is not well-formed"));
        };
        let mut pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let mut params = Params {
            query: None,
            operation_name: None,
            variables: Variables::default(),
            extensions: None,
        };
        pairs.try_for_each(|(name, value)| {
            match name.as_str() {
                "query" => params.query = Some(value),
                "operationName" => params.operation_name = Some(value),
                "variables" => params.variables = json(&name, &value)?,
                "extensions" => params.extensions = json(&name, &value)?,
                _ => {}
            }
            Ok(())
        })?;
        let params = params.checked();
        let params =
            params.ok_or_else(|| Refusal::bad_request("the parameter `query` is missing"))?;
        Ok(Self::Single(Box::new(params)))
    }
}

fn is_list(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'[')
}

fn json<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|_| match half_pair::find(text.as_bytes()) {
        Some(mut path) => {
            path.insert(0, Segment::Member(name.to_owned()));
            half_of_a_pair(&path)
        }
        None => Refusal::bad_request(format!("the parameter `{name}` is not a JSON object")),
    })
}

/// In our own words: a parser's talk about types and traits is not for strangers.
fn refuse(error: &serde_json::Error, body: &[u8]) -> Refusal {
    if error.is_data() {
        return Refusal::bad_request(SHAPE);
    }
    if let Some(path) = half_pair::find(body) {
        return half_of_a_pair(&path);
    }
    Refusal::bad_request(format!(
        "the body is not JSON (line {}, column {})",
        error.line(),
        error.column()
    ))
}

/// Names the variable where the half stands in one.
fn half_of_a_pair(path: &[Segment]) -> Refusal {
    const WRONG: &str = "has half of a surrogate pair, which is no character";
    // In a batch the operation's place comes first.
    let path = match path {
        [Segment::Place(_), path @ ..] => path,
        path => path,
    };
    match path {
        [
            Segment::Member(member),
            Segment::Member(variable),
            path @ ..,
        ] if member == "variables" => {
            let mut place = format!("${variable}");
            for segment in path {
                match segment {
                    Segment::Member(name) => place += &format!(".{name}"),
                    Segment::Place(index) => place += &format!("[{index}]"),
                }
            }
            Refusal::of_variable(variable.clone(), format!("{place} {WRONG}"))
        }
        [Segment::Member(member), ..] => Refusal::bad_request(format!("`{member}` {WRONG}")),
        _ => Refusal::bad_request(format!("the body {WRONG}")),
    }
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
        assert_eq!(params.query.as_deref(), Some("{a}"));
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

//! A GraphQL response, with assertions that hold for every one.

use chrono::DateTime;
use serde_json::{Value, json};

/// The response to one request.
#[derive(Debug)]
pub(crate) struct GraphqlResponse {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The SQL statements that it took, in the order in which they were sent.
    pub(crate) statements: Vec<String>,
}

/// The error codes that clients must expect of single fields. Such an error must not make a parent of its field null.
const EXPECTED: [&str; 5] = [
    "FORBIDDEN",
    "RATE_LIMITED",
    "SHOP_NOT_CONFIGURED",
    "SUBSCRIPTION_REQUIRED",
    "UNAUTHENTICATED",
];

/// Fails if an expected error of a field has made a parent of the field null: that removes its siblings, and clients'
/// caches keep the wrong null. It checks every response of the suite.
pub(super) fn assert_errors_stay_in_place(body: &Value) {
    let errors = body["errors"].as_array().into_iter().flatten();
    let expected = errors.filter(|error| {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        EXPECTED.contains(&code)
    });
    for error in expected {
        let Some(path) = error["path"].as_array() else {
            continue;
        };
        let mut value = &body["data"];
        for segment in path {
            assert!(
                !value.is_null(),
                "the error took more than its field away: {body:#}"
            );
            value = match segment {
                Value::String(key) => &value[key],
                index => &value[usize::try_from(index.as_u64().expect("an index")).expect("small")],
            };
        }
        assert!(value.is_null(), "there is an error and a value: {body:#}");
    }
}

/// Fails if a time has a fraction: many clients parse whole seconds only. It checks every response of the suite, and
/// the messages for other systems.
pub(super) fn assert_whole_seconds(value: &Value) {
    match value {
        Value::String(text) => {
            let is_time = DateTime::parse_from_rfc3339(text).is_ok();
            assert!(!is_time || !text.contains('.'), "{text} has a fraction");
        }
        Value::Array(items) => items.iter().for_each(assert_whole_seconds),
        Value::Object(fields) => fields.values().for_each(assert_whole_seconds),
        _ => {}
    }
}

impl GraphqlResponse {
    pub(crate) fn data(&self) -> &Value {
        assert!(self.body["errors"].is_null(), "{self:#?}");
        &self.body["data"]
    }

    pub(crate) fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        errors
            .filter_map(|error| error["extensions"]["code"].as_str())
            .collect()
    }

    /// The payload of the only field of the operation.
    pub(crate) fn payload(&self) -> &Value {
        let fields = self.data().as_object().expect("an object");
        assert_eq!(fields.len(), 1, "{self:#?}");
        fields.values().next().expect("a field")
    }

    /// The payload of a mutation, which must have no `userErrors`.
    pub(crate) fn success(&self) -> &Value {
        let payload = self.payload();
        assert_eq!(payload["userErrors"], json!([]), "{self:#?}");
        payload
    }

    /// The code and path of the only `userError` of a mutation. All other fields of the payload must be null.
    pub(crate) fn user_error(&self) -> (&str, String) {
        let payload = self.payload().as_object().expect("a payload");
        let others = payload.iter().filter(|(name, _)| *name != "userErrors");
        for (name, value) in others {
            assert!(value.is_null(), "{name} in {self:#?}");
        }
        let errors = payload["userErrors"].as_array().expect("a list");
        let [error] = errors.as_slice() else {
            panic!("not one error: {self:#?}");
        };
        let message = error["message"].as_str().expect("a message");
        assert!(message.len() > 5, "{self:#?}");
        let path = error["path"].as_array().expect("a path").iter();
        let path: Vec<_> = path.filter_map(Value::as_str).collect();
        (error["code"].as_str().expect("a code"), path.join("."))
    }
}

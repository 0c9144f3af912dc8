//! What came back.

use serde_json::{Value, json};

/// An answer to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The SQL that it took, in order of sending.
    pub(crate) statements: Vec<String>,
}

/// What clients have to expect of a field, and so must take nothing else away.
const EXPECTED: [&str; 5] = [
    "FORBIDDEN",
    "RATE_LIMITED",
    "SHOP_NOT_CONFIGURED",
    "SUBSCRIPTION_REQUIRED",
    "UNAUTHENTICATED",
];

/// Fails where an expected error of a field is not a null in that field's own place: a parent that is null in its stead
/// takes siblings away, and stands as a wrong null in clients' caches. Every answer of the whole suite is looked at.
pub(super) fn assert_errors_are_in_place(body: &Value) {
    let errors = body["errors"].as_array().into_iter().flatten();
    let expected = errors.filter(|error| {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        EXPECTED.contains(&code)
    });
    for error in expected {
        let Some(path) = error["path"].as_array() else {
            continue;
        };
        let mut place = &body["data"];
        for segment in path {
            assert!(
                !place.is_null(),
                "the error took more than its field away: {body:#}"
            );
            place = match segment {
                Value::String(key) => &place[key],
                index => &place[usize::try_from(index.as_u64().expect("an index")).expect("small")],
            };
        }
        assert!(place.is_null(), "there is an error and a value: {body:#}");
    }
}

impl Answer {
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

    /// The payload of the one mutation that was asked for.
    pub(crate) fn payload(&self) -> &Value {
        let fields = self.data().as_object().expect("an object");
        assert_eq!(fields.len(), 1, "{self:#?}");
        fields.values().next().expect("a field")
    }

    /// The payload of a mutation that was done.
    pub(crate) fn done(&self) -> &Value {
        let payload = self.payload();
        assert_eq!(payload["userErrors"], json!([]), "{self:#?}");
        payload
    }

    /// Code and path of the one `userError` of a mutation that was not done; the rest of the payload is null.
    pub(crate) fn refusal(&self) -> (&str, String) {
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

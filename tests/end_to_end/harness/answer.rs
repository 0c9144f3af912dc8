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

//! Compares JSON.

use serde_json::Value;

/// Describes the first difference between two values. Numbers are compared by their value, so that `4.0` equals `4`, and
/// objects regardless of the order of their fields.
pub(crate) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    at("", expected, actual)
}

fn at(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(these), Value::Object(those)) => {
            let names = these.keys().chain(those.keys());
            names
                .map(|name| (name, these.get(name), those.get(name)))
                .find_map(|(name, this, that)| match (this, that) {
                    (Some(this), Some(that)) => at(&format!("{path}/{name}"), this, that),
                    (Some(_), None) => Some(format!("{path}/{name} is missing")),
                    _ => Some(format!("{path}/{name} should not be there")),
                })
        }
        (Value::Array(these), Value::Array(those)) if these.len() == those.len() => {
            let pairs = these.iter().zip(those).enumerate();
            pairs
                .map(|(index, (this, that))| at(&format!("{path}/{index}"), this, that))
                .find_map(|difference| difference)
        }
        (Value::Number(this), Value::Number(that)) if this.as_f64() == that.as_f64() => None,
        (this, that) if this == that => None,
        (this, that) => Some(format!("{path} is {that} instead of {this}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::difference;

    #[test]
    fn the_first_difference_has_a_path() {
        let expected = json!({ "data": { "meals": [{ "grams": 4.0 }, { "grams": 5.5 }] } });
        let equal = json!({ "data": { "meals": [{ "grams": 4 }, { "grams": 5.5 }] } });
        assert_eq!(difference(&expected, &equal), None);
        for (actual, wanted) in [
            (
                json!({ "data": { "meals": [{ "grams": 4 }, { "grams": 6 }] } }),
                "/data/meals/1/grams is 6 instead of 5.5",
            ),
            (
                json!({ "data": { "meals": [{}, { "grams": 6 }] } }),
                "/data/meals/0/grams is missing",
            ),
            (
                json!({ "data": { "meals": null } }),
                "/data/meals is null instead of [{\"grams\":4.0},{\"grams\":5.5}]",
            ),
            (
                json!({ "data": {}, "errors": [] }),
                "/data/meals is missing",
            ),
        ] {
            assert_eq!(difference(&expected, &actual).as_deref(), Some(wanted));
        }
        let more = json!({ "data": { "meals": [{ "grams": 4 }, { "grams": 5.5 }] }, "errors": [] });
        assert_eq!(
            difference(&expected, &more).as_deref(),
            Some("/errors should not be there")
        );
    }
}

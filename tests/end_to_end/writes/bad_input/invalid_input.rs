//! Every kind of invalid input that the schema suggests.

use apollo_compiler::{
    Schema,
    ast::{InputValueDefinition, Value as Literal},
    schema::ExtendedType,
};
use serde_json::{Value, json};

use super::example::Examples;

/// One invalid input.
pub(super) struct InvalidInput {
    pub(super) what: String,
    /// The JSON pointer of the error, such as `/consents/0/purpose`; empty for the whole input.
    pub(super) path: String,
    /// Whether it certainly is an error that a person can correct.
    pub(super) is_user_error: bool,
    pub(super) variables: Value,
}

/// All invalid inputs of a type.
pub(super) fn invalid_inputs(
    schema: &Schema,
    examples: &Examples<'_>,
    input: &str,
) -> Vec<InvalidInput> {
    let mut found = Generator {
        schema,
        examples,
        valid: examples.input(input),
        found: Vec::new(),
    };
    for (what, variables) in [
        ("no input", json!({})),
        ("null for the input", json!({ "input": null })),
        ("a text for the input", json!({ "input": "text" })),
        ("a number for the input", json!({ "input": 5 })),
        ("a list for the input", json!({ "input": [] })),
        ("nothing in the input", json!({ "input": {} })),
    ] {
        found.found.push(InvalidInput {
            what: what.to_owned(),
            path: String::new(),
            is_user_error: false,
            variables,
        });
    }
    found.object(input, "");
    found.found
}

struct Generator<'a> {
    schema: &'a Schema,
    examples: &'a Examples<'a>,
    valid: Value,
    found: Vec<InvalidInput>,
}

impl Generator<'_> {
    fn object(&mut self, ty: &str, path: &str) {
        let ExtendedType::InputObject(input) = &self.schema.types[ty] else {
            panic!("an input type: {ty}")
        };
        let input = input.clone();
        self.put(
            &format!("{path}/noSuchField"),
            "a field that there is not",
            json!(1),
        );
        let described = input.description.as_deref().unwrap_or_default();
        // In the input of an update, an absent field leaves the value unchanged, and null is an error.
        let changes = described.contains("is the\n`userError` REQUIRED");
        for (name, field) in &input.fields {
            let path = format!("{path}/{name}");
            self.field(&path, field);
            if needs_a_value(field) || changes && name != "occurredAt" && !field.ty.is_non_null() {
                self.put(&path, "null for what must have a value", Value::Null);
            }
        }
    }

    fn field(&mut self, path: &str, field: &InputValueDefinition) {
        if field.is_required() {
            self.missing(path);
        }
        if field.ty.is_non_null() {
            self.put(path, "null", Value::Null);
        }
        let list = field.ty.is_list();
        let wrap = |value: Value| if list { json!([value]) } else { value };
        for (what, value) in self.values(field) {
            self.put(path, what, wrap(value));
        }
        if list {
            self.list(path, field);
        } else {
            self.put(
                path,
                "a list",
                json!([self.examples.value(field, &field.ty), 5]),
            );
        }
        let inner = field.ty.inner_named_type().as_str();
        if let ExtendedType::InputObject(_) = &self.schema.types[inner] {
            let inner_path = if list {
                format!("{path}/0")
            } else {
                path.to_owned()
            };
            self.object(inner, &inner_path);
        }
    }

    fn list(&mut self, path: &str, field: &InputValueDefinition) {
        self.put(path, "null in a list", json!([null]));
        self.put(path, "a list in a list", json!([[self.item(field)], 5]));
        if let Some(max) = bound(field, "maxItems") {
            let items = vec![self.item(field); usize::try_from(max).expect("small") + 1];
            self.put(path, "too many items", json!(items));
        }
        if bound(field, "minItems") == Some(1) {
            self.put(path, "no items", json!([]));
        }
    }

    fn item(&self, field: &InputValueDefinition) -> Value {
        self.examples.value(field, field.ty.item_type())
    }

    /// Invalid values for the field, or for an item of it.
    fn values(&self, field: &InputValueDefinition) -> Vec<(&'static str, Value)> {
        let name = field.ty.inner_named_type().as_str();
        let mut invalid = vec![("an object", json!({ "a": 1 }))];
        let is_key = field.name == "idempotencyKey";
        match name {
            "ID" if is_key => {
                invalid.extend(invalid_texts());
                invalid.push(("a control character", json!("a\u{7}b")));
            }
            "ID" => {
                invalid.extend(invalid_texts());
                let ids = self.examples.wrong_ids(field).into_iter();
                invalid.extend(ids.map(|(what, id)| (what, json!(id))));
            }
            "String" => {
                invalid.extend(invalid_texts());
                invalid.push(("a number for a text", json!(5)));
                invalid.push(("a control character", json!("a\u{7}b")));
            }
            "Boolean" => invalid.extend([
                ("a text for yes or no", json!("true")),
                ("a number for yes or no", json!(1)),
            ]),
            "Int" => invalid.extend([
                ("a text for a number", json!("3")),
                ("a fraction", json!(3.5)),
                ("a number beyond 32 bits", json!(2_147_483_648_i64)),
                ("a number beyond 64 bits", json!(1e300)),
            ]),
            "DateTime" => {
                // A start must be in the future, at most a year from now.
                let is_start = field.name == "startsAt";
                let times = INVALID_TIMES.map(|(what, text)| match what {
                    "in the future" if is_start => ("far ahead", json!("2027-03-20T12:00:00Z")),
                    what => (what, json!(text)),
                });
                invalid.extend(times);
            }
            "TimeZone" => invalid.extend([
                ("an offset", json!("+02:00")),
                ("an unknown zone", json!("Europe/Atlantis")),
                ("no zone", json!("")),
            ]),
            "EmailAddress" => invalid.extend([
                ("no address", json!("sam")),
                ("two addresses", json!("sam@example.com, max@example.com")),
                (
                    "a line in an address",
                    json!("sam@example.com\r\nBcc: max@example.com"),
                ),
                (
                    "a long address",
                    json!(format!("{}@example.com", "a".repeat(250))),
                ),
            ]),
            _ => {}
        }
        if let ExtendedType::Enum(_) = &self.schema.types[name] {
            invalid.extend([
                ("an unknown value", json!("NO_SUCH_VALUE")),
                ("an empty value", json!("")),
                ("a number for a value", json!(1)),
            ]);
        }
        if !matches!(name, "Boolean" | "Int") {
            invalid.push(("true", json!(true)));
            invalid.push(("1 MB of text", json!("x".repeat(1_000_000))));
        }
        invalid.extend(bounds(field));
        invalid
    }

    fn missing(&mut self, path: &str) {
        let mut input = self.valid.clone();
        let (parent, name) = path.rsplit_once('/').expect("a path");
        let parent = input.pointer_mut(parent).and_then(Value::as_object_mut);
        parent
            .expect("an object")
            .remove(name)
            .expect("it was there");
        self.add(path, "missing", &input);
    }

    fn put(&mut self, path: &str, what: &str, value: Value) {
        let mut input = self.valid.clone();
        let (parent, name) = path.rsplit_once('/').expect("a path");
        let parent = input.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.expect("an object").insert(name.to_owned(), value);
        self.add(path, what, &input);
    }

    fn add(&mut self, path: &str, what: &str, input: &Value) {
        self.found.push(InvalidInput {
            what: format!("{}: {what}", &path[1..]),
            path: path.to_owned(),
            is_user_error: USER_ERRORS.contains(&what) && !path.ends_with("/idempotencyKey"),
            variables: json!({ "input": input }),
        });
    }
}

/// Invalid values of the right type, which a person can correct.
const USER_ERRORS: [&str; 16] = [
    "too small",
    "too large",
    "too short",
    "too long",
    "too many items",
    "no items",
    "another pattern",
    "less than is plausible",
    "more than is plausible",
    "an unknown zone",
    "an offset",
    "no zone",
    "no address",
    "two addresses",
    "a long address",
    "a line in an address",
];

const INVALID_TIMES: [(&str, &str); 7] = [
    ("no moment", "yesterday"),
    ("a moment without a zone", "2026-03-18T11:00:00"),
    ("an impossible day", "2026-02-30T11:00:00Z"),
    ("a year far away", "+100000-01-01T00:00:00Z"),
    ("too long ago", "2026-03-04T11:59:59Z"),
    ("in the future", "2026-03-18T12:05:01Z"),
    ("the beginning of time", "0000-01-01T00:00:00Z"),
];

fn invalid_texts() -> [(&'static str, Value); 2] {
    [
        ("a fraction for a text", json!(1.5)),
        ("U+0000", json!("a\u{0}b")),
    ]
}

/// Values just beyond the bounds in `@constraint` and descriptions.
fn bounds(field: &InputValueDefinition) -> Vec<(&'static str, Value)> {
    let mut invalid = Vec::new();
    if let Some(min) = bound(field, "min") {
        invalid.push(("too small", json!(min - 1)));
    }
    if let Some(max) = bound(field, "max") {
        invalid.push(("too large", json!(max + 1)));
    }
    let text = |length: i64| "x".repeat(usize::try_from(length).expect("small"));
    if let Some(min) = bound(field, "minLength") {
        invalid.push(("too short", json!(text(min - 1))));
    }
    if let Some(max) = bound(field, "maxLength") {
        invalid.push(("too long", json!(text(max + 1))));
    }
    if field
        .directives
        .get("constraint")
        .is_some_and(|it| it.specified_argument_by_name("pattern").is_some())
    {
        invalid.push(("another pattern", json!("!\u{7}")));
    }
    let plausible = match field.name.as_str() {
        "weightGrams" => Some((20_000, 400_000)),
        "waistMillimetres" | "hipsMillimetres" | "chestMillimetres" => Some((300, 3_000)),
        _ => None,
    };
    if let Some((min, max)) = plausible {
        invalid.push(("less than is plausible", json!(min - 1)));
        invalid.push(("more than is plausible", json!(max + 1)));
    }
    invalid
}

fn bound(field: &InputValueDefinition, name: &str) -> Option<i64> {
    let constraint = field.directives.get("constraint")?;
    match &**constraint.specified_argument_by_name(name)? {
        Literal::Int(number) => number.try_to_i32().ok().map(i64::from),
        other => panic!("a number: {other}"),
    }
}

/// Whether null is an error rather than "unchanged".
fn needs_a_value(field: &InputValueDefinition) -> bool {
    let description = field.description.as_deref().unwrap_or_default();
    description.contains("null is the `userError` REQUIRED")
}

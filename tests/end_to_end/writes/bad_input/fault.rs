//! Every way in which input can be wrong.

use apollo_compiler::{
    Schema,
    ast::{InputValueDefinition, Value as Literal},
    schema::ExtendedType,
};
use serde_json::{Value, json};

use super::example::Examples;

/// One of them.
pub(super) struct Fault {
    pub(super) what: String,
    /// Where it lies, such as `/consents/0/purpose`; empty for the whole.
    pub(super) path: String,
    /// Whether somebody typed or chose it, where that is certain.
    pub(super) is_typed: bool,
    pub(super) variables: Value,
}

/// All of them.
pub(super) fn faults(schema: &Schema, examples: &Examples<'_>, input: &str) -> Vec<Fault> {
    let mut found = Faults {
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
        found.found.push(Fault {
            what: what.to_owned(),
            path: String::new(),
            is_typed: false,
            variables,
        });
    }
    found.object(input, "");
    found.found
}

struct Faults<'a> {
    schema: &'a Schema,
    examples: &'a Examples<'a>,
    valid: Value,
    found: Vec<Fault>,
}

impl Faults<'_> {
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
        // In the input of a change absent means "as it is", and null is something else.
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
            let within = if list {
                format!("{path}/0")
            } else {
                path.to_owned()
            };
            self.object(inner, &within);
        }
    }

    fn list(&mut self, path: &str, field: &InputValueDefinition) {
        self.put(path, "null in a list", json!([null]));
        self.put(path, "a list in a list", json!([[self.item(field)], 5]));
        if let Some(most) = bound(field, "maxItems") {
            let items = vec![self.item(field); usize::try_from(most).expect("small") + 1];
            self.put(path, "too many items", json!(items));
        }
        if bound(field, "minItems") == Some(1) {
            self.put(path, "no items", json!([]));
        }
    }

    fn item(&self, field: &InputValueDefinition) -> Value {
        self.examples.value(field, field.ty.item_type())
    }

    /// Values that are wrong for the field, or for an item of it.
    fn values(&self, field: &InputValueDefinition) -> Vec<(&'static str, Value)> {
        let name = field.ty.inner_named_type().as_str();
        let mut wrong = vec![("an object", json!({ "a": 1 }))];
        let is_key = field.name == "idempotencyKey";
        match name {
            "ID" if is_key => {
                wrong.extend(no_text());
                wrong.push(("a control character", json!("a\u{7}b")));
            }
            "ID" => {
                wrong.extend(no_text());
                let ids = self.examples.wrong_ids(field).into_iter();
                wrong.extend(ids.map(|(what, id)| (what, json!(id))));
            }
            "String" => {
                wrong.extend(no_text());
                wrong.push(("a number for a text", json!(5)));
                wrong.push(("a control character", json!("a\u{7}b")));
            }
            "Boolean" => wrong.extend([
                ("a text for yes or no", json!("true")),
                ("a number for yes or no", json!(1)),
            ]),
            "Int" => wrong.extend([
                ("a text for a number", json!("3")),
                ("a fraction", json!(3.5)),
                ("a number beyond 32 bits", json!(2_147_483_648_i64)),
                ("a number beyond 64 bits", json!(1e300)),
            ]),
            "DateTime" => {
                // A start lies in the future, and no more than a year ahead.
                let is_start = field.name == "startsAt";
                let moments = MOMENTS.map(|(what, text)| match what {
                    "in the future" if is_start => ("far ahead", json!("2027-03-20T12:00:00Z")),
                    what => (what, json!(text)),
                });
                wrong.extend(moments);
            }
            "TimeZone" => wrong.extend([
                ("an offset", json!("+02:00")),
                ("an unknown zone", json!("Europe/Atlantis")),
                ("no zone", json!("")),
            ]),
            "EmailAddress" => wrong.extend([
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
            wrong.extend([
                ("an unknown value", json!("NO_SUCH_VALUE")),
                ("an empty value", json!("")),
                ("a number for a value", json!(1)),
            ]);
        }
        if !matches!(name, "Boolean" | "Int") {
            wrong.push(("true", json!(true)));
            wrong.push(("1 MB of text", json!("x".repeat(1_000_000))));
        }
        wrong.extend(bounds(field));
        wrong
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
        self.found.push(Fault {
            what: format!("{}: {what}", &path[1..]),
            path: path.to_owned(),
            is_typed: TYPED.contains(&what) && !path.ends_with("/idempotencyKey"),
            variables: json!({ "input": input }),
        });
    }
}

/// What is wrong with a value of the right kind: who typed or chose it can mend it.
const TYPED: [&str; 16] = [
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

const MOMENTS: [(&str, &str); 7] = [
    ("no moment", "yesterday"),
    ("a moment without a zone", "2026-03-18T11:00:00"),
    ("an impossible day", "2026-02-30T11:00:00Z"),
    ("a year far away", "+100000-01-01T00:00:00Z"),
    ("too long ago", "2026-03-04T11:59:59Z"),
    ("in the future", "2026-03-18T12:05:01Z"),
    ("the beginning of time", "0000-01-01T00:00:00Z"),
];

fn no_text() -> [(&'static str, Value); 2] {
    [
        ("a fraction for a text", json!(1.5)),
        ("U+0000", json!("a\u{0}b")),
    ]
}

/// Just beyond what `@constraint` and descriptions allow.
fn bounds(field: &InputValueDefinition) -> Vec<(&'static str, Value)> {
    let mut wrong = Vec::new();
    if let Some(min) = bound(field, "min") {
        wrong.push(("too small", json!(min - 1)));
    }
    if let Some(max) = bound(field, "max") {
        wrong.push(("too large", json!(max + 1)));
    }
    let text = |length: i64| "x".repeat(usize::try_from(length).expect("small"));
    if let Some(min) = bound(field, "minLength") {
        wrong.push(("too short", json!(text(min - 1))));
    }
    if let Some(max) = bound(field, "maxLength") {
        wrong.push(("too long", json!(text(max + 1))));
    }
    if field
        .directives
        .get("constraint")
        .is_some_and(|it| it.specified_argument_by_name("pattern").is_some())
    {
        wrong.push(("another pattern", json!("!\u{7}")));
    }
    let plausible = match field.name.as_str() {
        "weightGrams" => Some((20_000, 400_000)),
        "waistMillimetres" | "hipsMillimetres" | "chestMillimetres" => Some((300, 3_000)),
        _ => None,
    };
    if let Some((least, most)) = plausible {
        wrong.push(("less than is plausible", json!(least - 1)));
        wrong.push(("more than is plausible", json!(most + 1)));
    }
    wrong
}

fn bound(field: &InputValueDefinition, name: &str) -> Option<i64> {
    let constraint = field.directives.get("constraint")?;
    match &**constraint.specified_argument_by_name(name)? {
        Literal::Int(number) => number.try_to_i32().ok().map(i64::from),
        other => panic!("a number: {other}"),
    }
}

/// Whether null is no way to leave it as it is.
fn needs_a_value(field: &InputValueDefinition) -> bool {
    let description = field.description.as_deref().unwrap_or_default();
    description.contains("null is the `userError` REQUIRED")
}

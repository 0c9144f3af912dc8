//! `__schema` and `__type` (specification 4), executed by apollo-compiler on
//! the exported SDL. It does not support `__Type.isOneOf` yet, so that field is
//! replaced by `name` under a prefixed key; in the response, the type with that
//! name determines the value.

use std::borrow::Cow;

use apollo_compiler::{
    ExecutableDocument, Name as SchemaName, Node, Schema,
    ast::FieldDefinition,
    collections::HashMap,
    executable::{Operation, Selection, SelectionSet},
    introspection::partial_execute,
    name,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes},
    schema::{Component, ExtendedType, Implementers},
    ty,
    validation::Valid,
};
use async_graphql::{Name, ServerError, Value, Variables, indexmap::IndexMap};

use crate::{ResolverError, document::Document};

/// `@oneOf` is built in according to the specification, but apollo-compiler does not define it yet.
const ONE_OF: &str = r#""Indicates exactly one field must be supplied and this field must not be `null`."
directive @oneOf on INPUT_OBJECT"#;
/// The field of `__Type` that is true for input objects with `@oneOf`.
const IS_ONE_OF: SchemaName = name!("isOneOf");
/// The prefix of the response keys of the fields that replace `isOneOf`.
const ONE_OF_KEY_PREFIX: &str = "__isOneOf_";

/// The values of the root fields `__schema` and `__type`, by response key.
pub(crate) type Introspected = IndexMap<Name, Value>;

/// The schema that introspection is executed on.
pub(crate) struct Introspection {
    schema: Valid<Schema>,
    implementers: HashMap<SchemaName, Implementers>,
}

impl Introspection {
    /// # Panics
    ///
    /// If the SDL is invalid, which the generator rules out.
    pub(crate) fn new(sdl: &str) -> Self {
        let schema = Schema::builder()
            .parse(sdl, "schema.graphql")
            .parse(ONE_OF, "one_of.graphql");
        let schema = schema.build().map_err(|invalid| invalid.errors.to_string());
        let schema = schema.expect("the generator exports a schema").validate();
        let schema = schema.map_err(|invalid| invalid.errors.to_string());
        let mut schema = schema
            .expect("the generator exports a valid schema")
            .into_inner();
        if let Some(ExtendedType::Object(definition)) = schema.types.get_mut("__Type") {
            let field = FieldDefinition {
                description: None,
                name: IS_ONE_OF,
                arguments: Vec::new(),
                ty: ty!(Boolean),
                directives: apollo_compiler::ast::DirectiveList::default(),
            };
            definition
                .make_mut()
                .fields
                .insert(IS_ONE_OF, Component::new(field));
        }
        Self {
            implementers: schema.implementers_map(),
            schema: Valid::assume_valid(schema),
        }
    }

    pub(crate) fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// Executes the root fields `__schema` and `__type`.
    pub(crate) fn execute(
        &self,
        document: &Document,
        operation: &Operation,
        variables: &Variables,
    ) -> Result<Introspected, ServerError> {
        let failed = |message: String| ResolverError::internal(message).into_error(None);
        let variables = match serde_json_bytes::to_value(variables) {
            Ok(JsonValue::Object(variables)) => variables,
            _ => JsonMap::new(),
        };
        let name = operation.name.as_deref();
        let document = without_one_of(document.executable());
        let operation = document
            .operations
            .get(name)
            .map_err(|error| failed(error.message().to_string()))?;
        let coerced = coerce_variable_values(&self.schema, operation, &variables)
            .map_err(|error| failed(error.message().to_string()))?;
        let response = partial_execute(
            &self.schema,
            &self.implementers,
            &document,
            operation,
            &coerced,
        )
        .map_err(|error| failed(error.message().to_string()))?;
        Ok(self.object(response.data.unwrap_or_default()))
    }

    fn object(&self, fields: JsonMap) -> Introspected {
        let fields = fields.into_iter().map(|(key, value)| {
            match key.as_str().strip_prefix(ONE_OF_KEY_PREFIX) {
                Some(key) => (Name::new(key), self.is_one_of(&value)),
                None => (Name::new(key.as_str()), self.value(value)),
            }
        });
        fields.collect()
    }

    fn value(&self, value: JsonValue) -> Value {
        match value {
            JsonValue::Null => Value::Null,
            JsonValue::Bool(value) => Value::Boolean(value),
            JsonValue::Number(number) => Value::Number(number),
            JsonValue::String(text) => Value::String(text.as_str().to_owned()),
            JsonValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.value(item)).collect())
            }
            JsonValue::Object(fields) => Value::Object(self.object(fields)),
        }
    }

    /// Whether the named type is an input object with `@oneOf`; null for types of other kinds.
    fn is_one_of(&self, name: &JsonValue) -> Value {
        let input = name
            .as_str()
            .and_then(|name| self.schema.get_input_object(name));
        input.map_or(Value::Null, |input| {
            Value::Boolean(input.directives.has("oneOf"))
        })
    }
}

/// The document with each `isOneOf` replaced by a prefixed `name`.
fn without_one_of(document: &Valid<ExecutableDocument>) -> Cow<'_, Valid<ExecutableDocument>> {
    if !document
        .sources
        .values()
        .any(|source| source.source_text().contains(IS_ONE_OF.as_str()))
    {
        return Cow::Borrowed(document);
    }
    let mut document = ExecutableDocument::clone(document);
    if let Some(operation) = &mut document.operations.anonymous {
        replace_one_of(&mut operation.make_mut().selection_set);
    }
    for operation in document.operations.named.values_mut() {
        replace_one_of(&mut operation.make_mut().selection_set);
    }
    for fragment in document.fragments.values_mut() {
        replace_one_of(&mut fragment.make_mut().selection_set);
    }
    Cow::Owned(Valid::assume_valid(document))
}

fn replace_one_of(set: &mut SelectionSet) {
    let on_type = set.ty == "__Type";
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) => {
                let field: &mut Node<_> = field;
                let field = field.make_mut();
                if on_type && field.name == IS_ONE_OF {
                    let key = format!("{ONE_OF_KEY_PREFIX}{}", field.response_key());
                    field.alias = SchemaName::new(&key).ok();
                    field.name = name!("name");
                    field.definition = FieldDefinition {
                        ty: ty!(String),
                        ..FieldDefinition::clone(&field.definition)
                    }
                    .into();
                }
                replace_one_of(&mut field.selection_set);
            }
            Selection::InlineFragment(fragment) => {
                replace_one_of(&mut fragment.make_mut().selection_set);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

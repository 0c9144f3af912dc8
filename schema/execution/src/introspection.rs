//! `__schema` and `__type` (specification 4), answered by apollo-compiler from
//! the exported SDL.

use apollo_compiler::{
    ExecutableDocument, Name as SchemaName, Schema,
    collections::HashMap,
    executable::Operation,
    introspection::partial_execute,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue, serde_json_bytes},
    schema::Implementers,
    validation::Valid,
};
use async_graphql::{Name, ServerError, Value, Variables, indexmap::IndexMap};

use crate::{Fault, document::Document};

/// What introspection is asked of.
pub(crate) struct Introspection {
    schema: Valid<Schema>,
    implementers: HashMap<SchemaName, Implementers>,
}

impl Introspection {
    pub(crate) fn new(schema: Valid<Schema>) -> Self {
        Self {
            implementers: schema.implementers_map(),
            schema,
        }
    }

    pub(crate) fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// Answers the root fields `__schema` and `__type`, by response key.
    pub(crate) fn answer(
        &self,
        document: &Document,
        operation: &Operation,
        variables: &Variables,
    ) -> Result<IndexMap<Name, Value>, ServerError> {
        let failed = |message: String| Fault::internal(message).into_error(None);
        let given = match serde_json_bytes::to_value(variables) {
            Ok(JsonValue::Object(given)) => given,
            _ => JsonMap::new(),
        };
        let document: &Valid<ExecutableDocument> = document.executable();
        let coerced = coerce_variable_values(&self.schema, operation, &given)
            .map_err(|error| failed(error.message().to_string()))?;
        let answer = partial_execute(
            &self.schema,
            &self.implementers,
            document,
            operation,
            &coerced,
        )
        .map_err(|error| failed(error.message().to_string()))?;
        let fields = answer.data.unwrap_or_default().into_iter();
        Ok(fields
            .map(|(key, value)| (Name::new(key.as_str()), plain(value)))
            .collect())
    }
}

fn plain(value: JsonValue) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(value) => Value::Boolean(value),
        JsonValue::Number(number) => Value::Number(number),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(items) => Value::List(items.into_iter().map(plain).collect()),
        JsonValue::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(
                fields
                    .map(|(key, value)| (Name::new(key.as_str()), plain(value)))
                    .collect(),
            )
        }
    }
}

//! The introspection response of a server with an exported schema.

use apollo_compiler::{
    ExecutableDocument, Schema,
    introspection::partial_execute,
    request::{RequestError, coerce_variable_values},
    response::{JsonMap, JsonValue},
    validation::Valid,
};

use crate::Error;

/// `getIntrospectionQuery` of graphql-js 16.15 with all options that our server
/// supports. `GraphiQL` sends the same query.
pub const INTROSPECTION_QUERY: &str = include_str!("../graphql_js_introspection.graphql");

/// The only field of the query that apollo-compiler does not support yet.
const IS_ONE_OF: &str = "isOneOf";

/// The response to [`INTROSPECTION_QUERY`], `{"data":{"__schema":…}}`, as
/// indented JSON that ends with a line break. Everything is in the order of the
/// schema.
///
/// # Errors
///
/// [`Error::Introspection`] if the query fails, which does not happen for a
/// valid schema.
pub fn introspect(schema: &Valid<Schema>) -> Result<String, Error> {
    let query = INTROSPECTION_QUERY.replace(IS_ONE_OF, "");
    let document = ExecutableDocument::parse_and_validate(schema, query, "introspection.graphql")
        .map_err(|invalid| Error::Introspection(invalid.errors.to_string()))?;
    let failed = |error: RequestError| Error::Introspection(error.message().to_string());
    let operation = document.operations.get(None).map_err(failed)?;
    let variables = coerce_variable_values(schema, operation, &JsonMap::new()).map_err(failed)?;
    let implementers = schema.implementers_map();
    let response = partial_execute(schema, &implementers, &document, operation, &variables);
    let mut response = response.map_err(failed)?;
    if let Some(error) = response.errors.first() {
        return Err(Error::Introspection(error.message.clone()));
    }
    add_one_of(schema, response.data.as_mut());
    let text = serde_json::to_string_pretty(&response)
        .map_err(|error| Error::Introspection(error.to_string()))?;
    Ok(text + "\n")
}

/// Adds `isOneOf` to each type: whether an input object has `@oneOf`, null for other kinds.
fn add_one_of(schema: &Schema, data: Option<&mut JsonMap>) {
    let types = data
        .and_then(|data| data.get_mut("__schema")?.get_mut("types")?.as_array_mut())
        .into_iter()
        .flatten()
        .filter_map(JsonValue::as_object_mut);
    for ty in types {
        let input = ty.get("name").and_then(JsonValue::as_str);
        let input = input.and_then(|name| schema.get_input_object(name));
        let one_of = input.map(|input| input.directives.has("oneOf"));
        ty.insert(IS_ONE_OF, one_of.map_or(JsonValue::Null, JsonValue::Bool));
    }
}

//! What a server with an exported schema answers to tools that introspect it.

use apollo_compiler::{
    ExecutableDocument, Schema,
    introspection::partial_execute,
    request::coerce_variable_values,
    response::{JsonMap, JsonValue},
    validation::Valid,
};

use crate::Error;

/// `getIntrospectionQuery` of graphql-js 16.15 with all options that our server
/// knows, which is also what `GraphiQL` sends.
pub const INTROSPECTION_QUERY: &str = include_str!("../graphql_js_introspection.graphql");

/// The one field of the query that apollo-compiler does not know yet.
const IS_ONE_OF: &str = "isOneOf";

/// The answer to [`INTROSPECTION_QUERY`], `{"data":{"__schema":…}}`, as
/// indented JSON that ends with a line break. It names everything that the
/// schema has, in its order.
///
/// # Errors
///
/// [`Error::Introspection`] where the schema cannot be asked, which a valid one
/// always can.
pub fn introspect(schema: &Valid<Schema>) -> Result<String, Error> {
    let known = INTROSPECTION_QUERY.replace(IS_ONE_OF, "");
    let document = ExecutableDocument::parse_and_validate(schema, known, "introspection.graphql")
        .map_err(|invalid| Error::Introspection(invalid.errors.to_string()))?;
    let operation = document
        .operations
        .get(None)
        .map_err(|error| Error::Introspection(error.message().to_string()))?;
    let variables = coerce_variable_values(schema, operation, &JsonMap::new())
        .map_err(|error| Error::Introspection(error.message().to_string()))?;
    let implementers = schema.implementers_map();
    let mut response = partial_execute(schema, &implementers, &document, operation, &variables)
        .map_err(|error| Error::Introspection(error.message().to_string()))?;
    if let Some(error) = response.errors.first() {
        return Err(Error::Introspection(error.message.clone()));
    }
    add_one_of(schema, response.data.as_mut());
    let text = serde_json::to_string_pretty(&response)
        .map_err(|error| Error::Introspection(error.to_string()))?;
    Ok(text + "\n")
}

/// Says of each input object whether it is `@oneOf`; of others it is null.
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

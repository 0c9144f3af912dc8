//! The execution engine of a schema: prepares documents and executes their operations.

use std::{marker::PhantomData, sync::Arc};

use async_graphql::{ServerError, Value, Variables};
use quick_cache::{Weighter, sync::Cache};

use crate::{
    definition::CacheHint,
    document::{self, Document, Limits},
    generated_schema::GeneratedSchema,
    introspection::Introspection,
    resolver_error::FieldError,
    run::run,
    variables,
};

/// The response to an operation (specification 7.1).
#[derive(Debug)]
pub struct Response {
    /// `None` after a request error: nothing was executed.
    pub data: Option<Value>,
    /// The request errors, or the field errors in document order.
    pub errors: Vec<ServerError>,
    /// The cost of the operation, in units of `@cost`.
    pub cost: usize,
    /// How the response may be cached; `None` if it must not be cached.
    pub cache: Option<CacheHint>,
}

impl Response {
    /// A response to a request that failed before execution (specification 7.1.2, "request error").
    pub fn request_error(errors: Vec<ServerError>) -> Self {
        Self {
            data: None,
            errors,
            cost: 0,
            cache: None,
        }
    }
}

/// The capacity of the document cache in bytes of source text. A parsed document takes about 20 times as much memory.
const MAX_CACHED_BYTES: u64 = 1024 * 1024;
/// The number of documents that the cache is expected to hold.
const EXPECTED_CACHED_DOCUMENTS: usize = 1_000;

/// Executes operations on the schema `S`, and caches the documents that it has validated.
pub struct Engine<S: GeneratedSchema> {
    introspection: Introspection,
    limits: Limits,
    documents: Cache<Box<str>, Arc<Document>, TextLength>,
    schema: PhantomData<S>,
}

impl<S: GeneratedSchema> Engine<S> {
    /// An engine that accepts documents within `limits`.
    ///
    /// # Panics
    ///
    /// If the SDL is invalid, which the generator rules out.
    pub fn new(limits: Limits) -> Self {
        Self {
            introspection: Introspection::new(S::SDL),
            limits,
            documents: Cache::with_weighter(
                EXPECTED_CACHED_DOCUMENTS,
                MAX_CACHED_BYTES,
                TextLength,
            ),
            schema: PhantomData,
        }
    }

    /// Parses and validates a document, unless it is cached.
    ///
    /// # Errors
    ///
    /// `DOCUMENT_TOO_LARGE`, `GRAPHQL_PARSE_FAILED`, or all validation errors.
    pub fn prepare(&self, text: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        if let Some(document) = self.documents.get(text) {
            return Ok(document);
        }
        let schema = self.introspection.schema();
        let document = Arc::new(document::prepare(text, &self.limits, schema, S::TYPES)?);
        self.documents.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }

    /// Executes one operation of a document, unless it costs more than
    /// `cost_limit`, in units of `@cost`.
    pub async fn execute(
        &self,
        document: &Document,
        operation_name: Option<&str>,
        variables: Variables,
        context: Arc<S::Context>,
        cost_limit: usize,
    ) -> Response {
        let operation = match document.operation(operation_name) {
            Ok(operation) => operation,
            Err(error) => return Response::request_error(vec![error]),
        };
        let schema = self.introspection.schema();
        let variables = variables::coerce::<S>(schema, document, operation, variables);
        let variables = match variables {
            Ok(variables) => variables,
            Err(errors) => return Response::request_error(errors),
        };
        let executed = run::<S>(
            &self.introspection,
            document,
            operation,
            &variables,
            &context,
            cost_limit,
        );
        let executed = executed.await;
        let cost = executed.cost;
        let result = match executed.result {
            Ok(result) => result,
            Err(error) => {
                return Response {
                    cost,
                    ..Response::request_error(vec![error])
                };
            }
        };
        let errors = result.errors.into_iter().map(FieldError::into_error);
        let errors: Vec<_> = errors.collect();
        let cacheable = executed.cache.max_age > 0 && errors.is_empty();
        Response {
            data: Some(result.value.unwrap_or(Value::Null)),
            cost,
            cache: cacheable.then_some(executed.cache),
            errors,
        }
    }
}

#[derive(Clone)]
struct TextLength;

impl Weighter<Box<str>, Arc<Document>> for TextLength {
    fn weight(&self, text: &Box<str>, _: &Arc<Document>) -> u64 {
        text.len() as u64
    }
}

//! The running schema: prepares documents, and executes their operations.

use std::{marker::PhantomData, sync::Arc};

use async_graphql::{ServerError, Value, Variables};
use quick_cache::{Weighter, sync::Cache};

use crate::{
    contract::Contract,
    definition::CacheHint,
    document::{self, Document, Limits},
    fault::FieldError,
    introspection::Introspection,
    run::run,
    variables,
};

/// A response, as GraphQL over HTTP describes it.
#[derive(Debug)]
pub struct Response {
    /// `None` when nothing ran: the request was refused.
    pub data: Option<Value>,
    /// The errors, in the order of the document.
    pub errors: Vec<ServerError>,
    /// What the operation costs by `@cost` and `@listSize`.
    pub cost: usize,
    /// How long the answer may be kept; `None` for not at all.
    pub cache: Option<CacheHint>,
}

impl Response {
    /// A request that was refused before anything ran.
    pub fn refused(errors: Vec<ServerError>) -> Self {
        Self {
            data: None,
            errors,
            cost: 0,
            cache: None,
        }
    }
}

/// How much text of valid documents is kept with what it was parsed to, which is about 20 times as large.
const CACHED_TEXT: u64 = 1024 * 1024;
/// How many documents are expected in it.
const CACHED_DOCUMENTS: usize = 1_000;

/// The running schema.
pub struct Gateway<K: Contract> {
    introspection: Introspection,
    limits: Limits,
    documents: Cache<Box<str>, Arc<Document>, TextLength>,
    contract: PhantomData<K>,
}

impl<K: Contract> Gateway<K> {
    /// A schema that takes documents within `limits`.
    ///
    /// # Panics
    ///
    /// When the SDL is not valid, which the generator rules out.
    pub fn new(limits: Limits) -> Self {
        Self {
            introspection: Introspection::new(K::SDL),
            limits,
            documents: Cache::with_weighter(CACHED_DOCUMENTS, CACHED_TEXT, TextLength),
            contract: PhantomData,
        }
    }

    /// Parses and validates a document, unless it is known.
    ///
    /// # Errors
    ///
    /// `DOCUMENT_TOO_LARGE`, `GRAPHQL_PARSE_FAILED`, or all that validation finds.
    pub fn prepare(&self, text: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        if let Some(document) = self.documents.get(text) {
            return Ok(document);
        }
        let schema = self.introspection.schema();
        let document = Arc::new(document::prepare(text, &self.limits, schema, K::TYPES)?);
        self.documents.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }

    /// Executes one operation of a document. `cost_limit` is in units of
    /// `@cost`.
    pub async fn execute(
        &self,
        document: &Document,
        operation_name: Option<&str>,
        variables: Variables,
        context: Arc<K::Context>,
        cost_limit: usize,
    ) -> Response {
        let operation = match document.operation(operation_name) {
            Ok(operation) => operation,
            Err(error) => return Response::refused(vec![error]),
        };
        let schema = self.introspection.schema();
        let variables = variables::coerce::<K>(schema, document, operation, variables);
        let variables = match variables {
            Ok(variables) => variables,
            Err(errors) => return Response::refused(errors),
        };
        let executed = run::<K>(
            &self.introspection,
            document,
            operation,
            &variables,
            &context,
            cost_limit,
        );
        let executed = executed.await;
        let cost = executed.cost;
        let outcome = match executed.outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                return Response {
                    cost,
                    ..Response::refused(vec![error])
                };
            }
        };
        let errors = outcome.errors.into_iter().map(FieldError::into_error);
        let errors: Vec<_> = errors.collect();
        let keep = executed.cache.max_age > 0 && errors.is_empty();
        Response {
            data: Some(outcome.value.unwrap_or(Value::Null)),
            cost,
            cache: keep.then_some(executed.cache),
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

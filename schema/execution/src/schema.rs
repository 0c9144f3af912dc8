//! The execution engine of a schema: prepares documents and executes their operations.

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use apollo_compiler::executable::Operation;
use async_graphql::{ServerError, Variables};

use crate::{
    Data,
    definition::CacheHint,
    document::{self, Document, Limits},
    document_cache::DocumentCache,
    generated_schema::GeneratedSchema,
    introspection::{Introspected, Introspection},
    planned_document::{PlannedDocument, PlannedOperation},
    planner::Planner,
    resolver_error::FieldError,
    run::run,
    variables,
};

/// The response to an operation (specification 7.1).
#[derive(Debug)]
pub struct Response {
    /// `None` after a request error: nothing was executed.
    pub data: Option<Data>,
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

/// Executes operations on the schema `S`, and caches the documents that it has validated.
pub struct Engine<S: GeneratedSchema> {
    introspection: Introspection,
    limits: Limits,
    documents: DocumentCache,
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
            documents: DocumentCache::default(),
            schema: PhantomData,
        }
    }

    /// Parses and validates a document, unless it is cached.
    ///
    /// # Errors
    ///
    /// `DOCUMENT_TOO_LARGE`, `GRAPHQL_PARSE_FAILED`, or all validation errors.
    pub fn prepare(&self, text: &str) -> Result<Arc<PlannedDocument>, Vec<ServerError>> {
        // The hash of a long text costs more than a request.
        document::check_length(text, &self.limits)?;
        if let Some(document) = self.documents.get(text) {
            return Ok(document);
        }
        let schema = self.introspection.schema();
        let document = document::prepare(text, &self.limits, schema, S::TYPES)?;
        let document = Arc::new(PlannedDocument::new(document));
        self.documents.insert(text, &document);
        Ok(document)
    }

    /// Executes one operation of a document, unless it costs more than
    /// `cost_limit`, in units of `@cost`.
    pub async fn execute(
        &self,
        document: &PlannedDocument,
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
        let planned = self.plan(document, operation, &variables);
        let planned = match planned {
            Ok(planned) => planned,
            Err(error) => return Response::request_error(vec![error]),
        };
        let introspected = self.introspect(&planned, document, operation, &variables);
        let introspected = match introspected {
            Ok(introspected) => introspected,
            Err(error) => return Response::request_error(vec![error]),
        };
        let executed = run::<S>(
            &planned.plan,
            &introspected,
            &variables,
            &context,
            cost_limit,
        );
        let (cost, completed) = executed.await;
        let completed = match completed {
            Ok(completed) => completed,
            Err(error) => {
                return Response {
                    cost,
                    ..Response::request_error(vec![error])
                };
            }
        };
        let errors = completed.errors.into_iter().map(FieldError::into_error);
        let errors: Vec<_> = errors.collect();
        let hint = if S::is_anonymous(&context) {
            planned.plan.cache.for_anonymous
        } else {
            planned.plan.cache.for_others
        };
        let cacheable = hint.max_age > 0 && errors.is_empty();
        Response {
            data: Some(Data::from_json(
                completed.json.unwrap_or_else(|| b"null".to_vec()),
            )),
            cost,
            cache: cacheable.then_some(hint),
            errors,
        }
    }

    /// The plan of an operation, which is kept with its document.
    fn plan(
        &self,
        document: &PlannedDocument,
        operation: &Operation,
        variables: &Variables,
    ) -> Result<Arc<PlannedOperation>, ServerError> {
        document.planned(operation, variables, || {
            let plan = Planner::<S>::plan(document, operation, variables)?;
            // Without variables, introspection has the same result for all requests.
            let introspected = if plan.introspects && operation.variables.is_empty() {
                Some(self.introspection.execute(document, operation, variables)?)
            } else {
                None
            };
            Ok(PlannedOperation { plan, introspected })
        })
    }

    /// The values of `__schema` and `__type`.
    fn introspect<'p>(
        &self,
        planned: &'p PlannedOperation,
        document: &Document,
        operation: &Operation,
        variables: &Variables,
    ) -> Result<Cow<'p, Introspected>, ServerError> {
        match &planned.introspected {
            Some(introspected) => Ok(Cow::Borrowed(introspected)),
            None if planned.plan.introspects => {
                let introspected = self.introspection.execute(document, operation, variables);
                introspected.map(Cow::Owned)
            }
            None => Ok(Cow::Owned(Introspected::new())),
        }
    }
}

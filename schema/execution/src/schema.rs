//! The seam to async-graphql: it parses, validates and introspects; the first
//! root field that it reaches runs the whole operation here, and the response
//! is what came of that.

use std::{
    borrow::Cow,
    marker::PhantomData,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, EmptySubscription, ErrorExtensionValues,
    ObjectType, OutputType, Positioned, Request, Schema, ServerError, ServerResult, Value,
    Variables,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Field},
    registry::Registry,
};

use crate::{
    contract::Contract,
    definition::CacheHint,
    run::{Executed, run},
    variables,
};

/// A response, as GraphQL over HTTP describes it.
#[derive(Debug)]
pub struct Response {
    /// `None` when nothing ran: the document was refused.
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
    pub fn refused(error: ServerError) -> Self {
        Self {
            data: None,
            errors: vec![error],
            cost: 0,
            cache: None,
        }
    }
}

/// The running schema.
pub struct Gateway<K: Contract>(Schema<QueryRoot<K>, MutationRoot<K>, EmptySubscription>);

impl<K: Contract> Default for Gateway<K> {
    fn default() -> Self {
        let schema = Schema::build(
            QueryRoot(PhantomData),
            MutationRoot(PhantomData),
            EmptySubscription,
        );
        // Its suggestions search all names for each unknown one, and tell
        // strangers what they did not ask for.
        Self(schema.disable_suggestions().finish())
    }
}

impl<K: Contract> Gateway<K> {
    /// Validates and executes one operation of a document that has passed
    /// [`document`](crate::document)'s checks. `cost_limit` is in units of
    /// `@cost`.
    pub async fn execute(
        &self,
        document: ExecutableDocument,
        operation_name: Option<String>,
        variables: Variables,
        context: Arc<K::Context>,
        cost_limit: usize,
    ) -> Response {
        let variables = variables::coerce::<K>(&document, operation_name.as_deref(), variables);
        let variables = match variables {
            Ok(variables) => variables,
            Err(error) => return Response::refused(error),
        };
        let slot = Arc::new(Slot::<K> {
            context,
            cost_limit,
            started: AtomicBool::new(false),
            executed: Mutex::new(None),
        });
        let mut request = Request::new("")
            .variables(variables)
            .data(Arc::clone(&slot));
        request.operation_name = operation_name;
        request.set_parsed_query(document);
        let response = self.0.execute(request).await;
        let executed = slot
            .executed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(executed) = executed else {
            return unexecuted(response);
        };
        let outcome = match executed.outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                let cost = executed.cost;
                return Response {
                    cost,
                    ..Response::refused(error)
                };
            }
        };
        let mut data = outcome.value.unwrap_or(Value::Null);
        if let (Value::Object(data), Value::Object(mut theirs)) = (&mut data, response.data) {
            for key in executed.introspection {
                if let (Some(place), Some(value)) =
                    (data.get_mut(key.as_str()), theirs.swap_remove(key.as_str()))
                {
                    *place = value;
                }
            }
        }
        let errors = outcome
            .errors
            .into_iter()
            .map(crate::fault::FieldError::into_error);
        let errors: Vec<_> = errors.collect();
        let keep = executed.cache.max_age > 0 && errors.is_empty();
        Response {
            data: Some(data),
            cost: executed.cost,
            cache: keep.then_some(executed.cache),
            errors,
        }
    }
}

/// Validation can find more mistakes than anyone reads.
const MOST_ERRORS: usize = 20;
/// In characters: messages repeat what the document says.
const LONGEST_MESSAGE: usize = 300;

/// Introspection alone, or a document that did not pass validation.
fn unexecuted(response: async_graphql::Response) -> Response {
    let refused = !response.errors.is_empty();
    let mut errors = response.errors;
    errors.truncate(MOST_ERRORS);
    for error in &mut errors {
        if let Some((end, _)) = error.message.char_indices().nth(LONGEST_MESSAGE) {
            error.message.truncate(end);
            error.message.push('…');
        }
        let extensions = error
            .extensions
            .get_or_insert_with(ErrorExtensionValues::default);
        if extensions.get("code").is_none() {
            extensions.set("code", "GRAPHQL_VALIDATION_FAILED");
        }
    }
    // Where everything is skipped, async-graphql answers null.
    let data = match response.data {
        Value::Null => Value::Object(IndexMap::new()),
        data => data,
    };
    Response {
        data: (!refused).then_some(data),
        errors,
        cost: 0,
        cache: None,
    }
}

struct Slot<K: Contract> {
    context: Arc<K::Context>,
    cost_limit: usize,
    started: AtomicBool,
    executed: Mutex<Option<Executed>>,
}

/// Runs the operation when async-graphql reaches its first root field.
async fn resolve_root_field<K: Contract>(context: &Context<'_>) -> ServerResult<Option<Value>> {
    let slot = context.data_unchecked::<Arc<Slot<K>>>();
    if !slot.started.swap(true, Ordering::Relaxed) {
        let executed = run::<K>(context.query_env, &slot.context, slot.cost_limit).await;
        *slot.executed.lock().unwrap_or_else(PoisonError::into_inner) = Some(executed);
    }
    Ok(Some(Value::Null))
}

struct QueryRoot<K>(PhantomData<K>);
struct MutationRoot<K>(PhantomData<K>);

macro_rules! root {
    ($root:ident, $name:expr, $empty:expr, $register:expr) => {
        impl<K: Contract> OutputType for $root<K> {
            fn type_name() -> Cow<'static, str> {
                let index: Option<usize> = $name;
                Cow::Borrowed(index.map_or("", |index| K::TYPES[index].name))
            }

            fn create_type_info(registry: &mut Registry) -> String {
                let register: fn(&mut Registry) = $register;
                register(registry);
                Self::qualified_type_name()
            }

            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::Object(IndexMap::new()))
            }
        }

        impl<K: Contract> ContainerType for $root<K> {
            fn is_empty() -> bool {
                $empty
            }

            async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
                resolve_root_field::<K>(context).await
            }
        }

        impl<K: Contract> ObjectType for $root<K> {}
    };
}

root!(QueryRoot, Some(K::QUERY), false, crate::registry::fill::<K>);
// The query root registers all types, this one included.
root!(MutationRoot, K::MUTATION, K::MUTATION.is_none(), |_| {});

//! `ExecuteQuery` and `ExecuteMutation` (specification 6.2).

use std::sync::Arc;

use apollo_compiler::executable::Operation;
use async_graphql::{ServerError, Value, Variables, indexmap::IndexMap};

use crate::{
    Completed, FieldResult, ResolverError,
    definition::CacheHint,
    document::Document,
    generated_schema::GeneratedSchema,
    introspection::Introspection,
    output::{assemble, complete_field, complete_object},
    plan::{INTROSPECTION, ObjectPlan, Planner},
};

/// The result of executing one operation.
pub(crate) struct Executed {
    /// `Err` is a request error: no field was executed.
    pub(crate) result: Result<FieldResult, ServerError>,
    /// The cost of the operation, in units of `@cost`.
    pub(crate) cost: usize,
    /// The strictest `@cacheControl` hint of all selected fields.
    pub(crate) cache: CacheHint,
}

pub(crate) async fn run<S: GeneratedSchema>(
    introspection: &Introspection,
    document: &Document,
    operation: &Operation,
    variables: &Variables,
    context: &Arc<S::Context>,
    cost_limit: usize,
) -> Executed {
    let root = if operation.is_mutation() {
        S::MUTATION.unwrap_or(S::QUERY)
    } else {
        S::QUERY
    };
    let (plan, planned) = {
        let mut planner = Planner::<S>::new(document, variables, context);
        let (plan, cost) = planner.root(root, operation);
        let introspected = if planner.introspects {
            introspection.execute(document, operation, variables)
        } else {
            Ok(IndexMap::new())
        };
        let request_error = planner
            .request_error
            .or_else(|| cost_limit_error(cost, cost_limit));
        let introspected = request_error.map_or(introspected, Err);
        (plan, (introspected, cost, planner.cache))
    };
    let (introspected, cost, cache) = planned;
    let result = match introspected {
        Err(error) => Err(error),
        Ok(_) if operation.is_mutation() => Ok(execute_serially::<S>(&plan, context).await),
        Ok(introspected) => {
            let request = S::request(Arc::clone(context));
            Ok(complete_object(&plan, |field| match field.index {
                INTROSPECTION => {
                    let value = introspected.get(field.key.as_str()).cloned();
                    Completed::value(value.unwrap_or(Value::Null))
                }
                _ => S::resolve_root(root, field, &request),
            })
            .resolve()
            .await)
        }
    };
    Executed {
        result,
        cost,
        cache,
    }
}

fn cost_limit_error(cost: usize, limit: usize) -> Option<ServerError> {
    let message = format!("the operation costs {cost}, which is more than {limit}");
    let error = ResolverError::new("COST_LIMIT_EXCEEDED", message);
    (cost > limit).then(|| error.into_error(None))
}

/// Executes the root fields of a mutation in document order. Each sees the data
/// that the previous one wrote, so each has its own context and loaders.
async fn execute_serially<S: GeneratedSchema>(
    plan: &ObjectPlan,
    context: &Arc<S::Context>,
) -> FieldResult {
    let mut results = Vec::with_capacity(plan.fields.len());
    for field in &plan.fields {
        let request = S::request(S::fork(context));
        let completed = complete_field(plan, field, |field| {
            S::resolve_root(plan.type_index, field, &request)
        });
        results.push(completed.resolve().await);
    }
    assemble(plan, results)
}

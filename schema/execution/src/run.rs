//! `ExecuteQuery` and `ExecuteMutation` (specification 6.2).

use std::sync::Arc;

use apollo_compiler::executable::Operation;
use async_graphql::{ServerError, Value, Variables, indexmap::IndexMap};

use crate::{
    Completed, Fault, Outcome,
    contract::Contract,
    definition::CacheHint,
    document::Document,
    introspection::Introspection,
    output::{assemble, complete_field, complete_object},
    plan::{INTROSPECTION, ObjectPlan, Planner},
};

/// What executing one operation came to.
pub(crate) struct Executed {
    /// `Err` when the operation was refused before anything ran.
    pub(crate) outcome: Result<Outcome, ServerError>,
    /// What the operation costs by `@cost` and `@listSize`.
    pub(crate) cost: usize,
    /// What `@cacheControl` says of everything selected.
    pub(crate) cache: CacheHint,
}

pub(crate) async fn run<K: Contract>(
    introspection: &Introspection,
    document: &Document,
    operation: &Operation,
    variables: &Variables,
    context: &Arc<K::Context>,
    cost_limit: usize,
) -> Executed {
    let root = if operation.is_mutation() {
        K::MUTATION.unwrap_or(K::QUERY)
    } else {
        K::QUERY
    };
    let (plan, planned) = {
        let mut planner = Planner::<K>::new(document, variables, context);
        let (plan, cost) = planner.root(root, operation);
        let introspected = if planner.introspects {
            introspection.answer(document, operation, variables)
        } else {
            Ok(IndexMap::new())
        };
        let refusal = planner.conflict.or_else(|| too_dear(cost, cost_limit));
        let introspected = refusal.map_or(introspected, Err);
        (plan, (introspected, cost, planner.cache))
    };
    let (introspected, cost, cache) = planned;
    let outcome = match introspected {
        Err(refusal) => Err(refusal),
        Ok(_) if operation.is_mutation() => Ok(one_after_the_other::<K>(&plan, context).await),
        Ok(introspected) => {
            let request = K::request(Arc::clone(context));
            Ok(complete_object(&plan, |field| match field.index {
                INTROSPECTION => {
                    let value = introspected.get(field.key.as_str()).cloned();
                    Completed::value(value.unwrap_or(Value::Null))
                }
                _ => K::resolve_root(root, field, &request),
            })
            .resolve()
            .await)
        }
    };
    Executed {
        outcome,
        cost,
        cache,
    }
}

fn too_dear(cost: usize, limit: usize) -> Option<ServerError> {
    let message = format!("the operation costs {cost}, which is more than {limit}");
    let fault = Fault::new("COST_LIMIT_EXCEEDED", message);
    (cost > limit).then(|| fault.into_error(None))
}

/// Mutations run in the order written; each sees the data after the one before,
/// so each has a context and loaders of its own.
async fn one_after_the_other<K: Contract>(plan: &ObjectPlan, context: &Arc<K::Context>) -> Outcome {
    let mut outcomes = Vec::with_capacity(plan.fields.len());
    for field in &plan.fields {
        let request = K::request(K::renewed(context));
        let single = complete_field(plan, field, |field| {
            K::resolve_root(plan.type_index, field, &request)
        });
        outcomes.push(single.resolve().await);
    }
    assemble(plan, outcomes)
}

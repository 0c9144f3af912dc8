//! `ExecuteQuery` and `ExecuteMutation` (specification 6.2).

use std::sync::Arc;

use async_graphql::{ServerError, Value, context::QueryEnvInner, parser::types::OperationType};

use crate::{
    Completed, Fault, Outcome,
    contract::Contract,
    definition::CacheHint,
    output::{assemble, complete_field, complete_object},
    plan::{INTROSPECTION, ObjectPlan, Planner},
};

/// What executing one operation came to.
pub(crate) struct Executed {
    /// The response keys that async-graphql answers, `__schema` and `__type`.
    pub(crate) introspection: Vec<String>,
    /// `None` when the request was refused before anything ran.
    pub(crate) outcome: Result<Outcome, ServerError>,
    /// What the operation costs by `@cost` and `@listSize`.
    pub(crate) cost: usize,
    /// What `@cacheControl` says of everything selected.
    pub(crate) cache: CacheHint,
}

pub(crate) async fn run<K: Contract>(
    environment: &QueryEnvInner,
    context: &Arc<K::Context>,
    cost_limit: usize,
) -> Executed {
    let operation = &environment.operation.node;
    let mut planner = Planner::<K> {
        environment,
        context,
        cache: CacheHint {
            max_age: u32::MAX,
            private: false,
        },
        conflict: None,
    };
    let mutation = operation.ty == OperationType::Mutation;
    let root = if mutation {
        K::MUTATION.unwrap_or(K::QUERY)
    } else {
        K::QUERY
    };
    let (plan, cost) = planner.root(root);
    let cache = planner.cache;
    let introspected = plan
        .fields
        .iter()
        .filter(|field| field.index == INTROSPECTION);
    let introspection = introspected.map(|field| field.key.to_string()).collect();
    let outcome = if let Some(conflict) = planner.conflict {
        Err(conflict)
    } else if cost > cost_limit {
        let message = format!("the operation costs {cost}, which is more than {cost_limit}");
        Err(Fault::new("COST_LIMIT_EXCEEDED", message).into_error(None))
    } else if mutation {
        Ok(one_after_the_other::<K>(&plan, context).await)
    } else {
        let request = K::request(Arc::clone(context));
        Ok(
            complete_object(&plan, |field| root_field::<K>(root, field, &request))
                .resolve()
                .await,
        )
    };
    Executed {
        introspection,
        outcome,
        cost,
        cache,
    }
}

/// Mutations run in the order written; each sees the data after the one before,
/// so each has a context and loaders of its own.
async fn one_after_the_other<K: Contract>(plan: &ObjectPlan, context: &Arc<K::Context>) -> Outcome {
    let mut outcomes = Vec::with_capacity(plan.fields.len());
    for field in &plan.fields {
        let request = K::request(K::renewed(context));
        let single = complete_field(plan, field, |field| {
            root_field::<K>(plan.type_index, field, &request)
        });
        outcomes.push(single.resolve().await);
    }
    assemble(plan, outcomes)
}

fn root_field<'r, K: Contract>(
    root: usize,
    field: &'r crate::PlannedField,
    request: &'r K::Request,
) -> Completed<'r> {
    if field.index == INTROSPECTION {
        // Its place in the order; the value is put in afterwards.
        return Completed::value(Value::Null);
    }
    K::resolve_root(root, field, request)
}

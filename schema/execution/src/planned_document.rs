//! Documents with the plans of their operations.

use std::{
    ops::Deref,
    sync::{Arc, PoisonError, RwLock},
};

use apollo_compiler::{Name, executable::Operation};
use async_graphql::{ServerError, Value, Variables};

use crate::{document::Document, introspection::Introspected, plan::Plan};

/// The number of plans that are kept with a document: for each operation, and for each combination of the variables in
/// `@skip` and `@include`.
const MAX_PLANS: usize = 8;

/// A validated document, with the plans of its operations.
pub struct PlannedDocument {
    document: Document,
    plans: RwLock<Vec<(PlanKey, Arc<PlannedOperation>)>>,
}

/// The name of an operation, and the values of the variables in `@skip` and `@include`.
type PlanKey = (Option<Name>, Vec<Option<bool>>);

/// What is the same for all requests with an operation.
pub(crate) struct PlannedOperation {
    pub(crate) plan: Plan,
    /// The values of `__schema` and `__type`, if all requests have the same.
    pub(crate) introspected: Option<Introspected>,
}

impl PlannedDocument {
    pub(crate) fn new(document: Document) -> Self {
        Self {
            document,
            plans: RwLock::default(),
        }
    }

    /// The plan of an operation with these variables; made by `plan` unless it is kept.
    ///
    /// # Errors
    ///
    /// Those of `plan`.
    pub(crate) fn planned(
        &self,
        operation: &Operation,
        variables: &Variables,
        plan: impl FnOnce() -> Result<PlannedOperation, ServerError>,
    ) -> Result<Arc<PlannedOperation>, ServerError> {
        let conditions = self.document.conditions.iter();
        let values = conditions.map(|variable| match variables.get(variable.as_str()) {
            Some(Value::Boolean(value)) => Some(*value),
            _ => None,
        });
        let key = (operation.name.clone(), values.collect());
        let kept = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = kept.iter().find(|(kept, _)| *kept == key) {
            return Ok(Arc::clone(plan));
        }
        drop(kept);
        let plan = Arc::new(plan()?);
        let mut kept = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MAX_PLANS {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&plan)));
        Ok(plan)
    }
}

impl Deref for PlannedDocument {
    type Target = Document;

    fn deref(&self) -> &Document {
        &self.document
    }
}

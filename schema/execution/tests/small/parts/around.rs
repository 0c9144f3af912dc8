// The items that the generated module expects in the module that includes it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI32, Ordering},
};

use coach_execution::{
    Batch, Cause, InputError, Output, PlannedField, Problem, ResolverError, UserErrors, Value,
    Violation, Writer, Written, scalar::Scalar,
};

use self::contract::{arguments, batch, input, mutation, abstract_type, payload::LabelPayload, query, selection, types, Request};
use Error as MutationError;
use crate::model::{Cook, Course, Date, Dish, Id, Ingredient, Knot, Mistake, Nutrition, Probe};

#[allow(clippy::all, clippy::pedantic, unused, reason = "generated")]
pub mod contract {
    include!("../generated.rs");
}

pub struct Resolvers;

#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Role {
    Anonymous,
    Member,
    Staff,
}

pub struct RequestContext {
    pub role: Role,
    pub total: Arc<AtomicI32>,
    /// The calls of batch functions, each as its name and number of keys.
    pub loads: Arc<Mutex<Vec<String>>>,
    pub span: tracing::Span,
}

impl RequestContext {
    pub fn new(role: Role) -> Self {
        Self {
            role,
            total: Arc::default(),
            loads: Arc::default(),
            span: tracing::Span::none(),
        }
    }

    fn span(&self) -> &tracing::Span {
        &self.span
    }

    async fn run_batch<F: Future>(
        &self,
        _: &'static str,
        _: usize,
        _: tracing::Span,
        run: F,
    ) -> F::Output {
        run.await
    }

    fn fork(&self) -> Self {
        Self {
            role: self.role,
            total: Arc::clone(&self.total),
            loads: Arc::clone(&self.loads),
            span: self.span.clone(),
        }
    }

    fn is_anonymous(&self) -> bool {
        self.role == Role::Anonymous
    }

    fn loaded(&self, function: &str, keys: usize) {
        self.loads.lock().unwrap().push(format!("{function} {keys}"));
    }
}

#[derive(Debug)]
pub struct Error;

impl From<Error> for ResolverError {
    fn from(_: Error) -> Self {
        Self::new("BROKEN", "it broke")
    }
}

fn authorize(context: &RequestContext, requires: Role) -> Result<(), ResolverError> {
    if context.role >= requires {
        Ok(())
    } else {
        Err(ResolverError::new("FORBIDDEN", "not for you"))
    }
}

fn authorize_owner(_: &RequestContext, id: &Id) -> Result<(), ResolverError> {
    if id.0 == "stolen" {
        Err(ResolverError::internal("internal error"))
    } else {
        Ok(())
    }
}

impl<R> Output<types::ID, R> for Id {
    fn write<'r>(&self, _: &'r PlannedField, _: &'r R, out: &mut Writer<'r, R>) -> Written {
        out.json(&self.0)
    }
}

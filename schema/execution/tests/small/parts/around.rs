// What the generated module expects around it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI32, Ordering},
};

use coach_execution::{
    Batch, Cause, Completed, Fault, InputError, Output, PlannedField, Problem, Refusable,
    Unacceptable, Value, leaf, scalar::Scalar,
};

use self::contract::{arguments, batch, mutation, one_of, query, types};
use crate::model::{Cook, Course, Date, Dish, Id, Ingredient, Knot, LabelPayload, Mistake, Nutrition, Probe};

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
    /// One line for each call of a batch function.
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

    async fn part<F: Future>(&self, _: tracing::Span, run: F) -> F::Output {
        run.await
    }

    fn renewed(&self) -> Self {
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

impl From<Error> for Fault {
    fn from(_: Error) -> Self {
        Self::new("BROKEN", "it broke")
    }
}

fn authorize(context: &RequestContext, requires: Role) -> Result<(), Fault> {
    if context.role >= requires {
        Ok(())
    } else {
        Err(Fault::new("FORBIDDEN", "not for you"))
    }
}

fn owns(_: &RequestContext, id: &Id) -> Result<(), Fault> {
    if id.0 == "stolen" {
        Err(Fault::internal("internal error"))
    } else {
        Ok(())
    }
}

impl<R> Output<types::ID, R> for Id {
    fn complete<'r>(&self, _: &'r PlannedField, _: &'r R) -> Completed<'r> {
        leaf(Value::from(self.0.as_str()))
    }
}

//! The mutations of a run. A new kind is a file here and an entry in [`KINDS`]: it defines its request, the marks that
//! it leaves in the database, and the query that finds them.

mod complete_workout;
mod register;
mod sign_in;
mod start_plan;
mod submit_check_in;
mod update_consents;
mod webhook;
mod world;

use serde_json::Value;

pub(crate) use webhook::SECRET;
pub(crate) use world::World;

use coach_tests::Random;

/// A kind of mutation, or of another request that changes something.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How often it is drawn, relative to the others.
    weight: usize,
    /// Creates an operation with unique marks; `None` when its inputs are used up.
    make: fn(&mut World, u32) -> anyhow::Result<Option<NewOperation>>,
    /// The query for the marks of this kind, as a column of text: each as often as it was left.
    pub(crate) marks_sql: &'static str,
}

/// All kinds.
pub(crate) const KINDS: [Kind; 7] = [
    complete_workout::KIND,
    sign_in::KIND,
    register::KIND,
    start_plan::KIND,
    submit_check_in::KIND,
    update_consents::KIND,
    webhook::KIND,
];

/// An operation as its kind creates it, still without a key.
struct NewOperation {
    request: Request,
    marks: Vec<String>,
}

/// The request of an operation.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// A GraphQL mutation.
    Mutation {
        token: String,
        document: &'static str,
        /// The field of `Mutation`.
        field: &'static str,
        /// Without the idempotency key.
        input: Value,
    },
    /// The body for `POST /internal/email`.
    SignIn(Value),
    /// A webhook for `POST /webhooks/standard`, signed when it is sent.
    Webhook { id: String, body: String },
}

/// One mutation, which must have its effect once however often it is requested.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) key: String,
    pub(crate) request: Request,
    /// The marks that it leaves in the database, each exactly once.
    pub(crate) marks: Vec<String>,
}

impl Operation {
    /// A webhook besides those of the run, without marks.
    pub(crate) fn webhook(name: &str) -> Self {
        let id = format!("msg_{name}");
        Self {
            name: "webhook",
            key: id.clone(),
            request: Request::Webhook {
                id,
                body: r#"{"type":"something.else","timestamp":"2026-01-01T00:00:00Z","data":{}}"#
                    .to_owned(),
            },
            marks: Vec::new(),
        }
    }
}

/// The sequence of the mutations of a run, which depends only on the seed.
pub(crate) struct Operations {
    world: World,
    random: Random,
    number: u32,
}

impl Operations {
    pub(crate) fn new(world: World, random: Random) -> Self {
        Self {
            world,
            random,
            number: 0,
        }
    }

    /// Creates the next operation.
    pub(crate) fn next(&mut self) -> anyhow::Result<Operation> {
        self.number += 1;
        let drawn = self.draw();
        // When the inputs of a kind are used up, another kind takes its place.
        for index in 0..KINDS.len() {
            let kind = &KINDS[(drawn + index) % KINDS.len()];
            if let Some(operation) = (kind.make)(&mut self.world, self.number)? {
                let key = format!("torture-{}", self.number);
                let mut marks = operation.marks;
                // Webhooks are deduplicated by their own id.
                if !matches!(operation.request, Request::Webhook { .. }) {
                    marks.push(format!("idempotency_key {key}"));
                }
                return Ok(Operation {
                    name: kind.name,
                    key,
                    request: operation.request,
                    marks,
                });
            }
        }
        anyhow::bail!("nothing is left to be done after {} mutations", self.number)
    }

    /// Draws the index of a kind, by weight.
    fn draw(&mut self) -> usize {
        let mut remaining = self
            .random
            .below(KINDS.iter().map(|kind| kind.weight).sum());
        for (index, kind) in KINDS.iter().enumerate() {
            if remaining < kind.weight {
                return index;
            }
            remaining -= kind.weight;
        }
        0
    }
}

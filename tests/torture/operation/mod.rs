//! The mutations of a run. A new kind is a file here and an entry in [`KINDS`]: it says how it is asked for, which marks
//! it leaves, and how they are found in the database.

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

/// A kind of mutation.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How often it comes, beside the others.
    weight: usize,
    /// Another one, whose marks no other has; `None` when nothing is left to be done.
    make: fn(&mut World, u32) -> anyhow::Result<Option<Made>>,
    /// Finds the marks of this kind, as a column of text: each as often as it is there.
    pub(crate) found: &'static str,
}

/// All of them.
pub(crate) const KINDS: [Kind; 7] = [
    complete_workout::KIND,
    sign_in::KIND,
    register::KIND,
    start_plan::KIND,
    submit_check_in::KIND,
    update_consents::KIND,
    webhook::KIND,
];

/// What a kind makes up.
struct Made {
    request: Request,
    marks: Vec<String>,
}

/// How something is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// By GraphQL.
    Mutation {
        token: String,
        document: &'static str,
        /// Of the root.
        field: &'static str,
        /// Without the idempotency key.
        input: Value,
    },
    /// By `POST /internal/email`.
    SignIn(Value),
    /// By `POST /webhooks/standard`, signed when it is sent.
    Webhook { id: String, body: String },
}

/// One mutation, to be done once however often it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) key: String,
    pub(crate) request: Request,
    /// What is in the database once it is done, each exactly once.
    pub(crate) marks: Vec<String>,
}

impl Operation {
    /// A webhook of its own, beside those of a run.
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

/// The mutations of a run, in their order: the same for the same seed.
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

    /// The next one.
    pub(crate) fn next(&mut self) -> anyhow::Result<Operation> {
        self.number += 1;
        let drawn = self.draw();
        // Where one kind has nothing left, the next one has.
        for place in 0..KINDS.len() {
            let kind = &KINDS[(drawn + place) % KINDS.len()];
            if let Some(made) = (kind.make)(&mut self.world, self.number)? {
                let key = format!("torture-{}", self.number);
                let mut marks = made.marks;
                // A webhook is known again by its own id.
                if !matches!(made.request, Request::Webhook { .. }) {
                    marks.push(format!("idempotency_key {key}"));
                }
                return Ok(Operation {
                    name: kind.name,
                    key,
                    request: made.request,
                    marks,
                });
            }
        }
        anyhow::bail!("nothing is left to be done after {} mutations", self.number)
    }

    /// A kind, by weight.
    fn draw(&mut self) -> usize {
        let mut left = self
            .random
            .below(KINDS.iter().map(|kind| kind.weight).sum());
        for (place, kind) in KINDS.iter().enumerate() {
            if left < kind.weight {
                return place;
            }
            left -= kind.weight;
        }
        0
    }
}

//! The resolvers: hand-written implementations of the traits that are generated from the SDL, which are batch functions
//! and root fields, one file per noun. The compiler reports what is missing; see `ARCHITECTURE.md`.

#![expect(
    unreachable_pub,
    reason = "the associated types of the generated public traits must be public, although they are not exported"
)]

mod account;
mod app;
mod authorization;
mod check_in;
mod command;
mod confirmation;
mod consent;
mod context;
mod cycle;
mod day;
mod error;
mod exercise;
mod id;
mod live;
mod meal;
mod member;
mod node;
mod operations;
mod page;
mod patch;
mod plan;
mod preferences;
mod recipe;
mod request_trace;
mod scalar;
mod schedule;
mod subscription;
mod workout;

#[allow(
    clippy::all,
    clippy::pedantic,
    missing_docs,
    unused_imports,
    unreachable_pub,
    reason = "generated: shaped for the compiler's messages, not for reading"
)]
mod contract {
    include!(concat!(env!("OUT_DIR"), "/contract.rs"));
}

include!(concat!(env!("OUT_DIR"), "/operations.rs"));

pub use app::App;
pub use context::RequestContext;
pub use contract::{SDL, Schema};
pub use error::Error;

use authorization::{authorize, authorize_owner};
use coach_domain::viewer::Role;
use command::{MutationError, MutationInput, OccurredAt};
use contract::{
    Request, abstract_type, arguments, batch, input, mutation, payload, query, selection, types,
};

/// Implements the generated traits.
pub struct Resolvers;

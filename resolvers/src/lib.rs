//! The hand-written side of the contract: batch functions and root fields, one
//! file per noun. What to write here, the compiler says; see `ARCHITECTURE.md`.

#![expect(
    unreachable_pub,
    reason = "what the contract's public traits answer with must be public; nobody else sees it"
)]

mod access;
mod account;
mod app;
mod check_in;
mod confirmation;
mod consent;
mod context;
mod cycle;
mod day;
mod error;
mod exercise;
mod given;
mod id;
mod live;
mod meal;
mod member;
mod memo;
mod node;
mod operations;
mod page;
mod plan;
mod preferences;
mod recipe;
mod refused;
mod rows;
mod scalar;
mod schedule;
mod source;
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

pub use app::{App, Services};
pub use context::RequestContext;
pub use contract::{Contract, SDL};
pub use error::Error;

use access::{authorize, owns};
use coach_domain::viewer::Role;
use contract::{arguments, batch, mutation, one_of, query, types};

/// Implements the traits of the contract.
pub struct Resolvers;

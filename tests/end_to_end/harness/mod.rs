//! The production router with a real Postgres, called through HTTP.

mod app;
pub(crate) mod leaks;
mod outbox;
mod postgres;
mod response;
mod sql;

pub(crate) use app::TestApp;
pub(crate) use coach_tests::{member, noon, operations, read_operation};
pub(crate) use outbox::{EnqueuedMessage, kinds};
pub(crate) use postgres::copy as copy_database;
pub(crate) use response::GraphqlResponse;

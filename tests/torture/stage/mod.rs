//! The environment of a run: a private Postgres that can be killed, and a database with members and a ledger.

mod database;
mod postgres;

pub(crate) use database::{Database, value};
pub(crate) use postgres::Postgres;

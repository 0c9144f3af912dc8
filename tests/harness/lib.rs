//! What several test targets start: a private Postgres, and a stand-in for AWS.

pub mod aws;
mod ministack;
mod postgres;

pub use ministack::Ministack;
pub use postgres::Postgres;

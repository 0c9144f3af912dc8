//! What several test targets start: a private Postgres, and a stand-in for AWS. And chance that can be repeated.

pub mod aws;
mod ministack;
mod postgres;
mod random;

pub use ministack::Ministack;
pub use postgres::Postgres;
pub use random::Random;

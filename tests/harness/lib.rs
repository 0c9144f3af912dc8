//! What several test targets start: a private Postgres, stand-ins for AWS and for shops. And chance that can be repeated.

pub mod app_store;
pub mod aws;
mod ministack;
mod postgres;
mod random;
pub mod shop_apis;

pub use ministack::Ministack;
pub use postgres::Postgres;
pub use random::Random;

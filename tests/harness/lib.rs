//! What several test targets share: a private Postgres, stand-ins for AWS and for shops, helpers that wait for a
//! condition, and a seeded random generator.

pub mod app_store;
pub mod aws;
pub mod cluster;
mod folder;
mod ministack;
mod pgbouncer;
mod port;
mod postgres;
mod proxy;
mod random;
pub mod shop_apis;
mod waiting;

pub use folder::{TestFolder, folder};
pub use ministack::Ministack;
pub use pgbouncer::PgBouncer;
pub use port::free_port;
pub use postgres::Postgres;
pub use proxy::{Mode, Proxy, Target};
pub use random::Random;
pub use waiting::{WAIT_TIMEOUT, retry_within, until, wait_for};

//! What several test targets start: a private Postgres, stand-ins for AWS and for shops. And how they wait, and chance
//! that can be repeated.

pub mod app_store;
pub mod aws;
pub mod cluster;
mod folder;
mod ministack;
mod patience;
mod pgbouncer;
mod port;
mod postgres;
mod proxy;
mod random;
pub mod shop_apis;

pub use folder::{TestFolder, folder};
pub use ministack::Ministack;
pub use patience::{PATIENCE, until, wait_for, within};
pub use pgbouncer::PgBouncer;
pub use port::free_port;
pub use postgres::Postgres;
pub use proxy::{Mode, Proxy, Target};
pub use random::Random;

//! What several test targets share: a private Postgres, the app's operations, stand-ins for AWS and for shops, helpers
//! that wait for a condition, a clock that tests move, and a seeded random generator.

pub mod app_store;
pub mod aws;
mod clock;
pub mod cluster;
mod folder;
pub mod member;
mod ministack;
mod operation;
mod pgbouncer;
mod port;
mod postgres;
mod proxy;
mod random;
pub mod shop_apis;
mod waiting;

pub use clock::{TestClock, noon};
pub use folder::{TestFolder, folder};
pub use ministack::Ministack;
pub use operation::{operations, read_operation};
pub use pgbouncer::PgBouncer;
pub use port::free_port;
pub use postgres::Postgres;
pub use proxy::{Mode, Proxy, Target};
pub use random::Random;
pub use waiting::{WAIT_TIMEOUT, retry_within, until, wait_for};

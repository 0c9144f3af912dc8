//! The implementations of queues: on Postgres, and on Amazon SQS. A setting chooses one of them; `tests/queue` verifies
//! that both behave alike.

use std::time::Duration;

mod batch;
mod check;
mod database;
mod operations;
pub mod pause;
mod postgres;
pub mod sqs;

pub(crate) use batch::{batches, fill_batch};
pub use postgres::PostgresQueue;
pub use sqs::SqsQueue;

/// The maximum wait of a receive.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// The maximum visibility timeout.
const MAX_VISIBILITY: Duration = Duration::from_hours(12);

//! The queues: on Postgres, and Amazon's SQS. Which one a process uses is a setting; `tests/queue` holds both to the
//! same behaviour.

use std::time::Duration;

mod check;
mod database;
mod operations;
pub mod pause;
mod postgres;
pub mod sqs;

pub use postgres::PostgresQueue;
pub use sqs::SqsQueue;

/// The longest wait of a receive.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// The longest time for which a message is hidden.
const MAX_VISIBILITY: Duration = Duration::from_hours(12);

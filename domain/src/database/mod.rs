//! The database: the connection pool, and the statements of a request.
//!
//! Queries are written as SQL, by these rules:
//!
//! - Keys are one array parameter for each key column, so that a query is one prepared statement for any number of
//!   keys. An array must not contain NULL: the driver panics on it.
//! - Columns are named, never `*`: a migration that adds a column would break the prepared statements of open
//!   connections ("cached plan must not change result type").
//! - Connections use generic plans, so an optional condition is left out of the SQL text when it is absent;
//!   `$1 IS NULL OR …` would prevent the use of indexes.
//! - A `LIMIT` that is small compared with its table is a literal: for a parameter, a generic plan assumes a tenth of
//!   all rows and uses a sequential scan.

mod connect;
mod connections;
mod decode;
mod explain;
pub(crate) mod failure;
mod fetch;
mod joint;
mod lease;
mod monitor;
mod pool;
mod pool_meter;
mod purge;
mod replica;
mod rows;
mod session;
mod statements;
mod telemetry;
mod timeline;
mod transaction;
mod write;

use sea_orm::{DbBackend, Statement, Value};

pub use connect::{Options, PoolMode, ServerRole, connect, open};
pub(crate) use decode::impl_decode;
pub use explain::{Explained, explain};
pub use fetch::{Fetch, FromRow, RowReader};
pub use monitor::ConnectFailure;
pub use pool::{MIN_SERVER_VERSION, Pool, ServerState};
pub use purge::Purge;
pub use replica::{Replica, ReplicaOptions};
pub(crate) use rows::{Column, Keyed, by_key};
pub use session::{Counted, Session, Transaction};
pub use telemetry::{in_span, summary};
pub use timeline::{EnqueuedMessage, TimedBatch, TimedStatement, Timeline, TimelineEntries};
pub use transaction::PoolTransaction;
pub use write::{Columns, insert, update};

/// A statement with its parameters, in the order `$1`, `$2` and so on.
pub fn statement(sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

//! The database: how it is connected to, and what a request does on it.
//!
//! Finders are written as SQL, by these rules:
//!
//! - Keys are one array parameter for each key column, so a finder is one
//!   prepared statement however many keys it gets. An array must not hold NULL:
//!   the driver panics on it.
//! - Columns are named, never `*`: a migration that adds one would make each
//!   connection refuse its prepared statements ("cached plan must not change
//!   result type").
//! - Connections use generic plans, so a condition that may be absent is left
//!   out of the text; `$1 IS NULL OR …` would keep indexes from being used.
//! - A limit that is small beside its table stands in the text: a generic plan
//!   takes a parameter for a tenth of all rows, and reads the table whole.

mod connect;
pub(crate) mod failure;
mod insert;
mod lease;
mod pool;
mod session;
mod statements;
mod sweep;
mod telemetry;
mod transaction;
mod watch;

use sea_orm::{DbBackend, Statement, Value};

pub use connect::{Options, PoolMode, connect, open};
pub(crate) use insert::insert;
pub use pool::{MIN_SERVER_VERSION, Pool, ServerState};
pub use session::{Counted, Session, Transaction};
pub(crate) use sweep::Sweep;
pub use telemetry::part;
pub use transaction::PoolTransaction;

/// A statement with its parameters, `$1` first.
pub(crate) fn statement(
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

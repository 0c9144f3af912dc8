//! What all requests share.

use std::sync::Arc;

use coach_domain::{
    catalogue, clock::Clock, database::Session, queue, subscription::purchase::Shops,
};
use sea_orm::DatabaseConnection;
use tracing::Span;

/// The parts that outlive a request.
pub struct App {
    /// The pool.
    pub database: DatabaseConnection,
    /// The catalogue in memory.
    pub catalogue: Arc<catalogue::Cache>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The queues, for operators.
    pub operations: Arc<dyn queue::Operations>,
    /// Where subscriptions are sold.
    pub shops: Shops,
    record_statements: bool,
}

impl App {
    /// An application with an empty catalogue cache.
    pub fn new(
        database: DatabaseConnection,
        clock: Arc<dyn Clock>,
        operations: Arc<dyn queue::Operations>,
        shops: Shops,
    ) -> Arc<Self> {
        Self::with(database, clock, operations, shops, false)
    }

    /// The same, whose requests keep the text of each statement, for tests.
    pub fn recording(
        database: DatabaseConnection,
        clock: Arc<dyn Clock>,
        operations: Arc<dyn queue::Operations>,
        shops: Shops,
    ) -> Arc<Self> {
        Self::with(database, clock, operations, shops, true)
    }

    fn with(
        database: DatabaseConnection,
        clock: Arc<dyn Clock>,
        operations: Arc<dyn queue::Operations>,
        shops: Shops,
        record_statements: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            database,
            catalogue: Arc::default(),
            clock,
            operations,
            shops,
            record_statements,
        })
    }

    /// The database, as one request uses it.
    pub(crate) fn session(&self, span: Span) -> Session {
        let pool = self.database.clone();
        if self.record_statements {
            Session::recording(pool, span)
        } else {
            Session::new(pool, span)
        }
    }
}

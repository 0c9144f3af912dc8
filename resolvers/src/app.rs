//! What outlives a request: the database, the catalogue, and the services that resolvers use.

use std::sync::Arc;

use arc_swap::ArcSwap;
use coach_domain::{
    catalogue,
    clock::Clock,
    command::CommandRate,
    database::{Pool, Replica},
    live::StatusCache,
    object::ObjectStore,
    purchase::Shops,
    queue,
    request_trace::TraceStore,
    url::Url,
};
use coach_execution::OperationType;

/// The state that all requests share.
pub struct App {
    /// The database connection pool.
    pub database: Pool,
    /// The standby that queries read from, if there is one.
    pub replica: Option<Replica>,
    /// The in-memory cache of the catalogue.
    pub catalogue: Arc<catalogue::Cache>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The queues, for operators.
    pub operations: Arc<dyn queue::Operations>,
    /// The rate limit of mutations, per subject.
    pub rate: CommandRate,
    /// The clients of the shops that sell subscriptions; replaced when their secrets change.
    pub shops: ArcSwap<Shops>,
    /// The object store with the live status file.
    pub objects: Arc<dyn ObjectStore>,
    /// The in-memory cache of the live status file.
    pub live: Arc<StatusCache>,
    /// The public URL of the live status file.
    pub status_url: Url,
    /// The recent requests of this process.
    pub traces: Arc<TraceStore>,
    /// Whether requests record the texts of their SQL statements, for tests.
    pub record_statements: bool,
}

impl App {
    /// The pool for an operation. Only queries read from the replica: a mutation sees its own changes.
    pub(crate) fn database_for(&self, operation: Option<OperationType>) -> Pool {
        match &self.replica {
            Some(replica) if operation == Some(OperationType::Query) => replica.query_pool(),
            _ => self.database.clone(),
        }
    }

    /// Waits until every query that begins from now on sees what has been committed, in any process.
    pub async fn wait_until_visible(&self) {
        if let Some(replica) = &self.replica {
            replica.wait_until_visible().await;
        }
    }
}

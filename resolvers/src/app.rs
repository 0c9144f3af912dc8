//! What all requests share.

use std::sync::Arc;

use coach_domain::{
    catalogue,
    clock::Clock,
    command::CommandRate,
    database::{Pool, Session},
    live::StatusCache,
    object::ObjectStore,
    queue,
    subscription::purchase::Shops,
    url::Url,
};
use tracing::Span;

/// What answers are made with, besides the database.
#[derive(Clone)]
pub struct Services {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The queues, for operators.
    pub operations: Arc<dyn queue::Operations>,
    /// How many changes each member may ask for.
    pub rate: Arc<CommandRate>,
    /// Where subscriptions are sold.
    pub shops: Shops,
    /// Where the status file is.
    pub objects: Arc<dyn ObjectStore>,
    /// Where everybody finds the status file.
    pub status_url: Url,
}

/// The parts that outlive a request.
pub struct App {
    /// The pool.
    pub database: Pool,
    /// The catalogue in memory.
    pub catalogue: Arc<catalogue::Cache>,
    /// All else.
    pub services: Services,
    pub(crate) live: Arc<StatusCache>,
    record_statements: bool,
}

impl App {
    /// An application with an empty catalogue cache.
    pub fn new(database: Pool, services: Services) -> Arc<Self> {
        Self::with(database, services, false)
    }

    /// The same, whose requests keep the text of each statement, for tests.
    pub fn recording(database: Pool, services: Services) -> Arc<Self> {
        Self::with(database, services, true)
    }

    fn with(database: Pool, services: Services, record_statements: bool) -> Arc<Self> {
        Arc::new(Self {
            database,
            catalogue: Arc::default(),
            live: StatusCache::new(services.objects.clone(), services.clock.clone()),
            services,
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

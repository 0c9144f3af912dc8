//! The parts of the application that all requests share.

use std::sync::Arc;

use coach_domain::{
    catalogue,
    clock::Clock,
    command::CommandRate,
    database::{Pool, Session},
    live::StatusCache,
    object::ObjectStore,
    purchase::Shops,
    queue,
    url::Url,
};
use tracing::Span;

/// The services that resolvers use besides the database.
#[derive(Clone)]
pub struct Services {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The queues, for operators.
    pub operations: Arc<dyn queue::Operations>,
    /// The rate limit of mutations, per subject.
    pub rate: Arc<CommandRate>,
    /// The clients of the shops that sell subscriptions.
    pub shops: Shops,
    /// The object store with the live status file.
    pub objects: Arc<dyn ObjectStore>,
    /// The public URL of the live status file.
    pub status_url: Url,
}

/// The state that outlives a request.
pub struct App {
    /// The database connection pool.
    pub database: Pool,
    /// The in-memory cache of the catalogue.
    pub catalogue: Arc<catalogue::Cache>,
    /// Everything else.
    pub services: Services,
    pub(crate) live: Arc<StatusCache>,
    record_statements: bool,
}

impl App {
    /// An application with an empty catalogue cache.
    pub fn new(database: Pool, services: Services) -> Arc<Self> {
        Self::with(database, services, false)
    }

    /// Like [`new`](Self::new), but requests record the texts of their SQL statements, for tests.
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

    /// A database session for one request.
    pub(crate) fn session(&self, span: Span) -> Session {
        let pool = self.database.clone();
        if self.record_statements {
            Session::recording(pool, span)
        } else {
            Session::new(pool, span)
        }
    }
}

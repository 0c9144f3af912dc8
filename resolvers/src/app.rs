//! What all requests share.

use std::sync::Arc;

use coach_domain::{catalogue, clock::Clock};
use sea_orm::DatabaseConnection;

/// The parts that outlive a request.
pub struct App {
    /// The pool.
    pub database: DatabaseConnection,
    /// The catalogue in memory.
    pub catalogue: catalogue::Cache,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl App {
    /// An application with an empty catalogue cache.
    pub fn new(database: DatabaseConnection, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            database,
            catalogue: catalogue::Cache::default(),
            clock,
        })
    }
}

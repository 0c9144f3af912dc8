//! The cache of the catalogue.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio::sync::Mutex;

use super::{Catalogue, load, version};
use crate::{Error, Result};

/// Caches the version of the catalogue that was loaded last, and serves it even while the database cannot be reached.
#[derive(Debug, Default)]
pub struct Cache {
    current: RwLock<Option<Arc<Catalogue>>>,
    /// Locked while a task loads the catalogue; contains the error of the last attempt, if it failed.
    loading: Mutex<Option<Error>>,
    attempts: AtomicU64,
}

impl Cache {
    /// The cached catalogue, or else one loaded from `db`. Callers during a load wait for that load, and share its
    /// error.
    ///
    /// # Errors
    ///
    /// Those of the database, and only when nothing is cached.
    pub async fn get(&self, db: &impl TransactionTrait) -> Result<Arc<Catalogue>> {
        if let Some(cached) = self.cached() {
            return Ok(cached);
        }
        let attempts = self.attempts.load(Relaxed);
        let mut failure = self.loading.lock().await;
        if let Some(cached) = self.cached() {
            return Ok(cached);
        }
        if self.attempts.load(Relaxed) != attempts
            && let Some(failure) = &*failure
        {
            return Err(failure.clone());
        }
        let loaded = self.load(db).await;
        *failure = loaded.as_ref().err().cloned();
        loaded
    }

    /// Loads the catalogue again when the database has another version than the cache, and returns whether it did. A
    /// single task calls this every few seconds.
    ///
    /// # Errors
    ///
    /// Those of the database; the cached version stays.
    pub async fn refresh(&self, db: &(impl ConnectionTrait + TransactionTrait)) -> Result<bool> {
        let cached = self.cached().map(|cached| cached.version);
        if cached == Some(version(db).await?) {
            return Ok(false);
        }
        let _guard = self.loading.lock().await;
        self.load(db).await?;
        Ok(true)
    }

    /// Clears the cache, for tests.
    pub fn clear(&self) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = None;
    }

    fn cached(&self) -> Option<Arc<Catalogue>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    async fn load(&self, db: &impl TransactionTrait) -> Result<Arc<Catalogue>> {
        let loaded = load(db).await;
        self.attempts.fetch_add(1, Relaxed);
        let loaded = Arc::new(loaded?);
        tracing::info!(version = loaded.version, "the catalogue is loaded");
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::clone(&loaded));
        Ok(loaded)
    }
}

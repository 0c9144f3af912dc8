//! The catalogue in memory.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio::sync::Mutex;

use super::{Catalogue, load, version};
use crate::{Error, Result};

/// Holds the version of the catalogue that was loaded last, and serves it
/// whether or not the database can be reached.
#[derive(Debug, Default)]
pub struct Cache {
    current: RwLock<Option<Arc<Catalogue>>>,
    /// Held by the one that loads; says how the last attempt failed.
    loading: Mutex<Option<Error>>,
    attempts: AtomicU64,
}

impl Cache {
    /// The catalogue: the one held, or else loaded from `db`. Those who ask while
    /// it is being loaded wait for that one load, and share its failure.
    ///
    /// # Errors
    ///
    /// Those of the database, and only when nothing is held.
    pub async fn get(&self, db: &impl TransactionTrait) -> Result<Arc<Catalogue>> {
        if let Some(held) = self.held() {
            return Ok(held);
        }
        let attempts = self.attempts.load(Relaxed);
        let mut failure = self.loading.lock().await;
        if let Some(held) = self.held() {
            return Ok(held);
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

    /// Asks for the version and loads the catalogue again when it is another than
    /// the one held; says whether it did. To be called every few seconds by the
    /// one task that looks after it.
    ///
    /// # Errors
    ///
    /// Those of the database; what is held stays.
    pub async fn refresh(&self, db: &(impl ConnectionTrait + TransactionTrait)) -> Result<bool> {
        let held = self.held().map(|held| held.version);
        if held == Some(version(db).await?) {
            return Ok(false);
        }
        let _alone = self.loading.lock().await;
        self.load(db).await?;
        Ok(true)
    }

    /// Forgets what is held, for tests.
    pub fn clear(&self) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = None;
    }

    fn held(&self) -> Option<Arc<Catalogue>> {
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

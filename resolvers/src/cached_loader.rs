//! Loads rows that several batch functions of a request need, in batches and at most once per request.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Arc};

use coach_domain::{Error, Result};
use dataloader::{BatchFn, cached::Loader};

use crate::request_resources::RequestResources;

/// Fetches rows of one kind by key.
pub(crate) trait FetchRows: Send + Sync + 'static {
    /// The key of a row.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// The row.
    type Value: Send + Sync + 'static;

    /// Fetches the rows of all keys, with one statement per table. Keys without a row are absent from the result.
    fn fetch(
        source: &RequestResources,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>>> + Send;
}

type CachedRow<V> = Result<Option<Arc<V>>>;

struct BatchFetch<F>(Arc<RequestResources>, std::marker::PhantomData<F>);

impl<F: FetchRows> BatchFn<F::Key, CachedRow<F::Value>> for BatchFetch<F> {
    async fn load(&mut self, keys: &[F::Key]) -> HashMap<F::Key, CachedRow<F::Value>> {
        let mut fetched = F::fetch(&self.0, keys).await;
        let entries = keys.iter().map(|key| {
            let entry = match &mut fetched {
                Ok(found) => Ok(found.remove(key).map(Arc::new)),
                Err(error) => Err(error.clone()),
            };
            (key.clone(), entry)
        });
        entries.collect()
    }
}

/// Loads and caches rows of one kind for a request.
pub(crate) struct CachedLoader<F: FetchRows>(Loader<F::Key, CachedRow<F::Value>, BatchFetch<F>>);

impl<F: FetchRows> CachedLoader<F> {
    pub(crate) fn new(source: &Arc<RequestResources>) -> Self {
        let fetch = BatchFetch(Arc::clone(source), std::marker::PhantomData);
        // Do not wait for more keys: batch functions call this with all of theirs at once.
        let loader = Loader::new(fetch).with_yield_count(0);
        Self(loader.with_max_batch_size(usize::MAX))
    }

    /// Returns the rows of these keys. Keys without a row are absent from the result.
    pub(crate) async fn get(&self, keys: &[F::Key]) -> Result<HashMap<F::Key, Arc<F::Value>>> {
        let entries = self.0.try_load_many(keys.to_vec()).await;
        let entries = entries.map_err(|error| Error::Invariant(error.to_string()))?;
        let found = entries
            .into_iter()
            .map(|(key, entry)| Ok(entry?.map(|value| (key, value))));
        found.filter_map(Result::transpose).collect()
    }

    /// Returns the row of one key.
    pub(crate) async fn get_one(&self, key: &F::Key) -> Result<Option<Arc<F::Value>>> {
        Ok(self.get(std::slice::from_ref(key)).await?.remove(key))
    }

    /// Adds a row that was fetched in another way to the cache.
    pub(crate) async fn prime(&self, key: F::Key, value: Arc<F::Value>) {
        self.0.prime(key, Ok(Some(value))).await;
    }
}

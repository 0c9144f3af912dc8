//! Rows that several batch functions of one request need: fetched in batches,
//! once.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Arc};

use coach_domain::{Error, Result};
use dataloader::{BatchFn, cached::Loader};

use crate::source::Source;

/// How missing rows are fetched.
pub(crate) trait Fetch: Send + Sync + 'static {
    /// What they are found by.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// What is found.
    type Value: Send + Sync + 'static;

    /// Fetches the rows of all keys, in as few statements as there are tables.
    fn fetch(
        source: &Source,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>>> + Send;
}

type Entry<V> = Result<Option<Arc<V>>>;

struct Run<F>(Arc<Source>, std::marker::PhantomData<F>);

impl<F: Fetch> BatchFn<F::Key, Entry<F::Value>> for Run<F> {
    async fn load(&mut self, keys: &[F::Key]) -> HashMap<F::Key, Entry<F::Value>> {
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

/// The rows of one kind that a request has seen.
pub(crate) struct Memo<F: Fetch>(Loader<F::Key, Entry<F::Value>, Run<F>>);

impl<F: Fetch> Memo<F> {
    pub(crate) fn new(source: &Arc<Source>) -> Self {
        let run = Run(Arc::clone(source), std::marker::PhantomData);
        // Those who ask have gathered their keys already: nothing to wait for.
        let loader = Loader::new(run).with_yield_count(0);
        Self(loader.with_max_batch_size(usize::MAX))
    }

    /// The rows of these keys; those that do not exist are left out.
    pub(crate) async fn get(&self, keys: &[F::Key]) -> Result<HashMap<F::Key, Arc<F::Value>>> {
        let entries = self.0.try_load_many(keys.to_vec()).await;
        let entries = entries.map_err(|error| Error::Invariant(error.to_string()))?;
        let found = entries
            .into_iter()
            .map(|(key, entry)| Ok(entry?.map(|value| (key, value))));
        found.filter_map(Result::transpose).collect()
    }

    /// The row of one key.
    pub(crate) async fn one(&self, key: &F::Key) -> Result<Option<Arc<F::Value>>> {
        Ok(self.get(std::slice::from_ref(key)).await?.remove(key))
    }

    /// Keeps a row that was fetched by other means.
    pub(crate) async fn keep(&self, key: F::Key, value: Arc<F::Value>) {
        self.0.prime(key, Ok(Some(value))).await;
    }
}

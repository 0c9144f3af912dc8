//! Rows that several batch functions of a request need: loaded in batches, and each key once.

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    slice,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use dataloader::{BatchFn, cached};
use futures_util::{FutureExt as _, future::BoxFuture};
use smallvec::SmallVec;

/// A value, `None` if there is none for the key, or the error of the batch that it was loaded with.
type Entry<V, E> = Result<Option<Arc<V>>, E>;

/// Loads the values of keys. Keys that have none are left out.
struct Load<K, V, E>(LoadFn<K, V, E>);

type LoadFn<K, V, E> =
    Arc<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, E>> + Send + Sync>;

/// Values with their keys; usually one.
type Primed<K, V> = SmallVec<[(K, Arc<V>); 1]>;

type Inner<K, V, E> = cached::Loader<K, Entry<V, E>, Load<K, V, E>>;

impl<K: Clone + Eq + Hash, V, E: Clone> BatchFn<K, Entry<V, E>> for Load<K, V, E> {
    async fn load(&mut self, keys: &[K]) -> HashMap<K, Entry<V, E>> {
        let mut found = self.0(keys.to_vec()).await;
        let entries = keys.iter().map(|key| {
            let entry = match &mut found {
                Ok(found) => Ok(found.remove(key).map(Arc::new)),
                Err(error) => Err(error.clone()),
            };
            (key.clone(), entry)
        });
        entries.collect()
    }
}

/// Loads and caches values of one kind for a request.
pub struct Loader<K: Clone + Eq + Hash, V, E: Clone> {
    load: LoadFn<K, V, E>,
    /// Made when a key has to be loaded. Most requests load none of most kinds.
    inner: OnceLock<Inner<K, V, E>>,
    /// Values that were loaded in another way.
    primed: Mutex<Primed<K, V>>,
}

impl<K, V, E> Loader<K, V, E>
where
    K: Clone + Debug + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// A loader for callers that ask for all of their keys at once.
    pub fn new<F>(load: impl Fn(Vec<K>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<HashMap<K, V>, E>> + Send + 'static,
    {
        Self {
            load: Arc::new(move |keys| load(keys).boxed()),
            inner: OnceLock::new(),
            primed: Mutex::default(),
        }
    }

    fn inner(&self) -> &Inner<K, V, E> {
        self.inner.get_or_init(|| {
            let loader = cached::Loader::new(Load(Arc::clone(&self.load))).with_yield_count(0);
            // A batch is one SQL statement, whatever its size.
            loader.with_max_batch_size(usize::MAX)
        })
    }

    fn primed(&self) -> MutexGuard<'_, Primed<K, V>> {
        self.primed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The values of these keys. Keys that have none are absent from the result.
    ///
    /// # Errors
    ///
    /// That of the batch that loaded one of the keys.
    pub async fn get(&self, keys: &[K]) -> Result<HashMap<K, Arc<V>>, E> {
        let mut found = HashMap::with_capacity(keys.len());
        let mut missing = Vec::new();
        {
            let primed = self.primed();
            for key in keys {
                match primed.iter().find(|(known, _)| known == key) {
                    Some((key, value)) => {
                        found.insert(key.clone(), Arc::clone(value));
                    }
                    None => missing.push(key.clone()),
                }
            }
        }
        while !missing.is_empty() {
            // It fails only after the future that loaded some of these keys was dropped. The next batch contains them.
            if let Ok(entries) = self.inner().try_load_many(missing.clone()).await {
                missing.clear();
                for (key, entry) in entries {
                    if let Some(value) = entry? {
                        found.insert(key, value);
                    }
                }
            }
        }
        Ok(found)
    }

    /// The value of one key, `None` if there is none.
    ///
    /// # Errors
    ///
    /// That of the batch that loaded the key.
    pub async fn get_one(&self, key: &K) -> Entry<V, E> {
        Ok(self.get(slice::from_ref(key)).await?.remove(key))
    }

    /// Adds a value that was loaded in another way to the cache.
    pub fn prime(&self, key: K, value: Arc<V>) {
        let mut primed = self.primed();
        if !primed.iter().any(|(known, _)| *known == key) {
            primed.push((key, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicBool, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn the_keys_of_a_dropped_batch_are_loaded_by_who_asks_next() {
        let is_first = AtomicBool::new(true);
        let loader = Loader::<i32, i32, ()>::new(move |keys| {
            let hangs = is_first.swap(false, Ordering::Relaxed);
            async move {
                if hangs {
                    pending::<()>().await;
                }
                Ok(keys.into_iter().map(|key| (key, -key)).collect())
            }
        });
        assert!(loader.get(&[1]).now_or_never().is_none());
        let found = loader.get(&[2, 1, 2]).await;
        let expected = HashMap::from([(1, Arc::new(-1)), (2, Arc::new(-2))]);
        assert_eq!(found, Ok(expected));
    }
}

//! Rows that several batch functions of a request need: loaded in batches, and each key once.

use std::{collections::HashMap, fmt::Debug, hash::Hash, slice, sync::Arc};

use dataloader::{BatchFn, cached};
use futures_util::{FutureExt as _, future::BoxFuture};

/// A value, `None` if there is none for the key, or the error of the batch that it was loaded with.
type Entry<V, E> = Result<Option<Arc<V>>, E>;

/// Loads the values of keys. Keys that have none are left out.
struct Load<K, V, E>(LoadFn<K, V, E>);

type LoadFn<K, V, E> =
    Box<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, E>> + Send + Sync>;

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
pub struct Loader<K: Clone + Eq + Hash, V, E: Clone>(cached::Loader<K, Entry<V, E>, Load<K, V, E>>);

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
        let load = Load(Box::new(move |keys| load(keys).boxed()));
        let loader = cached::Loader::new(load).with_yield_count(0);
        // A batch is one SQL statement, whatever its size.
        Self(loader.with_max_batch_size(usize::MAX))
    }

    /// The values of these keys. Keys that have none are absent from the result.
    ///
    /// # Errors
    ///
    /// That of the batch that loaded one of the keys.
    pub async fn get(&self, keys: &[K]) -> Result<HashMap<K, Arc<V>>, E> {
        loop {
            // It fails only after the future that loaded some of these keys was dropped. The next batch contains them.
            if let Ok(entries) = self.0.try_load_many(keys.to_vec()).await {
                let found = entries.into_iter();
                let found = found.map(|(key, entry)| Ok(entry?.map(|value| (key, value))));
                return found.filter_map(Result::transpose).collect();
            }
        }
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
    pub async fn prime(&self, key: K, value: Arc<V>) {
        self.0.prime(key, Ok(Some(value))).await;
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

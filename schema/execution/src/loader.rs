//! Rows that several batch functions of a request need: loaded in batches, and each key once.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use smallvec::SmallVec;

use crate::SmallMap;

/// A value, `None` if there is none for the key, or the error of the batch that it was loaded with.
type Entry<V, E> = Result<Option<Arc<V>>, E>;

/// Loads and caches values of one kind for a request.
pub struct Loader<K, V, E> {
    entries: Mutex<SmallMap<K, Entry<V, E>>>,
    /// Held while a batch is loaded. Who asks for the same keys meanwhile waits for it.
    loading: tokio::sync::Mutex<()>,
}

impl<K, V, E> Default for Loader<K, V, E> {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
            loading: tokio::sync::Mutex::const_new(()),
        }
    }
}

impl<K: Clone + Eq + Hash, V, E: Clone> Loader<K, V, E> {
    /// The values of these keys. Those that are not in the cache are loaded at once by `load`, which leaves out keys that
    /// have none. These are absent from the result, too.
    ///
    /// # Errors
    ///
    /// That of the batch that loaded one of the keys.
    pub async fn get<L: IntoIterator<Item = (K, V)>>(
        &self,
        keys: &[K],
        load: impl AsyncFnOnce(&[K]) -> Result<L, E>,
    ) -> Result<SmallMap<K, Arc<V>>, E> {
        if !self.missing(keys).is_empty() {
            let _loading = self.loading.lock().await;
            let missing = self.missing(keys);
            if !missing.is_empty() {
                self.add(&missing, load(&missing).await);
            }
        }
        self.cached(keys)
    }

    /// Adds a value that was loaded in another way to the cache.
    pub fn prime(&self, key: K, value: Arc<V>) {
        let mut entries = self.entries();
        if entries.get(&key).is_none() {
            entries.push(key, Ok(Some(value)));
        }
    }

    fn entries(&self) -> MutexGuard<'_, SmallMap<K, Entry<V, E>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys that are not in the cache.
    fn missing(&self, keys: &[K]) -> SmallVec<[K; 1]> {
        let entries = self.entries();
        let missing = keys.iter().filter(|key| entries.get(key).is_none());
        missing.cloned().collect()
    }

    fn add(&self, keys: &[K], loaded: Result<impl IntoIterator<Item = (K, V)>, E>) {
        let mut entries = self.entries();
        // What was primed meanwhile stays.
        let mut add = |key, entry| {
            if entries.get(&key).is_none() {
                entries.push(key, entry);
            }
        };
        let absent = match loaded {
            Ok(found) => {
                for (key, value) in found {
                    add(key, Ok(Some(Arc::new(value))));
                }
                Ok(None)
            }
            Err(error) => Err(error),
        };
        for key in keys {
            add(key.clone(), absent.clone());
        }
    }

    fn cached(&self, keys: &[K]) -> Result<SmallMap<K, Arc<V>>, E> {
        let entries = self.entries();
        let found = keys.iter().filter_map(|key| {
            let entry = entries.get(key)?.clone().transpose()?;
            Some(entry.map(|value| (key.clone(), value)))
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, future::pending};

    use futures_util::FutureExt as _;

    use super::*;

    type Numbers = Loader<i32, i32, &'static str>;

    fn negated(keys: &[i32]) -> HashMap<i32, i32> {
        keys.iter().map(|&key| (key, -key)).collect()
    }

    #[tokio::test]
    async fn the_keys_of_a_dropped_batch_are_loaded_by_who_asks_next() {
        let loader = Numbers::default();
        let hangs = loader.get(&[1], async |_| pending::<Result<HashMap<_, _>, _>>().await);
        assert!(hangs.now_or_never().is_none());
        let found = loader.get(&[2, 1, 2], async |keys| {
            assert_eq!(keys, [2, 1, 2]);
            Ok(negated(keys))
        });
        let found: Vec<_> = found.await.expect("values").into_iter().collect();
        assert_eq!(found, [(2, Arc::new(-2)), (1, Arc::new(-1))]);
    }

    #[tokio::test]
    async fn each_key_is_loaded_once_whether_or_not_it_has_a_value() {
        let loader = Numbers::default();
        loader.prime(1, Arc::new(10));
        let load = async |keys: &[i32]| {
            assert_eq!(keys, [2, 3]);
            Ok(HashMap::from([(2, 20)]))
        };
        let both = futures_util::join!(loader.get(&[1, 2, 3], load), loader.get(&[3, 2], load));
        let values = |found: SmallMap<i32, Arc<i32>>| found.into_iter().map(|it| *it.1).collect();
        let values = (both.0.map(values), both.1.map(values));
        assert_eq!(values, (Ok(vec![10, 20]), Ok(vec![20])));
    }

    #[tokio::test]
    async fn the_error_of_a_batch_is_that_of_all_who_wait_for_its_keys() {
        let loader = Numbers::default();
        let fails = async |_: &[i32]| Err::<HashMap<_, _>, _>("no");
        let works = async |keys: &[i32]| Ok(negated(keys));
        assert_eq!(loader.get(&[1], fails).await.err(), Some("no"));
        assert_eq!(loader.get(&[1], works).await.err(), Some("no"));
        let found = loader.get(&[2], works).await.expect("a value");
        assert_eq!(found.get(&2), Some(&Arc::new(-2)));
    }
}

//! What a request loads: in batches, and each key once.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    slice,
    sync::Arc,
};

use tokio::{sync::Mutex, task};

/// A value, `None` if there is none for the key, or the error of the batch that it was loaded with.
type Entry<V, E> = Result<Option<Arc<V>>, E>;

/// Loads and caches values of one kind for a request.
pub struct Loader<K, V, E>(Mutex<State<K, V, E>>);

struct State<K, V, E> {
    loaded: HashMap<K, Entry<V, E>>,
    /// The keys of the next batch.
    pending: HashSet<K>,
}

impl<K, V, E> Default for Loader<K, V, E> {
    fn default() -> Self {
        Self(Mutex::new(State {
            loaded: HashMap::new(),
            pending: HashSet::new(),
        }))
    }
}

impl<K: Clone + Eq + Hash, V, E: Clone> Loader<K, V, E> {
    /// The values of these keys. `load` is called once for all of them that are not cached; keys that it leaves out
    /// have no value, and are absent from the result.
    ///
    /// # Errors
    ///
    /// That of the batch that loaded one of the keys.
    pub async fn get<F>(
        &self,
        keys: &[K],
        load: impl FnOnce(Vec<K>) -> F,
    ) -> Result<HashMap<K, Arc<V>>, E>
    where
        F: Future<Output = Result<HashMap<K, V>, E>>,
    {
        let mut state = self.0.lock().await;
        state.load(keys, load).await;
        let values = keys.iter().filter_map(|key| {
            let value = state.entry(key).transpose()?;
            Some(value.map(|value| (key.clone(), value)))
        });
        values.collect()
    }

    /// The value of one key. Unless it is cached, this first lets sibling fields add their keys to the batch.
    ///
    /// # Errors
    ///
    /// That of the batch.
    pub(crate) async fn get_with_siblings<F>(
        &self,
        key: &K,
        load: impl FnOnce(Vec<K>) -> F,
    ) -> Entry<V, E>
    where
        F: Future<Output = Result<HashMap<K, V>, E>>,
    {
        let mut state = self.0.lock().await;
        if !state.loaded.contains_key(key) {
            state.pending.insert(key.clone());
            drop(state);
            // Once is enough: all siblings are polled once before the first is polled again.
            task::yield_now().await;
            state = self.0.lock().await;
        }
        state.load(slice::from_ref(key), load).await;
        state.entry(key)
    }

    /// Adds a value that was loaded in another way to the cache.
    pub async fn prime(&self, key: K, value: Arc<V>) {
        self.0.lock().await.loaded.insert(key, Ok(Some(value)));
    }
}

impl<K: Clone + Eq + Hash, V, E: Clone> State<K, V, E> {
    /// Loads the next batch, unless all of `keys` are cached.
    async fn load<F>(&mut self, keys: &[K], load: impl FnOnce(Vec<K>) -> F)
    where
        F: Future<Output = Result<HashMap<K, V>, E>>,
    {
        if keys.iter().all(|key| self.loaded.contains_key(key)) {
            return;
        }
        let missing = keys.iter().filter(|key| !self.loaded.contains_key(*key));
        self.pending.extend(missing.cloned());
        // Keys stay pending until they are loaded: if this future is dropped before that, the next caller loads them.
        let mut found = load(self.pending.iter().cloned().collect()).await;
        for key in self.pending.drain() {
            let entry = match &mut found {
                Ok(found) => Ok(found.remove(&key).map(Arc::new)),
                Err(error) => Err(error.clone()),
            };
            self.loaded.insert(key, entry);
        }
    }

    fn entry(&self, key: &K) -> Entry<V, E> {
        self.loaded.get(key).cloned().unwrap_or(Ok(None))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt as _;

    use super::*;

    type Found = Result<HashMap<i32, i32>, ()>;

    #[tokio::test]
    async fn the_keys_of_a_dropped_batch_are_loaded_with_the_next() {
        let loader = Loader::<i32, i32, ()>::default();
        let hang = |_: Vec<i32>| pending::<Found>();
        assert!(loader.get(&[1], hang).now_or_never().is_none());
        let negate = |keys: Vec<i32>| {
            let negated = keys.into_iter().map(|key| (key, -key));
            ready::<Found>(Ok(negated.collect()))
        };
        let found = loader.get(&[2, 2], negate).await;
        assert_eq!(found, Ok(HashMap::from([(2, Arc::new(-2))])));
        let cached = loader.get(&[1], hang).now_or_never();
        assert_eq!(cached, Some(Ok(HashMap::from([(1, Arc::new(-1))]))));
    }
}

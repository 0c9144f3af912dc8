//! Batch functions and their loaders. A field that needs data receives all keys
//! of a batch at once, which rules out one SQL statement per object (N+1).

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    sync::{Arc, LazyLock, OnceLock},
};

use dataloader::{BatchFn, cached::Loader};
use futures_util::FutureExt as _;
use opentelemetry::{KeyValue, global, metrics::Histogram};
use tracing::Span;

use crate::{Completed, FieldResult, Output, PlannedField, ResolverError, Value};

/// How often a load yields to its siblings before it dispatches the batch. Once
/// is enough: all siblings are polled once before the first is polled again.
const YIELD_COUNT: usize = 1;

static BATCH_SIZE: LazyLock<Histogram<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_histogram("coach.batch.size")
        .with_unit("{key}")
        .with_description("Keys that a batch function was given at once.")
        .with_boundaries(vec![
            1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0,
        ])
        .build()
});

/// The results of a batch function, by key. A missing key is null if the field
/// is nullable, an empty list if the field is a list, and otherwise an error that
/// names field and key.
pub struct Batch<K, V>(HashMap<K, Result<V, ResolverError>>);

impl<K: Eq + Hash, V> Batch<K, V> {
    /// A batch in which individual keys may fail.
    pub fn of_results<F: Into<ResolverError>>(
        entries: impl IntoIterator<Item = (K, Result<V, F>)>,
    ) -> Self {
        let entries = entries.into_iter();
        Self(
            entries
                .map(|(key, value)| (key, value.map_err(Into::into)))
                .collect(),
        )
    }
}

impl<K: Eq + Hash, V> From<HashMap<K, V>> for Batch<K, V> {
    fn from(found: HashMap<K, V>) -> Self {
        found.into_iter().collect()
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Batch<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(
            entries
                .into_iter()
                .map(|(key, value)| (key, Ok(value)))
                .collect(),
        )
    }
}

impl<K: Eq + Hash, V> Batch<K, Vec<V>> {
    /// Groups one-to-many rows by key; each list keeps the order of the rows.
    pub fn grouped(rows: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut groups: HashMap<K, Result<Vec<V>, ResolverError>> = HashMap::new();
        for (key, value) in rows {
            let group = groups.entry(key).or_insert_with(|| Ok(Vec::new()));
            if let Ok(group) = group {
                group.push(value);
            }
        }
        Self(groups)
    }
}

/// A batch function; the generated code implements this for the loader.
pub trait BatchFunction: Send + Sync + 'static {
    /// The context of the request.
    type Context: Send + Sync + 'static;
    /// The key; for a field with arguments, the key and the arguments.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// The value that is loaded for a key.
    type Value: Send + Sync + 'static;
    /// `Type.field`, for messages and telemetry.
    const FIELD: &'static str;

    /// The tracing span of the request.
    fn span(context: &Self::Context) -> &Span;

    /// Loads a batch within `span`. An error applies to each of its keys.
    fn load(
        context: &Self::Context,
        keys: &[Self::Key],
        span: Span,
    ) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send;
}

enum Entry<V> {
    Found(Arc<V>),
    Missing,
    Failed(ResolverError),
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Found(value) => Self::Found(Arc::clone(value)),
            Self::Missing => Self::Missing,
            Self::Failed(error) => Self::Failed(error.clone()),
        }
    }
}

/// Implements the loader crate's trait for a [`BatchFunction`].
struct BatchFnAdapter<F: BatchFunction>(Arc<F::Context>);

impl<F: BatchFunction> BatchFn<F::Key, Entry<F::Value>> for BatchFnAdapter<F> {
    async fn load(&mut self, keys: &[F::Key]) -> HashMap<F::Key, Entry<F::Value>> {
        BATCH_SIZE.record(
            keys.len() as u64,
            &[KeyValue::new("coach.batch.field", F::FIELD)],
        );
        let span = tracing::info_span!(
            parent: F::span(&self.0),
            "batch",
            "otel.name" = F::FIELD,
            "coach.batch.size" = keys.len(),
        );
        let mut found = match F::load(&self.0, keys, span).await {
            Ok(batch) => batch.0,
            Err(error) => {
                let failed = keys.iter().cloned();
                return failed
                    .map(|key| (key, Entry::Failed(error.clone())))
                    .collect();
            }
        };
        let entries = keys.iter().map(|key| {
            let entry = match found.remove(key) {
                Some(Ok(value)) => Entry::Found(Arc::new(value)),
                Some(Err(error)) => Entry::Failed(error),
                None => Entry::Missing,
            };
            (key.clone(), entry)
        });
        entries.collect()
    }
}

type CachedLoader<F> =
    Loader<<F as BatchFunction>::Key, Entry<<F as BatchFunction>::Value>, BatchFnAdapter<F>>;

/// The loader of one batch function for one request, created on first use.
pub struct BatchLoader<F: BatchFunction>(OnceLock<CachedLoader<F>>);

impl<F: BatchFunction> Default for BatchLoader<F> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<F: BatchFunction> BatchLoader<F> {
    fn loader(&self, context: &Arc<F::Context>) -> &CachedLoader<F> {
        self.0.get_or_init(|| {
            Loader::new(BatchFnAdapter(Arc::clone(context)))
                .with_yield_count(YIELD_COUNT)
                // A batch is one SQL statement, whatever its size.
                .with_max_batch_size(usize::MAX)
        })
    }

    /// Completes `field` with the value that the batch function loads for `key`.
    pub fn complete<'r, G, R: Sync>(
        &'r self,
        key: F::Key,
        context: &'r Arc<F::Context>,
        field: &'r PlannedField,
        request: &'r R,
    ) -> Completed<'r>
    where
        F::Value: Output<G, R>,
    {
        Completed::Pending(
            async move {
                match self.load(&key, context).await {
                    Entry::Found(value) => {
                        let result = value.complete(field, request).resolve().await;
                        // The value has the type of the field without the outer `Option`.
                        if field.definition.nullable {
                            result.or_null()
                        } else {
                            result
                        }
                    }
                    Entry::Failed(error) => FieldResult::error(error, field),
                    Entry::Missing if field.definition.nullable => FieldResult::value(Value::Null),
                    Entry::Missing if field.definition.ty.starts_with('[') => {
                        FieldResult::value(Value::List(Vec::new()))
                    }
                    Entry::Missing => {
                        let message =
                            format!("{}: nothing was found for the key {key:?}", F::FIELD);
                        FieldResult::error(ResolverError::internal(message), field)
                    }
                }
            }
            .boxed(),
        )
    }

    async fn load(&self, key: &F::Key, context: &Arc<F::Context>) -> Entry<F::Value> {
        let loader = self.loader(context);
        // The crate loses the keys of a batch if the future that drives it is
        // dropped; a retry starts a new batch.
        for _ in 0..2 {
            if let Ok(entry) = loader.try_load(key.clone()).await {
                return entry;
            }
        }
        Entry::Failed(ResolverError::internal(format!(
            "{}: the batch was interrupted",
            F::FIELD
        )))
    }
}

//! Batch functions and their loaders. A field that needs data receives all the
//! keys of a batch at once, so one statement per object cannot be written.

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

use crate::{Completed, Fault, Outcome, Output, PlannedField, Value};

/// How often a load yields to its siblings before it takes the batch. One is
/// enough: all siblings are polled once before the first is polled again.
const YIELDS: usize = 1;

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

/// What a batch function found, by key. A key that it leaves out is null where
/// the field is nullable, an empty list for a list, and otherwise an error that
/// names field and key.
pub struct Batch<K, V>(HashMap<K, Result<V, Fault>>);

impl<K: Eq + Hash, V> Batch<K, V> {
    /// A batch in which single keys may fail.
    pub fn of_results<F: Into<Fault>>(
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
    /// Collects the lists of one-to-many rows, in the order in which they come.
    pub fn grouped(rows: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut groups: HashMap<K, Result<Vec<V>, Fault>> = HashMap::new();
        for (key, value) in rows {
            let group = groups.entry(key).or_insert_with(|| Ok(Vec::new()));
            if let Ok(group) = group {
                group.push(value);
            }
        }
        Self(groups)
    }
}

/// One batch function, as the generated code presents it to its loader.
pub trait BatchFunction: Send + Sync + 'static {
    /// What the request carries.
    type Context: Send + Sync + 'static;
    /// Key, with the field's arguments where it has any.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// What is loaded for a key.
    type Value: Send + Sync + 'static;
    /// `Type.field`, for messages.
    const FIELD: &'static str;

    /// What the request asks for, for traces.
    fn span(context: &Self::Context) -> &Span;

    /// Loads a batch, which `span` stands for in traces; an error is the error of each of its keys.
    fn load(
        context: &Self::Context,
        keys: &[Self::Key],
        span: Span,
    ) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, Fault>> + Send;
}

enum Entry<V> {
    Found(Arc<V>),
    Missing,
    Failed(Fault),
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Found(value) => Self::Found(Arc::clone(value)),
            Self::Missing => Self::Missing,
            Self::Failed(fault) => Self::Failed(fault.clone()),
        }
    }
}

struct Fetch<F: BatchFunction>(Arc<F::Context>);

impl<F: BatchFunction> BatchFn<F::Key, Entry<F::Value>> for Fetch<F> {
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
            Err(fault) => {
                let failed = keys.iter().cloned();
                return failed
                    .map(|key| (key, Entry::Failed(fault.clone())))
                    .collect();
            }
        };
        let entries = keys.iter().map(|key| {
            let entry = match found.remove(key) {
                Some(Ok(value)) => Entry::Found(Arc::new(value)),
                Some(Err(fault)) => Entry::Failed(fault),
                None => Entry::Missing,
            };
            (key.clone(), entry)
        });
        entries.collect()
    }
}

type Loading<F> = Loader<<F as BatchFunction>::Key, Entry<<F as BatchFunction>::Value>, Fetch<F>>;

/// The loader of one batch function for one request, made when first used.
pub struct BatchLoader<F: BatchFunction>(OnceLock<Loading<F>>);

impl<F: BatchFunction> Default for BatchLoader<F> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<F: BatchFunction> BatchLoader<F> {
    fn loader(&self, context: &Arc<F::Context>) -> &Loading<F> {
        self.0.get_or_init(|| {
            Loader::new(Fetch(Arc::clone(context)))
                .with_yield_count(YIELDS)
                // A batch is one statement, whatever its size.
                .with_max_batch_size(usize::MAX)
        })
    }

    /// Completes `field` with what the batch function finds for `key`.
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
                        let outcome = value.complete(field, request).resolve().await;
                        // The value is of the type without its `Option`.
                        if field.definition.nullable {
                            outcome.or_null()
                        } else {
                            outcome
                        }
                    }
                    Entry::Failed(fault) => Outcome::fault(fault, field),
                    Entry::Missing if field.definition.nullable => Outcome::value(Value::Null),
                    Entry::Missing if field.definition.ty.starts_with('[') => {
                        Outcome::value(Value::List(Vec::new()))
                    }
                    Entry::Missing => {
                        let message =
                            format!("{}: nothing was found for the key {key:?}", F::FIELD);
                        Outcome::fault(Fault::internal(message), field)
                    }
                }
            }
            .boxed(),
        )
    }

    async fn load(&self, key: &F::Key, context: &Arc<F::Context>) -> Entry<F::Value> {
        let loader = self.loader(context);
        // The crate loses the keys of a batch whose driver was dropped; asking
        // again starts a new batch.
        for _ in 0..2 {
            if let Ok(entry) = loader.try_load(key.clone()).await {
                return entry;
            }
        }
        Entry::Failed(Fault::internal(format!(
            "{}: the batch was interrupted",
            F::FIELD
        )))
    }
}

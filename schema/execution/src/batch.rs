//! Batch functions and the fields that wait for them. A field that needs data receives all keys
//! of a batch at once, which rules out one SQL statement per object (N+1).

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    sync::{Arc, LazyLock, OnceLock},
};

use futures_util::FutureExt as _;
use opentelemetry::{KeyValue, global, metrics::Histogram};
use tracing::Span;

use crate::{Completed, FieldResult, Loader, Output, PlannedField, ResolverError, Value};

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

/// What a batch function loads for one key.
type Loaded<F> = Result<<F as BatchFunction>::Value, ResolverError>;

/// How often a load yields to its siblings before it dispatches the batch. Once
/// is enough: all siblings are polled once before the first is polled again.
const YIELD_COUNT: usize = 1;

/// The loader of one batch function for one request, created on first use.
pub struct BatchLoader<F: BatchFunction>(OnceLock<Loader<F::Key, Loaded<F>, ResolverError>>);

impl<F: BatchFunction> Default for BatchLoader<F> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<F: BatchFunction> BatchLoader<F> {
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
        let loader = self.0.get_or_init(|| {
            let context = Arc::clone(context);
            let load = move |keys| load_batch::<F>(Arc::clone(&context), keys);
            Loader::with_yield_count(YIELD_COUNT, load)
        });
        Completed::Pending(
            async move {
                match loader.get_one(&key).await {
                    Ok(Some(loaded)) => match &*loaded {
                        Ok(value) => {
                            let result = value.complete(field, request).resolve().await;
                            // The value has the type of the field without the outer `Option`.
                            if field.definition.nullable {
                                result.or_null()
                            } else {
                                result
                            }
                        }
                        Err(error) => FieldResult::error(error.clone(), field),
                    },
                    Err(error) => FieldResult::error(error, field),
                    Ok(None) if field.definition.nullable => FieldResult::value(Value::Null),
                    Ok(None) if field.definition.ty.starts_with('[') => {
                        FieldResult::value(Value::List(Vec::new()))
                    }
                    Ok(None) => {
                        let message =
                            format!("{}: nothing was found for the key {key:?}", F::FIELD);
                        FieldResult::error(ResolverError::internal(message), field)
                    }
                }
            }
            .boxed(),
        )
    }
}

/// Loads a batch, and records its size and its span.
async fn load_batch<F: BatchFunction>(
    context: Arc<F::Context>,
    keys: Vec<F::Key>,
) -> Result<HashMap<F::Key, Loaded<F>>, ResolverError> {
    BATCH_SIZE.record(
        keys.len() as u64,
        &[KeyValue::new("coach.batch.field", F::FIELD)],
    );
    let span = tracing::info_span!(
        parent: F::span(&context),
        "batch",
        "otel.name" = F::FIELD,
        "coach.batch.size" = keys.len(),
    );
    Ok(F::load(&context, &keys, span).await?.0)
}

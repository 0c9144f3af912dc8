//! Batch functions and the fields that wait for them. A field that needs data receives all keys
//! of a batch at once, which rules out one SQL statement per object (N+1).

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt as _, future::BoxFuture};
use opentelemetry::{KeyValue, global, metrics::Histogram};
use smallvec::SmallVec;
use tracing::Span;

use crate::{
    Output, PlannedField, Request, ResolverError, Selection, SmallMap, Writer, Written,
    writer::{Loads, Source},
};

static BATCH_SIZE: LazyLock<Histogram<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_histogram("coach.batch.size")
        .with_unit("{key}")
        .with_description("Keys that a batch function was given at once.")
        // Few: there is a series for each, of each field.
        .with_boundaries(vec![1.0, 10.0, 100.0])
        .build()
});

/// The results of a batch function, each with its key. A key that is left out is null if the field
/// is nullable, an empty list if the field is a list, and otherwise an error that
/// names field and key.
pub struct Batch<K, V>(SmallVec<[(K, Result<V, ResolverError>); 1]>);

impl<K, V> Batch<K, V> {
    /// A batch in which individual keys may fail.
    pub fn of_results<F: Into<ResolverError>>(
        entries: impl IntoIterator<Item = (K, Result<V, F>)>,
    ) -> Self {
        let entries = entries.into_iter();
        let entries = entries.map(|(key, value)| (key, value.map_err(Into::into)));
        Self(entries.collect())
    }
}

impl<K, V> From<HashMap<K, V>> for Batch<K, V> {
    fn from(found: HashMap<K, V>) -> Self {
        found.into_iter().collect()
    }
}

impl<K, V> FromIterator<(K, V)> for Batch<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key, Ok(value)));
        Self(entries.collect())
    }
}

impl<K: Clone + Eq + Hash, V> Batch<K, Vec<V>> {
    /// Groups one-to-many rows by key; each list keeps the order of the rows.
    pub fn grouped(rows: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut groups = SmallMap::<K, Vec<V>>::default();
        for (key, value) in rows {
            groups.get_or_default(key).push(value);
        }
        groups.into_iter().collect()
    }
}

/// A batch function; the generated code implements this for the loader.
pub trait BatchFunction: Send + Sync + 'static {
    /// The context of the request, with its loaders: a [`Request`]. It is no bound here, so that a missing batch function
    /// is reported once, and not by each of the others.
    type Request;
    /// The key; for a field with arguments, the key and the arguments.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// The value that is loaded for a key.
    type Value: Send + Sync + 'static;
    /// The GraphQL type of the value, in the notation that [`Output`] describes.
    type Type;
    /// `Type.field`, for messages and telemetry.
    const FIELD: &'static str;
    /// Whether it asks what is selected below the field.
    const LOOKS_AHEAD: bool;

    /// The tracing span of the request.
    fn span(request: &Self::Request) -> &Span;

    /// Loads a batch within `span`. An error applies to each of its keys. `selection` is empty unless the function
    /// [looks ahead](Self::LOOKS_AHEAD).
    fn load(
        request: &Self::Request,
        keys: &[Self::Key],
        selection: Selection<'_>,
        span: Span,
    ) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send;
}

/// What a batch function loads for one key; `None` if the batch leaves it out.
type Loaded<F> = Option<Arc<Result<<F as BatchFunction>::Value, ResolverError>>>;

/// The loader of one batch function for one request. Fields add their keys while their level is written, and the batch
/// is loaded before the next one.
pub struct BatchLoader<F: BatchFunction>(Mutex<State<F>>);

struct State<F: BatchFunction> {
    /// All keys, in the order in which they were added, each with what was loaded for it; `None` while it is awaited.
    keys: SmallMap<F::Key, Option<Loaded<F>>>,
    /// The number of keys that are loaded or being loaded. Those behind them are the next batch.
    dispatched: usize,
}

impl<F: BatchFunction> Default for BatchLoader<F> {
    fn default() -> Self {
        Self(Mutex::new(State {
            keys: SmallMap::default(),
            dispatched: 0,
        }))
    }
}

impl<F: BatchFunction> BatchLoader<F> {
    fn state(&self) -> MutexGuard<'_, State<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the value for `key`, so that the batch function is not called for it. `None` is as if the function left
    /// the key out. A key that is already loaded or awaited is ignored.
    pub fn prime(&self, key: F::Key, value: Option<F::Value>) {
        self.state()
            .prime(key, value.map(|value| Arc::new(Ok(value))));
    }

    /// Writes `field` with the value that the batch function loads for `key`.
    pub fn write<'r>(
        &'r self,
        key: F::Key,
        field: &'r PlannedField,
        request: &'r F::Request,
        out: &mut Writer<'r, F::Request>,
    ) -> Written
    where
        F::Request: Request,
        F::Value: Output<F::Type, F::Request>,
    {
        let (place, is_loaded, begins_batch) = self.state().add(key);
        if is_loaded {
            return out.nullable_field(field, |out| self.write_loaded(place, field, request, out));
        }
        if begins_batch {
            out.level.batches.push(self);
        }
        out.defer(field, Source::Batch(self, place))
    }
}

impl<F: BatchFunction> State<F> {
    /// Adds a key, unless it is known. Returns its place, whether it is loaded, and whether it begins a batch.
    fn add(&mut self, key: F::Key) -> (usize, bool, bool) {
        if let Some(place) = self.keys.place(&key) {
            return (place, self.keys.at(place).1.is_some(), false);
        }
        let place = self.keys.push(key, None);
        (place, false, place == self.dispatched)
    }

    fn prime(&mut self, key: F::Key, value: Loaded<F>) {
        // Keys that wait to be dispatched are those at the end.
        if self.dispatched == self.keys.len()
            && let (place, false, true) = self.add(key)
        {
            *self.keys.value_at(place) = Some(value);
            self.dispatched += 1;
        }
    }

    /// Stores what was loaded for the keys from the place `first`, which are so many.
    fn fill(
        &mut self,
        first: usize,
        count: usize,
        batch: Result<Batch<F::Key, F::Value>, ResolverError>,
    ) {
        let places = first..first + count;
        match batch {
            Ok(batch) => {
                for place in places.clone() {
                    *self.keys.value_at(place) = Some(None);
                }
                for (key, value) in batch.0 {
                    if let Some(place) =
                        self.keys.place(&key).filter(|place| places.contains(place))
                    {
                        *self.keys.value_at(place) = Some(Some(Arc::new(value)));
                    }
                }
            }
            Err(error) => {
                for place in places {
                    *self.keys.value_at(place) = Some(Some(Arc::new(Err(error.clone()))));
                }
            }
        }
    }
}

impl<F> Loads<F::Request> for BatchLoader<F>
where
    F: BatchFunction,
    F::Request: Request,
    F::Value: Output<F::Type, F::Request>,
{
    fn looks_ahead(&self) -> bool {
        F::LOOKS_AHEAD
    }

    fn load<'r>(&'r self, request: &'r F::Request, selection: Selection<'r>) -> BoxFuture<'r, ()> {
        async move {
            let (first, keys) = {
                let mut state = self.state();
                let first = state.dispatched;
                state.dispatched = state.keys.len();
                let keys = state.keys.iter().skip(first).map(|(key, _)| key.clone());
                (first, keys.collect::<SmallVec<[_; 1]>>())
            };
            let batch = load_batch::<F>(request, &keys, selection).await;
            self.state().fill(first, keys.len(), batch);
        }
        .boxed()
    }

    fn is_loaded(&self, place: usize) -> bool {
        self.state().keys.at(place).1.is_some()
    }

    fn write_loaded<'r>(
        &'r self,
        place: usize,
        field: &'r PlannedField,
        request: &'r F::Request,
        out: &mut Writer<'r, F::Request>,
    ) -> Written {
        // Released before the value is written, because fields below it may add keys to this loader.
        let loaded = self.state().keys.at(place).1.clone().flatten();
        match loaded.as_deref() {
            Some(Ok(value)) => value.write(field, request, out),
            Some(Err(error)) => out.item_error(error.clone(), field),
            None if field.definition.nullable => out.null(),
            None if field.definition.ty.starts_with('[') => out.list([], |(), out| out.null()),
            None => {
                let key = self.state().keys.at(place).0.clone();
                let message = format!("{}: nothing was found for the key {key:?}", F::FIELD);
                out.item_error(ResolverError::internal(message), field)
            }
        }
    }
}

/// Loads a batch, and records its size and its span.
async fn load_batch<F: BatchFunction>(
    request: &F::Request,
    keys: &[F::Key],
    selection: Selection<'_>,
) -> Result<Batch<F::Key, F::Value>, ResolverError> {
    BATCH_SIZE.record(
        keys.len() as u64,
        &[KeyValue::new("coach.batch.field", F::FIELD)],
    );
    let parent = F::span(request);
    let span = if parent.is_disabled() {
        Span::none()
    } else {
        tracing::info_span!(
            parent: parent,
            "batch",
            "otel.name" = F::FIELD,
            "coach.batch.size" = keys.len(),
        )
    };
    F::load(request, keys, selection, span).await
}

//! The cache of validated documents. Its size is bounded by the length of their texts, so that documents which are never
//! sent again, however many, take no more memory and drive out none that are sent often.

use std::sync::{Arc, LazyLock};

use opentelemetry::{KeyValue, global, metrics::Counter};
use quick_cache::{Weighter, sync::Cache};

use crate::planned_document::PlannedDocument;

/// The capacity in bytes of source text. A parsed document takes about 20 times as much memory.
const MAX_BYTES: u64 = 1024 * 1024;
/// The number of documents that the cache is expected to hold.
const EXPECTED_DOCUMENTS: usize = 1_000;

static LOOKUPS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.document.cache")
        .with_unit("{document}")
        .with_description("Documents that were looked up in the cache, by whether they were there.")
        .build()
});

pub(crate) struct DocumentCache(Cache<Box<str>, Arc<PlannedDocument>, TextLength>);

impl Default for DocumentCache {
    fn default() -> Self {
        Self(Cache::with_weighter(
            EXPECTED_DOCUMENTS,
            MAX_BYTES,
            TextLength,
        ))
    }
}

impl DocumentCache {
    pub(crate) fn get(&self, text: &str) -> Option<Arc<PlannedDocument>> {
        let found = self.0.get(text);
        let outcome = if found.is_some() { "hit" } else { "miss" };
        LOOKUPS.add(1, &[KeyValue::new("coach.outcome", outcome)]);
        found
    }

    pub(crate) fn insert(&self, text: &str, document: &Arc<PlannedDocument>) {
        self.0.insert(text.into(), Arc::clone(document));
    }
}

#[derive(Clone)]
struct TextLength;

impl Weighter<Box<str>, Arc<PlannedDocument>> for TextLength {
    fn weight(&self, text: &Box<str>, _: &Arc<PlannedDocument>) -> u64 {
        text.len() as u64
    }
}

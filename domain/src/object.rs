//! The object store, as we use it: small files by key.

use std::sync::Arc;

/// Why an object could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be reached.
    #[error("the object store is not available: {0}")]
    Unavailable(String),
    /// Somebody else wrote the object first.
    #[error("the object has changed")]
    Conflict,
    /// The key is not allowed, or we are not.
    #[error("the object store refuses: {0}")]
    Refused(String),
}

/// What names one state of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(pub String);

/// An object with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What is in it.
    pub bytes: Arc<[u8]>,
    /// Its state.
    pub etag: ETag,
}

/// When a write is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// In any case.
    Always,
    /// When there is no such object.
    Absent,
    /// When the object is in this state.
    Matches(ETag),
}

/// What goes with an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// The media type.
    pub content_type: Option<&'static str>,
    /// As in HTTP.
    pub cache_control: Option<&'static str>,
}

/// Objects by key: words with slashes between them.
#[async_trait::async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// The object; `None` where there is none.
    async fn get(&self, key: &str) -> Result<Option<Object>, Error>;

    /// Writes an object whole, and returns its new state.
    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        attributes: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, Error>;

    /// Deletes an object; one that is not there is deleted already.
    async fn delete(&self, key: &str) -> Result<(), Error>;
}

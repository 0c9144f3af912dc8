//! The interface of the object store, for small files by key.

use std::sync::Arc;

/// Why an object could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The object store cannot be reached.
    #[error("the object store is not available: {0}")]
    Unavailable(String),
    /// The condition of a write does not hold: the object was written concurrently.
    #[error("the object has changed")]
    Conflict,
    /// The key is not allowed, or access is denied.
    #[error("the object store refuses: {0}")]
    Refused(String),
}

/// The entity tag, which identifies one version of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(pub String);

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The content.
    pub bytes: Arc<[u8]>,
    /// The version.
    pub etag: ETag,
}

/// The condition of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Write in any case.
    Always,
    /// Write only if the object does not exist.
    Absent,
    /// Write only if the object has this version.
    Matches(ETag),
}

/// The metadata of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// The media type.
    pub content_type: Option<&'static str>,
    /// The value of the HTTP header `Cache-Control`.
    pub cache_control: Option<&'static str>,
}

/// Objects by key. A key consists of words that are separated by slashes.
#[async_trait::async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// Reads an object; `None` when it does not exist.
    async fn get(&self, key: &str) -> Result<Option<Object>, Error>;

    /// Writes a whole object, and returns its new version.
    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        attributes: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, Error>;

    /// Deletes an object. Succeeds if it does not exist.
    async fn delete(&self, key: &str) -> Result<(), Error>;
}

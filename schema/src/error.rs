//! What can be wrong with a written schema.

use std::path::PathBuf;

/// What is wrong, with file, line and column of each mistake, and for what we
/// write ourselves what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SDL that is not valid GraphQL, or that the generator cannot carry out.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
    /// A schema that cannot be introspected.
    #[error("introspection: {0}")]
    Introspection(String),
}

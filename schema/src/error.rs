//! The errors of the generator.

use std::path::PathBuf;

/// Why a schema cannot be read or generated from.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// SDL that is not valid GraphQL, or that the generator does not support. One
    /// message for each mistake, with file, line and column; for our own SDL also
    /// with a hint on how to fix it.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
    /// A schema that cannot be introspected.
    #[error("introspection: {0}")]
    Introspection(String),
}

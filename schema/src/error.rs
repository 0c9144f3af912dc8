//! What can be wrong with a written schema.

use std::path::PathBuf;

/// Why nothing was generated. The message gives file, line and column of each
/// mistake and says what to do.
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
}

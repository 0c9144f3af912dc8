//! Why a letter could not be written.

/// Texts hold nothing of the letter, which is a member's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Newer workers may know it: the message is given back.
    #[error("there is no template for {kind} in version {version}")]
    UnknownKind {
        /// The envelope's kind.
        kind: String,
        /// The envelope's version.
        version: u32,
    },
    /// The payload is not what kind and version say. It will not get better.
    #[error("the payload of {0} is not what its version says")]
    Payload(&'static str),
    /// Mail cannot be sent to this address.
    #[error("mail cannot be sent to the address")]
    Address,
    /// What the template asked for in `needs` is missing.
    #[error("{0} lacks what is to be enclosed")]
    Enclosure(&'static str),
    /// A setting that the address of the house, or a link, is made of.
    #[error("{0}")]
    Setting(String),
    /// A defect.
    #[error("{0} cannot be written: {1}")]
    Defect(&'static str, String),
}

impl Error {
    /// A defect of a template.
    pub(crate) fn defect(kind: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Defect(kind, error.to_string())
    }
}

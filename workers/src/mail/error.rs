//! Errors of rendering a letter.

/// Why a letter could not be rendered. Messages do not contain any content of the letter, which is personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The content of the payload is not valid for its kind and version. A retry cannot succeed.
    #[error("the payload of {0} is not what its version says")]
    Payload(&'static str),
    /// The address is not one that mail can be sent to.
    #[error("mail cannot be sent to the address")]
    Address,
    /// The attachment that the template requires is missing.
    #[error("{0} lacks its attachment")]
    Attachment(&'static str),
    /// An invalid setting of the [`Sender`](super::Sender). The message starts with the name of the setting.
    #[error("{0}")]
    Setting(String),
    /// A defect of a template.
    #[error("{0} cannot be written: {1}")]
    Defect(&'static str, String),
}

impl Error {
    /// A defect of a template.
    pub(crate) fn defect(kind: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Defect(kind, error.to_string())
    }
}

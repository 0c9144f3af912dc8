//! Why somebody is not let in.

/// Why a credential does not count. Strangers are told no more than that; the log says which.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The header is not `Authorization: Bearer TOKEN`, or there is more than one credential.
    #[error("the Authorization header is not a single bearer token")]
    Malformed,
    /// The token is no JWT, or its signature is wrong.
    #[error("{0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// The token does not say which key signed it, and its issuer has several.
    #[error("the token names no key, and its issuer has several")]
    NoKeyId,
    /// No key of the issuer has this id.
    #[error("the token names a key that its issuer does not have")]
    UnknownKey,
    /// The header demands something that we do not do.
    #[error("the token's header has critical extensions")]
    Critical,
    /// A claim is missing or has the wrong type.
    #[error("the claim `{0}` is missing or of the wrong type")]
    Claim(&'static str),
    /// The token is for another service.
    #[error("the token is for another audience")]
    Audience,
    /// The token's time has passed.
    #[error("the token has expired")]
    Expired,
    /// The token's time has not come.
    #[error("the token is not valid yet")]
    NotYet,
    /// The API key is nobody's.
    #[error("the API key is not known")]
    ApiKey,
    /// The issuer's keys cannot be fetched, and none of those that we know is the token's; or its key is none that we can
    /// use. Ours is the fault, not the token's.
    #[error(
        "the token's key cannot be had from its issuer at the moment, or is of a kind that is not supported"
    )]
    KeysMissing,
}

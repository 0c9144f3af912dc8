//! Errors of authentication.

/// Why a credential is not accepted. The reason is logged; the response does not contain it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The header is not `Authorization: Bearer TOKEN`, or there is more than one credential.
    #[error("the Authorization header is not a single bearer token")]
    Malformed,
    /// The token is not a JWT, or its signature is invalid.
    #[error("{0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// The token's header has no `kid`, and its issuer has several keys.
    #[error("the token names no key, and its issuer has several")]
    NoKeyId,
    /// The issuer has no key with the token's `kid`.
    #[error("the token names a key that its issuer does not have")]
    UnknownKey,
    /// The token's header has `crit`, critical extensions, of which none is supported.
    #[error("the token's header has critical extensions")]
    CriticalExtensions,
    /// A claim is missing or has the wrong type.
    #[error("the claim `{0}` is missing or of the wrong type")]
    Claim(&'static str),
    /// The token is for another service.
    #[error("the token is for another audience")]
    Audience,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` has not been reached.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// No service has this API key.
    #[error("the API key is not known")]
    ApiKey,
    /// The issuer's keys cannot be fetched and the token's key is not among the cached ones, or its key is of an
    /// unsupported kind. The token may be valid.
    #[error(
        "the token's key cannot be had from its issuer at the moment, or is of a kind that is not supported"
    )]
    KeysUnavailable,
}

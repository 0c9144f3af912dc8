//! What authentication is configured with; `crate::settings` reads it.

use reqwest::Url;

/// Which credentials are accepted.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// The OIDC issuer. Without one, subcommands that accept the local issuer accept its tokens.
    pub issuer: Option<Issuer>,
    /// Whether `coach serve` accepts tokens of the local issuer.
    pub local: bool,
    /// The claim that lists the groups by which a user is a coach or staff. Dots separate the names of nested claims:
    /// `realm_access.roles`.
    pub roles_claim: String,
    /// API keys of other services.
    pub api_keys: Vec<ApiKey>,
}

/// An OIDC issuer.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The issuer, compared with `iss` byte for byte.
    pub issuer: String,
    /// The required value of `aud` (or of `client_id` in Cognito's access tokens).
    pub audience: String,
    /// The URL of its JSON Web Key Set.
    pub jwks_url: Url,
}

/// A service's API key, of which only the digest is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The name of the service.
    pub name: String,
    /// SHA-256 of the key.
    pub digest: [u8; 32],
}

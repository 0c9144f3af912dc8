//! API keys, with which other services authenticate.

use coach_domain::viewer::{Role, Subject, Viewer};
use hmac::digest::CtOutput;
use sha2::{Digest as _, Sha256};

use super::AuthError;
use super::settings::ApiKey;

/// The issuer in the subject of a service.
const ISSUER: &str = "api-key";

/// Finds the service that the key belongs to. Takes the same time for every key, known or unknown.
pub(super) fn verify(key: &[u8], known: &[ApiKey]) -> Result<Viewer, AuthError> {
    // Compares in constant time.
    let digest = CtOutput::<Sha256>::new(Sha256::digest(key));
    let mut found = None;
    for candidate in known {
        if digest == CtOutput::new(candidate.digest.into()) {
            found = Some(candidate);
        }
    }
    let service = found.ok_or(AuthError::ApiKey)?;
    let subject = Subject {
        issuer: ISSUER.to_owned(),
        subject: service.name.clone(),
    };
    Ok(Viewer::authenticated(subject, Role::Service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_digest() {
        let known = [ApiKey {
            name: "partner".to_owned(),
            digest: Sha256::digest(b"open sesame").into(),
        }];
        let viewer = verify(b"open sesame", &known).unwrap();
        assert_eq!(viewer.role(), Role::Service);
        assert_eq!(viewer.subject().unwrap().subject, "partner");
        assert!(matches!(verify(b"sesame", &known), Err(AuthError::ApiKey)));
        assert!(matches!(
            verify(b"open sesame", &[]),
            Err(AuthError::ApiKey)
        ));
    }
}

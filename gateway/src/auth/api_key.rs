//! API keys, with which other services authenticate.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use coach_domain::viewer::{Role, Subject, Viewer};

use super::AuthError;
use super::settings::ApiKey;

/// The issuer in the subject of a service.
const ISSUER: &str = "api-key";

/// Finds the service that the key belongs to. Takes the same time for every key, known or unknown.
pub(super) fn verify(key: &[u8], known: &[ApiKey]) -> Result<Viewer, AuthError> {
    let digest = digest(&SHA256, key);
    let mut found = None;
    for candidate in known {
        if verify_slices_are_equal(digest.as_ref(), &candidate.digest).is_ok() {
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
        let mut expected = [0; 32];
        expected.copy_from_slice(digest(&SHA256, b"open sesame").as_ref());
        let known = [ApiKey {
            name: "partner".to_owned(),
            digest: expected,
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

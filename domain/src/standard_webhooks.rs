//! Signatures of [Standard Webhooks](https://www.standardwebhooks.com/): HMAC-SHA256 over id, timestamp and body.
//! Implemented here because the reference crate depends on another HMAC implementation and reads the system clock.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// A signing secret that a partner shares with us. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// The text is not a valid secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is `whsec_` and 24 to 64 bytes in Base64")]
pub struct SecretError;

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let key = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let key = STANDARD.decode(key).map_err(|_| SecretError)?;
        if (24..=64).contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(SecretError)
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The value of the header `webhook-signature`: one signature for each secret, so that secrets can be rotated.
/// `timestamp` is in seconds since 1970.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures = secrets.iter().filter_map(|Secret(key)| {
        // It cannot fail: HMAC accepts keys of any length.
        let hmac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        let signed = hmac
            .chain_update(format!("{id}.{timestamp}."))
            .chain_update(body)
            .finalize();
        Some(format!("v1,{}", STANDARD.encode(signed.into_bytes())))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// The maximum difference between a message's timestamp and our clock, in seconds, as the specification advises.
const TOLERANCE: i64 = 300;

/// The maximum number of signatures of one header that are checked.
const MAX_SIGNATURES: usize = 10;

/// Why a message is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// None of its signatures was made with any of the secrets.
    #[error("the signature is wrong")]
    Signature,
    /// The timestamp is too far in the past or in the future.
    #[error("the timestamp is more than five minutes from now")]
    Timestamp,
}

/// Checks that one of the `signatures`, the value of the header `webhook-signature`, was made with one of the secrets,
/// and that `timestamp` is close to `now`. Both are in seconds since 1970.
///
/// # Errors
///
/// [`SignatureError`] says which of the two does not hold.
pub fn verify(
    secrets: &[Secret],
    id: &str,
    timestamp: i64,
    signatures: &str,
    body: &[u8],
    now: i64,
) -> Result<(), SignatureError> {
    let given = signatures.split(' ').filter_map(|signature| {
        let signature = signature.strip_prefix("v1,")?;
        STANDARD.decode(signature).ok()
    });
    let given: Vec<_> = given.take(MAX_SIGNATURES).collect();
    let genuine = secrets.iter().any(|Secret(key)| {
        given.iter().any(|signature| {
            Hmac::<Sha256>::new_from_slice(key).is_ok_and(|hmac| {
                hmac.chain_update(format!("{id}.{timestamp}."))
                    .chain_update(body)
                    .verify_slice(signature)
                    .is_ok()
            })
        })
    });
    if !genuine {
        return Err(SignatureError::Signature);
    }
    if timestamp.abs_diff(now) > TOLERANCE.unsigned_abs() {
        return Err(SignatureError::Timestamp);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of the reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn signatures_are_those_of_the_reference_libraries() {
        let secret = SECRET.parse().unwrap();
        let signed = sign(
            &[secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_gives_a_signature() {
        let (old, new) = (SECRET, "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        let [old, new] = [old, new].map(|secret| secret.parse::<Secret>().unwrap());
        let alone = |secret: &Secret| sign(std::slice::from_ref(secret), "a", 1, b"{}");
        let both = sign(&[old.clone(), new.clone()], "a", 1, b"{}");
        assert_eq!(both, format!("{} {}", alone(&old), alone(&new)));
    }

    #[test]
    fn invalid_secrets_are_rejected_and_secrets_are_not_shown() {
        for text in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_abc",
            "whsec_not base64 not base64 not base64",
        ] {
            assert_eq!(text.parse::<Secret>(), Err(SecretError), "{text}");
        }
        let secret: Secret = SECRET.parse().unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}

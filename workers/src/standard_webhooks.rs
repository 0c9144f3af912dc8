//! Signatures as [Standard Webhooks](https://www.standardwebhooks.com/) has them: HMAC-SHA256 over id, time and body.
//! A few lines of our own: the reference crate brings a second HMAC, and reads the machine's clock.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// What a partner and we share. It is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is `whsec_` and 24 to 64 bytes in Base64")]
pub struct NoSecret;

impl FromStr for Secret {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let key = text.strip_prefix(PREFIX).ok_or(NoSecret)?;
        let key = STANDARD.decode(key).map_err(|_| NoSecret)?;
        if (24..=64).contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(NoSecret)
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The header `webhook-signature`: one signature for each secret, so that a partner can go from one to the next.
/// `timestamp` is in seconds.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures = secrets.iter().filter_map(|Secret(key)| {
        // HMAC takes keys of any length.
        let hmac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        let signed = hmac
            .chain_update(format!("{id}.{timestamp}."))
            .chain_update(body)
            .finalize();
        Some(format!("v1,{}", STANDARD.encode(signed.into_bytes())))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// How far the time of a message may be from ours, in seconds, as the specification advises.
const TOLERANCE: i64 = 300;

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forged {
    /// No signature of it was made with any of the secrets.
    #[error("the signature is wrong")]
    Signature,
    /// It was signed too long ago, or too far ahead.
    #[error("the timestamp is more than five minutes from now")]
    Time,
}

/// Whether one of the signatures, as in the header `webhook-signature`, was made with one of the secrets, and not long
/// ago. Times are in seconds since 1970.
///
/// # Errors
///
/// When it was not.
pub fn verify(
    secrets: &[Secret],
    id: &str,
    timestamp: i64,
    signatures: &str,
    body: &[u8],
    now: i64,
) -> Result<(), Forged> {
    let given = signatures.split(' ').filter_map(|signature| {
        let signature = signature.strip_prefix("v1,")?;
        STANDARD.decode(signature).ok()
    });
    let given: Vec<_> = given.take(MOST).collect();
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
        return Err(Forged::Signature);
    }
    if timestamp.abs_diff(now) > TOLERANCE.unsigned_abs() {
        return Err(Forged::Time);
    }
    Ok(())
}

/// So many signatures are looked at.
const MOST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference libraries' own.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn it_is_what_the_reference_libraries_say() {
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
    fn while_a_secret_is_replaced_there_are_two() {
        let (old, new) = (SECRET, "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        let [old, new] = [old, new].map(|secret| secret.parse::<Secret>().unwrap());
        let alone = |secret: &Secret| sign(std::slice::from_ref(secret), "a", 1, b"{}");
        let both = sign(&[old.clone(), new.clone()], "a", 1, b"{}");
        assert_eq!(both, format!("{} {}", alone(&old), alone(&new)));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_a_secret_not_shown() {
        for text in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_abc",
            "whsec_not base64 not base64 not base64",
        ] {
            assert_eq!(text.parse::<Secret>(), Err(NoSecret), "{text}");
        }
        let secret: Secret = SECRET.parse().unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}

//! The public keys of an issuer (JWKS).

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{AuthError, token::TokenHeader};

/// The algorithms of an RSA key without `alg`. All of them are asymmetric, so a public key cannot be misused as a
/// secret.
const RSA_ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// The minimum length of an RSA modulus, in bytes. Shorter keys are not supported.
const MIN_RSA_MODULUS_BYTES: usize = 256;

/// A public key and its algorithms. Tokens with any other algorithm in their header are rejected.
#[derive(Clone)]
pub(super) struct PublicKey {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
}

/// The public keys of an issuer that signatures can be verified with.
#[derive(Default)]
pub(super) struct KeySet {
    keys: Vec<(Option<String>, PublicKey)>,
    /// The keys that are not supported: `kid`, and a description of the kind.
    unsupported: Vec<(Option<String>, String)>,
    /// SHA-256 of the JWKS document; another set has another one.
    pub(super) digest: [u8; 32],
}

/// A JWKS document. The keys are parsed one by one, so that an unknown kind does not invalidate the others.
#[derive(Deserialize)]
struct RawKeySet {
    keys: Vec<Value>,
}

impl KeySet {
    /// Parses a JWKS document.
    ///
    /// # Errors
    ///
    /// When it is not a key set. Keys that are not supported are no error.
    pub(super) fn parse(json: &[u8]) -> serde_json::Result<Self> {
        let raw: RawKeySet = serde_json::from_slice(json)?;
        let mut set = Self {
            digest: Sha256::digest(json).into(),
            ..Self::default()
        };
        for key in &raw.keys {
            let member = |name: &str| key.get(name)?.as_str().map(str::to_owned);
            let id = member("kid");
            let parsed = Jwk::deserialize(key);
            match parsed.map(|key| PublicKey::new(&key)) {
                Ok(Ok(key)) => set.keys.push((id, key)),
                Ok(Err(KeyError::NotForSignatures)) => {}
                Ok(Err(KeyError::Unsupported)) | Err(_) => {
                    let kind = ["kty", "crv", "alg"].into_iter().filter_map(member);
                    set.unsupported
                        .push((id, kind.collect::<Vec<_>>().join(" ")));
                }
            }
        }
        Ok(set)
    }

    /// The set of these keys, of which unsupported ones are left out.
    pub(super) fn from_jwks(keys: &[Jwk]) -> Self {
        let keys = keys.iter().filter_map(|key| {
            let id = key.common.key_id.clone();
            Some((id, PublicKey::new(key).ok()?))
        });
        Self {
            keys: keys.collect(),
            ..Self::default()
        }
    }

    /// Finds the key to verify a token with, by the `kid` and `alg` of its header. With a `kid`: the key with that id,
    /// preferably one for the algorithm. If the header or the only key has no `kid`: that only key.
    pub(super) fn find(&self, token_header: &TokenHeader) -> Result<&PublicKey, AuthError> {
        let id = token_header.key_id.as_deref();
        if let Some(id) = id {
            let with_id = || {
                let keys = self.keys.iter();
                keys.filter(|(known, _)| known.as_deref() == Some(id))
            };
            let matching =
                with_id().find(|(_, key)| key.algorithms.contains(&token_header.algorithm));
            if let Some((_, key)) = matching.or_else(|| with_id().next()) {
                return Ok(key);
            }
            let mut unsupported = self.unsupported.iter();
            if unsupported.any(|(known, _)| known.as_deref() == Some(id)) {
                return Err(AuthError::KeysUnavailable);
            }
        }
        match (&self.keys[..], id) {
            ([(_, key)], None) | ([(None, key)], Some(_)) => Ok(key),
            ([], None) if !self.unsupported.is_empty() => Err(AuthError::KeysUnavailable),
            (_, None) => Err(AuthError::NoKeyId),
            (_, Some(_)) => Err(AuthError::UnknownKey),
        }
    }

    /// The number of keys that can be used.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Describes the unsupported keys for the log: id, kind, curve and algorithm, as far as known.
    pub(super) fn unsupported(&self) -> String {
        let keys = self.unsupported.iter().map(|(id, kind)| match id {
            Some(id) => format!("{id} ({kind})"),
            None => format!("one without an id ({kind})"),
        });
        keys.collect::<Vec<_>>().join(", ")
    }
}

/// Why a key is not used.
#[derive(Debug)]
enum KeyError {
    /// It is not for signatures. A set may contain keys for encryption too.
    NotForSignatures,
    /// Its kind or algorithm is not supported.
    Unsupported,
}

impl PublicKey {
    fn new(key: &Jwk) -> Result<Self, KeyError> {
        let key_use = &key.common.public_key_use;
        let operations = key.common.key_operations.as_ref();
        let verifies = operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
        let declared = key.common.key_algorithm;
        let encrypts = matches!(
            declared,
            Some(KeyAlgorithm::RSA1_5 | KeyAlgorithm::RSA_OAEP | KeyAlgorithm::RSA_OAEP_256)
        );
        if !matches!(key_use, None | Some(PublicKeyUse::Signature)) || !verifies || encrypts {
            return Err(KeyError::NotForSignatures);
        }
        let possible = match &key.algorithm {
            AlgorithmParameters::RSA(parameters) if is_long_enough(&parameters.n) => RSA_ALGORITHMS,
            AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
                &[Algorithm::ES256]
            }
            AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P384 => {
                &[Algorithm::ES384]
            }
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => return Err(KeyError::Unsupported),
        };
        let algorithms = match declared {
            None => possible.to_vec(),
            Some(declared) => {
                let declared = Algorithm::try_from(declared).ok();
                let declared = declared.filter(|declared| possible.contains(declared));
                vec![declared.ok_or(KeyError::Unsupported)?]
            }
        };
        let key = DecodingKey::from_jwk(key).map_err(|_| KeyError::Unsupported)?;
        Ok(Self { algorithms, key })
    }
}

/// Whether an RSA modulus in base64url has the minimum length.
fn is_long_enough(modulus: &str) -> bool {
    modulus.len() * 3 / 4 >= MIN_RSA_MODULUS_BYTES
}

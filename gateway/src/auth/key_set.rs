//! The public keys of an issuer.

use std::collections::HashMap;

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse},
};

/// A public key, with the one algorithm that it is for: what a token's header says never chooses.
#[derive(Clone)]
pub(super) struct PublicKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// Public keys by their ids.
#[derive(Default)]
pub(super) struct KeySet(HashMap<String, PublicKey>);

impl KeySet {
    /// The keys of a set that we can use. Others are left out: a set may hold keys for other purposes.
    pub(super) fn new(set: &JwkSet) -> Self {
        let keys = set.keys.iter().filter_map(|key| {
            let id = key.common.key_id.clone()?;
            Some((id, PublicKey::new(key)?))
        });
        Self(keys.collect())
    }

    pub(super) fn find(&self, id: &str) -> Option<&PublicKey> {
        self.0.get(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PublicKey {
    fn new(key: &Jwk) -> Option<Self> {
        let signs = matches!(
            key.common.public_key_use,
            None | Some(PublicKeyUse::Signature)
        );
        let algorithm = match &key.algorithm {
            AlgorithmParameters::RSA(_) => Algorithm::RS256,
            AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
                Algorithm::ES256
            }
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                Algorithm::EdDSA
            }
            _ => return None,
        };
        let declared = key.common.key_algorithm;
        let fits = declared.is_none_or(|it| Algorithm::try_from(it).ok() == Some(algorithm));
        let key = DecodingKey::from_jwk(key).ok()?;
        (signs && fits).then_some(Self { algorithm, key })
    }
}

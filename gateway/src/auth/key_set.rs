//! The public keys of an issuer.

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use super::{Rejection, token::Signed};

/// What an RSA key may sign with where its issuer does not say: the same key, and no secret of anybody's.
const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// Shorter RSA keys verify nothing, in bytes.
const SHORTEST_RSA: usize = 256;

/// A public key, with the algorithms that it is for: of others that a token's header names, none counts.
#[derive(Clone)]
pub(super) struct PublicKey {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
}

/// The public keys of an issuer that signatures can be verified with.
#[derive(Default)]
pub(super) struct KeySet {
    keys: Vec<(Option<String>, PublicKey)>,
    /// Those that we cannot use, each with its id, if it has one, and why not.
    unusable: Vec<(Option<String>, String)>,
}

/// What a set says of the key that a token names.
pub(super) enum Found<'a> {
    Key(&'a PublicKey),
    /// The issuer has it, and we cannot use it.
    Unusable,
    /// The token names none, and there are several.
    Ambiguous,
    Unknown,
}

/// The key that a token is signed with.
pub(super) fn key_of(keys: &KeySet, signed: &Signed) -> Result<PublicKey, Rejection> {
    match keys.find(signed.key_id.as_deref(), signed.algorithm) {
        Found::Key(key) => Ok(key.clone()),
        Found::Unusable => Err(Rejection::KeysMissing),
        Found::Ambiguous => Err(Rejection::NoKeyId),
        Found::Unknown => Err(Rejection::UnknownKey),
    }
}

/// A set as its issuer shows it. One key that nobody here understands must not take the others away.
#[derive(Deserialize)]
struct Shown {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a set as it is shown.
    ///
    /// # Errors
    ///
    /// When it is no set of keys at all.
    pub(super) fn parse(json: &[u8]) -> serde_json::Result<Self> {
        let shown: Shown = serde_json::from_slice(json)?;
        let mut set = Self::default();
        for key in &shown.keys {
            let text = |name: &str| key.get(name)?.as_str().map(str::to_owned);
            let id = text("kid");
            let parsed = Jwk::deserialize(key);
            match parsed.map(|key| PublicKey::new(&key)) {
                Ok(Ok(key)) => set.keys.push((id, key)),
                Ok(Err(Unfit::Elsewhere)) => {}
                Ok(Err(Unfit::Unusable)) | Err(_) => {
                    let told = ["kty", "crv", "alg"].into_iter().filter_map(text);
                    set.unusable.push((id, told.collect::<Vec<_>>().join(" ")));
                }
            }
        }
        Ok(set)
    }

    /// Those of a set of our own.
    pub(super) fn of(keys: &[Jwk]) -> Self {
        let keys = keys.iter().filter_map(|key| {
            let id = key.common.key_id.clone();
            Some((id, PublicKey::new(key).ok()?))
        });
        Self {
            keys: keys.collect(),
            unusable: Vec::new(),
        }
    }

    /// The key that a token is signed with by its header: that of its id, for its algorithm where several have that id;
    /// the only one there is where the token names none, or where the only one has no id.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Found<'_> {
        if let Some(id) = id {
            let of_id = || {
                let keys = self.keys.iter();
                keys.filter(|(known, _)| known.as_deref() == Some(id))
            };
            let fits = of_id().find(|(_, key)| key.algorithms.contains(&algorithm));
            if let Some((_, key)) = fits.or_else(|| of_id().next()) {
                return Found::Key(key);
            }
            let mut unusable = self.unusable.iter();
            if unusable.any(|(known, _)| known.as_deref() == Some(id)) {
                return Found::Unusable;
            }
        }
        match (&self.keys[..], id) {
            ([(_, key)], None) | ([(None, key)], Some(_)) => Found::Key(key),
            ([], None) if !self.unusable.is_empty() => Found::Unusable,
            (_, None) => Found::Ambiguous,
            (_, Some(_)) => Found::Unknown,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that cannot be used, for people: id, kind, curve, algorithm, as far as they are told.
    pub(super) fn unusable(&self) -> String {
        let told = self.unusable.iter().map(|(id, why)| match id {
            Some(id) => format!("{id} ({why})"),
            None => format!("one without an id ({why})"),
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

/// Why a key verifies nothing here.
#[derive(Debug)]
enum Unfit {
    /// It is for something else: a set may hold keys for encryption too.
    Elsewhere,
    /// We cannot use it.
    Unusable,
}

impl PublicKey {
    fn new(key: &Jwk) -> Result<Self, Unfit> {
        let used = &key.common.public_key_use;
        let operations = key.common.key_operations.as_ref();
        let verifies = operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
        let declared = key.common.key_algorithm;
        let encrypts = matches!(
            declared,
            Some(KeyAlgorithm::RSA1_5 | KeyAlgorithm::RSA_OAEP | KeyAlgorithm::RSA_OAEP_256)
        );
        if !matches!(used, None | Some(PublicKeyUse::Signature)) || !verifies || encrypts {
            return Err(Unfit::Elsewhere);
        }
        let possible = match &key.algorithm {
            AlgorithmParameters::RSA(parameters) if is_long_enough(&parameters.n) => RSA,
            AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
                &[Algorithm::ES256]
            }
            AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P384 => {
                &[Algorithm::ES384]
            }
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => return Err(Unfit::Unusable),
        };
        let algorithms = match declared {
            None => possible.to_vec(),
            Some(declared) => {
                let declared = Algorithm::try_from(declared).map_err(|_| Unfit::Unusable)?;
                let fits = possible.contains(&declared);
                fits.then(|| vec![declared]).ok_or(Unfit::Unusable)?
            }
        };
        let key = DecodingKey::from_jwk(key).map_err(|_| Unfit::Unusable)?;
        Ok(Self { algorithms, key })
    }
}

/// By the digits of a modulus in base64, four for three bytes.
fn is_long_enough(modulus: &str) -> bool {
    modulus.len() * 3 / 4 >= SHORTEST_RSA
}

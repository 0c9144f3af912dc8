//! The local issuer of tokens for development and tests, with a key of this machine.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use chrono::{DateTime, TimeDelta, Utc};
use coach_content::seed::LOCAL_ISSUER;
use coach_domain::email_address::EmailAddress;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use serde_json::{Value, json};

/// `aud` of the local issuer's tokens.
pub const LOCAL_AUDIENCE: &str = "coach";
/// The claim with the roles in the local issuer's tokens.
pub(super) const LOCAL_ROLES_CLAIM: &str = "cognito:groups";
/// The lifetime of the local issuer's tokens.
pub const LOCAL_TOKEN_LIFETIME: TimeDelta = TimeDelta::days(7);

const KEY_FILE: &str = "local-issuer.pk8";

/// Why the local issuer cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalIssuerError {
    /// The key file cannot be read or created.
    #[error("the local issuer's key {}: {source}", path.display())]
    File {
        /// The path of the key file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file does not contain a valid key.
    #[error("the local issuer's key {} is not an Ed25519 key in PKCS #8; delete it to get a new one", path.display())]
    Key {
        /// The path of the key file.
        path: PathBuf,
    },
}

/// Signs the tokens that [`Authenticator::local`](super::Authenticator::local) accepts.
pub struct LocalIssuer {
    key: EncodingKey,
    public: Jwk,
}

impl LocalIssuer {
    /// Whether this folder has a key.
    pub fn exists(home: &Path) -> bool {
        home.join(KEY_FILE).exists()
    }

    /// Opens the issuer with the key in this folder. Creates a key if there is none.
    ///
    /// # Errors
    ///
    /// When the key can be neither read nor created.
    pub fn open(home: &Path) -> Result<Self, LocalIssuerError> {
        let path = home.join(KEY_FILE);
        let file = |source| LocalIssuerError::File {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(home).map_err(file)?;
        let mut document = fs::read(&path);
        if matches!(&document, Err(error) if error.kind() == io::ErrorKind::NotFound) {
            create(home, &path).map_err(file)?;
            document = fs::read(&path);
        }
        let document = document.map_err(file)?;
        Self::from_document(&document).ok_or(LocalIssuerError::Key { path })
    }

    /// An issuer with a new key that is not stored, for tests.
    ///
    /// # Errors
    ///
    /// When the system's random number generator fails.
    pub fn generate() -> io::Result<Self> {
        Self::from_document(&new_key()?).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn from_document(document: &[u8]) -> Option<Self> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(document).ok()?;
        let key = EncodingKey::from_ed_der(document);
        let mut public = Jwk::from_encoding_key(&key, Algorithm::EdDSA).ok()?;
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256).ok()?);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Some(Self { key, public })
    }

    /// The public key, as published at `/.well-known/jwks.json`.
    pub fn key_set(&self) -> JwkSet {
        JwkSet {
            keys: vec![self.public.clone()],
        }
    }

    /// Derives a secret of this machine for one purpose. Stable, because Ed25519 signatures are deterministic.
    ///
    /// # Errors
    ///
    /// Never with a key that was loaded successfully.
    pub fn secret_for(&self, purpose: &str) -> jsonwebtoken::errors::Result<String> {
        jsonwebtoken::crypto::sign(purpose.as_bytes(), &self.key, Algorithm::EdDSA)
    }

    /// Signs a token for a subject with these groups. If the subject is an email address, it is also the verified
    /// address.
    ///
    /// # Errors
    ///
    /// Never with a key that was loaded successfully.
    pub fn token(
        &self,
        subject: &str,
        groups: &[&str],
        now: DateTime<Utc>,
    ) -> jsonwebtoken::errors::Result<String> {
        let mut claims = json!({
            "iss": LOCAL_ISSUER,
            "sub": subject,
            "aud": LOCAL_AUDIENCE,
            "iat": now.timestamp(),
            "exp": (now + LOCAL_TOKEN_LIFETIME).timestamp(),
            LOCAL_ROLES_CLAIM: groups,
        });
        if EmailAddress::parse(subject).is_some() {
            claims["email"] = subject.into();
            claims["email_verified"] = true.into();
        }
        self.sign(&claims)
    }

    /// Signs a token with any claims, for tests with invalid ones.
    ///
    /// # Errors
    ///
    /// Never with a key that was loaded successfully.
    pub fn sign(&self, claims: &Value) -> jsonwebtoken::errors::Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid.clone_from(&self.public.common.key_id);
        encode(&header, claims, &self.key)
    }
}

/// Creates the key file. Several processes may do this at once: one of them wins, and all use its key.
fn create(home: &Path, path: &Path) -> io::Result<()> {
    let draft = home.join(format!("{KEY_FILE}.{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    io::Write::write_all(&mut file, &new_key()?)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

fn new_key() -> io::Result<Vec<u8>> {
    let document = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
    let document = document.map_err(|_| io::Error::other("no randomness"))?;
    Ok(document.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_can_read_it() {
        let home = std::env::temp_dir().join(format!("coach-issuer-{}", std::process::id()));
        let first = LocalIssuer::open(&home).unwrap();
        let again = LocalIssuer::open(&home).unwrap();
        assert_eq!(first.key_set(), again.key_set());
        let path = home.join(KEY_FILE);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, "not a key").unwrap();
        let error = LocalIssuer::open(&home).err().unwrap().to_string();
        assert!(error.contains("delete it"), "{error}");
        fs::remove_dir_all(&home).unwrap();
    }
}

//! The chain of certificates that a signing key belongs to.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use x509_parser::{
    certificate::X509Certificate,
    der_parser::{Oid, oid},
    prelude::{ASN1Time, FromDer as _},
};

use crate::subscription::purchase::PurchaseError;

/// What marks a certificate that signs for the App Store: without it any certificate that Apple ever issued would do,
/// such as a developer's.
const SIGNS_FOR_THE_STORE: Oid<'static> = oid!(1.2.840.113635.100.6.11.1);

/// What marks the authority that issues such certificates.
const ISSUES_FOR_THE_STORE: Oid<'static> = oid!(1.2.840.113635.100.6.2.1);

/// The key of a chain that has been checked.
pub(super) struct Chain {
    key: Vec<u8>,
}

impl Chain {
    /// Checks a chain of signer, issuer and root, each in DER and base64, as of when it signed.
    pub(super) fn read(
        x5c: &[String],
        root: &[u8; 32],
        signed_at: DateTime<Utc>,
    ) -> Result<Self, PurchaseError> {
        let foreign = || PurchaseError::Invalid("Apple has not signed it");
        let [signer, issuer, anchor] = x5c else {
            return Err(foreign());
        };
        let decode = |text: &String| STANDARD.decode(text).map_err(|_| foreign());
        let (signer, issuer, anchor) = (decode(signer)?, decode(issuer)?, decode(anchor)?);
        if Sha256::digest(&anchor).as_slice() != root {
            return Err(foreign());
        }
        let signer = certificate(&signer).ok_or_else(foreign)?;
        let issuer = certificate(&issuer).ok_or_else(foreign)?;
        let anchor = certificate(&anchor).ok_or_else(foreign)?;
        let genuine = signed_by(&signer, &issuer)
            && signed_by(&issuer, &anchor)
            && issuer.is_ca()
            && !signer.is_ca()
            && marked(&signer, &SIGNS_FOR_THE_STORE)
            && marked(&issuer, &ISSUES_FOR_THE_STORE);
        if !genuine {
            return Err(foreign());
        }
        let time = ASN1Time::from_timestamp(signed_at.timestamp()).map_err(|_| foreign())?;
        let certificates = [&signer, &issuer, &anchor];
        if !certificates
            .iter()
            .all(|it| it.validity().is_valid_at(time))
        {
            return Err(PurchaseError::Invalid("its certificates had expired"));
        }
        Ok(Self {
            key: signer.public_key().subject_public_key.data.to_vec(),
        })
    }

    /// Checks a signature of the signer.
    pub(super) fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), PurchaseError> {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.key);
        let verified = key.verify(signed, signature);
        verified.map_err(|_| PurchaseError::Invalid("its signature is wrong"))
    }
}

fn certificate(der: &[u8]) -> Option<X509Certificate<'_>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    rest.is_empty().then_some(certificate)
}

fn signed_by(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    certificate.issuer() == issuer.subject()
        && certificate
            .verify_signature(Some(issuer.public_key()))
            .is_ok()
}

fn marked(certificate: &X509Certificate<'_>, mark: &Oid<'_>) -> bool {
    let mut extensions = certificate.iter_extensions();
    extensions.any(|extension| extension.oid == *mark)
}

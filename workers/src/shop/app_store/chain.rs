//! The certificate chain of a signing key.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use coach_domain::purchase::PurchaseError;
use sha2::{Digest as _, Sha256};
use x509_parser::{
    certificate::X509Certificate,
    der_parser::{Oid, oid},
    prelude::{ASN1Time, FromDer as _},
};

/// The extension of certificates that sign for the App Store. Without this check any certificate that Apple issued
/// would be accepted, such as a developer's.
const SIGNER_EXTENSION: Oid<'static> = oid!(1.2.840.113635.100.6.11.1);

/// The extension of the authority that issues such certificates.
const ISSUER_EXTENSION: Oid<'static> = oid!(1.2.840.113635.100.6.2.1);

/// Verifies a chain of signer, issuer and root, each in DER and base64, as of the time of signing. Returns the key of
/// the signer.
pub(super) fn verify(
    x5c: &[String],
    root_digest: &[u8; 32],
    signed_at: DateTime<Utc>,
) -> Result<UnparsedPublicKey<Vec<u8>>, PurchaseError> {
    let untrusted = || PurchaseError::Invalid("Apple has not signed it");
    let [signer, issuer, root] = x5c else {
        return Err(untrusted());
    };
    let decode = |text: &String| STANDARD.decode(text).map_err(|_| untrusted());
    let (signer, issuer, root) = (decode(signer)?, decode(issuer)?, decode(root)?);
    if Sha256::digest(&root).as_slice() != root_digest {
        return Err(untrusted());
    }
    let signer = certificate(&signer).ok_or_else(untrusted)?;
    let issuer = certificate(&issuer).ok_or_else(untrusted)?;
    let root = certificate(&root).ok_or_else(untrusted)?;
    let is_trusted = signed_by(&signer, &issuer)
        && signed_by(&issuer, &root)
        && issuer.is_ca()
        && !signer.is_ca()
        && has_extension(&signer, &SIGNER_EXTENSION)
        && has_extension(&issuer, &ISSUER_EXTENSION);
    if !is_trusted {
        return Err(untrusted());
    }
    let time = ASN1Time::from_timestamp(signed_at.timestamp()).map_err(|_| untrusted())?;
    let certificates = [&signer, &issuer, &root];
    if !certificates
        .iter()
        .all(|it| it.validity().is_valid_at(time))
    {
        return Err(PurchaseError::Invalid("its certificates had expired"));
    }
    let key = signer.public_key().subject_public_key.data.to_vec();
    Ok(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key))
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

fn has_extension(certificate: &X509Certificate<'_>, oid: &Oid<'_>) -> bool {
    let mut extensions = certificate.iter_extensions();
    extensions.any(|extension| extension.oid == *oid)
}

//! Signature Version 4, for requests that the SDK does not send.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{self, SignableRequest, SigningInstructions, SigningSettings},
    sign::v4,
};

/// What a signature is valid for, besides the request.
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    /// The name of the service in ARNs and policies.
    pub(crate) service: &'a str,
    pub(crate) time: SystemTime,
}

/// Signs a request: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
///
/// # Errors
///
/// A message without secrets.
pub(crate) fn sign(
    request: SignableRequest<'_>,
    credentials: Credentials,
    scope: &Scope<'_>,
    settings: SigningSettings,
) -> Result<SigningInstructions, String> {
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.time)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let signed = http_request::sign(request, &params).map_err(|error| error.to_string())?;
    Ok(signed.into_parts().0)
}

//! Interprets the responses of an SMTP server. Their texts are not passed on, since they may contain recipients.

use coach_domain::mail::Error;
use lettre::transport::smtp::{self, response::Response};

use crate::mail::send::unavailable;

/// The error of connecting or authenticating. It is not about a message, so it is always temporary.
pub(super) fn connection_error(error: &smtp::Error) -> Error {
    if let Some(code) = error.status() {
        return unavailable(format!(
            "the mail server answered {code} before any message"
        ));
    }
    unavailable(if error.is_tls() {
        "the mail server's certificate or encryption is not accepted"
    } else if error.is_client() {
        "the mail server does not offer what is needed"
    } else {
        "the mail server cannot be reached"
    })
}

/// The error of `MAIL FROM`. It is about the sender, unless the message is too large.
pub(super) fn mail_from_error(error: &smtp::Error) -> Error {
    match error.status() {
        Some(code) if code.to_string() == "552" => refused(code),
        _ => connection_error(error),
    }
}

/// The error of `RCPT TO` or `DATA`. The message was not transmitted yet.
pub(super) fn envelope_error(error: &smtp::Error) -> Error {
    match error.status() {
        Some(code) if error.is_permanent() => refused(code),
        _ => connection_error(error),
    }
}

/// The error of the message itself. Without a response the message may have been accepted.
pub(super) fn content_error(error: &smtp::Error) -> Error {
    match error.status() {
        Some(_) => envelope_error(error),
        None => {
            Error::Unknown("the connection to the mail server ended before its answer".to_owned())
        }
    }
}

fn refused(code: impl std::fmt::Display) -> Error {
    Error::Refused(format!("the mail server answered {code}"))
}

/// The server's id of the message, if the response has it in a common format: `2.0.0 Ok: queued as 4XYZ`,
/// `Ok 0100018b…`.
pub(super) fn queue_id(response: &Response) -> Option<String> {
    let line = response.message().next()?;
    let (_, id) = line
        .rsplit_once("queued as ")
        .or_else(|| line.split_once("Ok "))?;
    let id = id.split_whitespace().next()?;
    let plain = id.len() <= 100
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    plain.then(|| id.to_owned())
}

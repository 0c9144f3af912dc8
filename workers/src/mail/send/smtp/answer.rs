//! What an SMTP server's answers mean. Its own words are not passed on: they name recipients.

use coach_domain::mail::Error;
use lettre::transport::smtp::{self, response::Response};

/// Nothing was handed over, and it was not about a message: not now, whatever it is.
pub(super) fn to_connection(error: &smtp::Error) -> Error {
    let why = match error.status() {
        Some(code) => format!("the mail server answered {code} before any message"),
        None if error.is_tls() => {
            "the mail server's certificate or encryption is not accepted".to_owned()
        }
        None if error.is_client() => "the mail server does not offer what is needed".to_owned(),
        None => "the mail server cannot be reached".to_owned(),
    };
    Error::Unavailable {
        reason: why,
        after: None,
    }
}

/// To `MAIL FROM`, which is about us: only a size that is too large is the message's.
pub(super) fn to_sender(error: &smtp::Error) -> Error {
    match error.status() {
        Some(code) if code.to_string() == "552" => refused(code),
        _ => to_connection(error),
    }
}

/// To `RCPT TO` and `DATA`: nothing was handed over yet.
pub(super) fn to_message(error: &smtp::Error) -> Error {
    match error.status() {
        Some(code) if error.is_permanent() => refused(code),
        _ => to_connection(error),
    }
}

/// To the message itself: without an answer it may have been accepted.
pub(super) fn to_content(error: &smtp::Error) -> Error {
    match error.status() {
        Some(_) => to_message(error),
        None => {
            Error::Unknown("the connection to the mail server ended before its answer".to_owned())
        }
    }
}

fn refused(code: impl std::fmt::Display) -> Error {
    Error::Refused(format!("the mail server answered {code}"))
}

/// The id under which the message waits there, where the answer says it as most servers do: `2.0.0 Ok: queued as 4XYZ`,
/// `Ok 0100018b…`.
pub(super) fn id(response: &Response) -> Option<String> {
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

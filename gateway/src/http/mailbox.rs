//! `GET /dev/mail`: shows the mail that was written to a folder instead of being sent. Only in `coach dev`.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use coach_workers::mail::send::{Mailbox, StoredMail};
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use super::{error::HttpError, state::AppState};

/// The number of mails in the list.
const MAX_LISTED: usize = 200;

/// The content security policy of our own pages, which show text that comes from outside.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'self'";

/// The content security policy of a mail's own HTML. It has to be sandboxed by itself, since its URL can be opened
/// outside of the sandboxed frame.
const HTML_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page {
    letters: Vec<Letter>,
    shown: Option<Letter>,
}

/// A mail, as the page shows it.
struct Letter {
    name: String,
    sent_at: String,
    to: String,
    subject: String,
    text: String,
    attachments: Vec<String>,
}

/// Lists the newest mails, newest first.
pub(super) async fn list(State(state): State<AppState>) -> Result<Response, HttpError> {
    let mailbox = mailbox(&state)?;
    let letters = run_blocking(move || {
        let stored = mailbox.list(MAX_LISTED)?.into_iter();
        let letters = stored.filter_map(|mail| {
            let bytes = mailbox.read(&mail.name).ok()??;
            let parsed = MessageParser::default().parse(&bytes)?;
            Some(Letter::of(&mail.name, &mail, &parsed))
        });
        Ok(letters.collect())
    });
    let letters = letters.await?;
    page(&Page {
        letters,
        shown: None,
    })
}

/// Shows one mail.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, HttpError> {
    let shown = read(&state, &name, Letter::of).await?;
    page(&Page {
        letters: Vec::new(),
        shown: Some(shown),
    })
}

/// The HTML part of a mail, as a sandboxed page.
pub(super) async fn html(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, HttpError> {
    let html = read(&state, &name, |_, _, parsed| {
        parsed.body_html(0).map(std::borrow::Cow::into_owned)
    });
    let html = html.await?.ok_or_else(HttpError::not_found)?;
    Ok(document(html, HTML_POLICY))
}

/// Downloads a file attached to a mail; `index` starts at 0.
pub(super) async fn attachment(
    State(state): State<AppState>,
    Path((name, index)): Path<(String, usize)>,
) -> Result<Response, HttpError> {
    let found = read(&state, &name, move |_, _, parsed| {
        let part = parsed.attachments().nth(index)?;
        Some((
            part.attachment_name().unwrap_or("file").to_owned(),
            part.contents().to_vec(),
        ))
    });
    let (file, bytes) = found.await?.ok_or_else(HttpError::not_found)?;
    let file: String = file
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}\""));
    let disposition = disposition.map_err(|_| HttpError::internal())?;
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

impl Letter {
    fn of(name: &str, mail: &StoredMail, parsed: &Message<'_>) -> Self {
        let to = parsed.to().and_then(|to| to.first()?.address());
        let attachments = parsed.attachments();
        let names = attachments.map(|part| part.attachment_name().unwrap_or("file").to_owned());
        Self {
            name: name.to_owned(),
            sent_at: mail.sent_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            to: to.unwrap_or_default().to_owned(),
            subject: parsed.subject().unwrap_or("(no subject)").to_owned(),
            text: parsed.body_text(0).unwrap_or_default().into_owned(),
            attachments: names.collect(),
        }
    }
}

fn mailbox(state: &AppState) -> Result<Mailbox, HttpError> {
    state.mailbox().cloned().ok_or_else(HttpError::not_found)
}

/// Finds and parses a mail, and takes a part of it.
async fn read<T: Send + 'static>(
    state: &AppState,
    name: &str,
    extract: impl FnOnce(&str, &StoredMail, &Message<'_>) -> T + Send + 'static,
) -> Result<T, HttpError> {
    let (mailbox, name) = (mailbox(state)?, name.to_owned());
    let extracted = run_blocking(move || {
        let Some((mail, bytes)) = mailbox.find(&name)? else {
            return Ok(None);
        };
        let parsed = MessageParser::default().parse(&bytes);
        Ok(parsed.map(|parsed| extract(&name, &mail, &parsed)))
    });
    extracted.await?.ok_or_else(HttpError::not_found)
}

/// Runs file access on a thread for blocking work.
async fn run_blocking<T: Send + 'static>(
    operation: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, HttpError> {
    let result = tokio::task::spawn_blocking(operation).await;
    result.map_err(|_| HttpError::internal())?.map_err(|error| {
        tracing::warn!(%error, "the mailbox cannot be read");
        HttpError::internal()
    })
}

fn page(page: &Page) -> Result<Response, HttpError> {
    let html = page.render().map_err(|_| HttpError::internal())?;
    Ok(document(html, PAGE_POLICY))
}

fn document(html: String, policy: &'static str) -> Response {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ];
    (StatusCode::OK, headers, html).into_response()
}

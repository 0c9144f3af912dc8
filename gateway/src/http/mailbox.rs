//! `GET /dev/mail`: shows the mail that was written to a folder instead of being sent. Only in `coach dev`.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::header::CONTENT_DISPOSITION,
    response::{IntoResponse, Response},
};
use coach_workers::mail::send::{Mailbox, StoredMail};
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use super::{error::HttpError, response::respond_with_page, state::AppState};

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
    mails: Vec<Mail>,
    shown: Option<Mail>,
}

/// A mail, as the page shows it.
struct Mail {
    name: String,
    sent_at: String,
    to: String,
    subject: String,
    text: String,
    attachments: Vec<String>,
}

/// Lists the newest mails, newest first.
pub(super) async fn list(State(state): State<AppState>) -> Result<Response, HttpError> {
    let mailbox = require_mailbox(&state)?;
    let mails = run_blocking(move || {
        let stored = mailbox.list(MAX_LISTED)?.into_iter();
        let mails = stored.filter_map(|stored| {
            let bytes = mailbox.read(&stored.name).ok()??;
            let parsed = MessageParser::default().parse(&bytes)?;
            Some(Mail::new(&stored, &parsed))
        });
        Ok(mails.collect())
    });
    let mails = mails.await?;
    render(&Page { mails, shown: None })
}

/// Shows one mail.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, HttpError> {
    let shown = read(&state, &name, Mail::new).await?;
    render(&Page {
        mails: Vec::new(),
        shown: Some(shown),
    })
}

/// Shows the HTML part of a mail, as a sandboxed page.
pub(super) async fn show_html(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, HttpError> {
    let html = read(&state, &name, |_, parsed| {
        parsed.body_html(0).map(std::borrow::Cow::into_owned)
    });
    let html = html.await?.ok_or_else(HttpError::not_found)?;
    Ok(respond_with_page(html, HTML_POLICY))
}

/// Downloads a file attached to a mail; `index` starts at 0.
pub(super) async fn download_attachment(
    State(state): State<AppState>,
    Path((name, index)): Path<(String, usize)>,
) -> Result<Response, HttpError> {
    let found = read(&state, &name, move |_, parsed| {
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
    let disposition = format!("attachment; filename=\"{file}\"");
    // Bytes are sent as `application/octet-stream`.
    Ok(([(CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

impl Mail {
    fn new(stored: &StoredMail, parsed: &Message<'_>) -> Self {
        let to = parsed.to().and_then(|to| to.first()?.address());
        let attachments = parsed.attachments();
        let names = attachments.map(|part| part.attachment_name().unwrap_or("file").to_owned());
        Self {
            name: stored.name.clone(),
            sent_at: stored.sent_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            to: to.unwrap_or_default().to_owned(),
            subject: parsed.subject().unwrap_or("(no subject)").to_owned(),
            text: parsed.body_text(0).unwrap_or_default().into_owned(),
            attachments: names.collect(),
        }
    }
}

fn require_mailbox(state: &AppState) -> Result<Mailbox, HttpError> {
    let mailbox = state.shared().mailbox.clone();
    mailbox.ok_or_else(HttpError::not_found)
}

/// Finds and parses a mail, and takes a part of it.
async fn read<T: Send + 'static>(
    state: &AppState,
    name: &str,
    extract: impl FnOnce(&StoredMail, &Message<'_>) -> T + Send + 'static,
) -> Result<T, HttpError> {
    let (mailbox, name) = (require_mailbox(state)?, name.to_owned());
    let extracted = run_blocking(move || {
        let Some((stored, bytes)) = mailbox.find(&name)? else {
            return Ok(None);
        };
        let parsed = MessageParser::default().parse(&bytes);
        Ok(parsed.map(|parsed| extract(&stored, &parsed)))
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

fn render(page: &Page) -> Result<Response, HttpError> {
    let html = page.render().map_err(|_| HttpError::internal())?;
    Ok(respond_with_page(html, PAGE_POLICY))
}

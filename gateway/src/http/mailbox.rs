//! `GET /dev/mail`: mail that went into the folder instead of out into the world. Only `coach dev` has it.

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

use super::{refusal::Refusal, state::AppState};

/// How many are listed.
const MOST: usize = 200;

/// What our pages may do: texts of mail are of strangers.
const PAGE: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'self'";

/// What a mail's own HTML may do. It is not always in the frame that keeps it from sending forms: it has an address.
const HTML: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page {
    letters: Vec<Letter>,
    shown: Option<Letter>,
}

/// A mail, as it is shown.
struct Letter {
    name: String,
    sent_at: String,
    to: String,
    subject: String,
    text: String,
    attachments: Vec<String>,
}

/// The newest, newest first.
pub(super) async fn list(State(state): State<AppState>) -> Result<Response, Refusal> {
    let mailbox = mailbox(&state)?;
    let letters = run(move || {
        let stored = mailbox.list(MOST)?.into_iter();
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

/// One.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let shown = read(&state, &name, Letter::of).await?;
    page(&Page {
        letters: Vec::new(),
        shown: Some(shown),
    })
}

/// Its HTML part, as a page that can do nothing.
pub(super) async fn html(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let html = read(&state, &name, |_, _, parsed| {
        parsed.body_html(0).map(std::borrow::Cow::into_owned)
    });
    let html = html.await?.ok_or_else(Refusal::not_found)?;
    Ok(document(html, HTML))
}

/// One of the files attached to it, from 0.
pub(super) async fn attachment(
    State(state): State<AppState>,
    Path((name, place)): Path<(String, usize)>,
) -> Result<Response, Refusal> {
    let found = read(&state, &name, move |_, _, parsed| {
        let part = parsed.attachments().nth(place)?;
        Some((
            part.attachment_name().unwrap_or("file").to_owned(),
            part.contents().to_vec(),
        ))
    });
    let (file, bytes) = found.await?.ok_or_else(Refusal::not_found)?;
    let file: String = file
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}\""));
    let disposition = disposition.map_err(|_| Refusal::internal())?;
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

fn mailbox(state: &AppState) -> Result<Mailbox, Refusal> {
    state.mailbox().cloned().ok_or_else(Refusal::not_found)
}

async fn read<T: Send + 'static>(
    state: &AppState,
    name: &str,
    see: impl FnOnce(&str, &StoredMail, &Message<'_>) -> T + Send + 'static,
) -> Result<T, Refusal> {
    let (mailbox, name) = (mailbox(state)?, name.to_owned());
    let seen = run(move || {
        let Some((mail, bytes)) = mailbox.find(&name)? else {
            return Ok(None);
        };
        let parsed = MessageParser::default().parse(&bytes);
        Ok(parsed.map(|parsed| see(&name, &mail, &parsed)))
    });
    seen.await?.ok_or_else(Refusal::not_found)
}

/// Reads files where that holds nobody up.
async fn run<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Refusal::internal())?.map_err(|error| {
        tracing::warn!(%error, "the mailbox cannot be read");
        Refusal::internal()
    })
}

fn page(page: &Page) -> Result<Response, Refusal> {
    let html = page.render().map_err(|_| Refusal::internal())?;
    Ok(document(html, PAGE))
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

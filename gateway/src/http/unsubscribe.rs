//! `GET|POST /unsubscribe`: unsubscribes from marketing mail by the link in a mail, without signing in (RFC 8058).

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    },
    response::{IntoResponse as _, Response},
};
use coach_domain::{consent, database::Session, detached};
use serde::Deserialize;

use super::{error::HttpError, observe::RequestSpan, state::AppState};

#[derive(Deserialize)]
pub(super) struct LinkQuery {
    #[serde(default)]
    token: String,
}

type LinkResult = Result<Query<LinkQuery>, QueryRejection>;

#[derive(Clone, Copy)]
enum PageState {
    Confirm,
    Done,
    InvalidLink,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Page {
    state: PageState,
}

/// Shows a form that asks for confirmation. A GET must not unsubscribe: mail programs fetch links on their own.
pub(super) async fn show_confirmation(
    State(state): State<AppState>,
    link: LinkResult,
) -> Result<Response, HttpError> {
    let tokens = state
        .unsubscribe_tokens()
        .ok_or_else(HttpError::not_found)?;
    page(match tokens.member(&token(link)) {
        Some(_) => PageState::Confirm,
        None => PageState::InvalidLink,
    })
}

/// Withdraws the consent. Sent by the form, or by a mail program (`List-Unsubscribe-Post`).
pub(super) async fn withdraw(
    State(state): State<AppState>,
    Extension(RequestSpan(span)): Extension<RequestSpan>,
    link: LinkResult,
) -> Result<Response, HttpError> {
    let withdrawal = detached(async move {
        let tokens = state
            .unsubscribe_tokens()
            .ok_or_else(HttpError::not_found)?;
        let app = &state.shared().app;
        let session = Session::new(app.database.clone(), span);
        let result = consent::unsubscribe(&session, &*app.clock, tokens, &token(link)).await;
        result.map_err(|error| HttpError::database_unavailable(&error))
    });
    let is_withdrawn = withdrawal.await?;
    page(if is_withdrawn {
        PageState::Done
    } else {
        PageState::InvalidLink
    })
}

/// The token of the link. An invalid query string, with two tokens for example, is treated like one without a token.
fn token(link: LinkResult) -> String {
    link.map(|Query(link)| link.token).unwrap_or_default()
}

fn page(state: PageState) -> Result<Response, HttpError> {
    let html = Page { state }.render().map_err(|_| HttpError::internal())?;
    let status = match state {
        PageState::Confirm | PageState::Done => StatusCode::OK,
        PageState::InvalidLink => StatusCode::BAD_REQUEST,
    };
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The URL contains the member's token.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
            ),
        ),
    ];
    Ok((status, headers, html).into_response())
}

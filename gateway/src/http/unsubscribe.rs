//! `GET|POST /unsubscribe`: unsubscribes from marketing mail by the link in a mail, without signing in (RFC 8058).

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header::REFERRER_POLICY},
    response::{IntoResponse as _, Response},
};
use coach_domain::{consent, detached, mail::unsubscribe::UnsubscribeTokens};
use serde::Deserialize;

use super::{
    error::HttpError, observe::RequestScope, response::respond_with_page, state::AppState,
};

/// The content security policy of the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                      frame-ancestors 'none'";

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
    let tokens = require_tokens(&state)?;
    render(match tokens.member(&token(link)) {
        Some(_) => PageState::Confirm,
        None => PageState::InvalidLink,
    })
}

/// Withdraws the consent. Sent by the form, or by a mail program (`List-Unsubscribe-Post`).
pub(super) async fn withdraw(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    link: LinkResult,
) -> Result<Response, HttpError> {
    let withdrawal = detached(async move {
        let tokens = require_tokens(&state)?;
        let app = &state.shared().app;
        let session = scope.session(&app.database);
        let result = consent::unsubscribe(&session, &*app.clock, &tokens, &token(link)).await;
        app.wait_until_visible().await;
        result.map_err(|error| HttpError::database_unavailable(&error))
    });
    let is_withdrawn = withdrawal.await?;
    render(if is_withdrawn {
        PageState::Done
    } else {
        PageState::InvalidLink
    })
}

fn require_tokens(state: &AppState) -> Result<Arc<UnsubscribeTokens>, HttpError> {
    let tokens = state.shared().unsubscribe_tokens.load_full();
    tokens.ok_or_else(HttpError::not_found)
}

/// The token of the link. An invalid query string, with two tokens for example, is treated like one without a token.
fn token(link: LinkResult) -> String {
    link.map(|Query(link)| link.token).unwrap_or_default()
}

fn render(state: PageState) -> Result<Response, HttpError> {
    let html = Page { state }.render().map_err(|_| HttpError::internal())?;
    let status = match state {
        PageState::Confirm | PageState::Done => StatusCode::OK,
        PageState::InvalidLink => StatusCode::BAD_REQUEST,
    };
    // The URL contains the member's token.
    let headers = [(REFERRER_POLICY, "no-referrer")];
    Ok((status, headers, respond_with_page(html, POLICY)).into_response())
}

//! `GET|POST /unsubscribe`: off the list of offers and tips, by the link in a mail and without signing in (RFC 8058).

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State as Shared, rejection::QueryRejection},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    },
    response::{IntoResponse as _, Response},
};
use coach_domain::{consent, database::Session, detached};
use serde::Deserialize;

use super::{observe::RequestSpan, refusal::Refusal, state::AppState};

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

type Asked = Result<Query<Link>, QueryRejection>;

#[derive(Clone, Copy)]
enum State {
    Asked,
    Done,
    Unknown,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Page {
    state: State,
}

/// Only asks: mail programs fetch links on their own.
pub(super) async fn ask(Shared(state): Shared<AppState>, link: Asked) -> Result<Response, Refusal> {
    let tokens = state.unsubscribing().ok_or_else(Refusal::not_found)?;
    page(match tokens.member(&token(link)) {
        Some(_) => State::Asked,
        None => State::Unknown,
    })
}

/// Does it: the button of the page, or the mail program's own (`List-Unsubscribe-Post`).
pub(super) async fn withdraw(
    Shared(state): Shared<AppState>,
    Extension(RequestSpan(span)): Extension<RequestSpan>,
    link: Asked,
) -> Result<Response, Refusal> {
    let done = detached(async move {
        let tokens = state.unsubscribing().ok_or_else(Refusal::not_found)?;
        let app = &state.shared().app;
        let session = Session::new(app.database.clone(), span);
        let done = consent::unsubscribe(&session, &*app.services.clock, tokens, &token(link)).await;
        done.map_err(|error| Refusal::unavailable(&error))
    });
    let done = done.await?;
    page(if done { State::Done } else { State::Unknown })
}

/// A query that is none of ours, with two tokens say, is a link without one: it gets the same page.
fn token(link: Asked) -> String {
    link.map(|Query(link)| link.token).unwrap_or_default()
}

fn page(state: State) -> Result<Response, Refusal> {
    let html = Page { state }.render().map_err(|_| Refusal::internal())?;
    let status = match state {
        State::Asked | State::Done => StatusCode::OK,
        State::Unknown => StatusCode::BAD_REQUEST,
    };
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The address is a secret of the member's.
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

//! `POST|GET /graphql`, by the GraphQL-over-HTTP specification.
//!
//! There is no protection against cross-site request forgery, because there is nothing to forge: browsers add
//! cookies to other sites' requests by themselves, but never a bearer token or an API key, and we take no cookies.

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use coach_domain::viewer::Viewer;
use coach_execution::{Document, Fault, OperationType, Response as Outcome};
use coach_resolvers::RequestContext;
use futures_util::future::try_join_all;
use tokio::time::Instant;
use tracing::Span;

use super::{
    answer::Answer,
    body,
    media::Media,
    meter,
    observe::{RequestSpan, Statements},
    params::{Params, Request},
    refusal::Refusal,
    request_id::RequestId,
    state::AppState,
};
use crate::auth::Rejection;

/// A name in a log is short.
const LONGEST_NAME: usize = 64;

/// Handles both methods.
pub(super) async fn graphql(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(RequestSpan(span)): Extension<RequestSpan>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(media) = Media::negotiate(&headers) else {
        return Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "answers are application/graphql-response+json or application/json",
        )
        .respond(Media::Json, None);
    };
    let answered = async {
        let viewer = authenticate(&state, &headers, &id).await?;
        if method != Method::POST {
            return match Request::from_uri(&uri)? {
                Request::Single(params) => {
                    let answer = execute(&state, *params, viewer, Reads::Only, &span).await?;
                    Ok(answer.respond(media, &id))
                }
                Request::Batch(_) => Err(Refusal::bad_request("batches are for POST")),
            };
        }
        let bytes = body::read_json(&headers, body, state.shared().limits.body_bytes).await?;
        match Request::from_body(&bytes, state.shared().limits.batch)? {
            Request::Single(params) => {
                let answer = execute(&state, *params, viewer, Reads::AndWrites, &span).await?;
                Ok(answer.respond(media, &id))
            }
            Request::Batch(batch) => {
                let answers = batch
                    .into_iter()
                    .map(|params| execute(&state, params, viewer.clone(), Reads::AndWrites, &span));
                let answers = try_join_all(answers).await?;
                Ok(Answer::respond_to_batch(answers, media, &id))
            }
        }
    };
    answered.await.unwrap_or_else(|refusal: Refusal| {
        meter::error(refusal.code());
        refusal.respond(media, Some(id.as_str()))
    })
}

pub(super) async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    id: &RequestId,
) -> Result<Viewer, Refusal> {
    match state.shared().authenticator.authenticate(headers).await {
        Ok(viewer) => Ok(viewer),
        Err(rejection @ Rejection::KeysMissing) => {
            tracing::warn!(request = id.as_str(), %rejection, "a credential cannot be verified");
            Err(Refusal::unverifiable())
        }
        Err(rejection) => {
            tracing::info!(request = id.as_str(), %rejection, "a credential does not count");
            Err(Refusal::unauthenticated())
        }
    }
}

/// What a method may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Only,
    AndWrites,
}

/// Dropped with the connection when the client goes away, and with it all work that is under way.
async fn execute(
    state: &AppState,
    params: Params,
    viewer: Viewer,
    reads: Reads,
    request: &Span,
) -> Result<Answer, Refusal> {
    let document = match state.shared().gateway.prepare(&params.query) {
        Ok(document) => document,
        Err(errors) => {
            let answer = Answer {
                name: None,
                outcome: Outcome::refused(errors),
                statements: Statements::default(),
            };
            answer.count_errors();
            return Ok(answer);
        }
    };
    let begun = Instant::now();
    let operation_name = params.operation_name.filter(|name| !name.is_empty());
    let (name, kind) = selected(&document, operation_name.as_deref());
    if reads == Reads::Only && kind == Some(OperationType::Mutation) {
        return Err(Refusal::only_post());
    }
    let span = span(name.as_deref(), kind, request);
    let context = RequestContext::new(Arc::clone(&state.shared().app), viewer, span);
    let context = Arc::new(context);
    let session = context.session().clone();
    let execution = state.shared().gateway.execute(
        &document,
        operation_name.as_deref(),
        params.variables,
        context,
        state.shared().limits.cost,
    );
    // Sibling fields are to reach their batch in one poll; the runtime's budget
    // would end it after 128 of them, and split the batch.
    let execution = tokio::task::unconstrained(execution);
    let outcome = match tokio::time::timeout(state.shared().timeouts.execution, execution).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::refused(vec![timed_out().into_error(None)]),
    };
    let statements = Statements {
        count: session.statements(),
        texts: session.recorded(),
    };
    meter::operation(name.as_deref(), kind, begun.elapsed());
    let answer = Answer {
        name,
        outcome,
        statements,
    };
    answer.count_errors();
    Ok(answer)
}

/// Without the document: its literals may be members' data.
fn span(name: Option<&str>, kind: Option<OperationType>, request: &Span) -> Span {
    let kind = kind.map_or("operation", meter::kind);
    tracing::info_span!(
        parent: request,
        "operation",
        "otel.name" = format!("{kind} {}", name.unwrap_or_default()).trim_end(),
        "graphql.operation.name" = name,
        "graphql.operation.type" = kind,
    )
}

fn timed_out() -> Fault {
    Fault::new("TIMEOUT", "the operation took too long and was given up")
}

/// Name and kind of the operation that will run, if one will.
fn selected(document: &Document, wanted: Option<&str>) -> (Option<String>, Option<OperationType>) {
    let Ok(operation) = document.operation(wanted) else {
        return (None, None);
    };
    let name = operation.name.as_ref();
    let name = name.map(|name| name.chars().take(LONGEST_NAME).collect());
    (name, Some(operation.operation_type))
}

//! `POST|GET /graphql`, by the GraphQL-over-HTTP specification.
//!
//! There is no protection against cross-site request forgery, because there is nothing to forge: browsers add
//! cookies to other sites' requests by themselves, but never a bearer token or an API key, and we take no cookies.

use std::sync::Arc;

use async_graphql::ServerError;
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header::ACCEPT_LANGUAGE},
    response::Response,
};
use coach_domain::{locale::Language, viewer::Viewer};
use coach_execution::{Document, Fault, OperationType, Response as Outcome};
use coach_resolvers::RequestContext;
use futures_util::future::try_join_all;
use tokio::time::Instant;
use tracing::Span;

use super::{
    answer::{Answer, Costs},
    body, graphiql,
    media::{self, Media},
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
    if method != Method::POST
        && media::is_browser(&headers)
        && graphiql::is_first_visit(&state, &uri)
    {
        return graphiql::go_there();
    }
    let Some(media) = Media::negotiate(&headers) else {
        return Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "answers are application/graphql-response+json or application/json",
        )
        .respond(Media::Json, None);
    };
    let costs = Costs::asked(&headers, state.shared().limits.cost);
    let viewer = authenticate(&state, &headers, &id).await;
    let refuse = |refusal: Refusal, batch| {
        meter::error(refusal.code());
        refusal.respond_to(batch, media, Some(id.as_str()))
    };
    if method != Method::POST {
        let answered = async {
            let viewer = viewer?;
            let Request::Single(params) = Request::from_uri(&uri)? else {
                return Err(Refusal::bad_request("batches are for POST"));
            };
            execute(&state, *params, viewer, Reads::Only, &span).await
        };
        return match answered.await {
            Ok(answer) => answer.respond(media, &id, costs),
            Err(refusal) => refuse(refusal, None),
        };
    }
    let body = body::read_json(&headers, body, state.shared().limits.body_bytes).await;
    let (viewer, body) = match (viewer, body) {
        (Ok(viewer), Ok(body)) => (viewer, body),
        (Err(refusal), body) => {
            return refuse(
                refusal,
                body.ok().and_then(|body| Request::operations(&body)),
            );
        }
        (_, Err(refusal)) => return refuse(refusal, None),
    };
    let answered = async {
        let answer = |params, viewer| execute(&state, params, viewer, Reads::AndWrites, &span);
        match Request::from_body(&body, state.shared().limits.batch)? {
            Request::Single(params) => {
                let answer = answer(*params, viewer).await?;
                Ok(answer.respond(media, &id, costs))
            }
            Request::Batch(batch) => {
                let answers = batch
                    .into_iter()
                    .map(|params| answer(params, viewer.clone()));
                let answers = try_join_all(answers).await?;
                Ok(Answer::respond_to_batch(answers, media, &id, costs))
            }
        }
    };
    let answered: Result<_, Refusal> = answered.await;
    answered.unwrap_or_else(|refusal| refuse(refusal, Request::operations(&body)))
}

pub(super) async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    id: &RequestId,
) -> Result<Viewer, Refusal> {
    match state.shared().authenticator.authenticate(headers).await {
        Ok(viewer) => {
            let accepted = headers.get(ACCEPT_LANGUAGE);
            let accepted = accepted.and_then(|value| value.to_str().ok());
            Ok(viewer.accepting(accepted.and_then(Language::accepted)))
        }
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
    let Some(text) = &params.query else {
        return Ok(Answer::refusing(vec![not_persisted()]));
    };
    let document = match state.shared().gateway.prepare(text) {
        Ok(document) => document,
        Err(errors) => return Ok(Answer::refusing(errors)),
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

/// In the words of Apollo's convention, by which clients know that they are to send texts.
fn not_persisted() -> ServerError {
    let code = "PERSISTED_QUERY_NOT_SUPPORTED";
    Fault::new(code, "PersistedQueryNotSupported").into_error(None)
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

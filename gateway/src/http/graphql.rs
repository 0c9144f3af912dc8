//! `POST|GET /graphql`, as the GraphQL-over-HTTP specification describes it.
//!
//! There is no protection against cross-site request forgery, because none is needed: browsers attach cookies to
//! requests from other sites, but never a bearer token or an API key, and the gateway uses no cookies.

use std::{borrow::Cow, convert::Infallible, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header::ACCEPT_LANGUAGE},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get_service},
};
use coach_domain::{locale::Language, trace, viewer::Viewer};
use coach_execution::{Document, OperationType, ResolverError, Response as ExecutionResult};
use coach_resolvers::RequestContext;
use futures_util::{FutureExt as _, future::try_join_all};
use tokio::time::Instant;
use tower::{Layer as _, service_fn};
use tracing::{Span, field::Empty};

use super::{
    body, compression, cors,
    error::HttpError,
    graphiql,
    media_type::{self, MediaType},
    meter, method_not_allowed,
    observe::{RequestLog, Statements},
    params::{GraphqlRequest, Params},
    request_id::RequestId,
    response::{CostReporting, OperationResponse},
    state::AppState,
};
use crate::auth::AuthError;

/// The number of characters after which an operation's name is cut off in logs and traces.
const MAX_NAME_LENGTH: usize = 64;

/// The endpoint at `path`. It has no layers but answers all methods itself, because each layer allocates for every
/// request.
pub(super) fn endpoint(state: &AppState, path: &'static str) -> MethodRouter {
    let state = state.clone();
    let service = service_fn(move |request| serve(state.clone(), path, request));
    let service = compression().layer(service);
    // `GET` and `POST` are named for the header `Allow`.
    get_service(service.clone())
        .post_service(service.clone())
        .fallback_service(service)
}

async fn serve(
    state: AppState,
    path: &'static str,
    request: Request,
) -> Result<Response, Infallible> {
    let mut log = RequestLog::start(&state, &request, path.into());
    let answer = AssertUnwindSafe(answer(&state, request, &mut log));
    let result = answer.catch_unwind().await;
    Ok(log.finish(result))
}

/// Answers a request of any method.
async fn answer(state: &AppState, request: Request, log: &mut RequestLog) -> Response {
    let mut response = match *request.method() {
        Method::OPTIONS => return cors::preflight(request.headers()),
        Method::GET | Method::HEAD | Method::POST => graphql(state, request, log).await,
        _ => method_not_allowed().await.into_response(),
    };
    cors::allow(response.headers_mut());
    response
}

/// Executes what the body of a `POST` or the URL of a `GET` asks for.
async fn graphql(state: &AppState, request: Request, log: &mut RequestLog) -> Response {
    let (request, body) = request.into_parts();
    let (method, headers) = (&request.method, &request.headers);
    if method != Method::POST
        && media_type::is_browser(headers)
        && graphiql::should_redirect(state, &request.uri)
    {
        return graphiql::redirect();
    }
    let Some(media_type) = MediaType::negotiate(headers) else {
        return HttpError::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "answers are application/graphql-response+json or application/json",
        )
        .respond(MediaType::Json, None);
    };
    let cost_reporting = CostReporting::requested(headers, state.shared().limits.cost);
    let id = log.id;
    let viewer = authenticate(state, headers, &id).await;
    let fail = |error: HttpError, batch, log: &mut RequestLog| {
        meter::count_error(error.code(), None);
        log.summary.add_error_code(error.code());
        error.respond_to(batch, media_type, Some(id.as_str()))
    };
    if method != Method::POST {
        let response = async {
            let viewer = viewer?;
            let params = Params::from_uri(&request.uri)?;
            execute(state, params, viewer, method, log).await
        };
        return match response.await {
            Ok(response) => response.respond(media_type, log, cost_reporting),
            Err(error) => fail(error, None, log),
        };
    }
    let body = body::read_json(headers, body, state.shared().limits.body_bytes).await;
    let (viewer, body) = match (viewer, body) {
        (Ok(viewer), Ok(body)) => (viewer, body),
        (Err(error), body) => {
            let batch = body.ok().and_then(|body| GraphqlRequest::batch_size(&body));
            return fail(error, batch, log);
        }
        (_, Err(error)) => return fail(error, None, log),
    };
    let response = async {
        match GraphqlRequest::from_body(&body, state.shared().limits.batch)? {
            GraphqlRequest::Single(params) => {
                let response = execute(state, params, viewer, method, log).await?;
                Ok(response.respond(media_type, log, cost_reporting))
            }
            GraphqlRequest::Batch(batch) => {
                let responses = batch
                    .into_iter()
                    .map(|params| execute(state, params, viewer.clone(), method, log));
                let responses = try_join_all(responses).await?;
                Ok(OperationResponse::respond_to_batch(
                    responses,
                    media_type,
                    log,
                    cost_reporting,
                ))
            }
        }
    };
    let response: Result<_, HttpError> = response.await;
    response.unwrap_or_else(|error| fail(error, GraphqlRequest::batch_size(&body), log))
}

/// Identifies the viewer of a request. The reason of a failure is logged only.
pub(super) async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    id: &RequestId,
) -> Result<Viewer, HttpError> {
    match state.shared().authenticator.authenticate(headers).await {
        Ok(viewer) => {
            let accepted = headers.get(ACCEPT_LANGUAGE);
            let accepted = accepted.and_then(|value| value.to_str().ok());
            Ok(viewer.with_accepted_language(accepted.and_then(Language::from_accept_language)))
        }
        Err(error @ AuthError::KeysUnavailable) => {
            tracing::warn!(request = id.as_str(), rejection = %error, "a credential cannot be verified");
            Err(HttpError::unverifiable())
        }
        Err(error) => {
            tracing::info!(request = id.as_str(), rejection = %error, "a credential is not valid");
            Err(HttpError::unauthenticated())
        }
    }
}

/// Executes one operation. The future is dropped with the connection when the client disconnects, which cancels the
/// operation.
async fn execute(
    state: &AppState,
    params: Params,
    viewer: Viewer,
    method: &Method,
    log: &RequestLog,
) -> Result<OperationResponse, HttpError> {
    let Some(text) = &params.query else {
        // Apollo's convention for persisted queries, upon which clients send the query text instead.
        let code = "PERSISTED_QUERY_NOT_SUPPORTED";
        let error = ResolverError::new(code, "PersistedQueryNotSupported").into_error(None);
        return Ok(OperationResponse::rejected(vec![error]));
    };
    let document = match state.shared().engine.prepare(text) {
        Ok(document) => document,
        Err(errors) => return Ok(OperationResponse::rejected(errors)),
    };
    let started_at = Instant::now();
    let operation_name = params.operation_name.filter(|name| !name.is_empty());
    let (name, kind) = selected_operation(&document, operation_name.as_deref());
    if method != Method::POST && kind == Some(OperationType::Mutation) {
        return Err(HttpError::post_required());
    }
    if kind == Some(OperationType::Mutation) {
        log.begin_span();
    }
    let span = operation_span(name.as_ref(), kind, log.span());
    (log.timeline).begin_execution(name.as_ref(), kind.map(meter::operation_type));
    let app = Arc::clone(&state.shared().app);
    let timeline = Arc::clone(&log.timeline);
    let context = RequestContext::new(app, viewer, kind, span.clone(), timeline);
    let context = Arc::new(context);
    let session = context.session().clone();
    let execution = state.shared().engine.execute(
        &document,
        operation_name.as_deref(),
        params.variables,
        context,
        state.shared().limits.cost,
    );
    let result = tokio::time::timeout(state.shared().timeouts.execution, execution).await;
    let result = result.unwrap_or_else(|_| {
        let message = "the operation took too long and was given up";
        let error = ResolverError::new("TIMEOUT", message);
        ExecutionResult::request_error(vec![error.into_error(None)])
    });
    if kind == Some(OperationType::Mutation) {
        // Also after an error: the change may have been made all the same.
        state.shared().app.wait_until_visible().await;
    }
    log.timeline.end_execution();
    let statements = Statements {
        count: session.statements(),
        texts: session.recorded(),
    };
    // What was rejected before it was executed has a cost, too.
    let cost = result.data.as_ref().map_or(0, |_| result.cost);
    meter::record_operation(name.as_ref(), kind, started_at.elapsed(), cost);
    let response = OperationResponse {
        name,
        result,
        statements,
    };
    response.count_errors();
    if let Some(code) = response.server_error() {
        span.record("error.type", code);
        span.record("otel.status_code", "ERROR");
    }
    Ok(response)
}

/// The span of an operation. It does not contain the document, whose literals may be members' data. Only the app's own
/// operations are in its name, since clients could choose any number of others.
/// <https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/>
fn operation_span(
    name: Option<&Cow<'static, str>>,
    kind: Option<OperationType>,
    request_span: &Span,
) -> Span {
    if kind != Some(OperationType::Mutation) && !trace::is_sampled(request_span) {
        // Nobody will see what is below it. Messages of a mutation pass on that nothing is sampled.
        return Span::none();
    }
    let kind = kind.map(meter::operation_type);
    let span_name = || match (kind, name) {
        (Some(kind), Some(Cow::Borrowed(known))) => Cow::Owned(format!("{kind} {known}")),
        (Some(kind), _) => Cow::Borrowed(kind),
        (None, _) => Cow::Borrowed("GraphQL Operation"),
    };
    tracing::info_span!(
        parent: request_span,
        "operation",
        "otel.name" = &*span_name(),
        "otel.kind" = "server",
        "graphql.operation.name" = name.map(|name| &**name),
        "graphql.operation.type" = kind,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    )
}

/// Name and type of the operation that `operation_name` selects, if there is one. The name is borrowed if it is one of
/// the app's own.
fn selected_operation(
    document: &Document,
    operation_name: Option<&str>,
) -> (Option<Cow<'static, str>>, Option<OperationType>) {
    let Ok(operation) = document.operation(operation_name) else {
        return (None, None);
    };
    let name = operation.name.as_ref().map(|name| {
        let known = coach_resolvers::OPERATIONS.iter();
        match known.copied().find(|known| *known == name.as_str()) {
            Some(known) => Cow::Borrowed(known),
            None => name.chars().take(MAX_NAME_LENGTH).collect(),
        }
    });
    (name, Some(operation.operation_type))
}

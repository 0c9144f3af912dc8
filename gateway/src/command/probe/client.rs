//! The client: GraphQL over HTTP, as an app sends it.

use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    id,
};
use reqwest::{RequestBuilder, Response, StatusCode, Url, redirect};
use serde_json::{Value, json};

/// The `User-Agent` of all requests, by which the logs of load balancers and CDNs tell them from those of members.
const USER_AGENT: &str = concat!("coach-probe/", env!("CARGO_PKG_VERSION"));

/// How much of an answer that is not understood is shown, in characters.
const MAX_EXCERPT: usize = 200;

/// A client of one service.
pub(super) struct Client {
    http: reqwest::Client,
    endpoint: Url,
    token: Option<String>,
    timeout: Duration,
}

/// An answer without errors of GraphQL.
pub(super) struct Answer {
    data: Value,
}

impl Client {
    pub(super) fn new(
        base: &Url,
        token: Option<String>,
        timeout: Duration,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .user_agent(USER_AGENT)
            .build()
            .context("making the HTTP client")?;
        Ok(Self {
            http,
            endpoint: base.join("graphql")?,
            token,
            timeout,
        })
    }

    /// The current time by this machine's clock.
    pub(super) fn now() -> DateTime<Utc> {
        SystemClock.now()
    }

    /// Sends an operation as the test member.
    pub(super) async fn send(&self, document: &str, variables: Value) -> Result<Answer, String> {
        let request = self.post(document, &variables);
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        self.answer(request).await
    }

    /// Sends an operation without signing in.
    pub(super) async fn send_anonymously(&self, document: &str) -> Result<Answer, String> {
        self.answer(self.post(document, &json!({}))).await
    }

    /// Sends a mutation as the test member, with an idempotency key of its own, and returns its payload.
    pub(super) async fn change(
        &self,
        document: &str,
        mutation: &str,
        mut input: Value,
    ) -> Result<Value, String> {
        input["idempotencyKey"] = format!("probe-{}", id::new_v7(Self::now())).into();
        let answer = self.send(document, json!({ "input": input })).await?;
        Ok(answer.at(&[mutation]).clone())
    }

    /// Gets a file, as an app does without signing in.
    pub(super) async fn get(&self, url: &Url) -> Result<Response, String> {
        self.execute(self.http.get(url.clone()), url).await
    }

    fn post(&self, document: &str, variables: &Value) -> RequestBuilder {
        self.http
            .post(self.endpoint.clone())
            .header("accept", "application/json")
            .json(&json!({ "query": document, "variables": variables }))
    }

    async fn execute(&self, request: RequestBuilder, url: &Url) -> Result<Response, String> {
        let timeout = self.timeout.as_secs();
        request.send().await.map_err(|error| {
            if error.is_timeout() {
                format!("{url} did not answer within {timeout} s (--timeout): see whether the service is overloaded")
            } else if error.is_connect() {
                format!(
                    "{url} cannot be connected to: see whether the service runs, and the way to it ({})",
                    cause(&error)
                )
            } else {
                format!("{url} did not answer: {}", cause(&error))
            }
        })
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Answer, String> {
        let url = &self.endpoint;
        let response = self.execute(request, url).await?;
        let status = response.status();
        let request_id =
            header(&response, "x-request-id").map(|id| format!(" (x-request-id {id})"));
        let request_id = request_id.unwrap_or_default();
        let bytes = response.bytes().await;
        let bytes =
            bytes.map_err(|error| format!("{url} broke off its answer: {}", cause(&error)))?;
        if status == StatusCode::UNAUTHORIZED {
            return Err(format!(
                "the token is not accepted: renew it, or see whether it is of the service's issuer{request_id}"
            ));
        }
        let parsed = serde_json::from_slice::<Value>(&bytes).ok();
        let Some(body) = parsed.filter(Value::is_object) else {
            let text = excerpt(&bytes);
            return Err(format!(
                "{url} answered {status} with what is no GraphQL: see whether the address is right{request_id}: {text}"
            ));
        };
        if let Some(error) = body["errors"].get(0) {
            let code = error["extensions"]["code"].as_str().unwrap_or("no code");
            let message = error["message"].as_str().unwrap_or_default();
            let path = error["path"].as_array().into_iter().flatten();
            let path: Vec<_> = path.map(|part| part.to_string().replace('"', "")).collect();
            let place = if path.is_empty() {
                "the request".to_owned()
            } else {
                format!("`{}`", path.join("."))
            };
            return Err(format!(
                "{place} failed with {code}: {message}{}{request_id}",
                advice(code)
            ));
        }
        if !status.is_success() {
            return Err(format!(
                "{url} answered {status}{request_id}: {}",
                excerpt(&bytes)
            ));
        }
        Ok(Answer {
            data: body["data"].clone(),
        })
    }
}

impl Answer {
    /// The value at a path of names; null if there is none.
    pub(super) fn at(&self, path: &[&str]) -> &Value {
        path.iter().fold(&self.data, |value, name| &value[*name])
    }
}

/// The header of a response, if it is text.
pub(super) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// The first user error of a payload, with its sentence.
pub(super) fn user_error(payload: &Value) -> Option<(&str, &str)> {
    let error = payload["userErrors"].get(0)?;
    Some((
        error["code"].as_str().unwrap_or_default(),
        error["message"].as_str().unwrap_or_default(),
    ))
}

/// What to do about an error of this code.
fn advice(code: &str) -> &'static str {
    match code {
        "SUBSCRIPTION_REQUIRED" => "; give the test member a subscription that does not end",
        "SERVICE_UNAVAILABLE" => "; see docs/runbooks/DatabaseUnavailable.md",
        "TIMEOUT" => "; see docs/runbooks/TodaySlow.md",
        "INTERNAL_SERVER_ERROR" => "; search the log for the request",
        "RATE_LIMITED" => "; probe less often, or with a test member for each probe",
        _ => "",
    }
}

/// The innermost cause of an error, which says what happened.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().chars().take(MAX_EXCERPT).collect()
}

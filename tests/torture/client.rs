//! The client side: sends each operation with its idempotency key until it is acknowledged.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use anyhow::{Context as _, bail};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use coach_domain::{
    clock::{Clock as _, SystemClock},
    standard_webhooks,
};
use coach_tests::Random;

use crate::{
    operation::{Operation, Request, SECRET},
    process::Slot,
    progress::Progress,
};

/// The API key for `POST /internal/email`.
pub(crate) const API_KEY: &str = "torture";

/// Timeout of one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The first and the longest delay between two attempts; the delay doubles in between.
const RETRY_DELAY: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Longer than any outage. An operation that is not acknowledged by then never will be.
const MAX_RETRY_TIME: Duration = Duration::from_mins(5);

/// One in this many operations is sent twice at the same time, and one in this many is sent again after its response: a
/// retry whose first request was not lost.
const DUPLICATE_ONE_IN: usize = 15;

/// When a client hangs up, if it does: before its request was sent, while it is processed, or after it is done.
const HANG_UP_AFTER: (Duration, Duration) = (Duration::ZERO, Duration::from_millis(30));

/// What the response to one request means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SendResult {
    /// The operation is done.
    Done,
    /// The operation may be done or not, for this reason; the request has to be sent again.
    Retry(String),
    /// The operation failed, and a retry would fail too.
    Rejected(String),
}

/// Sends operations to the gateways of a run.
#[derive(Clone, Debug)]
pub(crate) struct GatewayClient {
    client: Client,
    gateways: Vec<Slot>,
    /// One request in this many is cancelled; 0 for none.
    hang_up_in: usize,
}

impl GatewayClient {
    pub(crate) fn new(slots: &[Slot], hang_up_in: usize) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .timeout(REQUEST_TIMEOUT)
            .build()?;
        let gateways = slots.iter().filter(|slot| slot.kind.serves());
        Ok(Self {
            client,
            gateways: gateways.cloned().collect(),
            hang_up_in,
        })
    }

    /// Sends an operation until it is acknowledged; some are sent more than once.
    pub(crate) async fn perform(
        &self,
        operation: &Operation,
        random: &mut Random,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        let mut other = random.clone();
        if random.one_in(DUPLICATE_ONE_IN) {
            let second = self.send_until_done(operation, &mut other, progress);
            let (first, second) =
                tokio::join!(self.send_until_done(operation, random, progress), second);
            first?;
            second?;
        } else {
            self.send_until_done(operation, random, progress).await?;
        }
        if random.one_in(DUPLICATE_ONE_IN) {
            self.send_until_done(operation, random, progress).await?;
        }
        progress.acknowledged.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn send_until_done(
        &self,
        operation: &Operation,
        random: &mut Random,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let mut pause = RETRY_DELAY.0;
        loop {
            let gateway = &self.gateways[random.below(self.gateways.len())];
            let name = operation.name;
            let hangs_up = self.hang_up_in > 0 && random.one_in(self.hang_up_in);
            let result = if hangs_up {
                let hang_up_after = random.between(HANG_UP_AFTER.0, HANG_UP_AFTER.1);
                let result = timeout(hang_up_after, self.send(operation, gateway)).await;
                result.unwrap_or_else(|_| SendResult::Retry("hanging up".to_owned()))
            } else {
                self.send(operation, gateway).await
            };
            match result {
                SendResult::Done => return Ok(()),
                SendResult::Rejected(why) => bail!("{name} with the key {}: {why}", operation.key),
                SendResult::Retry(why) if started.elapsed() > MAX_RETRY_TIME => {
                    bail!(
                        "{name} with the key {} is never answered: {why}",
                        operation.key
                    )
                }
                SendResult::Retry(why) => progress.record_retry(&why),
            }
            sleep(random.between(pause / 2, pause)).await;
            pause = RETRY_DELAY.1.min(pause * 2);
        }
    }

    async fn send(&self, operation: &Operation, gateway: &Slot) -> SendResult {
        let key = &operation.key;
        let request = match &operation.request {
            Request::Mutation {
                token,
                document,
                input,
                ..
            } => {
                let mut input = input.clone();
                input["idempotencyKey"] = json!(key);
                let body = json!({ "query": document, "variables": { "input": input } });
                self.client
                    .post(gateway.url("/graphql"))
                    .bearer_auth(token)
                    .json(&body)
            }
            Request::Webhook { id, body } => {
                let now = SystemClock.now().timestamp();
                let secret = SECRET.parse().expect("a secret");
                let signature = standard_webhooks::sign(&[secret], id, now, body.as_bytes());
                self.client
                    .post(gateway.url("/webhooks/standard"))
                    .header("content-type", "application/json")
                    .header("webhook-id", id)
                    .header("webhook-timestamp", now)
                    .header("webhook-signature", signature)
                    .body(body.clone())
            }
            Request::SignIn(body) => self
                .client
                .post(gateway.url("/internal/email"))
                .header("x-api-key", API_KEY)
                .header("idempotency-key", key)
                .json(body),
        };
        let result = async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.text().await?))
        };
        match result.await {
            Ok((status, body)) => classify(&operation.request, status, &body),
            Err(error) if error.is_connect() => SendResult::Retry("no connection".to_owned()),
            Err(error) if error.is_timeout() => SendResult::Retry("no answer in time".to_owned()),
            Err(_) => SendResult::Retry("a connection that broke".to_owned()),
        }
    }
}

/// Interprets a response.
pub(crate) fn classify(request: &Request, status: StatusCode, body: &str) -> SendResult {
    let rejected = || SendResult::Rejected(format!("{status} {body}"));
    if status.is_server_error() {
        return match code(body) {
            Some(code) => SendResult::Retry(code),
            // Every error must have a code.
            None => rejected(),
        };
    }
    let field = match request {
        Request::SignIn(_) if status == StatusCode::ACCEPTED => return SendResult::Done,
        Request::Webhook { .. } if status == StatusCode::OK => return SendResult::Done,
        Request::SignIn(_) | Request::Webhook { .. } => return rejected(),
        Request::Mutation { field, .. } => field,
    };
    let Ok(body) = serde_json::from_str::<Value>(body).context("JSON") else {
        return rejected();
    };
    let errors = body["errors"].as_array();
    if let Some(error) = errors.and_then(|errors| errors.first()) {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        return match code {
            "SERVICE_UNAVAILABLE" | "TIMEOUT" | "INTERNAL_SERVER_ERROR" => {
                SendResult::Retry(code.to_owned())
            }
            _ => rejected(),
        };
    }
    let user_errors = body["data"][field]["userErrors"].as_array();
    if status.is_success() && user_errors.is_some_and(Vec::is_empty) {
        SendResult::Done
    } else {
        rejected()
    }
}

/// The code of the first error in a response.
fn code(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let code = body["errors"][0]["extensions"]["code"].as_str()?;
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::Value;

    use super::{SendResult, classify};
    use crate::operation::Request;

    #[test]
    fn only_what_says_that_it_is_done_is_acknowledged() {
        let mutation = Request::Mutation {
            token: String::new(),
            document: "",
            field: "startPlan",
            input: Value::Null,
        };
        let retry = |why: &str| Some(SendResult::Retry(why.to_owned()));
        for (status, body, expected) in [
            (
                200,
                r#"{"data":{"startPlan":{"userErrors":[]}}}"#,
                Some(SendResult::Done),
            ),
            (
                200,
                r#"{"data":{"startPlan":{"userErrors":[{"code":"NOT_FOUND"}]}}}"#,
                None,
            ),
            (200, r#"{"data":{"startPlan":null}}"#, None),
            (
                200,
                r#"{"data":null,"errors":[{"extensions":{"code":"TIMEOUT"}}]}"#,
                retry("TIMEOUT"),
            ),
            (
                200,
                r#"{"data":null,"errors":[{"extensions":{"code":"FORBIDDEN"}}]}"#,
                None,
            ),
            (
                503,
                r#"{"errors":[{"extensions":{"code":"SERVICE_UNAVAILABLE"}}]}"#,
                retry("SERVICE_UNAVAILABLE"),
            ),
            (503, "", None),
            (401, "{}", None),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let result = classify(&mutation, status, body);
            match expected {
                Some(expected) => assert_eq!(result, expected, "{body}"),
                None => assert!(
                    matches!(result, SendResult::Rejected(_)),
                    "{body}: {result:?}"
                ),
            }
        }
        let sign_in = Request::SignIn(Value::Null);
        assert_eq!(
            classify(&sign_in, StatusCode::ACCEPTED, ""),
            SendResult::Done
        );
        assert!(matches!(
            classify(&sign_in, StatusCode::OK, ""),
            SendResult::Rejected(_)
        ));
    }
}

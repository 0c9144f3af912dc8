//! Phones: they send a mutation again and again, with its key, until it is acknowledged.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use anyhow::{Context as _, bail};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use coach_domain::clock::{Clock as _, SystemClock};
use coach_tests::Random;
use coach_workers::standard_webhooks;

use crate::{
    operation::{Operation, Request, SECRET},
    process::Slot,
    progress::Progress,
};

/// The key that `POST /internal/email` wants.
pub(crate) const API_KEY: &str = "torture";

/// When an answer is not waited for any more.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pauses between two tries.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Longer than anything is away. A mutation that is not acknowledged by then never will be.
const GIVES_UP_AFTER: Duration = Duration::from_mins(5);

/// One in so many is sent twice at the same time, and one in so many once more after its answer: a retry whose first
/// request was not lost.
const TWICE_IN: usize = 15;

/// When a client hangs up that does: before its request has gone out, in the middle of it, or after it is done.
const HANGS_UP: (Duration, Duration) = (Duration::ZERO, Duration::from_millis(30));

/// What one answer comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is done.
    Done,
    /// It may be done or not: to be sent again, for this reason.
    Again(String),
    /// It will never be done.
    Refused(String),
}

/// Sends to some gateways.
#[derive(Clone, Debug)]
pub(crate) struct Phones {
    client: Client,
    gateways: Vec<Slot>,
    /// One request in so many is broken off; 0 for none.
    hang_up_in: usize,
}

impl Phones {
    pub(crate) fn new(slots: &[Slot], hang_up_in: usize) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let gateways = slots.iter().filter(|slot| slot.kind.serves());
        Ok(Self {
            client,
            gateways: gateways.cloned().collect(),
            hang_up_in,
        })
    }

    /// Has a mutation done, as phones do.
    pub(crate) async fn perform(
        &self,
        operation: &Operation,
        random: &mut Random,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        let mut other = random.clone();
        if random.one_in(TWICE_IN) {
            let second = self.ask(operation, &mut other, progress);
            let (first, second) = tokio::join!(self.ask(operation, random, progress), second);
            first?;
            second?;
        } else {
            self.ask(operation, random, progress).await?;
        }
        if random.one_in(TWICE_IN) {
            self.ask(operation, random, progress).await?;
        }
        progress.acknowledged.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn ask(
        &self,
        operation: &Operation,
        random: &mut Random,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut pause = PAUSE.0;
        loop {
            let gateway = &self.gateways[random.below(self.gateways.len())];
            let name = operation.name;
            let hangs_up = self.hang_up_in > 0 && random.one_in(self.hang_up_in);
            let answer = if hangs_up {
                let within = random.between(HANGS_UP.0, HANGS_UP.1);
                let answer = timeout(within, self.send(operation, gateway)).await;
                answer.unwrap_or_else(|_| Answer::Again("hanging up".to_owned()))
            } else {
                self.send(operation, gateway).await
            };
            match answer {
                Answer::Done => return Ok(()),
                Answer::Refused(why) => bail!("{name} with the key {}: {why}", operation.key),
                Answer::Again(why) if begun.elapsed() > GIVES_UP_AFTER => {
                    bail!(
                        "{name} with the key {} is never answered: {why}",
                        operation.key
                    )
                }
                Answer::Again(why) => progress.retried(&why),
            }
            sleep(random.between(pause / 2, pause)).await;
            pause = PAUSE.1.min(pause * 2);
        }
    }

    async fn send(&self, operation: &Operation, gateway: &Slot) -> Answer {
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
        let answer = async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.text().await?))
        };
        match answer.await {
            Ok((status, body)) => judge(&operation.request, status, &body),
            Err(error) if error.is_connect() => Answer::Again("no connection".to_owned()),
            Err(error) if error.is_timeout() => Answer::Again("no answer in time".to_owned()),
            Err(_) => Answer::Again("a connection that broke".to_owned()),
        }
    }
}

/// What an answer comes to.
pub(crate) fn judge(request: &Request, status: StatusCode, body: &str) -> Answer {
    let refused = || Answer::Refused(format!("{status} {body}"));
    if status.is_server_error() {
        return match code(body) {
            Some(code) => Answer::Again(code),
            // Each error has a code.
            None => refused(),
        };
    }
    let field = match request {
        Request::SignIn(_) if status == StatusCode::ACCEPTED => return Answer::Done,
        Request::Webhook { .. } if status == StatusCode::OK => return Answer::Done,
        Request::SignIn(_) | Request::Webhook { .. } => return refused(),
        Request::Mutation { field, .. } => field,
    };
    let Ok(body) = serde_json::from_str::<Value>(body).context("JSON") else {
        return refused();
    };
    let errors = body["errors"].as_array();
    if let Some(error) = errors.and_then(|errors| errors.first()) {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        return match code {
            "SERVICE_UNAVAILABLE" | "TIMEOUT" | "INTERNAL_SERVER_ERROR" => {
                Answer::Again(code.to_owned())
            }
            _ => refused(),
        };
    }
    let mended = body["data"][field]["userErrors"].as_array();
    if status.is_success() && mended.is_some_and(Vec::is_empty) {
        Answer::Done
    } else {
        refused()
    }
}

/// The code of the first error.
fn code(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let code = body["errors"][0]["extensions"]["code"].as_str()?;
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::Value;

    use super::{Answer, judge};
    use crate::operation::Request;

    #[test]
    fn only_what_says_that_it_is_done_is_acknowledged() {
        let mutation = Request::Mutation {
            token: String::new(),
            document: "",
            field: "startPlan",
            input: Value::Null,
        };
        let again = |why: &str| Some(Answer::Again(why.to_owned()));
        for (status, body, expected) in [
            (
                200,
                r#"{"data":{"startPlan":{"userErrors":[]}}}"#,
                Some(Answer::Done),
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
                again("TIMEOUT"),
            ),
            (
                200,
                r#"{"data":null,"errors":[{"extensions":{"code":"FORBIDDEN"}}]}"#,
                None,
            ),
            (
                503,
                r#"{"errors":[{"extensions":{"code":"SERVICE_UNAVAILABLE"}}]}"#,
                again("SERVICE_UNAVAILABLE"),
            ),
            (503, "", None),
            (401, "{}", None),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let answer = judge(&mutation, status, body);
            match expected {
                Some(expected) => assert_eq!(answer, expected, "{body}"),
                None => assert!(matches!(answer, Answer::Refused(_)), "{body}: {answer:?}"),
            }
        }
        let sign_in = Request::SignIn(Value::Null);
        assert_eq!(judge(&sign_in, StatusCode::ACCEPTED, ""), Answer::Done);
        assert!(matches!(
            judge(&sign_in, StatusCode::OK, ""),
            Answer::Refused(_)
        ));
    }
}

//! Sends each request once with an ordinary client and checks the response, because the load generator only checks the
//! status.

use anyhow::{bail, ensure};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    id,
};
use futures_util::{StreamExt as _, TryFutureExt as _, TryStreamExt as _, stream};
use reqwest::{
    Client, Response,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde_json::Value;

use super::{IDEMPOTENCY_KEY, Operation, Prepared, Request};
use crate::{metrics, service::Service, statistics::float};

/// The number of concurrent requests, which is enough to keep every core busy.
const MAX_CONCURRENCY: usize = 16;

/// Sends every prepared request of an operation once, and returns the number of SQL statements per request, if the
/// server counts them. Also warms up the server and the database for the operation.
///
/// # Errors
///
/// As [`check_each`].
pub(crate) async fn check(
    operation: &Operation,
    prepared: &Prepared,
    service: &Service,
) -> anyhow::Result<Option<f64>> {
    let requests = prepared.requests.iter();
    check_each(requests.map(|request| (operation, request)), service).await
}

/// Sends requests of several operations once, and returns the number of SQL statements per request.
///
/// Statements are counted here and not under load, because wrk aborts its last requests.
///
/// # Errors
///
/// At the first response that is not 200, has errors, or has no value at the operation's `result_pointer`.
pub(crate) async fn check_each(
    requests: impl ExactSizeIterator<Item = (&Operation, &Request)>,
    service: &Service,
) -> anyhow::Result<Option<f64>> {
    let (client, url) = (Client::new(), service.url("/graphql"));
    let number = float(requests.len() as u64);
    let before = metrics::statements(service).await?;
    let checks = requests.map(|(operation, request)| {
        let check = check_one(operation, &client, &url, request);
        check
            .map_err(|error| error.context(format!("{} is not fit to be measured", operation.name)))
    });
    stream::iter(checks)
        .buffer_unordered(MAX_CONCURRENCY)
        .try_collect::<()>()
        .await?;
    let after = metrics::statements(service).await?;
    let statements = after.zip(before).map(|(after, before)| after - before);
    Ok(statements.map(|statements| statements / number))
}

async fn check_one(
    operation: &Operation,
    client: &Client,
    url: &str,
    request: &Request,
) -> anyhow::Result<()> {
    let response = request.send(client, url, operation.gzip).await?;
    if operation.gzip {
        let encoding = response.headers().get(CONTENT_ENCODING);
        // The content is checked in the uncompressed variant of the operation.
        ensure!(
            encoding.is_some_and(|it| it == "gzip"),
            "it is not compressed"
        );
        return Ok(());
    }
    let body: Value = response.json().await?;
    let complete = body
        .pointer(operation.result_pointer)
        .is_some_and(|it| !it.is_null());
    if !body["errors"].is_null() || !complete {
        bail!("{} answered {body}", request.body);
    }
    Ok(())
}

impl Request {
    /// The body, with a new idempotency key if it has one.
    fn body_with_key(&self) -> String {
        if self.body.contains(IDEMPOTENCY_KEY) {
            let key = id::new_v7(SystemClock.now()).simple().to_string();
            self.body.replace(IDEMPOTENCY_KEY, &key)
        } else {
            self.body.clone()
        }
    }

    /// Sends the request; a response other than 200 is an error.
    pub(crate) async fn send(
        &self,
        client: &Client,
        url: &str,
        gzip: bool,
    ) -> anyhow::Result<Response> {
        let mut request = client
            .post(url)
            .bearer_auth(&self.token)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/graphql-response+json")
            .body(self.body_with_key());
        if gzip {
            request = request.header(ACCEPT_ENCODING, "gzip");
        }
        let response = request.send().await?;
        let status = response.status();
        ensure!(status == 200, "{} answered {status}", self.body);
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::post};
    use reqwest::Client;
    use tokio::net::TcpListener;

    use super::{Request, check_one};
    use crate::operation::{Operation, TODAY};

    /// The error of checking a server with this response, or "good".
    async fn check_result(operation: Operation, status: StatusCode, body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(async move || (status, body)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let request = Request {
            token: "token".to_owned(),
            body: "the request".to_owned(),
        };
        let checked = check_one(&operation, &Client::new(), &url, &request).await;
        checked.map_or_else(|error| error.to_string(), |()| "good".to_owned())
    }

    #[tokio::test]
    async fn only_complete_responses_are_good() {
        const COMPLETE: &str = r#"{"data":{"me":{"plan":{"currentCycle":{"today":{"id":"d"}}}}}}"#;
        const EMPTY: &str = r#"{"data":{"me":{"plan":{"currentCycle":{"today":null}}}}}"#;
        const ERRORS: &str = r#"{"errors":[{"message":"no"}],"data":{"me":{"plan":{"currentCycle":{"today":{"id":"d"}}}}}}"#;
        assert_eq!(check_result(TODAY, StatusCode::OK, COMPLETE).await, "good");
        for (status, body, expected) in [
            (StatusCode::OK, EMPTY, "null"),
            (StatusCode::OK, ERRORS, "message"),
            (StatusCode::INTERNAL_SERVER_ERROR, COMPLETE, "500"),
        ] {
            let error = check_result(TODAY, status, body).await;
            assert!(
                error.contains(expected) && error.contains("the request"),
                "{error}"
            );
        }
        let gzip = Operation {
            gzip: true,
            ..TODAY
        };
        let error = check_result(gzip, StatusCode::OK, COMPLETE).await;
        assert!(error.contains("not compressed"), "{error}");
    }
}

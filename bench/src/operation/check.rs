//! Asking once with an ordinary client before the load generator does, which looks at nothing but the status.

use anyhow::{Context as _, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::{
    Client, Response,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde_json::Value;

use super::{Operation, Prepared, Request};
use crate::{metrics, service::Service, statistics::float};

/// Enough to keep every core at work.
const AT_ONCE: usize = 16;

/// Sends every prepared request of an operation once, and says how many SQL statements one took, where the server
/// counts them. Also warms up the server and the database for it.
///
/// The count is taken here and not under load, because wrk goes away in the middle of its last requests.
///
/// # Errors
///
/// At the first answer that is not 200, has errors, or lacks what the operation is for.
pub(crate) async fn check(
    operation: &Operation,
    prepared: &Prepared,
    service: &Service,
) -> anyhow::Result<Option<f64>> {
    let (client, url) = (Client::new(), service.url("/graphql"));
    let before = metrics::statements(service).await?;
    let asked = prepared
        .requests
        .iter()
        .map(|request| check_one(operation, &client, &url, request));
    stream::iter(asked)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
        .with_context(|| format!("{} is not fit to be measured", operation.name))?;
    let after = metrics::statements(service).await?;
    let requests = float(prepared.requests.len() as u64);
    let statements = after.zip(before).map(|(after, before)| after - before);
    Ok(statements.map(|statements| statements / requests))
}

async fn check_one(
    operation: &Operation,
    client: &Client,
    url: &str,
    request: &Request,
) -> anyhow::Result<()> {
    let answer = request.send(client, url, operation.gzip).await?;
    if operation.gzip {
        let encoding = answer.headers().get(CONTENT_ENCODING);
        // What is inside was looked at where it comes as it is.
        ensure!(
            encoding.is_some_and(|it| it == "gzip"),
            "it is not compressed"
        );
        return Ok(());
    }
    let body: Value = answer.json().await?;
    let complete = body
        .pointer(operation.proof)
        .is_some_and(|it| !it.is_null());
    if !body["errors"].is_null() || !complete {
        bail!("{} answered {body}", request.body);
    }
    Ok(())
}

impl Request {
    /// Sends it; an answer other than 200 is an error.
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
            .body(self.body.clone());
        if gzip {
            request = request.header(ACCEPT_ENCODING, "gzip");
        }
        let answer = request.send().await?;
        ensure!(
            answer.status() == 200,
            "{} answered {}",
            self.body,
            answer.status()
        );
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::post};
    use reqwest::Client;
    use tokio::net::TcpListener;

    use super::{Request, check_one};
    use crate::operation::{Operation, TODAY};

    /// What is said of a server that answers this.
    async fn said(operation: Operation, status: StatusCode, body: &'static str) -> String {
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
    async fn only_whole_answers_are_good() {
        const WHOLE: &str = r#"{"data":{"me":{"plan":{"currentCycle":{"today":{"id":"d"}}}}}}"#;
        const EMPTY: &str = r#"{"data":{"me":{"plan":{"currentCycle":{"today":null}}}}}"#;
        const ERRORS: &str = r#"{"errors":[{"message":"no"}],"data":{"me":{"plan":{"currentCycle":{"today":{"id":"d"}}}}}}"#;
        assert_eq!(said(TODAY, StatusCode::OK, WHOLE).await, "good");
        for (status, body, told) in [
            (StatusCode::OK, EMPTY, "null"),
            (StatusCode::OK, ERRORS, "message"),
            (StatusCode::INTERNAL_SERVER_ERROR, WHOLE, "500"),
        ] {
            let said = said(TODAY, status, body).await;
            assert!(
                said.contains(told) && said.contains("the request"),
                "{said}"
            );
        }
        let gzip = Operation {
            gzip: true,
            ..TODAY
        };
        let said = said(gzip, StatusCode::OK, WHOLE).await;
        assert!(said.contains("not compressed"), "{said}");
    }
}

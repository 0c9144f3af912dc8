//! Prepares requests before they are sent.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use coach_domain::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tokio::fs;

use super::{Content, Operation};
use crate::{environment::Environment, load::Load};

/// The text that stands for an idempotency key; each time a request is sent, a new key of the same length replaces it.
pub(crate) const IDEMPOTENCY_KEY: &str = "00000000000000000000000000000000";

/// The request of one member.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(super) token: String,
    pub(super) body: String,
}

/// Requests for the load generator.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The file with the requests for `requests.lua`, which is removed when this is dropped.
    file: PathBuf,
    pub(crate) requests: Vec<Request>,
}

impl Prepared {
    /// Prepares a request for each of these members, and writes them to a file.
    pub(crate) async fn new(
        operation: &Operation,
        environment: &Environment,
        content: &Content,
        subjects: &[String],
    ) -> anyhow::Result<Self> {
        let query = operation.text()?;
        let requests = subjects.iter().enumerate().map(|(number, subject)| {
            let variables = (operation.variables)(content, number);
            Request::new(environment, subject, &query, &variables)
        });
        let requests = requests.collect::<anyhow::Result<Vec<_>>>()?;
        let encodings = if operation.gzip { "gzip" } else { "" };
        Self::write(requests, encodings, environment).await
    }

    /// Writes requests to a file. They accept these encodings of responses.
    pub(crate) async fn write(
        requests: Vec<Request>,
        encodings: &str,
        environment: &Environment,
    ) -> anyhow::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("requests-{}.txt", COUNT.fetch_add(1, Relaxed));
        let lines = requests.iter().map(|it| it.line(encodings));
        let file = environment.home.join(name);
        fs::write(&file, lines.collect::<String>()).await?;
        Ok(Self { file, requests })
    }

    /// The same requests for the load generator.
    pub(crate) fn load(&self, connections: u32) -> Load<'_> {
        Load {
            path: "/graphql",
            requests: &self.file,
            connections,
        }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

impl Request {
    /// A request of the member with this subject.
    pub(crate) fn new(
        environment: &Environment,
        subject: &str,
        query: &str,
        variables: &Value,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            token: environment.issuer.token(subject, &[], SystemClock.now())?,
            body: json!({ "query": query, "variables": variables }).to_string(),
        })
    }

    /// The request as bytes of HTTP/1.1.
    pub(crate) fn http(&self, address: SocketAddr, path: &str) -> Vec<u8> {
        let Self { token, body } = self;
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             accept: application/graphql-response+json\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// The line for `requests.lua`. The body contains neither tabs nor line breaks, because serde escapes them.
    fn line(&self, encodings: &str) -> String {
        format!("{}\t{encodings}\t{}\n", self.token, self.body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Request;

    #[test]
    fn a_request_is_one_line_of_three_parts() {
        let request = Request {
            token: "a.b.c".to_owned(),
            body: json!({ "query": "query Q {\n\tme { id }\n}" }).to_string(),
        };
        let line = request.line("gzip");
        assert_eq!(line.matches('\t').count(), 2);
        assert_eq!(line.find('\n'), Some(line.len() - 1));
        assert!(line.starts_with("a.b.c\tgzip\t{"));
    }
}

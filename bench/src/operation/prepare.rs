//! Requests, made ready before they are sent.

use std::path::PathBuf;

use coach_domain::clock::{Clock as _, SystemClock};
use serde_json::json;
use tokio::fs;

use super::{Content, Operation};
use crate::stage::Stage;

/// One member's.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) token: String,
    pub(crate) body: String,
}

/// All of an operation, each of another member.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// For `requests.lua`.
    pub(crate) file: PathBuf,
    pub(crate) requests: Vec<Request>,
}

impl Prepared {
    /// Makes one for each of these members, and writes them down.
    pub(crate) async fn new(
        operation: &Operation,
        stage: &Stage,
        content: &Content,
        subjects: &[String],
    ) -> anyhow::Result<Self> {
        let (query, now) = (operation.text()?, SystemClock.now());
        let requests = subjects.iter().enumerate().map(|(number, subject)| {
            let variables = (operation.variables)(content, number);
            Ok(Request {
                token: stage.issuer.token(subject, &[], now)?,
                body: json!({ "query": query, "variables": variables }).to_string(),
            })
        });
        let requests = requests.collect::<anyhow::Result<Vec<_>>>()?;
        let encodings = if operation.gzip { "gzip" } else { "" };
        let lines = requests.iter().map(|it| it.line(encodings));
        let file = stage.home.join("requests.txt");
        fs::write(&file, lines.collect::<String>()).await?;
        Ok(Self { file, requests })
    }
}

impl Request {
    /// JSON has neither tabs nor line breaks but those between its parts, of which serde writes none.
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

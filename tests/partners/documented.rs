//! The requests and the program in `docs/PARTNERS.md` are correct.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use chrono::{DateTime, Utc};
use coach_domain::{
    enums::ConsentPurpose,
    id::MemberId,
    partner::{ConsentRecord, DeletionRecord, SubscriptionRecord},
    queue::Envelope,
    subscription::{Access, SubscriptionProvider},
};
use coach_workers::consumer::Ack;
use serde_json::Value;

use crate::{
    fixture::{Fixture, SECRET, noon, partner},
    server::{ReceivedRequest, Server},
};

const DOCUMENT: &str = include_str!("../../docs/PARTNERS.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    let rest = DOCUMENT.split(&begin).skip(1);
    rest.map(|rest| rest.split("```").next().expect("an end"))
        .collect()
}

fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .expect("a moment")
        .to_utc()
}

async fn send(fixture: &Fixture, server: &Server, envelope: &Envelope) -> ReceivedRequest {
    assert_eq!(fixture.consume(envelope, 1).await, Ack::Done);
    server.requests().pop().expect("a request")
}

#[tokio::test]
async fn the_request_is_what_we_post() {
    let [documented] = blocks("http")[..] else {
        panic!("one request");
    };
    let (head, body) = documented.split_once("\n\n").expect("a body");
    let headers: Vec<_> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .collect();
    let header = |name: &str| {
        let found = headers.iter().find(|(other, _)| *other == name);
        found.unwrap_or_else(|| panic!("no {name}")).1
    };
    let record: Value = serde_json::from_str(body).expect("JSON");
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    let mut envelope = fixture.envelope(&ConsentRecord {
        purpose: ConsentPurpose::PartnerSharing,
        granted: false,
        changed_at: noon(),
    });
    envelope.id = header("webhook-id").parse().expect("an id");
    let member = record["data"]["memberId"].as_str().expect("an id");
    envelope.member = Some(MemberId(member.parse().expect("an id")));
    let timestamp: i64 = header("webhook-timestamp").parse().expect("seconds");
    fixture.clock.advance(timestamp - noon().timestamp());
    let request = send(&fixture, &server, &envelope).await;
    assert_eq!(request.body, body.trim_end());
    for (name, value) in headers {
        if name != "host" {
            assert_eq!(request.header(name), value, "{name}");
        }
    }
}

#[tokio::test]
async fn the_records_are_what_we_post() {
    let server = Server::start().await;
    let fixture = Fixture::new([partner("acme", &server.url())]).await;
    fixture
        .set_consent(ConsentPurpose::PartnerSharing, true)
        .await;
    let subscription = fixture.envelope(&SubscriptionRecord {
        access: Access::Active,
        provider: Some(SubscriptionProvider::Stripe),
        expires_at: Some(time("2026-04-18T12:00:00Z")),
        trial_ends_at: None,
        will_renew: true,
    });
    let deletion = fixture.envelope(&DeletionRecord { deleted_at: noon() });
    let documented = blocks("json");
    assert_eq!(documented.len(), 2);
    for (envelope, documented) in [subscription, deletion].iter().zip(documented) {
        let mut documented: Value = serde_json::from_str(documented).expect("JSON");
        documented["data"]["memberId"] = serde_json::json!(fixture.member.0);
        assert_eq!(send(&fixture, &server, envelope).await.json(), documented);
    }
}

#[test]
fn the_program_verifies_the_request() {
    let [program] = blocks("python")[..] else {
        panic!("one program");
    };
    let [request] = blocks("http")[..] else {
        panic!("one request");
    };
    let check = format!(
        r#"
import sys
head, body = sys.stdin.read().rstrip("\n").split("\n\n")
headers = dict(line.split(": ", 1) for line in head.split("\n")[1:])
then = int(headers["webhook-timestamp"])
assert verify("{SECRET}", headers, body.encode(), then + 299) == headers["webhook-id"]
assert verify("{SECRET}", headers, body.encode(), then + 301) is None
assert verify("{SECRET}", headers, body.encode() + b" ", then) is None
assert verify("whsec_AAAA", headers, body.encode(), then) is None
"#
    );
    let child = Command::new("python3")
        .args(["-c", &format!("{program}{check}")])
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("NOT RUN: the documented program, for there is no python3");
        return;
    };
    let mut input = child.stdin.take().expect("stdin");
    input.write_all(request.as_bytes()).expect("written");
    drop(input);
    assert!(child.wait().expect("a status").success());
}

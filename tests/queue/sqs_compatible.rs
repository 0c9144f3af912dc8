//! Implementations of SQS that differ from Amazon's: ministack behind a proxy that changes requests or responses.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use coach_domain::queue::{DeadLetters as _, Error, Outgoing, Queue as _};
use coach_workers::queue::{
    SqsQueue,
    sqs::{self, Addresses},
};
use serde_json::{Value, json};

use crate::fixture::{LONG, PLAIN, client, connect, empty_database, endpoint};

/// Called with the action's name, the request, and the response: before the request with `None`, after it with the
/// response. If it sets a response before the request, that is sent instead as an error.
type Change = fn(&str, &mut Value, &mut Option<Value>);

async fn proxy(change: Change) -> String {
    let upstream = endpoint();
    let client = reqwest::Client::new();
    let answer = async move |headers: HeaderMap, body: Bytes| -> Response {
        let target = headers.get("x-amz-target").expect("an action");
        let target = target.to_str().expect("text").to_owned();
        let action = target.rsplit('.').next().unwrap_or_default();
        let mut request_body: Value = serde_json::from_slice(&body).expect("JSON");
        let mut answer = None;
        change(action, &mut request_body, &mut answer);
        if let Some(error) = answer {
            return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
        }
        let mut request = client.post(upstream).body(request_body.to_string());
        for name in [
            "x-amz-target",
            "content-type",
            "authorization",
            "x-amz-date",
        ] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value.as_bytes());
            }
        }
        let response = request.send().await.expect("ministack answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        let mut answer = serde_json::from_str(&text).ok();
        change(action, &mut request_body, &mut answer);
        let text = answer.map_or(text, |answer| answer.to_string());
        let status = StatusCode::from_u16(status).expect("a status");
        (
            status,
            [("content-type", "application/x-amz-json-1.0")],
            text,
        )
            .into_response()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A queue of this name behind such a proxy.
async fn queue(name: &str, change: Change) -> Arc<SqsQueue> {
    let proxy = proxy(change).await;
    sqs::create(&client(endpoint()), name)
        .await
        .expect("created");
    let database = connect(&empty_database().await).await;
    let addresses = Addresses::from_iter([(PLAIN, name.to_owned())]);
    Arc::new(SqsQueue::new(client(&proxy), addresses, database))
}

async fn send(queue: &SqsQueue, bodies: &[&str]) -> Vec<Result<(), Error>> {
    let messages: Vec<_> = bodies.iter().map(|body| Outgoing::new(*body)).collect();
    queue.send(PLAIN, &messages).await.expect("answered")
}

async fn receive_counts(queue: &SqsQueue) -> Vec<u32> {
    assert_eq!(send(queue, &["a"]).await, [Ok(())]);
    let mut counts = Vec::new();
    for _ in 0..3 {
        let received = queue.receive(PLAIN, 10, Duration::from_secs(5), LONG).await;
        let received = received.expect("received");
        counts.extend(received.iter().map(|message| message.receives));
        for message in received {
            let returned = queue.extend(PLAIN, &message.receipt, Duration::ZERO).await;
            returned.expect("returned");
        }
    }
    counts
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn receives_are_counted_by_either_name() {
    let old: Change = |_, request, _| {
        drop(
            request
                .as_object_mut()
                .map(|it| it.remove("MessageSystemAttributeNames")),
        );
    };
    let new: Change = |_, request, _| {
        drop(
            request
                .as_object_mut()
                .map(|it| it.remove("AttributeNames")),
        );
    };
    for (name, change) in [("old-names", old), ("new-names", new)] {
        let queue = queue(name, change).await;
        assert_eq!(receive_counts(&queue).await, [1, 2, 3], "{name}");
    }
    // Without either name every receive counts as the first.
    let neither: Change = |action, _, answer| {
        let messages = answer
            .iter_mut()
            .filter_map(|it| it["Messages"].as_array_mut());
        for message in messages.flatten().filter(|_| action == "ReceiveMessage") {
            message.as_object_mut().map(|it| it.remove("Attributes"));
        }
    };
    let queue = queue("no-names", neither).await;
    assert_eq!(receive_counts(&queue).await, [1, 1, 1]);
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_a_receipt_holds_no_other() {
    let change: Change = |action, _, answer| {
        let messages = answer
            .iter_mut()
            .filter_map(|it| it["Messages"].as_array_mut());
        let odd = messages
            .flatten()
            .filter(|it| it["Body"] == "odd" && action == "ReceiveMessage");
        for message in odd {
            message.as_object_mut().map(|it| it.remove("ReceiptHandle"));
        }
    };
    let queue = queue("without-receipts", change).await;
    send(&queue, &["odd", "a", "b"]).await;
    let received = queue.receive(PLAIN, 10, Duration::from_secs(5), LONG).await;
    let mut bodies: Vec<_> = received
        .expect("received")
        .into_iter()
        .map(|it| it.body)
        .collect();
    bodies.sort();
    assert_eq!(bodies, ["a", "b"]);
}

/// Rejects each batch with a message whose body is `odd`.
const REJECTING: Change = |action, request, answer| {
    let entries = request["Entries"].as_array().into_iter().flatten();
    let odd = entries.filter(|it| it["MessageBody"] == "odd").count();
    if action == "SendMessageBatch" && odd > 0 && answer.is_none() {
        let code = "com.amazonaws.sqs#InvalidMessageContents";
        *answer = Some(json!({ "__type": code, "message": "no such characters" }));
    }
};

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_refused_for_one_message_is_none_for_the_others() {
    let queue = queue("refusing", REJECTING).await;
    let results = send(&queue, &["a", "b", "odd", "c", "d", "e"]).await;
    let refused = Err(Error::Refused("no such characters".to_owned()));
    assert_eq!(results, [Ok(()), Ok(()), refused, Ok(()), Ok(()), Ok(())]);
    let received = queue.receive(PLAIN, 10, Duration::from_secs(5), LONG).await;
    assert_eq!(received.expect("received").len(), 5);
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_is_not_taken_holds_no_other() {
    let queue = queue("refusing-letters", REJECTING).await;
    let direct = SqsQueue::new(
        client(endpoint()),
        Addresses::from_iter([(PLAIN, "refusing-letters".to_owned())]),
        connect(&empty_database().await).await,
    );
    assert!(
        send(&direct, &["odd", "a", "b"])
            .await
            .iter()
            .all(Result::is_ok)
    );
    for _ in 0..6 {
        let received = direct.receive(PLAIN, 10, Duration::ZERO, LONG).await;
        for message in received.expect("received") {
            let returned = direct.extend(PLAIN, &message.receipt, Duration::ZERO).await;
            returned.expect("returned");
        }
    }
    assert_eq!(direct.depth(PLAIN).await.expect("told").dead, 3);
    assert_eq!(queue.redrive(PLAIN, &[], 10).await, Ok(2));
    let remaining = queue.list_dead_letters(PLAIN, 10).await.expect("looked");
    assert_eq!(remaining.len(), 1);
    assert_eq!(remaining[0].body, "odd");
    // A redrive of this one alone returns the error.
    let alone = queue.redrive(PLAIN, &[remaining[0].id.clone()], 10).await;
    assert!(matches!(alone, Err(Error::Refused(_))), "{alone:?}");
}

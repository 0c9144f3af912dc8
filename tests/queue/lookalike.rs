//! What speaks like SQS and is not Amazon's: ministack behind a proxy that changes what is asked or answered.

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

/// What the proxy changes: the call's name, what is asked, and what is answered, which is there afterwards. An answer
/// that is there before is given instead of asking.
type Change = fn(&str, &mut Value, &mut Option<Value>);

async fn proxy(change: Change) -> String {
    let behind = endpoint();
    let client = reqwest::Client::new();
    let answer = async move |headers: HeaderMap, body: Bytes| -> Response {
        let target = headers.get("x-amz-target").expect("a call");
        let target = target.to_str().expect("text").to_owned();
        let call = target.rsplit('.').next().unwrap_or_default();
        let mut asked: Value = serde_json::from_slice(&body).expect("JSON");
        let mut answer = None;
        change(call, &mut asked, &mut answer);
        if let Some(refusal) = answer {
            return (StatusCode::BAD_REQUEST, refusal.to_string()).into_response();
        }
        let mut request = client.post(behind).body(asked.to_string());
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
        change(call, &mut asked, &mut answer);
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

async fn counts(queue: &SqsQueue) -> Vec<u32> {
    assert_eq!(send(queue, &["a"]).await, [Ok(())]);
    let mut counts = Vec::new();
    for _ in 0..3 {
        let received = queue.receive(PLAIN, 10, Duration::from_secs(5), LONG).await;
        let received = received.expect("received");
        counts.extend(received.iter().map(|message| message.receives));
        for message in received {
            let given = queue.extend(PLAIN, &message.receipt, Duration::ZERO).await;
            given.expect("given back");
        }
    }
    counts
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn receives_are_counted_by_either_name() {
    let old: Change = |_, asked, _| {
        drop(
            asked
                .as_object_mut()
                .map(|it| it.remove("MessageSystemAttributeNames")),
        );
    };
    let new: Change =
        |_, asked, _| drop(asked.as_object_mut().map(|it| it.remove("AttributeNames")));
    for (name, change) in [("old-names", old), ("new-names", new)] {
        let queue = queue(name, change).await;
        assert_eq!(counts(&queue).await, [1, 2, 3], "{name}");
    }
    // To whom neither says anything, each is the first.
    let neither: Change = |call, _, answer| {
        let messages = answer
            .iter_mut()
            .filter_map(|it| it["Messages"].as_array_mut());
        for message in messages.flatten().filter(|_| call == "ReceiveMessage") {
            message.as_object_mut().map(|it| it.remove("Attributes"));
        }
    };
    let queue = queue("no-names", neither).await;
    assert_eq!(counts(&queue).await, [1, 1, 1]);
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_a_receipt_holds_no_other() {
    let change: Change = |call, _, answer| {
        let messages = answer
            .iter_mut()
            .filter_map(|it| it["Messages"].as_array_mut());
        let odd = messages
            .flatten()
            .filter(|it| it["Body"] == "odd" && call == "ReceiveMessage");
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

/// Refuses each call with a message that it does not like.
const REFUSING: Change = |call, asked, answer| {
    let entries = asked["Entries"].as_array().into_iter().flatten();
    let odd = entries.filter(|it| it["MessageBody"] == "odd").count();
    if call == "SendMessageBatch" && odd > 0 && answer.is_none() {
        let code = "com.amazonaws.sqs#InvalidMessageContents";
        *answer = Some(json!({ "__type": code, "message": "no such characters" }));
    }
};

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_refused_for_one_message_is_none_for_the_others() {
    let queue = queue("refusing", REFUSING).await;
    let results = send(&queue, &["a", "b", "odd", "c", "d", "e"]).await;
    let refused = Err(Error::Refused("no such characters".to_owned()));
    assert_eq!(results, [Ok(()), Ok(()), refused, Ok(()), Ok(()), Ok(())]);
    let received = queue.receive(PLAIN, 10, Duration::from_secs(5), LONG).await;
    assert_eq!(received.expect("received").len(), 5);
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_is_not_taken_holds_no_other() {
    let queue = queue("refusing-letters", REFUSING).await;
    let straight = SqsQueue::new(
        client(endpoint()),
        Addresses::from_iter([(PLAIN, "refusing-letters".to_owned())]),
        connect(&empty_database().await).await,
    );
    assert!(
        send(&straight, &["odd", "a", "b"])
            .await
            .iter()
            .all(Result::is_ok)
    );
    for _ in 0..6 {
        let received = straight.receive(PLAIN, 10, Duration::ZERO, LONG).await;
        for message in received.expect("received") {
            let given = straight
                .extend(PLAIN, &message.receipt, Duration::ZERO)
                .await;
            given.expect("given back");
        }
    }
    assert_eq!(straight.depth(PLAIN).await.expect("told").dead, 3);
    assert_eq!(queue.redrive(PLAIN, &[], 10).await, Ok(2));
    let left = queue.dead(PLAIN, 10).await.expect("looked");
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].body, "odd");
    // Whoever asks for it alone hears why.
    let alone = queue.redrive(PLAIN, &[left[0].id.clone()], 10).await;
    assert!(matches!(alone, Err(Error::Refused(_))), "{alone:?}");
}

//! Events on SNS, with its real protocol and a queue that subscribes.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use coach_domain::queue::{Error, Outgoing};
use coach_tests::aws::sns as client;
use coach_workers::event::SnsTopic;
use serde_json::{Value, json};

use crate::fixture::{client as sqs, endpoint};

const MAYA: &str = "0195a1f0-7c00-7a4e-9d2b-3f6f0c1b2a4d";
const THEO: &str = "0195a1f0-7c00-7a4e-9d2b-3f6f0c1b2a4e";

/// A topic and a queue that subscribes to it.
struct Subscription {
    topic: SnsTopic,
    queue: String,
    endpoint: &'static str,
}

impl Subscription {
    async fn new(suffix: &str, filter: Option<Value>) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let endpoint = endpoint();
        let name = format!("events-{}{suffix}", COUNT.fetch_add(1, Ordering::Relaxed));
        let sns = client(endpoint);
        let mut create = sns.create_topic().name(&name);
        let mut subscriber = sqs(endpoint).create_queue().queue_name(&name);
        if !suffix.is_empty() {
            create = create.attributes("FifoTopic", "true");
            let fifo = aws_sdk_sqs::types::QueueAttributeName::FifoQueue;
            subscriber = subscriber.attributes(fifo, "true");
        }
        let arn = create.send().await.expect("created").topic_arn;
        let arn = arn.expect("an ARN");
        let queue = subscriber.send().await.expect("created").queue_url;
        let subscribed = sns
            .subscribe()
            .topic_arn(&arn)
            .protocol("sqs")
            .endpoint(format!("arn:aws:sqs:us-east-1:000000000000:{name}"))
            .attributes("RawMessageDelivery", "true");
        let subscribed = match filter {
            Some(filter) => subscribed.attributes("FilterPolicy", filter.to_string()),
            None => subscribed,
        };
        subscribed.send().await.expect("subscribed");
        Self {
            topic: SnsTopic::new(sns, arn),
            queue: queue.expect("a URL"),
            endpoint,
        }
    }

    /// The received messages, in order, until no more arrive.
    async fn received(&self) -> Vec<Value> {
        let mut received = Vec::new();
        loop {
            let some = sqs(self.endpoint)
                .receive_message()
                .queue_url(&self.queue)
                .max_number_of_messages(10)
                .wait_time_seconds(1)
                .send();
            let some = some.await.expect("received").messages.unwrap_or_default();
            if some.is_empty() {
                return received;
            }
            for message in some {
                let body = message.body().expect("a body");
                received.push(serde_json::from_str(body).expect("JSON"));
                let done = sqs(self.endpoint)
                    .delete_message()
                    .queue_url(&self.queue)
                    .receipt_handle(message.receipt_handle().expect("a receipt"));
                done.send().await.expect("deleted");
            }
        }
    }
}

fn event(number: usize, kind: &str, member: &str, padding: usize) -> Outgoing {
    let envelope = json!({
        "id": format!("0195a9c6-2e00-7c3a-8b1d-{number:012}"),
        "kind": kind,
        "version": 1,
        "occurredAt": "2026-03-18T12:00:00Z",
        "member": member,
        "payload": { "number": number, "padding": "a".repeat(padding) },
    });
    Outgoing::new(envelope.to_string())
}

fn numbers(received: &[Value]) -> Vec<u64> {
    let numbers = received.iter().map(|it| it["payload"]["number"].as_u64());
    numbers.map(|number| number.expect("a number")).collect()
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn events_reach_who_subscribes() {
    let subscribed = Subscription::new("", None).await;
    let events: Vec<_> = (0..10)
        .map(|number| event(number, "event.plan-started", MAYA, 0))
        .collect();
    let sent = subscribed.topic.send(&events).await;
    assert_eq!(sent, Ok(vec![Ok(()); 10]));
    let mut received = subscribed.received().await;
    received.sort_by_key(|it| it["payload"]["number"].as_u64());
    assert_eq!(numbers(&received), (0..10).collect::<Vec<_>>());
    let sent: Value = serde_json::from_str(&events[3].body).expect("JSON");
    assert_eq!(received[3], sent);
    assert_eq!(subscribed.topic.send(&[]).await, Ok(vec![]));
}

/// SNS itself filters by the attributes.
#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn subscribers_choose_by_attributes() {
    for (filter, expected) in [
        (json!({ "kind": ["event.plan-started"] }), vec![0]),
        (json!({ "member": [THEO] }), vec![1, 2]),
        (json!({ "version": [{ "numeric": [">=", 2] }] }), vec![]),
    ] {
        let subscribed = Subscription::new("", Some(filter)).await;
        let events = [
            event(0, "event.plan-started", MAYA, 0),
            event(1, "event.cycle-started", THEO, 0),
            event(2, "event.cycle-started", THEO, 0),
        ];
        let sent = subscribed.topic.send(&events).await;
        assert_eq!(sent, Ok(vec![Ok(()); 3]));
        let mut received = numbers(&subscribed.received().await);
        received.sort_unstable();
        assert_eq!(received, expected);
    }
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn where_order_is_kept_a_member_has_theirs() {
    let subscribed = Subscription::new(".fifo", None).await;
    assert!(subscribed.topic.keeps_order());
    let events: Vec<_> = (0..8)
        .map(|number| {
            event(
                number,
                "event.plan-started",
                if number % 2 == 0 { MAYA } else { THEO },
                0,
            )
        })
        .collect();
    for _ in 0..2 {
        // The repeated send is deduplicated.
        let sent = subscribed.topic.send(&events).await;
        assert_eq!(sent, Ok(vec![Ok(()); 8]));
    }
    let received = subscribed.received().await;
    assert_eq!(received.len(), 8);
    for member in [MAYA, THEO] {
        let own: Vec<_> = received
            .iter()
            .filter(|it| it["member"] == member)
            .cloned()
            .collect();
        let numbers = numbers(&own);
        assert!(numbers.is_sorted() && numbers.len() == 4, "{numbers:?}");
    }
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_keeps_nothing_else_from_going() {
    const MAX: usize = 262_144;
    let subscribed = Subscription::new("", None).await;
    let events = [
        event(0, "event.plan-started", MAYA, MAX / 2),
        event(1, "event.plan-started", MAYA, MAX),
        Outgoing::new("no event"),
        event(3, "event.plan-started", MAYA, MAX / 2),
        event(4, "event.plan-started", MAYA, 0),
    ];
    let sent = subscribed.topic.send(&events).await.expect("answered");
    assert_eq!((&sent[0], &sent[4]), (&Ok(()), &Ok(())));
    assert!(matches!(sent[1], Err(Error::Refused(_))), "{sent:?}");
    assert!(matches!(sent[2], Err(Error::Refused(_))), "{sent:?}");
    assert!(matches!(sent[3], Err(Error::Unavailable(_))), "{sent:?}");
    // It can be sent with another call.
    assert_eq!(subscribed.topic.send(&events[3..4]).await, Ok(vec![Ok(())]));
    let mut received = numbers(&subscribed.received().await);
    received.sort_unstable();
    assert_eq!(received, [0, 3, 4]);
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test]
async fn a_topic_that_is_not_there_says_what_to_do() {
    let endpoint = endpoint();
    let arn = "arn:aws:sns:us-east-1:000000000000:nowhere";
    let topic = SnsTopic::new(client(endpoint), arn);
    let sent = topic.send(&[event(0, "event.plan-started", MAYA, 0)]).await;
    let Err(Error::Misconfigured(why)) = sent else {
        panic!("{sent:?}");
    };
    assert!(why.contains("nowhere: create it"), "{why}");
}

#[tokio::test]
async fn without_sns_it_is_unavailable() {
    // Nothing listens on this port, which is that of the discard protocol.
    let arn = "arn:aws:sns:us-east-1:000000000000:events";
    let topic = SnsTopic::new(client("http://127.0.0.1:9"), arn);
    let events = [event(0, "event.plan-started", MAYA, 0)];
    let sent = tokio::time::timeout(Duration::from_secs(30), topic.send(&events)).await;
    let Ok(Err(Error::Unavailable(why))) = sent else {
        panic!("{sent:?}");
    };
    // The error has the cause.
    assert!(why.contains("refused"), "{why}");
}

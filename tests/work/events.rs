//! Events, from the mutation to the subscribers of the topic on SNS.

use std::{path::Path, sync::LazyLock};

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System, QueueAttributeName};
use coach_domain::queue::QueueName;
use coach_tests::{Ministack, aws};
use coach_workers::{
    event::SnsTopic,
    relay::{DEFAULT_POLL_INTERVAL, Destination, Relay, Route},
};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::{
    fixture::{BackgroundTask, Fixture, until},
    gateway::Gateway,
    letters::member,
};

pub(crate) const CONSENTS: &str = include_str!("../../schema/operations/UpdateConsents.graphql");

static MINISTACK: LazyLock<Ministack> =
    LazyLock::new(|| Ministack::beside(env!("CARGO_TARGET_TMPDIR"), "sqs,sns"));

/// A topic with a queue that subscribes to it.
struct Subscription {
    topic: SnsTopic,
    sqs: aws_sdk_sqs::Client,
    queue: String,
}

impl Subscription {
    async fn new(name: &str) -> Self {
        let endpoint = MINISTACK.endpoint();
        let (sns, sqs) = (aws::sns(endpoint), aws::sqs(endpoint));
        let mut topic = sns.create_topic().name(name);
        let mut queue = sqs.create_queue().queue_name(name);
        if Path::new(name).extension().is_some() {
            topic = topic.attributes("FifoTopic", "true");
            queue = queue.attributes(QueueAttributeName::FifoQueue, "true");
        }
        let topic = topic.send().await.expect("created").topic_arn;
        let topic = topic.expect("an ARN");
        let queue = queue.send().await.expect("created").queue_url;
        let subscribed = sns
            .subscribe()
            .topic_arn(&topic)
            .protocol("sqs")
            .endpoint(format!("arn:aws:sqs:us-east-1:000000000000:{name}"))
            .attributes("RawMessageDelivery", "true");
        subscribed.send().await.expect("subscribed");
        Self {
            topic: SnsTopic::new(sns, topic),
            sqs,
            queue: queue.expect("a URL"),
        }
    }

    /// The messages received by now, with all attributes.
    async fn received(&self) -> Vec<Message> {
        let received = self
            .sqs
            .receive_message()
            .queue_url(&self.queue)
            .max_number_of_messages(10)
            .wait_time_seconds(1)
            .message_attribute_names("All")
            .message_system_attribute_names(System::All);
        let received = received.send().await.expect("received");
        received.messages.unwrap_or_default()
    }

    /// Relays events to the topic, until all are marked as sent.
    async fn relay(&self, fixture: &Fixture) {
        let relay = Relay {
            pool: fixture.pool.clone(),
            objects: fixture.objects.clone(),
            clock: fixture.clock.clone(),
            rate: None,
            poll_interval: DEFAULT_POLL_INTERVAL,
        };
        let route = Route {
            name: QueueName::Events,
            keeps_order: self.topic.keeps_order(),
            destination: Some(Destination::Topic(self.topic.clone())),
        };
        let running = BackgroundTask::start(|stop| relay.run(vec![route], stop));
        until("all events are sent", async || {
            let unsent = "SELECT envelope FROM outbox WHERE queue = 'events' AND sent_at IS NULL";
            fixture.rows::<Row>(unsent).await.is_empty()
        })
        .await;
        running.stop().await;
    }
}

#[derive(FromQueryResult)]
struct Row {
    envelope: String,
}

/// Makes two changes of a member's, and returns their events with their sequence numbers.
async fn change(fixture: &Fixture) -> Vec<Value> {
    let gateway = Gateway::start(fixture).await;
    for (key, granted) in [("1", true), ("2", false)] {
        let consents = json!([{ "purpose": "PARTNER_SHARING", "granted": granted }]);
        let input = json!({ "idempotencyKey": key, "consents": consents });
        // Sent twice, as by a client that did not get the response.
        for _ in 0..2 {
            gateway.change("maya", CONSENTS, input.clone()).await;
        }
    }
    let enqueued =
        "SELECT jsonb_set(envelope::jsonb, '{sequence}', to_jsonb(sequence))::text AS envelope
        FROM outbox WHERE queue = 'events' ORDER BY sequence";
    let enqueued = fixture.rows::<Row>(enqueued).await.into_iter();
    let enqueued = enqueued.map(|row| serde_json::from_str(&row.envelope).expect("JSON"));
    enqueued.collect()
}

fn body(message: &Message) -> Value {
    serde_json::from_str(message.body().expect("a body")).expect("JSON")
}

/// The attributes of a message: name, type and value, sorted.
fn attributes(message: &Message) -> Vec<(&str, &str, &str)> {
    let attributes = message.message_attributes().expect("attributes").iter();
    let attributes = attributes.map(|(name, it)| {
        let value = it.string_value().expect("a text");
        (name.as_str(), it.data_type(), value)
    });
    let mut attributes: Vec<_> = attributes.collect();
    attributes.sort_unstable();
    attributes
}

/// Fails unless a message has the envelope and the attributes that `docs/EVENTS.md` describes.
fn assert_as_documented(message: &Message, enqueued: &Value) {
    assert_eq!(body(message), *enqueued);
    assert_eq!(enqueued["kind"], "event.consent-changed");
    let member = enqueued["member"].as_str().expect("a member");
    assert_eq!(
        attributes(message),
        [
            ("kind", "String", "event.consent-changed"),
            ("member", "String", member),
            ("version", "Number", "1"),
        ]
    );
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_mutation_causes_reaches_subscribers_once() {
    let subscribed = Subscription::new("work-events").await;
    let fixture = Fixture::seeded().await;
    let enqueued = change(&fixture).await;
    assert_eq!(enqueued.len(), 2);
    let maya = member(&fixture, "maya").await.0.to_string();
    assert!(
        enqueued.iter().all(|it| it["member"] == maya),
        "{enqueued:?}"
    );
    subscribed.relay(&fixture).await;
    let received = subscribed.received().await;
    assert_eq!(received.len(), 2, "{received:?}");
    for event in &enqueued {
        let mut found = received.iter().filter(|it| body(it)["id"] == event["id"]);
        let message = found.next().expect("it came");
        assert_as_documented(message, event);
        // A standard topic has neither group nor deduplication id.
        let attributes = message.attributes().expect("attributes");
        assert!(
            !attributes.contains_key(&System::MessageGroupId),
            "{attributes:?}"
        );
    }
    // Sent events are not sent again.
    subscribed.relay(&fixture).await;
    assert!(subscribed.received().await.is_empty());
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn where_order_is_kept_group_and_deduplication_are_member_and_event() {
    let subscribed = Subscription::new("work-events.fifo").await;
    let fixture = Fixture::seeded().await;
    let enqueued = change(&fixture).await;
    subscribed.relay(&fixture).await;
    // A relay that crashed before it marked them sends them again, and SNS drops them by their ids.
    fixture
        .execute("UPDATE outbox SET sent_at = NULL, leased_until = NULL WHERE queue = 'events'")
        .await;
    subscribed.relay(&fixture).await;
    let received = subscribed.received().await;
    assert_eq!(received.len(), 2, "{received:?}");
    for (message, event) in received.iter().zip(&enqueued) {
        assert_as_documented(message, event);
        let attributes = message.attributes().expect("attributes");
        assert_eq!(attributes[&System::MessageGroupId], event["member"]);
        assert_eq!(attributes[&System::MessageDeduplicationId], event["id"]);
    }
    assert!(subscribed.received().await.is_empty());
}

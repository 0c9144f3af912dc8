//! Behaviour that is specific to the queue on SQS.

use std::time::Duration;

use coach_domain::queue::{Error, MAX_BYTES, Outgoing, Queue, QueueName};
use coach_workers::queue::{
    SqsQueue,
    sqs::{self, Addresses},
};

use crate::fixture::{LONG, PLAIN, client, connect, empty_database, endpoint, sqs as fixture};

async fn queue(endpoint: &str, address: String) -> SqsQueue {
    let database = connect(&empty_database().await).await;
    let addresses = Addresses::from_iter([(PLAIN, address)]);
    SqsQueue::new(client(endpoint), addresses, database)
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test]
async fn a_queue_that_is_not_there_says_what_to_do() {
    let endpoint = endpoint();
    let by_name = "nowhere".to_owned();
    let by_url = format!("{endpoint}/000000000000/nowhere");
    for address in [by_name, by_url] {
        let queue = queue(endpoint, address).await;
        let received = queue.receive(PLAIN, 1, Duration::ZERO, LONG).await;
        let Err(missing @ Error::NotFound(_)) = received else {
            panic!("{received:?}");
        };
        let why = missing.to_string();
        assert!(why.contains("nowhere: create it"), "{why}");
        let sent = queue.send(PLAIN, &[Outgoing::new("a")]).await;
        assert!(matches!(sent, Err(Error::NotFound(_))), "{sent:?}");
        // Nor is there a queue without an address.
        let depth = queue.depth(QueueName::Webhooks).await;
        assert!(matches!(depth, Err(Error::Misconfigured(_))), "{depth:?}");
    }
}

#[tokio::test]
async fn without_sqs_it_is_unavailable() {
    // Nothing listens on this port, which is that of the discard protocol.
    let endpoint = "http://127.0.0.1:9";
    let queue = queue(endpoint, format!("{endpoint}/000000000000/email")).await;
    let sent = queue.send(PLAIN, &[Outgoing::new("a")]).await;
    let Err(Error::Unavailable(why)) = sent else {
        panic!("{sent:?}");
    };
    // The error has the cause.
    assert!(why.contains("refused"), "{why}");
    let received = queue.receive(PLAIN, 1, Duration::ZERO, LONG).await;
    assert!(
        matches!(received, Err(Error::Unavailable(_))),
        "{received:?}"
    );
}

#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test]
async fn an_address_is_a_name_or_a_url() {
    let endpoint = endpoint();
    let client = client(endpoint);
    sqs::create(&client, "addressed").await.expect("created");
    // It may exist already.
    sqs::create(&client, "addressed").await.expect("created");
    let url = client.get_queue_url().queue_name("addressed").send().await;
    let url = url.expect("a response").queue_url.expect("a URL");
    let by_name = queue(endpoint, "addressed".to_owned()).await;
    let by_url = queue(endpoint, url).await;
    let sent = by_name.send(PLAIN, &[Outgoing::new("a")]).await;
    assert_eq!(sent, Ok(vec![Ok(())]));
    let received = by_url.receive(PLAIN, 10, Duration::ZERO, LONG).await;
    assert_eq!(received.expect("received").len(), 1);
    let depth = by_url.depth(PLAIN).await.expect("told");
    assert_eq!((depth.in_flight, depth.dead), (1, 0));
}

/// Messages of the maximum size do not fit into one call.
#[cfg_attr(without_ministack, ignore = "there is no ministack (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn long_letters_are_redriven_in_several_calls() {
    let fixture = fixture().await;
    for _ in 0..3 {
        fixture.send(&[&"a".repeat(MAX_BYTES)]).await;
    }
    fixture.dead_letter_all(PLAIN).await;
    assert_eq!(fixture.queue.redrive(PLAIN, &[], 10).await, Ok(3));
    assert_eq!(fixture.receive().await.len(), 3);
    assert_eq!(fixture.queue.depth(PLAIN).await.expect("told").dead, 0);
}

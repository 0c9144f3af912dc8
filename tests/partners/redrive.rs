//! A redriven dead letter is sent only to the partners that have not accepted it yet.

use std::time::Duration;

use coach_domain::{
    database::Session,
    queue::{DeadLetters as _, Operations as _, Outgoing, Queue as _, QueueName},
};
use coach_workers::{consumer::Ack, queue::PostgresQueue};
use sea_orm::{TransactionSession as _, TransactionTrait as _};

use crate::{
    fixture::{Fixture, partner},
    server::{Reply, Server},
};

const QUEUE: QueueName = QueueName::PartnerSync;

#[tokio::test]
async fn who_has_accepted_it_does_not_get_it_again() {
    let (acme, emca) = (Server::start().await, Server::start().await);
    let partners = [partner("acme", &acme.url()), partner("emca", &emca.url())];
    let fixture = Fixture::new(partners).await;
    let queue = PostgresQueue::new_unchecked(fixture.database.clone(), []);
    let envelope = fixture.withdrawal();
    let body = serde_json::to_string(&envelope).expect("JSON");
    queue
        .send(QUEUE, &[Outgoing::new(body)])
        .await
        .expect("sent");
    emca.always(Reply::new(503));
    let consume_next = async || {
        let received = queue
            .receive(QUEUE, 1, Duration::ZERO, Duration::from_mins(1))
            .await;
        let [message] = &received.expect("received")[..] else {
            panic!("one message");
        };
        let envelope = serde_json::from_str(&message.body).expect("an envelope");
        let ack = fixture.consume(&envelope, message.receives).await;
        // It becomes visible at once, as after its visibility timeout, or after a crash before it was deleted.
        let returned = queue.extend(QUEUE, &message.receipt, Duration::ZERO);
        returned.await.expect("returned");
        fixture.clock.advance(60);
        ack
    };
    for _ in 0..5 {
        assert!(matches!(consume_next().await, Ack::Retry { .. }));
    }
    assert_eq!(
        queue
            .list_dead_letters(QUEUE, 10)
            .await
            .expect("looked")
            .len(),
        1
    );
    assert_eq!((acme.request_count(), emca.request_count()), (1, 5));

    // After a rollback nothing is redriven.
    let session = Session::new(fixture.database.clone(), tracing::Span::none());
    let transaction = session.begin().await.expect("begun");
    let redriven = queue.redrive_in(&transaction, QUEUE, &[], 10).await;
    assert_eq!(redriven, Ok(1));
    transaction.rollback().await.expect("undone");
    assert_eq!(queue.depth(QUEUE).await.expect("told").dead, 1);
    let transaction = session.begin().await.expect("begun");
    let redriven = queue.redrive_in(&transaction, QUEUE, &[], 10).await;
    assert_eq!(redriven, Ok(1));
    transaction.commit().await.expect("committed");

    emca.always(Reply::new(204));
    for _ in 0..2 {
        assert_eq!(consume_next().await, Ack::Done);
    }
    assert_eq!((acme.request_count(), emca.request_count()), (1, 6));
    assert_eq!(
        fixture.inbox_entries(envelope.id).await,
        ["partner:acme", "partner:emca"]
    );
}

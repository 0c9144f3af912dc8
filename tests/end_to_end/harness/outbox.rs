//! The messages that commands enqueue. No relay runs in these tests: each test takes the messages that it expects, and
//! fails if any are left when its app is dropped.

use std::thread;

use coach_domain::{
    database::{self, Options, PoolMode},
    queue::{Envelope, QueueName},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{TestApp, response::assert_whole_seconds};

/// An unsent message in the outbox, as a relay would find it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EnqueuedMessage {
    pub(crate) queue: QueueName,
    pub(crate) envelope: Envelope,
}

/// The kinds of messages.
pub(crate) fn kinds(enqueued: &[EnqueuedMessage]) -> Vec<&str> {
    let kinds = enqueued
        .iter()
        .map(|message| message.envelope.kind.as_str());
    kinds.collect()
}

impl TestApp {
    /// Removes the unsent messages from the outbox and returns them by queue, then by kind, then in the order of the
    /// commits.
    pub(crate) async fn take_outbox(&self) -> Vec<EnqueuedMessage> {
        take(&self.url).await
    }

    /// Removes the unsent messages from the outbox and returns their kinds.
    pub(crate) async fn take_outbox_kinds(&self) -> Vec<String> {
        let enqueued = self.take_outbox().await;
        kinds(&enqueued).into_iter().map(str::to_owned).collect()
    }
}

/// Uses a connection of its own: one of the app's may lead to a server that no longer is the database's.
async fn take(url: &str) -> Vec<EnqueuedMessage> {
    let single = Options {
        max_connections: 1,
        // The test may use a pooler. This mode works without one, too.
        pool_mode: PoolMode::Transaction,
        ..Options::default()
    };
    let pool = database::connect(url, &single).await;
    let pool = pool.expect("the test's database is still there");
    let sql = "DELETE FROM outbox WHERE sent_at IS NULL RETURNING queue, envelope";
    let rows = pool.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
    let rows = rows.await.expect(sql);
    pool.close().await;
    let enqueued = rows.iter().map(|row| {
        let queue: String = row.try_get_by_index(0).expect("a queue");
        let envelope: String = row.try_get_by_index(1).expect("an envelope");
        let message = EnqueuedMessage {
            queue: queue.parse().expect("a queue of ours"),
            envelope: serde_json::from_str(&envelope).expect("an envelope"),
        };
        // Messages for other systems.
        if [QueueName::Events, QueueName::PartnerSync].contains(&message.queue) {
            assert_whole_seconds(&serde_json::from_str(&envelope).expect("JSON"));
        }
        message
    });
    let mut enqueued: Vec<_> = enqueued.collect();
    enqueued.sort_by(|one, other| {
        let key =
            |it: &EnqueuedMessage| (it.queue.as_str(), it.envelope.kind.clone(), it.envelope.id);
        key(one).cmp(&key(other))
    });
    enqueued
}

/// Fails if the outbox has unsent messages. It blocks, for use in `drop`, which cannot await.
pub(super) fn assert_outbox_empty(url: &str) {
    let url = url.to_owned();
    // The test's own runtime may be blocked by this call.
    let left = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(take(&url))
    });
    let left = left.join().expect("the outbox was read");
    assert!(
        left.is_empty(),
        "the test did not expect what is owed: {left:#?}"
    );
}

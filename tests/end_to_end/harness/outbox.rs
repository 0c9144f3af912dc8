//! What commands owe. No relay runs in these tests, so each test takes what it expects, and what is left when its app is
//! dropped fails it.

use std::thread;

use coach_domain::{
    database::{self, Options, PoolMode},
    queue::{Envelope, QueueName},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{TestApp, answer::assert_whole_seconds};

/// A side effect, as a relay would find it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Owed {
    pub(crate) queue: QueueName,
    pub(crate) envelope: Envelope,
}

/// What effects are called.
pub(crate) fn kinds(owed: &[Owed]) -> Vec<&str> {
    let kinds = owed.iter().map(|effect| effect.envelope.kind.as_str());
    kinds.collect()
}

impl TestApp {
    /// Takes what is owed out of the outbox: by queue, then by kind, then in the order of the commits.
    pub(crate) async fn owed(&self) -> Vec<Owed> {
        take(&self.url).await
    }

    /// Takes what is owed, and returns what it is called.
    pub(crate) async fn owed_kinds(&self) -> Vec<String> {
        let owed = self.owed().await;
        kinds(&owed).into_iter().map(str::to_owned).collect()
    }
}

/// By a connection of its own: one of the app's may lead to a server that was the database's before.
async fn take(url: &str) -> Vec<Owed> {
    let single = Options {
        max_connections: 1,
        // The test may go through a pooler; this works without one, too.
        pool_mode: PoolMode::Transaction,
        ..Options::default()
    };
    let pool = database::connect(url, &single).await;
    let pool = pool.expect("the test's database is still there");
    let sql = "DELETE FROM outbox WHERE sent_at IS NULL RETURNING queue, envelope";
    let rows = pool.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
    let rows = rows.await.expect(sql);
    pool.close().await;
    let owed = rows.iter().map(|row| {
        let queue: String = row.try_get_by_index(0).expect("a queue");
        let envelope: String = row.try_get_by_index(1).expect("an envelope");
        let owed = Owed {
            queue: queue.parse().expect("a queue of ours"),
            envelope: serde_json::from_str(&envelope).expect("an envelope"),
        };
        // What others get.
        if [QueueName::Events, QueueName::PartnerSync].contains(&owed.queue) {
            assert_whole_seconds(&serde_json::from_str(&envelope).expect("JSON"));
        }
        owed
    });
    let mut owed: Vec<_> = owed.collect();
    owed.sort_by(|one, other| {
        let key = |of: &Owed| (of.queue.as_str(), of.envelope.kind.clone(), of.envelope.id);
        key(one).cmp(&key(other))
    });
    owed
}

/// Fails when a database still owes something. Blocks: it is for `drop`, where nothing can be awaited.
pub(super) fn assert_nothing_owed(url: &str) {
    let url = url.to_owned();
    // The test's own runtime may be the one that is blocked.
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

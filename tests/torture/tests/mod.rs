//! A short campaign, as `make test` runs it, and what the checker reports when faults are planted.

mod planted;
mod release;
mod short;

use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use crate::{process, stage::Postgres};

/// Held by the running test: each of these tests needs the machine for itself.
static TEST_LOCK: Mutex<()> = Mutex::const_new(());

/// A Postgres server for one test, stopped when dropped.
struct Fixture {
    postgres: Arc<Postgres>,
    home: std::path::PathBuf,
    _lock: MutexGuard<'static, ()>,
}

impl Fixture {
    async fn start() -> Self {
        let lock = TEST_LOCK.lock().await;
        let home = process::target().unwrap().join("tmp/torture");
        let postgres = Postgres::start(home.clone(), None).await.unwrap();
        Self {
            postgres: Arc::new(postgres),
            home,
            _lock: lock,
        }
    }
}

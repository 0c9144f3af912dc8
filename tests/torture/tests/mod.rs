//! The campaign in short, as `make test` runs it, and what the checker says when something is planted.

mod planted;
mod release;
mod short;

use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use crate::{process, stage::Postgres};

/// Whose turn it is: each of these tests wants the machine for itself.
static TURN: Mutex<()> = Mutex::const_new(());

/// A server for one test, stopped when dropped.
struct Stage {
    postgres: Arc<Postgres>,
    home: std::path::PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    async fn set() -> Self {
        let turn = TURN.lock().await;
        let home = process::target().unwrap().join("tmp/torture");
        let postgres = Postgres::start(home.clone(), None).await.unwrap();
        Self {
            postgres: Arc::new(postgres),
            home,
            _turn: turn,
        }
    }
}

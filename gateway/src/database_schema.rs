//! Whether the database has all tables that this version of the program needs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use coach_domain::database::Pool;
use coach_migrations::Migrations;

/// How often to look whether a missing migration has been run.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Remembers whether all migrations of this version have been run. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct DatabaseSchema(Arc<AtomicBool>);

impl DatabaseSchema {
    /// Whether the database has all tables. Once it has, the result is cached: no migration removes what the previous
    /// version needs.
    pub async fn is_complete(&self, database: &Pool) -> bool {
        let complete = self.0.load(Ordering::Relaxed)
            || (coach_migrations::compare(database).await)
                .is_ok_and(|found| found.pending.is_empty());
        if complete {
            self.0.store(true, Ordering::Relaxed);
        }
        complete
    }

    /// Spawns a task that polls until the database has all tables. It logs which migrations are missing, or that the
    /// database is newer than this version.
    pub fn watch(database: Pool) -> Self {
        let schema = Self::default();
        let complete = Arc::downgrade(&schema.0);
        tokio::spawn(async move {
            let mut logged = false;
            while let Some(complete) = complete.upgrade() {
                // An unreachable database is logged elsewhere.
                if let Ok(found) = coach_migrations::compare(&database).await {
                    log(&found, logged);
                    logged = true;
                    if found.pending.is_empty() {
                        complete.store(true, Ordering::Relaxed);
                        return;
                    }
                }
                drop(complete);
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        });
        schema
    }
}

/// Missing migrations are logged once, unless `logged` says that this happened already.
fn log(found: &Migrations, logged: bool) {
    let Migrations { pending, unknown } = found;
    if !pending.is_empty() && !logged {
        tracing::error!(
            missing = pending.join(", "),
            mend = "run `coach migrate` of this version",
            "the database is older than this version; requests are not served until it is migrated"
        );
    }
    if pending.is_empty() && logged {
        tracing::info!("the database has all tables now");
    }
    if pending.is_empty() && !unknown.is_empty() {
        tracing::warn!(
            unknown = unknown.join(", "),
            "the database is newer than this version, which is compatible with it"
        );
    }
}

//! Whether the database has the tables of this version.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use coach_domain::database::Pool;
use coach_migrations::Migrations;

/// How soon a migration is noticed that was missing at the start.
const INTERVAL: Duration = Duration::from_secs(2);

/// Whether what this version reads and writes is there. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Schema(Arc<AtomicBool>);

impl Schema {
    /// Whether the database has all tables. It is not asked again once it has: no version takes away what the one
    /// before needs.
    pub async fn is_complete(&self, database: &Pool) -> bool {
        let complete = self.0.load(Ordering::Relaxed)
            || (coach_migrations::compare(database).await)
                .is_ok_and(|found| found.pending.is_empty());
        if complete {
            self.0.store(true, Ordering::Relaxed);
        }
        complete
    }

    /// Looks until the database has all tables, and says in the log what is missing, or that it is newer.
    pub fn watch(database: Pool) -> Self {
        let schema = Self::default();
        let complete = Arc::downgrade(&schema.0);
        tokio::spawn(async move {
            let mut told = false;
            while let Some(complete) = complete.upgrade() {
                // That the database is away is told elsewhere.
                if let Ok(found) = coach_migrations::compare(&database).await {
                    tell(&found, told);
                    told = true;
                    if found.pending.is_empty() {
                        complete.store(true, Ordering::Relaxed);
                        return;
                    }
                }
                drop(complete);
                tokio::time::sleep(INTERVAL).await;
            }
        });
        schema
    }
}

fn tell(found: &Migrations, told: bool) {
    let Migrations { pending, unknown } = found;
    if !pending.is_empty() && !told {
        tracing::error!(
            missing = pending.join(", "),
            mend = "run `coach migrate` of this version",
            "the database is older than this version; requests are not served until it is migrated"
        );
    }
    if pending.is_empty() && told {
        tracing::info!("the database has all tables now");
    }
    if pending.is_empty() && !unknown.is_empty() {
        tracing::warn!(
            unknown = unknown.join(", "),
            "the database is newer than this version, which works with it all the same"
        );
    }
}

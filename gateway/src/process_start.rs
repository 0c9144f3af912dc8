//! Records the start of this process, for operators to see what is deployed.

use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Pool,
    process_start::{self, ProcessRole},
};

use crate::settings::Settings;

/// Records in the background that this process has started. A failure is logged: a process starts without the database,
/// too.
pub fn record(pool: Pool, role: ProcessRole, settings: &Settings) {
    let deployment = settings.deployment.clone();
    let now = SystemClock.now();
    tokio::spawn(async move {
        let version = env!("CARGO_PKG_VERSION");
        let recorded = process_start::record(&pool, role, version, deployment.as_deref(), now);
        if let Err(error) = recorded.await {
            tracing::warn!(
                error = error.message_with_cause(),
                "the start of this process was not recorded"
            );
        }
    });
}

//! Following a standby: this process renews its lease on the primary, and sees how soon the standby shows that.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use opentelemetry::{global, metrics::Histogram};
use sea_orm::{ConnectionTrait as _, DbErr};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{Standby, reads};
use crate::database::{pool::Pool, statement};

/// In seconds.
static LAG: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter("coach")
        .f64_histogram("coach.replica.lag")
        .with_unit("s")
        .with_description("Time from a commit on the primary until the replica showed it.")
        .with_boundaries(vec![
            0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0,
        ])
        .build()
});

/// Renews the lease, and records how fresh the standby is.
pub(super) struct Follower {
    primary: Pool,
    standby: Arc<Standby>,
    process: Uuid,
    /// The number of the last renewal.
    renewal: i64,
    /// Whether the standby showed the last renewal in time. Only then is the next one a lease.
    keeps_up: bool,
    /// When the last renewal began, if it was a lease and was shown in time.
    leased_at: Option<Instant>,
    /// Whether it was last logged that the standby is used.
    logged: Option<bool>,
}

/// Why the standby cannot be used.
enum Obstruction {
    /// The lease was not renewed.
    NotRenewed(DbErr),
    /// The standby did not show the renewal in time.
    Behind,
    /// The standby did not answer, or not without this error.
    NoAnswer(DbErr),
}

impl Follower {
    pub(super) fn new(primary: Pool, standby: Arc<Standby>, process: Uuid) -> Self {
        Self {
            primary,
            standby,
            process,
            renewal: 0,
            keeps_up: false,
            leased_at: None,
            logged: None,
        }
    }

    pub(super) async fn run(mut self) {
        reads::start_counting();
        self.delete_old().await;
        let interval = self.standby.max_renewal_interval() / 2;
        loop {
            let begun = Instant::now();
            match self.renew(begun).await {
                Ok(()) => self.record_shown(begun),
                Err(obstruction) => self.record_obstruction(&obstruction),
            }
            sleep_until(begun + interval).await;
        }
    }

    /// Deletes the rows of processes that ended long ago.
    async fn delete_old(&self) {
        let sql = "
            DELETE FROM replica_lease
            WHERE expires_at < clock_timestamp() - INTERVAL '1 day'";
        if let Err(error) = self.primary.execute_raw(statement(sql, [])).await {
            tracing::debug!(%error, "old leases of the replica were not deleted");
        }
    }

    /// Renews the lease, and waits until the standby shows that.
    async fn renew(&mut self, begun: Instant) -> Result<(), Obstruction> {
        self.renewal += 1;
        let lease = if self.keeps_up {
            self.standby.lease()
        } else {
            // The standby will not be used, so nobody has to wait for this to expire.
            Duration::ZERO
        };
        // An earlier lease is never shortened: the standby may still be used by it.
        let sql = "
            INSERT INTO replica_lease (process, renewal, expires_at)
            VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
            ON CONFLICT (process) DO UPDATE
            SET renewal = EXCLUDED.renewal,
                expires_at = GREATEST(replica_lease.expires_at, EXCLUDED.expires_at)";
        let values = [
            self.process.into(),
            self.renewal.into(),
            lease.as_secs_f64().into(),
        ];
        let renewed = self.primary.execute_raw(statement(sql, values)).await;
        renewed.map_err(Obstruction::NotRenewed)?;
        let renewed_at = Instant::now();
        // A server that was promoted shows the row until it is renewed, but is no standby of this primary.
        let sql = "
            SELECT FROM replica_lease
            WHERE process = $1 AND renewal >= $2 AND pg_is_in_recovery()";
        let values = [self.process.into(), self.renewal.into()];
        let question = statement(sql, values);
        let deadline = begun + self.standby.max_lag();
        let shown = self.standby.answers(&question, deadline).await;
        shown.map_err(|error| error.map_or(Obstruction::Behind, Obstruction::NoAnswer))?;
        LAG.record(renewed_at.elapsed().as_secs_f64(), &[]);
        Ok(())
    }

    /// The standby shows the renewal that began at `begun`, and so everything that was committed before. It may be used if
    /// the renewal before was a lease, and was not long ago: whoever committed since has seen that lease.
    fn record_shown(&mut self, begun: Instant) {
        let interval = self.standby.max_renewal_interval();
        let was_leased = self.leased_at.is_some_and(|at| begun - at <= interval);
        if self.keeps_up && was_leased {
            self.standby.set_fresh_at(begun);
            if self.logged.replace(true) != Some(true) {
                tracing::info!("queries are read from the replica");
            }
        }
        self.leased_at = self.keeps_up.then_some(begun);
        self.keeps_up = true;
    }

    fn record_obstruction(&mut self, obstruction: &Obstruction) {
        (self.keeps_up, self.leased_at) = (false, None);
        if self.logged.replace(false) == Some(false) {
            return;
        }
        let max_lag = format!("{} ms", self.standby.max_lag().as_millis());
        match obstruction {
            Obstruction::NotRenewed(error) => {
                tracing::warn!(%error, "queries are read from the primary: the lease of the replica cannot be renewed");
            }
            Obstruction::Behind => {
                tracing::warn!(
                    max_lag,
                    "queries are read from the primary: the replica is too far behind, or is no standby of this primary"
                );
            }
            Obstruction::NoAnswer(error) => {
                tracing::warn!(%error, "queries are read from the primary: the replica does not answer");
            }
        }
    }
}

//! The standby, and how fresh it is known to be.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sea_orm::{DbErr, Statement};
use tokio::time::{Instant, sleep, timeout_at};

use crate::database::{
    lease::{Call, Rows},
    pool::Pool,
};

/// The pauses between two questions to the standby, from the first to the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// What queries and the follower share about the standby.
#[derive(Debug)]
pub(super) struct Standby {
    pool: Pool,
    max_lag: Duration,
    /// A moment up to which it is known to show everything.
    fresh_at: Mutex<Option<Instant>>,
}

impl Standby {
    pub(super) fn new(pool: Pool, max_lag: Duration) -> Self {
        Self {
            pool,
            max_lag,
            fresh_at: Mutex::default(),
        }
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(super) fn max_lag(&self) -> Duration {
        self.max_lag
    }

    /// How long a lease lasts. Each use of the standby ends half of `max_lag` before the lease that it relies on, which is
    /// by how much the clock of the primary may be set forward meanwhile.
    pub(super) fn lease(&self) -> Duration {
        2 * self.max_lag
    }

    /// How long ago the renewal before may have begun.
    pub(super) fn max_renewal_interval(&self) -> Duration {
        self.max_lag / 2
    }

    /// Whether it shows all that was committed up to `max_lag` ago. It does not count as fresh after a connection to it
    /// was found broken: a server that has crashed, or another one at the same address, may show an older state.
    pub(super) fn is_fresh(&self) -> bool {
        let fresh_at = *self.fresh_at();
        fresh_at.is_some_and(|at| {
            let suspected_at = self.pool.suspected_at();
            at.elapsed() < self.max_lag && suspected_at.is_none_or(|suspected| suspected < at)
        })
    }

    /// Records that it shows all that was committed before `moment`.
    pub(super) fn set_fresh_at(&self, moment: Instant) {
        *self.fresh_at() = Some(moment);
    }

    /// Repeats a statement on the standby until it returns a row.
    ///
    /// # Errors
    ///
    /// When it has not until the deadline: the error of the last attempt, if there was one.
    pub(super) async fn answers(
        &self,
        question: &Statement,
        deadline: Instant,
    ) -> Result<(), Option<DbErr>> {
        let question = Call::prepared(question, Rows::First);
        let mut failure = None;
        let mut attempts = async || {
            let [mut pause, longest] = PAUSES;
            loop {
                // Without a second attempt, which would hide that a connection was broken.
                match self.pool.attempt(&question).await {
                    Ok(fetched) if !fetched.rows.is_empty() => return,
                    Ok(_) => failure = None,
                    Err(error) => failure = Some(error),
                }
                sleep(pause).await;
                pause = longest.min(2 * pause);
            }
        };
        let answered = timeout_at(deadline, attempts()).await;
        answered.map_err(|_| failure)
    }

    fn fresh_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.fresh_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

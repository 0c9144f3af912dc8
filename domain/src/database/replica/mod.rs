//! A hot standby that queries read from, and what makes these reads safe: a standby is used only while it is known to
//! show what was committed up to [`ReplicaOptions::max_lag`] ago, and a change is answered only when every process that
//! may read from the standby sees it. `docs/decisions/0009-read-replica.md` explains how, and why that is right.

mod follower;
mod reads;
mod standby;

use std::{sync::Arc, time::Duration};

use sea_orm::ConnectionTrait as _;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use uuid::Uuid;

pub(super) use self::reads::ReplicaReads;
use self::{follower::Follower, standby::Standby};
use super::{pool::Pool, statement};

/// The options of a [`Replica`].
#[derive(Clone, Copy, Debug)]
pub struct ReplicaOptions {
    /// The id of this process, by which it knows its own row of `replica_lease`.
    pub process: Uuid,
    /// How old the state of a standby may be that queries read from.
    pub max_lag: Duration,
}

/// A standby that is followed until the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Replica {
    following: Arc<Following>,
}

#[derive(Debug)]
struct Following {
    primary: Pool,
    standby: Arc<Standby>,
    task: JoinHandle<()>,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Replica {
    /// Starts to follow the standby that `pool` is connected to. It is used as soon as it is known to keep up.
    pub fn follow(primary: &Pool, pool: Pool, options: ReplicaOptions) -> Self {
        let standby = Arc::new(Standby::new(pool, options.max_lag));
        let follower = Follower::new(primary.clone(), Arc::clone(&standby), options.process);
        let following = Following {
            primary: primary.clone(),
            standby,
            task: tokio::spawn(follower.run()),
        };
        Self {
            following: Arc::new(following),
        }
    }

    /// The pool of the standby.
    pub fn pool(&self) -> &Pool {
        self.following.standby.pool()
    }

    /// Whether queries read from the standby at this moment.
    pub fn is_used(&self) -> bool {
        self.following.standby.is_fresh()
    }

    /// The pool for one query. What only reads is read from the standby if that is fresh enough now, and from the
    /// primary otherwise, and as soon as anything fails on the standby.
    pub fn query_pool(&self) -> Pool {
        let Following {
            primary, standby, ..
        } = &*self.following;
        if standby.is_fresh() {
            primary.reading_from(ReplicaReads::new(Arc::clone(standby)))
        } else {
            primary.clone()
        }
    }

    /// Waits until everything that was committed before the call is seen by every query that begins after it, in any
    /// process: the standby has replayed it, or the leases of all processes that read from the standby have expired.
    pub async fn wait_until_visible(&self) {
        let standby = &self.following.standby;
        let begun = Instant::now();
        let (position, leased) = match self.position().await {
            Ok(Some(found)) => found,
            // No process reads from the standby.
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "what other processes read is not known");
                sleep_until(begun + standby.lease()).await;
                return;
            }
        };
        let replayed = statement(
            "SELECT WHERE pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn",
            [position.into()],
        );
        // If it is not replayed, the leases have expired by then.
        let _ = standby.answers(&replayed, Instant::now() + leased).await;
    }

    /// The position in the write-ahead log behind all that was committed, and how long the leases last; `None` without
    /// any.
    async fn position(&self) -> crate::Result<Option<(String, Duration)>> {
        // What is not flushed is not sent to standbys. Only without synchronous commits may a commit not be flushed yet.
        let sql = "
            SELECT
                CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN pg_current_wal_insert_lsn()
                    ELSE pg_current_wal_flush_lsn()
                END::text,
                EXTRACT(EPOCH FROM max(expires_at) - clock_timestamp())::float8
            FROM replica_lease
            WHERE expires_at > clock_timestamp()";
        let primary = &self.following.primary;
        let row = primary.query_one_raw(statement(sql, [])).await?;
        let Some(row) = row else { return Ok(None) };
        let position: String = row.try_get_by_index(0)?;
        let seconds: Option<f64> = row.try_get_by_index(1)?;
        Ok(seconds.map(|seconds| (position, Duration::from_secs_f64(seconds.max(0.0)))))
    }
}

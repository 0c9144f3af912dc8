//! The connections of a pool.
//!
//! The driver's pool pings each connection that is returned to it: a round trip after every statement, in a task of its
//! own. So connections whose last statement is over are kept here, checked out, and go back to the driver's pool once in a
//! while, which closes them when they are old.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use sea_orm::{
    SqlxError,
    sqlx::{PgPool, Postgres, pool::PoolConnection},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::{Options, ServerRole, lease::Lease, monitor::SuspectedSince, pool_meter::PoolMeter};

/// A connection that was idle for at least this long is checked before it is used. Checking each one costs a round
/// trip: 13 % of the throughput of a prototype.
pub(super) const CHECK_AFTER_IDLE: Duration = Duration::from_secs(30);

/// The most that such a check may delay the request that waits for it.
pub(super) const CHECK_TIMEOUT: Duration = Duration::from_millis(400);

/// How long a connection stays checked out of the driver's pool.
const CHECKED_OUT_FOR: Duration = Duration::from_mins(1);

/// How long to wait for the answer of an abandoned statement, or for a connection to close.
pub(super) const RELEASE_TIMEOUT: Duration = Duration::from_secs(1);

/// The connections of a pool: those of the driver's pool, and the ready ones that are checked out of it.
#[derive(Debug)]
pub(super) struct Connections {
    driver: PgPool,
    /// The one that was used last is used next.
    ready: Mutex<Vec<Ready>>,
    /// A permit for each connection that may be open. Who has one need not wait for the driver's pool.
    permits: Arc<Semaphore>,
    acquire_timeout: Duration,
    role: ServerRole,
    suspected_since: Arc<SuspectedSince>,
    meter: PoolMeter,
}

/// A connection that can be used at once.
#[derive(Debug)]
struct Ready {
    connection: CheckedOut,
    idle_since: Instant,
}

/// A connection that is checked out of the driver's pool.
#[derive(Debug)]
pub(super) struct CheckedOut {
    pub(super) connection: PoolConnection<Postgres>,
    at: Instant,
}

impl Connections {
    pub(super) fn new(
        driver: PgPool,
        options: &Options,
        suspected_since: Arc<SuspectedSince>,
    ) -> Self {
        let max = usize::try_from(options.max_connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            driver,
            ready: Mutex::default(),
            permits: Arc::new(Semaphore::new(max)),
            acquire_timeout: options.acquire_timeout,
            role: options.role,
            suspected_since,
            meter: PoolMeter::new(options.name),
        }
    }

    pub(super) fn driver(&self) -> &PgPool {
        &self.driver
    }

    /// The role that the server has to have.
    pub(super) fn role(&self) -> ServerRole {
        self.role
    }

    /// The number of connections that are not in use.
    pub(super) fn idle(&self) -> usize {
        self.ready().len() + self.driver.num_idle()
    }

    /// A connection, which is checked if it may be broken.
    ///
    /// # Errors
    ///
    /// When none can be opened, or becomes free in time.
    pub(super) async fn acquire(self: &Arc<Self>) -> Result<Lease, SqlxError> {
        let mut wait = self.meter.start();
        let acquired = timeout(self.acquire_timeout, async {
            if self.permits.available_permits() == 0 {
                wait.pend();
            }
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            let mut permit = permit.map_err(|_| SqlxError::PoolClosed)?;
            while let Some(ready) = self.take_ready() {
                let idle = ready.idle_since.elapsed();
                let mut lease = Lease::new(ready.connection, permit, Arc::clone(self));
                let is_suspect = idle >= CHECK_AFTER_IDLE || self.suspected_since.covers(idle);
                if !is_suspect {
                    return Ok(lease);
                }
                wait.pend();
                // What is seldom needed is boxed, so that the future of every statement is small.
                if Box::pin(lease.check(CHECK_TIMEOUT)).await {
                    return Ok(lease);
                }
                permit = lease.close().ok_or(SqlxError::WorkerCrashed)?;
            }
            wait.pend();
            let connection = Box::pin(self.driver.acquire()).await?;
            Ok(self.lease(connection, permit))
        });
        let acquired = acquired.await.unwrap_or(Err(SqlxError::PoolTimedOut));
        wait.finish(&acquired);
        acquired
    }

    /// A connection that is not in use, if there is one.
    pub(super) fn try_acquire(self: &Arc<Self>) -> Option<Lease> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        match self.take_ready() {
            Some(ready) => Some(Lease::new(ready.connection, permit, Arc::clone(self))),
            None => Some(self.lease(self.driver.try_acquire()?, permit)),
        }
    }

    /// Takes back a connection whose last statement is over.
    pub(super) fn take_back(&self, connection: CheckedOut, permit: OwnedSemaphorePermit) {
        let mut ready = self.ready();
        if connection.at.elapsed() >= CHECKED_OUT_FOR || self.driver.is_closed() {
            drop(ready);
            return_to_driver(connection, Some(permit));
            return;
        }
        ready.push(Ready {
            connection,
            idle_since: Instant::now(),
        });
        // The permit is released after this, so who waits for it finds the connection.
    }

    /// Returns the connections that have not been used for this long to the driver's pool, which closes those that it does
    /// not need. Suspect ones stay until they are checked: the driver would count their idle time anew.
    pub(super) fn return_idle(&self, unused_for: Duration) {
        let mut ready = self.ready();
        let idle = ready.extract_if(.., |ready| {
            let idle = ready.idle_since.elapsed();
            idle >= unused_for && !self.suspected_since.covers(idle)
        });
        let idle: Vec<_> = idle.collect();
        drop(ready);
        for ready in idle {
            return_to_driver(ready.connection, None);
        }
    }

    /// Closes all connections, and waits for those that are in use.
    pub(super) async fn close(&self) {
        let closed = self.driver.close();
        let ready: Vec<_> = self.ready().drain(..).collect();
        let ready = ready
            .into_iter()
            .map(|ready| ready.connection.connection.close());
        join_all(ready).await;
        closed.await;
    }

    fn lease(
        self: &Arc<Self>,
        connection: PoolConnection<Postgres>,
        permit: OwnedSemaphorePermit,
    ) -> Lease {
        let at = Instant::now();
        Lease::new(CheckedOut { connection, at }, permit, Arc::clone(self))
    }

    fn ready(&self) -> MutexGuard<'_, Vec<Ready>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_ready(&self) -> Option<Ready> {
        self.ready().pop()
    }
}

/// Returns a connection to the driver's pool, which reads the answer of an abandoned statement if it arrives in time; else
/// the connection is closed. The permit is released then.
pub(super) fn return_to_driver(mut connection: CheckedOut, permit: Option<OwnedSemaphorePermit>) {
    tokio::spawn(async move {
        let _ = timeout(RELEASE_TIMEOUT, connection.connection.return_to_pool()).await;
        drop(permit);
    });
}

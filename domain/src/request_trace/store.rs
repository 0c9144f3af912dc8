//! The requests that a process remembers, and those that it has yet to write to the table.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    FinishedRequest, RequestTrace,
    ring::{Remembered, Ring},
    table,
};
use crate::{Result, id};

/// How many requests wait to be written, and how many are written at once. Further ones are not written.
const MAX_PENDING: usize = 50;

/// How many requests a process writes in a minute.
const WRITTEN_PER_MINUTE: u32 = 60;

/// Which requests are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceOptions {
    /// From which duration on a request is slow.
    pub slow: Duration,
    /// The most fast requests that are remembered, and the most slow and failed ones.
    pub requests: usize,
    /// The most bytes of fast requests that are remembered, and of slow and failed ones.
    pub bytes: usize,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self {
            slow: Duration::from_millis(500),
            requests: 500,
            bytes: 4 * 1024 * 1024,
        }
    }
}

/// The recent requests of this process: the fast ones, and, so that any number of these does not push them out, the slow
/// and failed ones.
#[derive(Debug)]
pub struct TraceStore {
    options: TraceOptions,
    instance: String,
    fast: Mutex<Ring>,
    slow: Mutex<Ring>,
    outgoing: Mutex<Outgoing>,
}

/// The requests that wait to be written.
#[derive(Debug, Default)]
struct Outgoing {
    pending: VecDeque<Remembered>,
    /// How many have been taken in the minute that began at this time.
    taken: Option<(DateTime<Utc>, u32)>,
}

impl Outgoing {
    /// Adds a request, unless too many wait or have been taken.
    fn push(&mut self, remembered: Remembered, now: DateTime<Utc>) {
        let is_this_minute = |(since, _): &(DateTime<Utc>, u32)| (now - *since).num_seconds() < 60;
        let (since, taken) = self.taken.filter(is_this_minute).unwrap_or((now, 0));
        if self.pending.len() < MAX_PENDING && taken < WRITTEN_PER_MINUTE {
            self.taken = Some((since, taken + 1));
            self.pending.push_back(remembered);
        }
    }
}

impl TraceStore {
    /// An empty store of the process with this name.
    pub fn new(options: TraceOptions, instance: impl Into<String>) -> Self {
        Self {
            options,
            instance: instance.into(),
            fast: Mutex::default(),
            slow: Mutex::default(),
            outgoing: Mutex::default(),
        }
    }

    /// The name of the process.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Remembers a request that ends now.
    pub fn record(&self, request: FinishedRequest, now: DateTime<Utc>) {
        let is_kept = request.failed || request.duration >= self.options.slow;
        let bytes = request.timeline.settle(is_kept) + size_of::<Remembered>();
        let TraceOptions {
            requests,
            bytes: max_bytes,
            ..
        } = self.options;
        if !is_kept {
            let fast = Remembered {
                id: Uuid::nil(),
                request,
                bytes,
            };
            return lock(&self.fast).push(fast, requests, max_bytes);
        }
        let slow = Remembered {
            id: id::new_v7(now),
            request,
            bytes,
        };
        lock(&self.outgoing).push(slow.clone(), now);
        lock(&self.slow).push(slow, requests, max_bytes);
    }

    /// Forgets what is too old.
    pub fn expire(&self, now: DateTime<Utc>) {
        lock(&self.fast).expire(now);
        lock(&self.slow).expire(now);
    }

    /// The newest request with this id that this process remembers.
    pub fn find(&self, request_id: &str, now: DateTime<Utc>) -> Option<RequestTrace> {
        let found = self.find_finished(request_id, now)?;
        Some(found.request.trace(found.id, &self.instance))
    }

    /// The slow and failed requests that this process remembers.
    pub fn slow_requests(&self, now: DateTime<Utc>) -> Vec<RequestTrace> {
        self.expire(now);
        let slow = lock(&self.slow);
        let traces = slow.newest_first();
        traces
            .map(|it| it.request.trace(it.id, &self.instance))
            .collect()
    }

    /// Like [`find`](Self::find), with the parameters.
    pub(super) fn find_finished(&self, request_id: &str, now: DateTime<Utc>) -> Option<Remembered> {
        self.expire(now);
        let find = |ring: &Mutex<Ring>| {
            let ring = lock(ring);
            let mut newest = ring.newest_first();
            newest
                .find(|it| *it.request.request_id == *request_id)
                .cloned()
        };
        let (slow, fast) = (find(&self.slow), find(&self.fast));
        let started_at = |it: &Remembered| it.request.started_at;
        slow.into_iter().chain(fast).max_by_key(started_at)
    }

    /// Writes the requests that wait to be written, and returns how many there were. Those that cannot be written now are
    /// not written at all.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn write(&self, db: &impl ConnectionTrait) -> Result<usize> {
        let pending = std::mem::take(&mut lock(&self.outgoing).pending);
        if pending.is_empty() {
            return Ok(0);
        }
        let traces = pending.iter();
        let traces = traces.map(|it| it.request.trace(it.id, &self.instance));
        let traces: Vec<_> = traces.collect();
        table::insert(db, &traces).await?;
        Ok(traces.len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use tokio::time::Instant;

    use super::*;
    use crate::database::Timeline;

    const OPTIONS: TraceOptions = TraceOptions {
        slow: Duration::from_millis(500),
        requests: 10,
        bytes: 1_000_000,
    };

    fn finished(id: &str, milliseconds: u64) -> FinishedRequest {
        FinishedRequest {
            request_id: id.into(),
            started_at: now(),
            route: "/graphql".into(),
            status: 200,
            duration: Duration::from_millis(milliseconds),
            cost: 1,
            error_codes: Vec::new(),
            failed: false,
            trace_id: None,
            timeline: Arc::new(Timeline::new(Instant::now())),
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    #[test]
    fn a_flood_of_fast_requests_does_not_push_out_a_slow_one() {
        let store = TraceStore::new(OPTIONS, "here");
        store.record(finished("slow", 500), now());
        let failed = FinishedRequest {
            failed: true,
            ..finished("failed", 1)
        };
        store.record(failed, now());
        for number in 0..1_000 {
            store.record(finished(&number.to_string(), 499), now());
        }
        for (id, is_known) in [
            ("slow", true),
            ("failed", true),
            ("999", true),
            ("990", true),
            ("989", false),
        ] {
            assert_eq!(store.find(id, now()).is_some(), is_known, "{id}");
        }
        let slow = store.slow_requests(now());
        let slow: Vec<_> = slow.iter().map(|it| it.request_id.as_str()).collect();
        assert_eq!(slow, ["failed", "slow"]);
        store.expire(now() + TimeDelta::hours(1));
        assert_eq!(store.find("slow", now()), None);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let bytes = 3 * (size_of::<Timeline>() + size_of::<Remembered>());
        let store = TraceStore::new(TraceOptions { bytes, ..OPTIONS }, "here");
        for number in 0..6 {
            store.record(finished(&number.to_string(), 600), now());
        }
        let slow = store.slow_requests(now());
        let slow: Vec<_> = slow.iter().map(|it| it.request_id.as_str()).collect();
        assert_eq!(slow, ["5", "4", "3"]);
    }

    #[test]
    fn only_some_wait_to_be_written() {
        let store = TraceStore::new(OPTIONS, "here");
        let pending = || lock(&store.outgoing).pending.len();
        for number in 0..200 {
            store.record(finished(&number.to_string(), 600), now());
        }
        assert_eq!(pending(), MAX_PENDING);
        // They are written, and others come in the same minute.
        lock(&store.outgoing).pending.clear();
        for number in 0..200 {
            store.record(finished(&number.to_string(), 600), now());
        }
        assert_eq!(pending(), 10);
        store.record(finished("later", 600), now() + TimeDelta::minutes(1));
        assert_eq!(pending(), 11);
    }
}

//! A bounded memory of requests, which forgets the oldest.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{FinishedRequest, REMEMBERED};

/// A request that is remembered.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    /// The id of its trace; nil for a fast one.
    pub(super) id: Uuid,
    pub(super) request: FinishedRequest,
    /// About how many bytes it takes.
    pub(super) bytes: usize,
}

/// Requests in the order in which they ended.
#[derive(Debug, Default)]
pub(super) struct Ring {
    requests: VecDeque<Remembered>,
    bytes: usize,
}

impl Ring {
    /// Adds a request, and forgets the oldest until there are at most so many requests and bytes.
    pub(super) fn push(&mut self, remembered: Remembered, max_requests: usize, max_bytes: usize) {
        self.bytes += remembered.bytes;
        self.requests.push_back(remembered);
        while self.requests.len() > max_requests || self.bytes > max_bytes {
            if !self.pop() {
                return;
            }
        }
    }

    /// Forgets the requests that ended too long ago.
    pub(super) fn expire(&mut self, now: DateTime<Utc>) {
        let is_old = |oldest: &Remembered| oldest.request.started_at <= now - REMEMBERED;
        while self.requests.front().is_some_and(is_old) && self.pop() {}
    }

    /// The remembered requests, the newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Remembered> {
        self.requests.iter().rev()
    }

    fn pop(&mut self) -> bool {
        let oldest = self.requests.pop_front();
        self.bytes -= oldest.as_ref().map_or(0, |oldest| oldest.bytes);
        oldest.is_some()
    }
}

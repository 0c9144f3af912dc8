//! A circuit breaker, which stops requests to a partner that fails repeatedly. Its state is per process.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

/// The circuit breaker of one partner.
#[derive(Debug)]
pub(super) struct CircuitBreaker {
    /// The number of consecutive failures that opens it.
    failure_threshold: u32,
    /// How long it stays open. Then one request probes whether the partner works again.
    open_duration: Duration,
    /// How long the probe may take. Other requests wait for it meanwhile.
    probe_timeout: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Requests are allowed.
    Closed { failures: u32 },
    /// No requests are allowed.
    Open { until: DateTime<Utc> },
    /// A probe is in progress. No other requests are allowed.
    HalfOpen { until: DateTime<Utc> },
}

/// The permission to make one request. If it is dropped without a result, as when the request is cancelled, the state
/// is as before, and another request may be the probe.
#[derive(Debug)]
pub(super) struct Permit<'b> {
    breaker: &'b CircuitBreaker,
    is_probe: bool,
}

impl CircuitBreaker {
    pub(super) fn new(
        failure_threshold: u32,
        open_duration: Duration,
        probe_timeout: Duration,
    ) -> Self {
        Self {
            failure_threshold: failure_threshold.max(1),
            open_duration,
            probe_timeout,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// The permission for a request, or how long to wait before the next attempt to get one.
    pub(super) fn acquire(&self, now: DateTime<Utc>) -> Result<Permit<'_>, Duration> {
        let mut state = self.state();
        let is_probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } | State::HalfOpen { until } if now < until => {
                return Err((until - now).to_std().unwrap_or_default());
            }
            State::Open { .. } | State::HalfOpen { .. } => {
                let until = later(now, self.probe_timeout);
                *state = State::HalfOpen { until };
                true
            }
        };
        let breaker = self;
        Ok(Permit { breaker, is_probe })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Records that the partner works.
    pub(super) fn succeed(mut self) {
        self.is_probe = false;
        *self.breaker.state() = State::Closed { failures: 0 };
    }

    /// Records a failure of the partner. `after` is the delay that the partner asks for, if any.
    pub(super) fn fail(mut self, now: DateTime<Utc>, after: Option<Duration>) {
        let was_probe = std::mem::take(&mut self.is_probe);
        let breaker = self.breaker;
        let mut state = breaker.state();
        let (failures, until) = match *state {
            State::Closed { failures } => (failures + 1, now),
            // A request that began before the breaker opened tells nothing new.
            State::Open { until } | State::HalfOpen { until } if !was_probe => (0, until),
            State::Open { .. } | State::HalfOpen { .. } => (breaker.failure_threshold, now),
        };
        let mut until = until;
        if failures >= breaker.failure_threshold {
            until = until.max(later(now, breaker.open_duration));
        }
        if let Some(after) = after {
            until = until.max(later(now, after));
        }
        *state = match *state {
            State::Closed { .. } if until <= now => State::Closed { failures },
            State::HalfOpen { .. } if !was_probe => State::HalfOpen { until },
            _ => State::Open { until },
        };
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_probe {
            return;
        }
        let mut state = self.breaker.state();
        if matches!(*state, State::HalfOpen { .. }) {
            *state = State::Open {
                until: DateTime::UNIX_EPOCH,
            };
        }
    }
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_DURATION: Duration = Duration::from_secs(30);
    const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn breaker() -> CircuitBreaker {
        CircuitBreaker::new(3, OPEN_DURATION, PROBE_TIMEOUT)
    }

    fn fail(breaker: &CircuitBreaker, seconds: i64) {
        let permit = breaker.acquire(at(seconds)).expect("a permit");
        permit.fail(at(seconds), None);
    }

    fn remaining(breaker: &CircuitBreaker, seconds: i64) -> Option<u64> {
        let permit = breaker.acquire(at(seconds));
        permit.err().map(|wait| wait.as_secs())
    }

    #[test]
    fn consecutive_failures_open_it() {
        let breaker = breaker();
        fail(&breaker, 0);
        fail(&breaker, 1);
        // A success resets the count.
        breaker.acquire(at(2)).expect("a permit").succeed();
        for second in 3..6 {
            fail(&breaker, second);
        }
        assert_eq!(remaining(&breaker, 5), Some(30));
        assert_eq!(remaining(&breaker, 34), Some(1));
    }

    #[test]
    fn one_probe_closes_or_reopens_it() {
        let breaker = breaker();
        for second in 0..3 {
            fail(&breaker, second);
        }
        let probe = breaker.acquire(at(32)).expect("a permit");
        assert_eq!(remaining(&breaker, 32), Some(10));
        assert_eq!(remaining(&breaker, 35), Some(7));
        // One failure is enough while it is half-open.
        probe.fail(at(36), None);
        assert_eq!(remaining(&breaker, 36), Some(30));
        let probe = breaker.acquire(at(66)).expect("a permit");
        probe.succeed();
        assert!(breaker.acquire(at(66)).is_ok());
        fail(&breaker, 67);
        assert!(breaker.acquire(at(67)).is_ok(), "counting starts over");
    }

    #[test]
    fn a_cancelled_probe_is_replaced() {
        let breaker = breaker();
        for second in 0..3 {
            fail(&breaker, second);
        }
        drop(breaker.acquire(at(40)).expect("a permit"));
        assert!(breaker.acquire(at(40)).is_ok());
        // A cancelled request that is no probe changes nothing.
        let breaker = self::breaker();
        drop(breaker.acquire(at(0)));
        assert!(breaker.acquire(at(0)).is_ok());
    }

    #[test]
    fn a_probe_that_takes_too_long_is_replaced() {
        let breaker = breaker();
        for second in 0..3 {
            fail(&breaker, second);
        }
        let first = breaker.acquire(at(40)).expect("a permit");
        assert!(breaker.acquire(at(49)).is_err());
        breaker.acquire(at(50)).expect("a permit").succeed();
        drop(first);
        assert!(breaker.acquire(at(51)).is_ok());
    }

    #[test]
    fn the_delay_that_a_partner_asks_for_is_respected() {
        let breaker = breaker();
        let permit = breaker.acquire(at(0)).expect("a permit");
        permit.fail(at(0), Some(Duration::from_secs(90)));
        assert_eq!(remaining(&breaker, 1), Some(89));
        assert!(breaker.acquire(at(90)).is_ok());
    }

    #[test]
    fn failures_of_requests_that_began_before_it_opened_are_ignored() {
        let breaker = breaker();
        let late = breaker.acquire(at(0)).expect("a permit");
        for second in 0..3 {
            fail(&breaker, second);
        }
        late.fail(at(20), None);
        assert_eq!(remaining(&breaker, 20), Some(12));
        // But a success closes it.
        let late = self::breaker();
        let permit = late.acquire(at(0)).expect("a permit");
        for second in 0..3 {
            fail(&late, second);
        }
        permit.succeed();
        assert!(late.acquire(at(3)).is_ok());
    }
}

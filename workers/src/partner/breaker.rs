//! Leaves a partner alone that fails again and again, so that neither side works for nothing. It knows what this
//! process has seen; others find out for themselves.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

/// A breaker for one partner.
#[derive(Debug)]
pub(super) struct Breaker {
    /// So many failures in a row open it.
    failures: u32,
    /// For so long; then one request tries whether it works again.
    rest: Duration,
    /// How long that one may take, while the others go on waiting.
    probe: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: DateTime<Utc> },
    Probing { until: DateTime<Utc> },
}

/// Leave to make one request. Without a word on what became of it, as when it is given up, nothing is known; another
/// may try.
#[derive(Debug)]
pub(super) struct Turn<'b> {
    breaker: &'b Breaker,
    is_probe: bool,
}

impl Breaker {
    pub(super) fn new(failures: u32, rest: Duration, probe: Duration) -> Self {
        Self {
            failures: failures.max(1),
            rest,
            probe,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// Leave for a request, or how long to wait until it is worth asking again.
    pub(super) fn enter(&self, now: DateTime<Utc>) -> Result<Turn<'_>, Duration> {
        let mut state = self.state();
        let is_probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } | State::Probing { until } if now < until => {
                return Err((until - now).to_std().unwrap_or_default());
            }
            State::Open { .. } | State::Probing { .. } => {
                let until = later(now, self.probe);
                *state = State::Probing { until };
                true
            }
        };
        let breaker = self;
        Ok(Turn { breaker, is_probe })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The partner works.
    pub(super) fn succeed(mut self) {
        self.is_probe = false;
        *self.breaker.state() = State::Closed { failures: 0 };
    }

    /// The partner fails; `after` is how long it wants to be left alone, where it says so.
    pub(super) fn fail(mut self, now: DateTime<Utc>, after: Option<Duration>) {
        let was_probe = std::mem::take(&mut self.is_probe);
        let breaker = self.breaker;
        let mut state = breaker.state();
        let (failures, until) = match *state {
            State::Closed { failures } => (failures + 1, now),
            // What was under way when it opened says nothing new.
            State::Open { until } | State::Probing { until } if !was_probe => (0, until),
            State::Open { .. } | State::Probing { .. } => (breaker.failures, now),
        };
        let mut until = until;
        if failures >= breaker.failures {
            until = until.max(later(now, breaker.rest));
        }
        if let Some(after) = after {
            until = until.max(later(now, after));
        }
        *state = match *state {
            State::Closed { .. } if until <= now => State::Closed { failures },
            State::Probing { .. } if !was_probe => State::Probing { until },
            _ => State::Open { until },
        };
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_probe {
            return;
        }
        let mut state = self.breaker.state();
        if matches!(*state, State::Probing { .. }) {
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

    const REST: Duration = Duration::from_secs(30);
    const PROBE: Duration = Duration::from_secs(10);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn breaker() -> Breaker {
        Breaker::new(3, REST, PROBE)
    }

    fn fail(breaker: &Breaker, seconds: i64) {
        let turn = breaker.enter(at(seconds)).expect("leave");
        turn.fail(at(seconds), None);
    }

    fn left(breaker: &Breaker, seconds: i64) -> Option<u64> {
        let entered = breaker.enter(at(seconds));
        entered.err().map(|left| left.as_secs())
    }

    #[test]
    fn failures_in_a_row_open_it_for_a_while() {
        let breaker = breaker();
        fail(&breaker, 0);
        fail(&breaker, 1);
        // Success begins the row anew.
        breaker.enter(at(2)).expect("leave").succeed();
        for second in 3..6 {
            fail(&breaker, second);
        }
        assert_eq!(left(&breaker, 5), Some(30));
        assert_eq!(left(&breaker, 34), Some(1));
    }

    #[test]
    fn then_one_probe_decides() {
        let breaker = breaker();
        for second in 0..3 {
            fail(&breaker, second);
        }
        let probe = breaker.enter(at(32)).expect("leave");
        assert_eq!(left(&breaker, 32), Some(10));
        assert_eq!(left(&breaker, 35), Some(7));
        // One failure is enough now.
        probe.fail(at(36), None);
        assert_eq!(left(&breaker, 36), Some(30));
        let probe = breaker.enter(at(66)).expect("leave");
        probe.succeed();
        assert!(breaker.enter(at(66)).is_ok());
        fail(&breaker, 67);
        assert!(breaker.enter(at(67)).is_ok(), "the row begins anew");
    }

    #[test]
    fn a_probe_that_is_given_up_leaves_its_place() {
        let breaker = breaker();
        for second in 0..3 {
            fail(&breaker, second);
        }
        drop(breaker.enter(at(40)).expect("leave"));
        assert!(breaker.enter(at(40)).is_ok());
        // An ordinary request that is given up changes nothing.
        let breaker = self::breaker();
        drop(breaker.enter(at(0)));
        assert!(breaker.enter(at(0)).is_ok());
    }

    #[test]
    fn a_probe_that_never_ends_makes_way() {
        let breaker = breaker();
        for second in 0..3 {
            fail(&breaker, second);
        }
        let first = breaker.enter(at(40)).expect("leave");
        assert!(breaker.enter(at(49)).is_err());
        breaker.enter(at(50)).expect("leave").succeed();
        drop(first);
        assert!(breaker.enter(at(51)).is_ok());
    }

    #[test]
    fn what_a_partner_asks_for_is_kept() {
        let breaker = breaker();
        let turn = breaker.enter(at(0)).expect("leave");
        turn.fail(at(0), Some(Duration::from_secs(90)));
        assert_eq!(left(&breaker, 1), Some(89));
        assert!(breaker.enter(at(90)).is_ok());
    }

    #[test]
    fn what_was_under_way_when_it_opened_changes_nothing() {
        let breaker = breaker();
        let late = breaker.enter(at(0)).expect("leave");
        for second in 0..3 {
            fail(&breaker, second);
        }
        late.fail(at(20), None);
        assert_eq!(left(&breaker, 20), Some(12));
        // But when it went well, it works.
        let late = self::breaker();
        let turn = late.enter(at(0)).expect("leave");
        for second in 0..3 {
            fail(&late, second);
        }
        turn.succeed();
        assert!(late.enter(at(3)).is_ok());
    }
}

//! Exponential backoff between attempts.

use std::{
    hash::{DefaultHasher, Hash, Hasher as _},
    time::Duration,
};

/// The delay after `attempts` failed attempts. It doubles with each attempt, from `first` up to `max`, and is reduced
/// by a jitter of up to one half that depends on `key`, so that operations that failed together are not retried
/// together. The same arguments give the same delay.
pub(crate) fn delay(attempts: u32, (first, max): (Duration, Duration), key: impl Hash) -> Duration {
    let doubled = first.saturating_mul(1 << attempts.saturating_sub(1).min(20));
    let mut hasher = DefaultHasher::new();
    (key, attempts).hash(&mut hasher);
    // 16 bits of the hash are enough for the jitter.
    let jitter = f64::from(u16::try_from(hasher.finish() & 0xffff).unwrap_or_default()) / 65_536.0;
    doubled.min(max).mul_f64(1.0 - jitter / 2.0)
}

/// The delays of one operation that is repeated until it succeeds.
#[derive(Debug)]
pub(crate) struct Backoff {
    range: (Duration, Duration),
    key: u64,
    attempts: u32,
}

impl Backoff {
    /// Delays between about those of `range`, the first and the longest; `key` distinguishes it from other callers, for
    /// the jitter.
    pub(crate) fn new(range: (Duration, Duration), key: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self {
            range,
            key: hasher.finish(),
            attempts: 0,
        }
    }

    /// The delay after another failure.
    pub(crate) fn next(&mut self) -> Duration {
        self.attempts += 1;
        delay(self.attempts, self.range, self.key)
    }

    /// Starts over after a success.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

    #[test]
    fn delays_double_up_to_the_maximum() {
        for (attempts, longest) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (4_000, 300)] {
            let delay = delay(attempts, RANGE, "a");
            let longest = Duration::from_secs(longest);
            assert!(
                delay <= longest && delay >= longest / 2,
                "{attempts}: {delay:?}"
            );
        }
    }

    #[test]
    fn delays_of_different_keys_are_spread() {
        let mut delays: Vec<_> = (0..100).map(|key| delay(4, RANGE, key)).collect();
        delays.sort_unstable();
        delays.dedup();
        assert!(delays.len() > 90, "{} of 100 differ", delays.len());
        assert!(
            delays[90] > delays[9] + Duration::from_secs(2),
            "they are spread"
        );
    }

    #[test]
    fn success_starts_over() {
        let mut backoff = Backoff::new(RANGE, 1);
        let first = backoff.next();
        assert!(backoff.next() > first);
        backoff.reset();
        assert_eq!(backoff.next(), first);
    }
}

//! How long to wait before the next try.

use std::{
    hash::{DefaultHasher, Hash, Hasher as _},
    time::Duration,
};

/// The wait before try number `tries` + 1: twice as long each time, from `first` to `most`, less up to a half by what
/// `key` says, so that many that failed together do not come back together. The same arguments give the same wait.
pub(crate) fn after(tries: u32, first: Duration, most: Duration, key: impl Hash) -> Duration {
    let doubled = first.saturating_mul(1 << tries.saturating_sub(1).min(20));
    let mut hasher = DefaultHasher::new();
    (key, tries).hash(&mut hasher);
    // 16 bits are fine enough.
    let share = f64::from(u16::try_from(hasher.finish() & 0xffff).unwrap_or_default()) / 65_536.0;
    doubled.min(most).mul_f64(1.0 - share / 2.0)
}

/// Waits of one thing that is tried over and over.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    key: u64,
    tries: u32,
}

impl Backoff {
    /// Begins with about `first`; `key` tells it from others that do the same.
    pub(crate) fn new(first: Duration, most: Duration, key: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self {
            first,
            most,
            key: hasher.finish(),
            tries: 0,
        }
    }

    /// The next wait, after another failure.
    pub(crate) fn next(&mut self) -> Duration {
        self.tries += 1;
        after(self.tries, self.first, self.most, self.key)
    }

    /// It went well.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(1);
    const MOST: Duration = Duration::from_mins(5);

    #[test]
    fn waits_double_up_to_the_longest() {
        for (tries, longest) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (4_000, 300)] {
            let wait = after(tries, FIRST, MOST, "a");
            let longest = Duration::from_secs(longest);
            assert!(wait <= longest && wait >= longest / 2, "{tries}: {wait:?}");
        }
    }

    #[test]
    fn those_that_failed_together_do_not_come_back_together() {
        let mut waits: Vec<_> = (0..100).map(|key| after(4, FIRST, MOST, key)).collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 90, "{} of 100 differ", waits.len());
        assert!(
            waits[90] > waits[9] + Duration::from_secs(2),
            "they are spread"
        );
    }

    #[test]
    fn success_begins_anew() {
        let mut backoff = Backoff::new(FIRST, MOST, 1);
        let first = backoff.next();
        assert!(backoff.next() > first);
        backoff.reset();
        assert_eq!(backoff.next(), first);
    }
}

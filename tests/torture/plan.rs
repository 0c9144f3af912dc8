//! Plans when and where each process is killed, before it is started.

use std::{collections::BTreeMap, time::Duration};

use coach_tests::Random;

use crate::process::Kind;

/// After which time a process is killed, if it is to be killed at a random moment.
const RANDOM_KILL_AFTER: (Duration, Duration) =
    (Duration::from_millis(700), Duration::from_secs(5));

/// How long a process has to reach its named point before it is killed anyway.
const POINT_TIMEOUT: (Duration, Duration) = (Duration::from_secs(6), Duration::from_secs(10));

/// One process in this many is killed at a random moment, the others at a named point.
const RANDOM_ONE_IN: usize = 4;

/// The most times that a process reaches its point until it is killed there.
const MAX_PASSES: usize = 5;

/// How one process is to be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The named point, and at which time of reaching it, counted from 1.
    pub(crate) point: Option<(&'static str, usize)>,
    /// When it is killed at the latest, after its start.
    pub(crate) after: Duration,
}

/// Plans for all processes, so that each kind of process is killed at each of its points equally often.
#[derive(Debug)]
pub(crate) struct Plans {
    random: Random,
    /// Kills that happened as planned, or are still to come.
    planned: BTreeMap<(Kind, &'static str), usize>,
}

impl Plans {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            planned: BTreeMap::new(),
        }
    }

    /// The plan for a new process.
    pub(crate) fn next(&mut self, kind: Kind) -> Plan {
        if self.random.one_in(RANDOM_ONE_IN) {
            let after = self
                .random
                .between(RANDOM_KILL_AFTER.0, RANDOM_KILL_AFTER.1);
            return Plan { point: None, after };
        }
        let mut points: Vec<_> = kind.points().collect();
        self.random.shuffle(&mut points);
        let planned = |point| {
            self.planned
                .get(&(kind, point))
                .copied()
                .unwrap_or_default()
        };
        let point = points.into_iter().min_by_key(|point| planned(point));
        if let Some(point) = point {
            *self.planned.entry((kind, point)).or_default() += 1;
        }
        let times = 1 + self.random.below(MAX_PASSES);
        Plan {
            point: point.map(|point| (point, times)),
            after: self.random.between(POINT_TIMEOUT.0, POINT_TIMEOUT.1),
        }
    }

    /// Records that a process was killed before it reached its point.
    pub(crate) fn missed(&mut self, kind: Kind, point: &'static str) {
        if let Some(planned) = self.planned.get_mut(&(kind, point)) {
            *planned -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Plans;
    use coach_tests::Random;

    use crate::{kill::points, process::Kind};

    #[test]
    fn every_point_has_its_turn_and_a_missed_one_again() {
        let mut plans = Plans::new(Random::new(1, 1));
        let mut hits: BTreeMap<_, usize> = BTreeMap::new();
        for number in 0..200 {
            let kind = [Kind::Gateway, Kind::Both, Kind::Worker][number % 3];
            if let Some((point, times)) = plans.next(kind).point {
                assert!(kind.points().any(|own| own == point) && times > 0);
                if point == "after-effect" && number < 100 {
                    plans.missed(kind, point);
                } else {
                    *hits.entry(point).or_default() += 1;
                }
            }
        }
        for point in points() {
            // The missed point was planned more often, at the expense of the others.
            assert!(hits[point] >= 6, "{hits:?}");
        }
    }
}

//! When and where each process ends, before it begins.

use std::{collections::BTreeMap, time::Duration};

use coach_tests::Random;

use crate::process::Kind;

/// How soon a process dies that is to die at any moment.
const AT_RANDOM: (Duration, Duration) = (Duration::from_millis(700), Duration::from_secs(5));

/// How long one that is to die at a named point has to get there. Then it dies all the same.
const AT_A_POINT: (Duration, Duration) = (Duration::from_secs(6), Duration::from_secs(10));

/// One in so many dies at any moment, the others at a named point.
const ONE_AT_RANDOM_IN: usize = 4;

/// The most times that a process passes its point before it dies there.
const PASSES: usize = 5;

/// The end of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The named point, and the how-many-th time that it is reached.
    pub(crate) point: Option<(&'static str, usize)>,
    /// When it dies at the latest.
    pub(crate) after: Duration,
}

/// Ends for all, so that each kind of process ends at each of its points equally often.
#[derive(Debug)]
pub(crate) struct Plans {
    random: Random,
    /// Ends that came about or are still to come.
    planned: BTreeMap<(Kind, &'static str), usize>,
}

impl Plans {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            planned: BTreeMap::new(),
        }
    }

    /// For a new process.
    pub(crate) fn next(&mut self, kind: Kind) -> Plan {
        if self.random.one_in(ONE_AT_RANDOM_IN) {
            let after = self.random.between(AT_RANDOM.0, AT_RANDOM.1);
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
        let times = 1 + self.random.below(PASSES);
        Plan {
            point: point.map(|point| (point, times)),
            after: self.random.between(AT_A_POINT.0, AT_A_POINT.1),
        }
    }

    /// The process died before it got there.
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
            // The one that was missed has taken turns of the others.
            assert!(hits[point] >= 6, "{hits:?}");
        }
    }
}

//! A seed's verdict, for people.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::{
    check::{Verdict, check},
    evidence::Evidence,
    kill::{DATABASE, Kill, points},
};

/// What a run tells beside its evidence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// Why requests were sent again, and how often.
    pub(crate) retries: BTreeMap<String, u32>,
    /// Messages that were delivered twice on purpose.
    pub(crate) delivered_twice: u64,
    /// How long the queue was away.
    pub(crate) outage: Duration,
    /// From the last kill until all was done.
    pub(crate) drained: Duration,
    /// Dead letters that were given back then.
    pub(crate) redriven: u64,
}

/// All that is printed of a seed.
#[derive(Debug)]
pub(crate) struct Report {
    seed: u64,
    verdict: Verdict,
    kills: String,
    notes: Notes,
    took: Duration,
}

impl Report {
    pub(crate) fn new(seed: u64, evidence: &Evidence, notes: Notes, took: Duration) -> Self {
        Self {
            seed,
            verdict: check(evidence),
            kills: kills(&evidence.kills),
            notes,
            took,
        }
    }

    /// Whether nothing is wrong.
    pub(crate) fn holds(&self) -> bool {
        self.verdict.holds()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            verdict,
            kills,
            notes,
            took,
        } = self;
        let holds = if verdict.holds() { "holds" } else { "FAILS" };
        writeln!(formatter, "seed {seed} {holds}: {verdict}")?;
        writeln!(formatter, "  {kills}")?;
        let retries = notes
            .retries
            .iter()
            .map(|(why, count)| format!("{why} {count}"));
        let retries = retries.collect::<Vec<_>>().join(", ");
        writeln!(formatter, "  requests sent again after: {retries}")?;
        writeln!(
            formatter,
            "  {} messages delivered twice, the queue away for {} s, all done {} s after the last kill, {} dead letters \
             redriven, {} s in all",
            notes.delivered_twice,
            notes.outage.as_secs(),
            notes.drained.as_secs(),
            notes.redriven,
            took.as_secs()
        )?;
        for fault in &verdict.faults {
            writeln!(formatter, "  ! {fault}")?;
        }
        Ok(())
    }
}

fn kills(kills: &[Kill]) -> String {
    let at = |point| {
        kills
            .iter()
            .filter(|kill| kill.point == Some(point))
            .count()
    };
    let named = points().map(|point| format!("{point} {}", at(point)));
    let named = named.collect::<Vec<_>>().join(", ");
    let of_postgres = kills.iter().filter(|kill| kill.process == DATABASE).count();
    let anywhere = kills.iter().filter(|kill| kill.point.is_none()).count() - of_postgres;
    let all = kills.len();
    format!("{all} kills: {named}, at any moment {anywhere}, Postgres {of_postgres}")
}

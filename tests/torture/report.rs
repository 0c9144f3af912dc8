//! The report of one seed.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::{
    check::{Findings, check},
    evidence::Evidence,
    kill::{DATABASE, Kill, points},
};

/// Figures of a run that the checker does not need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// Why requests were sent again, and how often.
    pub(crate) retries: BTreeMap<String, u32>,
    /// Messages that were delivered twice on purpose.
    pub(crate) delivered_twice: u64,
    /// How long the queue was unavailable.
    pub(crate) outage: Duration,
    /// From the last kill until no work was left.
    pub(crate) drained: Duration,
    /// Dead letters that were redriven then.
    pub(crate) redriven: u64,
}

/// Everything that is printed about a seed.
#[derive(Debug)]
pub(crate) struct Report {
    seed: u64,
    findings: Findings,
    kills: String,
    notes: Notes,
    took: Duration,
}

impl Report {
    pub(crate) fn new(seed: u64, evidence: &Evidence, notes: Notes, took: Duration) -> Self {
        Self {
            seed,
            findings: check(evidence),
            kills: kills(&evidence.kills),
            notes,
            took,
        }
    }

    /// Whether the checker found no fault.
    pub(crate) fn holds(&self) -> bool {
        self.findings.holds()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            findings,
            kills,
            notes,
            took,
        } = self;
        let holds = if findings.holds() { "holds" } else { "FAILS" };
        writeln!(formatter, "seed {seed} {holds}: {findings}")?;
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
        for fault in &findings.faults {
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

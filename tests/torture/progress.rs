//! The progress of a run: for its log lines, and to keep mutations and kills in step.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use anyhow::ensure;

use crate::{
    cli::Options,
    kill::{Kill, points},
};

/// How far the mutations may be ahead of the kills, in kills: each kill has its share of the mutations.
const MAX_LEAD_IN_KILLS: u32 = 3;

/// A run fails when it has sent twice its target of mutations and this many more before the kills are done.
const MAX_EXTRA_MUTATIONS: u32 = 1_000;

/// Counters that the tasks of a run share.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    targets: Targets,
    /// Mutations of which the first request was started.
    issued: AtomicU32,
    /// Mutations that were acknowledged.
    pub(crate) acknowledged: AtomicU32,
    kills: Mutex<Vec<Kill>>,
    /// Faults that are planned or in progress.
    faults: AtomicU32,
    /// Why requests were sent again, and how often.
    retries: Mutex<BTreeMap<String, u32>>,
}

/// The targets of a run: the minimum of each count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Targets {
    pub(crate) mutations: u32,
    pub(crate) kills: u32,
    /// Kills at each named point.
    pub(crate) hits: u32,
}

impl From<&Options> for Targets {
    fn from(options: &Options) -> Self {
        Self {
            mutations: options.mutations,
            kills: options.kills,
            hits: options.hits,
        }
    }
}

/// Whether a client may send another mutation now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Send,
    /// The kills have to catch up. They need some traffic for that, if only a little.
    Wait,
    /// The targets are met.
    Finished,
}

impl Progress {
    pub(crate) fn new(targets: Targets) -> Self {
        Self {
            targets,
            ..Self::default()
        }
    }

    /// Whether the next mutation may be sent now.
    pub(crate) fn pace(&self) -> Pace {
        let issued = self.issued.load(Relaxed);
        let Targets {
            mutations, kills, ..
        } = self.targets;
        if issued >= mutations {
            return if self.is_complete() {
                Pace::Finished
            } else {
                Pace::Wait
            };
        }
        let killed = u32::try_from(self.kills().len()).unwrap_or(u32::MAX);
        let due = u64::from(issued) * u64::from(kills) / u64::from(mutations.max(1));
        if due <= u64::from(killed.saturating_add(MAX_LEAD_IN_KILLS + kills / 20)) {
            Pace::Send
        } else {
            Pace::Wait
        }
    }

    /// Counts a mutation that is sent for the first time.
    ///
    /// # Errors
    ///
    /// When there were so many mutations that the kills cannot be expected to reach their targets any more.
    pub(crate) fn issue(&self) -> anyhow::Result<()> {
        let issued = self.issued.fetch_add(1, Relaxed);
        ensure!(
            issued < self.targets.mutations * 2 + MAX_EXTRA_MUTATIONS,
            "after {issued} mutations there are {} kills, and these points were not hit: {:?}",
            self.kills().len(),
            missed(&self.kills(), self.targets.hits),
        );
        Ok(())
    }

    fn is_complete(&self) -> bool {
        let kills = self.kills();
        let enough = kills.len() >= usize::try_from(self.targets.kills).unwrap_or(usize::MAX);
        enough && missed(&kills, self.targets.hits).is_empty() && self.faults.load(Relaxed) == 0
    }

    /// Adds faults that must happen before the run ends.
    pub(crate) fn expect_faults(&self, count: u32) {
        self.faults.fetch_add(count, Relaxed);
    }

    /// Records that one of the expected faults is over.
    pub(crate) fn finish_fault(&self) {
        self.faults.fetch_sub(1, Relaxed);
    }

    pub(crate) fn record_retry(&self, why: &str) {
        let mut retries = self.retries.lock().unwrap_or_else(PoisonError::into_inner);
        *retries.entry(why.to_owned()).or_default() += 1;
    }

    /// Why requests were sent again, and how often.
    pub(crate) fn retries(&self) -> BTreeMap<String, u32> {
        let retries = self.retries.lock();
        retries.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn kills(&self) -> MutexGuard<'_, Vec<Kill>> {
        self.kills.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The acknowledged mutations, in thousandths of the target.
    pub(crate) fn thousandths(&self) -> u32 {
        let done = u64::from(self.acknowledged.load(Relaxed)) * 1_000;
        let done = done / u64::from(self.targets.mutations.max(1));
        u32::try_from(done).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (acknowledged, kills) = (self.acknowledged.load(Relaxed), self.kills());
        let hit = points().filter(|point| kills.iter().any(|kill| kill.point == Some(point)));
        let (killed, hit, all) = (kills.len(), hit.count(), points().count());
        write!(
            formatter,
            "{acknowledged} mutations acknowledged, {killed} kills, {hit} of {all} named points"
        )
    }
}

/// The named points that were hit fewer than `hits` times.
pub(crate) fn missed(kills: &[Kill], hits: u32) -> Vec<&'static str> {
    let hit = |point| {
        kills
            .iter()
            .filter(|kill| kill.point == Some(point))
            .count()
    };
    let hits = usize::try_from(hits).unwrap_or(usize::MAX);
    points().filter(|point| hit(point) < hits).collect()
}

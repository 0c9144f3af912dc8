//! How far a run has come: what is told, and what keeps mutations and kills in step.

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

/// How many mutations may be sent before the first kill, and by how many kills' worth they may be ahead later.
const AHEAD: u32 = 3;

/// How many mutations more than twice those wanted may be sent until the kills are done.
const PATIENCE: u32 = 1_000;

/// Counted by all who take part.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    wanted: Wanted,
    /// Mutations that somebody has begun to ask for.
    issued: AtomicU32,
    /// And that were done, by their answers.
    pub(crate) acknowledged: AtomicU32,
    kills: Mutex<Vec<Kill>>,
    /// Faults that are still to come or under way.
    faults: AtomicU32,
    /// Why requests were sent again, and how often.
    retries: Mutex<BTreeMap<String, u32>>,
}

/// What a run is to come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) mutations: u32,
    pub(crate) kills: u32,
    /// Of each named point.
    pub(crate) hits: u32,
}

impl From<&Options> for Wanted {
    fn from(options: &Options) -> Self {
        Self {
            mutations: options.mutations,
            kills: options.kills,
            hits: options.hits,
        }
    }
}

/// Whether another mutation may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Go,
    /// The kills are to catch up. What they need is traffic, if only a little.
    Wait,
    /// All is done that was wanted.
    Over,
}

impl Progress {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Asks for the next mutation's turn.
    pub(crate) fn turn(&self) -> Turn {
        let issued = self.issued.load(Relaxed);
        let Wanted {
            mutations, kills, ..
        } = self.wanted;
        if issued >= mutations {
            return if self.is_complete() {
                Turn::Over
            } else {
                Turn::Wait
            };
        }
        let killed = u32::try_from(self.kills().len()).unwrap_or(u32::MAX);
        let due = u64::from(issued) * u64::from(kills) / u64::from(mutations.max(1));
        if due <= u64::from(killed.saturating_add(AHEAD + kills / 20)) {
            Turn::Go
        } else {
            Turn::Wait
        }
    }

    /// A mutation is sent for the first time.
    ///
    /// # Errors
    ///
    /// When there were so many that the kills will never be done.
    pub(crate) fn issue(&self) -> anyhow::Result<()> {
        let issued = self.issued.fetch_add(1, Relaxed);
        ensure!(
            issued < self.wanted.mutations * 2 + PATIENCE,
            "after {issued} mutations there are {} kills, and these points were not hit: {:?}",
            self.kills().len(),
            missed(&self.kills(), self.wanted.hits),
        );
        Ok(())
    }

    fn is_complete(&self) -> bool {
        let kills = self.kills();
        let enough = kills.len() >= usize::try_from(self.wanted.kills).unwrap_or(usize::MAX);
        enough && missed(&kills, self.wanted.hits).is_empty() && self.faults.load(Relaxed) == 0
    }

    /// So many faults are to come before the end.
    pub(crate) fn expect_faults(&self, count: u32) {
        self.faults.fetch_add(count, Relaxed);
    }

    /// One of them is over.
    pub(crate) fn had_fault(&self) {
        self.faults.fetch_sub(1, Relaxed);
    }

    pub(crate) fn retried(&self, why: &str) {
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

    /// How much of it is done, in thousandths of the mutations.
    pub(crate) fn thousandths(&self) -> u32 {
        let done = u64::from(self.acknowledged.load(Relaxed)) * 1_000;
        let done = done / u64::from(self.wanted.mutations.max(1));
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

/// Named points that were not hit that often.
pub(crate) fn missed(kills: &[Kill], hits: u32) -> Vec<&'static str> {
    let hit = |point| {
        kills
            .iter()
            .filter(|kill| kill.point == Some(point))
            .count()
    };
    let wanted = usize::try_from(hits).unwrap_or(usize::MAX);
    points().filter(|point| hit(point) < wanted).collect()
}

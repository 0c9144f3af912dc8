//! The rows that several batch functions need, by how they are fetched.

use std::collections::HashMap;

use coach_domain::{
    Result,
    cycle::{self, Cycle},
    day::{self, log::DayLog},
    id::{CycleId, MemberId},
    member::{self, Member},
    preferences::{self, Preferences},
};

use crate::{memo::Fetch, source::Source};

/// Members by id.
pub(crate) struct Members;

impl Fetch for Members {
    type Key = MemberId;
    type Value = Member;

    async fn fetch(source: &Source, keys: &[MemberId]) -> Result<HashMap<MemberId, Member>> {
        let members = member::find(&source.session, keys, source.now).await?;
        Ok(members
            .into_iter()
            .map(|member| (member.id, member))
            .collect())
    }
}

/// Cycles by id.
pub(crate) struct Cycles;

impl Fetch for Cycles {
    type Key = CycleId;
    type Value = Cycle;

    async fn fetch(source: &Source, keys: &[CycleId]) -> Result<HashMap<CycleId, Cycle>> {
        let cycles = cycle::find(&source.session, keys, source.now).await?;
        Ok(cycles.into_iter().map(|cycle| (cycle.id, cycle)).collect())
    }
}

/// What members did in their cycles.
pub(crate) struct Logs;

impl Fetch for Logs {
    type Key = CycleId;
    type Value = DayLog;

    async fn fetch(source: &Source, keys: &[CycleId]) -> Result<HashMap<CycleId, DayLog>> {
        day::log(&source.session, keys).await
    }
}

/// What members wanted, and from when on.
pub(crate) struct Histories;

impl Fetch for Histories {
    type Key = MemberId;
    type Value = Vec<Preferences>;

    async fn fetch(
        source: &Source,
        keys: &[MemberId],
    ) -> Result<HashMap<MemberId, Vec<Preferences>>> {
        preferences::history(&source.session, keys).await
    }
}

//! The kinds of rows that a request caches, and how they are fetched.

use std::collections::HashMap;

use coach_domain::{
    Result,
    cycle::{self, Cycle},
    day::{self, log::DayLog},
    id::{CycleId, MemberId},
    member::{self, Member},
    preferences::{self, Preferences},
};

use crate::{cached_loader::FetchRows, request_resources::RequestResources};

/// Members by id.
pub(crate) struct Members;

impl FetchRows for Members {
    type Key = MemberId;
    type Value = Member;

    async fn fetch(
        source: &RequestResources,
        keys: &[MemberId],
    ) -> Result<HashMap<MemberId, Member>> {
        let members = member::find(&source.session, keys, source.now).await?;
        Ok(members
            .into_iter()
            .map(|member| (member.id, member))
            .collect())
    }
}

/// Cycles by id.
pub(crate) struct Cycles;

impl FetchRows for Cycles {
    type Key = CycleId;
    type Value = Cycle;

    async fn fetch(source: &RequestResources, keys: &[CycleId]) -> Result<HashMap<CycleId, Cycle>> {
        let cycles = cycle::find(&source.session, keys, source.now).await?;
        Ok(cycles.into_iter().map(|cycle| (cycle.id, cycle)).collect())
    }
}

/// The logs of what members did, by cycle.
pub(crate) struct Logs;

impl FetchRows for Logs {
    type Key = CycleId;
    type Value = DayLog;

    async fn fetch(
        source: &RequestResources,
        keys: &[CycleId],
    ) -> Result<HashMap<CycleId, DayLog>> {
        day::log(&source.session, keys).await
    }
}

/// The history of preferences, by member.
pub(crate) struct Histories;

impl FetchRows for Histories {
    type Key = MemberId;
    type Value = Vec<Preferences>;

    async fn fetch(
        source: &RequestResources,
        keys: &[MemberId],
    ) -> Result<HashMap<MemberId, Vec<Preferences>>> {
        preferences::history(&source.session, keys).await
    }
}

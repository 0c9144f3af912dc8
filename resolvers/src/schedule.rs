//! Cycles with everything that their days are computed from. Loaded with a fixed number of statements, regardless of
//! the number of cycles and days.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    cycle::Cycle,
    day::{self, Day, log::DayLog},
    id::CycleId,
    preferences::Preferences,
    programme::Programme,
    subscription::Access,
};
use coach_execution::SmallMap;
use futures_util::try_join;

use crate::RequestContext;

/// The schedules of some cycles, by cycle.
pub(crate) struct Schedules(SmallMap<CycleId, Schedule>);

/// A cycle with everything that its days are computed from.
pub(crate) struct Schedule {
    pub(crate) cycle: Arc<Cycle>,
    programme: Arc<Programme>,
    log: Arc<DayLog>,
    /// The current date in the member's time zone.
    pub(crate) today: NaiveDate,
    pub(crate) history: Arc<Vec<Preferences>>,
    catalogue: Arc<Catalogue>,
    access: Access,
    now: DateTime<Utc>,
}

impl Schedules {
    /// Loads the schedules of some cycles.
    pub(crate) async fn load(context: &RequestContext, ids: &[CycleId]) -> Result<Self> {
        let owners: Vec<_> = ids.iter().map(|id| id.member).collect();
        let (catalogue, cycles, members, histories, logs) = try_join!(
            context.catalogue(),
            context.cycles(ids),
            context.members(&owners),
            context.histories(&owners),
            context.logs(ids),
        )?;
        let mut schedules = SmallMap::default();
        for (id, cycle) in cycles {
            let (Some(member), Some(history)) =
                (members.get(&id.member), histories.get(&id.member))
            else {
                continue;
            };
            let schedule = Schedule {
                programme: Arc::clone(programme(catalogue, &cycle)?),
                log: logs.get(&id).cloned().unwrap_or_default(),
                today: today(context, &cycle),
                history: Arc::clone(history),
                catalogue: Arc::clone(catalogue),
                access: member.access,
                now: context.now(),
                cycle,
            };
            schedules.insert(id, schedule);
        }
        Ok(Self(schedules))
    }

    /// The schedule of a cycle; `None` if the cycle does not exist.
    pub(crate) fn get(&self, id: CycleId) -> Option<&Schedule> {
        self.0.get(&id)
    }
}

/// The version of the programme that a cycle follows.
pub(crate) fn programme<'c>(catalogue: &'c Catalogue, cycle: &Cycle) -> Result<&'c Arc<Programme>> {
    let version = (cycle.programme, cycle.programme_version);
    catalogue.programmes.get(&version).ok_or_else(|| {
        Error::Invariant(format!("the programme {version:?} of a cycle is not there"))
    })
}

/// The current date in the time zone of a cycle.
pub(crate) fn today(context: &RequestContext, cycle: &Cycle) -> NaiveDate {
    context.now().with_timezone(&cycle.time_zone).date_naive()
}

impl Schedule {
    /// One day; `None` if the plan ended before it.
    pub(crate) fn day(&self, number: u8) -> Result<Option<Day>> {
        let date = self.cycle.date_of(number);
        Ok(self.days(date, date)?.pop())
    }

    /// The days of a range that are in the cycle.
    ///
    /// # Errors
    ///
    /// When the last of them has not ended in every time zone, and the member has no access.
    pub(crate) fn days(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>> {
        let numbers = self.cycle.numbers_in(Some(from), Some(to));
        if !numbers.is_empty() {
            let last = self.cycle.date_of(*numbers.end());
            day::require_access(self.access, last, self.now)?;
        }
        let Self {
            cycle,
            programme,
            catalogue,
            history,
            log,
            ..
        } = self;
        Ok(day::plan(
            cycle, numbers, programme, catalogue, history, log,
        ))
    }

    /// The catalogue, with the recipes that a meal may be swapped for.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}

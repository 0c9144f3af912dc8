//! Cycles: periods of 28 days of a plan, each closed by a check-in.

mod begin;
pub(crate) mod find;
mod rules;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::{
    id::{CycleId, PlanId, ProgrammeId},
    progression::Load,
};

pub(crate) use begin::begin;
pub use find::{current, find, of_plans};
pub use rules::{check_in_due, check_in_opens_on, ends_on};

pub use crate::id::CYCLE_DAYS as DAYS;

/// A cycle, as of the day on which it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The id, with the owner.
    pub id: CycleId,
    /// The plan that it belongs to.
    pub plan_id: PlanId,
    /// The number within the plan, from 1.
    pub number: i32,
    /// The date of day 1.
    pub starts_on: NaiveDate,
    /// The date of day 28.
    pub ends_on: NaiveDate,
    /// The date of day 29, the first on which the check-in can be submitted.
    pub check_in_opens_on: NaiveDate,
    /// Whether the days are over and the check-in has not been submitted yet.
    pub check_in_due: bool,
    /// The date on which its check-in closed it.
    pub closed_on: Option<NaiveDate>,
    /// The programme that it follows.
    pub programme: ProgrammeId,
    /// The version of the programme, pinned when the cycle began.
    pub programme_version: i32,
    /// The random seed of the choice of replacement meals.
    pub seed: i64,
    /// The load that the member wanted when it began, which may differ from the programme's; `None` for cycles from
    /// before this was stored.
    pub wanted: Option<Load>,
    /// The time zone in which the member's days begin and end.
    pub time_zone: Tz,
    /// The last day of its plan, if that has ended. Later days are not part of the cycle.
    pub plan_ended_on: Option<NaiveDate>,
}

impl Cycle {
    /// The day number of a date; `None` outside days 1 to 28.
    pub fn number_of(&self, date: NaiveDate) -> Option<u8> {
        let day = date.signed_duration_since(self.starts_on).num_days() + 1;
        u8::try_from(day)
            .ok()
            .filter(|day| (1..=DAYS).contains(day))
    }

    /// Whether the day with this number is still part of the plan.
    pub fn has(&self, number: u8) -> bool {
        self.plan_ended_on
            .is_none_or(|last| self.date_of(number) <= last)
    }

    /// The date of a day number.
    pub fn date_of(&self, number: u8) -> NaiveDate {
        let days = Days::new(u64::from(number.saturating_sub(1)));
        self.starts_on
            .checked_add_days(days)
            .unwrap_or(NaiveDate::MAX)
    }
}

/// How far a member has come in a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CycleProgress {
    /// Number of planned workouts that were completed.
    pub workouts_completed: i32,
    /// Number of planned workouts on all days.
    pub workouts_planned: i32,
    /// Number of meals that were logged as eaten.
    pub meals_logged: i32,
    /// Number of days that have begun, including today.
    pub days_elapsed: i32,
    /// Percentage of planned workouts that were completed, rounded down.
    pub percent: i32,
}

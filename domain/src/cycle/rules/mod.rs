//! The rules of a cycle's dates, and how far a member has come.

use std::{collections::HashSet, ops::RangeInclusive};

use chrono::{Days, NaiveDate};

use super::{Cycle, CycleProgress, DAYS};
use crate::{day::log::DayLog, programme::Programme};

/// The date of day 28 of a cycle that begins on `starts_on`.
pub fn ends_on(starts_on: NaiveDate) -> NaiveDate {
    after(starts_on, u64::from(DAYS) - 1)
}

/// The first date on which the check-in of a cycle can be submitted: day 29. It
/// stays open until it is, however late.
pub fn check_in_opens_on(starts_on: NaiveDate) -> NaiveDate {
    after(starts_on, u64::from(DAYS))
}

/// Whether the days of a cycle are over and its check-in is not there yet.
/// Nobody waits for the check-in of a plan that was ended, so `ended_on`, the
/// plan's last day, rules it out.
pub fn check_in_due(
    starts_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    today: NaiveDate,
) -> bool {
    closed_on.is_none() && ended_on.is_none() && today >= check_in_opens_on(starts_on)
}

impl Cycle {
    /// The numbers of the days in a range of dates, bounds included; `None` leaves
    /// a side open. Days after the end of the plan are gone. Empty where no day of
    /// the cycle lies in the range.
    pub fn numbers_in(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> RangeInclusive<u8> {
        let first = from.map_or(self.starts_on, |date| date.max(self.starts_on));
        let over = self.plan_ended_on.unwrap_or(NaiveDate::MAX);
        let last = to.unwrap_or(NaiveDate::MAX).min(self.ends_on).min(over);
        match (self.number_of(first), self.number_of(last)) {
            (Some(first), Some(last)) => first..=last,
            // A side that is beyond the cycle: nothing to give.
            _ => RangeInclusive::new(1, 0),
        }
    }
}

/// How far a member has come in a cycle. `log` has the rows of all its days.
pub fn progress(
    cycle: &Cycle,
    programme: &Programme,
    log: &DayLog,
    today: NaiveDate,
) -> CycleProgress {
    let planned: HashSet<(u8, u8)> = (programme.content.days.iter().zip(1..=DAYS))
        .flat_map(|(day, number)| (1..).zip(&day.workouts).map(move |(at, _)| (number, at)))
        .collect();
    let completed: HashSet<_> = (log.completions.iter())
        .map(|row| (row.day, row.position))
        .filter(|place| planned.contains(place))
        .collect();
    let eaten = log.choices.iter().filter(|row| row.eaten_at.is_some());
    let elapsed = today.signed_duration_since(cycle.starts_on).num_days() + 1;
    CycleProgress {
        workouts_completed: count(completed.len()),
        workouts_planned: count(planned.len()),
        meals_logged: count(eaten.count()),
        days_elapsed: i32::try_from(elapsed.clamp(0, i64::from(DAYS))).unwrap_or_default(),
        percent: count(
            (100 * completed.len())
                .checked_div(planned.len())
                .unwrap_or(0),
        ),
    }
}

fn after(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}

fn count(of: usize) -> i32 {
    i32::try_from(of).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;

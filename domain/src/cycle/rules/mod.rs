//! The dates of a cycle, and a member's progress in it.

use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};

use super::{Cycle, DAYS};

/// The date of day 28 of a cycle that begins on `starts_on`.
pub fn ends_on(starts_on: NaiveDate) -> NaiveDate {
    add_days(starts_on, u64::from(DAYS) - 1)
}

/// The first date on which the check-in of a cycle can be submitted: day 29. There is no last date.
pub fn check_in_opens_on(starts_on: NaiveDate) -> NaiveDate {
    add_days(starts_on, u64::from(DAYS))
}

/// Whether the days of a cycle are over and its check-in has not been submitted yet. No check-in is due for a plan that
/// has ended; `ended_on` is the plan's last day.
pub fn check_in_due(
    starts_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    today: NaiveDate,
) -> bool {
    closed_on.is_none() && ended_on.is_none() && today >= check_in_opens_on(starts_on)
}

impl Cycle {
    /// The numbers of the days in a range of dates, bounds included; `None` leaves a side open. Days after the end of
    /// the plan are excluded. Empty if no day of the cycle lies in the range.
    pub fn numbers_in(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> RangeInclusive<u8> {
        let first = from.map_or(self.starts_on, |date| date.max(self.starts_on));
        let plan_end = self.plan_ended_on.unwrap_or(NaiveDate::MAX);
        let last = to.unwrap_or(NaiveDate::MAX).min(self.ends_on).min(plan_end);
        match (self.number_of(first), self.number_of(last)) {
            (Some(first), Some(last)) => first..=last,
            // A bound lies outside the cycle: the range is empty.
            _ => RangeInclusive::new(1, 0),
        }
    }
}

fn add_days(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests;

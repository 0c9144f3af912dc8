//! A member's progress in a cycle.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::log::DayLog;
use crate::{
    cycle::{Cycle, CycleProgress, DAYS},
    programme::Programme,
};

/// A member's progress in a cycle. `log` contains the rows of all its days.
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
        workouts_completed: to_i32(completed.len()),
        workouts_planned: to_i32(planned.len()),
        meals_logged: to_i32(eaten.count()),
        days_elapsed: i32::try_from(elapsed.clamp(0, i64::from(DAYS))).unwrap_or_default(),
        percent: to_i32(
            (100 * completed.len())
                .checked_div(planned.len())
                .unwrap_or(0),
        ),
    }
}

fn to_i32(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

//! A member's progress in a cycle.

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
    let days = programme.content.days.iter().take(usize::from(DAYS));
    let planned: usize = days.map(|day| day.workouts.len()).sum();
    // Each place has at most one row.
    let completed = log.completions.iter().filter(|row| {
        let day = row.day.checked_sub(1).filter(|day| *day < DAYS);
        let day = day.and_then(|day| programme.content.days.get(usize::from(day)));
        day.is_some_and(|day| (1..=day.workouts.len()).contains(&usize::from(row.position)))
    });
    let completed = completed.count();
    let eaten = log.choices.iter().filter(|row| row.eaten_at.is_some());
    let elapsed = today.signed_duration_since(cycle.starts_on).num_days() + 1;
    CycleProgress {
        workouts_completed: to_i32(completed),
        workouts_planned: to_i32(planned),
        meals_logged: to_i32(eaten.count()),
        days_elapsed: i32::try_from(elapsed.clamp(0, i64::from(DAYS))).unwrap_or_default(),
        percent: to_i32((100 * completed).checked_div(planned).unwrap_or(0)),
    }
}

fn to_i32(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

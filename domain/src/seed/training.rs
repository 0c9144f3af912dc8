//! Which workouts a programme has on which day.

use super::workout::SeededWorkout;
use crate::{
    id::WorkoutId,
    preferences::{Goal, Level},
    workout::WorkoutFocus,
};

/// Weeks in a cycle, and days in a week.
pub(super) const WEEKS: usize = 4;
pub(super) const WEEK: usize = 7;

/// The workouts of days 1 to 28.
///
/// Training days are spread evenly: the `i`th of `n` in a week (from 0) is day
/// `i * 7 / n` of it. Each has a main workout of the goal and level. From one
/// training day to the next the focus goes round in the goal's [`rotation`], and
/// each time round every focus takes its next workout. The last training day of
/// a week closes with a short second one: for the trunk in odd weeks, for
/// mobility in even ones where the goal has such a workout.
pub(super) fn training(
    goal: Goal,
    level: Level,
    days_per_week: usize,
    workouts: &[SeededWorkout],
) -> Vec<Vec<WorkoutId>> {
    let nth = |focus: WorkoutFocus, turn: usize| {
        let suited: Vec<_> = workouts
            .iter()
            .filter(|it| it.goals.contains(&goal))
            .filter(|it| it.workout.level == level && it.workout.focus == focus)
            .map(|it| it.workout.id)
            .collect();
        (!suited.is_empty()).then(|| suited[turn % suited.len()])
    };
    let rotation = rotation(goal);
    let mut days = vec![Vec::new(); WEEKS * WEEK];
    for session in 0..WEEKS * days_per_week {
        let (week, i) = (session / days_per_week, session % days_per_week);
        let day = &mut days[week * WEEK + i * WEEK / days_per_week];
        day.extend(nth(
            rotation[session % rotation.len()],
            session / rotation.len(),
        ));
        if i + 1 == days_per_week {
            let trunk = || nth(WorkoutFocus::Core, week);
            let second = if week % 2 == 0 {
                trunk()
            } else {
                nth(WorkoutFocus::Mobility, week / 2).or_else(trunk)
            };
            day.extend(second);
        }
    }
    days
}

/// What training days are about, one after the other.
fn rotation(goal: Goal) -> &'static [WorkoutFocus] {
    use WorkoutFocus::{Cardio, FullBody, LowerBody, UpperBody};
    match goal {
        Goal::LoseWeight => &[FullBody, Cardio, LowerBody, Cardio],
        Goal::BuildStrength => &[UpperBody, LowerBody, FullBody],
        Goal::ImproveEndurance => &[Cardio, FullBody],
    }
}

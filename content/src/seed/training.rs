//! The workouts of generated programmes.

use coach_domain::{
    enums::{Goal, Level, WorkoutFocus},
    id::WorkoutId,
};

use super::workout::SeededWorkout;

/// The number of weeks in a cycle.
pub(super) const WEEKS_PER_CYCLE: usize = 4;
/// The number of days in a week.
pub(super) const DAYS_IN_WEEK: usize = 7;

/// The workouts of days 1 to 28.
///
/// Training days are spread evenly: the `i`th of `n` in a week (from 0) is day `i * 7 / n` of it. Each has a main
/// workout of the goal and level. From one training day to the next, the focus follows the goal's [`rotation`], and in
/// each round every focus takes its next workout. The last training day of a week ends with a short second workout: for
/// the core in odd weeks, and in even weeks for mobility, if the goal has such a workout.
pub(super) fn training(
    goal: Goal,
    level: Level,
    days_per_week: usize,
    workouts: &[SeededWorkout],
) -> Vec<Vec<WorkoutId>> {
    let nth = |focus: WorkoutFocus, round: usize| {
        let suited: Vec<_> = workouts
            .iter()
            .filter(|it| it.goals.contains(&goal))
            .filter(|it| it.workout.level == level && it.workout.focus == focus)
            .map(|it| it.workout.id)
            .collect();
        (!suited.is_empty()).then(|| suited[round % suited.len()])
    };
    let rotation = rotation(goal);
    let mut days = vec![Vec::new(); WEEKS_PER_CYCLE * DAYS_IN_WEEK];
    for session in 0..WEEKS_PER_CYCLE * days_per_week {
        let (week, i) = (session / days_per_week, session % days_per_week);
        let day = &mut days[week * DAYS_IN_WEEK + i * DAYS_IN_WEEK / days_per_week];
        day.extend(nth(
            rotation[session % rotation.len()],
            session / rotation.len(),
        ));
        if i + 1 == days_per_week {
            let core = || nth(WorkoutFocus::Core, week);
            let second = if week % 2 == 0 {
                core()
            } else {
                nth(WorkoutFocus::Mobility, week / 2).or_else(core)
            };
            day.extend(second);
        }
    }
    days
}

/// The focus of successive training days.
fn rotation(goal: Goal) -> &'static [WorkoutFocus] {
    use WorkoutFocus::{Cardio, FullBody, LowerBody, UpperBody};
    match goal {
        Goal::LoseWeight => &[FullBody, Cardio, LowerBody, Cardio],
        Goal::BuildStrength => &[UpperBody, LowerBody, FullBody],
        Goal::ImproveEndurance => &[Cardio, FullBody],
    }
}

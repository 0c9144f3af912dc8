use chrono::{NaiveDate, Utc};
use uuid::Uuid;

use super::{check_in_due, check_in_opens_on, ends_on};
use crate::{
    cycle::{Cycle, CycleProgress},
    day::{
        log::{DayLog, MealChoice, WorkoutCompletion},
        progress,
    },
    enums::{Diet, Goal, Level, MealSlot},
    id::{CycleId, MemberId, PlanId, ProgrammeId, RecipeId, WorkoutId},
    programme::{Programme, ProgrammeContent, ProgrammeDay},
};

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a date")
}

/// From 1 to 28 March, with a workout on every seventh day.
fn cycle() -> (Cycle, Programme) {
    let [member, id] = [1, 2].map(Uuid::from_u128);
    let member = MemberId(member);
    let programme = Programme {
        id: ProgrammeId(id),
        version: 1,
        goal: Goal::LoseWeight,
        level: Level::Beginner,
        diet: Diet::Vegan,
        days_per_week: 2,
        content: ProgrammeContent {
            days: (0..28)
                .map(|day| ProgrammeDay {
                    workouts: vec![WorkoutId(id); usize::from(day % 7 == 0)],
                    meals: Vec::new(),
                })
                .collect(),
            replacements: Vec::new(),
        },
    };
    let cycle = Cycle {
        id: CycleId { member, id },
        plan_id: PlanId { member, id },
        number: 1,
        starts_on: date(3, 1),
        ends_on: ends_on(date(3, 1)),
        check_in_opens_on: check_in_opens_on(date(3, 1)),
        check_in_due: false,
        closed_on: None,
        programme: programme.id,
        programme_version: 1,
        seed: 0,
        wanted: None,
        time_zone: chrono_tz::UTC,
        plan_ended_on: None,
    };
    (cycle, programme)
}

#[test]
fn day_28_is_the_last_and_the_check_in_opens_on_day_29() {
    let (cycle, _) = cycle();
    assert_eq!(cycle.ends_on, date(3, 28));
    assert_eq!(cycle.check_in_opens_on, date(3, 29));
    let due = |today| check_in_due(cycle.starts_on, None, None, today);
    assert!(!due(date(3, 28)));
    assert!(due(date(3, 29)));
    assert!(due(date(12, 31)), "it stays due however late");
    assert_eq!(cycle.number_of(date(3, 28)), Some(28));
    assert_eq!(cycle.number_of(date(3, 29)), None);
    assert_eq!(cycle.number_of(date(2, 28)), None);
}

#[test]
fn no_check_in_is_due_for_a_closed_cycle_or_an_ended_plan() {
    let some = Some(date(3, 29));
    assert!(!check_in_due(date(3, 1), some, None, date(4, 1)));
    assert!(!check_in_due(date(3, 1), None, some, date(4, 1)));
}

#[test]
fn ranges_are_cut_to_the_cycle() {
    let (cycle, _) = cycle();
    let numbers = |from, to| cycle.numbers_in(from, to);
    assert_eq!(numbers(None, None), 1..=28);
    assert_eq!(numbers(Some(date(3, 3)), Some(date(3, 5))), 3..=5);
    assert_eq!(numbers(Some(date(2, 1)), Some(date(4, 30))), 1..=28);
    assert_eq!(numbers(Some(date(3, 28)), Some(date(3, 29))), 28..=28);
    assert!(numbers(Some(date(3, 29)), None).is_empty());
    assert!(numbers(None, Some(date(2, 28))).is_empty());
    assert!(numbers(Some(date(3, 5)), Some(date(3, 3))).is_empty());
    assert!(numbers(Some(NaiveDate::MAX), Some(NaiveDate::MIN)).is_empty());
    assert_eq!(numbers(Some(NaiveDate::MIN), Some(NaiveDate::MAX)), 1..=28);
}

#[test]
fn days_after_the_end_of_the_plan_are_excluded() {
    let (mut cycle, _) = cycle();
    cycle.plan_ended_on = Some(date(3, 10));
    assert_eq!(cycle.numbers_in(None, None), 1..=10);
    assert!(cycle.numbers_in(Some(date(3, 11)), None).is_empty());
    cycle.plan_ended_on = Some(date(4, 5));
    assert_eq!(cycle.numbers_in(None, None), 1..=28);
}

#[test]
fn progress_counts_what_was_done_and_the_days_begun() {
    let (cycle, programme) = cycle();
    let completion = |day, position| WorkoutCompletion {
        day,
        position,
        workout_id: WorkoutId(Uuid::nil()),
        completed_at: chrono::DateTime::<Utc>::UNIX_EPOCH,
        effort: None,
    };
    let choice = |day, eaten: bool| MealChoice {
        day,
        slot: MealSlot::Lunch,
        position: 1,
        recipe_id: RecipeId(Uuid::nil()),
        servings: 1,
        eaten_at: eaten.then_some(chrono::DateTime::<Utc>::UNIX_EPOCH),
    };
    let log = DayLog {
        // Nothing is planned at the position of the last one.
        completions: vec![completion(1, 1), completion(8, 1), completion(8, 2)],
        choices: vec![choice(1, true), choice(2, false), choice(3, true)],
    };
    let at = |today| progress(&cycle, &programme, &log, today);
    assert_eq!(
        at(date(3, 9)),
        CycleProgress {
            workouts_completed: 2,
            workouts_planned: 4,
            meals_logged: 2,
            days_elapsed: 9,
            percent: 50,
        }
    );
    let elapsed = |today| at(today).days_elapsed;
    assert_eq!(elapsed(date(2, 28)), 0);
    assert_eq!(elapsed(date(3, 1)), 1);
    assert_eq!(elapsed(date(3, 28)), 28);
    assert_eq!(elapsed(date(3, 29)), 28);
    assert_eq!(elapsed(NaiveDate::MIN), 0);
}

#[test]
fn the_percentage_is_rounded_down_and_0_without_workouts() {
    let (cycle, mut programme) = cycle();
    programme.content.days.truncate(21);
    let completion = WorkoutCompletion {
        day: 1,
        position: 1,
        workout_id: WorkoutId(Uuid::nil()),
        completed_at: chrono::DateTime::<Utc>::UNIX_EPOCH,
        effort: None,
    };
    let log = DayLog {
        completions: vec![completion],
        choices: Vec::new(),
    };
    assert_eq!(progress(&cycle, &programme, &log, date(3, 9)).percent, 33);
    programme.content.days.clear();
    let progress = progress(&cycle, &programme, &log, date(3, 9));
    assert_eq!((progress.percent, progress.workouts_planned), (0, 0));
}

//! The member's log.

use super::*;

#[test]
fn an_eaten_meal_stays_whatever_the_preferences() {
    let setting = Setting::new();
    let recipe = setting.with(Allergen::Fish, MealSlot::Dinner);
    let log = DayLog {
        choices: vec![choice(4, recipe, Some(noon(4)))],
        ..DayLog::default()
    };
    let history = [preferences(1, Diet::Vegan, &[Allergen::Fish])];
    let days = setting.days(&history, &log);
    let eaten = dinner(&days, 4);
    assert_eq!((eaten.recipe.id, eaten.servings), (recipe, 2));
    assert_eq!(eaten.eaten_at, Some(noon(4)));
}

#[test]
fn a_choice_counts_as_long_as_it_may_be_served() {
    let setting = Setting::new();
    let recipe = setting.with(Allergen::Fish, MealSlot::Dinner);
    let log = DayLog {
        choices: vec![choice(4, recipe, None), choice(20, recipe, None)],
        ..DayLog::default()
    };
    let open = preferences(1, Diet::Omnivore, &[]);
    let allergic = preferences(10, Diet::Omnivore, &[Allergen::Fish]);
    let never_swapped = setting.days(&[open.clone(), allergic.clone()], &DayLog::default());
    let days = setting.days(&[open, allergic], &log);
    let chosen = dinner(&days, 4);
    assert_eq!((chosen.recipe.id, chosen.servings), (recipe, 2));
    assert_eq!(shown(&days)[19], shown(&never_swapped)[19]);
    assert_eq!(dinner(&days, 20).servings, 1);
}

#[test]
fn a_choice_for_another_slot_does_not_count() {
    let setting = Setting::new();
    let recipe = setting.with(Allergen::Milk, MealSlot::Snack);
    let log = DayLog {
        choices: vec![choice(4, recipe, None)],
        ..DayLog::default()
    };
    let history = [preferences(1, Diet::Omnivore, &[])];
    assert_ne!(dinner(&setting.days(&history, &log), 4).recipe.id, recipe);
}

#[test]
fn logging_one_meal_changes_no_other() {
    let setting = Setting::new();
    let history = [preferences(1, Diet::Vegan, &[Allergen::Gluten])];
    let before = setting.days(&history, &DayLog::default());
    let lunch = before[5].meals[1].recipe.id;
    let log = DayLog {
        choices: vec![choice(6, lunch, Some(noon(6)))],
        ..DayLog::default()
    };
    let after = setting.days(&history, &log);
    for (was, is) in before[5].meals.iter().zip(&after[5].meals) {
        let same = was.slot == MealSlot::Dinner || was.recipe.id == is.recipe.id;
        assert!(same, "{:?}", was.slot);
    }
    let [was, is] = [&before[5], &after[5]].map(|day| day.nutrition.expect("all is known"));
    assert!(is.energy_kcal > was.energy_kcal, "two servings count twice");
}

#[test]
fn a_completed_workout_stays_the_one_done() {
    let setting = Setting::new();
    let history = [preferences(1, Diet::Omnivore, &[])];
    let planned = setting.days(&history, &DayLog::default());
    let scheduled = &planned[0].workouts[0];
    let other = setting
        .catalogue
        .workouts
        .keys()
        .find(|id| **id != scheduled.workout.id);
    let other = *other.expect("there are several");
    let log = DayLog {
        completions: vec![WorkoutCompletion {
            day: 1,
            position: 1,
            workout_id: other,
            completed_at: noon(1),
            effort: Some(Effort::Hard),
        }],
        ..DayLog::default()
    };
    let days = setting.days(&history, &log);
    let done = &days[0].workouts[0];
    assert_eq!((done.workout.id, done.id), (other, scheduled.id));
    assert_eq!(
        (done.completed_at, done.effort),
        (Some(noon(1)), Some(Effort::Hard))
    );
    assert_eq!(shown(&days)[1..], shown(&planned)[1..]);
}

#[test]
fn the_days_after_the_end_of_the_plan_are_gone() {
    let mut setting = Setting::new();
    setting.cycle.plan_ended_on = Some(date(9));
    let days = setting.days(&[preferences(1, Diet::Omnivore, &[])], &DayLog::default());
    assert_eq!(days.last().map(|day| day.number), Some(9));
}

#[test]
fn positions_count_from_one_within_a_slot() {
    let setting = Setting::new();
    let history = [preferences(1, Diet::Omnivore, &[])];
    for day in setting.days(&history, &DayLog::default()) {
        let places = day.meals.iter().map(|meal| (meal.slot, meal.position));
        assert!(places.eq([
            (MealSlot::Breakfast, 1),
            (MealSlot::Lunch, 1),
            (MealSlot::Dinner, 1),
            (MealSlot::Snack, 1),
            (MealSlot::Snack, 2),
        ]));
        assert_eq!(day.date, setting.cycle.date_of(day.id.number));
        let positions = day.workouts.iter().map(|workout| workout.position);
        assert!(positions.eq((1..).take(day.workouts.len())));
    }
}

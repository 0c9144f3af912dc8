use std::collections::{BTreeMap, HashMap, HashSet};

use coach_domain::{cycle::DAYS, programme::Programme};

use crate::seed::{content::Content, menu::slots, training::DAYS_IN_WEEK};

fn content() -> Content {
    Content::load().expect("the content can be read")
}

fn name(it: &Programme) -> String {
    format!(
        "{:?} {:?} {:?} {}",
        it.goal, it.level, it.diet, it.days_per_week
    )
}

#[test]
fn every_day_has_a_suitable_recipe_in_every_slot() {
    let content = content();
    let catalogue = content.catalogue();
    for it in &content.programmes {
        assert_eq!(it.content.days.len(), usize::from(DAYS));
        assert_eq!(it.content.replacements.len(), content.recipes.len());
        for (number, day) in it.content.days.iter().enumerate() {
            let place = format!("{}, day {}", name(it), number + 1);
            let served: Vec<_> = day.meals.iter().map(|meal| meal.slot).collect();
            assert_eq!(served, slots(it.goal), "{place}");
            let different: HashSet<_> = day.meals.iter().map(|meal| meal.recipe).collect();
            assert_eq!(
                different.len(),
                day.meals.len(),
                "{place} serves something twice"
            );
            for meal in &day.meals {
                let recipe = &catalogue.recipes[&meal.recipe];
                assert!(
                    recipe.plannable() && recipe.slots.contains(&meal.slot),
                    "{place}"
                );
                assert!(recipe.suits(it.diet, &[]), "{place}: {}", recipe.title);
            }
        }
    }
}

#[test]
fn no_seven_days_serve_a_recipe_more_than_twice() {
    for it in &content().programmes {
        for week in it.content.days.windows(DAYS_IN_WEEK) {
            let mut times = HashMap::new();
            for meal in week.iter().flat_map(|day| &day.meals) {
                *times.entry(meal.recipe).or_insert(0) += 1;
            }
            assert!(times.values().all(|times| *times <= 2), "{}", name(it));
        }
    }
}

#[test]
fn every_week_has_the_training_days_and_suitable_workouts() {
    let content = content();
    let workouts: HashMap<_, _> = (content.workouts.iter())
        .map(|it| (it.workout.id, it))
        .collect();
    for it in &content.programmes {
        for week in it.content.days.chunks(DAYS_IN_WEEK) {
            let training = week.iter().filter(|day| !day.workouts.is_empty());
            assert_eq!(
                i32::try_from(training.count()),
                Ok(it.days_per_week),
                "{}",
                name(it)
            );
            for id in week.iter().flat_map(|day| &day.workouts) {
                let seeded = &workouts[id];
                assert!(
                    seeded.goals.contains(&it.goal),
                    "{}: {}",
                    name(it),
                    seeded.slug
                );
                assert_eq!(
                    seeded.workout.level,
                    it.level,
                    "{}: {}",
                    name(it),
                    seeded.slug
                );
            }
        }
        let most = it.content.days.iter().map(|day| day.workouts.len()).max();
        assert_eq!(most, Some(2), "{}", name(it));
    }
}

#[test]
fn training_days_are_spread_over_the_week() {
    let content = content();
    let mut seen = BTreeMap::new();
    for it in &content.programmes {
        let week = it.content.days[..DAYS_IN_WEEK].iter().enumerate();
        let days: Vec<_> = week
            .filter(|(_, day)| !day.workouts.is_empty())
            .map(|(weekday, _)| weekday + 1)
            .collect();
        seen.insert(it.days_per_week, days);
    }
    assert_eq!(
        seen.into_values().collect::<Vec<_>>(),
        [
            vec![1, 4],
            vec![1, 3, 5],
            vec![1, 2, 4, 6],
            vec![1, 2, 3, 5, 6],
            vec![1, 2, 3, 4, 5, 6],
        ]
    );
}

#[test]
fn programmes_are_reproducible_and_distinct() {
    let [one, other] = [content(), content()].map(|content| content.programmes);
    assert_eq!(one, other);
    let mut contents: Vec<_> = one.iter().map(|it| format!("{:?}", it.content)).collect();
    contents.sort_unstable();
    contents.dedup();
    assert_eq!(contents.len(), one.len());
}

use std::collections::HashSet;

use coach_domain::{
    enums::{Allergen, Diet, MealSlot},
    recipe::Recipe,
};
use sea_orm::Iterable;

use super::Content;

fn content() -> Content {
    Content::load().expect("the content can be read")
}

#[test]
fn the_content_has_the_documented_size_and_no_duplicates() {
    let content = content();
    let exercises = content.exercises.iter().map(|(slug, _)| slug.as_str());
    let workouts = content.workouts.iter().map(|it| it.slug.as_str());
    let recipes = content.recipes.iter().map(|(slug, _)| slug.as_str());
    assert_eq!(exercises.collect::<HashSet<_>>().len(), 60);
    assert_eq!(workouts.collect::<HashSet<_>>().len(), 30);
    assert_eq!(recipes.collect::<HashSet<_>>().len(), 64);
    let catalogue = content.catalogue();
    assert_eq!(catalogue.exercises.len(), 60);
    assert_eq!(catalogue.workouts.len(), 30);
    assert_eq!(catalogue.recipes.len(), 64);
    assert_eq!(catalogue.programmes.len(), 3 * 3 * 4 * 5);
}

#[test]
fn exercises_and_workouts_are_complete() {
    let content = content();
    for (slug, exercise) in &content.exercises {
        assert!((1..=120).contains(&exercise.name.chars().count()), "{slug}");
        assert!(!exercise.muscles.is_empty(), "{slug}");
        assert!(!exercise.instructions.is_empty(), "{slug}");
    }
    for it in &content.workouts {
        let (slug, workout) = (&it.slug, &it.workout);
        assert!((1..=120).contains(&workout.title.chars().count()), "{slug}");
        assert!(
            !it.goals.is_empty() && !workout.exercises.is_empty(),
            "{slug}"
        );
        for part in &workout.exercises {
            assert!(
                part.exercise.level <= workout.level,
                "{slug}: {}",
                part.exercise.name
            );
            assert!(part.reps.is_some() != part.seconds.is_some(), "{slug}");
            assert!(part.sets > 0 && part.rest_seconds >= 0, "{slug}");
            for equipment in &part.exercise.equipment {
                assert!(workout.equipment.contains(equipment), "{slug}");
            }
        }
    }
}

#[test]
fn recipes_can_be_planned_and_have_plausible_nutrition() {
    for (slug, recipe) in content().recipes {
        assert!(recipe.plannable() && !recipe.slots.is_empty(), "{slug}");
        assert!((1..=120).contains(&recipe.title.chars().count()), "{slug}");
        assert!(
            recipe.minutes > Some(0) && recipe.servings > Some(0),
            "{slug}"
        );
        assert!(
            !recipe.ingredients.is_empty() && !recipe.steps.is_empty(),
            "{slug}"
        );
        let of = recipe.nutrition.expect("plannable recipes have it");
        // Atwater factors. The cited table uses more specific ones for each food, hence the wide margin.
        let energy = 4.0 * (of.protein_grams + of.carbohydrate_grams)
            + 9.0 * of.fat_grams
            + 2.0 * of.fibre_grams;
        let ratio = f64::from(of.energy_kcal) / energy;
        assert!((0.85..1.15).contains(&ratio), "{slug}: {ratio}");
        assert!(
            (100..=800).contains(&of.energy_kcal),
            "{slug}: {}",
            of.energy_kcal
        );
    }
}

/// The quantities without an amount are listed, so that a new one does not go unnoticed.
#[test]
fn quantities_have_amounts() {
    let mut unmeasured = Vec::new();
    for (slug, recipe) in content().recipes {
        for part in &recipe.ingredients {
            match part.amount {
                Some(amount) => assert!(
                    amount.minimum > 0.0 && amount.minimum <= amount.maximum,
                    "{slug}: {part:?}"
                ),
                None => unmeasured.push(part.quantity.clone()),
            }
        }
    }
    unmeasured.sort();
    unmeasured.dedup();
    assert_eq!(
        unmeasured,
        [
            "a few leaves",
            "juice of 1",
            "juice of 1 large",
            "juice of 1/2"
        ]
    );
}

/// A member who excludes all fourteen allergens still gets a whole day, twice over: no slot has to be left out, and no
/// recipe has to be served twice in a day.
#[test]
fn every_diet_has_recipes_without_any_allergen() {
    let content = content();
    let all: Vec<_> = Allergen::iter().collect();
    let recipes = || content.recipes.iter().map(|(_, recipe)| recipe);
    for diet in Diet::iter() {
        for slot in MealSlot::iter() {
            let fits = |recipe: &Recipe| recipe.slots.contains(&slot) && recipe.suits(diet, &all);
            assert!(
                recipes().filter(|recipe| fits(recipe)).count() >= 4,
                "{diet:?} {slot:?}"
            );
        }
    }
    for allergen in Allergen::iter() {
        let contains = |recipe: &Recipe| {
            let contained = recipe.allergens.as_ref();
            contained.is_some_and(|contained| contained.contains(&allergen))
        };
        assert!(
            recipes().any(|recipe| contains(recipe)),
            "nothing shows {allergen:?}"
        );
    }
}

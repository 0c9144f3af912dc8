use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::choose;
use crate::{
    catalogue::Catalogue,
    enums::{Allergen, Diet, Goal, Level, MealSlot},
    id::{ProgrammeId, RecipeId},
    nutrition::Nutrition,
    preferences::Preferences,
    programme::{Programme, ProgrammeContent, ProgrammeDay, ProgrammeMeal},
    recipe::Recipe,
};

fn wanted(level: Level, diet: Diet, days_per_week: i32) -> Preferences {
    Preferences {
        effective_from: NaiveDate::MIN,
        goal: Goal::LoseWeight,
        level,
        diet,
        allergens: Vec::new(),
        days_per_week,
    }
}

fn programme(id: u128, version: i32, level: Level, diet: Diet, days: i32) -> Programme {
    Programme {
        id: ProgrammeId(Uuid::from_u128(id)),
        version,
        goal: Goal::LoseWeight,
        level,
        diet,
        days_per_week: days,
        content: ProgrammeContent::default(),
    }
}

fn catalogue(programmes: impl IntoIterator<Item = Programme>) -> Catalogue {
    let keyed = programmes
        .into_iter()
        .map(|it| ((it.id, it.version), Arc::new(it)));
    Catalogue {
        programmes: keyed.collect(),
        ..Catalogue::default()
    }
}

fn chosen(catalogue: &Catalogue, wanted: &Preferences) -> Option<u128> {
    choose(catalogue, wanted).map(|choice| choice.programme.id.0.as_u128())
}

#[test]
fn the_latest_version_counts() {
    let of = |version| programme(1, version, Level::Beginner, Diet::Vegan, 3);
    let catalogue = catalogue([of(1), of(3), of(2)]);
    let found = choose(&catalogue, &wanted(Level::Beginner, Diet::Vegan, 3));
    assert_eq!(found.map(|it| it.programme.version), Some(3));
}

#[test]
fn a_diet_is_never_widened_nor_a_level_raised() {
    let catalogue = catalogue([
        programme(1, 1, Level::Beginner, Diet::Vegetarian, 3),
        programme(2, 1, Level::Advanced, Diet::Vegan, 3),
    ]);
    let chosen = |level, diet| chosen(&catalogue, &wanted(level, diet, 3));
    assert_eq!(chosen(Level::Beginner, Diet::Vegan), None);
    assert_eq!(chosen(Level::Advanced, Diet::Vegan), Some(2));
    assert_eq!(chosen(Level::Intermediate, Diet::Omnivore), Some(1));
}

#[test]
fn the_nearest_number_of_days_comes_before_the_widest_diet() {
    let catalogue = catalogue([
        programme(1, 1, Level::Beginner, Diet::Omnivore, 2),
        programme(2, 1, Level::Beginner, Diet::Vegan, 4),
        programme(3, 1, Level::Beginner, Diet::Pescatarian, 4),
    ]);
    let chosen = |days| chosen(&catalogue, &wanted(Level::Beginner, Diet::Omnivore, days));
    assert_eq!(chosen(5), Some(3));
    assert_eq!(chosen(3), Some(1));
    assert_eq!(chosen(2), Some(1));
}

#[test]
fn another_goal_never_fits() {
    let catalogue = catalogue([programme(1, 1, Level::Beginner, Diet::Vegan, 3)]);
    let other = Preferences {
        goal: Goal::BuildStrength,
        ..wanted(Level::Beginner, Diet::Vegan, 3)
    };
    assert_eq!(chosen(&catalogue, &other), None);
}

/// A recipe for lunch with these allergens.
fn lunch(id: u128, allergens: &[Allergen]) -> Arc<Recipe> {
    Arc::new(Recipe {
        id: RecipeId(Uuid::from_u128(id)),
        title: id.to_string(),
        summary: None,
        slots: vec![MealSlot::Lunch],
        diets: vec![Diet::Omnivore],
        allergens: Some(allergens.to_vec()),
        minutes: Some(10),
        servings: Some(1),
        nutrition: Some(Nutrition::default()),
        ingredients: Vec::new(),
        steps: Vec::new(),
        image: None,
        archived: false,
    })
}

/// A programme with these lunches and these replacements.
fn serving(id: u128, lunches: &[u128], replacements: &[u128]) -> Programme {
    let recipe = |id: &u128| RecipeId(Uuid::from_u128(*id));
    let meal = |id| ProgrammeMeal {
        slot: MealSlot::Lunch,
        recipe: recipe(id),
    };
    let day = |id| ProgrammeDay {
        meals: vec![meal(id)],
        ..ProgrammeDay::default()
    };
    Programme {
        content: ProgrammeContent {
            days: lunches.iter().map(day).collect(),
            replacements: replacements.iter().map(recipe).collect(),
        },
        ..programme(id, 1, Level::Beginner, Diet::Omnivore, 3)
    }
}

#[test]
fn allergens_prefer_programmes_with_the_fewest_replaced_meals_and_exclude_those_without_replacement()
 {
    let recipes = [
        lunch(1, &[Allergen::Milk]),
        lunch(2, &[Allergen::Nuts]),
        lunch(3, &[]),
    ];
    let catalogue = Catalogue {
        recipes: recipes.into_iter().map(|it| (it.id, it)).collect(),
        ..catalogue([
            serving(1, &[1, 1, 2], &[3]),
            serving(2, &[1, 2, 3], &[3]),
            serving(3, &[3, 3, 2], &[1]),
        ])
    };
    let chosen = |allergens: &[Allergen]| {
        let allergic = Preferences {
            allergens: allergens.to_vec(),
            ..wanted(Level::Beginner, Diet::Omnivore, 3)
        };
        let choice = choose(&catalogue, &allergic)?;
        Some((choice.programme.id.0.as_u128(), choice.replaced_meals))
    };
    assert_eq!(chosen(&[]), Some((1, 0)));
    assert_eq!(chosen(&[Allergen::Milk]), Some((3, 0)));
    // Programme 3 has one meal to replace as well, and the smaller ID decides; with both allergens it has no
    // replacement.
    assert_eq!(chosen(&[Allergen::Nuts]), Some((1, 1)));
    assert_eq!(chosen(&[Allergen::Milk, Allergen::Nuts]), Some((2, 2)));
}

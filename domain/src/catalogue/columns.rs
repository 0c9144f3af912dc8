//! The columns of the catalogue's tables that content files determine. The seeded content and imports contain neither
//! images nor videos.

use chrono::{DateTime, NaiveTime, Utc};

use crate::{
    database::Columns,
    exercise::{self, Exercise},
    programme::Programme,
    recipe::{self, Recipe},
    workout::{self, Workout},
};

/// Of the table `exercise`.
pub fn exercise(slug: &str, item: &Exercise) -> Columns {
    vec![
        ("id", item.id.into()),
        ("slug", slug.into()),
        ("name", item.name.as_str().into()),
        ("category", item.category.into()),
        ("level", item.level.into()),
        ("equipment", item.equipment.clone().into()),
        ("muscles", item.muscles.clone().into()),
        ("instructions", item.instructions.clone().into()),
        ("search_text", exercise::search_text(item).into()),
    ]
}

/// Of the table `workout`.
pub fn workout(slug: &str, item: &Workout) -> Columns {
    vec![
        ("id", item.id.into()),
        ("slug", slug.into()),
        ("title", item.title.as_str().into()),
        ("description", item.description.as_str().into()),
        ("duration_minutes", item.duration_minutes.into()),
        ("level", item.level.into()),
        ("focus", item.focus.into()),
        ("equipment", item.equipment.clone().into()),
        ("search_text", workout::search_text(item).into()),
    ]
}

/// Of the table `workout_exercise`.
pub fn workout_exercises(item: &Workout) -> impl Iterator<Item = Columns> {
    (item.exercises.iter().zip(1..)).map(|(part, position): (_, i32)| {
        vec![
            ("workout_id", item.id.into()),
            ("position", position.into()),
            ("exercise_id", part.exercise.id.into()),
            ("sets", part.sets.into()),
            ("reps", part.reps.into()),
            ("seconds", part.seconds.into()),
            ("rest_seconds", part.rest_seconds.into()),
        ]
    })
}

/// Of the table `recipe`.
pub fn recipe(slug: &str, item: &Recipe) -> Columns {
    vec![
        ("id", item.id.into()),
        ("slug", slug.into()),
        ("title", item.title.as_str().into()),
        ("summary", item.summary.clone().into()),
        ("slots", item.slots.clone().into()),
        ("diets", item.diets.clone().into()),
        ("allergens", item.allergens.clone().into()),
        ("minutes", item.minutes.into()),
        ("servings", item.servings.into()),
        (
            "energy_kcal",
            item.nutrition.map(|it| it.energy_kcal).into(),
        ),
        (
            "protein_grams",
            item.nutrition.map(|it| it.protein_grams).into(),
        ),
        (
            "carbohydrate_grams",
            item.nutrition.map(|it| it.carbohydrate_grams).into(),
        ),
        ("fat_grams", item.nutrition.map(|it| it.fat_grams).into()),
        (
            "fibre_grams",
            item.nutrition.map(|it| it.fibre_grams).into(),
        ),
        ("search_text", recipe::search_text(item).into()),
    ]
}

/// Of the table `recipe_ingredient`.
pub fn ingredients(item: &Recipe) -> impl Iterator<Item = Columns> {
    (item.ingredients.iter().zip(1..)).map(|(it, position): (_, i32)| {
        vec![
            ("recipe_id", item.id.into()),
            ("position", position.into()),
            ("name", it.name.as_str().into()),
            ("quantity", it.quantity.as_str().into()),
            (
                "amount_minimum",
                it.amount.map(|amount| amount.minimum).into(),
            ),
            (
                "amount_maximum",
                it.amount.map(|amount| amount.maximum).into(),
            ),
            (
                "amount_unit",
                it.amount.and_then(|amount| amount.unit).into(),
            ),
            ("grams", it.grams.into()),
            ("note", it.note.clone().into()),
        ]
    })
}

/// Of the table `recipe_step`.
pub fn steps(item: &Recipe) -> impl Iterator<Item = Columns> {
    (item.steps.iter().zip(1..)).map(|(step, position): (_, i32)| {
        vec![
            ("recipe_id", item.id.into()),
            ("position", position.into()),
            ("instruction", step.as_str().into()),
        ]
    })
}

/// Of the table `programme`. It is published at midnight of the day of seeding, so that it is the same at any time of
/// that day.
pub fn programme(item: &Programme, now: DateTime<Utc>) -> Columns {
    let published_at = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    vec![
        ("id", item.id.into()),
        ("version", item.version.into()),
        ("goal", item.goal.into()),
        ("level", item.level.into()),
        ("diet", item.diet.into()),
        ("days_per_week", item.days_per_week.into()),
        ("content", item.content.clone().into()),
        ("published_at", published_at.into()),
    ]
}

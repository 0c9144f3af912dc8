//! Conversion of catalogue items to rows.

use chrono::{DateTime, NaiveTime, Utc};

use crate::{
    exercise::{self, Exercise},
    programme::{self, Programme},
    recipe::{self, Recipe},
    workout::{self, Workout},
};

/// The row of an exercise, without an image: neither the seeded content nor imports contain images.
pub fn exercise(slug: &str, item: &Exercise) -> exercise::entity::Model {
    exercise::entity::Model {
        id: item.id,
        slug: slug.to_owned(),
        name: item.name.clone(),
        category: item.category,
        level: item.level,
        equipment: item.equipment.clone(),
        muscles: item.muscles.clone(),
        instructions: item.instructions.clone(),
        image_url: None,
        image_width: None,
        image_height: None,
        image_blurhash: None,
        archived_at: None,
        search_text: exercise::search_text(
            &item.name,
            item.category,
            &item.muscles,
            &item.equipment,
        ),
    }
}

/// The row of a workout, without image and video.
pub fn workout(slug: &str, item: &Workout) -> workout::entity::Model {
    let exercises = item
        .exercises
        .iter()
        .map(|part| part.exercise.name.as_str());
    workout::entity::Model {
        id: item.id,
        slug: slug.to_owned(),
        title: item.title.clone(),
        description: item.description.clone(),
        duration_minutes: item.duration_minutes,
        level: item.level,
        focus: item.focus,
        equipment: item.equipment.clone(),
        image_url: None,
        image_width: None,
        image_height: None,
        image_blurhash: None,
        video_url: None,
        archived_at: None,
        search_text: workout::search_text(&item.title, &item.description, item.focus, exercises),
    }
}

/// The rows of the exercises of a workout.
pub fn workout_exercises(item: &Workout) -> impl Iterator<Item = workout::exercise_entity::Model> {
    (item.exercises.iter().zip(1..)).map(|(part, position)| workout::exercise_entity::Model {
        workout_id: item.id,
        position,
        exercise_id: part.exercise.id,
        sets: part.sets,
        reps: part.reps,
        seconds: part.seconds,
        rest_seconds: part.rest_seconds,
    })
}

/// The row of a recipe, without an image.
pub fn recipe(slug: &str, item: &Recipe) -> recipe::entity::Model {
    let ingredients = item.ingredients.iter().map(|it| it.name.as_str());
    recipe::entity::Model {
        id: item.id,
        slug: slug.to_owned(),
        title: item.title.clone(),
        summary: item.summary.clone(),
        slots: item.slots.clone(),
        diets: item.diets.clone(),
        allergens: item.allergens.clone(),
        minutes: item.minutes,
        servings: item.servings,
        energy_kcal: item.nutrition.map(|it| it.energy_kcal),
        protein_grams: item.nutrition.map(|it| it.protein_grams),
        carbohydrate_grams: item.nutrition.map(|it| it.carbohydrate_grams),
        fat_grams: item.nutrition.map(|it| it.fat_grams),
        fibre_grams: item.nutrition.map(|it| it.fibre_grams),
        image_url: None,
        image_width: None,
        image_height: None,
        image_blurhash: None,
        archived_at: None,
        search_text: recipe::search_text(&item.title, item.summary.as_deref(), ingredients),
    }
}

/// The rows of the ingredients of a recipe.
pub fn ingredients(item: &Recipe) -> impl Iterator<Item = recipe::ingredient_entity::Model> {
    (item.ingredients.iter().zip(1..)).map(|(it, position)| {
        let bounds = it.amount.map(|amount| (amount.minimum, amount.maximum));
        let (amount_minimum, amount_maximum) = bounds.unzip();
        recipe::ingredient_entity::Model {
            recipe_id: item.id,
            position,
            name: it.name.clone(),
            quantity: it.quantity.clone(),
            amount_minimum,
            amount_maximum,
            amount_unit: it.amount.and_then(|amount| amount.unit),
            grams: it.grams,
            note: it.note.clone(),
        }
    })
}

/// The rows of the steps of a recipe.
pub fn steps(item: &Recipe) -> impl Iterator<Item = recipe::step_entity::Model> {
    (item.steps.iter().zip(1..)).map(|(step, position)| recipe::step_entity::Model {
        recipe_id: item.id,
        position,
        instruction: step.clone(),
    })
}

/// The row of a programme. It is published at midnight of the day of seeding, so that it is the same at any time of
/// that day.
pub fn programme(item: &Programme, now: DateTime<Utc>) -> programme::entity::Model {
    programme::entity::Model {
        id: item.id,
        version: item.version,
        goal: item.goal,
        level: item.level,
        diet: item.diet,
        days_per_week: item.days_per_week,
        content: item.content.clone(),
        published_at: now.date_naive().and_time(NaiveTime::MIN).and_utc(),
    }
}

//! Items of the catalogue as rows.

use chrono::{DateTime, NaiveTime, Utc};

use crate::{
    exercise::{self, Exercise},
    programme::{self, Programme},
    recipe::{self, Recipe},
    workout::{self, Workout},
};

/// An exercise, without a picture: neither what ships with the project nor what
/// is imported has one that could be shown.
pub(crate) fn exercise(slug: &str, of: &Exercise) -> exercise::entity::Model {
    exercise::entity::Model {
        id: of.id,
        slug: slug.to_owned(),
        name: of.name.clone(),
        category: of.category,
        level: of.level,
        equipment: of.equipment.clone(),
        muscles: of.muscles.clone(),
        instructions: of.instructions.clone(),
        image_url: None,
        image_width: None,
        image_height: None,
        image_blurhash: None,
        archived_at: None,
        search_text: exercise::search_text(&of.name, of.category, &of.muscles, &of.equipment),
    }
}

/// A workout, without picture and film.
pub(crate) fn workout(slug: &str, of: &Workout) -> workout::entity::Model {
    let exercises = of.exercises.iter().map(|part| part.exercise.name.as_str());
    workout::entity::Model {
        id: of.id,
        slug: slug.to_owned(),
        title: of.title.clone(),
        description: of.description.clone(),
        duration_minutes: of.duration_minutes,
        level: of.level,
        focus: of.focus,
        equipment: of.equipment.clone(),
        image_url: None,
        image_width: None,
        image_height: None,
        image_blurhash: None,
        video_url: None,
        archived_at: None,
        search_text: workout::search_text(&of.title, &of.description, of.focus, exercises),
    }
}

/// The exercises of a workout.
pub(crate) fn workout_exercises(
    of: &Workout,
) -> impl Iterator<Item = workout::exercise_entity::Model> {
    (of.exercises.iter().zip(1..)).map(|(part, position)| workout::exercise_entity::Model {
        workout_id: of.id,
        position,
        exercise_id: part.exercise.id,
        sets: part.sets,
        reps: part.reps,
        seconds: part.seconds,
        rest_seconds: part.rest_seconds,
    })
}

/// A recipe, without a picture.
pub(crate) fn recipe(slug: &str, of: &Recipe) -> recipe::entity::Model {
    let ingredients = of.ingredients.iter().map(|it| it.name.as_str());
    recipe::entity::Model {
        id: of.id,
        slug: slug.to_owned(),
        title: of.title.clone(),
        summary: of.summary.clone(),
        slots: of.slots.clone(),
        diets: of.diets.clone(),
        allergens: of.allergens.clone(),
        minutes: of.minutes,
        servings: of.servings,
        energy_kcal: of.nutrition.map(|it| it.energy_kcal),
        protein_grams: of.nutrition.map(|it| it.protein_grams),
        carbohydrate_grams: of.nutrition.map(|it| it.carbohydrate_grams),
        fat_grams: of.nutrition.map(|it| it.fat_grams),
        fibre_grams: of.nutrition.map(|it| it.fibre_grams),
        image_url: None,
        image_width: None,
        image_height: None,
        image_blurhash: None,
        archived_at: None,
        search_text: recipe::search_text(&of.title, of.summary.as_deref(), ingredients),
    }
}

/// The ingredients of a recipe.
pub(crate) fn ingredients(of: &Recipe) -> impl Iterator<Item = recipe::ingredient_entity::Model> {
    (of.ingredients.iter().zip(1..)).map(|(it, position)| {
        let bounds = it.amount.map(|amount| (amount.minimum, amount.maximum));
        let (amount_minimum, amount_maximum) = bounds.unzip();
        recipe::ingredient_entity::Model {
            recipe_id: of.id,
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

/// The steps of a recipe.
pub(crate) fn steps(of: &Recipe) -> impl Iterator<Item = recipe::step_entity::Model> {
    (of.steps.iter().zip(1..)).map(|(step, position)| recipe::step_entity::Model {
        recipe_id: of.id,
        position,
        instruction: step.clone(),
    })
}

/// A programme, published on the day on which it is seeded: midnight, so that it is
/// the same whenever that is.
pub(crate) fn programme(of: &Programme, now: DateTime<Utc>) -> programme::entity::Model {
    programme::entity::Model {
        id: of.id,
        version: of.version,
        goal: of.goal,
        level: of.level,
        diet: of.diet,
        days_per_week: of.days_per_week,
        content: of.content.clone(),
        published_at: now.date_naive().and_time(NaiveTime::MIN).and_utc(),
    }
}

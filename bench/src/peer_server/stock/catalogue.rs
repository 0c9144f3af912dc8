//! What is the same for all members.

use async_graphql::Object;
use coach_domain::{
    enums::{Equipment, Muscle},
    exercise,
    id::OpaqueId as _,
    image, nutrition, recipe, workout,
};

/// A workout.
pub(super) struct Workout<'a>(pub(super) &'a workout::Workout);

struct WorkoutExercise<'a>(&'a workout::WorkoutExercise);

struct Exercise<'a>(&'a exercise::Exercise);

/// An ingredient of a recipe.
pub(super) struct Ingredient<'a>(pub(super) &'a recipe::RecipeIngredient);

/// An image.
pub(super) struct Image<'a>(pub(super) &'a image::Image);

/// The nutrition of a recipe or a day.
pub(super) struct Nutrition(pub(super) nutrition::Nutrition);

#[Object]
impl Workout<'_> {
    async fn id(&self) -> String {
        self.0.id.encode()
    }

    async fn title(&self) -> &str {
        &self.0.title
    }

    async fn duration_minutes(&self) -> i32 {
        self.0.duration_minutes
    }

    async fn level(&self) -> &'static str {
        self.0.level.as_str()
    }

    async fn focus(&self) -> &'static str {
        self.0.focus.as_str()
    }

    async fn equipment(&self) -> Vec<&'static str> {
        equipment(&self.0.equipment)
    }

    async fn image(&self) -> Option<Image<'_>> {
        self.0.image.as_ref().map(Image)
    }

    async fn exercises(&self) -> Vec<WorkoutExercise<'_>> {
        self.0.exercises.iter().map(WorkoutExercise).collect()
    }
}

#[Object]
impl WorkoutExercise<'_> {
    async fn sets(&self) -> i32 {
        self.0.sets
    }

    async fn reps(&self) -> Option<i32> {
        self.0.reps
    }

    async fn seconds(&self) -> Option<i32> {
        self.0.seconds
    }

    async fn rest_seconds(&self) -> i32 {
        self.0.rest_seconds
    }

    async fn exercise(&self) -> Exercise<'_> {
        Exercise(&self.0.exercise)
    }
}

#[Object]
impl Exercise<'_> {
    async fn id(&self) -> String {
        self.0.id.encode()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn muscles(&self) -> Vec<&'static str> {
        self.0.muscles.iter().copied().map(Muscle::as_str).collect()
    }

    async fn equipment(&self) -> Vec<&'static str> {
        equipment(&self.0.equipment)
    }

    async fn instructions(&self) -> &[String] {
        &self.0.instructions
    }

    async fn image(&self) -> Option<Image<'_>> {
        self.0.image.as_ref().map(Image)
    }
}

#[Object]
impl Ingredient<'_> {
    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn quantity(&self) -> &str {
        &self.0.quantity
    }

    async fn grams(&self) -> Option<i32> {
        self.0.grams
    }

    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

#[Object]
impl Image<'_> {
    async fn url(&self) -> &str {
        self.0.url.as_str()
    }

    async fn width(&self) -> i32 {
        self.0.width
    }

    async fn height(&self) -> i32 {
        self.0.height
    }

    async fn blurhash(&self) -> &str {
        &self.0.blurhash
    }
}

#[Object]
impl Nutrition {
    async fn energy_kcal(&self) -> i32 {
        self.0.energy_kcal
    }

    async fn protein_grams(&self) -> f64 {
        self.0.protein_grams
    }

    async fn carbohydrate_grams(&self) -> f64 {
        self.0.carbohydrate_grams
    }

    async fn fat_grams(&self) -> f64 {
        self.0.fat_grams
    }

    async fn fibre_grams(&self) -> f64 {
        self.0.fibre_grams
    }
}

fn equipment(all: &[Equipment]) -> Vec<&'static str> {
    all.iter().copied().map(Equipment::as_str).collect()
}

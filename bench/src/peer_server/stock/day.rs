//! The day with its workouts and meals.

use async_graphql::{Context, Object, Result, dataloader::DataLoader};
use coach_domain::{
    day::{self, Effort},
    id::{MemberId, OpaqueId as _},
    recipe,
};

use super::{
    catalogue::{Image, Ingredient, Nutrition, Workout},
    loaders::{FavouriteOf, Rows},
};
use crate::peer_server::view::timestamp;

/// A day.
pub(super) struct Day(pub(super) day::Day);

struct ScheduledWorkout<'a>(&'a day::ScheduledWorkout);

struct PlannedMeal<'a>(&'a day::PlannedMeal);

struct Recipe<'a> {
    recipe: &'a recipe::Recipe,
    member: MemberId,
}

#[Object]
impl Day {
    async fn id(&self) -> String {
        self.0.id.encode()
    }

    async fn number(&self) -> i32 {
        self.0.number
    }

    async fn date(&self) -> String {
        self.0.date.to_string()
    }

    async fn nutrition(&self) -> Option<Nutrition> {
        self.0.nutrition.map(Nutrition)
    }

    async fn workouts(&self) -> Vec<ScheduledWorkout<'_>> {
        self.0.workouts.iter().map(ScheduledWorkout).collect()
    }

    async fn meals(&self) -> Vec<PlannedMeal<'_>> {
        self.0.meals.iter().map(PlannedMeal).collect()
    }
}

#[Object]
impl ScheduledWorkout<'_> {
    async fn id(&self) -> String {
        self.0.id.encode()
    }

    async fn position(&self) -> i32 {
        self.0.position
    }

    async fn completed_at(&self) -> Option<String> {
        self.0.completed_at.map(timestamp)
    }

    async fn effort(&self) -> Option<&'static str> {
        self.0.effort.map(Effort::as_str)
    }

    async fn workout(&self) -> Workout<'_> {
        Workout(&self.0.workout)
    }
}

#[Object]
impl PlannedMeal<'_> {
    async fn id(&self) -> String {
        self.0.id.encode()
    }

    async fn slot(&self) -> &'static str {
        self.0.slot.as_str()
    }

    async fn position(&self) -> i32 {
        self.0.position
    }

    async fn servings(&self) -> i32 {
        self.0.servings
    }

    async fn eaten_at(&self) -> Option<String> {
        self.0.eaten_at.map(timestamp)
    }

    async fn recipe(&self) -> Recipe<'_> {
        let member = self.0.id.day.cycle.member;
        let recipe = &self.0.recipe;
        Recipe { recipe, member }
    }
}

#[Object]
impl Recipe<'_> {
    async fn id(&self) -> String {
        self.recipe.id.encode()
    }

    async fn title(&self) -> &str {
        &self.recipe.title
    }

    async fn minutes(&self) -> Option<i32> {
        self.recipe.minutes
    }

    async fn servings(&self) -> Option<i32> {
        self.recipe.servings
    }

    async fn image(&self) -> Option<Image<'_>> {
        self.recipe.image.as_ref().map(Image)
    }

    async fn nutrition(&self) -> Option<Nutrition> {
        self.recipe.nutrition.map(Nutrition)
    }

    async fn ingredients(&self) -> Vec<Ingredient<'_>> {
        self.recipe.ingredients.iter().map(Ingredient).collect()
    }

    async fn is_favourite(&self, context: &Context<'_>) -> Result<bool> {
        let loader = context.data::<DataLoader<Rows>>()?;
        let key = FavouriteOf(self.member, self.recipe.id);
        Ok(loader.load_one(key).await?.is_some())
    }
}

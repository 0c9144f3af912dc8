//! The table `recipe_ingredient`.

use sea_orm::entity::prelude::*;

use super::MeasuringUnit;
use crate::id::RecipeId;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recipe_ingredient")]
pub struct Model {
    /// The recipe.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipe_id: RecipeId,
    /// From 1, in the order of use.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What.
    pub name: String,
    /// How much, as written; empty where nothing is.
    pub quantity: String,
    /// The least of what that says; with the maximum or without both.
    pub amount_minimum: Option<f64>,
    /// The most of what that says.
    pub amount_maximum: Option<f64>,
    /// In which unit; `None` also for what is counted.
    pub amount_unit: Option<MeasuringUnit>,
    /// How much of it for the whole recipe, where it is known by weight.
    pub grams: Option<i32>,
    /// How it is prepared.
    pub note: Option<String>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

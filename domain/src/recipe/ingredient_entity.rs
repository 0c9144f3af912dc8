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
    /// The position in the order of use, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The name of the ingredient.
    pub name: String,
    /// The quantity as written; empty when there is none.
    pub quantity: String,
    /// The lower bound of the quantity. Either both bounds are set, or none.
    pub amount_minimum: Option<f64>,
    /// The upper bound of the quantity.
    pub amount_maximum: Option<f64>,
    /// The unit of the bounds; NULL also for a number of pieces.
    pub amount_unit: Option<MeasuringUnit>,
    /// The weight in grams for the whole recipe; NULL when unknown.
    pub grams: Option<i32>,
    /// How it is prepared.
    pub note: Option<String>,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

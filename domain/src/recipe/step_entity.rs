//! The table `recipe_step`.

use sea_orm::entity::prelude::*;

use crate::id::RecipeId;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipe_step")]
pub struct Model {
    /// The recipe.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipe_id: RecipeId,
    /// The position, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The text of the step.
    pub instruction: String,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

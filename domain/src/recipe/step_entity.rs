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
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What to do.
    pub instruction: String,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

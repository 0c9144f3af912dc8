//! The table `favourite_recipe`.

use sea_orm::entity::prelude::*;

use crate::id::{MemberId, RecipeId};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "favourite_recipe")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The recipe.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipe_id: RecipeId,
    /// When the recipe was added.
    pub created_at: DateTimeUtc,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! The table `meal_choice`.

use sea_orm::entity::prelude::*;

use super::MealSlot;
use crate::id::{MemberId, RecipeId};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meal_choice")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The cycle, of the same member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cycle_id: Uuid,
    /// 1 to 28.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// The slot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: MealSlot,
    /// From 1, within the slot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The recipe chosen or eaten.
    pub recipe_id: RecipeId,
    /// How many servings.
    pub servings: i32,
    /// When it was eaten.
    pub eaten_at: Option<DateTimeUtc>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

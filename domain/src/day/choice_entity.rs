//! The table `meal_choice`.

use sea_orm::entity::prelude::*;

use crate::{
    enums::MealSlot,
    id::{MemberId, RecipeId},
};

/// A row: a meal that the member swapped, ate, or both.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meal_choice")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The cycle, of the same member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cycle_id: Uuid,
    /// The number of the day in the cycle, 1 to 28.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// The slot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: MealSlot,
    /// The position within the slot, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The recipe chosen or eaten.
    pub recipe_id: RecipeId,
    /// The number of servings.
    pub servings: i32,
    /// When it was eaten; NULL when it was only chosen.
    pub eaten_at: Option<DateTimeUtc>,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

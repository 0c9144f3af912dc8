//! The table `member_preferences`.

use sea_orm::entity::prelude::*;

use super::{Allergen, Diet, Goal, Level};
use crate::id::MemberId;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_preferences")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The first local date on which they are effective.
    #[sea_orm(primary_key, auto_increment = false)]
    pub effective_from: Date,
    /// What the member trains for.
    pub goal: Goal,
    /// How demanding training may be.
    pub level: Level,
    /// What the member eats.
    pub diet: Diet,
    /// What the member must not eat.
    pub allergens: Vec<Allergen>,
    /// Training days per week, 2 to 6.
    pub days_per_week: i32,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Preferences: what a member wants of a plan. A change is effective from its local date on, and the history is kept,
//! so that past days do not change.

mod field_decisions;
mod find;
mod history;
mod update;
mod write;

use chrono::NaiveDate;
use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::enums::{Allergen, Diet, Goal, Level};

pub use find::history;
pub use history::effective_on;
pub use update::UpdatePreferences;
pub use write::write;

/// Preferences that are effective from a date on.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Preferences {
    /// The first local date on which they are effective.
    pub effective_from: NaiveDate,
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

/// Preferences without a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreferenceValues {
    /// What the member trains for.
    pub goal: Goal,
    /// How demanding training may be.
    pub level: Level,
    /// What the member eats.
    pub diet: Diet,
    /// What the member must not eat; duplicates are ignored.
    pub allergens: Vec<Allergen>,
    /// Training days per week, 2 to 6.
    pub days_per_week: i32,
}

impl PreferenceValues {
    /// Makes them effective from a date on.
    pub(crate) fn effective_from(mut self, effective_from: NaiveDate) -> Preferences {
        self.allergens.sort_unstable();
        self.allergens.dedup();
        Preferences {
            effective_from,
            goal: self.goal,
            level: self.level,
            diet: self.diet,
            allergens: self.allergens,
            days_per_week: self.days_per_week,
        }
    }
}

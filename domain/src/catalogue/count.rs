//! Counting the lists of the catalogue.

use sea_orm::ConnectionTrait;

use crate::{Result, exercise, page::CountableList, recipe, workout};

/// The number of items in the whole list.
pub async fn count(db: &impl ConnectionTrait, list: &CountableList) -> Result<i64> {
    let listing = match list {
        CountableList::Exercises(filter) => exercise::listing(filter),
        CountableList::Recipes(filter) => recipe::listing(filter),
        CountableList::Workouts(filter) => workout::listing(filter),
    };
    listing.count(db).await
}

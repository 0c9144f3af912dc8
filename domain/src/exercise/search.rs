//! Search for exercises.

use sea_orm::ConnectionTrait;

use super::Exercise;
use crate::{
    Result,
    filter::ExerciseFilter,
    id::ExerciseId,
    page::PageRequest,
    search::{Listing, document},
};

/// The column `search_text` of an exercise, which has to be updated with each change of its columns.
pub(crate) fn search_text(exercise: &Exercise) -> String {
    let muscles = exercise.muscles.iter().map(|it| it.as_str());
    let equipment = exercise.equipment.iter().map(|it| it.as_str());
    let kinds = muscles.chain(equipment).chain([exercise.category.as_str()]);
    document([exercise.name.as_str()].into_iter().chain(kinds))
}

/// The exercises that match, without archived ones.
pub(crate) fn listing(filter: &ExerciseFilter) -> Listing {
    let ExerciseFilter {
        text,
        level,
        category,
        muscles,
        equipment,
    } = filter;
    let muscles = muscles.clone().filter(|muscles| !muscles.is_empty());
    Listing::new("exercise", "name")
        .text(text.as_deref())
        .only("level =", *level)
        .only("category =", *category)
        .only("muscles &&", muscles)
        .only("equipment <@", equipment.clone())
}

/// A page of the exercises that match, without archived ones, by name and with their cursors. Contains one more than
/// requested when more follow.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when `after` is not a cursor.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &ExerciseFilter,
    page: &PageRequest,
) -> Result<Vec<(String, ExerciseId)>> {
    let rows = listing(filter).rows(db, page).await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(cursor, id)| (cursor, ExerciseId(id))).collect())
}

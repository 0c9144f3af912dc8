//! Search for exercises.

use sea_orm::{ActiveEnum, ConnectionTrait};

use crate::{
    Result,
    enums::{Equipment, ExerciseCategory, Muscle},
    filter::ExerciseFilter,
    id::ExerciseId,
    page::PageRequest,
    search::{Listing, document},
};

/// The column `search_text` of an exercise, which has to be updated with each change of the arguments.
pub fn search_text(
    name: &str,
    category: ExerciseCategory,
    muscles: &[Muscle],
    equipment: &[Equipment],
) -> String {
    let muscles = muscles.iter().map(ActiveEnum::to_value);
    let equipment = equipment.iter().map(ActiveEnum::to_value);
    let kinds: Vec<_> = muscles
        .chain(equipment)
        .chain([category.to_value()])
        .collect();
    document([name].into_iter().chain(kinds.iter().map(String::as_str)))
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

//! Search for workouts.

use sea_orm::{ActiveEnum, ConnectionTrait};

use crate::{
    Result,
    enums::WorkoutFocus,
    filter::WorkoutFilter,
    id::WorkoutId,
    page::PageRequest,
    search::{Listing, document},
};

/// The column `search_text` of a workout, which has to be updated with each change of the arguments.
pub fn search_text<'a>(
    title: &'a str,
    description: &'a str,
    focus: WorkoutFocus,
    exercises: impl IntoIterator<Item = &'a str>,
) -> String {
    let focus = focus.to_value();
    let texts = [title, description, focus.as_str()].into_iter();
    let exercises = exercises.into_iter().map(|name: &str| name);
    document(texts.chain(exercises))
}

/// The workouts that match, without archived ones.
pub(crate) fn listing(filter: &WorkoutFilter) -> Listing {
    let WorkoutFilter {
        text,
        level,
        focus,
        equipment,
        max_duration_minutes,
    } = filter;
    Listing::new("workout", "title")
        .text(text.as_deref())
        .only("level =", *level)
        .only("focus =", *focus)
        .only("equipment <@", equipment.clone())
        .only("duration_minutes <=", *max_duration_minutes)
}

/// A page of the workouts that match, without archived ones, by title and with their cursors. Contains one more than
/// requested when more follow.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when `after` is not a cursor.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &WorkoutFilter,
    page: &PageRequest,
) -> Result<Vec<(String, WorkoutId)>> {
    let rows = listing(filter).rows(db, page).await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(cursor, id)| (cursor, WorkoutId(id))).collect())
}

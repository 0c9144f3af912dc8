//! Search for workouts.

use sea_orm::ConnectionTrait;

use super::Workout;
use crate::{
    Result,
    filter::WorkoutFilter,
    id::WorkoutId,
    page::PageRequest,
    search::{Listing, document},
};

/// The column `search_text` of a workout, which has to be updated with each change of its columns and exercises.
pub(crate) fn search_text(workout: &Workout) -> String {
    let texts = [
        workout.title.as_str(),
        &workout.description,
        workout.focus.as_str(),
    ];
    let exercises = workout.exercises.iter().map(|it| it.exercise.name.as_str());
    document(texts.into_iter().chain(exercises))
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

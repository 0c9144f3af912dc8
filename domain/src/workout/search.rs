//! Searching workouts.

use sea_orm::{ActiveEnum, ConnectionTrait};

use super::WorkoutFocus;
use crate::{
    Result,
    exercise::Equipment,
    id::WorkoutId,
    page::PageRequest,
    preferences::Level,
    search::{Listing, document},
};

/// What workouts must be like. Conditions add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WorkoutFilter {
    /// Words that begin words of what is searched, all of them.
    pub text: Option<String>,
    /// How demanding they are.
    pub level: Option<Level>,
    /// What they mainly train.
    pub focus: Option<WorkoutFocus>,
    /// What is at hand; those that need anything else are left out.
    pub equipment: Option<Vec<Equipment>>,
    /// The longest that they may take.
    pub max_duration_minutes: Option<i32>,
}

/// The column `search_text` of a workout; written with each change of these.
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

impl WorkoutFilter {
    /// The rows that match, without archived ones.
    pub(crate) fn listing(&self) -> Listing {
        let WorkoutFilter {
            text,
            level,
            focus,
            equipment,
            max_duration_minutes,
        } = self;
        Listing::new("workout", "title")
            .text(text.as_deref())
            .only("level =", *level)
            .only("focus =", *focus)
            .only("equipment <@", equipment.clone())
            .only("duration_minutes <=", *max_duration_minutes)
    }
}

/// A page of the workouts that match, without archived ones: by title, each
/// with its cursor, and one more than asked for where more follow.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when `after` is not a cursor.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &WorkoutFilter,
    page: &PageRequest,
) -> Result<Vec<(String, WorkoutId)>> {
    let rows = filter.listing().rows(db, page).await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(cursor, id)| (cursor, WorkoutId(id))).collect())
}

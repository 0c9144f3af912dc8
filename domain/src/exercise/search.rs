//! Searching exercises.

use sea_orm::{ActiveEnum, ConnectionTrait};

use super::{Equipment, ExerciseCategory, Muscle};
use crate::{
    Result,
    id::ExerciseId,
    page::PageRequest,
    preferences::Level,
    search::{Listing, document},
};

/// What exercises must be like. Conditions add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExerciseFilter {
    /// Words that begin words of what is searched, all of them.
    pub text: Option<String>,
    /// How demanding they are.
    pub level: Option<Level>,
    /// Their kind.
    pub category: Option<ExerciseCategory>,
    /// Muscles of which they train at least one; an empty list does not restrict.
    pub muscles: Option<Vec<Muscle>>,
    /// What is at hand; those that need anything else are left out.
    pub equipment: Option<Vec<Equipment>>,
}

/// The column `search_text` of an exercise; written with each change of these.
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

impl ExerciseFilter {
    /// The rows that match, without archived ones.
    pub(crate) fn listing(&self) -> Listing {
        let ExerciseFilter {
            text,
            level,
            category,
            muscles,
            equipment,
        } = self;
        let muscles = muscles.clone().filter(|muscles| !muscles.is_empty());
        Listing::new("exercise", "name")
            .text(text.as_deref())
            .only("level =", *level)
            .only("category =", *category)
            .only("muscles &&", muscles)
            .only("equipment <@", equipment.clone())
    }
}

/// A page of the exercises that match, without archived ones: by name, each
/// with its cursor, and one more than asked for where more follow.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when `after` is not a cursor.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &ExerciseFilter,
    page: &PageRequest,
) -> Result<Vec<(String, ExerciseId)>> {
    let rows = filter.listing().rows(db, page).await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(cursor, id)| (cursor, ExerciseId(id))).collect())
}

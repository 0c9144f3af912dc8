//! The content from which variables are made.

use anyhow::ensure;
use chrono::NaiveDate;
use coach_domain::{
    catalogue,
    clock::{Clock as _, SystemClock},
    id::OpaqueId as _,
};
use sea_orm::DatabaseConnection;

/// Shorter words are hardly ever searched for.
const MIN_WORD_LENGTH: usize = 5;

/// Ids and words of the catalogue, ordered by title, and the date.
pub(crate) struct Content {
    pub(super) today: NaiveDate,
    pub(super) recipes: Vec<String>,
    pub(super) words: Vec<String>,
    pub(super) workouts: Vec<String>,
}

impl Content {
    /// Loads the content of a database.
    pub(crate) async fn load(pool: &DatabaseConnection) -> anyhow::Result<Self> {
        let catalogue = catalogue::load(pool).await?;
        let mut recipes: Vec<_> = catalogue.recipes.values().collect();
        recipes.retain(|recipe| !recipe.archived);
        recipes.sort_by_key(|recipe| (&recipe.title, recipe.id));
        let mut workouts: Vec<_> = catalogue.workouts.values().collect();
        workouts.retain(|workout| !workout.archived);
        workouts.sort_by_key(|workout| (&workout.title, workout.id));
        let words = recipes.iter().filter_map(|recipe| word(&recipe.title));
        let content = Self {
            today: SystemClock.now().date_naive(),
            words: words.collect(),
            recipes: recipes.iter().map(|recipe| recipe.id.encode()).collect(),
            workouts: workouts.iter().map(|it| it.id.encode()).collect(),
        };
        let all = [&content.recipes, &content.words, &content.workouts];
        ensure!(
            all.iter().all(|it| !it.is_empty()),
            "the catalogue is empty"
        );
        Ok(content)
    }
}

/// The first word of a title that a user could search for.
fn word(title: &str) -> Option<String> {
    let mut words = title.split(|letter: char| !letter.is_alphabetic());
    let word = words.find(|word| word.chars().count() >= MIN_WORD_LENGTH)?;
    Some(word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn search_words_have_at_least_five_letters() {
        assert_eq!(word("Red lentil & carrot soup").as_deref(), Some("lentil"));
        assert_eq!(word("Crème brûlée").as_deref(), Some("crème"));
        assert_eq!(word("Egg in a cup"), None);
    }
}

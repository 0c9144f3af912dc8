//! The filters of searches in the catalogue.

use crate::enums::{
    Allergen, Diet, Equipment, ExerciseCategory, Level, MealSlot, Muscle, WorkoutFocus,
};

/// The filter of a search for exercises. All conditions have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExerciseFilter {
    /// Search words. Each has to be the beginning of a word in [`search_text`](crate::exercise::search_text).
    pub text: Option<String>,
    /// Exercises of this level.
    pub level: Option<Level>,
    /// Exercises of this category.
    pub category: Option<ExerciseCategory>,
    /// Exercises that train at least one of these muscles; an empty list does not restrict.
    pub muscles: Option<Vec<Muscle>>,
    /// The available equipment. Exercises that need any other are excluded: with an empty list all that need equipment.
    pub equipment: Option<Vec<Equipment>>,
}

/// The filter of a search for recipes. All conditions have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecipeFilter {
    /// Search words. Each has to be the beginning of a word in title, summary or ingredients.
    pub text: Option<String>,
    /// Recipes that suit at least one of these slots; an empty list does not restrict.
    pub slots: Option<Vec<MealSlot>>,
    /// Recipes that this diet allows.
    pub diet: Option<Diet>,
    /// Recipes that are known to contain none of these allergens; an empty list does not restrict.
    pub without_allergens: Option<Vec<Allergen>>,
    /// Recipes that take at most this many minutes; those with an unknown time are excluded.
    pub max_minutes: Option<i32>,
}

/// The filter of a search for workouts. All conditions have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WorkoutFilter {
    /// Search words. Each has to be the beginning of a word in [`search_text`](crate::workout::search_text).
    pub text: Option<String>,
    /// Workouts of this level.
    pub level: Option<Level>,
    /// Workouts with this focus.
    pub focus: Option<WorkoutFocus>,
    /// The available equipment. Workouts that need any other are excluded: with an empty list all that need equipment.
    pub equipment: Option<Vec<Equipment>>,
    /// Workouts that take at most this many minutes.
    pub max_duration_minutes: Option<i32>,
}

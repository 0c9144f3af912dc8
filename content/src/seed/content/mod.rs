//! All content that ships with the crate, parsed and validated.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    Error, Result, catalogue::Catalogue, exercise::Exercise, programme::Programme, recipe::Recipe,
};

use super::{
    exercise::exercises,
    food::foods,
    programme::programmes,
    recipe::recipes,
    workout::{SeededWorkout, workouts},
};

/// The content, in the order of its files, with the slugs of items whose tables have slugs.
pub(super) struct Content {
    pub(super) exercises: Vec<(String, Arc<Exercise>)>,
    pub(super) workouts: Vec<SeededWorkout>,
    pub(super) recipes: Vec<(String, Arc<Recipe>)>,
    pub(super) programmes: Vec<Arc<Programme>>,
}

impl Content {
    /// Reads the files and generates the programmes.
    ///
    /// # Errors
    ///
    /// [`Error::Invariant`] when a file is invalid, which a test rules out.
    pub(super) fn load() -> Result<Self> {
        let named = |file: &'static str| {
            move |error| Error::Invariant(format!("content/{file}.json: {error}"))
        };
        let exercises: Vec<_> = exercises()
            .map_err(named("exercises"))?
            .into_iter()
            .map(|(slug, exercise)| (slug, Arc::new(exercise)))
            .collect();
        let by_slug: HashMap<_, _> = (exercises.iter())
            .map(|(slug, exercise)| (slug.as_str(), exercise))
            .collect();
        let workouts = workouts(&by_slug)?;
        let recipes = recipes(&foods().map_err(named("foods"))?)?;
        Ok(Self {
            programmes: programmes(&workouts, &recipes),
            exercises,
            workouts,
            recipes,
        })
    }

    /// The content as a catalogue.
    pub(super) fn catalogue(&self) -> Catalogue {
        let Self {
            exercises,
            workouts,
            recipes,
            programmes,
        } = self;
        Catalogue {
            exercises: exercises
                .iter()
                .map(|(_, it)| (it.id, Arc::clone(it)))
                .collect(),
            workouts: (workouts.iter())
                .map(|it| (it.workout.id, Arc::clone(&it.workout)))
                .collect(),
            recipes: recipes
                .iter()
                .map(|(_, it)| (it.id, Arc::clone(it)))
                .collect(),
            programmes: (programmes.iter())
                .map(|it| ((it.id, it.version), Arc::clone(it)))
                .collect(),
            ..Catalogue::default()
        }
    }
}

#[cfg(test)]
mod tests;

//! `Exercise`, by the fields that lead to it.

use std::sync::Arc;

use coach_domain::{
    exercise::{self, Exercise, ExerciseFilter},
    id::{ExerciseId, OpaqueId as _},
    page::{Listed, Page},
};

use crate::{Error, RequestContext, Resolvers, arguments, page, query};

impl query::Exercise for Resolvers {
    type Value = Option<Arc<Exercise>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryExercise,
    ) -> Result<Self::Value, Error> {
        let Some(id) = ExerciseId::decode(&arguments.id) else {
            return Ok(None);
        };
        Ok(context.catalogue().await?.exercises.get(&id).cloned())
    }
}

impl query::Exercises for Resolvers {
    type Value = Page<Exercise>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryExercises,
    ) -> Result<Page<Exercise>, Error> {
        let given = arguments.filter.value();
        let filter = given.map(|given| ExerciseFilter {
            text: given.text.value().cloned(),
            level: given.level.value().copied(),
            category: given.category.value().copied(),
            muscles: given.muscles.value().cloned(),
            equipment: given.equipment.value().cloned(),
        });
        let request = page::request(arguments.first, &arguments.after);
        let filter = filter.unwrap_or_default();
        let found = exercise::search(context.session(), &filter, &request).await?;
        let page = page::of_items(found, &context.catalogue().await?.exercises, &request);
        Ok(page.of_list(Listed::Exercises(filter)))
    }
}

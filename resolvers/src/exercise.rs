//! `Exercise`: the fields that return it.

use std::sync::Arc;

use coach_domain::{
    exercise::{self, Exercise},
    filter::ExerciseFilter,
    id::{ExerciseId, OpaqueId as _},
    page::{CountableList, Page},
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
        let input = arguments.filter.value();
        let filter = input.map(|input| ExerciseFilter {
            text: input.text.value().cloned(),
            level: input.level.value().copied(),
            category: input.category.value().copied(),
            muscles: input.muscles.value().cloned(),
            equipment: input.equipment.value().cloned(),
        });
        let request = page::request(arguments.first, &arguments.after);
        let filter = filter.unwrap_or_default();
        let found = exercise::search(context.session(), &filter, &request).await?;
        let page = page::from_search(found, &context.catalogue().await?.exercises, &request);
        Ok(page.with_list(CountableList::Exercises(filter)))
    }
}

//! `Workout`, by the fields that lead to it.

use std::sync::Arc;

use coach_domain::{
    id::{OpaqueId as _, WorkoutId},
    page::{Listed, Page},
    workout::{self, Workout, WorkoutFilter},
};

use crate::{Error, RequestContext, Resolvers, arguments, page, query};

impl query::Workout for Resolvers {
    type Value = Option<Arc<Workout>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryWorkout,
    ) -> Result<Self::Value, Error> {
        let Some(id) = WorkoutId::decode(&arguments.id) else {
            return Ok(None);
        };
        Ok(context.catalogue().await?.workouts.get(&id).cloned())
    }
}

impl query::Workouts for Resolvers {
    type Value = Page<Workout>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryWorkouts,
    ) -> Result<Page<Workout>, Error> {
        let given = arguments.filter.value();
        let filter = given.map(|given| WorkoutFilter {
            text: given.text.value().cloned(),
            level: given.level.value().copied(),
            focus: given.focus.value().copied(),
            equipment: given.equipment.value().cloned(),
            max_duration_minutes: given.max_duration_minutes.value().copied(),
        });
        let request = page::request(arguments.first, &arguments.after);
        let filter = filter.unwrap_or_default();
        let found = workout::search(context.session(), &filter, &request).await?;
        let page = page::of_items(found, &context.catalogue().await?.workouts, &request);
        Ok(page.of_list(Listed::Workouts(filter)))
    }
}

//! `Workout`: the fields that return it.

use std::sync::Arc;

use coach_domain::{
    filter::WorkoutFilter,
    id::{OpaqueId as _, WorkoutId},
    page::{CountableList, Page},
    workout::{self, Workout},
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
        let input = arguments.filter.value();
        let filter = input.map(|input| WorkoutFilter {
            text: input.text.value().cloned(),
            level: input.level.value().copied(),
            focus: input.focus.value().copied(),
            equipment: input.equipment.value().cloned(),
            max_duration_minutes: input.max_duration_minutes.value().copied(),
        });
        let request = page::request(arguments.first, &arguments.after);
        let filter = filter.unwrap_or_default();
        let found = workout::search(context.session(), &filter, &request).await?;
        let page = page::from_search(found, &context.catalogue().await?.workouts, &request);
        Ok(page.with_list(CountableList::Workouts(filter)))
    }
}

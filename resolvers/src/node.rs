//! `Query.node`: any object by its id. What a member owns is found for that
//! member and staff alone; to everybody else it does not exist.

use std::sync::Arc;

use coach_domain::id::{AnyId, OpaqueId as _, Owned};

use crate::{
    Error, RequestContext, Resolvers, arguments, check_in, day, live, one_of, plan, query,
};

impl query::Node for Resolvers {
    type Value = Option<one_of::Node>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryNode,
    ) -> Result<Self::Value, Error> {
        use one_of::Node;
        let Some(id) = AnyId::decode(&arguments.id) else {
            return Ok(None);
        };
        let catalogue = async || context.catalogue().await;
        Ok(match id {
            AnyId::Recipe(id) => catalogue()
                .await?
                .recipes
                .get(&id)
                .cloned()
                .map(Node::Recipe),
            AnyId::Workout(id) => catalogue()
                .await?
                .workouts
                .get(&id)
                .cloned()
                .map(Node::Workout),
            AnyId::Exercise(id) => catalogue()
                .await?
                .exercises
                .get(&id)
                .cloned()
                .map(Node::Exercise),
            AnyId::LiveSession(id) => live::find(context, id)
                .await?
                .map(Arc::new)
                .map(Node::LiveSession),
            owned => match owner(&owned) {
                Some(owner) if context.may_see(owner).await? => find_owned(context, owned).await?,
                _ => None,
            },
        })
    }
}

fn owner(id: &AnyId) -> Option<coach_domain::id::MemberId> {
    Some(match id {
        AnyId::Member(id) => id.owner(),
        AnyId::Plan(id) => id.owner(),
        AnyId::Cycle(id) => id.owner(),
        AnyId::Day(id) => id.owner(),
        AnyId::ScheduledWorkout(id) => id.owner(),
        AnyId::PlannedMeal(id) => id.owner(),
        AnyId::CheckIn(id) => id.owner(),
        AnyId::Recipe(_) | AnyId::Workout(_) | AnyId::Exercise(_) | AnyId::LiveSession(_) => {
            return None;
        }
    })
}

async fn find_owned(context: &RequestContext, id: AnyId) -> Result<Option<one_of::Node>, Error> {
    use one_of::Node;
    Ok(match id {
        AnyId::Member(id) => context.members.one(&id).await?.map(Node::Member),
        AnyId::Plan(id) => plan::find(context, id).await?.map(Arc::new).map(Node::Plan),
        AnyId::Cycle(id) => context.cycles.one(&id).await?.map(Node::Cycle),
        AnyId::CheckIn(id) => check_in::find(context, id)
            .await?
            .map(Arc::new)
            .map(Node::CheckIn),
        AnyId::Day(id) => day::find(context, id).await?.map(Arc::new).map(Node::Day),
        AnyId::ScheduledWorkout(id) => day::scheduled_workout(context, id)
            .await?
            .map(Arc::new)
            .map(Node::ScheduledWorkout),
        AnyId::PlannedMeal(id) => day::planned_meal(context, id)
            .await?
            .map(Arc::new)
            .map(Node::PlannedMeal),
        AnyId::Recipe(_) | AnyId::Workout(_) | AnyId::Exercise(_) | AnyId::LiveSession(_) => None,
    })
}

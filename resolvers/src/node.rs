//! `Query.node` and `Query.nodes`: objects by id. Objects of a member are only found by that member and by staff; for
//! everybody else they do not exist.

use std::{collections::HashMap, sync::Arc};

use coach_domain::{
    catalogue::Catalogue,
    check_in::{self, CheckIn},
    cycle::Cycle,
    day::Day,
    id::{
        AnyId, CheckInId, CycleId, DayId, LiveSessionId, MemberId, OpaqueId as _, Owned as _,
        PlanId,
    },
    live::{self, LiveSession},
    member::Member,
    plan::{self, Plan},
};
use coach_execution::ResolverError;

use crate::{
    Error, RequestContext, Resolvers, abstract_type::Node, arguments, context::Found, query,
    schedule::Schedules,
};

/// An object, `None` if it does not exist for the viewer, or the error of loading it.
type NodeResult = Result<Option<Node>, Error>;

impl query::Node for Resolvers {
    type Value = Option<Node>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryNode,
    ) -> Result<Self::Value, Error> {
        let ids = [AnyId::decode(&arguments.id)];
        find(context, &ids).await?.pop().unwrap_or(Ok(None))
    }
}

impl query::Nodes for Resolvers {
    type Value = Vec<Result<Option<Node>, ResolverError>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryNodes,
    ) -> Result<Self::Value, Error> {
        let ids = arguments.ids.iter().map(|id| AnyId::decode(id));
        let found = find(context, &ids.collect::<Vec<_>>()).await?.into_iter();
        Ok(found
            .map(|found| found.map_err(ResolverError::from))
            .collect())
    }
}

/// Finds the objects that the viewer may see, in the order of the ids. Loads one batch per type.
async fn find(context: &RequestContext, ids: &[Option<AnyId>]) -> Result<Vec<NodeResult>, Error> {
    let mut node_ids = NodeIds::default();
    for id in ids.iter().flatten() {
        match owner(id) {
            Some(owner) if !context.may_see(owner).await? => {}
            _ => node_ids.add(*id),
        }
    }
    let loaded = node_ids.load(context).await?;
    let found = ids
        .iter()
        .map(|id| id.map_or(Ok(None), |id| loaded.node(id)));
    Ok(found.collect())
}

/// The member who owns the object; `None` for objects of the catalogue and live sessions.
fn owner(id: &AnyId) -> Option<MemberId> {
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

/// The ids to load, by type.
#[derive(Default)]
struct NodeIds {
    /// Whether objects of the catalogue are needed.
    catalogue: bool,
    members: Vec<MemberId>,
    plans: Vec<PlanId>,
    cycles: Vec<CycleId>,
    check_ins: Vec<CheckInId>,
    /// The cycles whose days, or objects on them, are needed.
    schedules: Vec<CycleId>,
    live_sessions: Vec<LiveSessionId>,
}

impl NodeIds {
    fn add(&mut self, id: AnyId) {
        match id {
            AnyId::Recipe(_) | AnyId::Workout(_) | AnyId::Exercise(_) => self.catalogue = true,
            AnyId::Member(id) => self.members.push(id),
            AnyId::Plan(id) => self.plans.push(id),
            AnyId::Cycle(id) => self.cycles.push(id),
            AnyId::CheckIn(id) => self.check_ins.push(id),
            AnyId::Day(id) => self.schedules.push(id.cycle),
            AnyId::ScheduledWorkout(id) => self.schedules.push(id.day.cycle),
            AnyId::PlannedMeal(id) => self.schedules.push(id.day.cycle),
            AnyId::LiveSession(id) => self.live_sessions.push(id),
        }
    }

    async fn load<'c>(&self, context: &'c RequestContext) -> Result<LoadedNodes<'c>, Error> {
        let mut loaded = LoadedNodes::default();
        if self.catalogue {
            loaded.catalogue = Some(context.catalogue().await?);
        }
        if !self.members.is_empty() {
            loaded.members = context.members(&self.members).await?;
        }
        if !self.plans.is_empty() {
            let plans = plan::find(context.session(), &self.plans)
                .await?
                .into_iter();
            loaded.plans = plans.map(|plan| (plan.id, Arc::new(plan))).collect();
        }
        if !self.cycles.is_empty() {
            loaded.cycles = context.cycles(&self.cycles).await?;
        }
        if !self.check_ins.is_empty() {
            let found = check_in::find(context.session(), &self.check_ins)
                .await?
                .into_iter();
            loaded.check_ins = found.map(|one| (one.id, Arc::new(one))).collect();
        }
        if !self.schedules.is_empty() {
            loaded.schedules = Some(Schedules::load(context, &self.schedules).await?);
        }
        if !self.live_sessions.is_empty() {
            let found = live::find_all(context.session(), &self.live_sessions)
                .await?
                .into_iter();
            loaded.live_sessions = found.map(|one| (one.id, Arc::new(one))).collect();
        }
        Ok(loaded)
    }
}

/// The loaded objects.
#[derive(Default)]
struct LoadedNodes<'c> {
    catalogue: Option<&'c Arc<Catalogue>>,
    members: Found<MemberId, Member>,
    plans: HashMap<PlanId, Arc<Plan>>,
    cycles: Found<CycleId, Cycle>,
    check_ins: HashMap<CheckInId, Arc<CheckIn>>,
    schedules: Option<Schedules>,
    live_sessions: HashMap<LiveSessionId, Arc<LiveSession>>,
}

impl LoadedNodes<'_> {
    fn node(&self, id: AnyId) -> NodeResult {
        let catalogue = self.catalogue;
        Ok(match id {
            AnyId::Recipe(id) => catalogue
                .and_then(|all| all.recipes.get(&id).cloned())
                .map(Node::Recipe),
            AnyId::Workout(id) => catalogue
                .and_then(|all| all.workouts.get(&id).cloned())
                .map(Node::Workout),
            AnyId::Exercise(id) => catalogue
                .and_then(|all| all.exercises.get(&id).cloned())
                .map(Node::Exercise),
            AnyId::Member(id) => self.members.get(&id).cloned().map(Node::Member),
            AnyId::Plan(id) => self.plans.get(&id).cloned().map(Node::Plan),
            AnyId::Cycle(id) => self.cycles.get(&id).cloned().map(Node::Cycle),
            AnyId::CheckIn(id) => self.check_ins.get(&id).cloned().map(Node::CheckIn),
            AnyId::Day(id) => self.day(id)?.map(Arc::new).map(Node::Day),
            AnyId::ScheduledWorkout(id) => {
                let workouts = self.day(id.day)?.map(|day| day.workouts);
                let mut workouts = workouts.into_iter().flatten();
                workouts
                    .find(|one| one.id == id)
                    .map(Arc::new)
                    .map(Node::ScheduledWorkout)
            }
            AnyId::PlannedMeal(id) => {
                let meals = self.day(id.day)?.map(|day| day.meals);
                let mut meals = meals.into_iter().flatten();
                meals
                    .find(|one| one.id == id)
                    .map(Arc::new)
                    .map(Node::PlannedMeal)
            }
            AnyId::LiveSession(id) => self.live_sessions.get(&id).cloned().map(Node::LiveSession),
        })
    }

    fn day(&self, id: DayId) -> Result<Option<Day>, Error> {
        let schedule = self
            .schedules
            .as_ref()
            .and_then(|schedules| schedules.get(id.cycle));
        let day = schedule.map(|schedule| schedule.day(id.number));
        Ok(day.transpose()?.flatten())
    }
}

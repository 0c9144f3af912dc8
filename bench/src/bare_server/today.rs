//! Loads the data of Today by the functions of the domain: seven SQL statements, as in the gateway.

use std::collections::HashSet;

use coach_domain::{
    Error, Result,
    catalogue::Cache,
    clock::{Clock as _, SystemClock},
    cycle::{self, Cycle, CycleProgress},
    database::Pool,
    day::{self, Day},
    favourite,
    id::RecipeId,
    member::{self, Member},
    plan::{self, Plan},
    preferences,
    viewer::Subject,
};
use futures_util::future::try_join;

/// The data of Today; `None` for what a member does not have.
#[derive(Default)]
pub(super) struct Today {
    pub(super) member: Option<Member>,
    pub(super) plan: Option<Plan>,
    pub(super) cycle: Option<(Cycle, CycleProgress)>,
    pub(super) day: Option<Day>,
    pub(super) favourites: HashSet<RecipeId>,
}

/// Loads the data that the member with this subject sees.
pub(super) async fn load(db: &Pool, catalogue: &Cache, subject: &Subject) -> Result<Today> {
    let mut today = Today::default();
    let now = SystemClock.now();
    let Some(member) = member::find_by_subject(db, subject, now).await? else {
        return Ok(today);
    };
    let (id, access) = (member.id, member.access);
    today.member = Some(member);
    let Some(plan) = plan::active(db, &[id]).await?.remove(&id) else {
        return Ok(today);
    };
    let plan = today.plan.insert(plan).id;
    let Some(cycle) = cycle::current(db, &[plan], now).await?.remove(&plan) else {
        return Ok(today);
    };
    let (members, cycles) = ([id], [cycle.id]);
    let (mut histories, mut logs) =
        try_join(preferences::history(db, &members), day::log(db, &cycles)).await?;
    let history = histories.remove(&id).unwrap_or_default();
    let log = logs.remove(&cycle.id).unwrap_or_default();
    let catalogue = catalogue.get(db).await?;
    let version = (cycle.programme, cycle.programme_version);
    let programme = catalogue.programmes.get(&version);
    let programme =
        programme.ok_or_else(|| Error::Invariant("a cycle without its programme".to_owned()))?;
    let date = now.with_timezone(&cycle.time_zone).date_naive();
    let progress = day::progress(&cycle, programme, &log, date);
    if let Some(number) = cycle.number_of(date) {
        day::require_access(access, date, now)?;
        today.day = day::plan(&cycle, [number], programme, &catalogue, &history, &log).pop();
    }
    today.cycle = Some((cycle, progress));
    let meals = today.day.iter().flat_map(|day| &day.meals);
    let mut recipes: Vec<_> = meals.map(|meal| meal.recipe.id).collect();
    recipes.sort_unstable();
    recipes.dedup();
    today.favourites = favourite::among(db, id, &recipes).await?;
    Ok(today)
}

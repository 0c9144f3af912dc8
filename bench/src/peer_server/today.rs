//! The data of Today.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    cycle::{Cycle, CycleProgress},
    day::{self, Day, log::DayLog},
    enums::Goal,
    id::{MemberId, PlanId, RecipeId},
    preferences::Preferences,
    programme::Programme,
    subscription::Access,
};

/// The data of Today; `None` for what a member does not have.
#[derive(Default)]
pub(super) struct Today {
    pub(super) profile: Option<Profile>,
    pub(super) plan: Option<ActivePlan>,
    pub(super) cycle: Option<(Cycle, CycleProgress)>,
    pub(super) day: Option<Day>,
    pub(super) favourites: HashSet<RecipeId>,
}

/// What Today shows of the member.
pub(super) struct Profile {
    pub(super) id: MemberId,
    pub(super) display_name: String,
    pub(super) access: Access,
}

/// What Today shows of the plan.
pub(super) struct ActivePlan {
    pub(super) id: PlanId,
    pub(super) goal: Goal,
}

/// What a member did, chose and wants: the rows that progress and day are computed from.
pub(super) struct Schedule {
    pub(super) history: Vec<Preferences>,
    pub(super) log: DayLog,
}

impl Today {
    /// Computes the progress in the cycle, and the day that it is now.
    pub(super) fn follow(
        &mut self,
        cycle: Cycle,
        schedule: &Schedule,
        catalogue: &Catalogue,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let programme = programme_of(&cycle, catalogue)?;
        let date = now.with_timezone(&cycle.time_zone).date_naive();
        let Schedule { history, log } = schedule;
        let progress = day::progress(&cycle, programme, log, date);
        let access = self.profile.as_ref().map_or(Access::None, |it| it.access);
        if let Some(number) = cycle.number_of(date) {
            day::require_access(access, date, now)?;
            self.day = day::plan(&cycle, [number], programme, catalogue, history, log).pop();
        }
        self.cycle = Some((cycle, progress));
        Ok(())
    }

    /// The recipes of the day, each once.
    pub(super) fn recipes(&self) -> Vec<RecipeId> {
        let meals = self.day.iter().flat_map(|day| &day.meals);
        let mut recipes: Vec<_> = meals.map(|meal| meal.recipe.id).collect();
        recipes.sort_unstable();
        recipes.dedup();
        recipes
    }
}

/// The version of the programme that a cycle follows.
pub(super) fn programme_of<'a>(cycle: &Cycle, catalogue: &'a Catalogue) -> Result<&'a Programme> {
    let version = (cycle.programme, cycle.programme_version);
    let programme = catalogue.programmes.get(&version).map(AsRef::as_ref);
    programme.ok_or_else(|| Error::Invariant("a cycle without its programme".to_owned()))
}

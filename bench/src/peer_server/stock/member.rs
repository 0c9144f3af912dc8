//! The member, the plan and the cycle.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject, dataloader::DataLoader};
use coach_domain::{
    catalogue::Catalogue,
    clock::{Clock as _, SystemClock},
    cycle,
    day::{self, log::DayLog},
    id::{MemberId, OpaqueId as _, PlanId},
    preferences::Preferences,
    subscription::Access,
};

use super::{
    day::Day,
    loaders::{ChoicesOf, CompletionsOf, CycleOf, PlanOf, PreferencesOf, Rows},
};
use crate::peer_server::today::programme_of;

/// The root.
pub(super) struct Query;

#[derive(SimpleObject)]
#[graphql(complex)]
struct Member {
    #[graphql(skip)]
    key: MemberId,
    #[graphql(skip)]
    access_now: Access,
    id: String,
    display_name: String,
    access: &'static str,
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Plan {
    #[graphql(skip)]
    key: PlanId,
    #[graphql(skip)]
    access: Access,
    id: String,
    goal: &'static str,
}

struct Cycle {
    cycle: Arc<cycle::Cycle>,
    access: Access,
}

#[derive(SimpleObject)]
struct CycleProgress {
    workouts_completed: i32,
    workouts_planned: i32,
    meals_logged: i32,
    days_elapsed: i32,
    percent: i32,
}

#[Object]
impl Query {
    async fn me(&self, context: &Context<'_>) -> Result<Option<Member>> {
        let loader = context.data::<DataLoader<Rows>>()?;
        let profile = loader.loader().profile(context.data()?).await;
        Ok(profile?.map(|profile| Member {
            key: profile.id,
            access_now: profile.access,
            id: profile.id.encode(),
            display_name: profile.display_name,
            access: profile.access.as_str(),
        }))
    }
}

#[ComplexObject]
impl Member {
    async fn plan(&self, context: &Context<'_>) -> Result<Option<Plan>> {
        let loader = context.data::<DataLoader<Rows>>()?;
        let plan = loader.load_one(PlanOf(self.key)).await?;
        Ok(plan.map(|(key, goal)| Plan {
            key,
            access: self.access_now,
            id: key.encode(),
            goal: goal.as_str(),
        }))
    }
}

#[ComplexObject]
impl Plan {
    async fn current_cycle(&self, context: &Context<'_>) -> Result<Option<Cycle>> {
        let loader = context.data::<DataLoader<Rows>>()?;
        let cycle = loader.load_one(CycleOf(self.key)).await?;
        let access = self.access;
        Ok(cycle.map(|cycle| Cycle { cycle, access }))
    }
}

#[Object]
impl Cycle {
    async fn id(&self) -> String {
        self.cycle.id.encode()
    }

    async fn number(&self) -> i32 {
        self.cycle.number
    }

    async fn check_in_due(&self) -> bool {
        self.cycle.check_in_due
    }

    async fn check_in_opens_on(&self) -> String {
        self.cycle.check_in_opens_on.to_string()
    }

    async fn progress(&self, context: &Context<'_>) -> Result<CycleProgress> {
        let log = self.log(context).await?;
        let programme = programme_of(&self.cycle, context.data::<Arc<Catalogue>>()?)?;
        let today = SystemClock.now().with_timezone(&self.cycle.time_zone);
        let progress = day::progress(&self.cycle, programme, &log, today.date_naive());
        Ok(CycleProgress {
            workouts_completed: progress.workouts_completed,
            workouts_planned: progress.workouts_planned,
            meals_logged: progress.meals_logged,
            days_elapsed: progress.days_elapsed,
            percent: progress.percent,
        })
    }

    async fn today(&self, context: &Context<'_>) -> Result<Option<Day>> {
        let (cycle, now) = (&*self.cycle, SystemClock.now());
        let date = now.with_timezone(&cycle.time_zone).date_naive();
        let Some(number) = cycle.number_of(date) else {
            return Ok(None);
        };
        day::require_access(self.access, date, now)?;
        let (history, log) =
            futures_util::future::try_join(self.history(context), self.log(context)).await?;
        let catalogue = context.data::<Arc<Catalogue>>()?;
        let programme = programme_of(cycle, catalogue)?;
        let day = day::plan(cycle, [number], programme, catalogue, &history, &log).pop();
        Ok(day.map(Day))
    }
}

impl Cycle {
    async fn history(&self, context: &Context<'_>) -> Result<Arc<Vec<Preferences>>> {
        let loader = context.data::<DataLoader<Rows>>()?;
        let history = loader.load_one(PreferencesOf(self.cycle.id.member)).await?;
        Ok(history.unwrap_or_default())
    }

    async fn log(&self, context: &Context<'_>) -> Result<DayLog> {
        let loader = context.data::<DataLoader<Rows>>()?;
        let (completions, choices) = futures_util::future::try_join(
            loader.load_one(CompletionsOf(self.cycle.id)),
            loader.load_one(ChoicesOf(self.cycle.id)),
        )
        .await?;
        Ok(DayLog {
            completions: completions.unwrap_or_default().to_vec(),
            choices: choices.unwrap_or_default().to_vec(),
        })
    }
}

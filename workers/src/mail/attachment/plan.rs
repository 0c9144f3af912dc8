//! A cycle as its attachments tell of it. Nobody's name is in it: files are passed on.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    cycle::{self, Cycle},
    day::{self, Day, MealSlot},
    id::CycleId,
    plan, preferences,
    preferences::Goal,
    shopping::{self, ShoppingList},
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// Days of a week.
const WEEK: usize = 7;

/// A cycle with its days and what to buy for them.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanAttachment {
    /// The cycle's row, which the calendar's events keep their ids by.
    pub cycle: Uuid,
    /// From 1, within the plan.
    pub cycle_number: i32,
    /// What the plan is for.
    pub goal: Goal,
    /// Day 1.
    pub starts_on: NaiveDate,
    /// Where the member's days begin and end.
    pub time_zone: Tz,
    /// In their order.
    pub days: Vec<PlanDay>,
    /// One for each week.
    pub shopping: Vec<ShoppingList>,
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanDay {
    /// 1 to 28.
    pub number: i32,
    /// The date.
    pub date: NaiveDate,
    /// In their order.
    pub workouts: Vec<PlanWorkout>,
    /// In their order.
    pub meals: Vec<PlanMeal>,
}

/// A workout on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanWorkout {
    /// Its title.
    pub title: String,
    /// How long it takes.
    pub minutes: i32,
}

/// A meal on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanMeal {
    /// When it is eaten.
    pub slot: MealSlot,
    /// What.
    pub title: String,
    /// How many servings.
    pub servings: i32,
}

impl PlanAttachment {
    /// A cycle as it is now, with what the member changed in it; `None` when it is not there any more. Takes four
    /// statements.
    ///
    /// # Errors
    ///
    /// Those of the database, and a catalogue without the cycle's programme, which is a defect.
    pub async fn load(
        db: &impl ConnectionTrait,
        catalogue: &Catalogue,
        id: CycleId,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>> {
        let Some(cycle) = cycle::find(db, &[id], now).await?.pop() else {
            return Ok(None);
        };
        let Some(plan) = plan::find(db, &[cycle.plan_id]).await?.pop() else {
            return Ok(None);
        };
        let history = preferences::history(db, &[id.member]).await?;
        let history = history.get(&id.member).map_or(&[][..], Vec::as_slice);
        let log = day::log(db, &[id]).await?.remove(&id).unwrap_or_default();
        let version = (cycle.programme, cycle.programme_version);
        let programme = catalogue.programmes.get(&version).ok_or_else(|| {
            Error::Invariant(format!("the programme {version:?} of a cycle is not there"))
        })?;
        let days = day::plan(&cycle, 1..=cycle::DAYS, programme, catalogue, history, &log);
        Ok(Some(Self::of(&cycle, plan.goal, &days)))
    }

    /// All days of a cycle, as [`day::plan`] makes them.
    pub fn of(cycle: &Cycle, goal: Goal, days: &[Day]) -> Self {
        let weeks = days.chunks(WEEK);
        let shopping = weeks.filter_map(|week| {
            let from = week.first()?.date;
            let to = from.checked_add_days(Days::new(WEEK as u64 - 1))?;
            Some(shopping::list(week, from, to))
        });
        Self {
            cycle: cycle.id.id,
            cycle_number: cycle.number,
            goal,
            starts_on: cycle.starts_on,
            time_zone: cycle.time_zone,
            days: days.iter().map(PlanDay::of).collect(),
            shopping: shopping.collect(),
        }
    }

    /// All texts that are not ours.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let days = self.days.iter().flat_map(|day| {
            let workouts = day.workouts.iter().map(|workout| &workout.title);
            workouts.chain(day.meals.iter().map(|meal| &meal.title))
        });
        let items = self.shopping.iter().flat_map(|list| &list.items);
        let items = items.flat_map(|item| [&item.name].into_iter().chain(&item.quantities));
        days.chain(items).map(String::as_str)
    }

    /// The days of each week, with what to buy for them.
    pub(in crate::mail) fn weeks(
        &self,
    ) -> impl Iterator<Item = (&[PlanDay], Option<&ShoppingList>)> {
        let weeks = self.days.chunks(WEEK).enumerate();
        weeks.map(|(place, days)| (days, self.shopping.get(place)))
    }
}

impl PlanDay {
    fn of(day: &Day) -> Self {
        let workouts = day.workouts.iter().map(|scheduled| PlanWorkout {
            title: scheduled.workout.title.clone(),
            minutes: scheduled.workout.duration_minutes,
        });
        let meals = day.meals.iter().map(|meal| PlanMeal {
            slot: meal.slot,
            title: meal.recipe.title.clone(),
            servings: meal.servings,
        });
        Self {
            number: day.number,
            date: day.date,
            workouts: workouts.collect(),
            meals: meals.collect(),
        }
    }
}
